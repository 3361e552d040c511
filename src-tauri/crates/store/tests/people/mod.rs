//! Made-up pools and people for the tests.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "every test file uses its own part"
)]

use std::collections::BTreeMap;

use jiff::Timestamp;
use model::user::{User, UserStatus};
use model::{AccountId, GroupName, PoolId, PoolKey, Region, Username};
use sha2::{Digest as _, Sha256};
use store::{Cache, ChainStep, DataDir, KeySource, Keys, SyncKind};

pub fn pool_key() -> PoolKey {
    PoolKey {
        place: "aws".to_owned(),
        account: AccountId::parse("123456789012").unwrap(),
        region: Region::parse("eu-west-1").unwrap(),
        pool: PoolId::parse("eu-west-1_Example01").unwrap(),
    }
}

pub fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_767_225_600 + second).unwrap()
}

pub fn name(text: &str) -> Username {
    Username::parse(text).unwrap()
}

pub fn group(text: &str) -> model::group::Group {
    model::group::Group {
        name: GroupName::parse(text).unwrap(),
        description: None,
        precedence: None,
        role_arn: None,
        created_at: None,
        modified_at: None,
    }
}

pub fn user(username: &str, attributes: &[(&str, &str)]) -> User {
    User {
        username: name(username),
        enabled: true,
        status: UserStatus::Confirmed,
        created_at: at(0),
        modified_at: at(0),
        attributes: attributes.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect::<BTreeMap<_, _>>(),
        groups: Vec::new(),
    }
}

/// The `i`-th of many plausible people.
pub fn person(i: u32) -> User {
    const GIVEN: [&str; 8] = ["Ann", "Bob", "Chloé", "Dmitri", "Emine", "Fatima", "Grégoire", "Hana"];
    const FAMILY: [&str; 9] = ["Smith", "Müller", "Øberg", "Yılmaz", "al-Farsi", "O'Brien", "Nguyễn", "Petrov", "Sato"];
    let mixed = i.wrapping_mul(2_654_435_761);
    let (given, family) = (GIVEN[(mixed % 8) as usize], FAMILY[(mixed / 8 % 9) as usize]);
    let sub =
        format!("{mixed:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}", i % 65_521, i % 4093, i % 4091, u64::from(i) * 48_271);
    let mut user = user(
        &sub,
        &[
            ("sub", &sub),
            (
                "email",
                &format!(
                    "{}.{}{i}@{}.example",
                    given.to_lowercase(),
                    family.to_lowercase(),
                    ["acme", "globex", "initech"][(mixed % 3) as usize]
                ),
            ),
            ("email_verified", if mixed.is_multiple_of(10) { "false" } else { "true" }),
            ("given_name", given),
            ("family_name", family),
            ("name", &format!("{given} {family}")),
            ("phone_number", &format!("+49{:010}", u64::from(mixed) * 7 % 10_000_000_000)),
            ("locale", ["de", "en", "fr", "tr"][(mixed / 5 % 4) as usize]),
            ("custom:plan", ["free", "team", "enterprise"][(mixed / 7 % 3) as usize]),
            ("custom:tenant", &format!("tenant-{}", mixed % 500)),
        ],
    );
    user.enabled = !mixed.is_multiple_of(20);
    user.status = UserStatus::KNOWN[(mixed / 11 % 5) as usize].clone();
    user.created_at = at(i64::from(mixed % 190_000_000));
    user.modified_at = at(i64::from(mixed % 190_000_000) + i64::from(i));
    user
}

/// A cache in memory.
pub fn in_memory() -> Cache {
    let dir = tempfile::tempdir().unwrap();
    let dir = DataDir::open(dir.path()).unwrap();
    let keys = Keys::unlock(&KeySource::Memory, &dir).unwrap();
    Cache::open(&dir, &pool_key(), &keys).unwrap().0
}

/// A data folder with a key file in it.
pub struct Disk {
    pub folder: tempfile::TempDir,
    pub dir: DataDir,
    pub source: KeySource,
}

impl Disk {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let dir = DataDir::open(folder.path().join("data")).unwrap();
        let source = KeySource::File(folder.path().join("key"));
        Self { folder, dir, source }
    }

    pub fn keys(&self) -> Keys {
        Keys::unlock(&self.source, &self.dir).unwrap()
    }

    pub fn cache(&self) -> Cache {
        let (cache, aside) = Cache::open(&self.dir, &pool_key(), &self.keys()).unwrap();
        assert_eq!(aside, None);
        cache
    }

    /// Runs statements in a database behind the store's back; `key` is 0 for a cache, 1 for the history, 2 for the journal.
    pub fn tamper(&self, file: &std::path::Path, key: usize, sql: &str) {
        self.behind(file, key).execute_batch(sql).unwrap();
    }

    /// The number that a query of a database gives, read behind the store's back.
    pub fn ask(&self, file: &std::path::Path, key: usize, sql: &str) -> i64 {
        let connection = self.behind(file, key);
        connection.query_row(sql, [], |row| row.get(0)).unwrap()
    }

    fn behind(&self, file: &std::path::Path, key: usize) -> rusqlite::Connection {
        let KeySource::File(path) = &self.source else { panic!("no key file") };
        let text = std::fs::read_to_string(path).unwrap();
        let connection = rusqlite::Connection::open(file).unwrap();
        let mut hex = text.split_whitespace().nth(2 + key.min(1)).unwrap().to_owned();
        if key == 2 {
            let digest = Sha256::new_with_prefix(b"poolkeeper journal key 1\0");
            hex = hex::encode(digest.chain_update(hex::decode(hex).unwrap()).finalize());
        }
        connection.execute_batch(&format!("PRAGMA key = \"x'{hex}'\";")).unwrap();
        connection
    }

    pub fn cache_file(&self) -> std::path::PathBuf {
        self.dir.pool_dir(&pool_key()).join("cache.sqlite")
    }
}

/// Lists users and memberships once, in pages of 60, as a sync does.
pub fn fill(cache: &Cache, users: &[User], now: Timestamp) {
    let chain = cache.begin(SyncKind::Full, &[None], now).unwrap().chains[0].id;
    for page in users.chunks(60) {
        cache.write_page(chain, page, &ChainStep::default(), None, now).unwrap();
    }
    list_members(cache, users, now);
    cache.finish(&store::Finished { complete: true, swept: false, estimated_users: None }, now).unwrap();
}

/// Lists groups and their members.
pub fn list_members(cache: &Cache, users: &[User], now: Timestamp) {
    let mut groups: BTreeMap<GroupName, Vec<Username>> = BTreeMap::new();
    for user in users {
        for group in &user.groups {
            groups.entry(group.clone()).or_default().push(user.username.clone());
        }
    }
    cache.put_groups(&groups.keys().map(|name| group(name.as_str())).collect::<Vec<_>>(), None, now).unwrap();
    for (group, members) in &groups {
        let step = store::MemberStep { token: None, ended: true };
        cache.write_members(group, members, &step, None, now).unwrap();
    }
}
