//! Random queries and awkward people, for testing whoever answers queries against [`super::evaluate`].
//!
//! The queries draw on the same values as the people, so that most of them find somebody and miss somebody.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use proptest::collection::{btree_map, btree_set, vec};
use proptest::prelude::{BoxedStrategy, Just, Strategy, any, prop_oneof};
use proptest::sample::select;
use proptest::string::string_regex;

use super::{Asked, Field, Fields, Sort, quote};
use crate::user::{User, UserStatus};
use crate::{GroupName, Username};

/// Values that trip somebody up: Turkish i, sharp s, both small sigmas, accents in both forms, emoji, right to left,
/// zero width, wildcards of SQL and of the language, quotes, backslashes, one and two characters, empty.
const AWKWARD: [&str; 60] = [
    "",
    "a",
    "A",
    "é",
    "e\u{301}",
    "ß",
    "ẞ",
    "SS",
    "ss",
    "%",
    "_",
    "*",
    "**",
    "\\",
    "\"",
    "'",
    "a*",
    "*a",
    "a%b",
    "a_b",
    "axb",
    "or",
    "OR",
    "-",
    "-a",
    "al-farsi",
    "x:y",
    "email:acme",
    "a=b",
    "<b>bold</b>",
    "(a)",
    "a b",
    " a ",
    "İstanbul",
    "istanbul",
    "ISTANBUL",
    "ıstanbul",
    "i\u{307}stanbul",
    "ΟΔΥΣΣΕΥΣ",
    "οδυσσευς",
    "οδυσσευσ",
    "Zoë",
    "zoe",
    "ZOË",
    "Zoe\u{308}",
    "👩‍👩‍👧",
    "👩",
    "مرحبا",
    "\u{202e}txt.exe",
    "a\u{200b}b",
    "\u{feff}a",
    "ａｂ",
    "a\u{3000}b",
    "ann@acme.example",
    "Ann@ACME.example",
    "bob@acme.example",
    "o'br",
    "C:\\temp\\\"x\"",
    "line\nbreak",
    "𝒜𝓃𝓃",
];

/// The schemas' own attributes: a name that begins like another, and one with a colon inside.
const OWN: [&str; 5] = ["custom:plan", "custom:tenant", "custom:tenant:4", "custom:Plan", "dev:custom:plan"];
const PEOPLE_HAVE: [&str; 8] = [
    "email",
    "given_name",
    "phone_number",
    "email_verified",
    "custom:plan",
    "custom:tenant",
    "custom:tenant:4",
    "name",
];
const GROUPS: [&str; 7] = ["admins", "Admins", "beta testers", "ß", "ops%", "a", "Σ"];
const DAYS: [&str; 7] =
    ["2025-12-31", "2026-01-01", "2026-03-01", "2026-03-28", "2026-03-29", "2026-03-30", "1970-01-01"];

/// When and where the queries of [`query_text`] are asked: noon UTC of a day in a zone that has just put its clocks on.
#[must_use]
pub fn asked() -> Asked {
    let zone = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap_or(TimeZone::UTC);
    // 2026-03-30T12:00:00Z
    Asked { now: Timestamp::constant(1_774_872_000, 0), zone }
}

/// The fields that [`query_text`] and [`sort`] name.
#[must_use]
pub fn fields() -> Fields {
    Fields::new(OWN.map(str::to_owned))
}

/// A value of somebody's: one of the awkward ones, a short mix of awkward characters, any text, or 2,048 bytes.
pub fn value() -> impl Strategy<Value = String> + Clone {
    prop_oneof![
        12 => select(&AWKWARD[..]).prop_map(str::to_owned),
        6 => regex("[aAbB iIİıßẞσΣςéÉ%_*\"\\\\:()\u{301}\u{200b}]{0,4}"),
        1 => vec(any::<char>(), 0..6).prop_map(|chars| chars.into_iter().filter(|c| *c != '\0').collect()),
        1 => select(&["é", "a%", "👩a", "Ab"][..]).prop_map(|piece| {
            piece.repeat(2048 / piece.len())
        }),
    ]
}

fn regex(pattern: &str) -> BoxedStrategy<String> {
    match string_regex(pattern) {
        Ok(strategy) => strategy.boxed(),
        Err(_) => Just(String::from("a")).boxed(),
    }
}

/// Instants in whole milliseconds, many of them right at the bounds that the queries ask for.
fn instant() -> impl Strategy<Value = Timestamp> + Clone {
    let asked = asked();
    let mut edges = vec![asked.now];
    for day in DAYS {
        edges.extend(format!("{day}T00:00:00Z").parse::<Timestamp>());
        edges.extend(format!("{day}T00:00:00+01:00").parse::<Timestamp>());
        edges.extend(format!("{day}T00:00:00+02:00").parse::<Timestamp>());
    }
    for hours in [1, 24, 24 * 7, 24 * 28, 24 * 30, 24 * 30 + 1, 24 * 365] {
        edges.push(asked.now - SignedDuration::from_hours(hours));
    }
    (select(edges), -1_i64..=1).prop_map(|(edge, step)| edge + SignedDuration::from_millis(step))
}

/// A pool of up to forty people with different user names. Their groups are sorted.
pub fn people() -> impl Strategy<Value = Vec<User>> {
    btree_map(value().prop_filter_map("a user name", |name| Username::parse(name).ok()), person(), 0..40)
        .prop_map(|people| {
            people.into_iter().map(|(username, person)| User { username, ..person }).collect::<Vec<User>>()
        })
        // A map would hand them over in order, and order is what tests are about.
        .prop_shuffle()
}

