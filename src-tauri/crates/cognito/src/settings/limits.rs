//! Request rates that the account has.

use aws_sdk_cognitoidentityprovider::types::{LimitClass, LimitDefinitionType};
use model::call::QuotaCategory;
use model::health::Answer;

use crate::error::Error;
use crate::{Session, operations};

/// The categories that can be bought, and so be asked about.
pub const PROVISIONED: [QuotaCategory; 6] = [
    QuotaCategory::UserAuthentication,
    QuotaCategory::UserCreation,
    QuotaCategory::UserFederation,
    QuotaCategory::UserRead,
    QuotaCategory::UserToken,
    QuotaCategory::UserResourceRead,
];

/// A rate of the account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limit {
    /// The category.
    pub category: QuotaCategory,
    /// What came of asking: the body of `GetProvisionedLimit`.
    pub answer: Answer,
}

impl Session {
    /// The rate that the account has of a category (`GetProvisionedLimit`; IAM action of that name; quota
    /// `LimitManagement`, one a second; free).
    ///
    /// # Errors
    /// What stands in the way of every call.
    pub async fn limit(&self, category: QuotaCategory) -> Result<Limit, Error> {
        let definition = LimitDefinitionType::builder()
            .limit_class(LimitClass::ApiCategory)
            .attributes("Category", category.as_str())
            .build();
        let definition = definition.ok();
        let answer = self
            .answer(&self.context(operations::GET_PROVISIONED_LIMIT), |tap| {
                let get = self.cognito().get_provisioned_limit().set_limit_definition(definition.clone());
                get.customize().interceptor(tap).send()
            })
            .await?;
        Ok(Limit { category, answer })
    }
}
