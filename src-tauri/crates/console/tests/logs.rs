//! Importing logs and tables: whole, compressed, damaged, cut off, huge.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::io::{self, Read, Write};

use console::logs::{BilledKind, BilledUsage, ImportedTable, LogReport, read_log, read_table};
use flate2::Compression;
use flate2::write::GzEncoder;
use model::cost::Meter;
use model::mau::{Damage, LogCounter, LogMonth};
use model::month::Month;
use model::{ClientId, PoolId};
use rstest::rstest;
use serde_json::{Value, json};

const POOL: &str = "eu-west-1_AbCdEfGhI";

fn sign_in(user: u64) -> String {
    format!(
        "{{\"eventTimestamp\":\"1793707200000\",\"eventSource\":\"USER_ACTIVITY\",\"logLevel\":\"INFO\",\"message\":\
         {{\"version\":\"1\",\"eventId\":\"e\",\"eventType\":\"SignIn\",\"userSub\":\"a1b2c3d4-5678-90ab-cdef-{user:012}\",\
         \"userName\":\"u{user}\",\"userPoolId\":\"{POOL}\",\"clientId\":\"web\",\"eventResponse\":\"Pass\",\"riskLevel\":\"\",\
         \"challenges\":[\"Password:Success\"],\"ipAddress\":\"192.0.2.1\"}}}}"
    )
}

fn lines(users: impl Iterator<Item = u64>) -> String {
    users.map(|user| sign_in(user) + "\n").collect()
}

fn trail(users: impl Iterator<Item = u64>) -> String {
    let record = |user: u64| {
        json!({
            "eventTime": "2026-11-03T12:00:00Z", "eventSource": "cognito-idp.amazonaws.com",
            "eventName": "RespondToAuthChallenge", "errorCode": null, "requestParameters": { "clientId": "web" },
            "additionalEventData": { "sub": format!("a1b2c3d4-5678-90ab-cdef-{user:012}") }
        })
    };
    json!({ "Records": users.map(record).collect::<Vec<Value>>() }).to_string()
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(text).unwrap();
    gzip.finish().unwrap()
}

fn read(file: impl Read) -> (LogReport, Vec<LogMonth>) {
    let clients = [ClientId::parse("web").unwrap()];
    let mut counter = LogCounter::new(Some(PoolId::parse(POOL).unwrap())).of_clients(clients);
    let report = read_log(file, &mut counter);
    (report, counter.months())
}

/// Users of the only month; nobody without one.
fn users(months: &[LogMonth]) -> u64 {
    assert!(months.len() <= 1);
    months.first().map_or(0, |month| month.surely.users)
}

/// Gives a file in pieces of a few bytes, as pipes do.
struct Slowly<R>(R);

impl<R: Read> Read for Slowly<R> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let most = to.len().min(7);
        self.0.read(&mut to[..most])
    }
}

#[rstest]
#[case::lines(lines(0..50).into_bytes(), 50, false)]
#[case::lines_without_a_last_newline(lines(0..50).trim_end().into(), 50, false)]
#[case::with_windows_line_ends(lines(0..50).replace('\n', "\r\n").into_bytes(), 50, false)]
#[case::in_a_row_without_newlines(lines(0..50).replace('\n', "").into_bytes(), 1, false)]
#[case::compressed(gzip(lines(0..50).as_bytes()), 50, true)]
#[case::compressed_in_two_streams([gzip(lines(0..20).as_bytes()), gzip(lines(20..50).as_bytes())].concat(), 50, true)]
#[case::trail(trail(0..50).into_bytes(), 50, false)]
#[case::compressed_trail(gzip(trail(0..50).as_bytes()), 50, true)]
#[case::trail_over_several_lines(trail(0..50).replace("{\"Records\":[", "\n{ \"Records\" :\n [").into_bytes(), 50, false)]
#[case::empty(Vec::new(), 0, false)]
fn every_shape_of_a_log_is_read(#[case] file: Vec<u8>, #[case] lines: u64, #[case] compressed: bool) {
    let expected = LogReport { lines, compressed, ..LogReport::default() };
    let (report, months) = read(file.as_slice());
    assert_eq!((report, users(&months)), (expected.clone(), if lines == 0 { 0 } else { 50 }));
    let (report, months) = read(Slowly(file.as_slice()));
    assert_eq!((report, users(&months)), (expected, if lines == 0 { 0 } else { 50 }));
}

