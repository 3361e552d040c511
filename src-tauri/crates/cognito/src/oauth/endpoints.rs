//! What is asked of a pool's domain: the address for the browser, tokens, userInfo, the address for signing out.

use std::fmt;
use std::pin::Pin;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use model::call::Operation;
use model::{ClientId, PoolId};
use oauth2::basic::{
    BasicErrorResponse, BasicRevocationErrorResponse, BasicTokenIntrospectionResponse, BasicTokenType,
};
use oauth2::{
    AsyncHttpClient, AuthType, AuthUrl, AuthorizationCode, ClientSecret, CsrfToken, ExtraTokenFields, HttpRequest,
    HttpResponse, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RequestTokenError, Scope, StandardRevocableToken,
    StandardTokenResponse, TokenResponse, TokenUrl,
};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use super::Hosted;
use crate::error::{Context, Error, ErrorKind};
use crate::sign_in::{Answer, Refusal, Tokens};
use crate::web::{Page, Request};
use crate::{Session, operations};

/// Bytes of randomness that a hosted login needs: state, nonce and PKCE verifier of 256 bits each.
pub const RANDOM_BYTES: usize = 96;

/// What OpenID Connect adds to an answer of tokens.
#[derive(Clone, Deserialize, Serialize)]
struct OpenId {
    id_token: Option<String>,
}

impl fmt::Debug for OpenId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OpenId")
    }
}

impl ExtraTokenFields for OpenId {}

type TokenAnswer = StandardTokenResponse<OpenId, BasicTokenType>;

type Client = oauth2::Client<
    BasicErrorResponse,
    TokenAnswer,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
>;

/// A hosted login that a browser is sent on, with what only we know of it.
pub struct Authorization {
    hosted: Hosted,
    client: ClientId,
    redirect: RedirectUrl,
    verifier: SecretString,
    /// The address for the browser.
    pub url: String,
    /// The state that must come back.
    pub state: SecretString,
    /// The nonce that the ID token must hold.
    pub nonce: SecretString,
}

impl fmt::Debug for Authorization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authorization").field("redirect", &self.redirect.as_str()).finish_non_exhaustive()
    }
}

impl Authorization {
    /// Prepares a hosted login: code flow, PKCE with S256 also for clients with a secret, state and nonce from `random`.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] when an address is none.
    pub fn begin(
        hosted: &Hosted,
        client: &ClientId,
        callback: &str,
        scopes: &[String],
        random: &[u8; RANDOM_BYTES],
    ) -> Result<Self, Error> {
        let text = |at: usize| URL_SAFE_NO_PAD.encode(&random[at * 32..(at + 1) * 32]);
        let (state, nonce, verifier) = (text(0), text(1), text(2));
        let challenge = PkceCodeChallenge::from_code_verifier_sha256(&PkceCodeVerifier::new(verifier.clone()));
        // As it is registered, to the letter: a parser might add a slash.
        let redirect = RedirectUrl::new(callback.to_owned()).map_err(|_| no_address(callback))?;
        let authorize = hosted.path("/oauth2/authorize");
        let authorize = AuthUrl::new(authorize.clone()).map_err(|_| no_address(&authorize))?;
        let asking = Client::new(oauth2::ClientId::new(client.as_str().to_owned())).set_auth_uri(authorize);
        let (url, _) = asking
            .set_redirect_uri(redirect.clone())
            .authorize_url(|| CsrfToken::new(state.clone()))
            .add_scopes(scopes.iter().cloned().map(Scope::new))
            .add_extra_param("nonce", nonce.clone())
            .set_pkce_challenge(challenge)
            .url();
        Ok(Self {
            hosted: hosted.clone(),
            client: client.clone(),
            redirect,
            verifier: verifier.into(),
            url: url.into(),
            state: state.into(),
            nonce: nonce.into(),
        })
    }
}

impl Authorization {
    /// The callback, as it is registered.
    #[must_use]
    pub fn callback(&self) -> &str {
        &self.redirect
    }
}

