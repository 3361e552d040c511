//! Queries to copy.

use model::mau::{
    LogGroup, MetricMonth, MetricSums, asking_price, is_metrics_answer, metrics_answer, metrics_command,
    prepared_queries, success_series, surely_counts,
};
use model::month::Month;
use model::{ClientId, PoolId};

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
    assert_eq!(queries[0].text.lines().last(), Some("| stats count_distinct(message.userSub) as users by month"));
    // What lies outside of the month is not in it, whichever range is set.
    let (begin, end) = ("1793491200000", "1796083200000");
    let insights = [LogGroup::InsightsActivity, LogGroup::InsightsTrail];
    for query in queries.iter().filter(|query| insights.contains(&query.runs_on)) {
        let of_month = format!("toMillis(@timestamp) >= {begin} and toMillis(@timestamp) < {end}");
        assert!(
            query.text.contains(&of_month) && query.text.contains("concat(\"2026-11\", \"\") as month"),
            "{}",
            query.text
        );
    }
}

#[test]
fn athena_groups_by_names_of_columns() {
    let queries = prepared_queries(&PoolId::parse("eu-west-1_AbCdEfGhI").unwrap(), november());
    let query = queries.iter().find(|query| query.runs_on == LogGroup::AthenaActivity).unwrap();
    // Trino refuses ordinals and expressions within GROUPING SETS.
    assert!(query.text.ends_with("GROUP BY GROUPING SETS ((month), (month, client))"), "{}", query.text);
    assert!(
        query.text.starts_with("SELECT month, client, count(DISTINCT sub) AS users\nFROM (\nSELECT "),
        "{}",
        query.text
    );
    for column in [" AS month,", " AS client,", " AS sub\n"] {
        assert!(query.text.contains(column), "{column}: {}", query.text);
    }
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
fn who_is_counted_over_a_trail_did_what_surely_counts() {
    let queries = prepared_queries(&PoolId::parse("eu-west-1_AbCdEfGhI").unwrap(), november());
    let trail = |text: &str| text.contains("eventName in [") || text.contains("eventname IN (");
    for query in queries.iter().filter(|query| trail(&query.text)) {
        let notes = query.notes.join("\n");
        for part in ["lower number", "no challenge", "InitiateAuth"] {
            assert!(notes.contains(part), "what it leaves out is told: {notes}");
        }
    }
    let lists: Vec<Vec<&str>> = queries
        .iter()
        .filter_map(|query| query.text.split_once("eventName in [").or(query.text.split_once("eventname IN (")))
        .map(|(_, rest)| rest.split([']', ')']).next().unwrap())
        .map(|names| names.split(", ").map(|name| name.trim_matches(['"', '\''])).collect())
        .collect();
    assert_eq!(lists.len(), 2, "CloudWatch and Athena");
    for name in lists.concat() {
        assert!(surely_counts(name), "{name}");
    }
    for name in ["RespondToAuthChallenge", "ConfirmForgotPassword", "RevokeToken", "AdminDeleteUserAttributes"] {
        assert!(lists.iter().all(|names| names.contains(&name)), "{name} counts in the importer, too");
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

/// What `aws cloudwatch get-metric-data` prints for the prepared command.
const ANSWER: &str = r#"{ "MetricDataResults": [
    { "Id": "m0", "Label": "SignUpSuccesses Admin", "Timestamps": ["2026-11-02T00:00:00+00:00"], "Values": [5.0], "StatusCode": "Complete" },
    { "Id": "m1", "Label": "SignInSuccesses 1example23456789", "Timestamps": ["2026-11-02T00:00:00+00:00", "2026-11-03T00:00:00+00:00"],
      "Values": [40.0, 2.0], "StatusCode": "Complete" },
    { "Id": "m1", "Label": "SignInSuccesses 2example23456789", "Timestamps": ["2026-10-31T00:00:00+00:00"], "Values": [7], "StatusCode": "Complete" },
    { "Id": "m2", "Label": "TokenRefreshSuccesses 2example23456789", "Timestamps": ["2026-11-02T00:00:00+00:00"], "Values": [1e2], "StatusCode": "Complete" }
], "Messages": [] }"#;

#[test]
fn the_answer_to_the_prepared_command_is_summed_by_month_and_app_client() {
    assert!(is_metrics_answer(&ANSWER.as_bytes()[..100]) && !is_metrics_answer(b"{ \"Records\": [] }"));
    let months = metrics_answer(ANSWER).unwrap();
    let november = &months[&Month::parse("2026-11").unwrap()];
    let sums = MetricSums { sign_ups: 5, sign_ins: 42, refreshes: 100, federations: 0 };
    assert_eq!(november.sums, sums);
    let clients: Vec<(&str, u64)> =
        november.clients.iter().map(|(client, events)| (client.as_str(), *events)).collect();
    assert_eq!(clients, [("2example23456789", 100), ("1example23456789", 42)], "what administrators did has no client");
    assert_eq!(months[&Month::parse("2026-10").unwrap()].sums.sign_ins, 7);
    let command = metrics_command(&PoolId::parse("eu-west-1_AbCdEfGhI").unwrap(), Month::parse("2026-11").unwrap());
    for name in ["SignUpSuccesses", "SignInSuccesses", "TokenRefreshSuccesses", "FederationSuccesses"] {
        assert!(command.text.contains(&format!("\"Label\":\"{name} ${{PROP(")), "the labels are those that are read");
    }
}

#[test]
fn cloudwatch_is_asked_by_name_with_the_dimensions_that_each_metric_has_and_for_a_price() {
    let clients = ["1example23456789", "2example23456789"].map(|id| ClientId::parse(id).unwrap());
    let series = success_series(&clients, &["Okta".to_owned()]);
    let told: Vec<(&str, &str, Option<&str>)> =
        series.iter().map(|one| (one.metric, one.client.as_str(), one.provider.as_deref())).collect();
    let of = |client: &'static str| {
        let own = ["SignUpSuccesses", "SignInSuccesses", "TokenRefreshSuccesses"].map(|metric| (metric, client, None));
        own.into_iter().chain([("FederationSuccesses", client, Some("Okta"))])
    };
    let expected: Vec<_> = [("SignUpSuccesses", "Admin", None)]
        .into_iter()
        .chain(of("1example23456789"))
        .chain(of("2example23456789"))
        .collect();
    assert_eq!(told, expected);
    // $0.01 for a thousand.
    assert_eq!(
        [9, 1_000, 123_456].map(|series| asking_price(series).normalize().to_string()),
        ["0.00009", "0.01", "1.23456"]
    );
    let answered: Vec<_> = series.into_iter().zip([4, 1, 20, 300, 7, 0, 0, 0, 0]).collect();
    let month = MetricMonth::of(&answered);
    let sums = MetricSums { sign_ups: 5, sign_ins: 20, refreshes: 300, federations: 7 };
    assert_eq!((month.sums, month.clients), (sums, vec![(clients[0].clone(), 328)]));
    let command = metrics_command(&PoolId::parse("eu-west-1_AbCdEfGhI").unwrap(), Month::parse("2026-11").unwrap());
    let federated = command.text.find("UserPoolClient,IdentityProvider}").unwrap();
    assert!(command.text[federated..].contains("MetricName=\\\"FederationSuccesses\\\""), "{}", command.text);
}

#[test]
fn part_of_an_answer_of_cloudwatch_is_none() {
    let cases = [
        (ANSWER.replacen("Complete", "PartialData", 1), "PartialData"),
        (ANSWER.replacen("\"Messages\": []", "\"NextToken\": \"x\"", 1), "NextToken"),
        (ANSWER.replacen("SignUpSuccesses", "SignUpThrottles", 1), "SignUpThrottles"),
        (ANSWER.replacen("5.0", "0.5", 1), "no number of events"),
        (ANSWER[..200].to_owned(), "no answer"),
    ];
    for (answer, why) in cases {
        let error = metrics_answer(&answer).unwrap_err();
        assert!(format!("{error} {error:?}").contains(why), "{why}: {error}");
    }
}