#[test]
fn damaged_lines_are_told_and_the_others_counted() {
    let good = lines(0..30);
    let file = format!("{}hello\n{}\n\n{{}}\n{good}", lines(0..3), &sign_in(99)[..60]);
    let (report, months) = read(file.as_bytes());
    assert_eq!(users(&months), 30);
    assert_eq!((report.lines, report.damaged, report.cut_off), (37, 3, None));
    assert_eq!(report.examples, [(4, Damage::NotJson), (5, Damage::CutOff), (7, Damage::NotAnEvent)]);
}

#[test]
fn only_the_first_damaged_lines_are_told_one_by_one() {
    let (report, _) = read("hello\n".repeat(1_000).as_bytes());
    assert_eq!((report.damaged, report.examples.len()), (1_000, 20));
}

#[rstest]
#[case::lines(lines(0..50).into_bytes(), "The file is cut off in line 50.")]
#[case::trail(trail(0..50).into_bytes(), "The file is cut off in record 50.")]
fn a_file_that_is_cut_off_counts_up_to_there(#[case] mut file: Vec<u8>, #[case] why: &str) {
    file.truncate(file.len() - 30);
    let (report, months) = read(file.as_slice());
    assert_eq!((report.cut_off.as_deref(), report.damaged, users(&months)), (Some(why), 0, 49));
}

#[test]
fn gzip_that_is_cut_off_or_damaged_counts_what_can_be_read() {
    let whole = gzip(lines(0..20_000).as_bytes());
    let (report, months) = read(&whole[..whole.len() / 2]);
    assert_eq!(report.cut_off.as_deref(), Some("The file is cut off."));
    assert!((5_000..20_000).contains(&users(&months)), "{}", users(&months));
    let mut broken = whole.clone();
    let middle = broken.len() / 2;
    broken[middle..middle + 64].fill(0xff);
    let (report, months) = read(broken.as_slice());
    assert_eq!(report.cut_off.as_deref(), Some("The compressed data is damaged."));
    assert!((1..20_000).contains(&users(&months)));
    let (report, _) = read(&whole[..3]);
    assert!(report.cut_off.is_some());
    let half_trail = gzip(trail(0..20_000).as_bytes());
    let (report, months) = read(&half_trail[..half_trail.len() / 2]);
    assert!(report.cut_off.is_some() && users(&months) > 1_000, "{report:?}");
}

#[test]
fn a_trail_with_a_damaged_record_goes_on_as_far_as_it_can() {
    let file = trail(0..5).replacen("\"2026-11-03T12:00:00Z\"", "\"once upon a time\"", 1);
    let (report, months) = read(file.as_bytes());
    assert_eq!((report.lines, &report.examples[..], users(&months)), (5, &[(1, Damage::NoTime)][..], 4));
    let file = trail(0..5).replacen("\"eventTime\"", "eventTime", 3);
    let (report, _) = read(file.as_bytes());
    assert_eq!(report.cut_off.as_deref(), Some("From record 1 on it is damaged."));
}

#[test]
fn a_line_without_end_takes_no_memory_and_the_next_is_read() {
    let endless = [b"{\"x\":\"".as_slice(), &vec![b'a'; 5_000_000], b"\"}\n"].concat();
    let file = [endless, lines(0..3).into_bytes()].concat();
    let (report, months) = read(file.as_slice());
    assert_eq!((users(&months), report.lines, report.damaged), (3, 4, 1));
    // Many values in one line of 10 MB are no damage.
    let (report, months) = read(lines(0..30_000).replace('\n', "").as_bytes());
    assert_eq!((users(&months), report), (30_000, LogReport { lines: 1, ..LogReport::default() }));
}

