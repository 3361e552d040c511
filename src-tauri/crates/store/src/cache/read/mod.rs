//! Reading that is not searching.

pub(super) mod overview;
pub(super) mod state;
pub(super) mod users;
