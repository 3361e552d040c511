//! Near spellings, lists that are sorted, and counts over everybody.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

mod people;

use model::query::{Field, Sort, UserQuery, parse};
use model::user::User;
use people::{at, fill, in_memory, name, person, user};
use proptest::prelude::*;
use store::{Cache, Domains};

fn fields(names: &[&str]) -> Vec<Field> {
    names.iter().map(|name| Field::named(name)).collect()
}

fn near(cache: &Cache, text: &str) -> Vec<String> {
    let among = fields(&["username", "email", "name"]);
    cache.near(&among, text).unwrap().into_iter().map(|spelling| spelling.text).collect()
}

fn of(values: &[(&str, &str, &str)]) -> Cache {
    let cache = in_memory();
    let users: Vec<User> =
        values.iter().map(|(name, email, called)| user(name, &[("email", email), ("name", called)])).collect();
    fill(&cache, &users, at(0));
    cache
}

#[test]
fn one_letter_that_is_wrong_missing_too_many_or_out_of_its_place_is_near() {
    let cache = of(&[("u1", "ngozi.okafor@acme.example", "Ngozi Okafor"), ("u2", "x@y.example", "Zoë Schröder")]);
    for typed in ["okafro", "okafr", "okaffor", "okafur", "Okafur", "pkafor"] {
        assert_eq!(near(&cache, typed), ["okafor"], "{typed}");
    }
    assert_eq!(near(&cache, "schroder"), ["schröder"], "an accent is a letter");
    assert_eq!(near(&cache, "zoe"), ["zoë"]);
    // Two in words of eight letters and more, and words that were written together or apart.
    assert_eq!(near(&cache, "ngoziokafor"), ["ngozi okafor", "ngozi.okafor"]);
    assert_eq!(near(&cache, "ngosi okafo"), ["ngozi okafor"]);
    assert_eq!(near(&cache, "ngosi.okafo@acme.example"), ["ngozi.okafor@acme.example"]);
    // Too far, too short, found by a search anyway, or nothing that is a word.
    for typed in ["okadar", "ok", "zo", "okafor", "okafo", "", "---", "@@@@"] {
        let found = near(&cache, typed);
        assert!(found.is_empty(), "{typed}: {found:?}");
    }
}

#[test]
fn the_nearest_come_first_then_those_that_most_have() {
    let cache = of(&[
        ("u1", "a@x.example", "Schumacher"),
        ("u2", "b@x.example", "Schuhmacher"),
        ("u3", "c@x.example", "Schuhmacher"),
        ("u4", "d@x.example", "Schomaker"),
    ]);
    let found = cache.near(&fields(&["name"]), "schumaker").unwrap();
    let told: Vec<_> = found.iter().map(|near| (near.text.as_str(), near.distance, near.values)).collect();
    assert_eq!(told, [("schomaker", 1, 1), ("schumacher", 2, 1)]);
    let found = cache.near(&fields(&["name"]), "schuhmachr").unwrap();
    let told: Vec<_> = found.iter().map(|near| (near.text.as_str(), near.distance, near.values)).collect();
    assert_eq!(told, [("schuhmacher", 1, 2), ("schumacher", 2, 1)]);
    assert!(
        cache.near(&fields(&["email", "custom:nobody"]), "schumaker").unwrap().is_empty(),
        "only the fields asked for"
    );
}

