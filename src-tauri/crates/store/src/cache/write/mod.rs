//! Writing: pages of a sync with their checkpoints, groups and memberships, tombstones.

mod log;
pub(super) mod members;
pub(super) mod ours;
pub(super) mod page;
pub(super) mod patch;
pub(super) mod state;
