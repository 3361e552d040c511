//! The authorization request (RFC 6749, 4.1.1; RFC 7636; OpenID Connect Core, 3.1.2.1).

use serde_json::{Map, Value};

use super::federation;
use super::form::{Form, encode, with_query};
use crate::authentication::levels;
use crate::directory::{Client, World};
use crate::protocol::Answer;

/// How the answer reaches the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ResponseType {
    /// A code, to be exchanged.
    Code,
    /// Tokens in the fragment: the implicit grant.
    Token,
}

/// An authorization request that may be answered.
#[derive(Debug, Clone)]
pub(super) struct Authorization {
    pub(super) pool_id: String,
    pub(super) client_id: String,
    pub(super) redirect_uri: String,
    pub(super) response_type: ResponseType,
    /// The identity provider to sign in with, if it is not the pool itself.
    pub(super) provider: Option<String>,
    pub(super) scopes: Vec<String>,
    pub(super) state: Option<String>,
    pub(super) nonce: Option<String>,
    pub(super) challenge: Option<String>,
    pub(super) resource: Option<String>,
    /// Whether a present login counts for nothing (`prompt=login`, `select_account`, `max_age=0`).
    pub(super) afresh: bool,
    /// Whether no page may be shown (`prompt=none`).
    pub(super) silent: bool,
    /// Oldest login that counts, in seconds.
    pub(super) max_age_s: Option<i64>,
    pub(super) login_hint: Option<String>,
    /// Levels of authentication to be reached and told in tokens (`acr_values`), the dearest first.
    pub(super) levels: Vec<u8>,
}

/// Why a request is not answered as asked.
#[derive(Debug)]
pub(super) enum Refusal {
    /// The address to answer to cannot be trusted: the person sees it, the client does not.
    Shown { error: &'static str, client_id: String },
    /// The client is told.
    Sent {
        redirect_uri: String,
        response_type: ResponseType,
        error: &'static str,
        description: String,
        state: Option<String>,
    },
}

impl Refusal {
    pub(super) fn shown(error: &'static str, client_id: &str) -> Self {
        Self::Shown { error, client_id: client_id.to_owned() }
    }

    /// The answer to the browser. `prefix` leads to the pages of the pool.
    pub(super) fn answer(&self, prefix: &str) -> Answer {
        match self {
            Self::Shown { error, client_id } => {
                redirect(&with_query(&format!("{prefix}/error"), &[("error", error), ("client_id", client_id)]))
            }
            Self::Sent { redirect_uri, response_type, error, description, state } => {
                let mut parameters = vec![("error", *error), ("error_description", description.as_str())];
                parameters.extend(state.as_deref().map(|state| ("state", state)));
                redirect(&address(redirect_uri, *response_type, &parameters))
            }
        }
    }
}

impl Authorization {
    /// Reads a request. `pool` is the pool of the path, if it names one.
    pub(super) fn read(world: &World, pool: Option<&str>, form: &Form) -> Result<Self, Refusal> {
        let client_id = form.get("client_id").ok_or_else(|| Refusal::shown("invalid_request", ""))?;
        let unknown = || Refusal::shown("Client does not exist", client_id);
        let pool_id = world.pool_of_client(client_id).filter(|id| pool.is_none_or(|pool| pool == *id));
        let pool_id = pool_id.ok_or_else(unknown)?;
        let pool = world.pools.get(pool_id).ok_or_else(unknown)?;
        let client = pool.clients.get(client_id).ok_or_else(unknown)?;
        let redirect_uri = redirect_uri(client, form)?;
        let response_type = match form.get("response_type") {
            Some("token") => ResponseType::Token,
            _ => ResponseType::Code,
        };
        let refuse = |error: &'static str, description: &str| Refusal::Sent {
            redirect_uri: redirect_uri.clone(),
            response_type,
            error,
            description: description.to_owned(),
            state: form.text("state"),
        };
        match form.get("response_type") {
            Some("code" | "token") => {}
            Some(_) => return Err(refuse("unsupported_response_type", "response_type must be code or token")),
            None => return Err(refuse("invalid_request", "response_type is missing")),
        }
        let flow = if response_type == ResponseType::Code { "code" } else { "implicit" };
        if !may_use(client, flow) {
            return Err(refuse("unauthorized_client", "The client may not use this flow"));
        }
        let challenge = challenge(form).map_err(|description| refuse("invalid_request", description))?;
        let scopes = scopes(client, form.get("scope")).map_err(|description| refuse("invalid_scope", description))?;
        let prompt: Vec<&str> = form.get("prompt").unwrap_or_default().split(' ').collect();
        let silent = prompt.contains(&"none");
        if silent && prompt.len() > 1 {
            return Err(refuse("invalid_request", "prompt none stands alone"));
        }
        let provider = match (form.get("identity_provider"), form.get("idp_identifier")) {
            (None, None) => None,
            (name, identifier) => {
                let named = federation::named(pool, name, identifier);
                let named = named.filter(|name| client.lists("SupportedIdentityProviders", name) || *name == "COGNITO");
                let unknown = || refuse("invalid_request", "The client may not use this identity provider");
                named.map(Some).ok_or_else(unknown)?.filter(|name| *name != "COGNITO")
            }
        };
        Ok(Self {
            pool_id: pool_id.to_owned(),
            client_id: client_id.to_owned(),
            provider: provider.map(str::to_owned),
            response_type,
            scopes,
            state: form.text("state"),
            nonce: form.text("nonce"),
            challenge,
            resource: form.text("resource"),
            afresh: prompt.iter().any(|prompt| matches!(*prompt, "login" | "select_account")),
            silent,
            max_age_s: form.get("max_age").and_then(|age| age.parse().ok()),
            login_hint: form.text("login_hint"),
            levels: levels(&pool.settings, form.get("acr_values")),
            redirect_uri,
        })
    }

