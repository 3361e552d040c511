//! Hosted login: the browser is sent to the pool's domain and comes back to this machine with a code.

use std::fmt;
use std::time::Duration;

use cognito::Session;
use cognito::oauth::{Authorization, Callback, CallbackError, Expected, Hosted, RANDOM_BYTES, Returned};
use cognito::sign_in::{Answer, Refusal};
use model::client::{Door, FLOWS, Flow};
use model::connection::ConnectionId;
use model::token::{self, issuers};
use rand::Rng;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::recorder::{self, Sent};
use super::sign_in::as_progress;
use super::{LabClient, SUGGESTED_CALLBACK, SignIn, Stage, Start};
use crate::connect::SANDBOX_PLACE;
use crate::error::{Code, Error};
use crate::open::Console;

/// A hosted login that waits for its browser. Dropping it closes the port.
pub struct HostedLogin {
    sign_in: SignIn,
    hosted: Hosted,
    authorization: Authorization,
    callback: Callback,
    sent: Sent,
}

impl fmt::Debug for HostedLogin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HostedLogin").field("hosted", &self.hosted).finish_non_exhaustive()
    }
}

impl Console {
    /// Prepares a hosted login: finds the pool's domain, opens the port of a callback that the client has registered, and
    /// makes state, nonce and PKCE. `local` is where the domain is when AWS does not say, for the built-in sandbox. Nothing
    /// is sent but `DescribeUserPool`; the browser makes the user a monthly active user.
    ///
    /// # Errors
    /// [`Code::Precondition`] in Production, when the client has no callback on this machine or its port is taken;
    /// [`Code::NotFound`] when the pool has no domain.
    pub async fn hosted_login(
        &self,
        connection: &ConnectionId,
        start: Start,
        local: Option<&str>,
    ) -> Result<HostedLogin, Error> {
        self.inner.refuse_in_production(connection)?;
        start.client.client.allows(flow()).map_err(|closed| Error::new(Code::Precondition, closed.to_string()))?;
        let session = self.inner.session(connection).await?;
        let hosted = domain(&session, &start, local).await?;
        let (callback, address) = listen(&start.client).await?;
        let mut random = Zeroizing::new([0; RANDOM_BYTES]);
        rand::rng().fill_bytes(random.as_mut_slice());
        let authorization = Authorization::begin(&hosted, &start.client.client.id, &address, &start.scopes, &random)?;
        let scopes = start.scopes.join(" ");
        let mut request = recorder::plain([
            ("client_id", start.client.client.id.as_str()),
            ("code_challenge_method", "S256"),
            ("redirect_uri", address.as_str()),
            ("response_type", "code"),
        ]);
        request.extend(recorder::plain([("scope", scopes.as_str())].into_iter().filter(|(_, all)| !all.is_empty())));
        request.insert("state".to_owned(), recorder::hidden(&authorization.state));
        request.insert("nonce".to_owned(), recorder::hidden(&authorization.nonce));
        let sent = Sent::new("oauth2/authorize", "browser", request, self.inner.now());
        let sign_in = SignIn::new(session, self.inner.clone(), connection, start, flow());
        Ok(HostedLogin { sign_in, hosted, authorization, callback, sent })
    }
}

impl HostedLogin {
    /// The address for the browser.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.authorization.url
    }

    /// Waits until the browser comes back, exchanges the code and compares the nonce. The sign-in that it becomes has
    /// tokens, a refusal or what failed after the browser was back.
    ///
    /// # Errors
    /// [`Code::Precondition`] when nobody who belongs to this login comes in time.
    pub async fn finish(self, patience: Duration) -> Result<SignIn, Error> {
        let Self { mut sign_in, hosted, authorization, callback, sent } = self;
        sign_in.set_hosted(hosted);
        let expected =
            Expected { state: authorization.state.clone(), issuers: issuers(&sign_in.start().pool).to_vec() };
        let code = match callback.wait(&expected, patience).await? {
            Returned::Code(code) => code,
            Returned::Refused { code, description } => {
                let refusal = Refusal { code, message: description, request_id: None };
                sign_in.record(sent, Ok(Answer::Refused(refusal)))?;
                return Ok(sign_in);
            }
        };
        let mut step = sent.step();
        step.answer.insert("code".to_owned(), recorder::hidden(&code));
        "The browser came back with a code, which holds for five minutes and counts once."
            .clone_into(&mut step.meaning);
        step.next.push("tokens".to_owned());
        sign_in.push(step);
        let ended = sign_in.exchange(&authorization, &code).await;
        sign_in.broken_off(0, ended)?;
        Ok(sign_in)
    }
}

