//! Cognito's own import when something comes between: a killed program, lost answers, AWS out of reach.

use std::io::Write as _;
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use console::files::{ImportPhase, Way};
use console::jobs::AuditFilter;
use console::{AwsFiles, Code, Config};
use model::connection::ConnectionId;
use model::{ProfileName, Region};
use sandbox::{Fault, When};
use serde_json::json;

use crate::circle::message;
use crate::house::{House, no_aws, options};
use crate::importing::{JOB, approval, check, import, settings, written};
use crate::lab_challenges::administer;

const PEOPLE: &str = "username,email,email_verified\nnew.one,one@kept.example,yes\n";

#[tokio::test]
async fn the_file_for_cognito_lies_nowhere_under_a_name() {
    let house = House::new(options(20)).await;
    let pool = house.synced().await;
    let folder = tempfile::tempdir().unwrap();
    let checked = check(&pool, &written(folder.path(), "people.csv", PEOPLE), JOB).await.unwrap();
    house.sandbox.weather().set_latency(Duration::from_millis(100), Duration::ZERO);
    let import = pool.begin_import(&checked.id, settings(), approval(&pool)).await.unwrap();
    let mut on_its_way = 0;
    while import.progress.borrow().result.is_none() {
        on_its_way += u32::from(import.progress.borrow().phase == ImportPhase::Uploading);
        for entry in std::fs::read_dir(house.dir.path().join("data")).unwrap() {
            let bytes = std::fs::read(entry.unwrap().path()).unwrap_or_default();
            assert!(!bytes.windows(12).any(|part| part == b"kept.example"), "a killed program would leave it");
        }
        house.sandbox.weather().advance(Duration::from_secs(10));
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(import.finished().await.unwrap().status.imported, 1);
    assert!(on_its_way > 0);
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_and_passing_trouble_do_not_end_an_import_that_goes_on() {
    let house = House::new(options(20)).await;
    let pool = house.synced().await;
    let folder = tempfile::tempdir().unwrap();
    let checked = check(&pool, &written(folder.path(), "people.csv", PEOPLE), JOB).await.unwrap();
    let weather = house.sandbox.weather();
    weather.set_silence(Duration::from_secs(1));
    weather.plan_fault(Some("StartUserImportJob"), When::First(1), Fault::TimeoutAfter);
    weather.plan_fault(Some("DescribeUserImportJob"), When::First(60), Fault::ConnectionReset);
    let result = import(&house, &pool, &checked).await.unwrap();
    assert_eq!((result.status.status.as_str(), result.status.imported), ("Succeeded", 1));
    assert!(house.sandbox.calls().of("DescribeUserImportJob") > 60);
    let told = house.console.audit(AuditFilter::default(), 10).await.unwrap().records;
    let unknown = told.iter().filter(|record| record.entry.outcome.as_deref() == Some("unknown"));
    assert_eq!(unknown.count(), 1, "what was not known then is written so");
    assert_eq!(outcomes(&house, "StartUserImportJob").await, ["done", "unknown"], "and what was found out later");
}

#[tokio::test(start_paused = true)]
async fn a_start_of_which_aws_knows_nothing_is_told_with_the_job() {
    let house = House::new(options(20)).await;
    let pool = house.synced().await;
    let folder = tempfile::tempdir().unwrap();
    let checked = check(&pool, &written(folder.path(), "people.csv", PEOPLE), JOB).await.unwrap();
    let weather = house.sandbox.weather();
    weather.set_silence(Duration::from_secs(1));
    weather.plan_fault(Some("StartUserImportJob"), When::First(1), Fault::TimeoutBefore);
    let import = pool.begin_import(&checked.id, settings(), approval(&pool)).await.unwrap();
    let error = import.finished().await.unwrap_err();
    assert_eq!(error.code, Code::Unreachable);
    assert!(house.sandbox.calls().of("DescribeUserImportJob") > 5, "it may begin late");
    let job = import.progress.borrow().status.clone().unwrap();
    for part in [job.id.as_str(), "Look at the job", "import it anew"] {
        assert!(error.message.contains(part), "what to do next is said: {error}");
    }
    assert_eq!(pool.import_status(&job.id).await.unwrap().status, "Created");
    assert_eq!(house.sandbox.calls().of("StartUserImportJob"), 1, "it is not sent twice");
}

/// What the audit says came of a call, the newest first.
async fn outcomes(house: &House, operation: &str) -> Vec<String> {
    let filter = AuditFilter { operation: Some(operation.to_owned()), ..AuditFilter::default() };
    let told = house.console.audit(filter, 10).await.unwrap().records;
    told.into_iter().filter_map(|record| record.entry.outcome).collect()
}

#[tokio::test(start_paused = true)]
async fn what_became_of_a_call_without_an_answer_is_looked_up_with_the_imports_and_written_down_once() {
    let house = House::new(options(20)).await;
    let pool = house.synced().await;
    let folder = tempfile::tempdir().unwrap();
    let checked = check(&pool, &written(folder.path(), "people.csv", PEOPLE), JOB).await.unwrap();
    let weather = house.sandbox.weather();
    weather.set_silence(Duration::from_secs(1));
    weather.plan_fault(Some("StartUserImportJob"), When::First(1), Fault::TimeoutBefore);
    weather.plan_fault(Some("CreateUserImportJob"), When::First(1), Fault::Throttle);
    import(&house, &pool, &checked).await.unwrap_err();
    let listed = async || {
        pool.newest_imports().await.unwrap();
        outcomes(&house, "StartUserImportJob").await
    };
    assert_eq!(listed().await, ["unknown"], "it may still be under way");
    house.clock.push(jiff::SignedDuration::from_mins(6));
    assert_eq!(listed().await, ["failed", "unknown"]);
    assert_eq!(listed().await, ["failed", "unknown"]);
    assert_eq!(outcomes(&house, "CreateUserImportJob").await, ["done"], "what was refused as one too many has no end");
}

#[cfg(unix)]
#[tokio::test(start_paused = true)]
async fn an_import_whose_doubtful_start_cannot_be_written_down_says_so() {
    let house = House::new(options(20)).await;
    let pool = house.synced().await;
    let folder = tempfile::tempdir().unwrap();
    let checked = check(&pool, &written(folder.path(), "people.csv", PEOPLE), JOB).await.unwrap();
    let weather = house.sandbox.weather();
    weather.set_latency(Duration::from_millis(100), Duration::ZERO);
    weather.plan_fault(Some("StartUserImportJob"), When::First(1), Fault::TimeoutAfter);
    let import = pool.begin_import(&checked.id, settings(), approval(&pool)).await.unwrap();
    let starts = async || {
        let told = house.console.audit(AuditFilter::default(), 10).await.unwrap().records;
        told.iter().filter(|record| record.entry.operation == "StartUserImportJob").count()
    };
    while starts().await == 0 {
        assert!(import.progress.borrow().result.is_none(), "it ended before it was begun");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(starts().await, 1, "it is on its way, and what came of it is not written yet");
    for beside in ["-shm", "-wal", ""] {
        let path = house.dir.path().join(format!("data/journal.sqlite{beside}"));
        let length = usize::try_from(std::fs::metadata(&path).unwrap().len()).unwrap();
        // In its place: a shorter file would take the memory away under the open journal.
        std::fs::OpenOptions::new().write(true).open(&path).unwrap().write_all(&vec![7; length]).unwrap();
    }
    assert_eq!(import.finished().await.unwrap_err().code, Code::JournalUnavailable);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_is_followed_beyond_its_credentials_and_through_a_captive_portal() {
    let house = House::new(options(20)).await;
    let server = house.sandbox.serve(0).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let profiles = folder.path().join("credentials");
    let give = |key: &str| {
        let text = format!("[staff]\naws_access_key_id = {key}\naws_secret_access_key = s\n");
        std::fs::write(&profiles, text).unwrap();
    };
    give("AKIAEARLY");
    let aws = AwsFiles { credentials: Some(profiles.clone()), ..no_aws(folder.path()) };
    let console = console::open(Config { aws, ..house.config() }).await.unwrap();
    let (refused, astray) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
    let connection = ConnectionId {
        profile: Some(ProfileName::parse("staff").unwrap()),
        region: Some(Region::parse("eu-west-1").unwrap()),
        endpoint: Some(troubled(&server.endpoint(), &refused, &astray)),
        sandbox: false,
    };
    let pool = console.open_pool(&connection, &house.pool_id()).await.unwrap();
    pool.sync().finished().await.unwrap();
    let checked = check(&pool, &written(folder.path(), "people.csv", PEOPLE), JOB).await.unwrap();
    let signed_in_again = async {
        while refused.load(Ordering::Relaxed) < 2 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        give("AKIALATER");
    };
    let both = async { tokio::join!(import(&house, &pool, &checked), signed_in_again).0 };
    let result = tokio::time::timeout(Duration::from_secs(60), both).await.unwrap().unwrap();
    assert_eq!((result.status.status.as_str(), result.status.imported), ("Succeeded", 1));
    assert!(astray.load(Ordering::Relaxed) > 1, "the portal was met and left behind");
}

/// Stands before a server. Looks at an import with the first credentials are refused, because those have expired; the first
/// look with others meets a captive portal.
fn troubled(endpoint: &str, refused: &Arc<AtomicU32>, astray: &Arc<AtomicU32>) -> String {
    let behind = endpoint.trim_start_matches("http://").to_owned();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (refused, astray) = (refused.clone(), astray.clone());
    std::thread::spawn(move || {
        for connection in listener.incoming() {
            let (connection, behind) = (connection.unwrap(), behind.clone());
            let (refused, astray) = (refused.clone(), astray.clone());
            std::thread::spawn(move || pass_on(connection, &behind, &refused, &astray));
        }
    });
    format!("http://{address}")
}

fn pass_on(mut client: TcpStream, behind: &str, refused: &AtomicU32, astray: &AtomicU32) {
    let mut server = TcpStream::connect(behind).unwrap();
    let answered = |status: &str, kind: &str, body: &str| {
        let length = body.len();
        format!("HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\n\r\n{body}").into_bytes()
    };
    while let Some(request) = message(&mut client) {
        let text = String::from_utf8_lossy(&request);
        let looks = text.contains("DescribeUserImportJob");
        let answer = if looks && text.contains("Credential=AKIAEARLY/") {
            refused.fetch_add(1, Ordering::Relaxed);
            let body = r#"{"__type":"ExpiredTokenException","message":"The security token is expired."}"#;
            answered("400 Bad Request", "application/x-amz-json-1.1", body)
        } else if looks && astray.fetch_add(1, Ordering::Relaxed) == 0 {
            answered("200 OK", "text/html", "<html>Accept the terms of this network.</html>")
        } else {
            server.write_all(&request).unwrap();
            message(&mut server).unwrap()
        };
        client.write_all(&answer).unwrap();
    }
}

#[tokio::test]
async fn hashes_are_imported_with_their_column() {
    let house = House::new(options(20)).await;
    let pool = house.synced().await;
    let folder = tempfile::tempdir().unwrap();
    let hash = format!("$2b$12${}", "a".repeat(53));
    let text = format!("username,email,email_verified,password_hash\nnew.one,1@x.example,yes,{hash}\n");
    let way = Way::Job { hashes: Some(model::import::HashAlgorithm::Bcrypt) };
    let checked = check(&pool, &written(folder.path(), "people.csv", &text), way).await.unwrap();
    let result = import(&house, &pool, &checked).await.unwrap();
    assert_eq!((result.status.imported, result.status.failed), (1, 0));
    let person = house.sandbox.directory().user(&house.sandbox.pool_id(), "new.one").unwrap();
    assert_eq!(person.status, "CONFIRMED", "who has a hash keeps their password");
}

#[tokio::test]
async fn a_column_that_cognito_s_file_has_not_is_refused_before_the_import_begins() {
    let house = House::new(options(20)).await;
    let attribute = json!({ "Name": "level", "AttributeDataType": "String", "DeveloperOnlyAttribute": true });
    let added = json!({ "UserPoolId": house.sandbox.pool_id(), "CustomAttributes": [attribute] });
    administer(&house, "AddCustomAttributes", added).await;
    let pool = house.synced().await;
    let folder = tempfile::tempdir().unwrap();
    let text = "username,email,email_verified,dev:level\nnew.one,1@x.example,yes,9\n";
    let checked = check(&pool, &written(folder.path(), "people.csv", text), JOB).await.unwrap();
    for _ in 0..2 {
        let refused = pool.begin_import(&checked.id, settings(), approval(&pool)).await.err().unwrap();
        assert_eq!((refused.code, refused.field.as_deref()), (Code::Validation, Some("mapping")), "{refused}");
    }
    assert!(pool.checked_import(&checked.id).is_ok(), "nothing began, so it need not be checked again");
}
