//! Every operation the sandbox knows: its name, service, quota category, and the function that does it.
//!
//! To add one: write the function in the file of its resource and give it a line in [`TABLE`].

mod attributes;
mod branding;
mod caller;
mod client_secrets;
mod client_settings;
mod clients;
mod custom_attributes;
mod developer_identities;
mod devices;
mod domains;
mod events;
mod factors;
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
mod mfa_configuration;
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
    /// Whether AWS bills the person it names as active, or leaves it open.
    pub(crate) may_bill: bool,
    /// Whether the operation needs no signature: the public ones, and those that an access token authorises.
    pub(crate) unsigned: bool,
    pub(crate) run: fn(&mut Call<'_>) -> Answered,
}

impl Operation {
    /// Whether quotas and counts need to know whom its requests are about.
    pub(crate) fn has_subject(&self) -> bool {
        !matches!(self.category, None | Some(Category::UserList | Category::UserPoolRead)) || self.may_bill
    }
}

/// Finds an operation by the service and name on the wire.
pub(crate) fn lookup(service: Api, name: &str) -> Option<&'static Operation> {
    TABLE.iter().find(|operation| operation.service == service && operation.name == name)
}

const fn free(name: &'static str, category: Category, run: fn(&mut Call<'_>) -> Answered) -> Operation {
    Operation { service: Api::UserPools, name, category: Some(category), may_bill: false, unsigned: false, run }
}

const fn bills(name: &'static str, category: Category, run: fn(&mut Call<'_>) -> Answered) -> Operation {
    Operation { service: Api::UserPools, name, category: Some(category), may_bill: true, unsigned: false, run }
}

