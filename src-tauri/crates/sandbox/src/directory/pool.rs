//! A user pool: its settings as they came over the wire, its people, groups and clients.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::account::Account;
use super::index::scatter;
use super::resources::Resources;
use super::schema::{Schema, id};
use super::user::{Status, User};
use super::users::{Moment, Users};
use crate::triggers::Triggers;

/// A group and the ids of its members in listing order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Group {
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) role_arn: Option<String>,
    pub(crate) precedence: Option<u32>,
    pub(crate) created_ms: i64,
    pub(crate) modified_ms: i64,
    /// Members; a saved state leaves them out where the seed gives the same.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) members: Vec<u32>,
    /// Whether members no longer are what the seed made them.
    #[serde(default)]
    pub(crate) touched: bool,
}

impl Group {
    pub(crate) fn has(&self, id: u32) -> bool {
        self.position(id).is_ok()
    }

    /// Adds a member; `false` when already there.
    pub(crate) fn add(&mut self, id: u32) -> bool {
        let Err(at) = self.position(id) else { return false };
        self.members.insert(at, id);
        self.touched = true;
        true
    }

    /// Removes a member; `false` when not there.
    pub(crate) fn remove(&mut self, id: u32) -> bool {
        let Ok(at) = self.position(id) else { return false };
        self.members.remove(at);
        self.touched = true;
        true
    }

    fn position(&self, id: u32) -> Result<usize, usize> {
        self.members.binary_search_by_key(&scatter(id), |&member| scatter(member))
    }
}

/// An app client: what identifies it, and its settings as they came over the wire.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Client {
    pub(crate) id: String,
    pub(crate) name: String,
    /// The older secret; `None` for a public client, which stays public.
    pub(crate) secret: Option<String>,
    /// When the older secret was made; 0 is together with the client.
    #[serde(default)]
    pub(crate) secret_created_ms: i64,
    /// A second secret while secrets are rotated.
    #[serde(default)]
    pub(crate) newer_secret: Option<Secret>,
    pub(crate) created_ms: i64,
    pub(crate) modified_ms: i64,
    pub(crate) settings: Map<String, Value>,
}

/// One of the secrets of an app client.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Secret {
    pub(crate) value: String,
    pub(crate) created_ms: i64,
}

impl Client {
    /// The secrets in force, the older first: none, one or two.
    pub(crate) fn secrets(&self) -> impl Iterator<Item = Secret> {
        let made = if self.secret_created_ms == 0 { self.created_ms } else { self.secret_created_ms };
        let older = self.secret.iter().map(move |value| Secret { value: value.clone(), created_ms: made });
        older.chain(self.newer_secret.clone())
    }

    /// Whether this is a secret of the client. A client without one takes none.
    pub(crate) fn accepts_secret(&self, given: Option<&str>) -> bool {
        match given {
            Some(given) => self.secrets().any(|secret| secret.value == given),
            None => self.secret.is_none(),
        }
    }

    /// The items of a setting that is a list of texts.
    pub(crate) fn texts(&self, setting: &str) -> impl Iterator<Item = &str> {
        self.settings.get(setting).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
    }

    /// Whether a setting that is a list has this item.
    pub(crate) fn lists(&self, setting: &str, item: &str) -> bool {
        self.texts(setting).any(|text| text == item)
    }
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Pool {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) created_ms: i64,
    pub(crate) modified_ms: i64,
    /// What `CreateUserPool` set, under the names of `DescribeUserPool`.
    pub(crate) settings: Map<String, Value>,
    pub(crate) schema: Schema,
    pub(crate) users: Users,
    pub(crate) groups: BTreeMap<String, Group>,
    pub(crate) clients: BTreeMap<String, Client>,
    /// Only of those who have something of what an account holds.
    pub(crate) accounts: BTreeMap<u32, Account>,
    pub(crate) triggers: Triggers,
    pub(crate) resources: Resources,
}

impl Pool {
    pub(crate) fn case_sensitive(settings: &Map<String, Value>) -> bool {
        settings.get("UsernameConfiguration").and_then(|c| c.get("CaseSensitive")).and_then(Value::as_bool)
            != Some(false)
    }

    /// Whether a setting that is a list names `item`.
    pub(crate) fn lists(&self, setting: &str, item: &str) -> bool {
        let list = self.settings.get(setting).and_then(Value::as_array);
        list.is_some_and(|list| list.iter().any(|v| v == item))
    }

    /// Whether people sign up with this attribute instead of a username.
    pub(crate) fn username_attribute(&self, name: &str) -> bool {
        self.lists("UsernameAttributes", name)
    }

    /// Whether this attribute finds a user in place of the username.
    pub(crate) fn alias(&self, name: &str) -> bool {
        self.lists("AliasAttributes", name) || self.username_attribute(name)
    }