/// Ten million events as they come, without ever being a file.
struct Generated {
    next: u64,
    events: u64,
    users: u64,
    piece: Vec<u8>,
    at: usize,
}

impl Read for Generated {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        if self.at == self.piece.len() {
            self.piece.clear();
            self.at = 0;
            for _ in 0..1_000.min(self.events - self.next) {
                // Every user comes, and none in order.
                let user = self.next.wrapping_mul(2_654_435_761) % self.users;
                self.piece.extend_from_slice(sign_in(user).as_bytes());
                self.piece.push(b'\n');
                self.next += 1;
            }
        }
        let piece = &self.piece[self.at..];
        let read = piece.len().min(to.len());
        to[..read].copy_from_slice(&piece[..read]);
        self.at += read;
        Ok(read)
    }
}

#[test]
#[ignore = "takes a minute: `cargo test --package poolkeeper-console --test logs -- --ignored`"]
fn ten_million_events_are_counted_within_a_percent_and_a_hundred_megabytes() {
    for users in [700_000, 3_000_000] {
        let generated = Generated { next: 0, events: 10_000_000, users, piece: Vec::new(), at: 0 };
        let begin = std::time::Instant::now();
        let (report, months) = read(generated);
        let month = &months[0];
        eprintln!("{users} users in {:.1} s: {:?}", begin.elapsed().as_secs_f64(), month.surely);
        assert_eq!((report.lines, report.damaged, month.events), (10_000_000, 0, 10_000_000));
        assert!(month.surely.users.abs_diff(users) <= users / 100, "{:?}", month.surely);
        assert_eq!(month.surely.exact, users == 700_000);
    }
    if let Ok(status) = std::fs::read_to_string("/proc/self/status") {
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap().trim().trim_end_matches(" kB");
        eprintln!("at most {peak} kB");
        assert!(peak.parse::<u64>().unwrap() < 100_000, "{peak} kB");
    }
}

fn month(text: &str) -> Option<Month> {
    Some(Month::parse(text).unwrap())
}

#[test]
fn results_of_prepared_queries_are_read() {
    let file = "month,client,users\n2026-11,,\"12,345\"\n2026-11,web,9000\nsoon,web,1\n2026-11,web,many\n";
    let ImportedTable::Result { rows, damaged, .. } = read_table(file.as_bytes()).unwrap() else { panic!("no result") };
    let told: Vec<_> = rows.iter().map(|row| (row.month, row.client.as_deref(), row.users)).collect();
    assert_eq!(told, [(month("2026-11"), None, Some(12_345)), (month("2026-11"), Some("web"), Some(9_000))]);
    assert_eq!(damaged, [4, 5]);
    let ImportedTable::Result { rows, .. } = read_table("tokenRequests\n77\n".as_bytes()).unwrap() else { panic!() };
    assert_eq!((rows[0].month, rows[0].users, rows[0].token_requests), (None, None, Some(77)));
}

#[test]
fn a_number_of_the_whole_account_is_told_from_one_of_the_pool() {
    let file = "month,users,scope\n2026-11,500,account\n2026-11,5,\n";
    let ImportedTable::Result { rows, .. } = read_table(file.as_bytes()).unwrap() else { panic!("no result") };
    assert_eq!(rows.iter().map(|row| row.whole_account).collect::<Vec<_>>(), [true, false]);
}