fn no_address(what: &str) -> Error {
    Error::new(ErrorKind::Config, format!("{what} is no address.")).unsent()
}

impl Hosted {
    /// The address at which the browser is signed out of the pool's domain and led to `logout_uri`, which must be among
    /// the client's `LogoutURLs`. The session of another identity provider stays.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] when the domain is no address.
    pub fn logout_url(&self, client: &ClientId, logout_uri: &str) -> Result<String, Error> {
        let parameters = [("client_id", client.as_str()), ("logout_uri", logout_uri)];
        let url = url::Url::parse_with_params(&self.path("/logout"), parameters);
        url.map(Into::into).map_err(|_| no_address(self.base()))
    }
}

impl Session {
    /// Exchanges an authorization code (`POST /oauth2/token`; no permission; quota `UserAuthentication`; makes the user a
    /// monthly active user). Sent once, to the pool's own domain.
    ///
    /// # Errors
    /// As [`Session::initiate_auth`]. The endpoint's own refusals are an [`Answer`].
    pub async fn exchange_code(
        &self,
        pool: &PoolId,
        authorization: &Authorization,
        code: &SecretString,
        secret: Option<&SecretString>,
    ) -> Result<Answer<Tokens>, Error> {
        let context = self.at_domain(operations::TOKEN_ENDPOINT, pool);
        let asking = asking(&authorization.hosted, &authorization.client, secret)?;
        let asking = asking.set_redirect_uri(authorization.redirect.clone());
        let verifier = PkceCodeVerifier::new(authorization.verifier.expose_secret().to_owned());
        let code = AuthorizationCode::new(code.expose_secret().to_owned());
        let send = TokenEndpoint { session: self, context: &context, hosted: &authorization.hosted };
        let answer = asking.exchange_code(code).set_pkce_verifier(verifier).request_async(&send).await;
        tokens(&context, answer)
    }

    /// A machine's access token for its own credentials (`POST /oauth2/token` with `client_credentials`; no permission;
    /// quota `ClientAuthentication`; billed by the request, no user counts). Without scopes all of the client's are given.
    ///
    /// # Errors
    /// As [`Session::exchange_code`].
    pub async fn client_credentials(
        &self,
        pool: &PoolId,
        hosted: &Hosted,
        client: &ClientId,
        secret: &SecretString,
        scopes: &[String],
    ) -> Result<Answer<Tokens>, Error> {
        let context = self.at_domain(operations::CLIENT_CREDENTIALS, pool);
        let asking = asking(hosted, client, Some(secret))?;
        let send = TokenEndpoint { session: self, context: &context, hosted };
        let scopes = scopes.iter().cloned().map(Scope::new);
        let answer = asking.exchange_client_credentials().add_scopes(scopes).request_async(&send).await;
        tokens(&context, answer)
    }

    /// What an access token shows of its user, as JSON (`GET /oauth2/userInfo`; needs the scope `openid`, which tokens of
    /// the API do not have; free).
    ///
    /// # Errors
    /// As [`Session::exchange_code`].
    pub async fn user_info(
        &self,
        pool: &PoolId,
        hosted: &Hosted,
        access: &SecretString,
    ) -> Result<Answer<serde_json::Map<String, serde_json::Value>>, Error> {
        let context = self.at_domain(operations::USER_INFO, pool);
        let bearer = format!("Bearer {}", access.expose_secret());
        let request = Request::get(hosted.base(), "/oauth2/userInfo").with("authorization", bearer);
        let page = self.page(&context, &request).await?;
        if page.status == 200 {
            return serde_json::from_slice(&page.body).map(Answer::Given).map_err(|_| no_oauth(&context));
        }
        Ok(Answer::Refused(refusal(&page)))
    }

    fn at_domain(&self, operation: Operation, pool: &PoolId) -> Context {
        Context { pool: Some(pool.clone()), personal: true, ..self.context(operation) }
    }
}