#[test]
fn near_spellings_are_found_in_pools_of_several_blocks_and_among_few_values_too() {
    let cache = in_memory();
    let mut users: Vec<User> =
        (0..148_000).map(|i| user(&format!("u{i}"), &[("name", ["Ann", "Bob"][i % 2])])).collect();
    for (at, called) in [(5, "Okafor"), (80_000, "Okafor"), (147_999, "Okafor")] {
        users[at].attributes.insert("name".to_owned(), called.to_owned());
    }
    fill(&cache, &users, at(0));
    let found = cache.near(&fields(&["name"]), "okafro").unwrap();
    assert_eq!(found.iter().map(|near| (near.text.as_str(), near.values)).collect::<Vec<_>>(), [("okafor", 3)]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    /// The near spellings of a word are those words that the plain definition finds.
    #[test]
    fn near_spellings_agree_with_the_plain_definition(
        names in proptest::collection::vec("[abä]{2,10}( [abä]{2,10})?", 1..8),
        typed in "[abä]{3,10}",
    ) {
        let users: Vec<User> =
            names.iter().enumerate().map(|(i, called)| user(&format!("{i}"), &[("name", called)])).collect();
        let cache = in_memory();
        fill(&cache, &users, at(0));
        let letters = typed.chars().count();
        let most = if letters < 8 { 1 } else { 2 };
        let mut expected: Vec<String> = names
            .iter()
            .flat_map(|name| name.split(' ').map(str::to_owned).chain(name.contains(' ').then(|| name.clone())))
            .filter(|word| !word.contains(&typed) && strsim::osa_distance(word, &typed) <= most)
            .filter(|word| letters > 3 || (word.chars().count() == 3 && word.chars().next() == typed.chars().next()))
            .collect();
        expected.sort();
        expected.dedup();
        let mut found: Vec<String> =
            cache.near(&fields(&["name"]), &typed).unwrap().into_iter().map(|near| near.text).collect();
        found.sort();
        prop_assert_eq!(found, expected);
    }
}

#[test]
fn a_list_comes_in_its_own_order_or_sorted_with_the_names_and_what_is_missing() {
    let cache = in_memory();
    let users: Vec<User> = (0..50).map(person).collect();
    fill(&cache, &users, at(0));
    let entries: Vec<String> = [7, 3, 9].map(|i| users[i].attributes["email"].to_ascii_uppercase()).into();
    let entries = [entries, vec!["nobody".to_owned(), users[3].username.as_str().to_owned()]].concat();
    let listed = cache.list(&entries, None).unwrap();
    let found: Vec<User> = [7, 3, 9].map(|i| users[i].clone()).into();
    assert_eq!((cache.users(&listed.ids).unwrap(), listed.missing), (found.clone(), vec!["nobody".to_owned()]));
    assert_eq!(listed.names, found.iter().map(|user| user.username.to_string()).collect::<Vec<_>>());
    for descending in [false, true] {
        let sort = Sort { field: Field::named("email"), descending };
        let listed = cache.list(&entries, Some(&sort)).unwrap();
        let mut expected = found.clone();
        expected.sort_by(|a, b| model::query::evaluate::compare(&sort, a, b));
        assert_eq!(cache.users(&listed.ids).unwrap(), expected);
    }
}

#[test]
fn domains_are_counted_as_a_search_for_them_counts() {
    let cache = of(&[
        ("u1", "a@Acme.example", ""),
        ("u2", "b@acme.example", ""),
        ("u3", "c@sub.acme.example", ""),
        ("u4", "odd@one@globex.example", ""),
        ("u5", "nothing", ""),
        ("u6", "empty@", ""),
        ("u7", "\u{202e}x@\u{202e}y z\"*", ""),
        ("u8", "", ""),
    ]);
    let domains = cache.domains(2).unwrap();
    let told = |name: &str, n: u64| (name.to_owned(), n);
    assert_eq!(domains.most, [told("acme.example", 2), told("globex.example", 1)]);
    assert_eq!((domains.number, domains.others, domains.unreadable, domains.without), (4, 2, 2, 1));
    let asked = model::query::Asked { now: at(0), zone: jiff::tz::TimeZone::UTC };
    for (domain, users) in cache.domains(10).unwrap().most {
        let text = format!("email:*{}", model::query::quote(&format!("@{domain}")));
        let query = parse(&text, &cache.fields().unwrap(), &asked).unwrap();
        assert_eq!(cache.count(&query).unwrap(), users, "{text}");
    }
    assert_eq!(in_memory().domains(5).unwrap(), Domains::default());
    assert_eq!(cache.count(&UserQuery::default()).unwrap(), 8);
}

#[test]
fn sign_ups_are_counted_by_day_in_utc_from_a_day_on() {
    let cache = in_memory();
    // The first second of 2026, the last of the year before, and two days later.
    let users: Vec<User> = [-1, 0, 86_399, 2 * 86_400]
        .iter()
        .map(|second| User { created_at: at(*second), ..user(&format!("u{second}"), &[]) })
        .collect();
    fill(&cache, &users, at(0));
    let told = |days: &[(&str, u64)]| days.iter().map(|(day, n)| ((*day).to_owned(), *n)).collect::<Vec<_>>();
    assert_eq!(cache.sign_ups_by_day(at(3_600)).unwrap(), told(&[("2026-01-01", 2), ("2026-01-03", 1)]));
    assert_eq!(cache.sign_ups_by_day(at(-1)).unwrap()[0], ("2025-12-31".to_owned(), 1));
    cache.remove(&[name("u0")], None, at(0)).unwrap();
    assert_eq!(cache.sign_ups_by_day(at(0)).unwrap()[0], ("2026-01-01".to_owned(), 1));
}