    /// The answer that leads back to the client.
    pub(super) fn back(&self, parameters: &[(&str, &str)]) -> Answer {
        let mut parameters = parameters.to_vec();
        parameters.extend(self.state.as_deref().map(|state| ("state", state)));
        redirect(&address(&self.redirect_uri, self.response_type, &parameters))
    }
}

/// The levels that `acr_values` names; a pool whose plan has none passes over all of them.
fn levels(settings: &Map<String, Value>, asked: Option<&str>) -> Vec<u8> {
    match asked {
        Some(asked) if settings.get("UserPoolTier").is_none_or(|plan| plan != "LITE") => levels::asked(settings, asked),
        _ => Vec::new(),
    }
}

/// The address to answer to: exactly one that is registered.
fn redirect_uri(client: &Client, form: &Form) -> Result<String, Refusal> {
    match form.get("redirect_uri") {
        Some(uri) if client.lists("CallbackURLs", uri) => Ok(uri.to_owned()),
        Some(_) => Err(Refusal::shown("redirect_mismatch", &client.id)),
        None => Err(Refusal::shown("invalid_request", &client.id)),
    }
}

/// Whether a client may use one of `code`, `implicit` and `client_credentials`.
pub(super) fn may_use(client: &Client, flow: &str) -> bool {
    let on = client.settings.get("AllowedOAuthFlowsUserPoolClient").and_then(Value::as_bool);
    on == Some(true) && client.lists("AllowedOAuthFlows", flow)
}

fn challenge(form: &Form) -> Result<Option<String>, &'static str> {
    match (form.get("code_challenge"), form.get("code_challenge_method")) {
        (None, None) => Ok(None),
        (Some(challenge), Some("S256")) if challenge.len() == 43 => Ok(Some(challenge.to_owned())),
        (Some(_), Some("S256")) => Err("code_challenge is not a digest of SHA-256 in base64url"),
        (Some(_), _) => Err("code_challenge_method must be S256"),
        (None, Some(_)) => Err("code_challenge is missing"),
    }
}

/// The scopes to grant: those asked for, or all of the client.
fn scopes(client: &Client, asked: Option<&str>) -> Result<Vec<String>, &'static str> {
    let Some(asked) = asked else { return Ok(client.texts("AllowedOAuthScopes").map(str::to_owned).collect()) };
    let mut scopes: Vec<&str> = Vec::new();
    for scope in asked.split(' ').filter(|scope| !scope.is_empty() && *scope != "offline_access") {
        if !client.lists("AllowedOAuthScopes", scope) {
            return Err("The client may not ask for one of the scopes");
        }
        if !scopes.contains(&scope) {
            scopes.push(scope);
        }
    }
    let of_openid = |scope: &&str| matches!(*scope, "email" | "phone" | "profile");
    if scopes.iter().any(of_openid) && !scopes.contains(&"openid") {
        return Err("email, phone and profile need openid");
    }
    Ok(scopes.into_iter().map(str::to_owned).collect())
}

fn address(redirect_uri: &str, response_type: ResponseType, parameters: &[(&str, &str)]) -> String {
    match response_type {
        ResponseType::Code => with_query(redirect_uri, parameters),
        ResponseType::Token => format!("{redirect_uri}#{}", encode(parameters)),
    }
}

/// Leads the browser elsewhere.
pub(super) fn redirect(to: &str) -> Answer {
    Answer::page(302, "text/plain; charset=utf-8", "").with("location", to).with("cache-control", "no-store")
}
