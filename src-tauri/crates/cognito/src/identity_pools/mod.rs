//! Identity pools: their settings, and the way from a token to AWS credentials.

mod console;
mod credentials;
mod exchange;
mod identities;

use std::collections::{BTreeMap, HashSet};

use aws_sdk_cognitoidentity::operation::describe_identity_pool::DescribeIdentityPoolOutput;
use aws_sdk_cognitoidentity::operation::get_identity_pool_roles::GetIdentityPoolRolesOutput;
use aws_sdk_cognitoidentity::types::{AmbiguousRoleResolutionType, RoleMappingType};
use model::IdentityPoolId;
use model::identity::{IdentityPool, PrincipalTags, RoleMapping, RoleRule, UserPoolProvider};
use tracing::Instrument;

use crate::error::{Context, Error};
use crate::{Session, convert, operations};

pub use credentials::AwsCredentials;
pub use exchange::Logins;
pub use identities::{Identity, IdentityPage};

impl Session {
    /// The ids and names of every identity pool of the account in this Region (`ListIdentityPools`; IAM
    /// `cognito-identity:ListIdentityPools` on `*`; free). Ids that cannot be read are left out.
    ///
    /// # Errors
    /// As [`Session::users`].
    pub async fn identity_pools(&self) -> Result<Vec<(IdentityPoolId, String)>, Error> {
        let mut pools = Vec::new();
        let mut seen = HashSet::new();
        let mut token: Option<String> = None;
        loop {
            let context = Context { paged: token.is_some(), ..self.context(operations::LIST_IDENTITY_POOLS) };
            let send = || self.identities().list_identity_pools().max_results(60).set_next_token(token.clone()).send();
            let span = tracing::debug_span!("cognito.list_identity_pools");
            let answer = self.call(&context, send).instrument(span).await?;
            pools.extend(answer.identity_pools.unwrap_or_default().into_iter().filter_map(|pool| {
                let id = IdentityPoolId::parse(pool.identity_pool_id?).ok()?;
                Some((id, pool.identity_pool_name.unwrap_or_default()))
            }));
            match convert::next_token(answer.next_token, token.as_deref(), &context)? {
                Some(next) if seen.insert(next.clone()) => token = Some(next),
                Some(_) => return Err(convert::repeated_token(&context)),
                None => return Ok(pools),
            }
        }
    }

    /// An identity pool with its roles (`DescribeIdentityPool`, `GetIdentityPoolRoles`; IAM actions of those names;
    /// free).
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) when this account has no such identity pool in this Region.
    /// Otherwise what [`Error`] tells.
    pub async fn identity_pool(&self, pool: &IdentityPoolId) -> Result<IdentityPool, Error> {
        let context = self.context(operations::DESCRIBE_IDENTITY_POOL);
        let send = || self.identities().describe_identity_pool().identity_pool_id(pool.as_str()).send();
        let span = tracing::debug_span!("cognito.describe_identity_pool", identity_pool.id = %pool);
        let described = self.call(&context, send).instrument(span).await?;
        let context = self.context(operations::GET_IDENTITY_POOL_ROLES);
        let send = || self.identities().get_identity_pool_roles().identity_pool_id(pool.as_str()).send();
        let span = tracing::debug_span!("cognito.get_identity_pool_roles", identity_pool.id = %pool);
        let roles = self.call(&context, send).instrument(span).await?;
        Ok(read(pool, described, roles))
    }

    /// Which claims of people of `provider` become session tags (`GetPrincipalTagAttributeMap`; IAM action of that name;
    /// free).
    ///
    /// # Errors
    /// As [`Session::identity_pool`].
    pub async fn principal_tags(&self, pool: &IdentityPoolId, provider: &str) -> Result<PrincipalTags, Error> {
        let context = self.context(operations::GET_PRINCIPAL_TAG_ATTRIBUTE_MAP);
        let send = || {
            let get = self.identities().get_principal_tag_attribute_map();
            get.identity_pool_id(pool.as_str()).identity_provider_name(provider).send()
        };
        let span = tracing::debug_span!("cognito.get_principal_tag_attribute_map", identity_pool.id = %pool);
        let answer = self.call(&context, send).instrument(span).await?;
        Ok(PrincipalTags {
            use_defaults: answer.use_defaults.unwrap_or_default(),
            tags: answer.principal_tags.unwrap_or_default().into_iter().collect(),
        })
    }
}

fn read(id: &IdentityPoolId, pool: DescribeIdentityPoolOutput, roles: GetIdentityPoolRolesOutput) -> IdentityPool {
    let provider = |provider: aws_sdk_cognitoidentity::types::CognitoIdentityProvider| {
        Some(UserPoolProvider {
            name: provider.provider_name?,
            client: provider.client_id?,
            server_side_check: provider.server_side_token_check.unwrap_or_default(),
        })
    };
    let social = pool.supported_login_providers.unwrap_or_default().into_keys();
    let arns = [pool.open_id_connect_provider_arns, pool.saml_provider_arns].into_iter().flatten().flatten();
    let named = roles.roles.unwrap_or_default();
    IdentityPool {
        id: id.clone(),
        name: pool.identity_pool_name,
        guests: pool.allow_unauthenticated_identities,
        basic_flow: pool.allow_classic_flow.unwrap_or_default(),
        user_pools: pool.cognito_identity_providers.unwrap_or_default().into_iter().filter_map(provider).collect(),
        other_providers: social.chain(arns).chain(pool.developer_provider_name).collect(),
        authenticated_role: named.get("authenticated").cloned(),
        guest_role: named.get("unauthenticated").cloned(),
        mappings: mappings(roles.role_mappings.unwrap_or_default()),
    }
}

fn mappings(
    all: impl IntoIterator<Item = (String, aws_sdk_cognitoidentity::types::RoleMapping)>,
) -> BTreeMap<String, RoleMapping> {
    let mapping = |mapping: aws_sdk_cognitoidentity::types::RoleMapping| {
        let rules = mapping.rules_configuration.map(|rules| rules.rules).unwrap_or_default().into_iter();
        let rules = rules.map(|rule| RoleRule {
            claim: rule.claim,
            match_type: rule.match_type.as_str().to_owned(),
            value: rule.value,
            role: rule.role_arn,
        });
        RoleMapping {
            rules: (mapping.r#type == RoleMappingType::Rules).then(|| rules.collect()),
            falls_back: mapping.ambiguous_role_resolution == Some(AmbiguousRoleResolutionType::AuthenticatedRole),
        }
    };
    all.into_iter().map(|(provider, found)| (provider, mapping(found))).collect()
}
