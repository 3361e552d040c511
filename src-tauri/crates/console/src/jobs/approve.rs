//! Approval: a token that is made here and holds once.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use model::connection::Environment;
use model::plan::Plan;

use crate::error::{Code, Error};
use crate::pool::OpenPool;

/// How long an approval holds.
const HOLDS: SignedDuration = SignedDuration::from_mins(10);

/// How long Production stays unlocked.
const UNLOCKED: SignedDuration = SignedDuration::from_mins(15);

/// What a person said when they approved.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Approval {
    /// The pool's name or id, typed; needed for what cannot be taken back.
    pub pool_name: Option<String>,
    /// Why, for the audit.
    pub reason: Option<String>,
}

/// A plan that may be carried out once.
pub(super) struct Approved {
    pub(super) plan: Arc<Plan>,
    pub(super) reason: Option<String>,
    pub(super) at: Timestamp,
}

impl Approved {
    fn holds(&self, now: Timestamp) -> bool {
        now.duration_since(self.at) <= HOLDS
    }
}

impl OpenPool {
    /// Whether changes are refused now: so in Production until it is unlocked.
    #[must_use]
    pub fn is_read_only(&self) -> bool {
        if self.environment() != Environment::Production {
            return false;
        }
        let desk = self.console.desk.lock();
        desk.unlocked.get(&self.key).is_none_or(|until| *until < self.now())
    }

    /// Refuses while changes are.
    pub(crate) fn may_change(&self) -> Result<(), Error> {
        let message = "This pool is marked Production and read-only. Unlock it first.";
        if self.is_read_only() { Err(Error::new(Code::Precondition, message)) } else { Ok(()) }
    }

    /// Unlocks Production for a quarter of an hour, once the pool's name or id was typed.
    ///
    /// # Errors
    /// [`Code::Validation`] when it is another name.
    pub async fn unlock_changes(&self, pool_name: &str) -> Result<(), Error> {
        self.is_name(Some(pool_name)).await?;
        let until = self.now().saturating_add(UNLOCKED).unwrap_or_else(|_| self.now());
        self.console.desk.lock().unlocked.insert(self.key.clone(), until);
        Ok(())
    }

    /// Locks Production again. What was approved and not begun has to be approved again.
    pub fn lock_changes(&self) {
        let mut desk = self.console.desk.lock();
        desk.unlocked.remove(&self.key);
        desk.approved.retain(|_, approved| approved.plan.pool != self.key);
        self.console.edits.forget_approved(&self.key);
    }

    /// Approves a plan: a token with which it can be carried out once, within ten minutes.
    ///
    /// # Errors
    /// [`Code::Precondition`] while Production is locked, or when nothing in the plan does anything;
    /// [`Code::Validation`] on `poolName` when something cannot be taken back and the pool's name was not given.
    pub async fn approve(&self, plan: &Arc<Plan>, approval: Approval) -> Result<String, Error> {
        if plan.pool != self.key {
            return Err(Error::invalid("plan", "This plan was made for another pool."));
        }
        self.may_change()?;
        if plan.active().next().is_none() {
            return Err(Error::new(Code::Precondition, "There is nothing to do."));
        }
        if plan.is_irreversible() {
            self.is_name(approval.pool_name.as_deref()).await?;
        }
        let token = uuid::Uuid::new_v4().simple().to_string();
        let approved = Approved { plan: plan.clone(), reason: approval.reason, at: self.now() };
        let mut desk = self.console.desk.lock();
        let now = self.now();
        desk.approved.retain(|_, approved| approved.holds(now));
        desk.approved.insert(token.clone(), approved);
        Ok(token)
    }

    /// Takes the plan of a token, which is void from then on.
    pub(super) fn approved(&self, token: &str) -> Result<Approved, Error> {
        let void = || Error::new(Code::Precondition, "This approval was used or is too old. Approve the plan again.");
        let approved = self.console.desk.lock().approved.remove(token).ok_or_else(void)?;
        if approved.plan.pool == self.key && approved.holds(self.now()) { Ok(approved) } else { Err(void()) }
    }

    pub(crate) async fn is_name(&self, typed: Option<&str>) -> Result<(), Error> {
        let pool = self.described().await?;
        if typed.is_some_and(|typed| typed == pool.name || typed == pool.id.as_str()) {
            return Ok(());
        }
        Err(Error::invalid("poolName", "Type the name of the pool: this cannot be taken back."))
    }
}
