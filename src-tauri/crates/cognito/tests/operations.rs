//! What may be called while browsing.

use cognito::operations;
use model::call::MauEffect;

#[test]
fn every_operation_in_use_is_free_and_names_its_iam_action() {
    for operation in operations::ALL {
        assert_eq!(operation.mau, MauEffect::Free, "{}", operation.name);
        let (service, action) = operation.iam_action.split_once(':').unwrap_or_default();
        assert!(["cognito-idp", "sts"].contains(&service), "{}", operation.iam_action);
        assert_eq!(action, operation.name);
    }
}