fn person() -> impl Strategy<Value = User> {
    let status = prop_oneof![
        8 => select(UserStatus::KNOWN.to_vec()),
        1 => select(&["NEW_STATUS", "confirmed", "Straße"][..]).prop_map(|raw| UserStatus::from(raw.to_owned())),
    ];
    let groups = btree_set(select(&GROUPS[..]), 0..4);
    let attributes = btree_map(select(&PEOPLE_HAVE[..]).prop_map(str::to_owned), value(), 0..6);
    let sub = proptest::option::weighted(0.9, any::<u128>());
    (any::<bool>(), status, instant(), instant(), attributes, groups, sub).prop_filter_map(
        "a user",
        |(enabled, status, created_at, modified_at, mut attributes, groups, sub)| {
            if let Some(sub) = sub {
                attributes.insert("sub".to_owned(), format!("{sub:032x}"));
            }
            let groups: Vec<GroupName> = groups.into_iter().filter_map(|name| GroupName::parse(name).ok()).collect();
            let username = Username::parse("replaced").ok()?;
            Some(User { username, enabled, status, created_at, modified_at, attributes, groups })
        },
    )
}

/// An order by any field of [`fields`].
pub fn sort() -> impl Strategy<Value = Sort> {
    (field_name(), any::<bool>()).prop_map(|(name, descending)| Sort { field: Field::named(&name), descending })
}

fn field_name() -> BoxedStrategy<String> {
    let all = select(fields().names().to_vec());
    prop_oneof![
        3 => select(&PEOPLE_HAVE[..]).prop_map(str::to_owned),
        2 => select(&["username", "status", "group", "enabled", "created", "modified", "sub"][..]).prop_map(str::to_owned),
        1 => all,
    ]
    .boxed()
}

/// A query that [`super::parse`] accepts with [`fields`] and [`asked`]: every kind of term, negations, `or` with and
/// without parentheses, several spaces.
pub fn query_text() -> impl Strategy<Value = String> {
    let atom = term().prop_recursive(3, 24, 4, |inner| combined(inner).prop_map(|inside| format!("({inside})")));
    prop_oneof![1 => Just(String::from(" ")), 60 => combined(atom)]
}

fn combined(atom: impl Strategy<Value = String> + Clone) -> impl Strategy<Value = String> {
    let negated = prop_oneof![3 => Just(""), 1 => Just("-"), 1 => Just("--")];
    let joiner = select(&[" ", " ", "  ", "\u{3000}", " or ", " OR ", "\tor\n"][..]);
    vec((joiner, negated, atom), 1..4).prop_map(|parts| {
        let mut text = String::new();
        for (joiner, dash, atom) in parts {
            if !text.is_empty() {
                text.push_str(joiner);
            }
            text.push_str(dash);
            text.push_str(&atom);
        }
        text
    })
}

fn term() -> BoxedStrategy<String> {
    prop_oneof![
        4 => piece().prop_map(|text| quote(&text)),
        6 => text_term(),
        2 => (select(&["status", "STATUS"][..]), named_status()).prop_map(|(field, name)| format!("{field}:{name}")),
        2 => select(&GROUPS[..]).prop_map(|name| format!("group:{}", quote(&name.to_uppercase()))),
        1 => select(&["enabled:yes", "enabled:no", "enabled:YES", "enabled=no", "enabled:*"][..]).prop_map(str::to_owned),
        4 => time_term(),
        3 => (select(&["has", "missing", "dup"][..]), field_name()).prop_map(|(word, field)| format!("{word}:{field}")),
    ]
    .boxed()
}

fn text_term() -> impl Strategy<Value = String> {
    let field = field_name().prop_filter("a field with text", |name| {
        !matches!(Field::named(name), Field::Created | Field::Modified | Field::Enabled)
    });
    let form = select(&[":_", ":_*", ":*_", ":*_*", "=_", ":*"][..]);
    (field, form, piece()).prop_map(|(field, form, text)| format!("{field}{}", form.replacen('_', &quote(&text), 1)))
}

fn named_status() -> impl Strategy<Value = String> {
    select(UserStatus::KNOWN.to_vec()).prop_flat_map(|status| {
        let raw = status.as_str().to_owned();
        select(vec![raw.clone(), raw.to_lowercase(), format!("{}*", &raw[..3]), format!("*{}", &raw[2..])])
    })
}

fn time_term() -> impl Strategy<Value = String> {
    let day = select(&DAYS[..]).prop_map(str::to_owned);
    let exact = instant().prop_map(|at| at.to_string());
    let age = select(&["0h", "1h", "24h", "1d", "30d", "1w", "1mo", "12mo", "1y", "60y"][..]).prop_map(str::to_owned);
    let field = select(&["created", "modified"][..]);
    let op = select(&[">", ">=", "<", "<="][..]);
    (field, op, prop_oneof![day, exact, age]).prop_map(|(field, op, at)| format!("{field}{op}{at}"))
}

/// A piece of a value, sometimes in another case. Never empty.
fn piece() -> impl Strategy<Value = String> + Clone {
    (value(), any::<(u8, u8)>(), 0_u8..6).prop_map(|(value, (from, length), case)| {
        let chars: Vec<char> = value.chars().take(80).collect();
        let from = usize::from(from) % chars.len().max(1);
        let length = 1 + usize::from(length) % chars.len().max(1);
        let cut: String = chars.iter().skip(from).take(length).collect();
        match case {
            _ if value.is_empty() => String::from("a"),
            0 => cut.to_uppercase(),
            1 => cut.to_lowercase(),
            2 => value,
            _ => cut,
        }
    })
}
