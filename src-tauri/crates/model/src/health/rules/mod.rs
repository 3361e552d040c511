//! The rules, by family.

mod client_attributes;
mod client_flows;
mod client_protection;
mod client_tokens;
mod client_urls;
mod groups;
mod identity_pools;
mod messages;
mod operation;
mod passwords;
mod people;
mod protection;
mod roles;
mod second_factors;
mod sign_up;
mod triggers;

use std::sync::LazyLock;

use super::rule::{Rule, Severity, Subject};
pub(crate) use client_tokens::token_lives;
pub(super) use roles::excessive;

/// The page of AWS's reference of user pools about an operation or a type.
macro_rules! api {
    ($name:literal) => {
        concat!("https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_", $name, ".html")
    };
}
/// The page of AWS's reference of identity pools about an operation or a type.
macro_rules! identity_api {
    ($name:literal) => {
        concat!("https://docs.aws.amazon.com/cognitoidentity/latest/APIReference/API_", $name, ".html")
    };
}
/// A page of AWS's developer guide.
macro_rules! guide {
    ($name:literal) => {
        concat!("https://docs.aws.amazon.com/cognito/latest/developerguide/", $name, ".html")
    };
}
/// A control of Security Hub, a check of Prowler.
macro_rules! published {
    ($control:literal, $check:literal) => {
        concat!(
            "Security Hub Cognito.",
            $control,
            " (https://docs.aws.amazon.com/securityhub/latest/userguide/cognito-controls.html); Prowler ",
            $check
        )
    };
}
use {api, guide, identity_api, published};

/// Every rule, in the order of their names.
#[must_use]
pub fn all() -> &'static [Rule] {
    static ALL: LazyLock<Vec<Rule>> = LazyLock::new(|| {
        let families: [&[Rule]; 16] = [
            client_attributes::RULES,
            client_flows::RULES,
            client_protection::RULES,
            client_tokens::RULES,
            client_urls::RULES,
            groups::RULES,
            identity_pools::RULES,
            messages::RULES,
            operation::RULES,
            passwords::RULES,
            people::RULES,
            protection::RULES,
            roles::RULES,
            second_factors::RULES,
            sign_up::RULES,
            triggers::RULES,
        ];
        let family = |id: &str| ["UP", "AC", "GR", "IP", "OP"].iter().position(|prefix| id.starts_with(prefix));
        let mut all: Vec<Rule> = families.concat();
        all.sort_by_key(|rule| (family(rule.id), rule.id));
        all
    });
    &ALL
}
