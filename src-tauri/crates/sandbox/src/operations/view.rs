//! How people, groups and the rest look in answers.

use serde::ser::SerializeSeq;
use serde::{Serialize, Serializer};

use super::people::UserType;
use crate::directory::schema::Schema;
use crate::directory::user::{AttributeId, Factor, User};
use crate::directory::{Group, Pool};
use crate::protocol::json::Epoch;

/// `AttributeType`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Attribute<'a> {
    name: &'a str,
    value: &'a str,
}

/// A list of `AttributeType`, written straight from the packed form.
struct Attributes<'a> {
    schema: &'a Schema,
    user: &'a User,
    /// Only these; `None` is all.
    only: Option<&'a [AttributeId]>,
}

impl Serialize for Attributes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(None)?;
        for (id, value) in self.user.attributes() {
            if self.only.is_none_or(|only| only.contains(&id)) {
                list.serialize_element(&Attribute { name: self.schema.name(id), value })?;
            }
        }
        list.end()
    }
}

/// `MFAOptionType`: all that lists know of second factors.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct MfaOption {
    delivery_medium: &'static str,
    attribute_name: &'static str,
}

/// `UserType`.
pub(super) fn user<'a>(schema: &'a Schema, user: &'a User) -> UserType<'a> {
    UserType { schema, user }
}

/// What `GetUser` and `AdminGetUser` both show of a person.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Profile<'a> {
    username: &'a str,
    user_attributes: Attributes<'a>,
    #[serde(rename = "MFAOptions", skip_serializing_if = "Option::is_none")]
    mfa_options: Option<[MfaOption; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    preferred_mfa_setting: Option<&'static str>,
    #[serde(rename = "UserMFASettingList", skip_serializing_if = "Vec::is_empty")]
    user_mfa_setting_list: Vec<&'static str>,
}

impl<'a> Profile<'a> {
    /// Of all attributes, `only` these; `None` is all.
    pub(super) fn of(schema: &'a Schema, user: &'a User, only: Option<&'a [AttributeId]>) -> Self {
        let sms = MfaOption { delivery_medium: "SMS", attribute_name: "phone_number" };
        Self {
            username: user.username(),
            user_attributes: Attributes { schema, user, only },
            mfa_options: user.factors.legacy_sms.then_some([sms]),
            preferred_mfa_setting: user.factors.preferred.map(Factor::as_str),
            user_mfa_setting_list: user.factors.active().map(Factor::as_str).collect(),
        }
    }
}

/// `GroupType`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GroupType<'a> {
    group_name: &'a str,
    user_pool_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    role_arn: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    precedence: Option<u32>,
    creation_date: Epoch,
    last_modified_date: Epoch,
}

pub(super) fn group<'a>(pool: &'a Pool, group: &'a Group) -> GroupType<'a> {
    GroupType {
        group_name: &group.name,
        user_pool_id: &pool.id,
        description: group.description.as_deref(),
        role_arn: group.role_arn.as_deref(),
        precedence: group.precedence,
        creation_date: Epoch(group.created_ms),
        last_modified_date: Epoch(group.modified_ms),
    }
}
