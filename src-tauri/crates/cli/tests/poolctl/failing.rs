//! What cannot be done ends in a clear sentence and the right exit code.

use sandbox::{Fault, When};

use crate::{Home, Served};

#[test]
fn denied_access_names_the_iam_action() {
    let (home, served) = (Home::new(), Served::new());
    served.sandbox.weather().deny("ListUsers");
    let ran = home.run_at(&served, &["sync", "--share", "off", "--json"]).json(1);
    assert_eq!(ran["error"]["code"], "access_denied");
    assert_eq!(ran["error"]["iamAction"], "cognito-idp:ListUsers");
}

#[test]
fn an_unknown_pool_is_not_found() {
    let (home, served) = (Home::new(), Served::new());
    let endpoint = served.endpoint();
    let words = ["sync", "--endpoint", &endpoint, "--region", "eu-west-1", "--pool", "eu-west-1_NoSuchOne", "--json"];
    assert_eq!(home.run(&words).json(1)["error"]["code"], "not_found");
}

#[test]
fn a_server_that_is_gone_is_unreachable() {
    let home = Home::new();
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let endpoint = format!("http://{gone}");
    // Retries with growing pauses are the gate's; a refused connection ends them sooner or later.
    let ran = home.run(&["pools", "--endpoint", &endpoint, "--region", "eu-west-1", "--json"]).json(1);
    assert_eq!(ran["error"]["code"], "unreachable");
}

#[test]
fn without_credentials_it_says_so_and_sends_nothing() {
    let home = Home::new();
    let ran = home.run(&["pools", "--region", "eu-west-1", "--json"]).json(1);
    assert_eq!(ran["error"]["code"], "credentials_missing");
}

#[test]
fn without_a_local_copy_searching_says_what_to_do() {
    let home = Home::new();
    for words in [&["users"][..], &["count"], &["show", "somebody"]] {
        let ran = home.run(&[words, &["--json"]].concat()).json(1);
        assert_eq!(ran["error"]["code"], "not_found", "{words:?}");
        assert!(ran["error"]["message"].as_str().unwrap().contains("ync"), "{ran}");
    }
}

#[test]
fn a_lost_connection_and_throttling_are_tried_again() {
    let (home, served) = (Home::new(), Served::new());
    served.sandbox.weather().plan_fault(Some("ListUsers"), When::Nth(5), Fault::ConnectionReset);
    served.sandbox.weather().plan_fault(Some("ListUsers"), When::Nth(7), Fault::Throttle);
    let report = home.run_at(&served, &["sync", "--share", "off", "--json"]).json(0);
    assert_eq!((&report["complete"], &report["throttled"]), (&true.into(), &1.into()), "{report}");
}
