//! Local data: offline, damaged, locked, erased.

use std::os::unix::fs::PermissionsExt as _;

use console::{Code, Erase, KeySource, Protection, open};
use model::connection::{ConnectionId, Environment};
use model::{PoolId, Region};

use crate::house::{House, options, sandbox_connection};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cached_pool_is_searched_with_the_server_gone_and_nothing_is_called() {
    let mut house = House::new(options(300)).await;
    let key = house.synced().await.key().clone();
    house.sandbox.weather().set_offline(true);
    house.sandbox.forget_calls();
    house.reopen().await;
    let found = house.console.find_cached(Some(&house.pool_id()), &sandbox_connection()).unwrap();
    assert_eq!(found, key);
    let pool = house.console.open_cached(&key).await.unwrap();
    house.assert_cache_is_server(&pool).await;
    pool.overview().await.unwrap();
    assert_eq!(pool.identity(), None);
    let recent = house.console.connections().await.recent;
    assert_eq!((recent.len(), recent[0].users), (1, Some(house.people().len() as u64)));
    assert_eq!(house.sandbox.calls().total(), 0);

    // A sync of it connects by itself once the network is back.
    let sync = pool.sync();
    house.sandbox.weather().set_offline(false);
    assert!(sync.finished().await.unwrap().complete);
    assert!(pool.identity().is_some());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_cache_is_set_aside_and_filled_again() {
    let mut house = House::new(options(300)).await;
    drop(house.synced().await);
    let file = house.cache_file();
    house.reopen().await;
    std::fs::write(&file, b"this is no database, and certainly not ours".repeat(200)).unwrap();
    let pool = house.open().await;
    assert_eq!(pool.count("").await.unwrap(), 0);
    let notices = house.console.notices();
    assert!(notices.len() == 1 && notices[0].contains("kept as"), "{notices:?}");
    let aside = std::fs::read_dir(file.parent().unwrap()).unwrap().flatten();
    assert!(aside.into_iter().any(|entry| entry.file_name().to_string_lossy().contains("unreadable-")));
    pool.sync().finished().await.unwrap();
    house.assert_cache_is_server(&pool).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unreadable_history_is_left_alone_and_the_sync_goes_on_without_it() {
    let mut house = House::new(options(300)).await;
    drop(house.synced().await);
    let file = house.dir.path().join("data/history.sqlite");
    let garbage = b"not a history".repeat(1_000);
    // Another console in its place closes the databases.
    let mut elsewhere = house.config();
    elsewhere.data_dir = house.dir.path().join("elsewhere");
    house.console = open(elsewhere).await.unwrap();
    std::fs::write(&file, &garbage).unwrap();
    house.reopen().await;
    assert!(house.console.notices().iter().any(|notice| notice.contains("history")), "{:?}", house.console.notices());
    let pool = house.synced().await;
    house.assert_cache_is_server(&pool).await;
    assert_eq!(pool.timeline("anybody").await.unwrap_err().code, Code::JournalUnavailable);
    let told = |notice: &String| notice.contains("this sync");
    assert!(house.console.notices().iter().any(told), "{:?}", house.console.notices());
    let refused = house.console.erase(Erase::Pool(pool.key().clone())).await.unwrap_err();
    assert_eq!(refused.code, Code::JournalUnavailable);
    house.assert_cache_is_server(&pool).await;
    assert!(std::fs::read(&file).unwrap() == garbage, "the file is left as it was");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn broken_settings_are_kept_and_the_usual_ones_used() {
    let mut house = House::new(options(100)).await;
    let key = house.open().await.key().clone();
    let file = house.dir.path().join("data/settings.json");
    std::fs::write(&file, "{ this is not JSON").unwrap();
    house.reopen().await;
    assert!(house.console.notices()[0].contains("settings.json.broken-1"), "{:?}", house.console.notices());
    assert_eq!(house.console.find_cached(None, &sandbox_connection()).unwrap(), key, "its cache is still found");
    house.console.open_cached(&key).await.unwrap();
    house.console.update_settings(|settings| settings.history_days = 7).await.unwrap();
    house.reopen().await;
    assert_eq!((house.console.settings().history_days, house.console.notices().len()), (7, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_that_cannot_be_had_lock_the_console_and_discard_nothing() {
    let mut house = House::new(options(100)).await;
    drop(house.synced().await);
    let key = house.dir.path().join("key");
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
    house.reopen().await;
    assert!(
        matches!(house.console.protection(), Protection::Locked { message, fresh: false } if message.contains("chmod 600"))
    );
    let error = house.console.open_pool(&sandbox_connection(), &house.pool_id()).await.err().unwrap();
    assert_eq!(error.code, Code::CacheUnavailable);
    let refused = house.console.unlock(KeySource::File(key.clone())).await;
    assert_eq!(refused.unwrap_err().code, Code::CacheUnavailable);

    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();
    let protection = house.console.unlock(KeySource::File(key.clone())).await.unwrap();
    assert_eq!(protection, Protection::KeyFile { path: key });
    let cached = house.console.find_cached(None, &sandbox_connection()).unwrap();
    house.assert_cache_is_server(&house.console.open_cached(&cached).await.unwrap()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn memory_only_writes_nothing_about_the_pool() {
    let house = House::new(options(100)).await;
    let mut config = house.config();
    config.keys = KeySource::Memory;
    config.data_dir = house.dir.path().join("other");
    let console = open(config).await.unwrap();
    assert_eq!(console.protection(), Protection::Memory);
    let pool = console.open_pool(&sandbox_connection(), &house.pool_id()).await.unwrap();
    pool.sync().finished().await.unwrap();
    house.assert_cache_is_server(&pool).await;
    let written: Vec<_> = std::fs::read_dir(house.dir.path().join("other")).unwrap().flatten().collect();
    assert!(written.iter().all(|entry| entry.file_name() == "leases"), "{written:?}");
    console.update_settings(|settings| settings.history_days = 7).await.unwrap();
    let settings = std::fs::read_to_string(house.dir.path().join("other/settings.json")).unwrap();
    assert!(settings.contains("\"historyDays\": 7"), "what a person asks to be kept is kept: {settings}");
    assert!(!settings.contains(house.pool_id().as_str()), "{settings}");
    assert_eq!(console.settings().pools.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn settings_that_two_programs_change_are_both_kept() {
    let house = House::new(options(100)).await;
    let other = open(house.config()).await.unwrap();
    house.console.update_settings(|settings| settings.history_days = 7).await.unwrap();
    other.open_pool(&sandbox_connection(), &house.pool_id()).await.unwrap();
    assert_eq!(other.settings().history_days, 7);
    assert_eq!(house.console.recent_pools().await.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn erasing_a_pool_stops_its_sync_and_leaves_nothing_of_it() {
    let house = House::new(options(300)).await;
    let pool = house.synced().await;
    let name = house.people()[5].username.clone();
    let (directory, id) = (house.sandbox.directory(), house.sandbox.pool_id());
    directory.set_attributes(&id, &name, &[("nickname", "somebody")]).unwrap();
    pool.sync().finished().await.unwrap();
    let key = pool.key().clone();
    house.sandbox.weather().set_latency(std::time::Duration::from_millis(50), std::time::Duration::ZERO);
    let sync = pool.sync();
    drop(pool);
    let erased = house.console.erase(Erase::Pool(key.clone())).await.unwrap();
    assert!(erased.files >= 1 && erased.bytes > 0);
    assert!(sync.has_ended());
    assert_eq!(house.console.open_cached(&key).await.err().unwrap().code, Code::NotFound);
    house.sandbox.weather().set_latency(std::time::Duration::ZERO, std::time::Duration::ZERO);
    let pool = house.open().await;
    assert_eq!(pool.count("").await.unwrap(), 0);
    assert!(pool.timeline(&name).await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn erasing_everything_leaves_an_empty_folder_and_a_locked_console() {
    let house = House::new(options(300)).await;
    drop(house.synced().await);
    house.console.erase(Erase::All).await.unwrap();
    assert!(matches!(house.console.protection(), Protection::Locked { fresh: true, .. }));
    assert!(house.console.settings().pools.is_empty(), "nor does the program remember what was open");
    let left: Vec<_> = std::fs::read_dir(house.dir.path().join("data")).unwrap().flatten().collect();
    assert!(left.is_empty(), "{left:?}");
    assert!(!house.dir.path().join("key").exists());
    let console = open(house.config()).await.unwrap();
    assert!(console.settings().pools.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cached_pool_is_found_by_what_is_known_of_it() {
    let house = House::new(options(100)).await;
    let nothing = house.console.find_cached(None, &sandbox_connection()).unwrap_err();
    assert_eq!(nothing.code, Code::NotFound);
    let key = house.open().await.key().clone();
    let mut twin = key.clone();
    twin.region = Region::parse("eu-west-2").unwrap();
    let (other, connection) = (twin.clone(), sandbox_connection());
    house
        .console
        .update_settings(move |settings| {
            let mut known = settings.pools[0].clone();
            known.key = other;
            known.connection = connection;
            settings.pools.push(known);
        })
        .await
        .unwrap();
    let several = house.console.find_cached(Some(&house.pool_id()), &sandbox_connection()).unwrap_err();
    assert_eq!(several.code, Code::Precondition);
    assert!(several.message.contains("eu-west-1") && several.message.contains("eu-west-2"), "{several}");
    let here = ConnectionId { region: Some(key.region.clone()), sandbox: false, ..sandbox_connection() };
    assert_eq!(house.console.find_cached(None, &here).unwrap(), key);
    let unknown = PoolId::parse("eu-west-1_Unknown").unwrap();
    assert_eq!(house.console.find_cached(Some(&unknown), &here).unwrap_err().code, Code::NotFound);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn diagnostics_name_no_account_pool_path_or_person() {
    let house = House::new(options(100)).await;
    let pool = house.synced().await;
    house.console.label(&sandbox_connection(), Environment::Production, Some("Secret label".to_owned())).await.unwrap();
    let text = house.console.diagnostics().await;
    let described = pool.pool().await.unwrap().unwrap();
    let person = &house.people()[0];
    let account = pool.key().account.as_str().to_owned();
    let path = house.dir.path().display().to_string();
    for secret in [&account, &described.name, &path, &person.username, &person.sub, "Secret label"] {
        assert!(!text.contains(secret), "{secret} is in: {text}");
    }
    let users = house.people().len();
    let users = format!("{users} users ({users} estimated)");
    for told in
        ["Poolkeeper", "key file", "ListUsers", ", complete, swept", "1 connection, 1 pool, 0 saved views", &users]
    {
        assert!(text.contains(told), "{told} is not in: {text}");
    }
}
