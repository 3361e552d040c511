//! Searching finds what the plain definition finds, in the same order, page by page.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

mod people;

use model::query::{Expr, Field, Pattern, Sort, Term, UserQuery, evaluate, generate, parse};
use model::user::{User, UserStatus};
use people::{Disk, at, fill, group, in_memory, list_members, name, person, user};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use store::{Cache, ChainStep, Cursor, SyncKind};

fn expected<'u>(query: &UserQuery, sort: &Sort, users: &'u [User]) -> Vec<&'u User> {
    let mut found = evaluate::matches(query, users);
    found.sort_by(|a, b| evaluate::compare(sort, a, b));
    found
}

fn pages(cache: &Cache, query: &UserQuery, sort: &Sort, limit: u32) -> Vec<User> {
    let (mut found, mut after) = (Vec::new(), None::<Cursor>);
    loop {
        let page = cache.search(query, sort, after.as_ref(), limit).unwrap();
        assert!(page.users.len() == limit as usize || page.next.is_none(), "a short page is the last");
        found.extend(page.users);
        match page.next {
            // A cursor survives being written down.
            Some(next) => after = Some(serde_json::from_str(&serde_json::to_string(&next).unwrap()).unwrap()),
            None => return found,
        }
    }
}

fn names(users: &[User]) -> Vec<&str> {
    users.iter().map(|user| user.username.as_str()).collect()
}

fn draw<T>(runner: &mut TestRunner, strategy: &impl Strategy<Value = T>) -> T {
    strategy.new_tree(runner).unwrap().current()
}

fn agree(cache: &Cache, users: &[User], query: &UserQuery, sort: &Sort, limit: u32, told: &str) {
    let expected: Vec<&User> = expected(query, sort, users);
    assert_eq!(cache.count(query).unwrap(), expected.len() as u64, "count of {told} {query:?}");
    for _ in 0..2 {
        // The second time the order is remembered, and pages are cut from it.
        let found = pages(cache, query, sort, limit);
        assert!(
            found.iter().eq(expected.iter().copied()),
            "pages of {limit} of {told} by {sort:?}:\n{:?}\nnot {:?}",
            names(&found),
            expected.iter().map(|u| u.username.as_str()).collect::<Vec<_>>()
        );
        let ids = cache.order(query, sort).unwrap();
        assert!(cache.users(&ids).unwrap().iter().eq(expected.iter().copied()), "order of {told} by {sort:?}");
    }
}

#[test]
fn ten_thousand_random_queries_sorts_and_pagings_agree_with_the_plain_definition() {
    let mut runner = TestRunner::deterministic();
    let (fields, asked) = (generate::fields(), generate::asked());
    let mut queries = 0;
    while queries < 10_000 {
        let users = draw(&mut runner, &generate::people());
        let cache = in_memory();
        if queries % 200 == 0 {
            fill(&cache, &users, at(0));
        } else {
            // A sync that still runs, over people who were different before and some of whom are new.
            let mut before = users.clone();
            for i in (1..before.len()).step_by(2) {
                let other = std::mem::take(&mut before[i - 1].attributes);
                before[i - 1].attributes = std::mem::replace(&mut before[i].attributes, other);
            }
            fill(&cache, &before[before.len() / 3..], at(0));
            let chain = cache.begin(SyncKind::Full, &[None], at(1)).unwrap().chains[0].id;
            cache.write_page(chain, &users, &ChainStep::default(), None, at(1)).unwrap();
            // Groups come from the listing of members, and so do the members who were not there yet.
            list_members(&cache, &users, at(1));
        }
        for _ in 0..100 {
            let text = draw(&mut runner, &generate::query_text());
            let query = parse(&text, &fields, &asked).unwrap();
            let sort = draw(&mut runner, &generate::sort());
            let limit = draw(&mut runner, &(1_u32..12));
            agree(&cache, &users, &query, &sort, limit, &text);
            queries += 1;
        }
    }
}

