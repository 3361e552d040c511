//! Each refusal of Cognito's has its own explanation, and none is taken for a wrong password that is none.

use cognito::sign_in::Refusal;
use console::lab::{LabClient, explain};
use model::ClientId;
use rstest::rstest;

#[rstest]
#[case::password("NotAuthorizedException", "Incorrect username or password.", "password is wrong")]
#[case::hash("NotAuthorizedException", "Unable to verify secret hash for client abc", "SECRET_HASH")]
#[case::no_hash(
    "NotAuthorizedException",
    "Client abc is configured with secret but SECRET_HASH was not received",
    "SECRET_HASH"
)]
#[case::locked("NotAuthorizedException", "Password attempts exceeded", "locked out")]
#[case::disabled("NotAuthorizedException", "User is disabled.", "disabled")]
#[case::session("NotAuthorizedException", "Invalid session for the user.", "used up")]
#[case::refresh("NotAuthorizedException", "Refresh Token has been revoked", "refresh token")]
#[case::secret("NotAuthorizedException", "Invalid client id or secret.", "secret is wrong")]
#[case::access("NotAuthorizedException", "Access Token has been revoked", "access token")]
#[case::scopes("NotAuthorizedException", "Access Token does not have required scopes", "required scopes")]
#[case::sign_up("NotAuthorizedException", "SignUp is not permitted for this user pool", "SignUp is not permitted")]
#[case::confirmed(
    "NotAuthorizedException",
    "User cannot be confirmed. Current status is CONFIRMED",
    "Current status is CONFIRMED"
)]
#[case::silent("NotAuthorizedException", "", "does not say why")]
#[case::reused("RefreshTokenReuseException", "Refresh token has been rotated", "newer one")]
#[case::grant("invalid_grant", "", "used up")]
#[case::scope("invalid_scope", "", "scopes")]
#[case::redirect("redirect_mismatch", "", "to the letter")]
fn a_refusal_is_explained_for_what_it_is(#[case] code: &str, #[case] said: &str, #[case] told: &str) {
    let client = LabClient::unknown(ClientId::parse("client").unwrap()).client;
    let refusal = Refusal { code: code.to_owned(), message: said.to_owned(), request_id: None };
    let explained = explain(&refusal, &client);
    assert!(explained.contains(told), "{explained}");
    assert_eq!(explained.contains("password is wrong"), said.starts_with("Incorrect"), "{explained}");
}