#[test]
fn a_long_bill_is_read_to_its_end_and_a_long_result_says_that_it_was_not() {
    let bill = ["UsageType,UsageQuantity\n", &"x,1\n".repeat(1_000_000), "EUW1-CognitoPlusMAU,77\n"].concat();
    let ImportedTable::Usage { usage, .. } = read_table(bill.as_bytes()).unwrap() else { panic!("no usage") };
    assert_eq!(usage.iter().map(|usage| usage.quantity).collect::<Vec<_>>(), [77]);
    for (more, cut) in [(0, false), (1, true)] {
        let result = ["users\n", &"1\n".repeat(1_000_000 + more)].concat();
        let ImportedTable::Result { rows, cut_off, .. } = read_table(result.as_bytes()).unwrap() else { panic!() };
        assert_eq!((rows.len(), cut_off), (1_000_000, cut));
    }
}

#[rstest]
#[case("lineItem/UsageStartDate,lineItem/UsageType,lineItem/UsageAmount")]
#[case("line_item_usage_start_date,line_item_usage_type,line_item_usage_amount")]
#[case("bill/BillingPeriodStartDate,Usage type,Usage quantity")]
fn usage_on_a_bill_is_read(#[case] header: &str) {
    let rows = [
        "2026-11-01T00:00:00Z,EUW1-CognitoEssentialsMAU,100.5",
        "2026-11-02T00:00:00Z,EUW1-CognitoEssentialsMAU,50.5",
        "2026-11-01T00:00:00Z,Global-CognitoFreeTierMAU,10000",
        "2026-10-01T00:00:00Z,EUW1-CognitoEnterpriseMAU,5.1E1",
        "2026-10-01T00:00:00Z,EUW1-BoxUsage,744",
        "2026-10-01T00:00:00Z,EUW1-CUPM2MTokenRequestsFull,lots",
    ];
    let file = format!("{header}\n{}\n", rows.join("\n"));
    let ImportedTable::Usage { usage, damaged, .. } = read_table(file.as_bytes()).unwrap() else { panic!("no usage") };
    let of = |text: &str, kind, quantity| BilledUsage { month: month(text), kind, quantity };
    assert_eq!(
        usage,
        [
            of("2026-10", BilledKind::Billed(Meter::Federated), 51),
            of("2026-11", BilledKind::Billed(Meter::Essentials), 151),
            of("2026-11", BilledKind::FreeUsers, 10_000),
        ]
    );
    assert_eq!(damaged, [7]);
}

#[rstest]
#[case("lineItem/LineItemType,lineItem/UsageType,lineItem/UsageAmount,lineItem/UsageStartDate")]
#[case("line_item_line_item_type,line_item_usage_type,line_item_usage_amount,line_item_usage_start_date")]
fn credits_refunds_and_discounts_on_a_bill_are_no_users(#[case] header: &str) {
    let rows = [
        "Usage,EUW1-CognitoEssentialsMAU,100,2026-11-01",
        "DiscountedUsage,EUW1-CognitoEssentialsMAU,20,2026-11-01",
        "Credit,EUW1-CognitoEssentialsMAU,100,2026-11-01",
        "EdpDiscount,EUW1-CognitoEssentialsMAU,100,2026-11-01",
        "Refund,EUW1-CognitoEssentialsMAU,many,2026-11-01",
        "Credit,EUW1-BoxUsage,744,2026-11-01",
    ];
    let file = format!("{header}\n{}\n", rows.join("\n"));
    let ImportedTable::Usage { usage, damaged, no_usage, .. } = read_table(file.as_bytes()).unwrap() else { panic!() };
    assert_eq!(usage.iter().map(|usage| usage.quantity).collect::<Vec<_>>(), [120]);
    assert_eq!((damaged.len(), no_usage), (0, 3));
}

#[test]
fn a_table_of_something_else_is_refused_with_the_columns_that_are_wanted() {
    let error = read_table("name,age\nzoe,7\n".as_bytes()).unwrap_err();
    assert_eq!((error.code, error.field.as_deref()), (console::Code::Validation, Some("file")));
    assert!(error.message.contains("usage type"), "{}", error.message);
}
