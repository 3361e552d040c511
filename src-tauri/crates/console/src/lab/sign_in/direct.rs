//! Tokens in one call: for a refresh token, and for a client itself.

use cognito::oauth::Hosted;
use cognito::sign_in::{Answer, Progress, Tokens};
use secrecy::SecretString;

use super::SignIn;
use crate::error::{Code, Error};
use crate::lab::recorder::{self, Values};

impl SignIn {
    pub(super) async fn take_tokens(&mut self) -> Result<(), Error> {
        match self.flow.name {
            "GetTokensFromRefreshToken" => self.refresh().await,
            "GetClientToken" => self.client_token().await,
            _ => self.client_credentials().await,
        }
    }

    async fn refresh(&mut self) -> Result<(), Error> {
        let needed = || Error::invalid("password", "GetTokensFromRefreshToken needs the refresh token.");
        let refresh = self.start.password.clone().ok_or_else(needed)?;
        let (client, secret) = (self.client().id.clone(), self.start.client.secret.clone());
        let device = self.start.device.as_ref().map(|device| device.key.clone());
        let mut request = recorder::plain([("ClientId", client.as_str())]);
        request.insert("RefreshToken".to_owned(), recorder::hidden(&refresh));
        request.extend(secret.as_ref().map(|secret| ("ClientSecret".to_owned(), recorder::hidden(secret))));
        if let Some(device) = &device {
            request.extend(recorder::plain([("DeviceKey", device.as_str())]));
        }
        let sent = self.sending("GetTokensFromRefreshToken", "refresh", request);
        let username = Some(self.username.as_str()).filter(|name| !name.is_empty());
        let (pool, device) = (&self.start.pool, device.as_deref());
        let answer =
            self.session.tokens_from_refresh_token(pool, &client, secret.as_ref(), username, &refresh, device).await;
        self.record(sent, answer.map(as_progress))
    }

    async fn client_token(&mut self) -> Result<(), Error> {
        let (client, secret) = (self.client().id.clone(), self.secret()?);
        let mut request = recorder::plain([("ClientId", client.as_str())]);
        request.insert("Secret".to_owned(), recorder::hidden(&secret));
        request.extend(self.scopes("Scopes"));
        let sent = self.sending("GetClientToken", "machine", request);
        let answer = self.session.client_token(&self.start.pool, &client, &secret, &self.start.scopes).await;
        self.record(sent, answer.map(as_progress))
    }

    async fn client_credentials(&mut self) -> Result<(), Error> {
        let (client, secret) = (self.client().id.clone(), self.secret()?);
        let hosted = self.hosted().await?;
        let mut request = recorder::plain([("client_id", client.as_str()), ("grant_type", "client_credentials")]);
        request.insert("client_secret".to_owned(), recorder::hidden(&secret));
        request.extend(self.scopes("scope"));
        let sent = self.sending("oauth2/token", "client_credentials", request);
        let scopes = &self.start.scopes;
        let answer = self.session.client_credentials(&self.start.pool, &hosted, &client, &secret, scopes).await;
        self.record(sent, answer.map(as_progress))
    }

    fn scopes(&self, name: &str) -> Values {
        let all = self.start.scopes.join(" ");
        recorder::plain([(name, all.as_str())].into_iter().filter(|(_, all)| !all.is_empty()))
    }

    fn secret(&self) -> Result<SecretString, Error> {
        self.start.client.secret.clone().ok_or_else(|| {
            let message = "This app client has no secret, so it cannot get a token of its own. Choose one that has.";
            Error::new(Code::Precondition, message)
        })
    }

    /// Where the pool's domain is.
    pub(super) async fn hosted(&mut self) -> Result<Hosted, Error> {
        if let Some(hosted) = &self.hosted {
            return Ok(hosted.clone());
        }
        let hosted = self.session.hosted(&self.start.pool).await?;
        self.hosted = Some(hosted.clone());
        Ok(hosted)
    }
}

pub(in crate::lab) fn as_progress(answer: Answer<Tokens>) -> Answer<Progress> {
    match answer {
        Answer::Given(tokens) => Answer::Given(Progress::Tokens(tokens)),
        Answer::Refused(refusal) => Answer::Refused(refusal),
    }
}
