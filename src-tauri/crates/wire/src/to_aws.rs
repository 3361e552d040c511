//! Identity pools, and the way from a token to AWS credentials.

use std::collections::BTreeMap;

use console::AwsCredentials;
use console::to_aws::{Ask, Bearer, Exchange, Way};
use model::IdentityPoolId;
use model::identity::IdentityPool;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::WireError;
use crate::lab::{RefusalView, StepView};

/// An identity pool in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct IdentityPoolLineView {
    /// Its id.
    pub id: String,
    /// Its name. Foreign text.
    pub name: String,
}

impl From<&(IdentityPoolId, String)> for IdentityPoolLineView {
    fn from((id, name): &(IdentityPoolId, String)) -> Self {
        Self { id: id.as_str().to_owned(), name: name.clone() }
    }
}

/// Names an identity pool.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct OneIdentityPool {
    /// Its id.
    pub identity_pool_id: String,
}

/// Reads an identity pool's id.
///
/// # Errors
/// [`crate::ErrorCode::Validation`] with field `identityPoolId`.
pub fn identity_pool_id(text: &str) -> Result<IdentityPoolId, WireError> {
    IdentityPoolId::parse(text).map_err(|error| WireError::validation("identityPoolId", error.to_string()))
}

/// An identity pool as it is set up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct IdentityPoolView {
    /// Its id.
    pub id: String,
    /// Its name. Foreign text.
    pub name: String,
    /// Whether guests are let in.
    pub guests: bool,
    /// Whether the basic flow is allowed.
    pub basic_flow: bool,
    /// The user pools and clients that it trusts.
    pub user_pools: Vec<UserPoolProviderView>,
    /// Every other provider that it trusts.
    pub other_providers: Vec<String>,
    /// The role of who has signed in; `null` when none is set.
    pub authenticated_role: Option<String>,
    /// The role of guests; `null` when none is set.
    pub guest_role: Option<String>,
    /// How roles are chosen, each mapping in a sentence, by provider.
    pub mappings: BTreeMap<String, Vec<String>>,
}

/// A user pool and client that an identity pool trusts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct UserPoolProviderView {
    /// `cognito-idp.<region>.amazonaws.com/<pool>`.
    pub name: String,
    /// The app client.
    pub client: String,
    /// Whether the user pool is asked if the person was signed out or disabled since.
    pub server_side_check: bool,
}

impl From<&IdentityPool> for IdentityPoolView {
    fn from(pool: &IdentityPool) -> Self {
        let mapping = |mapping: &model::identity::RoleMapping| {
            let mut sentences: Vec<String> = match &mapping.rules {
                None => vec!["The token says the role (cognito:preferred_role, cognito:roles).".to_owned()],
                Some(rules) => rules
                    .iter()
                    .map(|rule| format!("{} {} {}: {}", rule.claim, rule.match_type, rule.value, rule.role))
                    .collect(),
            };
            let otherwise = if mapping.falls_back { "the authenticated role" } else { "denied" };
            sentences.push(format!("Where nothing decides: {otherwise}."));
            sentences
        };
        Self {
            id: pool.id.as_str().to_owned(),
            name: pool.name.clone(),
            guests: pool.guests,
            basic_flow: pool.basic_flow,
            user_pools: pool
                .user_pools
                .iter()
                .map(|provider| UserPoolProviderView {
                    name: provider.name.clone(),
                    client: provider.client.clone(),
                    server_side_check: provider.server_side_check,
                })
                .collect(),
            other_providers: pool.other_providers.clone(),
            authenticated_role: pool.authenticated_role.clone(),
            guest_role: pool.guest_role.clone(),
            mappings: pool.mappings.iter().map(|(provider, found)| (provider.clone(), mapping(found))).collect(),
        }
    }
}

/// Who asks for credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum BearerKind {
    /// Somebody who has not signed in.
    Guest,
    /// Whoever signed in in the lab, with the ID token that is held there.
    Lab,
    /// Somebody with the ID token that is given.
    Token,
}

/// How a token becomes credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum WayKind {
    /// The identity pool chooses the role.
    Enhanced,
    /// The app chooses the role and asks STS.
    Basic,
}

impl From<WayKind> for Way {
    fn from(way: WayKind) -> Self {
        match way {
            WayKind::Enhanced => Self::Enhanced,
            WayKind::Basic => Self::Basic,
        }
    }
}

/// Exchanges a token for AWS credentials.
#[derive(Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ExchangeToken {
    /// The identity pool.
    pub identity_pool_id: String,
    /// Who asks.
    pub bearer: BearerKind,
    /// The ID token when one is given; `null` otherwise.
    #[specta(type = Option<String>)]
    pub token: Option<SecretString>,
    /// How.
    pub way: WayKind,
    /// The role that is asked for; `null` for the identity pool's own.
    pub role: Option<String>,
}

impl std::fmt::Debug for ExchangeToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ExchangeToken").field("way", &self.way).finish_non_exhaustive()
    }
}

