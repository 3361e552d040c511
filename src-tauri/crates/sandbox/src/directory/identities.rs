//! Identities of identity pools: who they are linked to.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

/// One identity.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Identity {
    /// Region and UUID.
    pub(crate) id: String,
    pub(crate) pool_id: String,
    /// The person's name at each provider.
    #[serde(default)]
    pub(crate) logins: BTreeMap<String, String>,
    /// The names that the developer's own provider gives the person.
    #[serde(default)]
    pub(crate) developer: BTreeSet<String>,
    /// Whether it was merged into another one.
    #[serde(default)]
    pub(crate) disabled: bool,
    pub(crate) created_ms: i64,
    pub(crate) modified_ms: i64,
}

impl Identity {
    /// Whether nobody has signed in to it.
    pub(crate) fn is_guest(&self) -> bool {
        self.logins.is_empty() && self.developer.is_empty()
    }

    /// Providers and the developer's names together, which AWS limits.
    pub(crate) fn links(&self) -> usize {
        self.logins.len() + self.developer.len()
    }
}

/// All identities of the account, by id.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "Vec<Identity>", into = "Vec<Identity>")]
pub(crate) struct Identities {
    all: BTreeMap<String, Identity>,
    /// Pool, provider and the name there. The developer's provider is the empty name.
    by_login: BTreeMap<(String, String, String), String>,
}

impl From<Vec<Identity>> for Identities {
    fn from(list: Vec<Identity>) -> Self {
        let mut identities = Self::default();
        for identity in list {
            identities.put(identity);
        }
        identities
    }
}

impl From<Identities> for Vec<Identity> {
    fn from(identities: Identities) -> Self {
        identities.all.into_values().collect()
    }
}

fn keys(identity: &Identity) -> impl Iterator<Item = (String, String, String)> {
    let pool = &identity.pool_id;
    let logins = identity.logins.iter().map(|(provider, name)| (pool.clone(), provider.clone(), name.clone()));
    logins.chain(identity.developer.iter().map(|name| (pool.clone(), String::new(), name.clone())))
}

impl Identities {
    pub(crate) fn get(&self, id: &str) -> Option<&Identity> {
        self.all.get(id)
    }

    /// Adds an identity, or writes it anew.
    pub(crate) fn put(&mut self, identity: Identity) {
        self.unindex(&identity.id);
        for key in keys(&identity) {
            self.by_login.insert(key, identity.id.clone());
        }
        self.all.insert(identity.id.clone(), identity);
    }

    pub(crate) fn remove(&mut self, id: &str) -> bool {
        self.unindex(id);
        self.all.remove(id).is_some()
    }

    pub(crate) fn remove_pool(&mut self, pool_id: &str) {
        self.all.retain(|_, identity| identity.pool_id != pool_id);
        self.by_login.retain(|(pool, ..), _| pool != pool_id);
    }

    /// The identity of someone whom a provider knows by `name`.
    pub(crate) fn find(&self, pool_id: &str, provider: &str, name: &str) -> Option<&Identity> {
        self.all.get(self.by_login.get(&(pool_id.to_owned(), provider.to_owned(), name.to_owned()))?)
    }

    /// The identity of someone whom the developer's provider knows by `name`.
    pub(crate) fn find_developer(&self, pool_id: &str, name: &str) -> Option<&Identity> {
        self.find(pool_id, "", name)
    }

    /// The identities of a pool, by id.
    pub(crate) fn of_pool<'a>(&'a self, pool_id: &'a str) -> impl Iterator<Item = &'a Identity> {
        self.all.values().filter(move |identity| identity.pool_id == pool_id)
    }

    fn unindex(&mut self, id: &str) {
        let keys: Vec<_> = self.all.get(id).into_iter().flat_map(keys).collect();
        for key in keys {
            self.by_login.remove(&key);
        }
    }
}
