//! What others wrote, against what we wrote, so that a mistake that our sandbox and our client share shows here.
//!
//! - The same sync and the same searches against three servers: the sandbox, ministack and moto.
//! - Every change of users and groups, by plan and job, on the three.
//! - Settings of a pool, app clients, resource servers and the role of a group: made, changed and taken back, on the three.
//! - Signing in by SRP, with an authenticator app, in the browser and as a machine, and exchanging the token for AWS
//!   credentials: the sandbox and ministack.
//! - The same scenarios against the three, with a table of what each does: `differences`.
//! - Every operation of the sandbox against the service models of botocore.
//! - Clients that sign in against the sandbox: boto3, pycognito, Amplify, aws-jwt-verify, openid-client.
//!
//! `cargo xtask test --only peers` installs all of them below `target`. The quirks of the other servers are theirs: where
//! one differs from Cognito, the test says so and asks less of it.
#![expect(clippy::unwrap_used, reason = "a test says what went wrong by panicking")]

mod blueprints;
mod changes;
mod clients;
mod differences;
mod edits;
mod exchange;
mod health;
mod nearby;
mod population;
mod servers;
mod ways_in;

use std::collections::BTreeMap;
use std::sync::Arc;

use clients::{Poolctl, python};
use console::{AwsFiles, Config, Console, KeySource, OpenPool, Share, SystemClock};
use model::connection::ConnectionId;
use model::query::Sort;
use model::{PoolId, Region};
use population::{Person, Population, populate};
use servers::Server;

/// Enough for three pages of users and for groups of more than one page.
const PEOPLE: usize = 190;

#[tokio::test(flavor = "multi_thread")]
async fn the_sandbox_is_synced_and_searched() {
    sync_and_find(servers::sandbox().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ministack_is_synced_and_searched() {
    sync_and_find(servers::ministack().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn moto_is_synced_and_searched() {
    sync_and_find(servers::moto().await).await;
}

#[test]
fn every_operation_of_the_sandbox_fits_the_service_models() {
    let sandbox = Poolctl::start();
    python("every_operation.py", &[sandbox.endpoint()]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sandbox_does_what_cognito_does_and_the_table_says_what_the_others_do() {
    let (ministack, moto) = (servers::ministack().await, servers::moto().await);
    let outcomes = differences::ask(&Poolctl::start(), &ministack, &moto);
    differences::hold_the_table_against(&outcomes);
}

#[test]
fn pycognito_and_boto3_sign_in() {
    Poolctl::start().python("sign_in.py");
}

#[test]
fn amplify_signs_in() {
    Poolctl::start().node("amplify.mjs");
}

#[test]
fn aws_jwt_verify_accepts_the_tokens_and_refuses_altered_ones() {
    Poolctl::start().node("jwt_verify.mjs");
}

#[test]
fn openid_client_completes_the_code_flow_with_pkce() {
    Poolctl::start().node("oidc.mjs");
}

/// Fills a pool over the plain protocol, syncs it with the real SDK and asks the cache for what was put in.
async fn sync_and_find(server: Server) {
    let endpoint = server.endpoint.clone();
    let population = tokio::task::spawn_blocking(move || populate(&endpoint, PEOPLE)).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let console = open(&folder).await;
    let connection = ConnectionId {
        profile: None,
        region: Some(Region::parse("eu-west-1").unwrap()),
        endpoint: Some(server.endpoint.clone()),
        sandbox: false,
    };
    let connected = console.connect(connection.clone()).await.unwrap();
    assert!(connected.pools.iter().any(|pool| pool.id.as_str() == population.pool), "the pool is listed");

    let pool = console.open_pool(&connection, &PoolId::parse(population.pool.as_str()).unwrap()).await.unwrap();
    let report = pool.sync().finished().await.unwrap();
    assert_eq!(report.users, PEOPLE as u64, "{report:?}");
    assert_eq!(everybody(&pool).await, population.people, "the cache equals what was put in");
    finds_what_was_put_in(&pool, &population).await;

    // The server goes; the cache stays.
    let key = pool.key().clone();
    drop((pool, console, server));
    let console = open(&folder).await;
    let pool = console.open_cached(&key).await.unwrap();
    assert_eq!(everybody(&pool).await, population.people, "the cache outlives its server");
}

async fn open(folder: &tempfile::TempDir) -> Console {
    let config = Config {
        data_dir: folder.path().join("data"),
        keys: KeySource::File(folder.path().join("keys")),
        aws: AwsFiles { home: Some(folder.path().into()), environment: Some(BTreeMap::new()), ..AwsFiles::default() },
        sandbox: None,
        clock: Arc::new(SystemClock),
        zone: jiff::tz::TimeZone::UTC,
        share: Some(Share::Off),
    };
    console::open(config).await.unwrap()
}

/// Every user of the cache, page by page, in the shape of what was put in.
async fn everybody(pool: &OpenPool) -> Vec<Person> {
    let (mut people, mut after) = (Vec::new(), None);
    loop {
        let page = pool.search("", &Sort::default(), after, 60).await.unwrap();
        people.extend(page.users.iter().map(|user| Person {
            username: user.username.to_string(),
            email: user.attribute("email").map(str::to_owned),
            groups: user.groups.iter().map(ToString::to_string).collect(),
            enabled: user.enabled,
        }));
        match page.next {
            Some(next) => after = Some(next),
            None => return people,
        }
    }
}

/// Queries whose right answer follows from the population.
async fn finds_what_was_put_in(pool: &OpenPool, population: &Population) {
    type Right = fn(&Person) -> bool;
    let cases: [(&str, Right); 9] = [
        ("", |_| true),
        ("acm", |p| p.email.as_deref().is_some_and(|email| email.contains("acm"))),
        ("email:ZOË", |p| p.email.as_deref().is_some_and(|email| email.contains("Zoë"))),
        ("missing:email", |p| p.email.is_none()),
        ("group:admins", |p| p.groups.iter().any(|group| group == "admins")),
        ("group:billing -group:admins", |p| p.groups == ["billing"]),
        ("enabled:no", |p| !p.enabled),
        ("status:force_change_password username:person-00*", |p| p.username.starts_with("person-00")),
        ("o'br or 美咲", |p| number(p) % 3 != 2),
    ];
    for (query, right) in cases {
        let wanted = population.people.iter().filter(|person| right(person)).count() as u64;
        assert_eq!(pool.count(query).await.unwrap(), wanted, "{query}");
        assert!(wanted > 0, "{query} must find somebody");
    }
}

fn number(person: &Person) -> usize {
    person.username.rsplit('-').next().unwrap().parse().unwrap()
}