const fn other(service: Api, name: &'static str, run: fn(&mut Call<'_>) -> Answered) -> Operation {
    Operation { service, name, category: None, may_bill: false, unsigned: false, run }
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
    free("ListUsers", Category::UserList, users::list),
    free("ListUsersInGroup", Category::UserList, groups::list_users),
    free("ListUserPools", Category::UserPoolRead, pools::list),
    free("DescribeUserPool", Category::UserPoolRead, pools::describe),
    free("CreateUserPool", Category::UserPoolUpdate, pools::create),
    free("UpdateUserPool", Category::UserPoolUpdate, pools::update),
    free("DeleteUserPool", Category::UserPoolUpdate, pools::delete),
    free("AddCustomAttributes", Category::UserPoolResourceUpdate, custom_attributes::add),
    free("GetUserPoolMfaConfig", Category::UserPoolResourceRead, mfa_configuration::get),
    free("SetUserPoolMfaConfig", Category::UserPoolResourceUpdate, mfa_configuration::set),
    free("ListResourceServers", Category::UserPoolResourceRead, resource_servers::list),
    free("DescribeResourceServer", Category::UserPoolResourceRead, resource_servers::describe),
    free("CreateResourceServer", Category::UserPoolResourceUpdate, resource_servers::create),
    free("UpdateResourceServer", Category::UserPoolResourceUpdate, resource_servers::update),
    free("DeleteResourceServer", Category::UserPoolResourceUpdate, resource_servers::delete),
    free("ListIdentityProviders", Category::UserPoolResourceRead, providers::list),
    free("DescribeIdentityProvider", Category::UserPoolResourceRead, providers::describe),
    free("GetIdentityProviderByIdentifier", Category::UserPoolResourceRead, providers::by_identifier),
    free("CreateIdentityProvider", Category::UserPoolResourceUpdate, providers::create),
    free("UpdateIdentityProvider", Category::UserPoolResourceUpdate, providers::update),
    free("DeleteIdentityProvider", Category::UserPoolResourceUpdate, providers::delete),
    free("DescribeUserPoolDomain", Category::UserPoolResourceRead, domains::describe),
    free("CreateUserPoolDomain", Category::UserPoolResourceUpdate, domains::create),
    free("UpdateUserPoolDomain", Category::UserPoolResourceUpdate, domains::update),
    free("DeleteUserPoolDomain", Category::UserPoolResourceUpdate, domains::delete),
    free("ListTagsForResource", Category::UserPoolResourceRead, tags::list),
    free("TagResource", Category::UserPoolResourceUpdate, tags::tag),
    free("UntagResource", Category::UserPoolResourceUpdate, tags::untag),
    free("DescribeRiskConfiguration", Category::UserPoolResourceRead, risk::describe),
    free("SetRiskConfiguration", Category::UserPoolResourceUpdate, risk::set),
    free("GetUICustomization", Category::UserPoolResourceRead, branding::get_customization),
    free("SetUICustomization", Category::UserPoolResourceUpdate, branding::set_customization),
    free("DescribeManagedLoginBranding", Category::UserPoolResourceRead, branding::describe),
    free("DescribeManagedLoginBrandingByClient", Category::UserPoolResourceRead, branding::describe_by_client),
    free("CreateManagedLoginBranding", Category::UserPoolResourceUpdate, branding::create),
    free("UpdateManagedLoginBranding", Category::UserPoolResourceUpdate, branding::update),
    free("DeleteManagedLoginBranding", Category::UserPoolResourceUpdate, branding::delete),
    free("GetCSVHeader", Category::UserPoolResourceRead, import_jobs::csv_header),
    free("ListUserImportJobs", Category::UserPoolResourceRead, import_jobs::list),
    free("DescribeUserImportJob", Category::UserPoolResourceRead, import_jobs::describe),
    free("CreateUserImportJob", Category::UserPoolResourceUpdate, import_jobs::create),
    free("StartUserImportJob", Category::UserPoolResourceUpdate, import_jobs::start),
    free("StopUserImportJob", Category::UserPoolResourceUpdate, import_jobs::stop),
    free("GetProvisionedLimit", Category::LimitManagement, limits::get),
    free("UpdateProvisionedLimit", Category::LimitManagement, limits::update),
    other(Api::UserPools, "GetLogDeliveryConfiguration", log_delivery::get),
    other(Api::UserPools, "SetLogDeliveryConfiguration", log_delivery::set),
    other(Api::UserPools, "CreateTerms", terms::create),
    other(Api::UserPools, "UpdateTerms", terms::update),
    other(Api::UserPools, "DeleteTerms", terms::delete),
    other(Api::UserPools, "DescribeTerms", terms::describe),
    other(Api::UserPools, "DescribeTermsByClient", terms::describe_by_client),
    other(Api::UserPools, "ListTerms", terms::list),
    free("ListGroups", Category::UserPoolResourceRead, groups::list),
    free("GetGroup", Category::UserPoolResourceRead, groups::get),
    free("CreateGroup", Category::UserPoolResourceUpdate, groups::create),
    free("UpdateGroup", Category::UserPoolResourceUpdate, groups::update),
    free("DeleteGroup", Category::UserPoolResourceUpdate, groups::delete),
    free("ListUserPoolClients", Category::UserPoolClientRead, clients::list),
    free("DescribeUserPoolClient", Category::UserPoolClientRead, clients::describe),
    free("CreateUserPoolClient", Category::UserPoolClientUpdate, clients::create),
    free("UpdateUserPoolClient", Category::UserPoolClientUpdate, clients::update),
    free("DeleteUserPoolClient", Category::UserPoolClientUpdate, clients::delete),
    free("AddUserPoolClientSecret", Category::UserPoolClientUpdate, client_secrets::add),
    free("ListUserPoolClientSecrets", Category::UserPoolClientRead, client_secrets::list),
    free("DeleteUserPoolClientSecret", Category::UserPoolClientUpdate, client_secrets::delete),
    bills("AdminGetUser", Category::UserRead, users::get),
    bills("AdminListGroupsForUser", Category::UserResourceRead, groups::list_for_user),
    bills("AdminCreateUser", Category::UserCreation, users_write::create),
    bills("AdminConfirmSignUp", Category::UserCreation, sign_up::admin_confirm),
    bills("AdminSetUserPassword", Category::UserAccountRecovery, recovery::admin_set),
    bills("AdminUpdateUserAttributes", Category::UserUpdate, users_write::update_attributes),
    bills("AdminDeleteUserAttributes", Category::UserUpdate, users_write::delete_attributes),
    bills("AdminEnableUser", Category::UserUpdate, users_write::enable),
    bills("AdminDisableUser", Category::UserUpdate, users_write::disable),
    bills("AdminDeleteUser", Category::UserUpdate, users_write::delete),
    unsigned(bills("SignUp", Category::UserCreation, sign_up::sign_up)),
    unsigned(bills("ConfirmSignUp", Category::UserCreation, sign_up::confirm)),
    unsigned(bills("ResendConfirmationCode", Category::UserResourceRead, sign_up::resend)),
    unsigned(bills("ForgotPassword", Category::UserAccountRecovery, recovery::forgot)),
    unsigned(bills("ConfirmForgotPassword", Category::UserAccountRecovery, recovery::confirm_forgot)),
    unsigned(free("ChangePassword", Category::UserAccountRecovery, recovery::change)),
    unsigned(free("GetUser", Category::UserRead, profile::get)),
    unsigned(free("UpdateUserAttributes", Category::UserUpdate, profile::update)),
    unsigned(free("DeleteUserAttributes", Category::UserUpdate, profile::delete_attributes)),
    unsigned(free("DeleteUser", Category::UserUpdate, profile::delete)),
    unsigned(free("GetUserAttributeVerificationCode", Category::UserResourceRead, profile::ask_code)),
    unsigned(free("VerifyUserAttribute", Category::UserUpdate, profile::verify)),
    unsigned(free("SetUserMFAPreference", Category::UserResourceUpdate, factors::prefer)),
    unsigned(free("SetUserSettings", Category::UserResourceUpdate, factors::settings)),
    unsigned(free("AssociateSoftwareToken", Category::UserResourceUpdate, factors::associate)),
    unsigned(free("VerifySoftwareToken", Category::UserResourceUpdate, factors::verify)),
    unsigned(free("GetUserAuthFactors", Category::UserRead, factors::list)),
    bills("AdminSetUserMFAPreference", Category::UserResourceUpdate, factors::admin_prefer),
    bills("AdminSetUserSettings", Category::UserResourceUpdate, factors::admin_settings),
    bills("AdminGetUserAuthFactors", Category::UserRead, factors::admin_list),
    bills("AdminDeleteSoftwareToken", Category::UserResourceUpdate, factors::admin_delete),
    bills("AdminLinkProviderForUser", Category::UserUpdate, linking::link),
    bills("AdminDisableProviderForUser", Category::UserUpdate, linking::unlink),
    bills("AdminListUserAuthEvents", Category::UserResourceRead, events::list),
    bills("AdminUpdateAuthEventFeedback", Category::UserResourceUpdate, events::admin_feedback),
    unsigned(free("UpdateAuthEventFeedback", Category::UserResourceUpdate, events::feedback)),
    free("AdminResetUserPassword", Category::UserAccountRecovery, recovery::admin_reset),
    bills("AdminAddUserToGroup", Category::UserUpdate, groups::add_user),
    bills("AdminRemoveUserFromGroup", Category::UserUpdate, groups::remove_user),
    unsigned(bills("InitiateAuth", Category::UserAuthentication, sign_in::initiate)),
    unsigned(bills("RespondToAuthChallenge", Category::UserAuthentication, sign_in::respond)),
    bills("AdminInitiateAuth", Category::UserAuthentication, sign_in::admin_initiate),
    bills("AdminRespondToAuthChallenge", Category::UserAuthentication, sign_in::admin_respond),
    unsigned(free("ConfirmDevice", Category::UserResourceUpdate, devices::confirm)),
    unsigned(free("GetDevice", Category::UserResourceRead, devices::get)),
    unsigned(free("ListDevices", Category::UserResourceRead, devices::list)),
    unsigned(free("ForgetDevice", Category::UserResourceUpdate, devices::forget)),
    unsigned(free("UpdateDeviceStatus", Category::UserResourceUpdate, devices::update)),
    bills("AdminGetDevice", Category::UserResourceRead, devices::admin_get),
    bills("AdminListDevices", Category::UserResourceRead, devices::admin_list),
    bills("AdminForgetDevice", Category::UserResourceUpdate, devices::admin_forget),
    bills("AdminUpdateDeviceStatus", Category::UserResourceUpdate, devices::admin_update),
    unsigned(bills("GetTokensFromRefreshToken", Category::UserAuthentication, tokens::from_refresh_token)),
    other(Api::UserPools, "AdminListUserSessions", user_sessions::list_as_admin),
    unsigned(other(Api::UserPools, "ListUserSessions", user_sessions::list)),
    other(Api::UserPools, "AdminRevokeUserSession", user_sessions::revoke_as_admin),
    unsigned(other(Api::UserPools, "RevokeUserSession", user_sessions::revoke)),
    other(Api::UserPools, "GetUserPoolSessionConfiguration", user_sessions::rules),
    other(Api::UserPools, "SetUserPoolSessionConfiguration", user_sessions::set_rules),
    other(Api::UserPools, "GetUserPoolClientSessionConfiguration", user_sessions::client_rules),
    other(Api::UserPools, "SetUserPoolClientSessionConfiguration", user_sessions::set_client_rules),
    unsigned(free("RevokeToken", Category::UserToken, tokens::revoke)),
    unsigned(bills("GlobalSignOut", Category::UserUpdate, tokens::sign_out)),
    bills("AdminUserGlobalSignOut", Category::UserUpdate, tokens::sign_out_as_admin),
    unsigned(free("GetClientToken", Category::ClientAuthentication, tokens::of_client)),
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
];