impl ExchangeToken {
    /// What `console` is asked. `held` is the ID token of the lab.
    ///
    /// # Errors
    /// The field that does not hold.
    pub fn ask(&self, held: impl FnOnce() -> Result<SecretString, WireError>) -> Result<Ask, WireError> {
        let bearer = match self.bearer {
            BearerKind::Guest => Bearer::Guest,
            BearerKind::Lab => Bearer::IdToken(held()?),
            BearerKind::Token => {
                match self.token.as_ref().map(|token| token.expose_secret().trim()).filter(|token| !token.is_empty()) {
                    Some(token) => Bearer::IdToken(one_token(token)?),
                    None => return Err(WireError::validation("token", "Paste an ID token.")),
                }
            }
        };
        Ok(Ask {
            identity_pool: identity_pool_id(&self.identity_pool_id)?,
            bearer,
            way: self.way.into(),
            role: self.role.as_deref().map(str::trim).filter(|role| !role.is_empty()).map(str::to_owned),
        })
    }
}

/// The ID token in a text: the only token there, or the only one that says that it is one.
///
/// # Errors
/// When there are several and it is not plain which is meant.
fn one_token(text: &str) -> Result<SecretString, WireError> {
    let found = model::token::find(text);
    if found.len() < 2 {
        return Ok(found.into_iter().next().map_or_else(|| text.to_owned(), |found| found.compact).into());
    }
    let is_id = |compact: &str| model::token::decode(compact).is_ok_and(|token| token.text("token_use") == Some("id"));
    let mut ids = found.into_iter().map(|found| found.compact).filter(|compact| is_id(compact));
    match (ids.next(), ids.next()) {
        (Some(only), None) => Ok(only.into()),
        _ => Err(WireError::validation("token", "Several tokens are there. Give the one ID token that is meant.")),
    }
}

/// An exchange as far as it came; the credentials stay behind.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ExchangeView {
    /// Whether a guest asked.
    pub guest: bool,
    /// The role that the rules give; `null` when the identity pool refuses.
    pub role: Option<String>,
    /// By which rule. It may repeat names and values: foreign text.
    pub rule: String,
    /// Session tags by name; `null` when the map could not be read.
    pub tags: Option<BTreeMap<String, String>>,
    /// What matters in the role's trust policy.
    pub trust: Vec<String>,
    /// A trust policy that does, as JSON.
    pub trust_policy: String,
    /// Every call so far, with nothing secret in it.
    pub steps: Vec<StepView>,
    /// The identity; `null` when none was given.
    pub identity_id: Option<String>,
    /// When the credentials end; `null` when there are none.
    pub expires_at: Option<String>,
    /// Who the credentials are (`sts:GetCallerIdentity`); `null` when that was not told.
    pub arn: Option<String>,
    /// Why it ended early; `null` when it did not.
    pub refusal: Option<RefusalView>,
}

impl From<&Exchange> for ExchangeView {
    fn from(exchange: &Exchange) -> Self {
        Self {
            guest: exchange.guest,
            role: exchange.choice.role.clone(),
            rule: exchange.choice.why.clone(),
            tags: exchange.tags.clone(),
            trust: exchange.trust.clone(),
            trust_policy: serde_json::to_string_pretty(&exchange.trust_policy).unwrap_or_default(),
            steps: exchange.steps.iter().map(StepView::from).collect(),
            identity_id: exchange.identity_id.clone(),
            expires_at: exchange.credentials.as_ref().map(|credentials| credentials.expires_at.to_string()),
            arn: exchange.identity.as_ref().map(|identity| identity.arn.clone()),
            refusal: exchange.refusal.clone().map(|(code, message)| RefusalView { code, message }),
        }
    }
}

/// In which form credentials are shown or copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum CredentialsForm {
    /// As shells take them.
    Environment,
    /// As a profile of `~/.aws/credentials`.
    Profile,
    /// As an address that signs a browser in to AWS's console.
    ConsoleUrl,
}

/// Names the form in which credentials are wanted.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct OneForm {
    /// Which.
    pub form: CredentialsForm,
}

/// The name of the profile that credentials are written as.
pub const PROFILE: &str = "poolkeeper";

/// Credentials on their own, as `poolctl credentials` prints them and `credential_process` reads them.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ProcessCredentials {
    /// Always 1.
    pub version: u8,
    /// `AWS_ACCESS_KEY_ID`.
    pub access_key_id: String,
    /// `AWS_SECRET_ACCESS_KEY`.
    pub secret_access_key: String,
    /// `AWS_SESSION_TOKEN`.
    pub session_token: String,
    /// When they end.
    pub expiration: String,
}

impl std::fmt::Debug for ProcessCredentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ProcessCredentials")
    }
}

impl From<&AwsCredentials> for ProcessCredentials {
    fn from(credentials: &AwsCredentials) -> Self {
        Self {
            version: 1,
            access_key_id: credentials.access_key_id.clone(),
            secret_access_key: credentials.secret_key.expose_secret().to_owned(),
            session_token: credentials.session_token.expose_secret().to_owned(),
            expiration: credentials.expires_at.to_string(),
        }
    }
}
