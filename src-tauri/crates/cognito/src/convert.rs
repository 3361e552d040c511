//! From the SDK's shapes to `model`'s nouns.

use std::collections::BTreeMap;

use aws_sdk_cognitoidentityprovider::types::{
    GroupType, RecoveryOptionType, UserPoolDescriptionType, UserPoolType, UserType,
};
use aws_smithy_types::DateTime;
use jiff::Timestamp;
use model::group::Group;
use model::pool::{Pool, PoolSummary, SchemaAttribute};
use model::user::{User, UserStatus};
use model::{GroupName, PoolId, Username};

use crate::error::{Context, Error, ErrorKind};

/// The next page's token. An empty one, as some emulators send, is none.
///
/// # Errors
/// [`ErrorKind::PageTokenRefused`] when it is the one that was just used, which would go on for ever.
pub(crate) fn next_token(next: Option<String>, used: Option<&str>, context: &Context) -> Result<Option<String>, Error> {
    match next.filter(|next| !next.is_empty()) {
        Some(next) if Some(next.as_str()) == used => Err(repeated_token(context)),
        next => Ok(next),
    }
}

/// AWS returned a token that it had returned before.
pub(crate) fn repeated_token(context: &Context) -> Error {
    let message =
        format!("AWS returned the same page of {} twice; the list has to begin again.", context.operation.name);
    Error::new(ErrorKind::PageTokenRefused, message).of(context)
}

/// The users that have a readable name, and how many have none.
pub(crate) fn users(users: Vec<UserType>) -> (Vec<User>, u32) {
    let asked = users.len();
    let users: Vec<User> = users.into_iter().filter_map(user).collect();
    let unreadable = u32::try_from(asked - users.len()).unwrap_or(u32::MAX);
    if unreadable > 0 {
        tracing::warn!(unreadable, "users without a readable name were left out");
    }
    (users, unreadable)
}

/// A user. Where one of the two dates is missing the other stands for it; where both are, the Unix epoch.
/// Of attributes that come twice the last counts.
fn user(user: UserType) -> Option<User> {
    let created = user.user_create_date.as_ref().and_then(timestamp);
    let modified = user.user_last_modified_date.as_ref().and_then(timestamp);
    let attributes: BTreeMap<String, String> = user
        .attributes
        .unwrap_or_default()
        .into_iter()
        .map(|attribute| (attribute.name, attribute.value.unwrap_or_default()))
        .collect();
    Some(User {
        username: Username::parse(user.username?).ok()?,
        enabled: user.enabled,
        status: user.user_status.map_or(UserStatus::Unknown, |status| UserStatus::from(status.as_str().to_owned())),
        created_at: created.or(modified).unwrap_or(Timestamp::UNIX_EPOCH),
        modified_at: modified.or(created).unwrap_or(Timestamp::UNIX_EPOCH),
        attributes,
        groups: Vec::new(),
    })
}

pub(crate) fn usernames(users: Vec<UserType>) -> Vec<Username> {
    users.into_iter().filter_map(|user| Username::parse(user.username?).ok()).collect()
}

pub(crate) fn groups(groups: Vec<GroupType>) -> Vec<Group> {
    let group = |group: GroupType| {
        Some(Group {
            name: GroupName::parse(group.group_name?).ok()?,
            description: group.description,
            precedence: group.precedence.and_then(|precedence| u32::try_from(precedence).ok()),
            role_arn: group.role_arn,
            created_at: group.creation_date.as_ref().and_then(timestamp),
            modified_at: group.last_modified_date.as_ref().and_then(timestamp),
        })
    };
    groups.into_iter().filter_map(group).collect()
}

pub(crate) fn pool_summaries(pools: Vec<UserPoolDescriptionType>) -> Vec<PoolSummary> {
    let summary = |pool: UserPoolDescriptionType| {
        Some(PoolSummary {
            id: PoolId::parse(pool.id?).ok()?,
            name: pool.name.unwrap_or_default(),
            created_at: pool.creation_date.as_ref().and_then(timestamp),
            modified_at: pool.last_modified_date.as_ref().and_then(timestamp),
        })
    };
    pools.into_iter().filter_map(summary).collect()
}

