//! The ledger: written before the call, kept through a restart, read by nobody without the key.

mod people;

use model::call::MauEffect;
use people::{Disk, at};
use store::{Journal, JournalError, LedgerCall, LedgerEnd};

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
        let id = journal.record_call(&call(second, person, "InitiateAuth", MauEffect::MayBill)).unwrap();
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

#[test]
fn the_same_name_at_another_endpoint_is_somebody_else() {
    let disk = Disk::new();
    let journal = Journal::open(&disk.dir, &disk.keys()).unwrap();
    for (second, place) in [(0, "aws"), (1, "http://localhost:4566"), (2, "aws")] {
        let call = LedgerCall { place: place.to_owned(), ..call(second, "anna", "InitiateAuth", MauEffect::MayBill) };
        let id = journal.record_call(&call).unwrap();
        journal.end_call(id, LedgerEnd::Done).unwrap();
    }
    let effects: Vec<MauEffect> = journal.ledger(at(0)).unwrap().into_iter().map(|entry| entry.call.effect).collect();
    assert_eq!(effects, [MauEffect::MayBill, MauEffect::MayBill, MauEffect::AlreadyCounted]);
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
