//! Pages, checkpoints, generations and memberships.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

mod people;

use model::query::{Expr, Field, Pattern, Sort, Term, UserQuery};
use model::user::{User, UserStatus};
use people::{Disk, at, fill, group, in_memory, name, person};
use store::{Cache, CacheError, ChainStep, Finished, MemberState, MemberStep, PageEffect, SyncKind, SyncPhase};

fn prefixes(texts: &[&str]) -> Vec<Option<String>> {
    texts.iter().map(|text| Some((*text).to_owned())).collect()
}

fn token(text: &str) -> ChainStep {
    ChainStep { token: Some(text.to_owned()), token_at: Some(at(5)), ..ChainStep::default() }
}

fn everybody(cache: &Cache) -> Vec<User> {
    cache.search(&UserQuery::default(), &Sort::default(), None, 10_000).unwrap().users
}

fn term(term: Term) -> UserQuery {
    UserQuery { expr: Some(Expr::Term(term)) }
}

#[test]
fn a_generation_is_resumed_where_its_checkpoints_are() {
    let disk = Disk::new();
    let cache = disk.cache();
    assert_eq!(cache.sync_state().unwrap(), None);
    let state = cache.begin(SyncKind::Full, &prefixes(&["0", "1"]), at(0)).unwrap();
    assert_eq!(state.phase, SyncPhase::Users);
    let [first, second] = [state.chains[0].id, state.chains[1].id];
    cache.write_page(first, &[person(1), person(2)], &token("t1"), None, at(1)).unwrap();
    let split = ChainStep { split_into: vec!["10".to_owned(), "11".to_owned()], ..token("ignored") };
    cache.write_page(second, &[person(3)], &split, None, at(2)).unwrap();
    cache.enter(SyncPhase::Members).unwrap();
    drop(cache);

    let cache = disk.cache();
    let resumed = cache.sync_state().unwrap().unwrap();
    assert_eq!((resumed.generation, resumed.kind, resumed.started_at), (state.generation, SyncKind::Full, at(0)));
    assert_eq!(resumed.phase, SyncPhase::Members);
    let told: Vec<_> =
        resumed.chains.iter().map(|c| (c.prefix.as_deref(), c.token.as_deref(), c.users, c.ended)).collect();
    assert_eq!(
        told,
        [
            (Some("0"), Some("t1"), 2, false),
            (Some("1"), None, 1, true),
            (Some("10"), None, 0, false),
            (Some("11"), None, 0, false)
        ]
    );
    assert_eq!(resumed.chains[0].token_at, Some(at(5)));
    assert_eq!(cache.freshness().unwrap().started_at, Some(at(0)));
    cache.restart_chain(first).unwrap();
    let restarted = cache.sync_state().unwrap().unwrap().chains.remove(0);
    assert_eq!((restarted.token, restarted.users, restarted.ended), (None, 0, false));
}

#[test]
fn rows_appear_while_the_sync_runs_and_other_readers_hear_of_it() {
    let disk = Disk::new();
    let (writer, reader) = (disk.cache(), disk.cache());
    let chain = writer.begin(SyncKind::Full, &[None], at(0)).unwrap().chains[0].id;
    let before = reader.change_counter();
    writer.write_page(chain, &[person(1)], &token("a"), None, at(1)).unwrap();
    assert_ne!(reader.change_counter(), before);
    assert_eq!(reader.count(&UserQuery::default()).unwrap(), 1);
    let before = reader.change_counter();
    writer.write_page(chain, &[person(1)], &token("b"), None, at(1)).unwrap();
    assert_eq!(reader.change_counter(), before, "nothing changed");
    let mut changed = person(1);
    changed.enabled = !changed.enabled;
    writer.write_page(chain, &[changed.clone()], &token("c"), None, at(1)).unwrap();
    assert_ne!(reader.change_counter(), before);
    assert_eq!(everybody(&reader), [changed]);
}

