//! What happened to whom: recorded before the cache, once, and forgotten when asked.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

mod people;

use std::fs;

use model::month::Month;
use model::user::{User, UserStatus};
use people::{Disk, at, fill, group, person, pool_key};
use store::{Cache, CacheError, ChainStep, Finished, History, HistoryError, MemberStep, SyncKind, What};

/// A pool that was synced once, and its history.
fn synced(users: &[User]) -> (Disk, Cache, History) {
    let disk = Disk::new();
    let cache = disk.cache();
    fill(&cache, users, at(0));
    let history = History::open(&disk.dir, &disk.keys()).unwrap();
    (disk, cache, history)
}

fn sync(cache: &Cache, users: &[User], history: &History, second: i64) {
    let chain = cache.begin(SyncKind::Full, &[None], at(second)).unwrap().chains[0].id;
    cache.write_page(chain, users, &ChainStep::default(), Some(history), at(second)).unwrap();
    let gone: Vec<_> = cache.missing(1000).unwrap().into_iter().map(|user| user.username).collect();
    cache.remove(&gone, Some(history), at(second)).unwrap();
    cache.finish(&Finished::default(), at(second)).unwrap();
}

fn told(history: &History, user: &User) -> Vec<What> {
    history.timeline(&pool_key(), user.sub().unwrap()).unwrap().into_iter().map(|change| change.what).collect()
}

fn field(name: &str, before: Option<&str>, after: Option<&str>) -> What {
    What::Field { name: name.to_owned(), before: before.map(str::to_owned), after: after.map(str::to_owned) }
}

#[test]
fn a_life_is_told_newest_first_with_the_time_between_which_it_happened() {
    let (_disk, cache, history) = synced(&[person(1)]);
    let mut two = person(2);
    sync(&cache, &[person(1), two.clone()], &history, 10);
    two.enabled = !two.enabled;
    two.status = UserStatus::ResetRequired;
    two.attributes.insert("email".to_owned(), "new@acme.example".to_owned());
    two.attributes.remove("locale");
    sync(&cache, &[person(1), two.clone()], &history, 20);
    let mut later = two.clone();
    later.modified_at = at(900_000_000);
    sync(&cache, &[person(1), later.clone()], &history, 30);
    sync(&cache, &[person(1)], &history, 40);
    sync(&cache, &[person(1), later.clone()], &history, 50);
    let changes = history.timeline(&pool_key(), two.sub().unwrap()).unwrap();
    let times: Vec<_> = changes.iter().map(|change| (change.at, change.since)).collect();
    assert_eq!(times[0], (at(50), Some(at(40))));
    assert_eq!(*times.last().unwrap(), (at(10), Some(at(0))));
    let what: Vec<What> = changes.into_iter().map(|change| change.what).collect();
    assert_eq!(what[..2], [What::Reappeared, What::Removed]);
    assert_eq!(what[2], field("modified", Some(&two.modified_at.to_string()), Some(&later.modified_at.to_string())));
    let original = person(2);
    for expected in [
        field("email", original.attribute("email"), Some("new@acme.example")),
        field("locale", original.attribute("locale"), None),
        field("status", Some(original.status.as_str()), Some("RESET_REQUIRED")),
    ] {
        assert!(what[3..].contains(&expected), "{expected:?}");
    }
    assert_eq!(what.len(), 8);
    assert_eq!(what[7], What::Added);
    assert_eq!(told(&history, &person(1)), [], "who was there from the beginning is no news");
    assert_eq!(history.last_row(&pool_key(), two.username.as_str()).unwrap(), Some(later));
}

