//! Figures, not verdicts: run with `cargo test -p poolkeeper-sandbox --test speed -- --ignored --nocapture`.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::time::Instant;

use sandbox::Sandbox;
use serde_json::json;
use support::{Live, options};

fn resident_megabytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kb| kb.parse::<u64>().ok()).unwrap_or_default() / 1024
}

#[test]
#[ignore = "takes a minute and judges nothing but memory"]
fn a_million_people_fit_in_a_gigabyte() {
    let start = Instant::now();
    let live = Live::of(Sandbox::new(options(1_000_000)));
    println!("1,000,000 people in {:?}, {} MB resident", start.elapsed(), resident_megabytes());
    for filter in ["", "sub ^= \"a\"", "email ^= \"a\"", "cognito:user_status = \"CONFIRMED\""] {
        let mut input = json!({});
        if !filter.is_empty() {
            input["Filter"] = json!(filter);
        }
        let first = Instant::now();
        live.ok("ListUsers", input.clone());
        let first = first.elapsed();
        let start = Instant::now();
        for _ in 0..1_000 {
            let reply = live.call("ListUsers", live.in_pool(input.clone()));
            assert_eq!(reply.status, 200);
            let token = reply.text.rsplit_once("\"PaginationToken\":\"").unwrap().1;
            input["PaginationToken"] = json!(token.trim_end_matches("\"}"));
        }
        let rate = 1_000.0 / start.elapsed().as_secs_f64();
        println!("{filter:40} first page {first:?}, then {rate:.0} pages/s over one connection");
    }
    let memory = resident_megabytes();
    println!("{memory} MB resident");
    assert!(memory < 1_024);
}