#[test]
fn pages_tell_what_they_changed_and_searches_follow_the_change() {
    let cache = in_memory();
    let chain = cache.begin(SyncKind::Full, &[None], at(0)).unwrap().chains[0].id;
    let write = |users: &[User]| cache.write_page(chain, users, &ChainStep::default(), None, at(1)).unwrap();
    assert_eq!(write(&[person(1), person(2)]), PageEffect { added: 2, changed: 0, unchanged: 0 });
    let mut other = person(1);
    other.attributes.insert("email".to_owned(), "Quixote@windmill.example".to_owned());
    other.attributes.remove("locale");
    other.status = UserStatus::Other("BRAND_NEW".to_owned());
    other.modified_at = at(99);
    assert_eq!(write(&[other.clone(), person(2), person(3)]), PageEffect { added: 1, changed: 1, unchanged: 1 });
    let email = || Field::Attribute("email".to_owned());
    for query in [
        Term::Anywhere("quixote".to_owned()),
        Term::Anywhere("x".to_owned()),
        Term::Anywhere("qu".to_owned()),
        Term::Text(email(), Pattern::StartsWith("quix".to_owned())),
        Term::Text(email(), Pattern::Exactly("Quixote@windmill.example".to_owned())),
        Term::Text(Field::Status, Pattern::Equals("brand_new".to_owned())),
    ] {
        let found = cache.search(&term(query.clone()), &Sort::default(), None, 10).unwrap().users;
        assert_eq!(found.iter().filter(|user| **user == other).count(), 1, "{query:?}");
    }
    let old = person(1).attributes["email"].clone();
    assert_eq!(cache.count(&term(Term::Anywhere(model::query::fold(&old)))).unwrap(), 0);
    assert_eq!(cache.count(&term(Term::Present(Field::Attribute("locale".to_owned())))).unwrap(), 2);
}

#[test]
fn users_that_were_not_seen_are_missing_until_they_are_removed_or_kept() {
    let cache = in_memory();
    let users: Vec<User> = (0..200).map(person).collect();
    fill(&cache, &users, at(0));
    assert_eq!(cache.missing(10).unwrap(), [], "no generation is running");
    let chain = cache.begin(SyncKind::Full, &[None], at(10)).unwrap().chains[0].id;
    cache.write_page(chain, &users[..197], &token("x"), None, at(11)).unwrap();
    let missing = cache.missing(10).unwrap();
    assert_eq!(missing, users[197..]);
    assert_eq!(cache.missing(2).unwrap().len(), 2);
    cache.keep(&[users[197].username.clone()]).unwrap();
    cache.remove(&[users[198].username.clone(), name("never there")], None, at(12)).unwrap();
    assert_eq!(cache.missing(10).unwrap(), users[199..]);
    assert_eq!(cache.freshness().unwrap().users, 199);
    assert_eq!(cache.count(&term(Term::Anywhere(users[198].sub().unwrap().to_owned()))).unwrap(), 0);
    let freshness =
        cache.finish(&Finished { complete: true, swept: true, estimated_users: Some(200) }, at(20)).unwrap();
    assert_eq!((freshness.users, freshness.complete, freshness.swept), (199, true, true));
    assert_eq!((freshness.synced_at, freshness.started_at, freshness.estimated_users), (Some(at(20)), None, Some(200)));
    assert_eq!(cache.sync_state().unwrap(), None);
    // Once swept, always swept.
    cache.begin(SyncKind::Full, &[None], at(30)).unwrap();
    assert!(cache.finish(&Finished::default(), at(31)).unwrap().swept);
}

#[test]
fn a_second_sync_of_an_unchanged_pool_writes_next_to_nothing() {
    let disk = Disk::new();
    let users: Vec<User> = (0..3_000).map(person).collect();
    fill(&disk.cache(), &users, at(0));
    let cache = disk.cache();
    let before = cache.change_counter();
    let log = || std::fs::metadata(disk.cache_file().with_extension("sqlite-wal")).unwrap().len();
    let size = log();
    let chain = cache.begin(SyncKind::Full, &[None], at(100)).unwrap().chains[0].id;
    for page in users.chunks(60) {
        let effect = cache.write_page(chain, page, &token("t"), None, at(100)).unwrap();
        assert_eq!(effect, PageEffect { unchanged: 60, ..PageEffect::default() });
    }
    assert_eq!(cache.change_counter(), before);
    // Two pages of four kilobytes for each page of users: the checkpoint, and who was seen.
    let written = log() - size;
    assert!(written < 50 * 3 * 4_200, "{written} bytes");
}

