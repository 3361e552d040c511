//! Cognito's own import when something comes between: a killed program, lost answers, AWS out of reach.

use std::time::Duration;

use console::Code;
use console::files::{ImportPhase, Way};
use console::jobs::AuditFilter;
use sandbox::{Fault, When};

use crate::house::{House, options};
use crate::importing::{JOB, approval, check, import, settings, written};

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
    let told = house.console.audit(AuditFilter::default(), 10).await.unwrap();
    let unknown = told.iter().filter(|record| record.entry.outcome.as_deref() == Some("unknown"));
    assert_eq!(unknown.count(), 1, "what was not known then is written so");
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
    assert_eq!(import.finished().await.unwrap_err().code, Code::Unreachable);
    assert!(house.sandbox.calls().of("DescribeUserImportJob") > 5, "it may begin late");
    let job = import.progress.borrow().status.clone().unwrap();
    assert_eq!(pool.import_status(&job.id).await.unwrap().status, "Created");
    assert_eq!(house.sandbox.calls().of("StartUserImportJob"), 1, "it is not sent twice");
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
