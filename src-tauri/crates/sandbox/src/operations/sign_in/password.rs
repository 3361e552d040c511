//! The first factor that most people have: the password, plain or proved by SRP.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Map, Value, json};

use super::attempt::Attempt;
use super::{Step, Texts, refused, required, status, wrong};
use crate::authentication::sessions::{Challenge, Flow, Proof};
use crate::authentication::srp::{self, Claim, Verifier};
use crate::directory::user::Status;
use crate::protocol::ApiError;
use crate::triggers::Trigger;

/// How long a proof may take. AWS says "a few seconds"; this leaves room for a debugger.
const PROOF_MS: i64 = 30_000;

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

impl Attempt<'_, '_> {
    /// Goes on with a password.
    pub(super) fn with_password(&mut self, password: &str) -> Step {
        self.before_password()?;
        let user = self.progress.user;
        let right = user.is_some_and(|user| self.pool_mut().is_ok_and(|pool| pool.check_password(user, password)));
        self.after_password(right)
    }

    /// `PASSWORD_VERIFIER`: for somebody whose password is unknown, and for nobody, a challenge that looks the same.
    pub(super) fn ask_password_proof(&mut self, public: &str) -> Step {
        let verifier = self.password_verifier()?;
        let parameters = self.identity();
        self.ask_proof(&verifier, public, Challenge::PasswordVerifier, parameters)
    }

    fn password_verifier(&self) -> Result<Verifier, ApiError> {
        let pool = self.pool()?;
        let (group, name) = (srp::pool_group(&pool.id), self.progress.username.as_str());
        Ok(match self.known_password() {
            Some(password) => {
                Verifier::of_password(group, name, password, &srp::salt(&[&pool.id, name, password, "salt"]))
            }
            None => {
                let name = &self.progress.typed.to_lowercase();
                let secret = hex::encode(srp::salt(&[&pool.id, name, "secret"]));
                Verifier::of_password(group, name, &secret, &srp::salt(&[&pool.id, name, "salt"]))
            }
        })
    }

    fn known_password(&self) -> Option<&str> {
        self.pool().ok()?.account(self.progress.user?)?.credentials.password.as_deref()
    }

    /// The answer to `PASSWORD_VERIFIER`.
    pub(super) fn with_password_proof(&mut self, proof: &Proof, responses: &Texts) -> Step {
        let group = srp::pool_group(&self.progress.pool).to_owned();
        let identity = self.progress.username.clone();
        let proved = proves(proof, &group, &identity, responses, self.now_ms())?;
        self.before_password()?;
        let known = self.known_password().is_some();
        self.after_password(proved && known)
    }

    /// What comes before any password is looked at.
    fn before_password(&mut self) -> Result<(), ApiError> {
        self.pre_authentication()?;
        self.admit()?;
        status::demand_password_kept(self)
    }

    /// Asks the function that may refuse an attempt, before the first factor whatever it is.
    pub(super) fn pre_authentication(&self) -> Result<(), ApiError> {
        let request = json!({ "validationData": self.progress.validation, "clientMetadata": self.metadata });
        self.trigger(Trigger::PreAuthentication, "PreAuthentication_Authentication", request).map(|_| ())
    }

    fn after_password(&mut self, right: bool) -> Step {
        if !right {
            self.count_failure();
            self.record(false, "Password");
            if self.progress.flow == Flow::Custom {
                return self.custom_step("PASSWORD_VERIFIER", false, None);
            }
            return Err(wrong());
        }
        status::demand_confirmed(self)?;
        status::demand_fresh(self)?;
        self.progress.methods.push("pwd");
        if self.user().is_some_and(|user| user.status == Status::ForceChangePassword) {
            return self.ask_new_password();
        }
        self.after_first_factor()
    }

    /// What comes after the first factor: the device, the second factor, and what a custom flow wants more.
    pub(super) fn after_first_factor(&mut self) -> Step {
        match self.ask_device()? {
            Some(question) => Ok(question),
            None => self.ask_second_factor(),
        }
    }

    /// `PASSWORD_SRP` and `PASSWORD` as challenges of their own.
    pub(super) fn ask_plainly(&mut self, challenge: Challenge) -> Step {
        self.ask(challenge, Map::<String, Value>::new())
    }
}

/// Whether the answer to a round of SRP is right.
///
/// # Errors
/// `InvalidParameterException` for what is missing or is no date, `NotAuthorizedException` when it comes too late.
pub(super) fn proves(
    proof: &Proof,
    group: &str,
    identity: &str,
    responses: &Texts,
    now_ms: i64,
) -> Result<bool, ApiError> {
    let signature = required(responses, "PASSWORD_CLAIM_SIGNATURE")?;
    let block = required(responses, "PASSWORD_CLAIM_SECRET_BLOCK")?;
    let timestamp = required(responses, "TIMESTAMP")?;
    if !is_timestamp(timestamp) {
        return Err(ApiError::invalid("TIMESTAMP format should be EEE MMM d HH:mm:ss z yyyy in english."));
    }
    if now_ms - proof.asked_ms > PROOF_MS {
        return Err(refused("Invalid session for the user, session is expired."));
    }
    let same = BASE64_STANDARD.decode(block).is_ok_and(|block| block == proof.block);
    let claim = Claim { group, identity, block: &proof.block, timestamp };
    Ok(same && proof.round.proves(&claim, signature))
}

/// `EEE MMM d HH:mm:ss z yyyy` in English. The value is not held against any clock: it is only part of the proof.
fn is_timestamp(text: &str) -> bool {
    let parts: Vec<&str> = text.split(' ').collect();
    let [day, month, date, time, zone, year] = parts.as_slice() else { return false };
    let number = |text: &str, lengths: &[usize], most: u32| {
        lengths.contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_digit())
            && text.parse::<u32>().is_ok_and(|n| n <= most)
    };
    let clock: Vec<&str> = time.split(':').collect();
    let [hour, minute, second] = clock.as_slice() else { return false };
    DAYS.contains(day)
        && MONTHS.contains(month)
        && number(date, &[1, 2], 31)
        && number(hour, &[2], 23)
        && number(minute, &[2], 59)
        && number(second, &[2], 60)
        && matches!(*zone, "UTC" | "GMT")
        && number(year, &[4], 9999)
}

#[cfg(test)]
mod tests {
    use super::is_timestamp;

    #[test]
    fn dates_are_read_as_java_writes_them() {
        assert!(is_timestamp("Tue Feb 1 03:04:05 UTC 2000"));
        assert!(is_timestamp("Sun Nov 22 14:39:28 UTC 2026"));
        for wrong in ["", "Tue  Feb 1 03:04:05 UTC 2000", "Di Feb 1 03:04:05 UTC 2000", "2000-02-01T03:04:05Z"] {
            assert!(!is_timestamp(wrong), "{wrong}");
        }
        for wrong in ["Tue Feb 1 3:04:05 UTC 2000", "Tue Feb 32 03:04:05 UTC 2000", "Tue Feb 1 03:04 UTC 2000"] {
            assert!(!is_timestamp(wrong), "{wrong}");
        }
    }
}
