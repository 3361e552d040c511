//! A pool's app clients (`ListUserPoolClients`, `DescribeUserPoolClient`).

use std::collections::HashSet;

use aws_sdk_cognitoidentityprovider::types::{
    FeatureType, PreventUserExistenceErrorTypes, TimeUnitsType, UserPoolClientType,
};
use model::client::{AppClient, TokenSettings};
use model::{ClientId, PoolId};
use secrecy::SecretString;
use tracing::Instrument;

use crate::error::{Context, Error, ErrorKind};
use crate::{Session, convert, operations};

impl Session {
    /// The ids and names of every app client of a pool (`ListUserPoolClients`; IAM
    /// `cognito-idp:ListUserPoolClients`; quota `UserPoolClientRead`; free). Ids that cannot be read are left out.
    ///
    /// # Errors
    /// As [`Session::users`].
    pub async fn clients(&self, pool: &PoolId) -> Result<Vec<(ClientId, String)>, Error> {
        let mut clients = Vec::new();
        let mut seen = HashSet::new();
        let mut token: Option<String> = None;
        loop {
            let context = Context {
                pool: Some(pool.clone()),
                paged: token.is_some(),
                ..self.context(operations::LIST_USER_POOL_CLIENTS)
            };
            let send = || {
                let list = self.cognito().list_user_pool_clients().user_pool_id(pool.as_str());
                list.max_results(60).set_next_token(token.clone()).send()
            };
            let span = tracing::debug_span!("cognito.list_user_pool_clients", pool.id = %pool);
            let answer = self.call(&context, send).instrument(span).await?;
            let named = answer.user_pool_clients.unwrap_or_default().into_iter().filter_map(|client| {
                Some((ClientId::parse(client.client_id?).ok()?, client.client_name.unwrap_or_default()))
            });
            clients.extend(named);
            match convert::next_token(answer.next_token, token.as_deref(), &context)? {
                Some(next) if seen.insert(next.clone()) => token = Some(next),
                Some(_) => return Err(convert::repeated_token(&context)),
                None => return Ok(clients),
            }
        }
    }

    /// An app client and its secret; `None` when it has none (`DescribeUserPoolClient`; IAM
    /// `cognito-idp:DescribeUserPoolClient`; quota `UserPoolClientRead`; free).
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] when the pool has no such client. Otherwise what [`Error`] tells.
    pub async fn describe_client(
        &self,
        pool: &PoolId,
        client: &ClientId,
    ) -> Result<(AppClient, Option<SecretString>), Error> {
        let context = Context { pool: Some(pool.clone()), ..self.context(operations::DESCRIBE_USER_POOL_CLIENT) };
        let send = || {
            let describe = self.cognito().describe_user_pool_client();
            describe.user_pool_id(pool.as_str()).client_id(client.as_str()).send()
        };
        let span = tracing::debug_span!("cognito.describe_user_pool_client", pool.id = %pool);
        let answer = self.call(&context, send).instrument(span).await?;
        let described = answer.user_pool_client.ok_or_else(|| {
            let message = "The answer holds no app client; is the endpoint Cognito's?";
            Error::new(ErrorKind::WrongRegionOrEndpoint, message).of(&context)
        })?;
        Ok(read(client, described))
    }
}

fn read(id: &ClientId, client: UserPoolClientType) -> (AppClient, Option<SecretString>) {
    let units = client.token_validity_units.as_ref();
    let rotation = client.refresh_token_rotation.as_ref().map(|rotation| rotation.feature.clone());
    let tokens = TokenSettings {
        id_seconds: seconds(client.id_token_validity, units.and_then(|units| units.id_token.as_ref())),
        access_seconds: seconds(client.access_token_validity, units.and_then(|units| units.access_token.as_ref())),
        tracked: client.enable_token_revocation.unwrap_or(true) || rotation == Some(FeatureType::Enabled),
    };
    let flows = client.explicit_auth_flows.unwrap_or_default();
    // What is listed counts only where OAuth is switched on.
    let oauth = client.allowed_o_auth_flows_user_pool_client == Some(true);
    let oauth_flows = client.allowed_o_auth_flows.filter(|_| oauth).unwrap_or_default();
    let read = AppClient {
        id: id.clone(),
        name: client.client_name.unwrap_or_default(),
        has_secret: client.client_secret.is_some(),
        flows: flows.iter().map(|flow| flow.as_str().to_owned()).collect(),
        oauth_flows: oauth_flows.iter().map(|flow| flow.as_str().to_owned()).collect(),
        scopes: client.allowed_o_auth_scopes.unwrap_or_default(),
        callback_urls: client.callback_urls.unwrap_or_default(),
        logout_urls: client.logout_urls.unwrap_or_default(),
        identity_providers: client.supported_identity_providers.unwrap_or_default(),
        read_attributes: client.read_attributes.unwrap_or_default(),
        refresh_rotation: rotation == Some(FeatureType::Enabled),
        tokens,
        hides_users: client.prevent_user_existence_errors == Some(PreventUserExistenceErrorTypes::Enabled),
    };
    (read, client.client_secret.map(Into::into))
}

/// A token's life. Zero and absent are an hour, and so is one that does not fit.
fn seconds(validity: Option<i32>, unit: Option<&TimeUnitsType>) -> u32 {
    let scale = match unit.map_or("hours", TimeUnitsType::as_str) {
        "seconds" => 1,
        "minutes" => 60,
        "days" => 86_400,
        _ => 3_600,
    };
    let count = validity.and_then(|count| u32::try_from(count).ok()).filter(|count| *count > 0);
    count.and_then(|count| count.checked_mul(scale)).unwrap_or(3_600)
}
