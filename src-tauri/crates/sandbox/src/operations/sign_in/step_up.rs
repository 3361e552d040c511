//! Signing in up to a level of authentication (`TARGET_ACR_VALUES`, `acr_values`).

use super::attempt::Attempt;
use super::{Texts, refused};
use crate::authentication::levels;
use crate::directory::user::Factor;
use crate::operations::pool_settings;
use crate::protocol::ApiError;
use crate::tokens;

/// The levels that a request asks for, in its order; none when it asks for no level.
///
/// # Errors
/// `InvalidParameterException` for an access token without a level, and when no level is one of the pool's.
fn asked(attempt: &Attempt<'_, '_>, parameters: &Texts) -> Result<Vec<u8>, ApiError> {
    let Some(list) = parameters.get("TARGET_ACR_VALUES") else {
        return match parameters.contains_key("ACCESS_TOKEN") {
            true => Err(ApiError::invalid("ACCESS_TOKEN needs TARGET_ACR_VALUES.")),
            false => Ok(Vec::new()),
        };
    };
    let asked = levels::asked(&attempt.pool()?.settings, list);
    if asked.is_empty() {
        return Err(ApiError::invalid("None of TARGET_ACR_VALUES is a level of the user pool."));
    }
    Ok(asked)
}

impl Attempt<'_, '_> {
    /// Reads how far the request wants to get. An access token that is fresh enough counts for the factors it tells of.
    ///
    /// # Errors
    /// Levels that the pool does not have or that the person cannot reach, a token that is not the person's, and one that
    /// is as good as what is asked for.
    pub(super) fn aim(&mut self, parameters: &Texts) -> Result<(), ApiError> {
        let asked = asked(self, parameters)?;
        if asked.is_empty() {
            return Ok(());
        }
        self.progress.told_methods = true;
        let Some(target) = asked.iter().copied().find(|level| self.can_reach(*level)) else {
            return Err(ApiError::invalid("The user has no factors for any of TARGET_ACR_VALUES."));
        };
        self.progress.target = target;
        let Some(token) = parameters.get("ACCESS_TOKEN") else { return Ok(()) };
        let shown = self.credit(token, parameters.get("MAX_AGE"))?;
        if levels::reached(&shown) >= target {
            return Err(ApiError::invalid("The access token already has the level that is asked for."));
        }
        self.progress.methods = shown;
        Ok(())
    }

    /// The factors that an access token of the person tells of, if they were proved lately enough.
    fn credit(&self, token: &str, max_age: Option<&String>) -> Result<Vec<&'static str>, ApiError> {
        let bearer = tokens::verified_access(self.call.world, token, self.call.moment);
        let bearer = bearer.map_err(|_| refused("Invalid Access Token"))?;
        let own = bearer.pool_id == self.progress.pool && Some(bearer.user) == self.progress.user;
        let account = self.pool()?.account(bearer.user).filter(|_| own);
        let grant = account.and_then(|account| account.grants.find(&bearer.grant));
        let grant = grant.ok_or_else(|| refused("The access token is another user's."))?;
        let wrong = || ApiError::invalid("MAX_AGE must be a number of seconds.");
        let max_age = max_age.map(|age| age.parse::<i64>().map_err(|_| wrong())).transpose()?;
        let age_ms = self.now_ms() - grant.auth_time_ms;
        if max_age.is_some_and(|seconds| age_ms > seconds.saturating_mul(1000)) {
            return Ok(Vec::new());
        }
        let known = ["pwd", "otp", "sms", "email_otp", "swk", "hwk"];
        Ok(known.into_iter().filter(|method| grant.amr.iter().any(|proved| proved == method)).collect())
    }

    /// Aims at the first of these levels that the person can reach, if there is one: what the login page does.
    pub(super) fn aim_at(&mut self, asked: &[u8]) {
        self.progress.told_methods = !asked.is_empty();
        self.progress.target = asked.iter().copied().find(|level| self.can_reach(*level)).unwrap_or_default();
    }

    /// Whether the person has the factors of a level. Nobody seems to have them all.
    fn can_reach(&self, level: u8) -> bool {
        let first =
            |names: &[&str]| self.available().is_ok_and(|available| available.iter().any(|name| names.contains(name)));
        match level {
            1 => true,
            2 => first(&["EMAIL_OTP", "SMS_OTP"]),
            3 if first(&["WEB_AUTHN"]) => true,
            _ => self.user().is_none() || !self.factors_of(level).is_empty(),
        }
    }

    /// The second factors that the person has and that, after a password, are worth a level.
    pub(super) fn factors_of(&self, level: u8) -> Vec<Factor> {
        let worth = |factor: &Factor| match factor {
            Factor::SoftwareToken => level == 4,
            Factor::Sms | Factor::Email => level == 3,
        };
        self.usable_factors().into_iter().filter(worth).collect()
    }

    /// Of the first factors that the person has, those that lead to the level aimed at.
    pub(super) fn leading(&self, available: Vec<&'static str>) -> Vec<&'static str> {
        let target = self.progress.target;
        let with_password = self.user().is_none() || !self.factors_of(target).is_empty();
        let leads = |name: &&str| match (target, *name) {
            (0, _) => true,
            (1, name) => name.starts_with("PASSWORD"),
            (2, name) => name.ends_with("_OTP"),
            (3, "WEB_AUTHN") => true,
            (_, name) => name.starts_with("PASSWORD") && with_password,
        };
        available.into_iter().filter(leads).collect()
    }
}

/// Refuses to aim at a level in a plan without levels.
pub(super) fn demand_plan(plan: &str, parameters: &Texts) -> Result<(), ApiError> {
    if plan == "LITE" && parameters.contains_key("TARGET_ACR_VALUES") {
        return Err(pool_settings::unavailable("Step-up authentication", plan));
    }
    Ok(())
}
