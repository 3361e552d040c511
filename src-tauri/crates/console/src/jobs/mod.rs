//! Changing users and groups: plan → preview → approve → job → outcome → undo. Nothing is changed in any other way.
//!
//! A plan is made from the local copy and from free questions to AWS. Approving gives a token that holds once. A job
//! writes each call down before it is sent, and what came of it afterwards, so that it goes on after whatever ended it.

mod approve;
mod compared;
mod followed;
mod handle;
mod history;
mod lanes;
mod make;
mod reconcile;
mod run;
mod turn;
mod wait;

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use model::PoolKey;

pub use approve::Approval;
pub use handle::{JobHandle, JobPhase, JobProgress};
pub(crate) use make::ASKED;
pub use make::Chosen;
pub use model::plan::{
    Action, Change, Delivery, Difference, Factor, GroupSettings, Item, ItemCounts, ItemState, JobState, MfaPreference,
    NewUser, Plan, PlanError, Preview, Target, Undo,
};
pub use store::{
    AuditEntry, AuditFault, AuditFilter, AuditKind, AuditPage, AuditPerson, AuditPlan, AuditRecord, AuditVerdict,
    ItemEnd, ItemRow, JobRow,
};

/// The lease of whoever carries a job out.
fn lease_name(job: &str) -> String {
    format!("job-{job}")
}

/// How many plans are kept for approval.
const KEPT: usize = 8;

/// What waits for approval, what was approved, and which pools are unlocked.
#[derive(Default)]
pub(crate) struct Desk {
    inner: Mutex<OnDesk>,
}

#[derive(Default)]
struct OnDesk {
    plans: VecDeque<Arc<Plan>>,
    approved: HashMap<String, approve::Approved>,
    unlocked: HashMap<PoolKey, Timestamp>,
}

impl Desk {
    fn lock(&self) -> MutexGuard<'_, OnDesk> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self, plan: Plan) -> Arc<Plan> {
        let plan = Arc::new(plan);
        let mut desk = self.lock();
        desk.plans.retain(|kept| kept.id != plan.id);
        desk.plans.push_back(plan.clone());
        if desk.plans.len() > KEPT {
            desk.plans.pop_front();
        }
        plan
    }

    /// Forgets the plans that take a job back: it goes on, and they would take back a part of it.
    fn forget_undo_of(&self, job: &str) {
        let takes_back = |plan: &Plan| matches!(&plan.action, Action::Undo { job: of } if of == job);
        let mut desk = self.lock();
        desk.plans.retain(|plan| !takes_back(plan));
        desk.approved.retain(|_, approved| !takes_back(&approved.plan));
    }

    fn find(&self, id: &str) -> Option<Arc<Plan>> {
        self.lock().plans.iter().find(|plan| plan.id == id).cloned()
    }
}
