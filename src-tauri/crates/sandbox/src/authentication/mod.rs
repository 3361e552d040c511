//! How people and app clients prove who they are.

pub(crate) mod existence;
pub(crate) mod levels;
pub(crate) mod passkeys;
pub(crate) mod secret_hash;
pub(crate) mod sessions;
pub(crate) mod srp;
pub(crate) mod totp;
