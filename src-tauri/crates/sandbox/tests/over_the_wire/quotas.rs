//! Request rates: every category and operation against the published table, and the limits beside the categories.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::support::{Live, options};
use sandbox::{Options, Quota, Sandbox};
use serde_json::{Value, json};

/// The published table: category, requests a second, operations (developer guide, quotas; `cognito.md` 3.2).
const PUBLISHED: [(&str, f64, &str); 17] = [
    (
        "UserAuthentication",
        120.0,
        "InitiateAuth AdminInitiateAuth RespondToAuthChallenge AdminRespondToAuthChallenge GetTokensFromRefreshToken",
    ),
    ("UserCreation", 50.0, "SignUp ConfirmSignUp AdminCreateUser AdminConfirmSignUp"),
    (
        "UserAccountRecovery",
        30.0,
        "ChangePassword ForgotPassword ConfirmForgotPassword AdminResetUserPassword AdminSetUserPassword",
    ),
    ("UserRead", 120.0, "AdminGetUser AdminGetUserAuthFactors GetUser"),
    (
        "UserUpdate",
        25.0,
        "AdminAddUserToGroup AdminRemoveUserFromGroup AdminUpdateUserAttributes AdminDeleteUserAttributes AdminDeleteUser AdminDisableUser AdminEnableUser AdminLinkProviderForUser AdminDisableProviderForUser AdminUserGlobalSignOut GlobalSignOut VerifyUserAttribute DeleteUser DeleteUserAttributes UpdateUserAttributes",
    ),
    ("UserToken", 120.0, "RevokeToken"),
    (
        "UserResourceRead",
        50.0,
        "AdminListGroupsForUser AdminListDevices AdminGetDevice AdminListUserAuthEvents GetDevice ListDevices GetUserAttributeVerificationCode ResendConfirmationCode",
    ),
    (
        "UserResourceUpdate",
        25.0,
        "AdminSetUserMFAPreference AdminSetUserSettings AdminForgetDevice AdminUpdateDeviceStatus AdminUpdateAuthEventFeedback ConfirmDevice UpdateDeviceStatus ForgetDevice SetUserMFAPreference SetUserSettings AssociateSoftwareToken VerifySoftwareToken UpdateAuthEventFeedback",
    ),
    ("UserList", 30.0, "ListUsers ListUsersInGroup"),
    ("UserPoolRead", 15.0, "DescribeUserPool ListUserPools"),
    ("UserPoolUpdate", 15.0, "CreateUserPool UpdateUserPool DeleteUserPool"),
    (
        "UserPoolResourceRead",
        20.0,
        "ListGroups GetGroup ListIdentityProviders DescribeIdentityProvider GetIdentityProviderByIdentifier ListResourceServers DescribeResourceServer ListUserImportJobs DescribeUserImportJob GetCSVHeader DescribeUserPoolDomain GetUserPoolMfaConfig DescribeRiskConfiguration GetUICustomization GetSigningCertificate ListTagsForResource DescribeManagedLoginBranding DescribeManagedLoginBrandingByClient",
    ),
    (
        "UserPoolResourceUpdate",
        15.0,
        "CreateGroup UpdateGroup DeleteGroup CreateIdentityProvider UpdateIdentityProvider DeleteIdentityProvider CreateResourceServer UpdateResourceServer DeleteResourceServer CreateUserPoolDomain UpdateUserPoolDomain DeleteUserPoolDomain CreateManagedLoginBranding UpdateManagedLoginBranding DeleteManagedLoginBranding AddCustomAttributes SetUserPoolMfaConfig CreateUserImportJob StartUserImportJob StopUserImportJob SetRiskConfiguration SetUICustomization TagResource UntagResource",
    ),
    ("UserPoolClientRead", 15.0, "DescribeUserPoolClient ListUserPoolClients"),
    ("UserPoolClientUpdate", 15.0, "CreateUserPoolClient UpdateUserPoolClient DeleteUserPoolClient"),
    ("ClientAuthentication", 150.0, "GetClientToken"),
    ("LimitManagement", 1.0, "GetProvisionedLimit UpdateProvisionedLimit"),
];