/// Carries requests of the `oauth2` crate, to the path of the pool's own domain alone.
struct TokenEndpoint<'a> {
    session: &'a Session,
    context: &'a Context,
    hosted: &'a Hosted,
}

impl TokenEndpoint<'_> {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, Error> {
        let (head, body) = request.into_parts();
        let mut headers = Vec::new();
        for (name, value) in &head.headers {
            headers.extend(value.to_str().ok().map(|value| (name.as_str().to_owned(), value.to_owned())));
        }
        let request = Request::post(self.hosted.base(), "/oauth2/token", headers, body);
        let page = self.session.page(self.context, &request).await?;
        let mut response = HttpResponse::new(page.body);
        let status = oauth2::http::StatusCode::from_u16(page.status);
        *response.status_mut() = status.map_err(|_| no_oauth(self.context))?;
        if let Some(kind) = page.content_type.and_then(|kind| oauth2::http::HeaderValue::from_str(&kind).ok()) {
            response.headers_mut().insert(oauth2::http::header::CONTENT_TYPE, kind);
        }
        Ok(response)
    }
}

impl<'c> AsyncHttpClient<'c> for TokenEndpoint<'_> {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, Error>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.send(request))
    }
}

type TokenClient = oauth2::Client<
    BasicErrorResponse,
    TokenAnswer,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
    oauth2::EndpointNotSet,
    oauth2::EndpointNotSet,
    oauth2::EndpointNotSet,
    oauth2::EndpointNotSet,
    oauth2::EndpointSet,
>;

fn asking(hosted: &Hosted, client: &ClientId, secret: Option<&SecretString>) -> Result<TokenClient, Error> {
    let address = hosted.path("/oauth2/token");
    let address = TokenUrl::new(address.clone()).map_err(|_| no_address(&address))?;
    let asking = Client::new(oauth2::ClientId::new(client.as_str().to_owned())).set_token_uri(address);
    Ok(match secret {
        Some(secret) => asking
            .set_client_secret(ClientSecret::new(secret.expose_secret().to_owned()))
            .set_auth_type(AuthType::BasicAuth),
        None => asking.set_auth_type(AuthType::RequestBody),
    })
}

fn tokens(
    context: &Context,
    answer: Result<TokenAnswer, RequestTokenError<Error, BasicErrorResponse>>,
) -> Result<Answer<Tokens>, Error> {
    match answer {
        Ok(given) => Ok(Answer::Given(Tokens {
            id: given.extra_fields().id_token.clone().map(Into::into),
            access: Some(given.access_token().secret().clone().into()),
            refresh: given.refresh_token().map(|token| token.secret().clone().into()),
            expires_in: given.expires_in().and_then(|held| i32::try_from(held.as_secs()).ok()).unwrap_or_default(),
            device: None,
        })),
        Err(RequestTokenError::ServerResponse(refused)) => Ok(Answer::Refused(Refusal {
            code: refused.error().as_ref().to_owned(),
            message: refused.error_description().cloned().unwrap_or_default(),
            request_id: None,
        })),
        Err(RequestTokenError::Request(error)) => Err(error),
        Err(_) => Err(no_oauth(context)),
    }
}

fn refusal(page: &Page) -> Refusal {
    #[derive(Deserialize, Default)]
    struct Told {
        #[serde(default)]
        error: String,
        #[serde(default)]
        error_description: String,
    }
    let told: Told = serde_json::from_slice(&page.body).unwrap_or_default();
    let code = if told.error.is_empty() { format!("HTTP {}", page.status) } else { told.error };
    Refusal { code, message: told.error_description, request_id: None }
}

fn no_oauth(context: &Context) -> Error {
    let message =
        "The pool's domain answered, but not as OAuth does. Check the domain, and whether a proxy is in between.";
    Error::new(ErrorKind::WrongRegionOrEndpoint, message).of(context)
}
