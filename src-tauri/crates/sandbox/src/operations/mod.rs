//! Every operation the sandbox knows: its name, service, quota category, and the function that does it.
//!
//! To add one: write the function in the file of its resource and give it a line in [`TABLE`].

mod attributes;
mod branding;
mod caller;
mod client_secrets;
mod client_settings;
mod clients;
mod code_request;
mod custom_attributes;
mod developer_identities;
mod devices;
mod domains;
mod events;
mod factors;
pub(crate) mod federation;
mod groups;
mod identities;
mod identity_pool_roles;
mod identity_pools;
mod import_jobs;
mod input;
mod known;
mod limits;
mod linking;
mod listing;
mod log_delivery;
mod metrics;
mod mfa_configuration;
mod passkeys;
pub(crate) mod passwords;
mod people;
mod pool_settings;
mod pools;
mod profile;
mod providers;
mod recovery;
mod resource_servers;
mod risk;
pub(crate) mod sign_in;
mod sign_up;
mod tags;
mod terms;
mod token_exchange;
pub(crate) mod tokens;
pub(crate) mod triggered;
mod user_sessions;
mod users;
mod users_write;
mod view;

use std::collections::BTreeMap;

pub(crate) use client_settings::defaults as client_defaults;
pub(crate) use import_jobs::{MOST_BYTES, settle as settle_imports};
pub(crate) use known::{all, exists, is_named};
pub(crate) use pools::new as new_pool;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::directory::account::events::{Event, Kind};
use crate::directory::user::Status;
use crate::directory::users::Moment;
use crate::directory::{Client, Pool, World};
use crate::messages::{self, Dispatch};
use crate::protocol::{Api, ApiError, check, json};
use crate::tokens::Bearer;
use crate::weather::{Category, Weather};

/// One call: its input, and all it may touch.
pub(crate) struct Call<'a> {
    pub(crate) world: &'a mut World,
    pub(crate) weather: &'a Weather,
    pub(crate) body: &'a [u8],
    pub(crate) moment: Moment,
    pub(crate) request_id: &'a str,
    /// Whether the signature names the Region of this sandbox: elsewhere there are no pools.
    pub(crate) here: bool,
    /// Whose signature it is.
    pub(crate) access_key_id: Option<&'a str>,
}

pub(crate) type Answered = Result<Vec<u8>, ApiError>;

impl Call<'_> {
    fn input<T: DeserializeOwned>(&self) -> Result<T, ApiError> {
        json::read(self.body)
    }

    fn pool(&mut self, id: Option<&str>) -> Result<&mut Pool, ApiError> {
        let id = check::pool_id(id)?;
        let missing = || ApiError::not_found(format!("User pool {id} does not exist."));
        if !self.here {
            return Err(missing());
        }
        self.world.pools.get_mut(id).ok_or_else(missing)
    }

    /// The person whom an access token acts for, in a state in which people act for themselves.
    ///
    /// # Errors
    /// `NotAuthorizedException` for a token that is not believed; `PasswordResetRequiredException` and
    /// `UserNotConfirmedException` by status.
    fn bearer(&mut self, token: Option<&str>) -> Result<Bearer, ApiError> {
        let bearer = crate::tokens::bearer(self.world, check::token(token, "accessToken")?, self.moment)?;
        let user = self.pool(Some(&bearer.pool_id))?.users.get(bearer.user).ok_or_else(ApiError::no_user)?;
        match user.status {
            Status::ResetRequired => {
                let message = "Password reset required for the user";
                Err(ApiError::new("PasswordResetRequiredException", message))
            }
            Status::Unconfirmed => Err(ApiError::new("UserNotConfirmedException", "User is not confirmed.")),
            _ => Ok(bearer),
        }
    }

    /// Puts a message into the outbox.
    ///
    /// # Errors
    /// Those of [`messages::send`].
    fn send(&mut self, dispatch: &Dispatch<'_>) -> Result<(), ApiError> {
        messages::send(self.world, dispatch, self.weather.keeps_rates(), self.moment)
    }

    /// The pool of an app client, and a copy of the client.
    fn client(&mut self, id: Option<&str>) -> Result<(&mut Pool, Client), ApiError> {
        let id = check::client_id(id)?;
        let missing = || ApiError::not_found(format!("User pool client {id} does not exist."));
        if !self.here {
            return Err(missing());
        }
        let pool = self.world.pool_of_client(id).ok_or_else(missing)?.to_owned();
        let pool = self.world.pools.get_mut(&pool).ok_or_else(missing)?;
        let client = pool.clients.get(id).cloned().ok_or_else(missing)?;
        Ok((pool, client))
    }
}

