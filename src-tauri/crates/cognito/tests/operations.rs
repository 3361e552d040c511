//! What may be called, and what each call may cost.

use cognito::operations;
use model::call::MauEffect;

/// What makes a user billable, or may: signing in and what belongs to it. Nothing of it is called while browsing.
const COUNTED: [&str; 13] = [
    "InitiateAuth",
    "AdminInitiateAuth",
    "RespondToAuthChallenge",
    "AdminRespondToAuthChallenge",
    "GetTokensFromRefreshToken",
    "SignUp",
    "ConfirmSignUp",
    "ResendConfirmationCode",
    "ForgotPassword",
    "ConfirmForgotPassword",
    "ChangePassword",
    "GlobalSignOut",
    "RevokeToken",
];

#[test]
fn every_operation_names_its_iam_action_and_only_signing_in_may_bill() {
    for operation in operations::ALL {
        let free = !COUNTED.contains(&operation.name);
        assert_eq!(operation.mau == MauEffect::Free, free, "{}", operation.name);
        if operation == operations::JWKS {
            assert_eq!(operation.iam_action, "", "public keys need no permission");
            continue;
        }
        let (service, action) = operation.iam_action.split_once(':').unwrap_or_default();
        assert!(["cognito-idp", "sts"].contains(&service), "{}", operation.iam_action);
        assert_eq!(action, operation.name);
    }
}