#[test]
fn large_pools_agree_too() {
    let mut runner = TestRunner::deterministic();
    let (fields, asked) = (generate::fields(), generate::asked());
    let mut users: Vec<User> = (0..5_000).map(person).collect();
    for (i, user) in users.iter_mut().enumerate() {
        user.groups = ["Ops", "admins", "beta"][..i % 4].iter().map(|name| group(name).name).collect();
    }
    for awkward in (0..20).flat_map(|_| draw(&mut runner, &generate::people())) {
        if !users.iter().any(|user| user.username == awkward.username) {
            users.push(awkward);
        }
    }
    let cache = in_memory();
    fill(&cache, &users, at(0));
    for own in ["", "a", "acme", "custom:plan:team", "email:*9@globex.example", "-status:confirmed", "ann or bob"] {
        for field in ["email_verified", "group", "created", "username", "custom:plan"] {
            for descending in [false, true] {
                let query = parse(own, &fields, &asked).unwrap();
                agree(&cache, &users, &query, &Sort { field: Field::named(field), descending }, 700, own);
            }
        }
    }
    for _ in 0..60 {
        let text = draw(&mut runner, &generate::query_text());
        let query = parse(&text, &fields, &asked).unwrap();
        agree(&cache, &users, &query, &draw(&mut runner, &generate::sort()), 300, &text);
    }
}

/// Blocks hold 16,384 ids each: users of three of them, some gone, some changed, some new.
#[test]
fn pools_of_several_blocks_agree_after_changes_too() {
    let cache = in_memory();
    let mut users: Vec<User> = (0..33_500).map(person).collect();
    fill(&cache, &users, at(0));
    let (fields, asked) = (generate::fields(), generate::asked());
    let all = |users: &[User]| {
        for text in
            ["acme ann", "-acme 99", "dup:phone_number", "custom:plan=free given_name:*ë", "email:*7@acme.example"]
        {
            let query = parse(text, &fields, &asked).unwrap();
            let sort = Sort { field: Field::named("email"), descending: true };
            let expected: Vec<&User> = expected(&query, &sort, users);
            assert_eq!(cache.count(&query).unwrap(), expected.len() as u64, "{text}");
            let ids = cache.order(&query, &sort).unwrap();
            assert!(cache.users(&ids).unwrap().iter().eq(expected.iter().copied()), "{text}");
            let page = cache.search(&query, &sort, None, 150).unwrap();
            assert!(page.users.iter().eq(expected.iter().copied().take(150)), "{text}");
        }
    };
    all(&users);
    let gone: Vec<_> = users.iter().step_by(1_000).map(|user| user.username.clone()).collect();
    cache.remove(&gone, None, at(1)).unwrap();
    users.retain(|user| !gone.contains(&user.username));
    for user in users.iter_mut().step_by(900) {
        user.attributes.remove("phone_number");
        user.attributes.insert("email".to_owned(), "Changed7@acme.example".to_owned());
        cache.patch_user(user, None, at(2)).unwrap();
    }
    users.push(person(40_000));
    cache.patch_user(&users[users.len() - 1], None, at(3)).unwrap();
    all(&users);
}

/// What was found to be shared is remembered as long as nobody's value of that field changes, and no longer.
#[test]
fn shared_values_are_told_anew_after_each_change_that_touches_them() {
    let cache = in_memory();
    let person = |name: &str, email: &str| user(name, &[("email", email)]);
    let mut users =
        vec![person("ann", "a@acme.example"), person("ben", "A@acme.example"), person("cleo", "c@acme.example")];
    fill(&cache, &users, at(0));
    let agrees = |users: &[User], told: &str| {
        let query = parse("dup:email", &generate::fields(), &generate::asked()).unwrap();
        agree(&cache, users, &query, &Sort { field: Field::Username, descending: false }, 10, told);
    };
    agrees(&users, "the beginning");
    users[2].attributes.insert("nickname".to_owned(), "Cleo".to_owned());
    cache.patch_user(&users[2], None, at(1)).unwrap();
    agrees(&users, "another field that changed");
    users[2].attributes.insert("email".to_owned(), "a@ACME.example".to_owned());
    cache.patch_user(&users[2], None, at(2)).unwrap();
    agrees(&users, "a third who shares it");
    users[0].attributes.remove("email");
    cache.patch_user(&users[0], None, at(3)).unwrap();
    agrees(&users, "the first without it");
    users.push(person("dora", "d@acme.example"));
    cache.patch_user(&users[3], None, at(4)).unwrap();
    agrees(&users, "a new one");
    cache.remove(&[users.remove(1).username], None, at(5)).unwrap();
    agrees(&users, "one who went");
}

