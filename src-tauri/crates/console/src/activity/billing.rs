//! What a person told of how a pool is billed, which AWS does not tell.

use model::cost::{PoolUsage, PricePlan};
use model::pool::Pool;
use store::ToldBilling;

use crate::error::Error;
use crate::open::Console;
use crate::pool::OpenPool;

/// What a pool is billed by; `None` where neither AWS nor a person told. Of a pool on Lite of which nobody told whether it kept
/// the legacy price it is Lite; see [`may_be_legacy`].
pub(super) fn plan(told: ToldBilling, pool: Option<&Pool>) -> Option<PricePlan> {
    let tier = pool.and_then(|pool| PricePlan::of_tier(pool.tier.as_deref()?));
    // Lite itself has no advanced security: who has it on Lite kept it with the legacy price.
    let kept = tier == Some(PricePlan::Lite) && pool.and_then(|pool| pool.advanced_security) == Some(true);
    match told.legacy {
        Some(true) if !pool.is_some_and(has_left_lite) => Some(PricePlan::Legacy),
        None if kept => Some(PricePlan::Legacy),
        _ => tier,
    }
}

/// Whether a pool that is on Lite may have the legacy price for all that anybody told.
pub(crate) fn may_be_legacy(told: ToldBilling, plan: Option<PricePlan>) -> bool {
    plan == Some(PricePlan::Lite) && told.legacy.is_none()
}

/// Whether a pool is on another plan than Lite.
fn has_left_lite(pool: &Pool) -> bool {
    pool.tier.as_deref().is_some_and(|tier| tier != "LITE")
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

    /// What the pool is billed by, and what is known of that; the former is `None` where neither AWS nor a person told. Opens
    /// no socket.
    ///
    /// # Errors
    /// As [`OpenPool::pool`].
    pub async fn billed_by(&self) -> Result<(Option<PricePlan>, ToldBilling), Error> {
        let (told, pool) = (self.told_billing(), self.pool().await?);
        Ok((plan(told, pool.as_ref()), known(told, pool.as_ref())))
    }

    /// Keeps what a person tells of how this pool is billed; the default forgets it.
    ///
    /// # Errors
    /// [`Code::Validation`](crate::Code::Validation) on `legacy` for the legacy price of a pool that is not on Lite; else as
    /// [`Console::update_settings`].
    pub async fn tell_billing(&self, told: ToldBilling) -> Result<(), Error> {
        if told.legacy == Some(true) && self.pool().await?.is_some_and(|pool| has_left_lite(&pool)) {
            let sentence =
                "Only a pool that is on Lite, and always was, has the legacy price: whoever leaves Lite loses it.";
            return Err(Error::invalid("legacy", sentence));
        }
        self.keep_billing(told).await
    }

    /// Forgets the legacy price of a pool that is seen on another plan than Lite. It does not come back with Lite.
    pub(crate) async fn lose_legacy(&self, described: &Pool) -> Result<(), Error> {
        let told = self.told_billing();
        if told.legacy != Some(true) || !has_left_lite(described) {
            return Ok(());
        }
        self.keep_billing(ToldBilling { legacy: Some(false), ..told }).await
    }

    async fn keep_billing(&self, told: ToldBilling) -> Result<(), Error> {
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

#[cfg(test)]
mod tests {
    use model::PoolId;

    use super::*;

    #[test]
    fn a_pool_on_lite_with_advanced_security_has_the_legacy_price_and_one_that_left_lite_has_not() {
        let pool = |tier: &str, advanced_security: Option<bool>| Pool {
            id: PoolId::parse("eu-west-1_AbCdEfGhI").unwrap(),
            name: "people".to_owned(),
            tier: Some(tier.to_owned()),
            estimated_users: None,
            schema: Vec::new(),
            username_attributes: Vec::new(),
            alias_attributes: Vec::new(),
            case_sensitive: None,
            mfa: None,
            deletion_protection: None,
            updated_issuer: false,
            pre_token_trigger: None,
            verifies_before_update: Vec::new(),
            advanced_security,
            recovery: None,
            own_sender: None,
            created_at: None,
            modified_at: None,
        };
        let nothing = ToldBilling::default();
        let legacy = ToldBilling { legacy: Some(true), ..nothing };
        let none = ToldBilling { legacy: Some(false), ..nothing };
        for (tier, security, told, expected) in [
            ("LITE", Some(true), nothing, Some(PricePlan::Legacy)),
            ("LITE", Some(false), nothing, Some(PricePlan::Lite)),
            ("LITE", None, legacy, Some(PricePlan::Legacy)),
            ("LITE", Some(true), none, Some(PricePlan::Lite)),
            ("LITE", None, none, Some(PricePlan::Lite)),
            ("ESSENTIALS", Some(false), legacy, Some(PricePlan::Essentials)),
            ("PLUS", Some(true), nothing, Some(PricePlan::Plus)),
            ("NEWER", None, legacy, None),
        ] {
            let pool = pool(tier, security);
            assert_eq!(plan(told, Some(&pool)), expected, "{tier}");
            assert_eq!(known(told, Some(&pool)).advanced_security, tier == "LITE" && security == Some(true), "{tier}");
        }
        let lite = Some(PricePlan::Lite);
        assert_eq!([nothing, legacy, none].map(|told| may_be_legacy(told, lite)), [true, false, false]);
        assert!(!may_be_legacy(nothing, Some(PricePlan::Plus)));
        assert_eq!(plan(legacy, None), Some(PricePlan::Legacy), "AWS was never asked");
    }
}