#[test]
fn pages_without_a_place_are_refused_and_leave_nothing() {
    let cache = in_memory();
    let write = |chain| cache.write_page(chain, &[person(1)], &ChainStep::default(), None, at(0));
    assert!(matches!(write(1), Err(CacheError::NoSuch(_))));
    cache.begin(SyncKind::Full, &[None], at(0)).unwrap();
    assert!(matches!(write(77), Err(CacheError::NoSuch(_))));
    assert_eq!(cache.count(&UserQuery::default()).unwrap(), 0);
    assert!(matches!(cache.begin_members(&group("nope").name), Err(CacheError::NoSuch(_))));
    assert!(matches!(cache.restart_chain(77), Err(CacheError::NoSuch(_))));
}

#[test]
fn generations_grow_also_when_the_clock_stands_still_or_goes_back() {
    let cache = in_memory();
    let mut last = 0;
    for now in [at(5), at(5), at(0)] {
        let generation = cache.begin(SyncKind::Full, &[None], now).unwrap().generation;
        assert!(generation > last);
        last = generation;
    }
}

#[test]
fn memberships_are_replaced_when_the_listing_has_ended_and_not_before() {
    let cache = in_memory();
    let users: Vec<User> = (0..5).map(person).collect();
    let admins = group("Admins").name;
    let step = |token: Option<&str>| MemberStep { token: token.map(str::to_owned), ended: token.is_none() };
    let members =
        |cache: &Cache| cache.count(&term(Term::Text(Field::Group, Pattern::Equals("admins".to_owned())))).unwrap();
    let write = |names: &[&User], token| {
        let names: Vec<_> = names.iter().map(|user| user.username.clone()).collect();
        cache.write_members(&admins, &names, &step(token), None, at(1)).unwrap();
    };
    let chain = cache.begin(SyncKind::Full, &[None], at(0)).unwrap().chains[0].id;
    cache.write_page(chain, &users[..3], &token("x"), None, at(1)).unwrap();
    assert!(!cache.freshness().unwrap().groups_known);
    cache.put_groups(&[group("Admins"), group("empty")], None, at(1)).unwrap();
    assert_eq!(cache.begin_members(&admins).unwrap(), MemberState::default());
    write(&[&users[0], &users[3]], Some("next"));
    assert_eq!(members(&cache), 0);
    assert_eq!(cache.begin_members(&admins).unwrap().token.as_deref(), Some("next"));
    write(&[&users[1]], None);
    assert_eq!(members(&cache), 2);
    assert!(cache.begin_members(&admins).unwrap().ended);
    // A member that was listed before the user was.
    cache.write_page(chain, &users[3..], &token("y"), None, at(1)).unwrap();
    assert_eq!(members(&cache), 3);
    assert_eq!(cache.user(&users[3].username).unwrap().unwrap().groups, std::slice::from_ref(&admins));
    cache.write_members(&group("empty").name, &[], &step(None), None, at(1)).unwrap();
    assert!(cache.freshness().unwrap().groups_known);
    cache.finish(&Finished::default(), at(2)).unwrap();

    cache.begin(SyncKind::Full, &[None], at(10)).unwrap();
    assert_eq!(cache.begin_members(&admins).unwrap(), MemberState::default(), "a new generation begins anew");
    write(&[&users[4]], Some("dead"));
    cache.restart_members(&admins).unwrap();
    write(&[&users[0]], None);
    assert_eq!(members(&cache), 1);
    cache.remove(&[users[0].username.clone()], None, at(11)).unwrap();
    assert_eq!(members(&cache), 0);
    cache.put_groups(&[group("empty")], None, at(11)).unwrap();
    assert_eq!(cache.groups().unwrap().len(), 1);
}

