//! Queries to copy, for logs that are too large for one machine. The importer reads the tables that they give.

use crate::PoolId;
use crate::month::Month;

/// Where a prepared query runs and over what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LogGroup {
    /// CloudWatch Logs Insights over exported user activity (Plus).
    InsightsActivity,
    /// CloudWatch Logs Insights over a trail.
    InsightsTrail,
    /// Athena over a table of CloudTrail logs.
    AthenaTrail,
    /// Athena over exported user activity in S3.
    AthenaActivity,
    /// The command line of AWS, asking CloudWatch for its sums.
    CloudWatchMetrics,
}

/// A query to copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreparedQuery {
    /// Where it runs.
    pub runs_on: LogGroup,
    /// What it tells, in words.
    pub title: String,
    /// The query.
    pub text: String,
    /// What to know and to set before it runs.
    pub notes: Vec<String>,
}

/// What a trail has to say of somebody to have them counted. The calls that begin a sign-in are not in it: a query cannot
/// tell those that ended in a challenge, which count nobody, from those that ended in tokens. An answer to a challenge is
/// in it, also one that was answered with a further challenge.
const COUNTS: [&str; 17] = [
    "SignUp",
    "AdminCreateUser",
    "ConfirmSignUp",
    "AdminConfirmSignUp",
    "RespondToAuthChallenge",
    "AdminRespondToAuthChallenge",
    "GetTokensFromRefreshToken",
    "AdminUserGlobalSignOut",
    "RevokeToken",
    "ForgotPassword",
    "ConfirmForgotPassword",
    "AdminSetUserPassword",
    "AdminUpdateUserAttributes",
    "AdminDeleteUserAttributes",
    "AdminAddUserToGroup",
    "AdminRemoveUserFromGroup",
    "AdminGetUser",
];

/// Marks a number that other pools may be in.
const ACCOUNT: &str = "concat(\"account\", \"\") as scope";
const ALL_POOLS: &str = "A trail holds all pools of the account and Region, and sign-ins do not always name theirs: the \
                         column scope says so, and the number is a hint.";

/// What [`COUNTS`] leaves out.
const LOWER: &str = "It is a lower number: sign-ins that needed no challenge, refreshes by InitiateAuth, what was done on the \
                     pool's own pages and events without a sub are not in it.";

/// Queries for a pool's active users in a month: all, by app client, and token requests of machines.
///
/// Their result tables have the columns `month`, `client` (by client), `users` or `tokenRequests`, and
/// `scope` with the value `account` where other pools of the account may be in the numbers.
#[must_use]
pub fn prepared_queries(pool: &PoolId, month: Month) -> Vec<PreparedQuery> {
    let range = format!("Set the time range to {} 00:00 UTC until {} 00:00 UTC.", month.first(), month.next().first());
    let mut queries = insights(pool, month, &range);
    queries.extend(athena(pool, month));
    queries
}

/// The command that asks for CloudWatch's sums of a month, day by day and by app client: events, not users. The importer
/// reads its answer ([`super::metrics_answer`]). Needs `cloudwatch:GetMetricData`.
#[must_use]
pub fn metrics_command(pool: &PoolId, month: Month) -> PreparedQuery {
    let names = ["SignUpSuccesses", "SignInSuccesses", "TokenRefreshSuccesses", "FederationSuccesses"];
    let search = |(at, name): (usize, &str)| {
        // Federated sign-ins have one dimension more, and a search finds what has exactly the dimensions that it names.
        let provider = if name == "FederationSuccesses" { ",IdentityProvider" } else { "" };
        format!(
            "{{\"Id\":\"m{at}\",\"Label\":\"{name} ${{PROP('Dim.UserPoolClient')}}\",\"Expression\":\"SEARCH('{{AWS/Cognito,\
             UserPool,UserPoolClient{provider}}} UserPool=\\\"{pool}\\\" MetricName=\\\"{name}\\\"', 'Sum', 86400)\"}}"
        )
    };
    let queries: Vec<String> = names.into_iter().enumerate().map(search).collect();
    let text = format!(
        "aws cloudwatch get-metric-data \\\n  --start-time {}T00:00:00Z --end-time {}T00:00:00Z \\\n  \
         --metric-data-queries '[{}]'",
        month.first(),
        month.next().first(),
        queries.join(",").replace('\'', "'\\''")
    );
    PreparedQuery {
        runs_on: LogGroup::CloudWatchMetrics,
        title: "Sums of successes by app client".to_owned(),
        text,
        notes: vec![
            "It needs cloudwatch:GetMetricData on *. AWS charges about $0.01 for a thousand metrics.".to_owned(),
            "It searches, and a search leaves out metrics that had no data for two weeks: for an older month ask for them \
             here, by name."
                .to_owned(),
            "Save the answer as a file that ends in .json and import it here.".to_owned(),
            "These are events and not users: each may be another user, or all of them one.".to_owned(),
        ],
    }
}