fn output(value: &impl Serialize) -> Answered {
    json::write(value)
}

/// An output without fields.
fn nothing() -> Answered {
    Ok(b"{}".to_vec())
}

/// What a request says of where it came from.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct WithContext {
    user_context_data: Option<UserContext>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct UserContext {
    ip_address: Option<String>,
}

/// Adds to the history of a person, where threat protection keeps one.
pub(crate) fn record(call: &mut Call<'_>, pool: &str, user: u32, kind: Kind, response: &str) {
    let id = call.world.random_uuid();
    let at_ms = call.moment.now_ms;
    let ip = call.input::<WithContext>().ok().and_then(|input| input.user_context_data?.ip_address);
    let Some(pool) = call.world.pools.get_mut(pool).filter(|pool| pool.watched()) else { return };
    let response = response.to_owned();
    let event = Event { id, kind, at_ms, response, challenges: BTreeMap::new(), ip, feedback: None };
    pool.account_mut(user).events.push(event);
}

/// A line of the table.
#[derive(Clone, Copy)]
pub(crate) struct Operation {
    pub(crate) service: Api,
    pub(crate) name: &'static str,
    pub(crate) category: Option<Category>,
    /// Whether the operation needs no signature: the public ones, and those that an access token authorises.
    pub(crate) unsigned: bool,
    pub(crate) run: fn(&mut Call<'_>) -> Answered,
}

impl Operation {
    /// Whether its requests may be about one person, app client or pool with a rate of its own. Those that list, which
    /// are many in a sync, are not.
    pub(crate) fn has_subject(&self) -> bool {
        !matches!(self.category, Some(Category::UserList | Category::UserPoolRead))
    }
}

/// Finds an operation by the service and name on the wire.
pub(crate) fn lookup(service: Api, name: &str) -> Option<&'static Operation> {
    TABLE.iter().find(|operation| operation.service == service && operation.name == name)
}

/// An operation of user pools that counts to a category of their quotas.
const fn counted(name: &'static str, category: Category, run: fn(&mut Call<'_>) -> Answered) -> Operation {
    Operation { category: Some(category), ..other(Api::UserPools, name, run) }
}

/// An operation without a rate that AWS names.
const fn other(service: Api, name: &'static str, run: fn(&mut Call<'_>) -> Answered) -> Operation {
    Operation { service, name, category: None, unsigned: false, run }
}

/// An operation of identity pools with a rate of its own.
const fn rated(name: &'static str, category: Category, run: fn(&mut Call<'_>) -> Answered) -> Operation {
    Operation { category: Some(category), ..other(Api::IdentityPools, name, run) }
}

/// The same operation without the need of a signature (`noAuth` in the service model).
const fn unsigned(operation: Operation) -> Operation {
    Operation { unsigned: true, ..operation }
}

