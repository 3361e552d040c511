//! `USER_AUTH`: the person chooses the first factor.

use serde_json::Map;

use super::attempt::Attempt;
use super::{Step, Texts, required, second_factor, status, wrong};
use crate::authentication::sessions::{Challenge, Progress};
use crate::directory::schema::id;
use crate::directory::user::{Status, User};
use crate::protocol::ApiError;

impl Attempt<'_, '_> {
    /// Begins with what the client prefers, where the person has it, and asks otherwise.
    pub(super) fn choose(&mut self, parameters: &Texts, session: Option<&str>) -> Step {
        if let Some(session) = session {
            return self.after_sign_up(session);
        }
        status::demand_password_kept(self)?;
        self.aim(parameters)?;
        if self.progress.methods.contains(&"pwd") && !self.factors_of(self.progress.target).is_empty() {
            self.pre_authentication()?;
            return self.ask_second_factor();
        }
        let available = self.leading(self.available()?);
        let preferred = parameters.get("PREFERRED_CHALLENGE").map(String::as_str);
        let Some(chosen) = available.iter().find(|name| Some(**name) == preferred).copied() else {
            return self.ask_choice(available);
        };
        let ready = match chosen {
            "PASSWORD" => parameters.contains_key("PASSWORD"),
            "PASSWORD_SRP" => parameters.contains_key("SRP_A"),
            _ => true,
        };
        match chosen {
            _ if ready => self.with_choice(chosen, parameters),
            "PASSWORD" => self.ask_plainly(Challenge::Password),
            _ => self.ask_plainly(Challenge::PasswordSrp),
        }
    }

    /// The first factors that the person can use. Nobody seems to have all that the pool allows.
    pub(super) fn available(&self) -> Result<Vec<&'static str>, ApiError> {
        let pool = self.pool()?;
        let mut names = vec!["PASSWORD", "PASSWORD_SRP"];
        // One-time passwords cannot be the only factor where a second one is required, do not replace a temporary
        // password, and are not for people of other providers.
        let barred = |user: &User| matches!(user.status, Status::ForceChangePassword | Status::ExternalProvider);
        let codes = !second_factor::demanded(pool) && !self.user().is_some_and(barred);
        let verified = |flag| self.user().is_none_or(|user| user.attribute(flag) == Some("true"));
        if codes && pool.first_factor("EMAIL_OTP") && verified(id::EMAIL_VERIFIED) {
            names.push("EMAIL_OTP");
        }
        if codes && pool.first_factor("SMS_OTP") && verified(id::PHONE_VERIFIED) {
            names.push("SMS_OTP");
        }
        if self.offers_passkey() {
            names.push("WEB_AUTHN");
        }
        Ok(names)
    }

    fn ask_choice(&mut self, available: Vec<&'static str>) -> Step {
        let shown = available.clone();
        let mut question = self.ask(Challenge::Select(available), Map::new())?;
        question["AvailableChallenges"] = shown.into();
        Ok(question)
    }

    /// The answer to `SELECT_CHALLENGE`.
    pub(super) fn with_selection(&mut self, available: &[&'static str], responses: &Texts) -> Step {
        let answer = required(responses, "ANSWER")?;
        match available.iter().find(|name| **name == answer) {
            Some(chosen) => self.with_choice(chosen, responses),
            None => Err(ApiError::invalid(format!("Selected challenge is not available: {answer}"))),
        }
    }

    fn with_choice(&mut self, chosen: &str, given: &Texts) -> Step {
        match chosen {
            "PASSWORD" => self.with_password(required(given, "PASSWORD")?),
            "PASSWORD_SRP" => self.ask_password_proof(required(given, "SRP_A")?),
            "WEB_AUTHN" => self.ask_passkey(),
            code => {
                self.admit()?;
                self.pre_authentication()?;
                status::demand_confirmed(self)?;
                self.send_code(if code == "SMS_OTP" { "SMS_OTP" } else { "EMAIL_OTP" }, 8)
            }
        }
    }

    /// A sign-up that was confirmed in the same session counts as the first factor, once.
    fn after_sign_up(&mut self, session: &str) -> Step {
        let now_ms = self.now_ms();
        let waiting = self.call.world.sessions.take(session, now_ms)?;
        let Progress { pool, client, user, .. } = &waiting.progress;
        let same = *pool == self.progress.pool && *client == self.progress.client && *user == self.progress.user;
        if !same || !matches!(waiting.challenge, Challenge::SignUp { confirmed: true }) {
            return Err(super::refused("Invalid session for the user."));
        }
        self.somebody().map_err(|_| wrong())?;
        status::demand_confirmed(self)?;
        // The code was sent to what it has verified.
        let by_email = self.user().is_some_and(|user| user.attribute(id::EMAIL_VERIFIED) == Some("true"));
        self.progress.methods.push(if by_email { "email_otp" } else { "sms" });
        self.finish()
    }
}
