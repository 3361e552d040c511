//! One sign-in on its way, and what all its steps need.

use rand::Rng;
use serde_json::{Map, Value, json};

use super::{Step, Texts, wrong};
use crate::authentication::sessions::{self, Challenge, Progress, Proof, Session};
use crate::authentication::srp;
use crate::directory::user::User;
use crate::directory::{Client, Pool};
use crate::operations::Call;
use crate::protocol::ApiError;
use crate::triggers::{self, Event, Trigger};

const MINUTE_MS: i64 = 60_000;

/// See the module.
pub(super) struct Attempt<'c, 'w> {
    pub(super) call: &'c mut Call<'w>,
    pub(super) client: Client,
    pub(super) progress: Progress,
    /// `ClientMetadata` of the answer at hand; that of the first request is [`Progress::validation`].
    pub(super) metadata: Texts,
}

impl Attempt<'_, '_> {
    pub(super) fn now_ms(&self) -> i64 {
        self.call.moment.now_ms
    }

    pub(super) fn pool(&self) -> Result<&Pool, ApiError> {
        self.call.world.pools.get(&self.progress.pool).ok_or_else(wrong)
    }

    pub(super) fn pool_mut(&mut self) -> Result<&mut Pool, ApiError> {
        self.call.world.pools.get_mut(&self.progress.pool).ok_or_else(wrong)
    }

    /// The person, if there is one.
    pub(super) fn user(&self) -> Option<&User> {
        self.pool().ok()?.users.get(self.progress.user?)
    }

    /// The person's id; nobody gets further than this.
    pub(super) fn somebody(&self) -> Result<u32, ApiError> {
        self.progress.user.filter(|_| self.user().is_some()).ok_or_else(wrong)
    }

    /// Calls a trigger of the pool. `request` is completed with what every event of a sign-in has.
    pub(super) fn trigger(
        &self,
        trigger: Trigger,
        source: &str,
        mut request: Value,
    ) -> Result<Option<Value>, ApiError> {
        let pool = self.pool()?;
        request["userAttributes"] = triggers::attributes(pool, self.progress.user);
        if self.user().is_none() {
            request["userNotFound"] = json!(true);
        }
        let (username, client_id) = (self.progress.username.as_str(), self.client.id.as_str());
        triggers::call(pool, trigger, &Event { version: triggers::ONLY, source, username, client_id, request })
    }

    /// Asks a question: the progress waits in a session for its answer.
    pub(super) fn ask(&mut self, challenge: Challenge, parameters: Map<String, Value>) -> Step {
        let id = sessions::new_id(&mut self.call.world.random);
        Ok(self.ask_as(&id, challenge, parameters))
    }

    fn ask_as(&mut self, id: &str, challenge: Challenge, parameters: Map<String, Value>) -> Value {
        let name = challenge.name();
        let session = Session { progress: self.progress.clone(), challenge, validity_ms: validity_ms(&self.client) };
        let now_ms = self.now_ms();
        self.call.world.sessions.open(id, session, now_ms);
        let mut question = json!({ "ChallengeName": name, "Session": id });
        question["ChallengeParameters"] = Value::Object(parameters);
        question
    }

    /// Answers the client's `SRP_A` with a round of SRP that waits for its proof.
    pub(super) fn ask_proof(
        &mut self,
        verifier: &srp::Verifier,
        public: &str,
        challenge: fn(Proof) -> Challenge,
        mut parameters: Map<String, Value>,
    ) -> Step {
        use base64::Engine;
        let random = &mut self.call.world.random;
        let mut secret = [0; 32];
        random.fill_bytes(&mut secret);
        let round = srp::Round::answer(verifier, public, &secret);
        let round = round.ok_or_else(|| ApiError::invalid("SRP_A is not a public number of this group."))?;
        let id = sessions::new_id(random);
        let mut block = id.as_bytes().to_vec();
        block.resize(block.len() + 224, 0);
        random.fill_bytes(&mut block[id.len()..]);
        parameters.insert("SALT".to_owned(), round.salt().into());
        parameters.insert("SRP_B".to_owned(), round.public().into());
        let shown = base64::prelude::BASE64_STANDARD.encode(&block);
        parameters.insert("SECRET_BLOCK".to_owned(), shown.into());
        parameters.insert("USERNAME".to_owned(), self.progress.username.clone().into());
        let proof = Proof { round, block, asked_ms: self.now_ms() };
        Ok(self.ask_as(&id, challenge(proof), parameters))
    }

    /// `USER_ID_FOR_SRP`, which most challenges tell.
    pub(super) fn identity(&self) -> Map<String, Value> {
        Map::from_iter([("USER_ID_FOR_SRP".to_owned(), self.progress.username.clone().into())])
    }

    /// Refuses while too many failures lock the person, or the name that nobody has, out.
    pub(super) fn admit(&mut self) -> Result<(), ApiError> {
        let now_ms = self.now_ms();
        self.lockout().admit(now_ms)
    }

    /// Counts a failure.
    pub(super) fn count_failure(&mut self) {
        let now_ms = self.now_ms();
        self.lockout().fail(now_ms);
    }

    pub(super) fn lockout(&mut self) -> &mut crate::directory::account::lockout::Lockout {
        let world = &mut *self.call.world;
        let pool = world.pools.get_mut(&self.progress.pool);
        match (pool, self.progress.user) {
            (Some(pool), Some(user)) => &mut pool.account_mut(user).lockout,
            _ => world.sessions.stranger(&self.progress.pool, &self.progress.typed),
        }
    }
}

/// `AuthSessionValidity`: 3 to 15 minutes.
pub(super) fn validity_ms(client: &Client) -> i64 {
    let minutes = client.settings.get("AuthSessionValidity").and_then(Value::as_i64);
    minutes.unwrap_or(3).clamp(3, 15) * MINUTE_MS
}
