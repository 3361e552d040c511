//! The data behind the protocol, for tests to change and compare.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;

use crate::directory::import::Job;
use crate::directory::schema::id;
use crate::directory::user::{AttributeId, Packer, Status, User};
use crate::directory::{Group, Pool};
use crate::error::Error;
use crate::operations;
use crate::sandbox::Sandbox;

/// A way to the data without a call over the wire: nothing here is counted, throttled or refused.
///
/// Writes are subject to the lag of listings like any other.
#[derive(Debug, Clone)]
pub struct Directory {
    sandbox: Sandbox,
}

/// One person as plain data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnapshotUser {
    /// Username.
    pub username: String,
    /// `sub` attribute.
    pub sub: String,
    /// Every attribute, `sub` included.
    pub attributes: BTreeMap<String, String>,
    /// `UserStatus`.
    pub status: String,
    /// Whether sign-in is allowed.
    pub enabled: bool,
    /// `UserCreateDate`.
    pub created_at: Timestamp,
    /// `UserLastModifiedDate`.
    pub modified_at: Timestamp,
    /// Names of groups, sorted.
    pub groups: Vec<String>,
}

impl Directory {
    pub(crate) fn new(sandbox: Sandbox) -> Self {
        Self { sandbox }
    }

    /// Ids of every pool, sorted.
    #[must_use]
    pub fn pools(&self) -> Vec<String> {
        self.sandbox.world().pools.keys().cloned().collect()
    }

    /// How many people a pool holds now, or `None` for an unknown pool.
    #[must_use]
    pub fn count(&self, pool: &str) -> Option<usize> {
        self.sandbox.world().pools.get(pool).map(|pool| pool.users.iter().count())
    }

    /// Every person of a pool as they are now, sorted by username. Empty for an unknown pool.
    #[must_use]
    pub fn snapshot(&self, pool: &str) -> Vec<SnapshotUser> {
        let world = self.sandbox.world();
        let Some(pool) = world.pools.get(pool) else { return Vec::new() };
        let mut groups: HashMap<u32, Vec<String>> = HashMap::new();
        for group in pool.groups.values() {
            for &member in &group.members {
                groups.entry(member).or_default().push(group.name.clone());
            }
        }
        let person = |(id, user)| plain(pool, user, groups.remove(&id).unwrap_or_default());
        let mut people: Vec<SnapshotUser> = pool.users.iter().map(person).collect();
        people.sort_unstable_by(|a, b| a.username.cmp(&b.username));
        people
    }

    /// One person, found by username, `sub` or alias; `None` when there is none.
    #[must_use]
    pub fn user(&self, pool: &str, username: &str) -> Option<SnapshotUser> {
        let mut world = self.sandbox.world();
        let pool = world.pools.get_mut(pool)?;
        let at = pool.resolve(username)?;
        let groups = pool.groups.values().filter(|group| group.has(at)).map(|group| group.name.clone()).collect();
        Some(plain(pool, pool.users.get(at)?, groups))
    }

    /// What an import job says of every row of its file, as CloudWatch Logs would have it. Empty for an unknown job.
    #[must_use]
    pub fn import_log(&self, pool: &str, job: &str) -> Vec<String> {
        let moment = self.sandbox.moment();
        let mut world = self.sandbox.world();
        operations::settle_imports(&mut world, moment);
        let job = world.pools.get(pool).and_then(|pool| pool.resources.imports.get(job));
        job.map(Job::written).unwrap_or_default()
    }

    /// Adds a confirmed person and gives the `sub`. A `sub` among the attributes is taken as it is.
    ///
    /// # Errors
    /// Unknown pool or attribute, or a username that is taken.
    pub fn create_user(&self, pool: &str, username: &str, attributes: &[(&str, &str)]) -> Result<String, Error> {
        let moment = self.sandbox.moment();
        let mut world = self.sandbox.world();
        let made = world.random_uuid();
        let pool = world.pools.get_mut(pool).ok_or(Error::NotFound { what: "pool" })?;
        let mut values = ids(pool, attributes)?;
        if pool.users.find(username).is_some() {
            return Err(Error::Exists { what: "user" });
        }
        let given = values.iter().position(|(at, _)| *at == id::SUB).map(|at| values.remove(at).1);
        let sub = given.unwrap_or(made);
        let mut packer = Packer::default();
        packer.begin(username);
        packer.push(id::SUB, &sub);
        let mut user = User::new(&packer, Status::Confirmed, moment.now_ms);
        user.set_attributes(&values);
        pool.users.insert(user, moment);
        Ok(sub)
    }

    /// Sets attributes without asking the schema whether they may change. An empty value removes one.
    ///
    /// # Errors
    /// Unknown pool, user or attribute.
    pub fn set_attributes(&self, pool: &str, username: &str, attributes: &[(&str, &str)]) -> Result<(), Error> {
        let mut world = self.sandbox.world();
        let values = ids(world.pools.get_mut(pool).ok_or(Error::NotFound { what: "pool" })?, attributes)?;
        drop(world);
        self.change(pool, username, |user| user.set_attributes(&values))
    }