#[test]
fn a_user_name_that_somebody_else_has_now_is_two_lives_and_each_is_told_as_it_was() {
    let (_disk, cache, history) = synced(&[person(1)]);
    let (first, mut second) = (person(1), person(2));
    second.username = first.username.clone();
    sync(&cache, std::slice::from_ref(&second), &history, 10);
    assert_eq!(told(&history, &first), [What::Added, What::Removed], "both lives are of this name");
    assert_eq!(told(&history, &second), [What::Added]);
    let as_of = |time| history.as_of(&pool_key(), first.username.as_str(), Some(&second), at(time)).unwrap();
    assert_eq!((as_of(5), as_of(10)), (Some(first.clone()), Some(second.clone())));
    sync(&cache, &[], &history, 20);
    let gone = |time| history.as_of(&pool_key(), first.username.as_str(), None, at(time)).unwrap();
    assert_eq!((gone(5), gone(15), gone(20)), (Some(first.clone()), Some(second.clone()), None));
}

/// A crash between the two databases: the history has the page, and the local copy does not.
#[test]
fn writing_a_page_again_in_the_same_generation_adds_nothing() {
    let (_disk, cache, history) = synced(&[person(1)]);
    let mut changed = person(1);
    changed.attributes.insert("name".to_owned(), "Somebody Else".to_owned());
    let before = people::in_memory();
    fill(&before, &[person(1)], at(0));
    for cache in [&cache, &before] {
        let chain = cache.begin(SyncKind::Full, &[None], at(10)).unwrap().chains[0].id;
        for time in 11..13 {
            let people = [changed.clone(), person(2)];
            cache.write_page(chain, &people, &ChainStep::default(), Some(&history), at(time)).unwrap();
        }
    }
    assert_eq!(told(&history, &changed).len(), 1);
    assert_eq!(told(&history, &person(2)), [What::Added]);
}

/// A listing that is gone on with hours later meets people again.
#[test]
fn what_changes_twice_and_back_in_one_generation_is_told_each_time_and_every_state_can_be_had_again() {
    let (_disk, cache, history) = synced(&[person(1)]);
    let named = |name: &str| {
        let mut user = person(1);
        user.attributes.insert("name".to_owned(), name.to_owned());
        user
    };
    let states = [named("A"), named("B"), named("A"), named("B"), person(1)];
    let chain = cache.begin(SyncKind::Full, &[None], at(10)).unwrap().chains[0].id;
    for (user, time) in states.iter().zip(11..) {
        cache.write_page(chain, std::slice::from_ref(user), &ChainStep::default(), Some(&history), at(time)).unwrap();
    }
    cache.finish(&Finished::default(), at(20)).unwrap();
    let own = person(1);
    let name = |user: &User| user.attribute("name").map(str::to_owned);
    let told: Vec<What> = told(&history, &own).into_iter().rev().collect();
    let mut before = name(&own);
    for (state, what) in states.iter().zip(&told) {
        assert_eq!(*what, What::Field { name: "name".to_owned(), before, after: name(state) });
        before = name(state);
    }
    assert_eq!(told.len(), states.len());
    for (state, time) in states.iter().zip(11..) {
        let then = history.as_of(&pool_key(), own.username.as_str(), Some(&own), at(time)).unwrap();
        assert_eq!(then.as_ref(), Some(state), "at {time}");
    }
}

#[test]
fn the_first_look_at_everybody_brings_no_news_of_those_it_finds_and_news_of_what_changed() {
    let (_disk, cache, history) = synced(&[person(1)]);
    let mut changed = person(1);
    changed.enabled = !changed.enabled;
    let chain = cache.begin(SyncKind::Sweep, &[None], at(10)).unwrap().chains[0].id;
    let step = ChainStep { newcomers_were_there: true, ..ChainStep::default() };
    cache.write_page(chain, &[changed.clone(), person(2)], &step, Some(&history), at(11)).unwrap();
    assert_eq!((told(&history, &changed).len(), told(&history, &person(2)).len()), (1, 0));
}