/// All of them.
static TABLE: &[Operation] = &[
    counted("ListUsers", Category::UserList, users::list),
    counted("ListUsersInGroup", Category::UserList, groups::list_users),
    counted("ListUserPools", Category::UserPoolRead, pools::list),
    counted("DescribeUserPool", Category::UserPoolRead, pools::describe),
    counted("CreateUserPool", Category::UserPoolUpdate, pools::create),
    counted("UpdateUserPool", Category::UserPoolUpdate, pools::update),
    counted("DeleteUserPool", Category::UserPoolUpdate, pools::delete),
    counted("AddCustomAttributes", Category::UserPoolResourceUpdate, custom_attributes::add),
    counted("GetUserPoolMfaConfig", Category::UserPoolResourceRead, mfa_configuration::get),
    counted("SetUserPoolMfaConfig", Category::UserPoolResourceUpdate, mfa_configuration::set),
    counted("ListResourceServers", Category::UserPoolResourceRead, resource_servers::list),
    counted("DescribeResourceServer", Category::UserPoolResourceRead, resource_servers::describe),
    counted("CreateResourceServer", Category::UserPoolResourceUpdate, resource_servers::create),
    counted("UpdateResourceServer", Category::UserPoolResourceUpdate, resource_servers::update),
    counted("DeleteResourceServer", Category::UserPoolResourceUpdate, resource_servers::delete),
    counted("ListIdentityProviders", Category::UserPoolResourceRead, providers::list),
    counted("DescribeIdentityProvider", Category::UserPoolResourceRead, providers::describe),
    counted("GetIdentityProviderByIdentifier", Category::UserPoolResourceRead, providers::by_identifier),
    counted("CreateIdentityProvider", Category::UserPoolResourceUpdate, providers::create),
    counted("UpdateIdentityProvider", Category::UserPoolResourceUpdate, providers::update),
    counted("DeleteIdentityProvider", Category::UserPoolResourceUpdate, providers::delete),
    counted("DescribeUserPoolDomain", Category::UserPoolResourceRead, domains::describe),
    counted("CreateUserPoolDomain", Category::UserPoolResourceUpdate, domains::create),
    counted("UpdateUserPoolDomain", Category::UserPoolResourceUpdate, domains::update),
    counted("DeleteUserPoolDomain", Category::UserPoolResourceUpdate, domains::delete),
    counted("ListTagsForResource", Category::UserPoolResourceRead, tags::list),
    counted("TagResource", Category::UserPoolResourceUpdate, tags::tag),
    counted("UntagResource", Category::UserPoolResourceUpdate, tags::untag),
    counted("DescribeRiskConfiguration", Category::UserPoolResourceRead, risk::describe),
    counted("SetRiskConfiguration", Category::UserPoolResourceUpdate, risk::set),
    counted("GetUICustomization", Category::UserPoolResourceRead, branding::get_customization),
    counted("SetUICustomization", Category::UserPoolResourceUpdate, branding::set_customization),
    counted("DescribeManagedLoginBranding", Category::UserPoolResourceRead, branding::describe),
    counted("DescribeManagedLoginBrandingByClient", Category::UserPoolResourceRead, branding::describe_by_client),
    counted("CreateManagedLoginBranding", Category::UserPoolResourceUpdate, branding::create),
    counted("UpdateManagedLoginBranding", Category::UserPoolResourceUpdate, branding::update),
    counted("DeleteManagedLoginBranding", Category::UserPoolResourceUpdate, branding::delete),
    counted("GetCSVHeader", Category::UserPoolResourceRead, import_jobs::csv_header),
    counted("ListUserImportJobs", Category::UserPoolResourceRead, import_jobs::list),
    counted("DescribeUserImportJob", Category::UserPoolResourceRead, import_jobs::describe),
    counted("CreateUserImportJob", Category::UserPoolResourceUpdate, import_jobs::create),
    counted("StartUserImportJob", Category::UserPoolResourceUpdate, import_jobs::start),
    counted("StopUserImportJob", Category::UserPoolResourceUpdate, import_jobs::stop),
    counted("GetProvisionedLimit", Category::LimitManagement, limits::get),
    counted("UpdateProvisionedLimit", Category::LimitManagement, limits::update),
    other(Api::UserPools, "GetLogDeliveryConfiguration", log_delivery::get),
    other(Api::UserPools, "ListUserPoolReplicas", pools::replicas),
    other(Api::UserPools, "SetLogDeliveryConfiguration", log_delivery::set),
    other(Api::UserPools, "CreateTerms", terms::create),
    other(Api::UserPools, "UpdateTerms", terms::update),
    other(Api::UserPools, "DeleteTerms", terms::delete),
    other(Api::UserPools, "DescribeTerms", terms::describe),
    other(Api::UserPools, "DescribeTermsByClient", terms::describe_by_client),
    other(Api::UserPools, "ListTerms", terms::list),
    counted("ListGroups", Category::UserPoolResourceRead, groups::list),
    counted("GetGroup", Category::UserPoolResourceRead, groups::get),
    counted("CreateGroup", Category::UserPoolResourceUpdate, groups::create),
    counted("UpdateGroup", Category::UserPoolResourceUpdate, groups::update),
    counted("DeleteGroup", Category::UserPoolResourceUpdate, groups::delete),
    counted("ListUserPoolClients", Category::UserPoolClientRead, clients::list),
    counted("DescribeUserPoolClient", Category::UserPoolClientRead, clients::describe),
    counted("CreateUserPoolClient", Category::UserPoolClientUpdate, clients::create),
    counted("UpdateUserPoolClient", Category::UserPoolClientUpdate, clients::update),
    counted("DeleteUserPoolClient", Category::UserPoolClientUpdate, clients::delete),
    other(Api::UserPools, "AddUserPoolClientSecret", client_secrets::add),
    other(Api::UserPools, "ListUserPoolClientSecrets", client_secrets::list),
    other(Api::UserPools, "DeleteUserPoolClientSecret", client_secrets::delete),
    counted("AdminGetUser", Category::UserRead, users::get),
    counted("AdminListGroupsForUser", Category::UserResourceRead, groups::list_for_user),
    counted("AdminCreateUser", Category::UserCreation, users_write::create),
    counted("AdminConfirmSignUp", Category::UserCreation, sign_up::admin_confirm),
    counted("AdminSetUserPassword", Category::UserAccountRecovery, recovery::admin_set),
    counted("AdminUpdateUserAttributes", Category::UserUpdate, users_write::update_attributes),
    counted("AdminDeleteUserAttributes", Category::UserUpdate, users_write::delete_attributes),
    counted("AdminEnableUser", Category::UserUpdate, users_write::enable),
    counted("AdminDisableUser", Category::UserUpdate, users_write::disable),
    counted("AdminDeleteUser", Category::UserUpdate, users_write::delete),
    unsigned(counted("SignUp", Category::UserCreation, sign_up::sign_up)),
    unsigned(counted("ConfirmSignUp", Category::UserCreation, sign_up::confirm)),
    unsigned(counted("ResendConfirmationCode", Category::UserResourceRead, sign_up::resend)),
    unsigned(counted("ForgotPassword", Category::UserAccountRecovery, recovery::forgot)),
    unsigned(counted("ConfirmForgotPassword", Category::UserAccountRecovery, recovery::confirm_forgot)),
    unsigned(counted("ChangePassword", Category::UserAccountRecovery, recovery::change)),
    unsigned(counted("GetUser", Category::UserRead, profile::get)),
    unsigned(counted("UpdateUserAttributes", Category::UserUpdate, profile::update)),
    unsigned(counted("DeleteUserAttributes", Category::UserUpdate, profile::delete_attributes)),
    unsigned(counted("DeleteUser", Category::UserUpdate, profile::delete)),
    unsigned(counted("GetUserAttributeVerificationCode", Category::UserResourceRead, profile::ask_code)),
    unsigned(counted("VerifyUserAttribute", Category::UserUpdate, profile::verify)),
    unsigned(counted("SetUserMFAPreference", Category::UserResourceUpdate, factors::prefer)),
    unsigned(counted("SetUserSettings", Category::UserResourceUpdate, factors::settings)),
    unsigned(counted("AssociateSoftwareToken", Category::UserResourceUpdate, factors::associate)),
    unsigned(counted("VerifySoftwareToken", Category::UserResourceUpdate, factors::verify)),
    unsigned(other(Api::UserPools, "StartWebAuthnRegistration", passkeys::start)),
    unsigned(other(Api::UserPools, "CompleteWebAuthnRegistration", passkeys::complete)),
    unsigned(other(Api::UserPools, "ListWebAuthnCredentials", passkeys::list)),
    unsigned(other(Api::UserPools, "DeleteWebAuthnCredential", passkeys::delete)),
    unsigned(other(Api::UserPools, "GetUserAuthFactors", factors::list)),
    counted("AdminSetUserMFAPreference", Category::UserResourceUpdate, factors::admin_prefer),
    counted("AdminSetUserSettings", Category::UserResourceUpdate, factors::admin_settings),
    counted("AdminGetUserAuthFactors", Category::UserRead, factors::admin_list),
    other(Api::UserPools, "AdminDeleteSoftwareToken", factors::admin_delete),
    counted("AdminLinkProviderForUser", Category::UserUpdate, linking::link),
    counted("AdminDisableProviderForUser", Category::UserUpdate, linking::unlink),
    counted("AdminListUserAuthEvents", Category::UserResourceRead, events::list),
    counted("AdminUpdateAuthEventFeedback", Category::UserResourceUpdate, events::admin_feedback),
    unsigned(counted("UpdateAuthEventFeedback", Category::UserResourceUpdate, events::feedback)),
    counted("AdminResetUserPassword", Category::UserAccountRecovery, recovery::admin_reset),
    counted("AdminAddUserToGroup", Category::UserUpdate, groups::add_user),
    counted("AdminRemoveUserFromGroup", Category::UserUpdate, groups::remove_user),
    unsigned(counted("InitiateAuth", Category::UserAuthentication, sign_in::initiate)),
    unsigned(counted("RespondToAuthChallenge", Category::UserAuthentication, sign_in::respond)),
    counted("AdminInitiateAuth", Category::UserAuthentication, sign_in::admin_initiate),
    counted("AdminRespondToAuthChallenge", Category::UserAuthentication, sign_in::admin_respond),
    unsigned(counted("ConfirmDevice", Category::UserResourceUpdate, devices::confirm)),
    unsigned(counted("GetDevice", Category::UserResourceRead, devices::get)),
    unsigned(counted("ListDevices", Category::UserResourceRead, devices::list)),
    unsigned(counted("ForgetDevice", Category::UserResourceUpdate, devices::forget)),
    unsigned(counted("UpdateDeviceStatus", Category::UserResourceUpdate, devices::update)),
    counted("AdminGetDevice", Category::UserResourceRead, devices::admin_get),
    counted("AdminListDevices", Category::UserResourceRead, devices::admin_list),
    counted("AdminForgetDevice", Category::UserResourceUpdate, devices::admin_forget),
    counted("AdminUpdateDeviceStatus", Category::UserResourceUpdate, devices::admin_update),
    unsigned(counted("GetTokensFromRefreshToken", Category::UserAuthentication, tokens::from_refresh_token)),
    other(Api::UserPools, "AdminListUserSessions", user_sessions::list_as_admin),
    unsigned(other(Api::UserPools, "ListUserSessions", user_sessions::list)),
    other(Api::UserPools, "AdminRevokeUserSession", user_sessions::revoke_as_admin),
    unsigned(other(Api::UserPools, "RevokeUserSession", user_sessions::revoke)),
    other(Api::UserPools, "GetUserPoolSessionConfiguration", user_sessions::rules),
    other(Api::UserPools, "SetUserPoolSessionConfiguration", user_sessions::set_rules),
    other(Api::UserPools, "GetUserPoolClientSessionConfiguration", user_sessions::client_rules),
    other(Api::UserPools, "SetUserPoolClientSessionConfiguration", user_sessions::set_client_rules),
    unsigned(counted("RevokeToken", Category::UserToken, tokens::revoke)),
    unsigned(counted("GlobalSignOut", Category::UserUpdate, tokens::sign_out)),
    counted("AdminUserGlobalSignOut", Category::UserUpdate, tokens::sign_out_as_admin),
    unsigned(other(Api::UserPools, "GetDerivedToken", token_exchange::derive)),
    unsigned(counted("GetClientToken", Category::ClientAuthentication, tokens::of_client)),
    other(Api::IdentityPools, "ListIdentityPools", identity_pools::list),
    other(Api::IdentityPools, "DescribeIdentityPool", identity_pools::describe),
    other(Api::IdentityPools, "CreateIdentityPool", identity_pools::create),
    other(Api::IdentityPools, "UpdateIdentityPool", identity_pools::update),
    other(Api::IdentityPools, "DeleteIdentityPool", identity_pools::delete),
    other(Api::IdentityPools, "GetIdentityPoolRoles", identity_pool_roles::get),
    other(Api::IdentityPools, "SetIdentityPoolRoles", identity_pool_roles::set),
    other(Api::IdentityPools, "GetPrincipalTagAttributeMap", identity_pool_roles::tags),
    other(Api::IdentityPools, "SetPrincipalTagAttributeMap", identity_pool_roles::set_tags),
    rated("TagResource", Category::TagIdentityPool, identity_pools::tag),
    rated("UntagResource", Category::UntagIdentityPool, identity_pools::untag),
    rated("ListTagsForResource", Category::ListTagsForIdentityPool, identity_pools::list_tags),
    other(Api::IdentityPools, "DescribeIdentity", identities::describe),
    rated("ListIdentities", Category::ListIdentities, identities::list),
    rated("DeleteIdentities", Category::DeleteIdentities, identities::delete),
    unsigned(rated("GetId", Category::GetId, identities::get_id)),
    unsigned(rated("GetCredentialsForIdentity", Category::GetCredentialsForIdentity, identities::credentials)),
    unsigned(rated("GetOpenIdToken", Category::GetOpenIdToken, identities::open_id_token)),
    unsigned(other(Api::IdentityPools, "UnlinkIdentity", identities::unlink)),
    rated(
        "GetOpenIdTokenForDeveloperIdentity",
        Category::GetOpenIdTokenForDeveloperIdentity,
        developer_identities::open_id_token,
    ),
    other(Api::IdentityPools, "LookupDeveloperIdentity", developer_identities::lookup),
    other(Api::IdentityPools, "MergeDeveloperIdentities", developer_identities::merge),
    other(Api::IdentityPools, "UnlinkDeveloperIdentity", developer_identities::unlink),
    other(Api::Sts, "GetCallerIdentity", caller::identity),
    unsigned(other(Api::Sts, "AssumeRoleWithWebIdentity", caller::assume_role)),
    other(Api::CloudWatch, "GetMetricData", metrics::get_data),
];