fn anywhere(text: &str) -> UserQuery {
    UserQuery { expr: Some(Expr::Term(Term::Anywhere(text.to_owned()))) }
}

#[test]
fn control_characters_and_characters_that_the_index_confuses_are_told_apart() {
    let odd = [
        "\0",
        "a\0b",
        "ab",
        "\u{1}",
        "\u{2}",
        "x\u{1}y",
        "x\u{2}y",
        "x\u{fffd}y",
        "x\u{fffe}y",
        "x\u{ffff}y",
        "xyz",
        "\u{1}\u{1}\u{1}",
    ];
    let mut users: Vec<User> = odd
        .iter()
        .enumerate()
        .map(|(i, value)| user(&format!("user{i}"), &[("name", value), ("nickname", value)]))
        .collect();
    users.push(user("long", &[("name", &"ab".repeat(1024))]));
    users.push(user("longer", &[("name", &("ab".repeat(1023) + "ba"))]));
    let cache = in_memory();
    fill(&cache, &users, at(0));
    let long = ["ab".repeat(1024), "ab".repeat(40) + "ba", "ba".repeat(500), "b".repeat(3000)];
    for text in odd.into_iter().chain(long.iter().map(String::as_str)) {
        agree(&cache, &users, &anywhere(text), &Sort::default(), 5, text);
        for pattern in [Pattern::Contains, Pattern::StartsWith, Pattern::EndsWith, Pattern::Equals, Pattern::Exactly] {
            let term = Term::Text(Field::Attribute("name".to_owned()), pattern(text.to_owned()));
            agree(&cache, &users, &UserQuery { expr: Some(Expr::Term(term)) }, &Sort::default(), 5, text);
        }
    }
}

#[test]
fn more_fields_than_the_index_has_columns_are_told_apart() {
    let fields: Vec<String> = (0..120).map(|i| format!("custom:f{i:03}")).collect();
    let users: Vec<User> = (0..120)
        .map(|i| {
            user(&format!("user{i}"), &[("sub", "one"), (&fields[i], "hello"), (&fields[(i * 7 + 1) % 120], "world")])
        })
        .collect();
    let cache = in_memory();
    fill(&cache, &users, at(0));
    for text in ["hello", "world", "helloworld", "he", "dhe", "h"] {
        agree(&cache, &users, &anywhere(text), &Sort::default(), 50, text);
        for field in [0, 50, 77, 78, 79, 80, 119] {
            for pattern in [Pattern::Contains(text.to_owned()), Pattern::EndsWith(text.to_owned())] {
                let term = Term::Text(Field::Attribute(fields[field].clone()), pattern);
                agree(&cache, &users, &UserQuery { expr: Some(Expr::Term(term)) }, &Sort::default(), 50, text);
            }
        }
    }
}

/// Nobody is in memory as long as no more is asked for than everybody by name, and each page comes from the indexes.
#[test]
fn everybody_by_name_agrees_before_anybody_is_in_memory_up_and_down_page_by_page() {
    let mut runner = TestRunner::deterministic();
    let mut users: Vec<User> = Vec::new();
    let federated = (0..90).map(|i| user(&format!("{}_{}", ["Google", "google", "GOOGLE"][i % 3], i / 6), &[]));
    let awkward = (0..20).flat_map(|_| draw(&mut runner, &generate::people()));
    for one in (0..200).map(person).chain(federated).chain(awkward.collect::<Vec<_>>()) {
        if !users.iter().any(|user| user.username == one.username) {
            users.push(one);
        }
    }
    for user in &mut users {
        user.groups.clear();
    }
    for descending in [false, true] {
        let sort = Sort { field: Field::Username, descending };
        let expected = expected(&UserQuery::default(), &sort, &users);
        for limit in [1, 7, 1_000] {
            let disk = Disk::new();
            fill(&disk.cache(), &users, at(0));
            let cache = disk.cache();
            let found = pages(&cache, &UserQuery::default(), &sort, limit);
            assert!(found.iter().eq(expected.iter().copied()), "{descending} {limit}: {:?}", names(&found));
            let ids = cache.order(&UserQuery::default(), &sort).unwrap();
            assert!(cache.users(&ids).unwrap().iter().eq(expected.iter().copied()), "{descending}");
        }
    }
}

