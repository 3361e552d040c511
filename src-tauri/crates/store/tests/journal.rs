//! The ledger: written before the call, kept through a restart, read by nobody without the key.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

mod people;

use model::call::MauEffect;
use model::plan::{Item, ItemState, Step, Target};
use people::{Disk, at, person, pool_key};
use store::{AuditEntry, AuditKind, ItemEnd, Journal, JournalError, LedgerCall, LedgerEnd, NewJob};

fn call(second: i64, person: &str, operation: &str, effect: MauEffect) -> LedgerCall {
    LedgerCall {
        place: "aws".into(),
        at: at(second),
        account: Some("123456789012".to_owned()),
        region: "eu-west-1".to_owned(),
        pool: "eu-west-1_AbCdEfGhI".to_owned(),
        person: person.to_owned(),
        operation: operation.to_owned(),
        effect,
        attempt: 1,
    }
}

#[test]
fn a_call_is_there_before_it_ends_and_after_a_restart() {
    let disk = Disk::new();
    let journal = Journal::open(&disk.dir, &disk.keys()).unwrap();
    let first = journal.record_call(&call(0, "anna", "InitiateAuth", MauEffect::MayBill)).unwrap();
    drop(journal);
    let journal = Journal::open(&disk.dir, &disk.keys()).unwrap();
    assert_eq!(journal.ledger(at(0)).unwrap()[0].end, LedgerEnd::Sent);
    journal.end_call(first, LedgerEnd::Done).unwrap();
    let entries = journal.ledger(at(0)).unwrap();
    assert_eq!((entries.len(), entries[0].end), (1, LedgerEnd::Done));
    assert_eq!(entries[0].call, call(0, "anna", "InitiateAuth", MauEffect::MayBill));
    assert!(journal.ledger(at(1)).unwrap().is_empty());
}

#[test]
fn a_person_is_counted_once_a_month_and_only_by_a_call_that_succeeded() {
    let disk = Disk::new();
    let journal = Journal::open(&disk.dir, &disk.keys()).unwrap();
    let effect = |second: i64, person: &str, end: LedgerEnd| {
        let id = journal.record_call(&call(second, person, "AdminGetUser", MauEffect::MayBill)).unwrap();
        journal.end_call(id, end).unwrap();
        journal.ledger(at(second)).unwrap().last().unwrap().call.effect
    };
    assert_eq!(effect(0, "anna", LedgerEnd::Failed), MauEffect::MayBill);
    assert_eq!(effect(1, "anna", LedgerEnd::Done), MauEffect::MayBill);
    assert_eq!(effect(2, "anna", LedgerEnd::Done), MauEffect::AlreadyCounted);
    assert_eq!(effect(3, "bert", LedgerEnd::Done), MauEffect::MayBill);
    assert_eq!(effect(40 * 86_400, "anna", LedgerEnd::Done), MauEffect::MayBill);
    // Nobody knows whom a refresh token belongs to.
    assert_eq!(effect(41 * 86_400, "", LedgerEnd::Done), MauEffect::MayBill);
    assert_eq!(effect(41 * 86_400 + 1, "", LedgerEnd::Done), MauEffect::MayBill);
}