/// AWS has put a page together, we change somebody on it, and then the page is written.
#[test]
fn a_page_from_before_our_own_change_does_not_take_it_back() {
    let cache = in_memory();
    let users: Vec<User> = (0..4).map(person).collect();
    fill(&cache, &users, at(0));
    let chain = cache.begin(SyncKind::Full, &[None], at(100)).unwrap().chains[0].id;
    let asked = |second| ChainStep { asked_at: Some(at(second)), ..ChainStep::default() };
    let mut ours = users[1].clone();
    ours.attributes.insert("name".to_owned(), "Ours".to_owned());
    cache.patch_user(&ours, None, at(101)).unwrap();
    cache.patch_removed(&users[2].username, None, at(101)).unwrap();
    cache.write_page(chain, &users, &asked(100), None, at(102)).unwrap();
    let names = |users: &[User]| users.iter().map(|user| user.username.clone()).collect::<Vec<_>>();
    assert_eq!(cache.user(&ours.username).unwrap().unwrap(), ours);
    assert_eq!(cache.user(&users[2].username).unwrap(), None, "who was deleted stays so");
    assert_eq!(names(&cache.missing(10).unwrap()), Vec::<model::Username>::new(), "all of them were met");
    // So soon after AWS may still list the old record; one that changed since is the truth.
    cache.write_page(chain, &users, &asked(103), None, at(104)).unwrap();
    assert_eq!(cache.user(&ours.username).unwrap().unwrap(), ours);
    assert_eq!(cache.user(&users[2].username).unwrap(), None);
    let mut theirs = users[1].clone();
    theirs.modified_at = at(900_000_000);
    cache.write_page(chain, std::slice::from_ref(&theirs), &asked(103), None, at(104)).unwrap();
    assert_eq!(cache.user(&ours.username).unwrap().unwrap(), theirs);
    // What AWS tells long after is the truth again.
    cache.write_page(chain, &users, &asked(110), None, at(111)).unwrap();
    assert_eq!(cache.user(&ours.username).unwrap().unwrap(), users[1]);
    assert!(cache.user(&users[2].username).unwrap().is_some());
}

#[test]
fn that_somebody_was_changed_here_is_forgotten_with_the_next_sync_or_when_they_are_erased() {
    let disk = Disk::new();
    let cache = disk.cache();
    let users: Vec<User> = (0..2).map(person).collect();
    fill(&cache, &users, at(0));
    let noted = || disk.ask(&disk.cache_file(), 0, "SELECT count(*) FROM our_users");
    for user in &users {
        cache.patch_removed(&user.username, None, at(100)).unwrap();
    }
    assert_eq!(noted(), 2);
    cache.forget_changed(&[users[0].username.to_string()]).unwrap();
    assert_eq!(noted(), 1);
    cache.begin(SyncKind::Full, &[None], at(200)).unwrap();
    assert_eq!(noted(), 0);
}

#[test]
fn a_listing_of_members_from_before_our_own_change_does_not_take_it_back() {
    let cache = in_memory();
    let users: Vec<User> = (0..4).map(person).collect();
    let admins = group("Admins").name;
    fill(&cache, &users, at(0));
    let list = |of: &[usize], token: Option<&str>| {
        let names: Vec<_> = of.iter().map(|of| users[*of].username.clone()).collect();
        let step = MemberStep { token: token.map(str::to_owned), ended: token.is_none() };
        cache.write_members(&admins, &names, &step, None, at(100)).unwrap();
    };
    let inside = || -> Vec<bool> {
        users.iter().map(|user| !cache.user(&user.username).unwrap().unwrap().groups.is_empty()).collect()
    };
    cache.begin(SyncKind::Full, &[None], at(99)).unwrap();
    cache.put_groups(&[group("Admins")], None, at(99)).unwrap();
    // What is changed before the listing begins the listing tells itself.
    cache.patch_member(&admins, &users[3].username, true, None, at(99)).unwrap();
    cache.begin_members(&admins).unwrap();
    list(&[0, 1], Some("next"));
    cache.patch_member(&admins, &users[1].username, false, None, at(100)).unwrap();
    cache.patch_member(&admins, &users[2].username, true, None, at(100)).unwrap();
    list(&[], None);
    assert_eq!(inside(), [true, false, true, false]);
    cache.finish(&Finished::default(), at(101)).unwrap();
    cache.begin(SyncKind::Full, &[None], at(200)).unwrap();
    cache.begin_members(&admins).unwrap();
    list(&[0, 1], None);
    assert_eq!(inside(), [true, true, false, false], "the next sync tells what AWS has");
}

