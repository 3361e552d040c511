//! Changes of users and groups as data: what is wanted, whom it concerns, which calls it takes, what it costs and
//! whether it can be taken back. Nothing here sends anything.

mod action;
mod check;
mod compare;
mod fit;
mod item;
mod job;
mod make;
mod patch;
mod preview;
mod reverse;
mod shown;
mod step;

pub use action::{Action, Delivery, Factor, GroupMoves, GroupSettings, MfaPreference, NewUser, UNINVITED};
pub use compare::{
    Difference, Evidence, Standing, evidence, group_differences, group_standing, is_changed, is_ours, over, standing,
};
pub use fit::fit;
pub use item::{Basis, Change, GROUP_LANE, Item, Plan, Record, Target};
pub use job::{ItemCounts, ItemState, JobHead, JobState};
pub use make::{PlanError, item_for, items_for_group, new_user, reaching};
pub use patch::patched;
pub use preview::{Allowance, CategoryCalls, FEW, Messages, Preview, preview};
pub use reverse::reversed;
pub use step::{Step, Undo};