#[test]
fn an_empty_status_is_none() {
    let cache = in_memory();
    let mut users: Vec<User> = (0..10).map(person).collect();
    users[4].status = UserStatus::Other(String::new());
    fill(&cache, &users, at(0));
    let status = |pattern: Pattern| Term::Text(Field::Status, pattern);
    for term in [
        Term::Present(Field::Status),
        status(Pattern::Contains(String::new())),
        status(Pattern::Exactly(String::new())),
        Term::Duplicate(Field::Status),
    ] {
        for descending in [false, true] {
            let query = UserQuery { expr: Some(Expr::Term(term.clone())) };
            agree(&cache, &users, &query, &Sort { field: Field::Status, descending }, 3, "status");
            agree(&cache, &users, &UserQuery::default(), &Sort { field: Field::Status, descending }, 3, "everybody");
        }
    }
}

/// Each round is one transaction: whoever searches sees all of it or nothing, and never goes back.
#[test]
fn several_who_search_while_the_rows_change_see_whole_states_one_after_the_other() {
    const ROUNDS: u32 = 40;
    let disk = Disk::new();
    let cache = disk.cache();
    let users = |round: u32| -> Vec<User> {
        let one = |i| {
            let mut one = person(i);
            one.attributes.insert("nickname".to_owned(), format!("round-{round:03}"));
            one
        };
        (0..400).map(one).collect()
    };
    let chain = cache.begin(SyncKind::Full, &[None], at(0)).unwrap().chains[0].id;
    cache.write_page(chain, &users(0), &ChainStep::default(), None, at(0)).unwrap();
    let nickname = Field::Attribute("nickname".to_owned());
    let query = Term::Text(nickname.clone(), Pattern::StartsWith("round-".to_owned()));
    let query = UserQuery { expr: Some(Expr::Term(query)) };
    std::thread::scope(|scope| {
        for by in [Field::Username, nickname.clone(), Field::named("email"), Field::Created, Field::Username] {
            let (cache, query) = (&cache, &query);
            scope.spawn(move || {
                let sort = Sort { field: by, descending: false };
                let mut last = String::new();
                while last != format!("round-{ROUNDS:03}") {
                    let found = cache.search(query, &sort, None, 1_000).unwrap().users;
                    let round = found[0].attribute("nickname").unwrap().to_owned();
                    assert!(round >= last, "{round} after {last}");
                    assert_eq!(found.len(), 400);
                    assert!(found.iter().all(|user| user.attribute("nickname") == Some(&round)), "a state in between");
                    assert_eq!(cache.count(query).unwrap(), 400);
                    last = round;
                }
            });
        }
        for round in 1..=ROUNDS {
            cache.write_page(chain, &users(round), &ChainStep::default(), None, at(i64::from(round))).unwrap();
        }
    });
}

#[test]
fn pages_go_on_where_they_were_when_users_come_go_and_change_in_between() {
    let cache = in_memory();
    let mut users: Vec<User> = (0..500).map(person).collect();
    fill(&cache, &users, at(0));
    let sort = Sort { field: Field::Attribute("given_name".to_owned()), descending: true };
    let first = cache.search(&UserQuery::default(), &sort, None, 100).unwrap();
    let last = first.users.last().unwrap().username.clone();
    cache.remove(std::slice::from_ref(&last), None, at(1)).unwrap();
    users.retain(|user| user.username != last);
    let rest = cache.search(&UserQuery::default(), &sort, first.next.as_ref(), 1000).unwrap();
    assert_eq!(rest.users.len(), 400);
    let all: Vec<&User> = first.users[..99].iter().chain(&rest.users).collect();
    assert!(all.into_iter().eq(expected(&UserQuery::default(), &sort, &users)));
}

