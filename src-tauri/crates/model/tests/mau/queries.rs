//! Queries to copy.

use model::PoolId;
use model::mau::{LogGroup, prepared_queries};

use crate::november;

#[test]
fn every_query_names_the_month_and_what_it_gives() {
    let queries = prepared_queries(&PoolId::parse("eu-west-1_AbCdEfGhI").unwrap(), november());
    for query in &queries {
        let everything = format!("{}\n{}", query.text, query.notes.join("\n"));
        assert!(everything.contains("2026-11-01") && everything.contains("2026-12-01"), "{everything}");
        assert!(query.text.contains("users") || query.text.contains("tokenRequests"), "{}", query.text);
    }
    let of = |place| queries.iter().filter(|query| query.runs_on == place).count();
    let places = [LogGroup::InsightsActivity, LogGroup::InsightsTrail, LogGroup::AthenaTrail, LogGroup::AthenaActivity];
    assert_eq!(places.map(of), [2, 2, 1, 1]);
    let activity = queries.iter().filter(|query| query.runs_on == LogGroup::InsightsActivity);
    assert!(activity.clone().all(|query| query.text.contains("eu-west-1_AbCdEfGhI")));
    assert_eq!(queries[0].text.lines().last(), Some("| stats count_distinct(message.userSub) as users"));
}

#[test]
fn what_holds_every_pool_of_the_account_says_so_in_its_table() {
    for query in prepared_queries(&PoolId::parse("eu-west-1_AbCdEfGhI").unwrap(), november()) {
        let trail = [LogGroup::InsightsTrail, LogGroup::AthenaTrail].contains(&query.runs_on);
        assert_eq!(query.text.contains(" scope") && query.text.contains("account"), trail, "{}", query.text);
        assert_eq!(query.text.contains("eu-west-1_AbCdEfGhI"), !trail, "{}", query.text);
    }
}

#[test]
fn the_command_for_cloudwatch_names_pool_month_and_every_sum() {
    let command = model::mau::metrics_command(&PoolId::parse("eu-west-1_AbCdEfGhI").unwrap(), november());
    for part in [
        "eu-west-1_AbCdEfGhI",
        "2026-11-01T00:00:00Z",
        "2026-12-01T00:00:00Z",
        "SignInSuccesses",
        "FederationSuccesses",
    ] {
        assert!(command.text.contains(part), "{part} is not in {}", command.text);
    }
}
