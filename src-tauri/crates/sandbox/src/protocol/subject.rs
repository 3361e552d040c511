//! Whom a request is about, whatever the operation.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;

use super::json;

/// What requests of user pools name a pool, an app client and a person by.
#[derive(Debug, Clone, Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct Subject {
    user_pool_id: Option<String>,
    client_id: Option<String>,
    username: Option<String>,
    challenge_name: Option<String>,
    auth_parameters: Parameters,
    challenge_responses: Parameters,
    destination_user: Identity,
    user: Identity,
    access_token: Option<String>,
    refresh_token: Option<String>,
    token: Option<String>,
    session: Option<String>,
    /// Read from the access token, without a check: only counts and rates use it.
    #[serde(skip)]
    bearer: Option<String>,
}

#[derive(Debug, Clone, Deserialize, Default)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE", default)]
struct Parameters {
    username: Option<String>,
    refresh_token: Option<String>,
}

#[derive(Debug, Clone, Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct Identity {
    provider_attribute_value: Option<String>,
}

impl Subject {
    /// Reads what there is; nobody when the body is not what it should be.
    pub(crate) fn read(body: &[u8]) -> Self {
        let mut subject: Self = json::read(body).unwrap_or_default();
        subject.bearer = subject.access_token.as_deref().and_then(bearer);
        subject
    }

    pub(crate) fn pool(&self) -> Option<&str> {
        self.user_pool_id.as_deref()
    }

    pub(crate) fn client(&self) -> Option<&str> {
        self.client_id.as_deref()
    }

    /// The person the input names.
    pub(crate) fn named_person(&self) -> Option<&str> {
        let named = self.username.as_deref();
        let parameter = self.auth_parameters.username.as_deref().or(self.challenge_responses.username.as_deref());
        let linked = self.destination_user.provider_attribute_value.as_deref();
        named.or(parameter).or(linked).or(self.user.provider_attribute_value.as_deref())
    }

    /// The refresh token that the input brings.
    pub(crate) fn refresh_token(&self) -> Option<&str> {
        let plain = self.refresh_token.as_deref().or(self.auth_parameters.refresh_token.as_deref());
        plain.or(self.token.as_deref())
    }

    /// The session that the input goes on with.
    pub(crate) fn session(&self) -> Option<&str> {
        self.session.as_deref()
    }

    /// The person the input names, or whose access token it brings.
    pub(crate) fn person(&self) -> Option<&str> {
        self.named_person().or(self.bearer.as_deref())
    }

    pub(crate) fn answers_new_password(&self) -> bool {
        self.challenge_name.as_deref() == Some("NEW_PASSWORD_REQUIRED")
    }
}

#[derive(Deserialize)]
struct Claims {
    username: String,
}

/// The username in an access token, unchecked.
pub(crate) fn bearer(token: &str) -> Option<String> {
    let payload = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    serde_json::from_slice::<Claims>(&payload).ok().map(|claims| claims.username)
}
