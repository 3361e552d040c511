use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::PoolId;
use crate::pool::{Pool, SchemaAttribute};
use crate::pool_policy::PoolPolicy;

fn attribute(name: &str, data_type: &str, required: bool) -> SchemaAttribute {
    SchemaAttribute { name: name.to_owned(), data_type: data_type.to_owned(), mutable: true, required }
}

fn pool() -> Pool {
    Pool {
        id: PoolId::parse("eu-west-1_AbCdEfGhI").unwrap(),
        name: "people".to_owned(),
        tier: None,
        estimated_users: None,
        schema: vec![
            attribute("sub", "String", true),
            attribute("email", "String", true),
            attribute("email_verified", "Boolean", false),
            attribute("phone_number", "String", false),
            attribute("name", "String", false),
            attribute("birthdate", "String", false),
            attribute("updated_at", "Number", false),
            attribute("custom:age", "Number", false),
            attribute("custom:plan", "String", false),
        ],
        username_attributes: Vec::new(),
        alias_attributes: Vec::new(),
        case_sensitive: Some(false),
        mfa: Some("OFF".to_owned()),
        deletion_protection: None,
        updated_issuer: false,
        pre_token_trigger: None,
        verifies_before_update: Vec::new(),
        advanced_security: Some(false),
        own_sender: Some(false),
        recovery: None,
        created_at: None,
        modified_at: None,
    }
}

fn policy() -> PoolPolicy {
    let schema = json!([
        { "Name": "custom:age", "NumberAttributeConstraints": { "MinValue": "0", "MaxValue": "150" } },
        { "Name": "custom:plan", "StringAttributeConstraints": { "MinLength": "2", "MaxLength": "5" } },
    ]);
    PoolPolicy::read(&json!({ "UserPool": { "AutoVerifiedAttributes": ["email"], "SchemaAttributes": schema } }))
        .unwrap()
}

const COLUMNS: [&str; 8] =
    ["username", "email", "email_verified", "phone_number", "birthdate", "custom:age", "custom:plan", "group"];
const GOOD: [&str; 8] = ["ada", "ada@x.example", "TRUE", "+441234567", "1815-12-10", "36", "gold", "a;b\\;c"];

fn mapping() -> Mapping {
    Mapping::guess(COLUMNS, &[], &pool())
}

fn row(way: &Way, cells: &[&str]) -> Result<Person, Vec<Problem>> {
    let (pool, policy, mapping) = (pool(), policy(), mapping());
    let checker = Checker { pool: &pool, policy: &policy, mapping: &mapping, way };
    checker.row(cells.iter().map(|cell| Some(*cell).filter(|cell| !cell.is_empty())))
}

