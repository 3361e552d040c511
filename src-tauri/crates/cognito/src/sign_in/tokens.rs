//! Tokens without a sign-in: for a refresh token, for a machine; and their end.

use model::{ClientId, PoolId};
use secrecy::{ExposeSecret, SecretString};

use super::answer::{Answer, Tokens};
use super::own_account::given;
use crate::error::Error;
use crate::{Session, operations};

impl Session {
    /// New tokens for a refresh token, and with rotation a new refresh token (`GetTokensFromRefreshToken`, unsigned; quota
    /// `UserAuthentication`; makes the user a monthly active user). The client's secret goes along as it is. `username` is for
    /// the ledger alone; `None` when nobody knows whose token it is.
    ///
    /// # Errors
    /// As [`Session::initiate_auth`].
    pub async fn tokens_from_refresh_token(
        &self,
        pool: &PoolId,
        client: &ClientId,
        secret: Option<&SecretString>,
        username: Option<&str>,
        refresh: &SecretString,
        device: Option<&str>,
    ) -> Result<Answer<Tokens>, Error> {
        let context = self.about(operations::GET_TOKENS_FROM_REFRESH_TOKEN, pool, username);
        let send = || {
            self.cognito()
                .get_tokens_from_refresh_token()
                .client_id(client.as_str())
                .refresh_token(refresh.expose_secret())
                .set_client_secret(secret.map(|secret| secret.expose_secret().to_owned()))
                .set_device_key(device.map(str::to_owned))
                .send()
        };
        let answer = self.ask(&context, false, send).await?;
        let answer = given(answer, |out| out.authentication_result.map(Tokens::from));
        Ok(given(answer, |tokens| tokens.unwrap_or_else(Tokens::none)))
    }

    /// A machine's access token without a domain (`GetClientToken`, unsigned; quota `ClientAuthentication`; no user counts).
    /// Without scopes all of the client's are given.
    ///
    /// # Errors
    /// As [`Session::initiate_auth`].
    pub async fn client_token(
        &self,
        pool: &PoolId,
        client: &ClientId,
        secret: &SecretString,
        scopes: &[String],
    ) -> Result<Answer<Tokens>, Error> {
        let context = self.about(operations::GET_CLIENT_TOKEN, pool, None);
        let send = || {
            self.cognito()
                .get_client_token()
                .client_id(client.as_str())
                .secret(secret.expose_secret())
                .set_scopes((!scopes.is_empty()).then(|| scopes.to_vec()))
                .send()
        };
        let answer = self.ask(&context, false, send).await?;
        Ok(given(answer, |out| match out.client_authentication_result {
            Some(result) => {
                Tokens { access: result.access_token.map(Into::into), expires_in: result.expires_in, ..Tokens::none() }
            }
            None => Tokens::none(),
        }))
    }

    /// Ends a refresh token and the access tokens that came of it (`RevokeToken`, unsigned; quota `UserToken`; makes the
    /// user a monthly active user). Tokens that are out still verify offline until they expire.
    ///
    /// # Errors
    /// As [`Session::initiate_auth`].
    pub async fn revoke(
        &self,
        pool: &PoolId,
        client: &ClientId,
        secret: Option<&SecretString>,
        username: &str,
        refresh: &SecretString,
    ) -> Result<Answer<()>, Error> {
        let context = self.about(operations::REVOKE_TOKEN, pool, Some(username));
        let send = || {
            self.cognito()
                .revoke_token()
                .client_id(client.as_str())
                .token(refresh.expose_secret())
                .set_client_secret(secret.map(|secret| secret.expose_secret().to_owned()))
                .send()
        };
        Ok(given(self.ask(&context, false, send).await?, drop))
    }
}
