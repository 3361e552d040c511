//! The sandbox at its full size: `cargo xtask test --long` holds its figures against what is promised, and prints them.
//!
//! Those alone: `cargo test -p poolkeeper-sandbox --test speed -- --ignored --nocapture --test-threads=1`.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

#[path = "over_the_wire/support/mod.rs"]
mod support;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use sandbox::{Options, Sandbox};
use serde_json::json;
use support::{AUTHORIZATION, Live, options};

fn resident_megabytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kb| kb.parse::<u64>().ok()).unwrap_or_default() / 1024
}

#[test]
#[ignore = "`cargo xtask test --long` runs it"]
fn a_hundred_thousand_people_are_there_in_two_seconds() {
    let start = Instant::now();
    let live = Live::of(Sandbox::new(options(100_000)));
    let took = start.elapsed();
    println!("100,000 people ready for any filter in {took:?}");
    assert_eq!(live.sandbox.directory().count(&live.pool), Some(100_000));
    assert!(took < Duration::from_secs(2), "{took:?}");
}

#[test]
#[ignore = "`cargo xtask test --long` runs it"]
fn a_million_people_are_there_in_fifteen_seconds_and_fit_in_a_gigabyte() {
    let start = Instant::now();
    let live = Live::of(Sandbox::new(options(1_000_000)));
    let took = start.elapsed();
    println!("1,000,000 people ready for any filter in {took:?}, {} MB resident", resident_megabytes());
    assert!(took < Duration::from_secs(15), "{took:?}");
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

#[test]
#[ignore = "a figure, not a verdict"]
fn writes_while_listings_lag() {
    let sandbox = Sandbox::new(options(100_000));
    let (directory, pool) = (sandbox.directory(), sandbox.pool_id());
    sandbox.weather().set_lag(Duration::from_secs(3_600));
    for round in 1..=3 {
        let start = Instant::now();
        for at in 0..5_000 {
            let name = format!("late-{round}-{at}");
            let email = format!("{name}@sandbox.example");
            directory.create_user(&pool, &name, &[("email", email.as_str())]).unwrap();
            directory.set_enabled(&pool, &name, false).unwrap();
        }
        println!("10,000 writes in {:?}, {} of them pending", start.elapsed(), round * 10_000);
    }
    let start = Instant::now();
    sandbox.weather().advance(Duration::from_secs(7_200));
    directory.create_user(&pool, "last", &[]).unwrap();
    println!("30,000 pending writes shown in {:?}", start.elapsed());
}

/// Walks pages over one connection until `end`, and says how many there were.
fn walk(address: &str, pool: &str, end: Instant) -> usize {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_nodelay(true).unwrap();
    let mut answer = vec![0; 1 << 20];
    let mut token = String::new();
    let mut pages = 0;
    while Instant::now() < end {
        let token_part = if token.is_empty() { String::new() } else { format!(",\"PaginationToken\":\"{token}\"") };
        let body = format!("{{\"UserPoolId\":\"{pool}\",\"Limit\":60{token_part}}}");
        let head = format!(
            "POST / HTTP/1.1\r\nhost: {address}\r\nx-amz-target: AWSCognitoIdentityProviderService.ListUsers\r\n\
             content-type: application/x-amz-json-1.1\r\nauthorization: {AUTHORIZATION}\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all(format!("{head}{body}").as_bytes()).unwrap();
        let end_of_page = read_answer(&mut stream, &mut answer);
        let tail = std::str::from_utf8(&answer[end_of_page.saturating_sub(2_000)..end_of_page]).unwrap_or_default();
        token = tail
            .rsplit_once("\"PaginationToken\":\"")
            .map(|(_, rest)| rest.trim_end_matches("\"}").to_owned())
            .unwrap_or_default();
        pages += 1;
    }
    pages
}

/// Reads one answer and gives its length.
fn read_answer(stream: &mut TcpStream, answer: &mut [u8]) -> usize {
    let (mut read, mut whole) = (0, usize::MAX);
    while read < whole {
        read += stream.read(&mut answer[read..]).unwrap();
        if whole == usize::MAX
            && let Some(end) = answer[..read].windows(4).position(|four| four == b"\r\n\r\n")
        {
            let head = std::str::from_utf8(&answer[..end]).unwrap().to_ascii_lowercase();
            assert!(head.starts_with("http/1.1 200"), "{head}");
            let length = head.split("content-length: ").nth(1).unwrap().lines().next().unwrap();
            whole = end + 4 + length.parse::<usize>().unwrap();
        }
    }
    whole
}

#[test]
#[ignore = "`cargo xtask test --long` runs it"]
fn three_thousand_pages_a_second_go_over_loopback() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let sandbox = Sandbox::new(Options { users: 100_000, ..options(0) });
    let server = runtime.block_on(sandbox.serve(0)).unwrap();
    let (endpoint, pool) = (server.endpoint(), sandbox.pool_id());
    let address = endpoint.trim_start_matches("http://");
    let mut best = 0.0_f64;
    for connections in [1, 2, 8] {
        let start = Instant::now();
        let end = start + Duration::from_secs(4);
        let pages: usize = std::thread::scope(|scope| {
            let walks: Vec<_> = (0..connections).map(|_| scope.spawn(|| walk(address, &pool, end))).collect();
            walks.into_iter().map(|walk| walk.join().unwrap()).sum()
        });
        let rate = pages as f64 / start.elapsed().as_secs_f64();
        println!("{connections} connections: {rate:.0} pages of 60 people a second");
        best = best.max(rate);
    }
    assert!(best >= 3_000.0, "{best:.0}");
}