fn but(column: &str, cell: &'static str) -> Vec<&'static str> {
    let mut cells = GOOD.to_vec();
    cells[COLUMNS.iter().position(|name| *name == column).unwrap()] = cell;
    cells
}

#[test]
fn a_good_row_becomes_a_person_in_the_form_of_the_api() {
    let person = row(&Way::Create, &GOOD).unwrap();
    assert_eq!(person.username, "ada");
    assert_eq!((&*person.attributes["email_verified"], &*person.attributes["birthdate"]), ("true", "1815-12-10"));
    let groups: Vec<&str> = person.groups.iter().map(GroupName::as_str).collect();
    assert_eq!(groups, ["a", "b;c"]);
    assert_eq!(row(&Way::Create, &but("birthdate", "12/10/1815")).unwrap().attributes["birthdate"], "1815-12-10");
}

#[test]
fn each_problem_names_its_column_and_repeats_no_value() {
    for (column, cell) in [
        ("username", "a b"),
        ("username", ""),
        ("username", "a\u{202e}b"),
        ("email", "nonsense"),
        ("email", ""),
        ("email_verified", "perhaps"),
        ("phone_number", "030 1234"),
        ("phone_number", "+0123456"),
        ("birthdate", "31.12.2001"),
        ("birthdate", "2001-02-30"),
        ("custom:age", "old"),
        ("custom:age", "-1"),
        ("custom:age", "151"),
        ("custom:plan", "x"),
        ("custom:plan", "platinum"),
    ] {
        let problems = row(&Way::Create, &but(column, cell)).unwrap_err();
        assert_eq!(problems.len(), 1, "{column} {cell}: {problems:?}");
        assert_eq!(problems[0].column.as_deref(), Some(column));
        assert!(cell.is_empty() || cell == "x" || !problems[0].message.contains(cell), "{:?}", problems[0]);
    }
}

#[test]
fn columns_are_guessed_and_what_cannot_be_is_refused() {
    let pool = pool();
    let guessed =
        Mapping::guess(["User Name", "E-Mail", "Age", "sub", "status", "shoe size", "cognito:username"], &[], &pool);
    let words: Vec<&str> = guessed.columns.iter().map(|(_, target)| target.word()).collect();
    assert_eq!(
        words,
        ["-", "email", "custom:age", "-", "-", "-", "username"],
        "the column that is called so is the user name"
    );
    assert_eq!(guessed.check(&pool), Ok(()));
    let with = |word: &str| {
        let mut mapping = guessed.clone();
        mapping.columns[5].1 = Target::of_word(word);
        mapping.check(&pool).unwrap_err().column
    };
    for word in ["custom:shoe", "sub", "email"] {
        assert_eq!(with(word).as_deref(), Some("shoe size"));
    }
    let nameless = Mapping { columns: vec![("E-Mail".to_owned(), Target::of_word("email"))] };
    assert_eq!(nameless.check(&pool).unwrap_err().column, None);
    let by_email = Pool { username_attributes: vec!["email".to_owned()], ..pool };
    assert_eq!(nameless.check(&by_email), Ok(()));
}

#[test]
fn where_people_sign_in_by_address_the_user_name_of_an_export_is_left_out() {
    let by_email = Pool { username_attributes: vec!["email".to_owned()], ..pool() };
    let words = |columns: &[&'static str]| {
        let guessed = Mapping::guess(columns.iter().copied(), &[], &by_email);
        guessed.columns.into_iter().map(|(_, target)| target.word().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(words(&["username", "email", "name"]), ["-", "email", "name"]);
    assert_eq!(words(&["username", "phone_number"]), ["username", "phone_number"], "nothing else says who it is");
}

#[test]
fn a_column_of_user_names_that_are_addresses_stays_where_people_sign_in_by_address() {
    let by_both = Pool { username_attributes: vec!["email".to_owned(), "phone_number".to_owned()], ..pool() };
    let row = |name: &str, email: &str| [name, email].map(|cell| Some(cell.to_owned()).filter(|cell| !cell.is_empty()));
    let target = |rows: &[[Option<String>; 2]]| {
        let rows: Vec<Vec<Option<String>>> = rows.iter().map(|row| row.to_vec()).collect();
        Mapping::guess(["username", "email"], &rows, &by_both).columns[0].1.clone()
    };
    let exported = [row("1f0b8a3e-0001-7000-8000-000000000001", "ada@x.example")];
    assert_eq!(target(&exported), Target::Ignored);
    assert_eq!(target(&[row("ada@x.example", "ada@x.example"), row("+4930123456", "")]), Target::Username);
}

#[test]
fn a_user_name_has_the_form_of_what_this_pool_signs_in_by() {
    let (policy, way) = (policy(), Way::Create);
    let mapping = Mapping { columns: vec![("who".to_owned(), Target::Username)] };
    let mut schema = pool().schema;
    schema.iter_mut().for_each(|attribute| attribute.required = false);
    let row = |by: &[&str], name: &str| {
        let by = by.iter().map(|name| (*name).to_owned()).collect();
        let pool = Pool { username_attributes: by, schema: schema.clone(), ..pool() };
        Checker { pool: &pool, policy: &policy, mapping: &mapping, way: &way }.row([Some(name)])
    };
    let (email, phone) = ("ada@x.example", "+4930123456");
    assert_eq!(row(&["email"], email).unwrap().attributes["email"], email);
    assert_eq!(row(&["email", "phone_number"], phone).unwrap().attributes["phone_number"], phone);
    for (by, name) in [(&["email"][..], phone), (&["phone_number"], email), (&["email"], "ada")] {
        assert_eq!(row(by, name).unwrap_err()[0].column.as_deref(), Some("who"), "{by:?} {name}");
    }
}

#[test]
fn cognito_s_import_demands_more_and_carries_less() {
    let job = Way::Job { hashes: None };
    assert!(row(&job, &GOOD).is_ok());
    for (column, cell) in [
        ("email_verified", ""),
        ("email_verified", "false"),
        ("custom:plan", " go "),
        ("custom:plan", "go\\"),
        ("custom:plan", "g\no"),
        ("custom:plan", "g\0o"),
    ] {
        assert!(row(&job, &but(column, cell)).is_err(), "{column} {cell:?}");
    }
    let hashed = Mapping::guess(["username", "email", "email_verified", "password_hash"], &[], &pool());
    let with = |hash: &str| {
        let way = Way::Job { hashes: Some(HashAlgorithm::Argon2id) };
        let (pool, policy) = (pool(), policy());
        let checker = Checker { pool: &pool, policy: &policy, mapping: &hashed, way: &way };
        checker.row(["ada", "ada@x.example", "true", hash].map(Some))
    };
    let hash = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA";
    assert!(with(hash).is_ok());
    let lost = with(&format!("{hash}\\")).unwrap_err();
    assert_eq!(lost[0].column.as_deref(), Some("password_hash"), "the backslash would take the next comma");
    let (pool, mapping) = (pool(), mapping());
    let none = PoolPolicy { verifies: Vec::new(), ..policy() };
    let whole = Checker { pool: &pool, policy: &none, mapping: &mapping, way: &job }.whole_file();
    assert_eq!(whole.problems.len(), 1);
    assert!(whole.notes[0].contains("groups"));
}

#[test]
fn only_names_and_addresses_that_are_signed_in_with_are_one_user_s() {
    let (policy, mapping) = (policy(), mapping());
    let keys = |pool: &Pool, email_verified: &str| {
        let checker = Checker { pool, policy: &policy, mapping: &mapping, way: &Way::Create };
        let attributes = [("email", "Ada@x.example"), ("email_verified", email_verified)];
        let attributes = attributes.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        checker.keys(&Person { username: "Ada".to_owned(), attributes, ..Person::default() })
    };
    let named = Keys { username: Some("ada".to_owned()), ..Keys::default() };
    assert_eq!(keys(&pool(), "true"), named);
    let alias = Pool { alias_attributes: vec!["email".to_owned()], case_sensitive: Some(true), ..pool() };
    assert_eq!(keys(&alias, "false").email, None);
    assert_eq!(keys(&alias, "true").email.as_deref(), Some("Ada@x.example"));
    let by_email = Pool { username_attributes: vec!["email".to_owned()], ..pool() };
    assert_eq!(keys(&by_email, "false"), Keys { email: Some("ada@x.example".to_owned()), ..Keys::default() });
}

#[test]
fn hashes_are_taken_in_their_form_up_to_their_cost() {
    let rest = "a".repeat(53);
    let bcrypt = |cost: u32| format!("$2b${cost:02}${rest}");
    for (algorithm, good, dear) in [
        (HashAlgorithm::Bcrypt, bcrypt(12), bcrypt(13)),
        (HashAlgorithm::Scrypt, "65536$8$1$00ff$aa".to_owned(), "131072$8$1$00ff$aa".to_owned()),
        (
            HashAlgorithm::Argon2id,
            "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA".to_owned(),
            "$argon2id$v=19$m=19456,t=3,p=1$c2FsdA$aGFzaA".to_owned(),
        ),
        (
            HashAlgorithm::Pbkdf2Sha256,
            "$pbkdf2-sha256$600000$c2FsdA$aGFzaA".to_owned(),
            "$pbkdf2-sha256$600001$c2FsdA$aGFzaA".to_owned(),
        ),
    ] {
        assert_eq!(algorithm.check(&good), Ok(()), "{good}");
        assert_eq!(algorithm.check(&dear), Err(InvalidHash::TooDear(algorithm.as_str())));
        assert_eq!(algorithm.check("x"), Err(InvalidHash::Form(algorithm.as_str())));
        assert_eq!(HashAlgorithm::of_word(&algorithm.as_str().to_lowercase()), Some(algorithm));
    }
}

/// Reads a row as the guide says: commas after a backslash belong to the value, values are trimmed.
fn cells(row: &str) -> Vec<String> {
    let cells = row.replace("\\,", "\u{1}");
    cells.split(',').map(|cell| cell.replace('\u{1}', ",").trim().to_owned()).collect()
}

proptest! {
    #[test]
    fn a_row_of_the_job_s_file_gives_its_values_again(value in "[a,\\\\\"'=<; é\u{202e}]{1,8}") {
        prop_assume!(job_file::lost(&value).is_none());
        let attributes = [("name".to_owned(), value.clone()), ("birthdate".to_owned(), "2001-12-31".to_owned())].into();
        let person = Person { username: "a,b".to_owned(), attributes, mfa: Some(true), ..Person::default() };
        let header = ["name", "email", "birthdate", "cognito:mfa_enabled", "cognito:username"].map(str::to_owned);
        prop_assert_eq!(cells(&job_row(&person, &header)), [&*value, "", "12/31/2001", "TRUE", "a,b"]);
    }
}
