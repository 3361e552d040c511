//! Profiles, connecting, labels, and what a whole tour costs.

use console::{AwsFiles, Code, ProfileKind, open};
use model::connection::{ConnectionId, Environment};
use model::query::Sort;
use model::{PoolId, ProfileName, Region};

use crate::house::{House, no_aws, options, sandbox_connection};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tour_through_everything_calls_only_what_is_free() {
    let house = House::new(options(1_200)).await;
    let console = &house.console;
    let connected = console.connect(sandbox_connection()).await.unwrap();
    assert_eq!(house.sandbox.calls().total(), 2, "identity and one page of pools");
    let id = connected.pools.iter().map(|pool| pool.id.clone()).find(|id| *id == house.pool_id()).unwrap();
    console.describe_pool(&sandbox_connection(), &id).await.unwrap();
    let pool = console.open_pool(&sandbox_connection(), &id).await.unwrap();
    pool.sync().finished().await.unwrap();

    house.sandbox.forget_calls();
    let view = pool.search_view("a", &Sort::default()).await.unwrap();
    pool.search_count(view.search).await.unwrap();
    pool.search_rows(view.search, 5, 50).await.unwrap();
    let user = pool.user(&view.rows[0].username).await.unwrap().unwrap();
    pool.timeline(user.username.as_str()).await.unwrap();
    pool.overview().await.unwrap();
    pool.complete("stat", 4).await.unwrap();
    pool.look_up("nobody@nowhere.example").await.unwrap();
    console.connections().await;
    console.diagnostics().await;
    assert_eq!(house.sandbox.calls().total(), 0, "{:?}", house.sandbox.calls());

    assert!(house.sandbox.calls().may_bill().is_empty());
    let counts = console.calls();
    assert!(counts.iter().all(|count| count.refused == 0 && !count.operation.starts_with("Admin")), "{counts:?}");
    let names: Vec<&str> = counts.iter().map(|count| count.operation).collect();
    let expected = [
        "DescribeUserPool",
        "DescribeUserPoolClient",
        "GetCallerIdentity",
        "ListGroups",
        "ListUserPoolClients",
        "ListUserPools",
        "ListUsers",
        "ListUsersInGroup",
    ];
    assert_eq!(names, expected);
    let cost = console.session_cost(Some(&pool));
    assert_eq!((cost.users, cost.high.as_str(), cost.ledger_writes), (0, "0.00", 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn production_is_read_only_and_labels_outlive_the_program() {
    let mut house = House::new(options(100)).await;
    assert!(!house.console.connect(sandbox_connection()).await.unwrap().read_only);
    house.console.label(&sandbox_connection(), Environment::Production, Some("Live".to_owned())).await.unwrap();
    house.reopen().await;
    let connected = house.console.connect(sandbox_connection()).await.unwrap();
    assert!(connected.read_only);
    let lines = house.console.connections().await.profiles;
    let line = lines.iter().find(|line| line.id.sandbox).unwrap();
    assert_eq!((line.name.as_str(), line.environment), ("Live", Environment::Production));
    assert!(line.last_used.is_some());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_production_profile_is_read_only_in_every_region_until_something_else_is_said() {
    let house = House::new(options(100)).await;
    let elsewhere = ConnectionId { region: Some(Region::parse("us-east-1").unwrap()), ..sandbox_connection() };
    house.console.label(&sandbox_connection(), Environment::Production, None).await.unwrap();
    assert!(house.console.connect(elsewhere.clone()).await.unwrap().read_only);
    assert_eq!(house.console.environment(&elsewhere), Environment::Production);
    house.console.label(&elsewhere, Environment::Test, None).await.unwrap();
    assert!(!house.console.connect(elsewhere).await.unwrap().read_only);
    assert!(house.console.connect(sandbox_connection()).await.unwrap().read_only);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn profiles_are_listed_and_a_broken_file_is_named() {
    let house = House::new(options(100)).await;
    let file = house.dir.path().join("aws-config");
    let text = "[profile live]\nregion = eu-west-1\nsso_session = s\nsso_account_id = 123456789012\nsso_role_name = R\n\
                [sso-session s]\nsso_start_url = https://example.com\nsso_region = eu-west-1\n";
    std::fs::write(&file, text).unwrap();
    let mut config = house.config();
    config.aws = AwsFiles { config: Some(file.clone()), ..no_aws(house.dir.path()) };
    let console = open(config).await.unwrap();
    let connections = console.connections().await;
    assert_eq!(connections.problem, None);
    let line = &connections.profiles[0];
    assert_eq!((line.name.as_str(), line.kind), ("live", ProfileKind::Sso));
    assert_eq!(line.account.as_deref(), Some("123456789012"));
    let live = line.id.clone();
    assert!(!console.check_credentials(&live).await.unwrap(), "nobody has signed in");
    let error = console.connect(live).await.unwrap_err();
    assert_eq!(error.sso_login.as_deref(), Some("aws sso login --profile live"));

    std::fs::write(&file, "[profile live\nregion").unwrap();
    let problem = console.connections().await.problem.unwrap();
    assert!(problem.contains("aws-config"), "{problem}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_region_an_unknown_profile_and_no_credentials_are_told_apart() {
    let house = House::new(options(100)).await;
    let elsewhere = ConnectionId { region: Some(Region::parse("us-east-1").unwrap()), ..sandbox_connection() };
    let pool = house.pool_id();
    let error = house.console.open_pool(&elsewhere, &pool).await.err().unwrap();
    assert_eq!(error.code, Code::NotFound, "{error}");
    let unknown = ConnectionId { profile: Some(ProfileName::parse("nobody").unwrap()), sandbox: false, ..elsewhere };
    let error = house.console.connect(unknown.clone()).await.unwrap_err();
    assert!(error.code == Code::Validation && error.message.contains("nobody"), "{error}");
    let none = ConnectionId { profile: None, ..unknown };
    let error = house.console.connect(none).await.unwrap_err();
    assert_eq!(error.code, Code::CredentialsMissing, "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_loopback_endpoint_needs_no_credentials_and_has_a_cache_of_its_own() {
    let house = House::new(options(100)).await;
    let server = house.sandbox.serve(0).await.unwrap();
    let connection = ConnectionId {
        profile: None,
        region: Some(Region::parse("eu-west-1").unwrap()),
        endpoint: Some(format!("{}/", server.endpoint())),
        sandbox: false,
    };
    let in_process = house.synced().await;
    let pool = house.console.open_pool(&connection, &house.pool_id()).await.unwrap();
    assert_ne!(pool.key(), in_process.key());
    assert_eq!(pool.key().place, server.endpoint());
    assert_eq!(pool.count("").await.unwrap(), 0);
    pool.sync().finished().await.unwrap();
    house.assert_cache_is_server(&pool).await;
    let key = house.console.find_cached(None, &connection).unwrap();
    assert_eq!(key, *pool.key());
    let _: &PoolId = &key.pool;
}
