//! Monthly active users: the sandbox knows the truth, the console must not contradict it.

use std::sync::Arc;
use std::time::Duration;

use console::jobs::Chosen;
use console::lab::Start;
use console::{Besides, LedgerOf, OpenPool, PlansQuestion, ReportFormat};
use jiff::SignedDuration;
use model::cost::PricePlan;
use model::estimate::{Bound, EvidenceKind};
use model::mau::{BillScope, BilledNumber, LogGroup, prepared_queries};
use model::month::Month;
use model::plan::Action;
use model::query::Sort;
use serde_json::{Value, json};

use crate::house::House;
use crate::lab::{person, sign_in, start, today, tokens};

/// An administrator on the sandbox's port, and a source of chance.
pub(crate) struct Administrator {
    endpoint: String,
    pool: String,
    agent: ureq::Agent,
    state: u64,
    made: u64,
}

impl Administrator {
    pub(crate) fn new(endpoint: String, pool: String, seed: u64) -> Self {
        let agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        Self { endpoint, pool, agent, state: seed | 1, made: 0 }
    }

    fn below(&mut self, most: u64) -> u64 {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        self.state % most.max(1)
    }

    pub(crate) fn call(&self, operation: &str, mut input: Value) -> u16 {
        input["UserPoolId"] = json!(self.pool);
        let target = format!("AWSCognitoIdentityProviderService.{operation}");
        let signature = "AWS4-HMAC-SHA256 Credential=A/1/eu-west-1/cognito-idp/aws4_request";
        let request = self.agent.post(&self.endpoint).header("x-amz-target", target);
        request.header("authorization", signature).send_json(input).unwrap().status().as_u16()
    }

    pub(crate) fn create(&mut self) {
        self.made += 1;
        assert_eq!(self.call("AdminCreateUser", json!({ "Username": format!("made-{}", self.made) })), 200);
    }

    /// Leaves so many whom it makes, and nobody of another provider, who may be billed otherwise.
    pub(crate) fn only_made(&mut self, house: &House, users: u32) {
        tokio::task::block_in_place(|| {
            for one in house.people() {
                assert_eq!(self.call("AdminDeleteUser", json!({ "Username": one.username })), 200);
            }
            (0..users).for_each(|_| self.create());
        });
    }

    /// Something about somebody, that makes them active or does not.
    fn anything(&mut self, people: &[String]) {
        let one = people[usize::try_from(self.below(people.len() as u64)).unwrap()].clone();
        let named = json!({ "Username": one });
        match self.below(10) {
            // A pool that grew for a thousand months would only be slow.
            0 | 1 if people.len() < 25 => self.create(),
            2 => drop(self.call("AdminGetUser", named)),
            3 => {
                let nickname = format!("n{}", self.below(1000));
                let attributes = json!([{ "Name": "nickname", "Value": nickname }]);
                self.call("AdminUpdateUserAttributes", json!({ "Username": one, "UserAttributes": attributes }));
            }
            4 => drop(self.call("AdminDisableUser", named)),
            5 => drop(self.call("AdminEnableUser", named)),
            6 => {
                let input = json!({ "Username": one, "Password": "Correct-Horse-9", "Permanent": true });
                self.call("AdminSetUserPassword", input);
            }
            7 => drop(self.call("AdminListGroupsForUser", named)),
            8 => drop(self.call("AdminGetUser", json!({ "Username": "nobody-of-that-name" }))),
            _ => drop(self.call("AdminDeleteUser", named)),
        }
    }
}

/// Both clocks go to the first days of the next month.
pub(crate) fn next_month(house: &House) {
    let now = house.sandbox.weather().now();
    let then = Month::of(now).next().begins() + SignedDuration::from_hours(30);
    let by = then.duration_since(now);
    house.sandbox.weather().advance(Duration::try_from(by).unwrap());
    house.clock.push(by);
}

pub(crate) async fn synced(pool: &Arc<OpenPool>) {
    pool.sync().finished().await.unwrap();
}

