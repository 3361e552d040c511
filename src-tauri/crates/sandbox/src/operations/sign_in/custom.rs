//! `CUSTOM_AUTH`: challenges that the pool's own functions define, create and verify.
//!
//! Where a response file says nothing, the functions are these: a challenge is asked until it is answered rightly, three
//! wrong answers end it; an answer is right when it is `privateChallengeParameters.answer`.

use serde_json::{Map, Value, json};

use super::attempt::Attempt;
use super::{Step, Texts, required, status, wrong};
use crate::authentication::sessions::{Challenge, Step as Answered};
use crate::protocol::ApiError;
use crate::triggers::{self, Trigger};

/// Wrong answers that end a sign-in where no function says otherwise.
const ATTEMPTS: usize = 3;

/// What `DefineAuthChallenge` decides.
enum Decision {
    Tokens,
    Failure,
    Challenge(String),
}

impl Attempt<'_, '_> {
    /// Begins a custom flow, with a password proved by SRP first where the client asks for it.
    pub(super) fn begin_custom(&mut self, parameters: &Texts) -> Step {
        let pool = self.pool()?;
        let all = [Trigger::DefineAuthChallenge, Trigger::CreateAuthChallenge, Trigger::VerifyAuthChallengeResponse];
        if !all.iter().any(|trigger| trigger.exists(pool)) {
            let message = "Custom auth lambda trigger is not configured for the user pool.";
            return Err(ApiError::invalid(message));
        }
        let with_password = parameters.get("CHALLENGE_NAME").is_some_and(|name| name == "SRP_A");
        if !with_password {
            return self.next_custom(None);
        }
        let public = required(parameters, "SRP_A")?;
        self.progress.steps.push(Answered { name: "SRP_A".to_owned(), passed: true, metadata: None });
        self.next_custom(Some(public))
    }

    /// Notes how a challenge was answered and goes on.
    pub(super) fn custom_step(&mut self, name: &str, passed: bool, metadata: Option<String>) -> Step {
        self.progress.steps.push(Answered { name: name.to_owned(), passed, metadata });
        self.next_custom(None)
    }

    fn next_custom(&mut self, public: Option<&str>) -> Step {
        match (self.define()?, public) {
            (Decision::Tokens, _) => {
                self.somebody()?;
                status::demand_local(self)?;
                status::demand_confirmed(self)?;
                self.finish()
            }
            (Decision::Failure, _) => {
                self.record(false, "Password");
                Err(wrong())
            }
            (Decision::Challenge(name), Some(public)) if name == "PASSWORD_VERIFIER" => self.ask_password_proof(public),
            (Decision::Challenge(name), _) if name == "CUSTOM_CHALLENGE" => self.ask_custom(),
            _ => Err(triggers::unrecognizable(Trigger::DefineAuthChallenge)),
        }
    }

    fn define(&self) -> Result<Decision, ApiError> {
        let request = json!({ "session": self.trail(), "clientMetadata": self.metadata });
        let response = self
            .trigger(Trigger::DefineAuthChallenge, "DefineAuthChallenge_Authentication", request)?
            .unwrap_or_default();
        let says = |name: &str| response.get(name).and_then(Value::as_bool);
        if says("failAuthentication") == Some(true) {
            return Ok(Decision::Failure);
        }
        if says("issueTokens") == Some(true) {
            return Ok(Decision::Tokens);
        }
        if let Some(name) = response.get("challengeName").and_then(Value::as_str) {
            return Ok(Decision::Challenge(name.to_owned()));
        }
        Ok(self.usual_decision())
    }

    fn usual_decision(&self) -> Decision {
        let wrong = |step: &&Answered| step.name == "CUSTOM_CHALLENGE" && !step.passed;
        match self.progress.steps.last() {
            Some(step) if step.name == "SRP_A" => Decision::Challenge("PASSWORD_VERIFIER".to_owned()),
            Some(step) if step.name == "PASSWORD_VERIFIER" && !step.passed => Decision::Failure,
            Some(step) if step.name == "CUSTOM_CHALLENGE" && step.passed => Decision::Tokens,
            _ if self.progress.steps.iter().filter(wrong).count() >= ATTEMPTS => Decision::Failure,
            _ => Decision::Challenge("CUSTOM_CHALLENGE".to_owned()),
        }
    }

    /// `session` of the events: all that was answered so far.
    fn trail(&self) -> Value {
        let entry = |step: &Answered| {
            json!({
                "challengeName": step.name,
                "challengeResult": step.passed,
                "challengeMetadata": step.metadata,
            })
        };
        self.progress.steps.iter().map(entry).collect()
    }

    fn ask_custom(&mut self) -> Step {
        let request = json!({
            "challengeName": "CUSTOM_CHALLENGE",
            "session": self.trail(),
            "clientMetadata": self.metadata,
        });
        let response = self
            .trigger(Trigger::CreateAuthChallenge, "CreateAuthChallenge_Authentication", request)?
            .unwrap_or_default();
        let mut parameters = Map::new();
        for (name, value) in response.get("publicChallengeParameters").and_then(Value::as_object).into_iter().flatten()
        {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            parameters.insert(name.clone(), text.into());
        }
        parameters.insert("USERNAME".to_owned(), self.progress.username.clone().into());
        let private = response.get("privateChallengeParameters").cloned().unwrap_or_else(|| json!({}));
        let metadata = response.get("challengeMetadata").and_then(Value::as_str).map(str::to_owned);
        self.ask(Challenge::Custom { private, metadata }, parameters)
    }

    /// The answer to `CUSTOM_CHALLENGE`.
    pub(super) fn with_custom(&mut self, private: &Value, metadata: Option<String>, responses: &Texts) -> Step {
        let answer = required(responses, "ANSWER")?;
        let request = json!({
            "privateChallengeParameters": private,
            "challengeAnswer": answer,
            "clientMetadata": self.metadata,
        });
        let source = "VerifyAuthChallengeResponse_Authentication";
        let response = self.trigger(Trigger::VerifyAuthChallengeResponse, source, request)?.unwrap_or_default();
        let usual = || private.get("answer").and_then(Value::as_str) == Some(answer);
        let right = response.get("answerCorrect").and_then(Value::as_bool).unwrap_or_else(usual);
        self.custom_step("CUSTOM_CHALLENGE", right, metadata)
    }
}