    /// Enables or disables a person.
    ///
    /// # Errors
    /// Unknown pool or user.
    pub fn set_enabled(&self, pool: &str, username: &str, enabled: bool) -> Result<(), Error> {
        self.change(pool, username, |user| user.enabled = enabled)
    }

    /// Changes the status of a person.
    ///
    /// # Errors
    /// Unknown pool or user.
    pub fn set_status(&self, pool: &str, username: &str, status: Status) -> Result<(), Error> {
        self.change(pool, username, |user| user.status = status)
    }

    /// Deletes a person.
    ///
    /// # Errors
    /// Unknown pool or user.
    pub fn delete_user(&self, pool: &str, username: &str) -> Result<(), Error> {
        let moment = self.sandbox.moment();
        self.find(pool, username, |pool, at| {
            pool.delete(at, moment);
            Ok(())
        })
    }

    /// Adds an empty group.
    ///
    /// # Errors
    /// Unknown pool, or a name that is taken.
    pub fn create_group(&self, pool: &str, name: &str, precedence: Option<u32>) -> Result<(), Error> {
        let now_ms = self.sandbox.moment().now_ms;
        let mut world = self.sandbox.world();
        let pool = world.pools.get_mut(pool).ok_or(Error::NotFound { what: "pool" })?;
        if pool.groups.contains_key(name) {
            return Err(Error::Exists { what: "group" });
        }
        let group = Group {
            name: name.to_owned(),
            description: None,
            role_arn: None,
            precedence,
            created_ms: now_ms,
            modified_ms: now_ms,
            members: Vec::new(),
            touched: true,
        };
        pool.groups.insert(name.to_owned(), group);
        Ok(())
    }

    /// Deletes a group.
    ///
    /// # Errors
    /// Unknown pool or group.
    pub fn delete_group(&self, pool: &str, name: &str) -> Result<(), Error> {
        let mut world = self.sandbox.world();
        let pool = world.pools.get_mut(pool).ok_or(Error::NotFound { what: "pool" })?;
        pool.groups.remove(name).map(|_| ()).ok_or(Error::NotFound { what: "group" })
    }

    /// Puts a person in a group; already there is success.
    ///
    /// # Errors
    /// Unknown pool, user or group.
    pub fn add_to_group(&self, pool: &str, username: &str, group: &str) -> Result<(), Error> {
        self.find(pool, username, |pool, at| {
            let group = pool.groups.get_mut(group).ok_or(Error::NotFound { what: "group" })?;
            group.add(at);
            Ok(())
        })
    }

    /// Takes a person out of a group; not there is success.
    ///
    /// # Errors
    /// Unknown pool, user or group.
    pub fn remove_from_group(&self, pool: &str, username: &str, group: &str) -> Result<(), Error> {
        self.find(pool, username, |pool, at| {
            let group = pool.groups.get_mut(group).ok_or(Error::NotFound { what: "group" })?;
            group.remove(at);
            Ok(())
        })
    }

    fn change(&self, pool: &str, username: &str, change: impl FnOnce(&mut User)) -> Result<(), Error> {
        let moment = self.sandbox.moment();
        self.find(pool, username, |pool, at| {
            pool.change(at, moment, change);
            Ok(())
        })
    }

    fn find<T>(
        &self,
        pool: &str,
        username: &str,
        then: impl FnOnce(&mut Pool, u32) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let mut world = self.sandbox.world();
        let pool = world.pools.get_mut(pool).ok_or(Error::NotFound { what: "pool" })?;
        let at = pool.resolve(username).ok_or(Error::NotFound { what: "user" })?;
        then(pool, at)
    }
}

fn ids(pool: &Pool, attributes: &[(&str, &str)]) -> Result<Vec<(AttributeId, String)>, Error> {
    let id = |&(name, value): &(&str, &str)| match pool.schema.id(name) {
        Some(id) => Ok((id, value.to_owned())),
        None => Err(Error::NoAttribute { name: name.to_owned() }),
    };
    attributes.iter().map(id).collect()
}

fn plain(pool: &Pool, user: &User, groups: Vec<String>) -> SnapshotUser {
    let time = |ms| Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH);
    SnapshotUser {
        username: user.username().to_owned(),
        sub: user.attribute(id::SUB).unwrap_or_default().to_owned(),
        attributes: user.attributes().map(|(id, value)| (pool.schema.name(id).to_owned(), value.to_owned())).collect(),
        status: user.status.as_str().to_owned(),
        enabled: user.enabled,
        created_at: time(user.created_ms),
        modified_at: time(user.modified_ms),
        groups,
    }
}