#[test]
fn every_implemented_operation_is_in_the_category_that_aws_publishes() {
    let published: BTreeMap<&str, (&str, f64)> = PUBLISHED
        .iter()
        .flat_map(|(category, rate, names)| names.split(' ').map(move |name| (name, (*category, *rate))))
        .collect();
    for line in Sandbox::operations().iter().filter(|line| line.implemented && line.service == "cognito-idp") {
        if let Some((category, rate)) = published.get(line.name) {
            assert_eq!((line.category, line.rate), (Some(*category), Some(*rate)), "{}", line.name);
        }
    }
}

fn with_quota(quota: Quota) -> Live {
    Live::of(Sandbox::new(Options { quota, ..options(100) }))
}

/// How many of `n` immediate calls are not throttled, and how much of a second they took.
fn granted(live: &Live, operation: &str, input: &Value, n: usize) -> (usize, f64) {
    let start = std::time::Instant::now();
    let through = |_: &usize| live.call(operation, input.clone()).code() != "TooManyRequestsException";
    ((0..n).filter(through).count(), start.elapsed().as_secs_f64())
}

/// Whether as many calls went through as a bucket of `burst` with `rate` lets.
fn fits((granted, seconds): (usize, f64), burst: f64, rate: f64) -> bool {
    let granted = granted as f64;
    granted >= burst.floor() && granted <= burst + rate * seconds + 1.0
}

#[test]
fn one_person_is_written_ten_times_a_second_and_read_as_often_while_others_go_on() {
    let live = with_quota(Quota::Default);
    let input = |name: &str| live.in_pool(json!({ "Username": name }));
    let writes = granted(&live, "AdminEnableUser", &input("maria.keller"), 14);
    assert!(fits(writes, 10.0, 10.0), "{writes:?}");
    let others = granted(&live, "AdminEnableUser", &input("jose.munoz"), 5);
    assert_eq!(others.0, 5, "another person has a rate of their own");
    let reads = granted(&live, "AdminGetUser", &input("maria.keller"), 16);
    assert!(fits(reads, 10.0, 10.0), "{reads:?}");
}

#[test]
fn twenty_five_updates_a_second_are_shared_by_all_people() {
    let live = with_quota(Quota::Default);
    let names: Vec<String> =
        live.sandbox.directory().snapshot(&live.pool).into_iter().map(|user| user.username).collect();
    let start = std::time::Instant::now();
    let input = |name: &String| live.in_pool(json!({ "Username": name }));
    let through = names.iter().take(60).filter(|name| live.call("AdminEnableUser", input(name)).status == 200).count();
    assert!(fits((through, start.elapsed().as_secs_f64()), 25.0, 25.0), "{through}");
}

#[test]
fn rates_and_bursts_can_be_set_by_name_while_it_runs() {
    let live = with_quota(Quota::Default);
    let input = live.in_pool(json!({ "Limit": 1 }));
    live.sandbox.weather().change(json!({ "rates": { "UserList": 4.0 }, "burstSeconds": 3.0 })).unwrap();
    let listed = granted(&live, "ListUsers", &input, 30);
    assert!(fits(listed, 12.0, 4.0), "{listed:?}");
    live.sandbox.weather().change(json!({ "rates": { "perPool": 2.0 }, "burstSeconds": 1.0 })).unwrap();
    let groups = granted(&live, "ListGroups", &input, 8);
    assert!(fits(groups, 2.0, 2.0), "{groups:?}");
    live.sandbox.weather().change(json!({ "quota": "off" })).unwrap();
    assert_eq!(granted(&live, "ListUsers", &input, 50).0, 50);
}

#[test]
fn a_second_of_virtual_time_fills_a_bucket_again() {
    let live = with_quota(Quota::Default);
    let input = live.in_pool(json!({ "Limit": 1 }));
    granted(&live, "ListUsers", &input, 40);
    live.sandbox.weather().advance(Duration::from_secs(1));
    assert_eq!(granted(&live, "ListUsers", &input, 30).0, 30);
}