fn insights(pool: &PoolId, month: Month, range: &str) -> Vec<PreparedQuery> {
    let about = "count_distinct is an approximation when there are many users.".to_owned();
    let names = quoted('"');
    // A query cannot write a date as a month, and a table without one tells nothing. What a wrong time range brings in
    // is not of it.
    let (begin, end) = (month.begins().as_millisecond(), month.next().begins().as_millisecond());
    let of_month = format!(
        "| filter toMillis(@timestamp) >= {begin} and toMillis(@timestamp) < {end}\n\
         | fields concat(\"{month}\", \"\") as month"
    );
    let activity = format!(
        "filter eventSource = \"USER_ACTIVITY\" and message.userPoolId = \"{pool}\"\n\
         | filter (message.eventType in [\"SignIn\", \"ForgotPassword\", \"PasswordChange\"] and \
         message.eventResponse = \"Pass\")\n    or (message.eventType = \"SignUp\" and message.eventResponse != \"Fail\")"
    );
    let trail = format!(
        "filter eventSource = \"cognito-idp.amazonaws.com\" and ispresent(additionalEventData.sub) and not \
         ispresent(errorCode)\n| filter eventName in [{names}]"
    );
    let query = |runs_on, title: &str, text: String, notes: Vec<String>| PreparedQuery {
        runs_on,
        title: title.to_owned(),
        text,
        notes: [vec![range.to_owned()], notes].concat(),
    };
    let all_pools = ALL_POOLS.to_owned();
    vec![
        query(
            LogGroup::InsightsActivity,
            "Different active users",
            format!("{activity}\n{of_month}\n| stats count_distinct(message.userSub) as users by month"),
            vec![about.clone()],
        ),
        query(
            LogGroup::InsightsActivity,
            "Different active users by app client",
            format!(
                "{activity}\n{of_month}, message.clientId as client\n\
                 | stats count_distinct(message.userSub) as users by month, client"
            ),
            vec![about.clone(), "A user of two clients is in both.".to_owned()],
        ),
        query(
            LogGroup::InsightsTrail,
            "Different active users",
            format!(
                "{trail}\n{of_month}, {ACCOUNT}\n\
                 | stats count_distinct(additionalEventData.sub) as users by month, scope"
            ),
            vec![LOWER.to_owned(), about, all_pools.clone()],
        ),
        query(
            LogGroup::InsightsTrail,
            "Token requests of machines",
            format!(
                "filter eventName = \"Token_POST\" and @message like '\"grant_type\":[\"client_credentials\"]' and not \
                 ispresent(errorCode)\n{of_month}, {ACCOUNT}\n| stats count(*) as tokenRequests by month, scope"
            ),
            vec!["The filter is AWS's own, from the guide's page on costs.".to_owned(), all_pools],
        ),
    ]
}

fn athena(pool: &PoolId, month: Month) -> Vec<PreparedQuery> {
    let (begin, end) = (month.first(), month.next().first());
    let names = quoted('\'');
    let trail = format!(
        "SELECT substr(eventtime, 1, 7) AS month,\n       \
         count(DISTINCT json_extract_scalar(additionaleventdata, '$.sub')) AS users,\n       'account' AS scope\nFROM cloudtrail_logs\n\
         WHERE eventsource = 'cognito-idp.amazonaws.com'\n  AND eventtime >= '{begin}' AND eventtime < '{end}'\n  \
         AND coalesce(errorcode, '') = ''\n  AND eventname IN ({names})\nGROUP BY 1"
    );
    let activity = format!(
        // GROUPING SETS take names of columns and neither expressions nor ordinals.
        "SELECT month, client, count(DISTINCT sub) AS users\nFROM (\n\
         SELECT date_format(from_unixtime(CAST(eventtimestamp AS bigint) / 1000), '%Y-%m') AS month,\n       \
         json_extract_scalar(message, '$.clientId') AS client,\n       \
         json_extract_scalar(message, '$.userSub') AS sub\nFROM cognito_user_activity\n\
         WHERE json_extract_scalar(message, '$.userPoolId') = '{pool}'\n  \
         AND from_unixtime(CAST(eventtimestamp AS bigint) / 1000) >= TIMESTAMP '{begin} 00:00:00 UTC'\n  \
         AND from_unixtime(CAST(eventtimestamp AS bigint) / 1000) < TIMESTAMP '{end} 00:00:00 UTC'\n  \
         AND (json_extract_scalar(message, '$.eventResponse') = 'Pass'\n       \
         OR (json_extract_scalar(message, '$.eventType') = 'SignUp'\n           \
         AND json_extract_scalar(message, '$.eventResponse') <> 'Fail'))\n\
         ) AS activity\n\
         GROUP BY GROUPING SETS ((month), (month, client))"
    );
    vec![
        PreparedQuery {
            runs_on: LogGroup::AthenaTrail,
            title: "Different active users".to_owned(),
            text: trail,
            notes: vec![
                LOWER.to_owned(),
                "cloudtrail_logs is the table that CloudTrail's guide for Athena creates.".to_owned(),
                ALL_POOLS.to_owned(),
            ],
        },
        PreparedQuery {
            runs_on: LogGroup::AthenaActivity,
            title: "Different active users, all and by app client".to_owned(),
            text: activity,
            notes: vec![
                "cognito_user_activity is a table over the exported JSON Lines with eventtimestamp and message as string."
                    .to_owned(),
                "The row without a client is the number of all users.".to_owned(),
            ],
        },
    ]
}

fn quoted(mark: char) -> String {
    COUNTS.map(|name| format!("{mark}{name}{mark}")).join(", ")
}
