//! Signing in with a passkey.

use serde_json::{Map, Value, json};

use super::attempt::Attempt;
use super::{Step, Texts, refused, required, second_factor, status, wrong};
use crate::authentication::passkeys::{self, Asked, Flaw};
use crate::authentication::sessions::Challenge;
use crate::directory::Pool;
use crate::directory::account::passkeys::Passkey;
use crate::operations::passkeys::{PATIENCE_MS, challenge, relying_party, setting, verifies};
use crate::protocol::ApiError;

/// Whether a passkey is enough where a second factor is required of everyone.
fn suffices(pool: &Pool) -> bool {
    let counts_twice = setting(pool, "FactorConfiguration") == Some("MULTI_FACTOR_WITH_USER_VERIFICATION");
    counts_twice || !second_factor::demanded(pool)
}

impl Attempt<'_, '_> {
    /// The person's passkeys for the relying party of the pool, as authenticators are told them.
    fn passkeys(&self) -> Vec<Value> {
        let Ok(pool) = self.pool() else { return Vec::new() };
        let account = self.progress.user.and_then(|user| pool.account(user));
        let Ok(party) = relying_party(pool, &self.call.world.region) else { return Vec::new() };
        account.into_iter().flat_map(|account| account.passkeys.of(&party)).map(Passkey::descriptor).collect()
    }

    /// Whether the person can sign in with a passkey.
    pub(super) fn offers_passkey(&self) -> bool {
        self.pool().is_ok_and(|pool| pool.first_factor("WEB_AUTHN") && suffices(pool)) && !self.passkeys().is_empty()
    }

    /// `WEB_AUTHN`: what to ask the authenticator.
    pub(super) fn ask_passkey(&mut self) -> Step {
        self.admit()?;
        self.pre_authentication()?;
        status::demand_confirmed(self)?;
        let allowed = self.passkeys();
        let challenge = challenge(self.call.world);
        let pool = self.pool()?;
        let options = json!({
            "challenge": challenge,
            "timeout": PATIENCE_MS,
            "rpId": relying_party(pool, &self.call.world.region)?,
            "allowCredentials": allowed,
            "userVerification": if verifies(pool) { "required" } else { "preferred" },
        });
        let parameters = Map::from_iter([("CREDENTIAL_REQUEST_OPTIONS".to_owned(), options.to_string().into())]);
        self.ask(Challenge::Passkey { challenge }, parameters)
    }

    /// The answer to `WEB_AUTHN`.
    pub(super) fn with_passkey(&mut self, challenge: &str, responses: &Texts) -> Step {
        let unreadable = || ApiError::invalid("CREDENTIAL must be an AuthenticationResponseJSON.");
        let credential: Value = serde_json::from_str(required(responses, "CREDENTIAL")?).map_err(|_| unreadable())?;
        let id = credential.get("id").and_then(Value::as_str).ok_or_else(unreadable)?;
        self.admit()?;
        let user = self.somebody()?;
        let party = relying_party(self.pool()?, &self.call.world.region)?;
        let asked = Asked { challenge, relying_party: &party, verified: verifies(self.pool()?) };
        let registered = &mut self.pool_mut()?.account_mut(user).passkeys.registered;
        let known = registered.iter_mut().find(|known| known.id == id && known.relying_party == party);
        let proved = known.ok_or(Flaw::Key).and_then(|known| {
            known.uses = passkeys::prove(&credential, &known.key, known.uses, asked)?;
            Ok(known.method())
        });
        match proved {
            Ok(method) => {
                self.progress.methods.push(method);
                self.after_second_factor()
            }
            Err(Flaw::Form) => Err(unreadable()),
            Err(Flaw::Person) => Err(refused("The authenticator did not verify the user.")),
            Err(_) => {
                self.count_failure();
                self.record(false, "Password");
                Err(wrong())
            }
        }
    }
}
