//! What AWS says of each operation.

use model::call::MauEffect::{self, Free, MayBill, Undocumented};
use model::mau::effect_of;
use rstest::rstest;

#[rstest]
#[case("ListUsers", Free)]
#[case("ListUsersInGroup", Free)]
#[case("CreateUserImportJob", Free)]
#[case("AdminResetUserPassword", Free)]
#[case("GetUser", Free)]
#[case("DescribeUserPool", Free)]
#[case("Login_GET", Free)]
#[case("AdminGetUser", MayBill)]
#[case("AdminCreateUser", MayBill)]
#[case("AdminAddUserToGroup", MayBill)]
#[case("AdminUserGlobalSignOut", MayBill)]
#[case("InitiateAuth", MayBill)]
#[case("Token_POST", MayBill)]
#[case("AdminDisableUser", Undocumented)]
#[case("AdminListGroupsForUser", Undocumented)]
#[case("AdminListUserAuthEvents", Undocumented)]
#[case("ResendConfirmationCode", Undocumented)]
#[case("Login_POST", Undocumented)]
#[case("SAML2Response_POST", Undocumented)]
#[case("OAuth2Response_GET", Undocumented)]
fn an_operation_has_the_effect_that_aws_gives_it(#[case] operation: &str, #[case] effect: MauEffect) {
    assert_eq!(effect_of(operation), effect);
}