#[test]
fn beginnings_of_subs_that_no_hexadecimal_digit_follows_are_known_as_they_are_written() {
    let cache = in_memory();
    let with = |sub: &str| people::user(&format!("user {sub}"), &[("sub", sub)]);
    let users = ["G-1", "g-2", "A-3", "0aé", "0a9Z", "12345678-1234", "1234567-", "é"].map(with);
    fill(&cache, &users, at(0));
    fill(&cache, &(0..100).map(person).collect::<Vec<_>>(), at(1));
    let after = |prefix: &str| cache.beginnings(prefix, 10).unwrap();
    assert_eq!(after(""), ["G", "é"]);
    assert_eq!((after("0a"), after("0a9"), after("0")), (vec!["0aé".to_owned()], vec!["0a9Z".to_owned()], Vec::new()));
    assert_eq!((after("1234567"), after("a")), (vec!["1234567-".to_owned()], vec!["a-".to_owned()]));
    assert_eq!(cache.beginnings("", 1).unwrap(), ["G"]);
    cache.patch_user(&people::user("user é", &[("sub", "0-")]), None, at(2)).unwrap();
    assert_eq!(after("0"), ["0-"]);
}

#[test]
fn who_is_gone_is_noted_until_the_next_sync_and_readers_of_before_agree_all_the_same() {
    let disk = Disk::new();
    let users: Vec<User> = (0..20).map(person).collect();
    let (cache, behind) = (disk.cache(), disk.cache());
    fill(&cache, &users, at(0));
    let enabled = |cache: &Cache| {
        cache.count(&term(Term::Enabled(true))).unwrap() + cache.count(&term(Term::Enabled(false))).unwrap()
    };
    assert_eq!((enabled(&cache), enabled(&behind)), (20, 20));
    let gone = |disk: &Disk| disk.ask(&disk.cache_file(), 0, "SELECT count(*) FROM gone");
    for (round, user) in (1_i64..).zip(&users[..5]) {
        cache.remove(std::slice::from_ref(&user.username), None, at(round)).unwrap();
        assert_eq!(gone(&disk), 1);
        cache.begin(SyncKind::Full, &[None], at(round)).unwrap();
        assert_eq!(gone(&disk), 0, "whoever looked before reads everybody anew");
        cache.finish(&Finished::default(), at(round)).unwrap();
    }
    assert_eq!((enabled(&cache), enabled(&behind)), (15, 15));
    assert!(everybody(&behind).iter().all(|user| users[5..].contains(user)));
}

#[test]
fn the_pool_comes_back_as_it_was_put() {
    let cache = in_memory();
    assert_eq!(cache.pool().unwrap(), None);
    let pool = model::pool::Pool {
        id: people::pool_key().pool,
        name: "<b>Café</b>".to_owned(),
        tier: Some("PLUS".to_owned()),
        estimated_users: Some(7),
        schema: vec![model::pool::SchemaAttribute {
            name: "dev:custom:plan".to_owned(),
            data_type: "String".to_owned(),
            mutable: true,
            required: false,
        }],
        username_attributes: vec!["email".to_owned()],
        alias_attributes: Vec::new(),
        case_sensitive: Some(false),
        mfa: None,
        deletion_protection: None,
        updated_issuer: false,
        pre_token_trigger: None,
        verifies_before_update: Vec::new(),
        advanced_security: Some(false),
        own_sender: Some(false),
        recovery: None,
        created_at: Some(at(0)),
        modified_at: None,
    };
    assert_eq!(cache.pool_at().unwrap(), None);
    cache.put_pool(&pool, at(5)).unwrap();
    assert_eq!((cache.pool().unwrap(), cache.pool_at().unwrap()), (Some(pool), Some(at(5))));
    assert!(cache.fields().unwrap().names().contains(&"dev:custom:plan".to_owned()));
    assert_eq!(cache.freshness().unwrap().estimated_users, Some(7));
}

#[test]
fn reading_goes_on_in_many_threads_while_pages_are_written() {
    let disk = Disk::new();
    let cache = disk.cache();
    let chain = cache.begin(SyncKind::Full, &[None], at(0)).unwrap().chains[0].id;
    std::thread::scope(|scope| {
        for _ in 0..6 {
            let cache = cache.clone();
            scope.spawn(move || {
                let mut last = 0;
                while last < 1_200 {
                    let count = cache.count(&term(Term::Enabled(true))).unwrap()
                        + cache.count(&term(Term::Enabled(false))).unwrap();
                    assert!(count >= last);
                    last = cache.count(&UserQuery::default()).unwrap();
                }
            });
        }
        for page in (0..1_200).map(person).collect::<Vec<_>>().chunks(60) {
            cache.write_page(chain, page, &token("t"), None, at(1)).unwrap();
        }
    });
}