/// `POOLKEEPER_MONTHS=1000` goes through a thousand of them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_random_months_the_truth_lies_within_the_range() {
    let months: u64 = std::env::var("POOLKEEPER_MONTHS").ok().and_then(|text| text.parse().ok()).unwrap_or(20);
    let house = House::new(sandbox::Options { users: 12, ..today() }).await;
    let server = house.sandbox.serve(0).await.unwrap();
    let pool = house.synced().await;
    let mut administrator = Administrator::new(server.endpoint(), house.sandbox.pool_id(), 7);
    let (mut truths, mut lows, mut highs, mut widths) = (0, 0, 0, Vec::new());
    let (mut before, mut bounded) = (None, 0);
    for _ in 0..months {
        next_month(&house);
        synced(&pool).await;
        // The month that is over by now: nothing of what was true of it is lost, and nothing is told that was not.
        if let Some((month, surely, possibly, watched)) = before {
            let users = pool.activity(month).await.unwrap().users;
            assert!(users.contains(surely) && users.contains(possibly), "{month}: {surely} to {possibly}: {users:?}");
            assert_eq!(
                users.high.is_some(),
                watched,
                "{month} has a ceiling where somebody looked each day: {users:?}"
            );
            bounded += u64::from(watched);
        }
        for _ in 0..=administrator.below(2) {
            // Only who is in the local copy is deleted: who comes and goes between two syncs leaves no trace.
            let people: Vec<String> = house.people().into_iter().map(|person| person.username).collect();
            for _ in 0..administrator.below(7) {
                tokio::task::block_in_place(|| administrator.anything(&people));
            }
            if house.people().len() < 6 {
                tokio::task::block_in_place(|| administrator.create());
            }
            synced(&pool).await;
        }
        let activity = pool.activity(Month::of(house.sandbox.weather().now())).await.unwrap();
        let truth = house.sandbox.mau(Some(&house.sandbox.pool_id()));
        assert_eq!(truth.month, activity.month.to_string());
        // What AWS says nothing about may count or not.
        let (surely, possibly) = (truth.count as u64, (truth.count + truth.possible) as u64);
        let users = &activity.users;
        assert!(users.contains(surely) && users.contains(possibly), "{surely} to {possibly}: {users:?}");
        truths += surely;
        lows += users.low;
        highs += users.high.unwrap();
        widths.push(users.high.unwrap() - users.low);
        let month = activity.month;
        let watched = administrator.below(6) == 0;
        let day = SignedDuration::from_hours(30);
        while watched && Month::of(house.sandbox.weather().now() + day) == month {
            house.sandbox.weather().advance(Duration::try_from(day).unwrap());
            house.clock.push(day);
            let people: Vec<String> = house.people().into_iter().map(|person| person.username).collect();
            tokio::task::block_in_place(|| (0..administrator.below(2)).for_each(|_| administrator.anything(&people)));
            if house.people().len() < 6 {
                tokio::task::block_in_place(|| administrator.create());
            }
            synced(&pool).await;
        }
        let truth = house.sandbox.mau(Some(&house.sandbox.pool_id()));
        before = Some((month, truth.count as u64, (truth.count + truth.possible) as u64, watched));
    }
    assert!(bounded > 0, "no month of {months} was watched to its end");
    widths.sort_unstable();
    println!(
        "{months} months: the truth within low and high in each, while it went on and when it was over ({bounded} with a \
         ceiling then); {truths} active in all, low {} % and high {} % of it; \
         width median {}, most {}",
        lows * 100 / truths,
        highs * 100 / truths,
        widths[widths.len() / 2],
        widths[widths.len() - 1]
    );
    // The range tells something: who came new is in it, and nobody who was never there.
    assert!(lows * 8 > truths, "at least {lows} of {truths}");
    assert!(highs < truths * 8, "at most {highs} of {truths}");
    assert!(
        house
            .console
            .calls()
            .iter()
            .all(|calls| model::mau::effect_of(calls.operation) == model::call::MauEffect::Free)
    );
    server.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_this_app_did_is_in_the_range_and_in_the_ledger() {
    let house = House::new(today()).await;
    let pool = house.synced().await;
    let month = Month::of(house.sandbox.weather().now());
    assert!(house.console.ledger(month, &LedgerOf::default()).await.unwrap().entries.is_empty());
    let confirmed = person(&house, "CONFIRMED");
    for _ in 0..2 {
        let start = start(&house, "USER_SRP_AUTH", &confirmed.username, Some(&confirmed.password)).await;
        sign_in(&house, start).await.unwrap();
    }
    let ledger = house.console.ledger(month, &LedgerOf::from(pool.key())).await.unwrap();
    assert_eq!(ledger.entries.len(), 4, "two calls for each sign-in");
    let again = Some(console::Standing::Again);
    assert_eq!(ledger.standings(), [Some(console::Standing::First), again, again, again]);
    assert_eq!((ledger.touched.may_bill, ledger.touched.undocumented), (1, 0));
    assert_eq!(model::cost::plain(ledger.cost.high.unwrap()), "0.015", "the pool is on Essentials");
    assert!(ledger.plans_known);
    let elsewhere = LedgerOf { place: Some("http://localhost:4566".to_owned()), ..LedgerOf::from(pool.key()) };
    assert!(
        house.console.ledger(month, &elsewhere).await.unwrap().entries.is_empty(),
        "a pool of that id at an emulator"
    );
    let activity = pool.activity(month).await.unwrap();
    let told = activity.users.evidence.iter().find(|item| item.kind == EvidenceKind::Ledger).unwrap();
    assert_eq!((told.bound, told.users), (Bound::AtLeast, 1));
    assert!(activity.users.low >= 1);
    // A name that nobody has makes nobody active.
    let nobody = start(&house, "USER_SRP_AUTH", "nobody-at-all", Some("Wrong-1-horse")).await;
    drop(sign_in(&house, nobody).await);
    assert_eq!(pool.activity(month).await.unwrap().users.low, activity.users.low);
    let empty = house.console.ledger(month.previous(), &LedgerOf::default()).await.unwrap();
    assert_eq!((empty.entries.len(), empty.touched.may_bill), (0, 0));
    next_month(&house);
    let later = house.console.ledger(month, &LedgerOf::from(pool.key())).await.unwrap();
    assert!(!later.plans_known, "the pool may have been on another plan then");
    assert!(later.cost.high > ledger.cost.high, "{:?}", later.cost);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_number_of_the_bill_has_the_last_word_and_can_be_taken_back() {
    let house = House::new(today()).await;
    let pool = house.synced().await;
    let last = Month::of(house.sandbox.weather().now()).previous();
    assert_eq!(pool.activity(last).await.unwrap().users.high, None, "who left meanwhile is not known");
    pool.set_billed(last, Some(BilledNumber::new(1234, BillScope::Pool))).await.unwrap();
    let users = pool.activity(last).await.unwrap().users;
    assert_eq!((users.low, users.likely, users.high), (1234, Some(1234), Some(1234)));
    let kept = pool.months().await.unwrap().known;
    assert_eq!(kept[0].month, last);
    // The month after takes it for likely.
    assert_eq!(pool.activity(last.next()).await.unwrap().users.evidence.iter().filter(|e| e.users == 1234).count(), 1);
    pool.set_billed(last, None).await.unwrap();
    assert_eq!(pool.activity(last).await.unwrap().users.high, None);
    let yet = pool.activity(last.next().next()).await.unwrap_err();
    assert_eq!(yet.field.as_deref(), Some("month"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_range_is_kept_and_a_forecast_follows_from_three_months() {
    let mut house = House::new(today()).await;
    let first = Month::of(house.sandbox.weather().now());
    let pool = house.synced().await;
    pool.activity(first).await.unwrap();
    let key = pool.key().clone();
    drop(pool);
    for users in [1000, 1100, 1210] {
        next_month(&house);
        let pool = house.open().await;
        let month = Month::of(house.sandbox.weather().now()).previous();
        pool.set_billed(month, Some(BilledNumber::new(users, BillScope::Pool))).await.unwrap();
    }
    // After a restart, from the disk.
    house.reopen().await;
    let pool = house.console.open_cached(&key).await.unwrap();
    let months = pool.months().await.unwrap();
    assert_eq!(months.known.len(), 4, "{:?}", months.known);
    let next = &months.ahead[0];
    assert_eq!((next.month, next.users.likely), (first.next().next().next(), Some(1331)));
    assert_eq!(next.confidence_percent, Some(33));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn logs_tables_and_bills_are_imported_and_damage_is_told() {
    let house = House::new(today()).await;
    let pool = house.synced().await;
    let month = Month::of(house.sandbox.weather().now());
    let event = |sub: &str| {
        let message = json!({ "userSub": sub, "userPoolId": house.sandbox.pool_id(), "eventType": "SignIn",
            "eventResponse": "Pass", "clientId": "1example23456789abcdefghij" });
        let at = month.begins().as_millisecond() + 5_000;
        json!({ "eventTimestamp": at.to_string(), "eventSource": "USER_ACTIVITY", "message": message }).to_string()
    };
    let log = house.dir.path().join("activity.jsonl");
    std::fs::write(&log, [event("a"), event("b"), event("a"), "{broken".to_owned()].join("\n")).unwrap();
    let bill = house.dir.path().join("bill.csv");
    let usage = format!(
        "UsageType,UsageQuantity,UsageStartDate\nEUW1-CognitoEssentialsMAU,40,{0}-01\nGlobal-CognitoFreeTierMAU,10000,{0}-01\n",
        month.previous()
    );
    std::fs::write(&bill, usage).unwrap();
    let imported = pool.import_activity(vec![log, bill], true).await.unwrap();
    assert!(imported.learnt.iter().any(|said| said.contains("2 different active users")), "{imported:?}");
    assert!(imported.problems.iter().any(|said| said.starts_with("activity.jsonl: ")), "{imported:?}");
    let activity = pool.activity(month).await.unwrap();
    assert!(activity.users.low >= 2);
    assert_eq!(activity.clients.len(), 1);
    assert_eq!(pool.activity(month.previous()).await.unwrap().users.likely, Some(10_040));
    let missing = pool.import_activity(vec!["/nowhere/at/all.json".into()], false).await.unwrap_err();
    assert_eq!(missing.field.as_deref(), Some("file"));
    assert!(missing.message.contains("all.json") && !missing.message.contains("/nowhere"), "{}", missing.message);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bill_without_a_line_for_free_users_is_neither_exact_nor_a_ceiling() {
    let house = House::new(today()).await;
    let pool = house.synced().await;
    let last = Month::of(house.sandbox.weather().now()).previous();
    let bill = house.dir.path().join("bill.csv");
    let usage = format!("UsageType,UsageQuantity,UsageStartDate\nEUW1-CognitoEssentialsMAU,40,{last}-01\n");
    std::fs::write(&bill, usage).unwrap();
    let before = pool.activity(last).await.unwrap().users;
    let of_account = pool.import_activity(vec![bill.clone()], false).await.unwrap();
    assert!(of_account.problems.iter().any(|told| told.contains("bounds nothing and was not used")), "{of_account:?}");
    assert_eq!(pool.activity(last).await.unwrap().users, before);
    let own = pool.import_activity(vec![bill.clone()], true).await.unwrap();
    assert!(own.problems.iter().any(|told| told.contains("its 40 are only the least")), "{own:?}");
    let told = pool.activity(last).await.unwrap();
    assert_eq!((told.users.low, told.users.high), (40, None));
    assert!(told.missing.iter().any(|missing| missing.what.contains("no line for the users that are free")));
    // What is exact stays.
    pool.set_billed(last, Some(BilledNumber::new(9_000, BillScope::Pool))).await.unwrap();
    pool.import_activity(vec![bill], true).await.unwrap();
    assert_eq!(pool.activity(last).await.unwrap().users.high, Some(9_000));
}

/// CloudTrail's event of a call of the month: an answered challenge with a `sub`, or a machine's token request.
pub(crate) fn trail_event(month: Month, client: &str, sub: Option<&str>) -> String {
    let at = month.begins() + SignedDuration::from_hours(1);
    let name = if sub.is_some() { "RespondToAuthChallenge" } else { "Token_POST" };
    let additional = match sub {
        Some(sub) => json!({ "sub": sub }),
        None => json!({ "requestParameters": { "client_id": [client], "grant_type": ["client_credentials"] } }),
    };
    json!({ "eventSource": "cognito-idp.amazonaws.com", "eventName": name, "eventTime": at.to_string(),
        "requestParameters": { "clientId": client }, "additionalEventData": additional })
    .to_string()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_trail_of_the_account_counts_no_other_pool_s_users_and_can_be_taken_back() {
    let house = House::new(today()).await;
    let pool = house.synced().await;
    let month = Month::of(house.sandbox.weather().now()).previous();
    let client = house.sandbox.description().clients[0].id.clone();
    let events = [
        trail_event(month, &client, Some("a")),
        trail_event(month, "clientofanotherpool", Some("b")),
        trail_event(month, "clientofanotherpool", Some("c")),
        trail_event(month, &client, None),
        trail_event(month, "clientofanotherpool", None),
    ];
    let trail = house.dir.path().join("trail.jsonl");
    std::fs::write(&trail, events.join("\n")).unwrap();
    let account = house.dir.path().join("athena.csv");
    std::fs::write(&account, format!("month,users,tokenRequests,scope\n{month},5000,5000,account\n")).unwrap();
    let before = pool.activity(month).await.unwrap().users;
    let imported = pool.import_activity(vec![trail, account], false).await.unwrap();
    assert!(imported.problems.iter().any(|said| said.starts_with("2 events tell neither")), "{imported:?}");
    let activity = pool.activity(month).await.unwrap();
    assert_eq!((activity.users.low, activity.token_requests), (1, None), "of a part of the month: {activity:?}");
    let part = "tell 1 token requests of machines; how many the whole month had is unknown";
    assert!(activity.missing.iter().any(|missing| missing.what.contains(part)), "{activity:?}");
    assert!(activity.users.evidence.iter().any(|item| item.bound == Bound::Hint && item.users == 5000));
    pool.forget_log(month).await.unwrap();
    let activity = pool.activity(month).await.unwrap();
    assert_eq!((activity.users, activity.token_requests), (before, None));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_imports_of_a_month_add_up_field_by_field() {
    let house = House::new(today()).await;
    let pool = house.synced().await;
    let month = Month::of(house.sandbox.weather().now()).previous();
    let (users, machines) = (house.dir.path().join("users.csv"), house.dir.path().join("machines.csv"));
    std::fs::write(&users, format!("month,users\n{month},40\n")).unwrap();
    std::fs::write(&machines, format!("month,tokenRequests\n{month},70\n")).unwrap();
    for order in [[&users, &machines], [&machines, &users]] {
        pool.forget_log(month).await.unwrap();
        for file in order {
            pool.import_activity(vec![file.clone()], false).await.unwrap();
        }
        let activity = pool.activity(month).await.unwrap();
        assert_eq!((activity.users.likely, activity.token_requests), (Some(40), Some(70)));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_parts_of_a_month_s_log_that_are_imported_one_after_the_other_are_counted_together() {
    let house = House::new(today()).await;
    let pool = house.synced().await;
    let month = Month::of(house.sandbox.weather().now()).previous();
    let client = house.sandbox.description().clients[0].id.clone();
    let file = |name: &str, people: std::ops::Range<u32>| {
        let path = house.dir.path().join(name);
        let events: Vec<String> =
            people.map(|person| trail_event(month, &client, Some(&format!("sub-{person}")))).collect();
        std::fs::write(&path, events.join("\n")).unwrap();
        path
    };
    let (one, other) = (file("one.jsonl", 0..60), file("other.jsonl", 40..100));
    pool.import_activity(vec![one.clone()], true).await.unwrap();
    let told = pool.import_activity(vec![other], true).await.unwrap().learnt;
    let users = pool.activity(month).await.unwrap().users;
    let log = users.evidence.iter().find(|item| item.says.starts_with("Imports of logs together")).unwrap();
    assert_eq!((log.bound, log.users, users.low), (Bound::AtLeast, 60, 60), "what one of them names is sure");
    assert!(log.says.contains("name 100 ") || log.says.contains("name 99 ") || log.says.contains("name 101 "));
    assert!(told[0].contains("60 different active users. Together with what was imported before: "), "{told:?}");
    let again = pool.import_activity(vec![one], true).await.unwrap().learnt;
    assert!(again[0].contains("Together with"), "{again:?}");
    assert_eq!(pool.activity(month).await.unwrap().users.low, users.low, "the same file once more adds nobody");
}

/// The columns of the table that a query of Logs Insights makes: what it groups by, and what it counts.
fn columns(query: &str) -> Vec<&str> {
    let (counted, by) = query.lines().last().unwrap().strip_prefix("| stats ").unwrap().split_once(" by ").unwrap();
    by.split(", ").chain([counted.rsplit_once(" as ").unwrap().1]).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_tables_that_the_prepared_queries_make_are_imported_as_they_are() {
    let house = House::new(today()).await;
    let pool = house.synced().await;
    let month = Month::of(house.sandbox.weather().now()).previous();
    let insights = [LogGroup::InsightsActivity, LogGroup::InsightsTrail];
    let queries = prepared_queries(&pool.key().pool, month);
    let mut files = Vec::new();
    for (at, query) in queries.iter().filter(|query| insights.contains(&query.runs_on)).enumerate() {
        let columns = columns(&query.text);
        assert!(query.text.contains(&format!("concat(\"{month}\", \"\") as month")), "{}", query.text);
        let cell = |column: &&str| match *column {
            "month" => month.to_string(),
            "client" => "1example23456789".to_owned(),
            "users" if columns.contains(&"client") => "30".to_owned(),
            "users" | "tokenRequests" => "40".to_owned(),
            "scope" => "account".to_owned(),
            other => panic!("{other} is no column of the importer"),
        };
        let cells: Vec<String> = columns.iter().map(cell).collect();
        let file = house.dir.path().join(format!("result-{at}.csv"));
        std::fs::write(&file, format!("{}\n{}\n", columns.join(","), cells.join(","))).unwrap();
        files.push(file);
    }
    assert_eq!(files.len(), 4);
    files.push(files[1].clone());
    let imported = pool.import_activity(files, true).await.unwrap();
    let all = format!("{month}: 40 different active users. 40 token requests of machines.");
    assert_eq!((imported.learnt, imported.problems), (vec![all], Vec::new()));
    let activity = pool.activity(month).await.unwrap();
    assert_eq!((activity.users.low, activity.token_requests), (40, Some(40)));
    let clients: Vec<(&str, u64)> = activity.clients.iter().map(|(client, users)| (client.as_str(), *users)).collect();
    assert_eq!(clients, [("1example23456789", 30)], "once, and not lost for the larger number of all");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_table_of_something_else_takes_nothing_from_the_rest_of_an_import() {
    let house = House::new(today()).await;
    let pool = house.synced().await;
    let month = Month::of(house.sandbox.weather().now()).previous();
    let [people, users, bill] = ["people.csv", "users.csv", "bill.csv"].map(|name| house.dir.path().join(name));
    std::fs::write(&people, "name,age\nzoe,7\n").unwrap();
    std::fs::write(&users, format!("month,users\n{month},40\n")).unwrap();
    let lines =
        ["Usage,EUW1-CognitoPlusMAU,50", "Credit,EUW1-CognitoPlusMAU,50"].map(|line| format!("{line},{month}-01\n"));
    let header = "lineItem/LineItemType,lineItem/UsageType,lineItem/UsageAmount,lineItem/UsageStartDate";
    std::fs::write(&bill, format!("{header}\n{}", lines.concat())).unwrap();
    let imported = pool.import_activity(vec![people, users, bill], true).await.unwrap();
    assert!(imported.problems.iter().any(|told| told.starts_with("people.csv: Its columns are")), "{imported:?}");
    let lines = "1 lines of a bill are no usage but credits";
    assert!(imported.problems.iter().any(|told| told.starts_with(lines)), "{imported:?}");
    let users = pool.activity(month).await.unwrap().users;
    assert_eq!(users.likely, Some(50), "{users:?}");
    assert!(users.evidence.iter().any(|item| item.users == 40), "{users:?}");
}

/// A row of an answer of CloudWatch.
fn row(month: Month, label: &str, value: u32) -> serde_json::Value {
    let at = month.begins().to_string();
    json!({ "Id": "m", "Label": label, "Timestamps": [at], "Values": [value], "StatusCode": "Complete" })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_was_answered_within_its_month_is_not_taken_for_the_whole_one() {
    let house = House::new(today()).await;
    let pool = house.synced().await;
    let month = Month::of(house.sandbox.weather().now()).previous();
    let answer = house.dir.path().join("sums.json");
    let rows = [row(month, "SignInSuccesses 1example23456789", 2_000)];
    std::fs::write(&answer, json!({ "MetricDataResults": rows }).to_string()).unwrap();
    pool.import_activity(vec![answer], false).await.unwrap();
    let told = pool.activity(month).await.unwrap();
    let says: Vec<&str> = told.users.evidence.iter().map(|item| item.says.as_str()).collect();
    assert!(says.contains(&"CloudWatch had counted 2,000 sign-ins, as of a time that is not known."), "{says:?}");
    assert!(!says.iter().any(|says| says.contains("At most")), "{says:?}");
    assert!(told.missing.iter().any(|missing| missing.remedy.starts_with("Ask again")), "{:?}", told.missing);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sums_of_cloudwatch_are_told_by_app_client_and_bound_no_more_than_that_somebody_was_active() {
    let house = House::new(today()).await;
    let pool = house.synced().await;
    let month = Month::of(house.sandbox.weather().now());
    let before = pool.activity(month).await.unwrap();
    assert!(before.missing.iter().any(|missing| missing.iam_action == Some("cloudwatch:GetMetricData")));
    let rows = [row(month, "SignInSuccesses 1example23456789", 4_000_000), row(month, "SignUpSuccesses Admin", 3)];
    let (answer, broken) = (house.dir.path().join("sums.json"), house.dir.path().join("broken.json"));
    std::fs::write(&answer, json!({ "MetricDataResults": rows }).to_string()).unwrap();
    std::fs::write(&broken, json!({ "MetricDataResults": rows, "NextToken": "more" }).to_string()).unwrap();
    let imported = pool.import_activity(vec![answer, broken], false).await.unwrap();
    assert!(
        imported.learnt[0].contains("CloudWatch counts 3 sign-ups and 4,000,000 sign-ins. It was searched for"),
        "{imported:?}"
    );
    assert!(imported.problems[0].starts_with("broken.json: CloudWatch's answer is not complete"), "{imported:?}");
    let told = pool.activity(month).await.unwrap();
    let items = told.users.evidence.iter().filter(|item| item.kind == EvidenceKind::Metrics);
    assert_eq!(
        items.map(|item| (item.bound, item.users)).collect::<Vec<_>>(),
        [(Bound::AtLeast, 1), (Bound::Hint, 3), (Bound::Hint, 4_000_000)]
    );
    assert_eq!(
        (told.users.low, told.users.likely, told.users.high),
        (before.users.low.max(1), before.users.likely, before.users.high)
    );
    assert_eq!((told.client_events[0].0.as_str(), told.client_events[0].1), ("1example23456789", 4_000_000));
    assert!(told.missing.iter().all(|missing| missing.iam_action != Some("cloudwatch:GetMetricData")));
    pool.forget_log(month).await.unwrap();
    assert_eq!(pool.activity(month).await.unwrap(), before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_largest_groups_are_told_with_whose_record_changed() {
    let house = House::new(sandbox::Options { users: 300, ..today() }).await;
    let pool = house.synced().await;
    let month = Month::of(house.sandbox.weather().now());
    let activity = pool.activity(month).await.unwrap();
    let everybody = house.people();
    let members = |group: &str| -> Vec<_> {
        everybody.iter().filter(|person| person.groups.iter().any(|name| name == group)).collect()
    };
    assert!(!activity.groups.is_empty() && activity.groups.is_sorted_by_key(|group| std::cmp::Reverse(group.members)));
    for told in &activity.groups {
        let changed =
            members(&told.group).into_iter().filter(|person| month.contains(person.modified_at)).count() as u64;
        assert_eq!((told.members, told.changed), (members(&told.group).len() as u64, changed), "{}", told.group);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn groups_whose_names_differ_by_case_are_counted_apart() {
    let house = House::new(sandbox::Options { users: 12, ..today() }).await;
    let (directory, id) = (house.sandbox.directory(), house.sandbox.pool_id());
    let people: Vec<String> = house.people().into_iter().map(|person| person.username).collect();
    for (group, members) in [("Watch", &people[..2]), ("watch", &people[2..5])] {
        directory.create_group(&id, group, None).unwrap();
        members.iter().for_each(|name| directory.add_to_group(&id, name, group).unwrap());
    }
    for name in [&people[0], &people[2], &people[3]] {
        directory.set_enabled(&id, name, false).unwrap();
    }
    let pool = house.synced().await;
    let activity = pool.activity(Month::of(house.sandbox.weather().now())).await.unwrap();
    let told = |name: &str| {
        let group = activity.groups.iter().find(|group| group.group == name).unwrap();
        (group.members, group.changed)
    };
    assert_eq!((told("Watch"), told("watch")), ((2, 1), (3, 2)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bill_that_is_taken_back_leaves_what_was_seen() {
    let house = House::new(today()).await;
    let server = house.sandbox.serve(0).await.unwrap();
    let pool = house.synced().await;
    let month = Month::of(house.sandbox.weather().now());
    let mut administrator = Administrator::new(server.endpoint(), house.sandbox.pool_id(), 1);
    tokio::task::block_in_place(|| (0..3).for_each(|_| administrator.create()));
    synced(&pool).await;
    assert_eq!(pool.activity(month).await.unwrap().users.low, 3);
    // In the next month nothing but what was kept tells of it, since the history is gone.
    next_month(&house);
    house.console.update_settings(|settings| settings.history_days = 1).await.unwrap();
    synced(&pool).await;
    for users in [900, 2] {
        pool.set_billed(month, Some(BilledNumber::new(users, BillScope::Pool))).await.unwrap();
        let told = pool.activity(month).await.unwrap().users;
        assert_eq!((told.low, told.high), (users, Some(users)));
    }
    pool.set_billed(month, None).await.unwrap();
    assert_eq!(pool.activity(month).await.unwrap().users.low, 3);
    server.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_denied_or_absent_aws_makes_the_range_wider_and_says_what_is_missing() {
    let mut house = House::new(today()).await;
    let server = house.sandbox.serve(0).await.unwrap();
    let pool = house.synced().await;
    let month = Month::of(house.sandbox.weather().now());
    let mut administrator = Administrator::new(server.endpoint(), house.sandbox.pool_id(), 1);
    tokio::task::block_in_place(|| (0..3).for_each(|_| administrator.create()));
    synced(&pool).await;
    assert_eq!(pool.activity(month).await.unwrap().users.low, 3);
    let key = pool.key().clone();
    drop(pool);
    house.reopen().await;
    let pool = house.console.open_cached(&key).await.unwrap();
    let offline = pool.activity(month).await.unwrap();
    assert!(offline.missing.iter().any(|missing| missing.iam_action == Some("cognito-idp:ListUserImportJobs")));
    assert_eq!(offline.users.low, 3, "what was known before stays known");
    house.sandbox.weather().deny("ListUserImportJobs");
    let online = house.open().await.activity(month).await.unwrap();
    assert!(online.missing.iter().any(|missing| missing.iam_action == Some("cognito-idp:ListUserImportJobs")));
    server.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn plans_are_compared_and_the_report_says_the_same_in_three_forms() {
    let house = House::new(today()).await;
    let pool = house.synced().await;
    let month = Month::of(house.sandbox.weather().now());
    let activity = pool.activity(month).await.unwrap();
    let known = pool.plans_question(&activity).await.unwrap();
    assert_eq!(known.present, Some(PricePlan::Essentials));
    let users = model::estimate::Estimate::new(90_000, Some(100_000), Some(110_000));
    let question = PlansQuestion { users, split: model::mau::Split { direct: 1, ..Default::default() }, ..known };
    let answer = house.console.plans(&question).unwrap();
    let told: Vec<String> = answer.plans.iter().map(|cost| model::cost::plain(cost.cost.likely.unwrap())).collect();
    assert_eq!(told, ["495.00", "1350.00", "2000.00", "275.00"]);
    let switching = answer.plans[0].switching.clone().unwrap();
    assert_eq!(
        (switching.low, switching.high),
        (440.into(), Some(1500.into())),
        "80,000 on Lite, 100,000 on Essentials"
    );
    let besides = Besides { extra_rate: 10, replicated: true, advanced_security: true, ..question.besides };
    let extra = PlansQuestion { besides, ..question.clone() };
    let extra = house.console.plans(&extra).unwrap();
    let told: Vec<String> = extra.plans.iter().map(|cost| model::cost::plain(cost.cost.likely.unwrap())).collect();
    // Each plan 10 × 20 more; Essentials 100,000 × 0.0045, Plus × 0.006; legacy 2,500 + 1,750 for advanced security.
    assert_eq!(told, ["695.00", "2000.00", "2800.00", "4725.00"]);
    assert!(answer.curve.windows(2).all(|two| two[0].users < two[1].users));
    assert!(answer.break_even.iter().any(|point| point.cheaper == PricePlan::Lite && point.dearer == PricePlan::Plus));

    let report = pool.report(activity, &question).await.unwrap();
    let html = String::from_utf8(report.write(ReportFormat::Html)).unwrap();
    assert!(html.contains("$1,350.00") && html.contains("90,000 × $0.015 = $1,350.00"));
    assert!(
        html.contains("as somebody chose") && html.contains("The pool has about"),
        "evidence stands beside a what-if"
    );
    assert!(html.contains("tokens machines asked for is not known") && html.contains("Other pools of the account"));
    assert!(!html.contains("<script") && !html.contains("http://") && !html.contains("https://"));
    let csv = String::from_utf8(report.write(ReportFormat::Csv)).unwrap();
    assert!(csv.contains("The same month on each plan,Essentials,likely,1350.00"), "{csv}");
    assert!(csv.contains("Calls about one person"), "{csv}");
    assert!(!csv.contains("first about that person"), "which call was the first is not known: {csv}");
    let pdf = report.write(ReportFormat::Pdf);
    assert!(pdf.starts_with(b"%PDF-") && pdf.len() > 3_000);
    let text = String::from_utf8_lossy(&pdf);
    let sheets = text.matches("/Type /Page").count() - text.matches("/Type /Pages").count();
    assert_eq!(sheets, 1, "a manager gets one page");
    for needed in ["$1,350.00", "How many, and how that is known", "Assumptions", "read on"] {
        assert!(text.contains(needed), "{needed} is not in {text}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_moves_numbers_about_asks_aws_nothing() {
    let house = House::new(today()).await;
    let pool = house.synced().await;
    let month = Month::of(house.sandbox.weather().now());
    let attempts = || house.console.calls().iter().map(|calls| calls.attempts).sum::<u64>();
    let before = attempts();
    let looked = pool.look(month).await.unwrap();
    let after = attempts();
    assert!(after > before, "looking asks for imports and the pool's settings");
    for _ in 0..3 {
        let question = pool.question(month).await.unwrap();
        assert_eq!(question, looked);
        house.console.plans(&question.0).unwrap();
    }
    assert_eq!(attempts(), after);
    assert_eq!(pool.question(month.previous()).await.unwrap().1.month, month.previous());
    assert!(attempts() > after, "another month is looked at");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_recommended_where_the_number_of_users_is_not_known_well_enough() {
    let house = House::new(today()).await;
    let pool = house.synced().await;
    let activity = pool.activity(Month::of(house.sandbox.weather().now())).await.unwrap();
    let known = pool.plans_question(&activity).await.unwrap();
    let told = |low, likely, high| {
        let users = model::estimate::Estimate::new(low, likely, high);
        let split = model::mau::Split { direct: 1, ..Default::default() };
        let question = PlansQuestion { users, split, present: Some(PricePlan::Lite), ..known.clone() };
        console::recommendation(Some(PricePlan::Plus), &house.console.plans(&question).unwrap().plans)
    };
    // Every plan costs nothing at the least, which says nothing about the most.
    let unknown = told(0, None, None);
    assert_eq!(unknown.len(), 1);
    assert!(unknown[0].starts_with("How many users were active is not known well enough"), "{unknown:?}");
    let likely = told(0, Some(100_000), None);
    assert!(likely[0].starts_with("Lite would cost") && likely[1].starts_with("By the likely number"), "{likely:?}");
    let bounded = told(90_000, Some(100_000), Some(110_000));
    assert!(bounded[0].starts_with("Lite would cost") && !bounded.concat().contains("likely"), "{bounded:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_this_app_may_cost_is_the_most_that_the_table_in_use_says_of_the_region() {
    let house = House::new(today()).await;
    let pool = house.synced().await;
    let (table, _) = house.console.prices().unwrap();
    let mut own = serde_json::to_value(&table).unwrap();
    let mut dear = own["regions"]["ap-northeast-1"].clone();
    let brackets = json!([{ "upTo": null, "price": "3.5" }]);
    let tariff = json!({ "brackets": brackets, "sources": ["pricing-page"], "note": null });
    dear["tariffs"] = json!({ "lite": tariff, "essentials": tariff, "plus": tariff });
    let region = house.pool_id().to_string().split_once('_').unwrap().0.to_owned();
    own["regions"][&region] = dear;
    house.console.set_prices(Some(own.to_string())).await.unwrap();
    let confirmed = person(&house, "CONFIRMED");
    let set = Action::SetAttributes { attributes: [("nickname".to_owned(), "one".to_owned())].into() };
    let plan = pool.plan(set, Chosen::Names(vec![confirmed.username.clone()])).await.unwrap();
    assert_eq!(
        pool.preview(&plan).await.unwrap().price.high,
        Some(rust_decimal::Decimal::new(35, 1)),
        "before it is done"
    );
    let start = start(&house, "USER_SRP_AUTH", &confirmed.username, Some(&confirmed.password)).await;
    let signed_in = sign_in(&house, start.clone()).await.unwrap();
    let month = Month::of(house.sandbox.weather().now());
    let ledger = house.console.ledger(month, &LedgerOf::default()).await.unwrap();
    assert_eq!(ledger.cost.high, Some(rust_decimal::Decimal::new(35, 1)));
    assert_eq!(house.console.session_cost(Some(&pool)).high, "3.50");
    let refresh = Some(tokens(&signed_in).2);
    let flow = "GetTokensFromRefreshToken".to_owned();
    sign_in(&house, Start { flow, username: String::new(), password: refresh, ..start }).await.unwrap();
    assert_eq!(house.console.session_cost(Some(&pool)).high, "7.00", "whoever it is about is of this Region");
    let on_aws = house.console.session_cost(None);
    assert_eq!((on_aws.users, on_aws.high.as_str()), (0, "0.00"), "nobody is billed for what was tried in the sandbox");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_price_table_of_ones_own_is_kept_used_and_named() {
    let mut house = House::new(today()).await;
    let (table, used) = house.console.prices().unwrap();
    assert!(used.built_in);
    let mut own = serde_json::to_value(&table).unwrap();
    own["version"] = json!("ours");
    house.console.set_prices(Some(own.to_string())).await.unwrap();
    house.reopen().await;
    let (_, used) = house.console.prices().unwrap();
    assert_eq!((used.version.as_str(), used.built_in), ("ours", false));
    own["currency"] = json!("EUR");
    let refused = house.console.set_prices(Some(own.to_string())).await.unwrap_err();
    assert!(refused.message.contains("EUR"), "{refused}");
    assert_eq!(house.console.prices().unwrap().1.version, "ours");
    house.console.set_prices(None).await.unwrap();
    assert!(house.console.prices().unwrap().1.built_in);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_did_not_change_since_a_day_is_found_by_a_query_and_priced() {
    let house = House::new(today()).await;
    let pool = house.synced().await;
    let tomorrow = house.sandbox.weather().now() + SignedDuration::from_hours(48);
    let all = pool.dormant(tomorrow.to_zoned(jiff::tz::TimeZone::UTC).date()).await.unwrap();
    assert_eq!(all.users, pool.count("").await.unwrap());
    assert_eq!(pool.count(all.query.as_deref().unwrap()).await.unwrap(), all.users);
    let plus = all.touching.iter().find(|(plan, _)| *plan == PricePlan::Plus).unwrap();
    let expected = rust_decimal::Decimal::from(all.users) * rust_decimal::Decimal::new(20, 3);
    assert_eq!(plus.1.high, Some(expected));
    let before = pool.dormant("2001-01-01".parse().unwrap()).await.unwrap();
    assert_eq!((before.users, before.called), (0, 0));
    // Nobody of them may be free, also where the month has hardly anybody.
    let essentials = all.touching.iter().find(|(plan, _)| *plan == PricePlan::Essentials).unwrap();
    assert_eq!(essentials.1.high, Some(rust_decimal::Decimal::from(all.users) * rust_decimal::Decimal::new(15, 3)));
    // Who was called about since, and whose record is older.
    let confirmed = person(&house, "CONFIRMED");
    let start = start(&house, "USER_SRP_AUTH", &confirmed.username, Some(&confirmed.password)).await;
    sign_in(&house, start).await.unwrap();
    let today = house.sandbox.weather().now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let dormant = pool.dormant(today).await.unwrap();
    let record = pool.look_up(&confirmed.username).await.unwrap().found.remove(0);
    let is_old = record.modified_at < Month::of(house.sandbox.weather().now()).begins();
    assert!(is_old, "the record is not of today");
    assert_eq!(dormant.called, 1);
    let handed_over =
        pool.search(dormant.query.as_deref().unwrap(), &Sort::default(), None, 5_000).await.unwrap().users;
    assert_eq!(handed_over.len() as u64, dormant.users);
    assert!(
        handed_over.iter().all(|user| user.username.as_str() != confirmed.username),
        "who signed in is no dormant user"
    );
    assert_eq!(pool.dormant("2001-01-01".parse().unwrap()).await.unwrap().called, 0, "the record is younger than that");
}
