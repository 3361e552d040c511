//! Which features that depend on the plan a pool uses, as far as `DescribeUserPool` tells.

use aws_sdk_cognitoidentityprovider::types::{
    AdvancedSecurityModeType, AuthFactorType, PreTokenGenerationLambdaVersionType, SignInPolicyType, UserPoolMfaType,
    UserPoolTierType, UserPoolType,
};
use model::PoolId;
use model::cost::{Feature, FeatureUse};

use crate::Session;
use crate::error::Error;

impl Session {
    /// Every feature that needs a plan above Lite, and whether the pool uses it (`DescribeUserPool`; IAM
    /// `cognito-idp:DescribeUserPool`; quota `UserPoolRead`; free). What other calls would tell is
    /// [`FeatureUse::Unknown`].
    ///
    /// # Errors
    /// As [`Session::describe_pool`].
    pub async fn pool_features(&self, pool: &PoolId) -> Result<Vec<(Feature, FeatureUse)>, Error> {
        let described = self.described(pool).await?;
        Ok(Feature::ALL.into_iter().map(|feature| (feature, used(feature, &described))).collect())
    }
}

fn used(feature: Feature, pool: &UserPoolType) -> FeatureUse {
    let known = |used: bool| if used { FeatureUse::Used } else { FeatureUse::NotUsed };
    let policies = pool.policies.as_ref();
    match feature {
        Feature::ThreatProtection => {
            let mode = pool.user_pool_add_ons.as_ref().map(|add_ons| &add_ons.advanced_security_mode);
            known(mode.is_some_and(|mode| *mode != AdvancedSecurityModeType::Off))
        }
        Feature::AccessTokenCustomization => {
            let trigger =
                pool.lambda_config.as_ref().and_then(|triggers| triggers.pre_token_generation_config.as_ref());
            known(trigger.is_some_and(|trigger| trigger.lambda_version != PreTokenGenerationLambdaVersionType::V10))
        }
        Feature::Passwordless => {
            let factors = policies.and_then(|policies| policies.sign_in_policy.as_ref());
            let factors = factors.map(SignInPolicyType::allowed_first_auth_factors).unwrap_or_default();
            known(factors.iter().any(|factor| *factor != AuthFactorType::Password))
        }
        Feature::PasswordHistory => {
            let policy = policies.and_then(|policies| policies.password_policy.as_ref());
            known(policy.and_then(|policy| policy.password_history_size).unwrap_or_default() > 0)
        }
        // Only Plus has the export at all; whether it is on, another call tells.
        Feature::UserActivityLogs if pool.user_pool_tier != Some(UserPoolTierType::Plus) => FeatureUse::NotUsed,
        // Without second factors there is none by e-mail.
        Feature::EmailMfa if pool.mfa_configuration == Some(UserPoolMfaType::Off) => FeatureUse::NotUsed,
        Feature::EmailMfa
        | Feature::UserActivityLogs
        | Feature::ManagedLoginBranding
        | Feature::RefreshTokenRotation
        | Feature::SessionTracking
        | Feature::Replication => FeatureUse::Unknown,
    }
}