/// A pool. The SDK cannot tell none at all, as of an emulator, from an estimate of nobody: both are 0.
pub(crate) fn pool(id: &PoolId, pool: UserPoolType) -> Pool {
    let schema = |attribute: aws_sdk_cognitoidentityprovider::types::SchemaAttributeType| {
        Some(SchemaAttribute {
            name: attribute.name?,
            data_type: attribute
                .attribute_data_type
                .map_or_else(|| "String".to_owned(), |kind| kind.as_str().to_owned()),
            mutable: attribute.mutable.unwrap_or(true),
            required: attribute.required.unwrap_or(false),
        })
    };
    let issuer = pool.issuer_configuration.and_then(|issuer| issuer.r#type);
    Pool {
        id: id.clone(),
        name: pool.name.unwrap_or_default(),
        tier: pool.user_pool_tier.map(|tier| tier.as_str().to_owned()),
        estimated_users: u64::try_from(pool.estimated_number_of_users).ok(),
        schema: pool.schema_attributes.unwrap_or_default().into_iter().filter_map(schema).collect(),
        username_attributes: pool
            .username_attributes
            .unwrap_or_default()
            .iter()
            .map(|a| a.as_str().to_owned())
            .collect(),
        alias_attributes: pool.alias_attributes.unwrap_or_default().iter().map(|a| a.as_str().to_owned()).collect(),
        case_sensitive: pool.username_configuration.map(|configuration| configuration.case_sensitive),
        mfa: pool.mfa_configuration.map(|mfa| mfa.as_str().to_owned()),
        updated_issuer: issuer.is_some_and(|form| form.as_str() == "UPDATED"),
        pre_token_trigger: pool.lambda_config.and_then(|config| {
            let versioned =
                config.pre_token_generation_config.map(|trigger| trigger.lambda_version.as_str().to_owned());
            versioned.or_else(|| config.pre_token_generation.map(|_| "V1_0".to_owned()))
        }),
        verifies_before_update: pool
            .user_attribute_update_settings
            .and_then(|settings| settings.attributes_require_verification_before_update)
            .unwrap_or_default()
            .iter()
            .map(|attribute| attribute.as_str().to_owned())
            .collect(),
        advanced_security: Some(
            pool.user_pool_add_ons.is_some_and(|add_ons| add_ons.advanced_security_mode.as_str() != "OFF"),
        ),
        // What is not set is Cognito's own sender.
        own_sender: Some(
            pool.email_configuration
                .and_then(|email| email.email_sending_account)
                .is_none_or(|account| account.as_str() == "COGNITO_DEFAULT"),
        ),
        recovery: Some(codes_to(pool.account_recovery_setting.and_then(|setting| setting.recovery_mechanisms))),
        deletion_protection: pool.deletion_protection.map(|protection| protection.as_str() == "ACTIVE"),
        created_at: pool.creation_date.as_ref().and_then(timestamp),
        modified_at: pool.last_modified_date.as_ref().and_then(timestamp),
    }
}

/// Where codes for a new password go, the first choice first. Without a setting a verified number comes first, then a
/// verified e-mail address.
fn codes_to(ways: Option<Vec<RecoveryOptionType>>) -> Vec<String> {
    let mut ways = ways.unwrap_or_default();
    if ways.is_empty() {
        return vec!["phone_number".to_owned(), "email".to_owned()];
    }
    ways.sort_by_key(|way| way.priority);
    ways.iter().filter_map(|way| way.name.as_str().strip_prefix("verified_").map(str::to_owned)).collect()
}

/// A date to the millisecond, which is as fine as AWS tells it; `None` when it is beyond the years that we can tell.
pub(crate) fn timestamp(date: &DateTime) -> Option<Timestamp> {
    // It comes as a decimal number of seconds, of which a float keeps .58 as .579999924: round, never cut.
    let milliseconds = (date.as_nanos() + 500_000).div_euclid(1_000_000);
    Timestamp::from_millisecond(i64::try_from(milliseconds).ok()?).ok()
}
