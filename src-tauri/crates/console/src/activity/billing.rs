//! What a person told of how a pool is billed, which AWS does not tell.

use model::cost::{PoolUsage, PricePlan};
use model::pool::Pool;
use store::ToldBilling;

use crate::error::Error;
use crate::open::Console;
use crate::pool::OpenPool;

/// What a pool is billed by; `None` where neither AWS nor a person told.
pub(super) fn plan(told: ToldBilling, pool: Option<&Pool>) -> Option<PricePlan> {
    let tier = pool.and_then(|pool| PricePlan::of_tier(pool.tier.as_deref()?));
    // Whoever leaves Lite loses the legacy price.
    if told.legacy && tier.is_none_or(|plan| plan == PricePlan::Lite) { Some(PricePlan::Legacy) } else { tier }
}

/// What a person told, with the advanced security that AWS tells of a pool on Lite: Lite itself has none, so it is paid for
/// apart.
pub(super) fn known(told: ToldBilling, pool: Option<&Pool>) -> ToldBilling {
    let lite = pool.filter(|pool| pool.tier.as_deref() == Some("LITE"));
    let on = lite.and_then(|pool| pool.advanced_security) == Some(true);
    ToldBilling { advanced_security: told.advanced_security || on, ..told }
}

/// The other pools of the account; none where nobody told, or where there is none.
pub(crate) fn others(told: ToldBilling) -> Vec<PoolUsage> {
    let users = told.others.filter(|users| *users > 0);
    let plan = told.others_plan.unwrap_or(PricePlan::Essentials);
    users.map(|users| PoolUsage::new(plan, users, 0)).into_iter().collect()
}

impl OpenPool {
    /// What a person told of how this pool is billed; nothing where nobody did.
    #[must_use]
    pub fn told_billing(&self) -> ToldBilling {
        self.console.settings().billing.get(&self.key.to_string()).copied().unwrap_or_default()
    }

    /// Keeps what a person tells of how this pool is billed; the default forgets it.
    ///
    /// # Errors
    /// As [`Console::update_settings`].
    pub async fn tell_billing(&self, told: ToldBilling) -> Result<(), Error> {
        let key = self.key.to_string();
        let console = Console { inner: self.console.clone() };
        console
            .update_settings(move |settings| {
                if told == ToldBilling::default() {
                    settings.billing.remove(&key);
                } else {
                    settings.billing.insert(key, told);
                }
            })
            .await?;
        // The question that was kept rests on it.
        self.looked.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
        Ok(())
    }
}
