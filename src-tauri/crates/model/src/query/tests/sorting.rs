//! The order of users.

use rstest::rstest;

use super::super::evaluate::compare;
use super::super::{Field, Sort};
use super::{attribute, groups, person};
use crate::user::User;

fn pool() -> Vec<User> {
    let mut users = vec![
        person("b", &[("name", "ann"), ("email", "")]),
        person("a", &[("name", "Ann")]),
        person("C", &[("name", "Zoë"), ("email", "z@x.example")]),
        person("d", &[("email", "Y@x.example")]),
    ];
    users[0].groups = groups(&["ops", "staff"]);
    users[1].enabled = false;
    users[2].created_at = "2024-01-01T00:00:00Z".parse().unwrap();
    users[3].groups = groups(&["Beta"]);
    users
}

#[rstest]
#[case::username_ignores_case(Field::Username, false, "a b C d")]
#[case::username_downwards(Field::Username, true, "d C b a")]
#[case::ties_go_by_username(attribute("name"), false, "a b C d")]
#[case::ties_go_upwards_in_both_directions(attribute("name"), true, "C a b d")]
#[case::absent_and_empty_are_last(attribute("email"), false, "d C a b")]
#[case::absent_and_empty_are_last_downwards(attribute("email"), true, "C d a b")]
#[case::instants(Field::Created, false, "C a b d")]
#[case::instants_downwards(Field::Created, true, "a b d C")]
#[case::no_before_yes_and_raw_names_in_ties(Field::Enabled, false, "a C b d")]
#[case::groups_by_the_first(Field::Group, false, "d b C a")]
fn users_are_sorted(#[case] field: Field, #[case] descending: bool, #[case] expected: &str) {
    let mut users = pool();
    users.sort_by(|a, b| compare(&Sort { field: field.clone(), descending }, a, b));
    let names: Vec<&str> = users.iter().map(|user| user.username.as_str()).collect();
    assert_eq!(names.join(" "), expected);
}