#[test]
fn memberships_that_come_and_go_are_told() {
    let disk = Disk::new();
    let (cache, history) = (disk.cache(), History::open(&disk.dir, &disk.keys()).unwrap());
    let people = [person(1), person(2)];
    let chain = cache.begin(SyncKind::Full, &[None], at(5)).unwrap().chains[0].id;
    cache.write_page(chain, &people, &ChainStep::default(), Some(&history), at(5)).unwrap();
    let put = |groups: &[_], second| cache.put_groups(groups, Some(&history), at(second)).unwrap();
    let admins = group("admins").name;
    put(&[group("admins")], 5);
    let list = |users: &[User], second| {
        let names: Vec<_> = users.iter().map(|user| user.username.clone()).collect();
        let step = MemberStep { token: None, ended: true };
        cache.begin_members(&admins).unwrap();
        cache.write_members(&admins, &names, &step, Some(&history), at(second)).unwrap();
        cache.finish(&Finished::default(), at(second)).unwrap();
    };
    list(&[person(1)], 5);
    assert_eq!(told(&history, &person(1)), [], "the first listing is no news");
    cache.begin(SyncKind::Full, &[None], at(6)).unwrap();
    list(&[person(2)], 6);
    assert_eq!(told(&history, &person(1)), [What::GroupRemoved("admins".to_owned())]);
    assert_eq!(told(&history, &person(2)), [What::GroupAdded("admins".to_owned())]);
    // The group goes, and comes again as a new one.
    cache.begin(SyncKind::Full, &[None], at(7)).unwrap();
    put(&[], 7);
    cache.finish(&Finished::default(), at(7)).unwrap();
    assert_eq!(told(&history, &person(2))[0], What::GroupRemoved("admins".to_owned()), "with all who were in it");
    cache.begin(SyncKind::Full, &[None], at(8)).unwrap();
    put(&[group("admins")], 8);
    list(&[person(1)], 8);
    assert_eq!(told(&history, &person(1))[0], What::GroupAdded("admins".to_owned()), "it was not there before");
    cache.remove_group(&admins, Some(&history), at(9)).unwrap();
    assert_eq!(told(&history, &person(1))[0], What::GroupRemoved("admins".to_owned()));
}

#[test]
fn nothing_is_recorded_for_pools_whose_history_is_off() {
    let (_disk, cache, history) = synced(&[person(1)]);
    let chain = cache.begin(SyncKind::Full, &[None], at(10)).unwrap().chains[0].id;
    cache.write_page(chain, &[person(2)], &ChainStep::default(), None, at(10)).unwrap();
    cache.remove(&[person(1).username], None, at(10)).unwrap();
    assert_eq!((told(&history, &person(1)), told(&history, &person(2))), (vec![], vec![]));
}

#[test]
fn people_pools_and_old_changes_are_forgotten() {
    let (disk, cache, history) = synced(&[person(1)]);
    sync(&cache, &[person(1), person(2), person(3)], &history, 10);
    sync(&cache, &[person(1), person(2)], &history, 20);
    history.erase_person(&pool_key(), person(2).sub().unwrap()).unwrap();
    assert_eq!(told(&history, &person(2)), []);
    assert_eq!(told(&history, &person(3)).len(), 2);
    history.purge(at(15)).unwrap();
    assert_eq!(told(&history, &person(3)), [What::Removed]);
    history.erase_pool(&pool_key()).unwrap();
    assert_eq!(told(&history, &person(3)), []);
    drop(history);
    let history = History::open(&disk.dir, &disk.keys()).unwrap();
    history.erase_person(&pool_key(), "nobody").unwrap();
}

#[test]
fn copies_of_settings_hold_until_the_next_one_and_the_one_that_held_outlives_a_purge() {
    let (_disk, _cache, history) = synced(&[]);
    let pool = pool_key();
    for (second, json) in [(10, "one"), (20, "two"), (30, "three")] {
        history.keep_settings(&pool, at(second), json).unwrap();
    }
    let held = |second| history.settings_at(&pool, at(second)).unwrap();
    assert_eq!((held(9), held(10).as_deref(), held(29).as_deref()), (None, Some("one"), Some("two")));
    history.purge(at(25)).unwrap();
    assert_eq!(history.settings_kept(&pool).unwrap(), [at(30), at(20)], "how it was at 25 is still known");
    history.erase_pool(&pool).unwrap();
    assert_eq!(history.settings_kept(&pool).unwrap(), []);
}