#[test]
fn rows_come_in_the_asked_order_and_those_that_are_gone_are_left_out() {
    let cache = in_memory();
    let mut users: Vec<User> = (0..10).map(person).collect();
    users[3].groups = vec![group("admins").name, group("ops").name];
    fill(&cache, &users, at(0));
    let ids = cache.order(&UserQuery::default(), &Sort::default()).unwrap();
    let gone = cache.users(&ids[2..3]).unwrap().remove(0).username;
    cache.remove(&[gone], None, at(1)).unwrap();
    let backwards: Vec<u32> = ids[..5].iter().rev().copied().collect();
    let found = cache.users(&backwards).unwrap();
    assert_eq!(found.len(), 4);
    assert!(found.iter().all(|found| users.contains(found)));
    assert!(found.windows(2).all(|pair| pair[0].username > pair[1].username));
    assert_eq!(cache.user(&users[3].username).unwrap().map(|u| u.groups.len()), Some(2));
    assert_eq!(cache.user(&name("nobody")).unwrap(), None);
}

#[test]
fn pasted_entries_are_found_whole_and_case_ignored_and_the_rest_is_listed() {
    let cache = in_memory();
    let users = [
        user("ann", &[("sub", "s-1"), ("email", "Ann@Acme.example"), ("phone_number", "+4912345")]),
        user("Bob", &[("sub", "s-2"), ("email", "bob@acme.example"), ("name", "carol")]),
    ];
    fill(&cache, &users, at(0));
    let entries = ["ANN@acme.EXAMPLE", "carol", "bob", "+4912345", "s-2", "acme", ""].map(str::to_owned);
    let looked_up = cache.look_up(&entries).unwrap();
    assert_eq!(names(&looked_up.found), ["ann", "Bob"]);
    assert_eq!(looked_up.missing, ["carol", "acme", ""]);
}

#[test]
fn the_overview_counts_statuses_months_groups_and_frequent_values() {
    let cache = in_memory();
    let mut users: Vec<User> = (0..300).map(person).collect();
    for user in &mut users[..30] {
        user.groups = vec![group("admins").name];
    }
    fill(&cache, &users, at(0));
    let count = |wanted: &dyn Fn(&User) -> bool| users.iter().filter(|user| wanted(user)).count() as u64;
    for (status, number) in cache.statuses().unwrap() {
        assert_eq!(number, count(&|user| user.status == status));
    }
    assert_eq!(cache.statuses().unwrap().iter().map(|(_, n)| n).sum::<u64>(), 300);
    assert_eq!(cache.enabled().unwrap(), (count(&|u| u.enabled), count(&|u| !u.enabled)));
    let months = cache.sign_ups_by_month().unwrap();
    assert!(months.is_sorted() && months.len() > 12);
    for (month, number) in &months {
        assert_eq!(*number, count(&|user| user.created_at.to_string().starts_with(month)), "{month}");
    }
    assert_eq!(months.iter().map(|(_, n)| n).sum::<u64>(), 300);
    assert_eq!(cache.groups().unwrap()[0].1, 30);
    let plan = Field::Attribute("custom:plan".to_owned());
    let values = cache.frequent_values(&plan, "", 10).unwrap();
    assert_eq!(values.len(), 3);
    assert!(values.iter().all(|(value, n)| *n == count(&|u| u.attribute("custom:plan") == Some(value))));
    assert_eq!(cache.frequent_values(&plan, "TE", 10).unwrap().len(), 1);
    assert_eq!(cache.frequent_values(&Field::Group, "ad", 10).unwrap(), [("admins".to_owned(), 30)]);
    assert!(cache.fields().unwrap().names().contains(&"custom:tenant".to_owned()));
}

#[test]
fn no_statement_of_a_search_scans_a_table_of_users() {
    let cache = in_memory();
    fill(&cache, &(0..300).map(person).collect::<Vec<_>>(), at(0));
    let plans = cache.search_plans().unwrap();
    assert!(plans.len() >= 10);
    for (statement, line) in plans {
        let scans = line.contains("SCAN");
        let harmless = ["VIRTUAL TABLE", "SCAN groups", "USING COVERING INDEX"].iter().any(|part| line.contains(part));
        assert!(!scans || harmless, "{statement}: {line}");
        // Names that are folded the same are sorted among themselves.
        let sorts = line.contains("TEMP B-TREE") && !line.contains("OF ORDER BY");
        assert!(!sorts, "{statement}: {line}");
    }
}
