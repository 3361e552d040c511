//! The tokens that a user would get, told from the local copy: nobody signs in, and nobody becomes billable.

use std::collections::BTreeMap;

use model::client::AppClient;
use model::token::{self, Occasion, Predicted, Prediction, TriggerVersion};
use model::{ClientId, Username};
use serde_json::Value;

use crate::error::{Code, Error};
use crate::pool::OpenPool;

/// The `triggerSource` of every occasion on which tokens are made, the usual ones first.
#[must_use]
pub fn occasions() -> [&'static str; 5] {
    Occasion::ALL.map(Occasion::trigger_source)
}

/// What is to be foretold.
#[derive(Debug, Clone)]
pub struct Preview {
    /// Who.
    pub username: Username,
    /// Through which client.
    pub client: ClientId,
    /// With which scopes; none for a sign-in through the API.
    pub scopes: Vec<String>,
    /// On which occasion.
    pub occasion: Occasion,
    /// `ClientMetadata` for the trigger.
    pub metadata: BTreeMap<String, String>,
    /// The version of the trigger; `None` for the pool's own.
    pub version: Option<TriggerVersion>,
    /// What the trigger answers; `None` without one.
    pub response: Option<Value>,
}

/// What was foretold, and what it rests on.
#[derive(Debug, Clone)]
pub struct Foretold {
    /// The tokens.
    pub tokens: Predicted,
    /// The version of the trigger that was used.
    pub version: TriggerVersion,
    /// What a reader should know of this prediction, each in a sentence.
    pub notes: Vec<String>,
}

impl OpenPool {
    /// Foretells the tokens of a user from the local copy. The client is read from AWS (`DescribeUserPoolClient`; free);
    /// nothing else is called.
    ///
    /// # Errors
    /// [`Code::NotFound`] when the local copy has no such user; [`Code::Validation`] for an answer of the trigger that
    /// Cognito would refuse; otherwise what [`Error`] tells.
    pub async fn preview_tokens(&self, preview: &Preview) -> Result<Foretold, Error> {
        let console = crate::Console { inner: self.console.clone() };
        let client = console.client(&self.connection, &self.key.pool, &preview.client).await?.client;
        let missing = || Error::new(Code::NotFound, "The local copy has no such user. Check the user name, or sync.");
        let user = self.user(&preview.username).await?.ok_or_else(missing)?;
        let described = self.pool().await?;
        let groups: Vec<_> = self.groups().await?.into_iter().map(|(group, _)| group).collect();
        let trigger = described.as_ref().and_then(|pool| pool.pre_token_trigger.as_deref());
        let own = trigger.and_then(TriggerVersion::parse);
        let version = preview.version.or(own).unwrap_or(TriggerVersion::V1);
        let from = Prediction {
            pool: &self.key.pool,
            updated_issuer: described.as_ref().is_some_and(|pool| pool.updated_issuer),
            user: &user,
            groups: &groups,
            client: &client,
            scopes: &preview.scopes,
            occasion: preview.occasion,
            metadata: &preview.metadata,
            version,
            response: preview.response.as_ref(),
            now: self.now(),
        };
        let tokens = token::predict(&from).map_err(|error| Error::invalid("response", error.to_string()))?;
        let mut notes = notes(preview, &client, own);
        let synced = self.freshness().await?;
        if !synced.complete {
            notes.push("The local copy is partial, so groups or attributes may be missing.".to_owned());
        }
        if !user.enabled {
            notes.push("The user is disabled and cannot sign in at all.".to_owned());
        }
        if tier_lacks(described.and_then(|pool| pool.tier).as_deref(), version) {
            notes.push("The pool's plan is Lite, where a trigger has version V1 only.".to_owned());
        }
        Ok(Foretold { tokens, version, notes })
    }
}

fn tier_lacks(tier: Option<&str>, version: TriggerVersion) -> bool {
    tier == Some("LITE") && version != TriggerVersion::V1
}

fn notes(preview: &Preview, client: &AppClient, own: Option<TriggerVersion>) -> Vec<String> {
    let mut notes = Vec::new();
    let foreign: Vec<&str> =
        preview.scopes.iter().filter(|scope| !client.scopes.contains(scope)).map(String::as_str).collect();
    if !foreign.is_empty() {
        notes.push(format!("The client does not allow {}, so Cognito would not grant it.", foreign.join(", ")));
    }
    if !preview.scopes.is_empty() && preview.occasion == Occasion::Authentication {
        notes.push("Scopes come with the login page; a sign-in through the API has none of these.".to_owned());
    }
    match (own, &preview.response) {
        (Some(_), None) => {
            notes.push(
                "The pool has a pre token generation trigger; without its answer this is what it would find."
                    .to_owned(),
            );
        }
        (None, Some(_)) => {
            notes.push("The pool has no pre token generation trigger; this is what one would do.".to_owned());
        }
        _ => {}
    }
    notes
}