impl SignIn {
    async fn exchange(&mut self, authorization: &Authorization, code: &SecretString) -> Result<(), Error> {
        self.refuse_in_production()?;
        let start = self.start();
        let (client, secret) = (start.client.client.id.clone(), start.client.secret.clone());
        let mut request = recorder::plain([
            ("client_id", client.as_str()),
            ("grant_type", "authorization_code"),
            ("redirect_uri", authorization.callback()),
        ]);
        request.insert("code".to_owned(), recorder::hidden(code));
        request.insert("code_verifier".to_owned(), recorder::Shown::Hidden(43));
        request.extend(secret.as_ref().map(|secret| ("client_secret".to_owned(), recorder::hidden(secret))));
        let sent = self.sending("oauth2/token", "authorization_code", request);
        let pool = start.pool.clone();
        let answer = self.session().exchange_code(&pool, authorization, code, secret.as_ref()).await;
        self.record(sent, answer.map(as_progress))?;
        let Stage::Tokens(tokens) = self.stage() else { return Ok(()) };
        let read = tokens.id.as_ref().and_then(|id| token::decode(id.expose_secret()).ok());
        let Some(id) = read else { return Ok(()) };
        if !id.text("nonce").is_some_and(|nonce| same(nonce, authorization.nonce.expose_secret())) {
            let message = "The ID token does not hold the nonce of this sign-in, so it was made for another one. Its tokens \
                           were thrown away.";
            self.discard("NonceMismatch", message);
            return Ok(());
        }
        if let Some(name) = id.text("cognito:username") {
            self.set_username(name);
        }
        Ok(())
    }
}

fn flow() -> &'static Flow {
    FLOWS.iter().find(|flow| flow.door == Door::Browser).unwrap_or(&FLOWS[0])
}

async fn domain(session: &Session, start: &Start, local: Option<&str>) -> Result<Hosted, Error> {
    match local {
        Some(local) => Ok(Hosted::at(local)?),
        None if session.place() == SANDBOX_PLACE => {
            Err(Error::new(Code::Precondition, "The built-in sandbox has no port for a browser here."))
        }
        None => Ok(session.hosted(&start.pool).await?),
    }
}

/// Opens the port of the first registered callback on this machine that can be opened.
async fn listen(client: &LabClient) -> Result<(Callback, String), Error> {
    let mut problem = None;
    for address in client.local_callbacks() {
        match Callback::listen(address).await {
            Ok(callback) => return Ok((callback, address.to_owned())),
            Err(error) => problem = Some(error),
        }
    }
    Err(problem.map_or_else(no_callback, Error::from))
}

fn no_callback() -> Error {
    let message = format!(
        "This app client has no callback on this machine, so the browser could not come back. Add {SUGGESTED_CALLBACK} to \
         its allowed callback URLs (App clients, Login pages, Edit), exactly so: Cognito compares every letter."
    );
    Error::new(Code::Precondition, message)
}

impl From<CallbackError> for Error {
    fn from(error: CallbackError) -> Self {
        Self::new(Code::Precondition, error.to_string())
    }
}

/// Compares digests, so that how long it takes tells nothing.
fn same(left: &str, right: &str) -> bool {
    Sha256::digest(left) == Sha256::digest(right)
}
