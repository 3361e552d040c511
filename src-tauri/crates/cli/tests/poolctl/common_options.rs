//! The options that every command accepts, and what is no option at all.

use rstest::rstest;

use crate::Home;

const ALL: [&str; 17] = [
    "--profile",
    "p",
    "--region",
    "eu-west-1",
    "--endpoint",
    "http://127.0.0.1:1",
    "--pool",
    "eu-west-1_AbCdEfGhI",
    "--share",
    "0.5",
    "--data-dir",
    "d",
    "--key-file",
    "k",
    "--format",
    "json",
    "--quiet",
];

#[rstest]
#[case::sandbox(&["sandbox"])]
#[case::pools(&["pools"])]
#[case::sync(&["sync"])]
#[case::users(&["users", "acme"])]
#[case::count(&["count", "acme"])]
#[case::show(&["show", "somebody"])]
#[case::erase(&["erase"])]
#[case::diagnostics(&["diagnostics"])]
fn every_command_accepts_every_common_option(#[case] command: &[&str]) {
    let home = Home::new();
    // Help is printed only when everything before it was understood.
    for words in [[command, &ALL, &["--help"]].concat(), [&ALL[..], command, &["--help"]].concat()] {
        let ran = home.run_bare(&words);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{words:?}");
    }
    let ran = home.run_bare(&[command, &["--json", "--share", "off", "--help"]].concat());
    assert_eq!(ran.code, 0, "{}", ran.err);
}

#[rstest]
#[case::no_command(&[])]
#[case::an_unknown_command(&["dance"])]
#[case::an_unknown_option(&["sync", "--nope"])]
#[case::an_unknown_option_of_one_letter(&["pools", "-x"])]
#[case::two_queries_with_minus(&["users", "-a", "-b"])]
#[case::too_large_a_share(&["pools", "--share", "1.5"])]
#[case::too_small_a_share(&["pools", "--share", "0.01"])]
#[case::a_share_that_is_no_number(&["pools", "--share", "half"])]
#[case::an_unknown_format(&["users", "--format", "xml"])]
#[case::two_queries(&["users", "a", "b"])]
#[case::nobody_to_show(&["show"])]
#[case::a_limit_below_zero(&["users", "--limit", "-1"])]
#[case::a_quota_of_nothing(&["sandbox", "--quota", "0"])]
#[case::a_pool_that_cannot_be(&["sync", "--pool", "nonsense"])]
#[case::a_pool_that_cannot_be_listed(&["pools", "--pool", "nonsense"])]
#[case::a_region_that_cannot_be(&["pools", "--region", "Nowhere"])]
#[case::an_endpoint_that_is_no_url(&["pools", "--endpoint", "localhost:9"])]
fn what_makes_no_sense_is_a_usage_error(#[case] words: &[&str]) {
    let home = Home::new();
    let ran = home.run(words);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{}", ran.err);
    assert!(!ran.err.is_empty());
    let json = home.run(&[words, &["--json"]].concat()).json(2);
    assert_eq!(json["error"]["code"], "validation");
    assert!(json["error"]["message"].as_str().is_some_and(|message| !message.is_empty()));
}

#[test]
fn diagnostics_tell_versions_and_nothing_about_people_or_places() {
    let served = crate::Served::new();
    let home = Home::synced(&served);
    let text = home.run(&["diagnostics"]).text().to_owned();
    assert!(text.contains(env!("CARGO_PKG_VERSION")), "{text}");
    let users = home.run(&["users", "--json", "--limit", "3"]).json(0);
    for secret in
        [served.pool(), served.endpoint(), "123456789012".into(), users[0]["username"].as_str().unwrap().into()]
    {
        assert!(!text.contains(&secret), "{secret}: {text}");
    }
    let json = home.run(&["diagnostics", "--json"]).json(0);
    assert!(json["diagnostics"].is_string());
}
