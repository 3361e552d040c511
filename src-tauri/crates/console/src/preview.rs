//! The tokens that a user would get, told from the local copy: nobody signs in, and nobody becomes billable.

use std::collections::BTreeMap;

use jiff::Timestamp;
use model::client::AppClient;
use model::token::{self, DescribedIssuer, IssuerForm, Occasion, Predicted, Prediction, TriggerVersion};
use model::{ClientId, Username};
use serde_json::Value;
use store::Cache;

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
    /// The ids and names of the pool's app clients (`ListUserPoolClients`; free); those that are kept where AWS cannot be
    /// asked, or where the pool was opened from its copy alone.
    ///
    /// # Errors
    /// When AWS cannot be asked and none are kept: what [`Error`] tells.
    pub async fn client_names(&self) -> Result<Vec<(ClientId, String)>, Error> {
        let named = |kept: Vec<(AppClient, Timestamp)>| kept.into_iter().map(|(client, _)| (client.id, client.name));
        let kept = self.read(Cache::clients).await?;
        if self.live.get().is_none() && !kept.is_empty() {
            return Ok(named(kept).collect());
        }
        let console = crate::Console { inner: self.console.clone() };
        match console.clients(&self.connection, &self.key.pool).await {
            Err(_) if !kept.is_empty() => Ok(named(kept).collect()),
            asked => asked,
        }
    }

    /// A client, and when it was read where that was not now. One that AWS does not know is gone, whatever is kept.
    async fn client_to_foretell(&self, id: &ClientId) -> Result<(AppClient, Option<Timestamp>), Error> {
        let kept = self.read(Cache::clients).await?.into_iter().find(|(client, _)| client.id == *id);
        let kept = kept.map(|(client, at)| (client, Some(at)));
        if let (None, Some(kept)) = (self.live.get(), &kept) {
            return Ok(kept.clone());
        }
        let console = crate::Console { inner: self.console.clone() };
        match (console.client(&self.connection, &self.key.pool, id).await, kept) {
            (Ok(read), _) => {
                let (client, now) = (read.client.clone(), self.now());
                self.read(move |cache| cache.put_clients(&[client], None, now)).await?;
                Ok((read.client, None))
            }
            (Err(error), Some(kept)) if error.code != Code::NotFound => {
                tracing::info!(code = error.code.as_str(), "the client that is kept is used");
                Ok(kept)
            }
            (Err(error), _) => Err(error),
        }
    }

    /// Foretells the tokens of a user from the local copy. The client is read anew while the pool is open online
    /// (`DescribeUserPoolClient`; free); else the one that is kept counts. Nothing else is called.
    ///
    /// # Errors
    /// [`Code::NotFound`] when the local copy has no such user; [`Code::Validation`] for an answer of the trigger that
    /// Cognito would refuse; otherwise what [`Error`] tells.
    pub async fn preview_tokens(&self, preview: &Preview) -> Result<Foretold, Error> {
        let (client, read_at) = self.client_to_foretell(&preview.client).await?;
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
        if let Some(at) = read_at {
            notes.push(format!("The app client is as it was read at {}; it may have changed since.", whole(at)));
        }
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

fn whole(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
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

impl OpenPool {
    /// The form in which the pool wrote its issuer when it was last described; `None` when it never was.
    ///
    /// # Errors
    /// As [`OpenPool::pool`].
    pub async fn issuer_form(&self) -> Result<Option<DescribedIssuer>, Error> {
        let (Some(pool), Some(at)) = (self.pool().await?, self.pool_at().await?) else { return Ok(None) };
        let form = if pool.updated_issuer { IssuerForm::Updated } else { IssuerForm::Original };
        Ok(Some(DescribedIssuer { form, at }))
    }
}