#[test]
fn a_cache_that_was_made_anew_does_not_hide_later_changes() {
    let (disk, cache, history) = synced(&[person(1)]);
    let mut changed = person(1);
    changed.attributes.insert("name".to_owned(), "Second".to_owned());
    sync(&cache, std::slice::from_ref(&changed), &history, 10);
    drop(cache);
    fs::write(disk.cache_file(), b"rubbish").unwrap();
    let (cache, aside) = Cache::open(&disk.dir, &pool_key(), &disk.keys()).unwrap();
    assert!(aside.is_some());
    fill(&cache, &[changed.clone()], at(20));
    changed.attributes.insert("name".to_owned(), "Third".to_owned());
    sync(&cache, &[changed.clone()], &history, 30);
    assert_eq!(told(&history, &changed).len(), 2);
}

#[test]
fn an_unreadable_history_is_said_and_left_untouched() {
    let (disk, _cache, history) = synced(&[]);
    drop(history);
    let path = disk.dir.history_file();
    for rubbish in [b"no database".to_vec(), vec![7; 8192]] {
        fs::write(&path, &rubbish).unwrap();
        let error = History::open(&disk.dir, &disk.keys()).unwrap_err();
        assert!(matches!(error, HistoryError::Unreadable(_)), "{error}");
        assert!(error.to_string().contains(path.to_str().unwrap()));
        assert_eq!(fs::read(&path).unwrap(), rubbish);
    }
}

#[test]
fn when_the_history_cannot_be_written_the_page_is_not_written_either() {
    let (disk, cache, history) = synced(&[person(1)]);
    disk.tamper(
        &disk.dir.history_file(),
        1,
        "CREATE TRIGGER full BEFORE INSERT ON changes BEGIN SELECT raise(ABORT, 'no room'); END;",
    );
    let chain = cache.begin(SyncKind::Full, &[None], at(10)).unwrap().chains[0].id;
    let error = cache.write_page(chain, &[person(2)], &ChainStep::default(), Some(&history), at(10)).unwrap_err();
    assert!(matches!(error, CacheError::History(_)), "{error}");
    assert_eq!(cache.user(&person(2).username).unwrap(), None);
    let error = cache.remove(&[person(1).username], Some(&history), at(10)).unwrap_err();
    assert!(matches!(error, CacheError::History(_)), "{error}");
    assert_eq!(cache.user(&person(1).username).unwrap(), Some(person(1)));
}

#[test]
fn a_history_of_a_newer_version_is_said_and_left_untouched() {
    let (disk, _cache, history) = synced(&[]);
    drop(history);
    disk.tamper(&disk.dir.history_file(), 1, "PRAGMA user_version = 999;");
    let before = fs::read(disk.dir.history_file()).unwrap();
    let error = History::open(&disk.dir, &disk.keys()).unwrap_err();
    assert!(matches!(error, HistoryError::Newer(_)), "{error}");
    assert_eq!(fs::read(disk.dir.history_file()).unwrap(), before);
}

#[test]
fn who_was_seen_in_a_month_is_kept_once_and_forgotten_with_the_person_the_pool_and_the_time() {
    let (_disk, _cache, history) = synced(&[person(1)]);
    let months = ["2026-10", "2026-11"].map(|month| Month::parse(month).unwrap());
    let key = pool_key();
    let seen = |month: usize| history.seen(&key, months[month]).unwrap();
    assert!(seen(0).is_empty());
    for _ in 0..2 {
        history.keep_seen(&key, "one", &months).unwrap();
    }
    history.keep_seen(&key, "two", &months[1..]).unwrap();
    assert_eq!((seen(0), seen(1)), (vec!["one".to_owned()], vec!["one".to_owned(), "two".to_owned()]));
    // A month is forgotten when all of it is older than what is kept.
    history.purge(months[0].begins()).unwrap();
    assert_eq!(seen(0).len(), 1);
    history.purge(months[1].begins()).unwrap();
    assert_eq!((seen(0).len(), seen(1).len()), (0, 2));
    history.erase_person(&key, "one").unwrap();
    assert_eq!(seen(1), ["two"]);
    history.erase_pool(&key).unwrap();
    assert!(seen(1).is_empty());
}
