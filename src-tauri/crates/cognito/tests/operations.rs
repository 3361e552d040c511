//! What may be called, and what each call may cost.

use cognito::operations;
use model::call::MauEffect;
use model::mau::effect_of;

#[test]
fn every_operation_names_its_iam_action_and_its_place_in_aws_s_list() {
    for operation in operations::ALL.into_iter().chain(operations::WRITES).chain(operations::WHOLES) {
        // AWS names it among what counts, and says that a user's own access token counts nobody: the dearer reading.
        let expected =
            if operation == operations::GLOBAL_SIGN_OUT { MauEffect::MayBill } else { effect_of(operation.name) };
        assert_eq!(operation.mau, expected, "{}", operation.name);
        let pages = [
            operations::JWKS,
            operations::GET_SIGNIN_TOKEN,
            operations::TOKEN_ENDPOINT,
            operations::CLIENT_CREDENTIALS,
            operations::USER_INFO,
            operations::UPLOAD_IMPORT,
        ];
        if pages.contains(&operation) {
            assert_eq!(operation.iam_action, "", "a plain web page and a presigned address need no permission");
            continue;
        }
        let (service, action) = operation.iam_action.split_once(':').unwrap_or_default();
        assert!(
            ["cognito-idp", "cognito-identity", "sts", "cloudwatch", "lambda", "iam", "servicequotas"]
                .contains(&service),
            "{}",
            operation.iam_action
        );
        assert_eq!(action, operation.name);
    }
}