    /// Whether a new value of this attribute counts only when it is verified.
    pub(crate) fn verifies_before_update(&self, name: &str) -> bool {
        let settings = self.settings.get("UserAttributeUpdateSettings");
        let list = settings.and_then(|s| s.get("AttributesRequireVerificationBeforeUpdate")).and_then(Value::as_array);
        list.is_some_and(|list| list.iter().any(|item| item == name))
    }

    /// Whether people may sign in with this and nothing else (`SignInPolicy.AllowedFirstAuthFactors`).
    pub(crate) fn first_factor(&self, factor: &str) -> bool {
        let policy = self.settings.get("Policies").and_then(|policies| policies.get("SignInPolicy"));
        let list = policy.and_then(|policy| policy.get("AllowedFirstAuthFactors")).and_then(Value::as_array);
        list.is_some_and(|list| list.iter().any(|item| item == factor))
    }

    /// Whether people can register authenticator apps.
    pub(crate) fn offers_software_tokens(&self) -> bool {
        let app = self.resources.mfa.get("SoftwareTokenMfaConfiguration").and_then(|app| app.get("Enabled"));
        app.and_then(Value::as_bool) == Some(true)
    }

    /// `ProviderType` of an identity provider of the pool; `None` when there is no such provider.
    pub(crate) fn provider_type(&self, name: &str) -> Option<String> {
        self.resources.providers.get(name).and_then(|provider| provider.text("ProviderType")).map(str::to_owned)
    }

    /// Whether threat protection watches, and so keeps a history of every person.
    pub(crate) fn watched(&self) -> bool {
        let mode = self.settings.get("UserPoolAddOns").and_then(|a| a.get("AdvancedSecurityMode"));
        mode.is_some_and(|mode| mode == "AUDIT" || mode == "ENFORCED")
    }

    /// Finds a person by what `Username` may hold: the username, the `sub` or an alias.
    pub(crate) fn resolve(&mut self, username: &str) -> Option<u32> {
        self.users.find(username).or_else(|| self.users.find_by_sub(username)).or_else(|| self.find_alias(username))
    }

    /// Finds a person by an alias. Who comes from an identity provider has none.
    pub(crate) fn find_alias(&mut self, value: &str) -> Option<u32> {
        let aliases = [
            ("email", id::EMAIL, Some(id::EMAIL_VERIFIED)),
            ("phone_number", id::PHONE, Some(id::PHONE_VERIFIED)),
            ("preferred_username", id::PREFERRED_USERNAME, None),
        ];
        for (name, attribute, verified) in aliases {
            if !self.alias(name) {
                continue;
            }
            let as_username = self.username_attribute(name);
            let found = self.users.find_by(attribute, value);
            let exact = Self::case_sensitive(&self.settings);
            let is_alias = |user: &User| {
                user.status != Status::ExternalProvider
                    && (as_username || verified.is_none_or(|flag| user.attribute(flag) == Some("true")))
                    && (!exact || user.attribute(attribute) == Some(value))
            };
            if let Some(&id) = found.iter().find(|&&id| self.users.get(id).is_some_and(is_alias)) {
                return Some(id);
            }
        }
        None
    }

    /// What is kept of a person beside the profile; `None` for most.
    pub(crate) fn account(&self, id: u32) -> Option<&Account> {
        self.accounts.get(&id)
    }

    /// What is kept of a person beside the profile, to be changed.
    pub(crate) fn account_mut(&mut self, id: u32) -> &mut Account {
        self.accounts.entry(id).or_default()
    }

    /// Whether this is the person's password. Says nothing about status or expiry.
    pub(crate) fn check_password(&mut self, id: u32, password: &str) -> bool {
        self.accounts.get_mut(&id).is_some_and(|account| account.credentials.prove(password))
    }

    /// Sets a password for good, or with `expires_ms` a temporary one. Policy and status are the caller's.
    pub(crate) fn set_password(&mut self, id: u32, password: &str, expires_ms: Option<i64>) {
        self.account_mut(id).credentials.set(password, expires_ms);
    }

    /// Changes one person and the date of the change. `false` when the id is gone.
    pub(crate) fn change(&mut self, id: u32, moment: Moment, change: impl FnOnce(&mut User)) -> bool {
        let Some(mut user) = self.users.get(id).cloned() else { return false };
        change(&mut user);
        user.modified_ms = moment.now_ms.max(user.created_ms);
        self.users.write(id, Some(user), moment);
        true
    }

    /// Deletes one person, with memberships and password.
    pub(crate) fn delete(&mut self, id: u32, moment: Moment) {
        for group in self.groups.values_mut() {
            group.remove(id);
        }
        self.accounts.remove(&id);
        self.users.write(id, None, moment);
    }
}