/// Where a call went: place, account and Region.
type Where = (&'static str, Option<&'static str>, &'static str);

const HERE: Where = ("aws", Some("123456789012"), "eu-west-1");

/// Records a call that went well, and tells what it did.
fn done(journal: &Journal, person: &str, operation: &str, (place, account, region): Where) -> MauEffect {
    let call = LedgerCall {
        place: place.to_owned(),
        account: account.map(str::to_owned),
        region: region.to_owned(),
        pool: pool_key().pool.to_string(),
        ..call(0, person, operation, MauEffect::MayBill)
    };
    let id = journal.record_call(&call).unwrap();
    journal.end_call(id, LedgerEnd::Done).unwrap();
    journal.ledger(at(0)).unwrap().last().unwrap().call.effect
}

fn counted(journal: &Journal) -> Vec<String> {
    let mut people: Vec<String> = journal.counted(&pool_key(), "2026-01").unwrap().into_iter().collect();
    people.sort();
    people
}

#[test]
fn the_same_name_in_another_place_account_or_region_is_somebody_else() {
    let disk = Disk::new();
    let journal = Journal::open(&disk.dir, &disk.keys()).unwrap();
    let elsewhere: [Where; 4] = [
        ("http://localhost:4566", HERE.1, HERE.2),
        (HERE.0, Some("999999999999"), HERE.2),
        (HERE.0, None, HERE.2),
        (HERE.0, HERE.1, "eu-central-1"),
    ];
    for elsewhere in elsewhere {
        assert_eq!(done(&journal, "anna", "AdminGetUser", elsewhere), MauEffect::MayBill, "{elsewhere:?}");
        assert!(counted(&journal).is_empty(), "{elsewhere:?}");
    }
    assert_eq!(done(&journal, "anna", "AdminGetUser", HERE), MauEffect::MayBill);
    assert_eq!(counted(&journal), ["anna"]);
    assert_eq!(done(&journal, "anna", "AdminGetUser", HERE), MauEffect::AlreadyCounted);
    let unknown = (HERE.0, None, HERE.2);
    assert_eq!(done(&journal, "anna", "AdminGetUser", unknown), MauEffect::MayBill, "it may be another account");
}

#[test]
fn who_may_have_been_asked_for_more_and_gone_away_is_not_promised_to_be_counted() {
    let disk = Disk::new();
    let journal = Journal::open(&disk.dir, &disk.keys()).unwrap();
    let answers = ["RespondToAuthChallenge", "AdminRespondToAuthChallenge"];
    for begun in ["InitiateAuth", "AdminInitiateAuth", "AdminDisableUser"].into_iter().chain(answers) {
        assert_eq!(done(&journal, "anna", begun, HERE), MauEffect::MayBill, "{begun}");
        assert_eq!(done(&journal, "anna", begun, HERE), MauEffect::MayBill, "{begun} again");
        assert!(counted(&journal).is_empty(), "{begun}");
    }
    assert_eq!(done(&journal, "anna", "GetTokensFromRefreshToken", HERE), MauEffect::MayBill);
    assert_eq!(counted(&journal), ["anna"]);
    assert_eq!(done(&journal, "anna", "InitiateAuth", HERE), MauEffect::AlreadyCounted);
}

#[test]
fn forgetting_a_person_keeps_the_count() {
    let disk = Disk::new();
    let journal = Journal::open(&disk.dir, &disk.keys()).unwrap();
    for person in ["anna", "bert"] {
        journal.record_call(&call(0, person, "InitiateAuth", MauEffect::MayBill)).unwrap();
    }
    journal.forget_person("eu-west-1_AbCdEfGhI", &["anna", "a-sub"]).unwrap();
    let people: Vec<String> = journal.ledger(at(0)).unwrap().into_iter().map(|entry| entry.call.person).collect();
    assert_eq!(people, ["", "bert"]);
    let bytes = std::fs::read(disk.dir.journal_file()).unwrap();
    assert!(!String::from_utf8_lossy(&bytes).contains("bert"), "it is encrypted");
}

#[test]
fn what_cannot_be_read_is_left_alone() {
    let disk = Disk::new();
    drop(Journal::open(&disk.dir, &disk.keys()).unwrap());
    let path = disk.dir.journal_file();
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[100] ^= 1;
    std::fs::write(&path, &bytes).unwrap();
    assert!(matches!(Journal::open(&disk.dir, &disk.keys()), Err(JournalError::Unreadable(_))));
    assert_eq!(std::fs::read(&path).unwrap(), bytes);
}

#[test]
fn an_entry_is_in_doubt_from_the_lost_answer_until_it_is_done_also_while_it_waits_to_be_sent_again() {
    let disk = Disk::new();
    let journal = Journal::open(&disk.dir, &disk.keys()).unwrap();
    let record = AuditEntry {
        at: at(0),
        kind: AuditKind::Outcome,
        job: "job".to_owned(),
        item: None,
        who: "arn".to_owned(),
        pool: pool_key().to_string(),
        operation: "AdminDisableUser".to_owned(),
        outcome: None,
        code: None,
        request_id: None,
        reason: None,
        plan: None,
        person: None,
    };
    let new = NewJob {
        id: "job".to_owned(),
        head: "{}".to_owned(),
        digest: String::new(),
        pool: pool_key().to_string(),
        account: "123456789012".to_owned(),
        arn: "arn".to_owned(),
        reason: None,
        undo_of: None,
        at: at(0),
    };
    let target = Target::User { username: person(1).username, sub: None };
    let item = Item::new(target, vec![Step::Disable], Vec::new());
    journal.begin_job(&new, &[item.clone(), item], &record).unwrap();
    let undo = |id: &str| NewJob { id: id.to_owned(), undo_of: Some("job".to_owned()), ..new.clone() };
    journal.begin_job(&undo("undo"), &[], &record).unwrap();
    journal.begin_job(&NewJob { id: "other".to_owned(), ..new.clone() }, &[], &record).unwrap();
    let undos: Vec<String> = journal.undos_of("job").unwrap().into_iter().map(|row| row.job.id).collect();
    assert_eq!(undos, ["undo"]);
    let in_doubt = || journal.items_in_doubt("job").unwrap();
    assert_eq!(in_doubt(), 0, "what waits for its first call is plainly not applied");
    for (step, state, doubtful) in
        [(0, ItemState::Unknown, 1), (0, ItemState::Queued, 1), (1, ItemState::Done, 0), (0, ItemState::Failed, 0)]
    {
        journal.item_ended("job", 0, step, &ItemEnd::of(state), None, &record).unwrap();
        assert_eq!(in_doubt(), doubtful, "{state:?}");
    }
}
