//! low ≤ truth ≤ high, and unknown where nothing is known.

use std::collections::BTreeSet;

use model::estimate::{Bound, Estimate, EvidenceKind};
use model::mau::{
    BillScope, BilledNumber, Counted, Created, Facts, LedgerFacts, LogMonth, MetricReading, MetricSums, estimate,
    seen_and_given,
};
use proptest::prelude::*;

use crate::november;

fn nothing() -> Facts {
    Facts::none(november(), true)
}

fn log(surely: u64, exact: bool) -> LogMonth {
    LogMonth {
        month: november(),
        surely: Counted::new(surely, exact),
        possibly: Counted::new(surely + 10, exact),
        clients: Vec::new(),
        more_clients: false,
        by_client_only: false,
        token_requests: None,
        tokens_of_all: false,
        events: surely * 3,
        first: "2026-11-01T00:00:00Z".parse().unwrap(),
        last: "2026-11-30T23:00:00Z".parse().unwrap(),
        named: None,
        together: None,
        imports: Vec::new(),
    }
}

fn bounds(facts: &Facts) -> (u64, Option<u64>, Option<u64>) {
    let users = estimate(facts);
    (users.low, users.likely, users.high)
}

#[test]
fn without_evidence_it_is_unknown() {
    assert!(estimate(&nothing()).is_unknown());
    let zero = Facts { created: Some(Created { users: 0, maybe_imported: 0 }), ..nothing() };
    assert!(!estimate(&zero).is_unknown(), "nobody created is known, not unknown");
}

#[test]
fn each_piece_of_evidence_says_what_it_can() {
    let created = Facts { created: Some(Created { users: 120, maybe_imported: 100 }), ..nothing() };
    assert_eq!(bounds(&created), (20, None, None), "imports make nobody active");
    let all_imported = Facts { created: Some(Created { users: 120, maybe_imported: 500 }), ..nothing() };
    assert_eq!(bounds(&all_imported), (0, None, None));
    let changed_until = Some("2026-12-01T00:00:00Z".parse().unwrap());
    let changed = Facts { changed: Some(80), changed_until, ..nothing() };
    assert_eq!(bounds(&changed), (0, Some(80), None), "a reset changes the record and counts nobody");
    let changed_until = Some("2026-11-05T00:00:00Z".parse().unwrap());
    assert_eq!(bounds(&Facts { changed_until, ..changed }), (0, None, None), "a part of a month is not the month");
    let ledger = Facts { ledger: Some(LedgerFacts { listed: 7, undocumented: 9 }), ..nothing() };
    assert_eq!(bounds(&ledger), (7, None, None));
    let seen = Facts { sign_in_events: Some(3), sessions: Some(4), union: Some(6), ..nothing() };
    assert_eq!(bounds(&seen), (6, None, None), "evidence overlaps, so it is not added up");
    let unwatched = Facts { estimated_users: Some(1_000), known_users: Some(1_010), gone_users: Some(5), ..nothing() };
    assert_eq!(bounds(&unwatched), (0, None, None), "somebody may have left unseen");
    assert_eq!(estimate(&unwatched).evidence[0].bound, Bound::Hint);
    let ceiling = Facts { watched: true, ..unwatched };
    let assumed = estimate(&ceiling).evidence[0].caveat.clone().unwrap();
    assert!(assumed.contains("if nobody was created and deleted unseen") && assumed.contains("36 hours"), "{assumed}");
    assert_eq!(bounds(&ceiling), (0, None, Some(1_015)), "the estimate trails, and who is gone may have been active");
    assert_eq!(bounds(&Facts { log: Some(log(500, true)), ..nothing() }), (500, Some(500), None));
    assert_eq!(bounds(&Facts { log: Some(log(500, false)), ..nothing() }).0, 495, "a sketch may count too many");
}

#[test]
fn what_a_log_says_of_users_who_may_be_of_another_pool_bounds_nothing() {
    let hint = LogMonth { possibly: Counted::new(500, true), ..log(0, true) };
    let users = estimate(&Facts { log: Some(hint), ..nothing() });
    assert_eq!((users.low, users.likely, users.high), (0, None, None));
    assert_eq!(users.evidence.iter().map(|item| (item.bound, item.users)).collect::<Vec<_>>(), [(Bound::Hint, 500)]);
}

#[test]
fn sums_of_events_bound_no_more_than_that_somebody_was_active() {
    let metrics = MetricSums { sign_ups: 10, sign_ins: 200, refreshes: 300, federations: 5 };
    let metrics_read = MetricReading { at: Some("2026-12-01T00:00:00Z".parse().unwrap()), by_name: true };
    let without = estimate(&Facts { metrics: Some(metrics), metrics_read, ..nothing() });
    assert_eq!(
        (without.low, without.likely, without.high),
        (1, None, None),
        "somebody was active, and no more is sure"
    );
    let told: Vec<(Bound, u64, &str)> =
        without.evidence.iter().map(|item| (item.bound, item.users, item.says.as_str())).collect();
    assert_eq!(
        told,
        [
            (
                Bound::AtLeast,
                1,
                "CloudWatch counts 10 sign-ups, 200 sign-ins, 300 refreshes and 5 federated sign-ins, so somebody was active."
            ),
            (Bound::Hint, 10, "At most 10 users signed up, as CloudWatch counts it, as of 2026-12-01 00:00 UTC."),
            (Bound::Hint, 200, "At most 200 users signed in, as CloudWatch counts it, as of 2026-12-01 00:00 UTC."),
            (
                Bound::Hint,
                300,
                "At most 300 users refreshed their tokens, as CloudWatch counts it, as of 2026-12-01 00:00 UTC."
            ),
            (
                Bound::Hint,
                5,
                "At most 5 users came from another provider, as CloudWatch counts it, as of 2026-12-01 00:00 UTC."
            ),
        ]
    );
    let nobody = Some(MetricSums::default());
    assert_eq!(bounds(&Facts { metrics: nobody, metrics_read, ..nothing() }), (0, None, None));
}

#[test]
fn sums_that_were_read_before_the_month_ended_say_when_and_are_none_of_the_month_once_it_has() {
    let sums = MetricSums { sign_ins: 200, ..MetricSums::default() };
    let told = |at: Option<&str>, over: bool, by_name: bool| {
        let metrics_read = MetricReading { at: at.map(|at| at.parse().unwrap()), by_name };
        let users = estimate(&Facts { metrics: Some(sums), metrics_read, ..Facts::none(november(), over) });
        let hint = users.evidence.iter().rfind(|item| item.bound == Bound::Hint).unwrap();
        (hint.says.clone(), hint.caveat.clone().unwrap())
    };
    let (early, late) = (Some("2026-11-20T06:05:00Z"), Some("2026-12-01T00:00:00Z"));
    let (says, caveat) = told(early, false, true);
    assert_eq!(says, "At most 200 users signed in so far, as CloudWatch counts it, as of 2026-11-20 06:05 UTC.");
    assert!(caveat.ends_with("App clients and providers that were deleted since are not in it."));
    for (at, when) in [(early, "2026-11-20 06:05 UTC"), (None, "a time that is not known")] {
        let (says, caveat) = told(at, true, true);
        assert_eq!(says, format!("CloudWatch had counted 200 sign-ins, as of {when}."));
        assert!(caveat.contains("What came after that is not in it."), "{caveat}");
    }
    let (says, caveat) = told(late, true, true);
    assert_eq!(says, "At most 200 users signed in, as CloudWatch counts it, as of 2026-12-01 00:00 UTC.");
    assert!(!caveat.contains("What came after"), "{caveat}");
    let (_, caveat) = told(late, true, false);
    assert!(caveat.contains("had no data for two weeks") && caveat.contains("by name"), "a file: {caveat}");
}

#[test]
fn a_bill_for_the_pool_is_the_truth_and_one_for_the_account_a_ceiling() {
    let billed = |scope, over| {
        let facts = Facts::none(november(), over);
        Facts {
            billed: Some(BilledNumber::new(900, scope)),
            changed: Some(80),
            changed_until: Some("2026-12-01T00:00:00Z".parse().unwrap()),
            created: Some(Created { users: 50, maybe_imported: 0 }),
            ..facts
        }
    };
    assert_eq!(bounds(&billed(BillScope::Pool, true)), (900, Some(900), Some(900)));
    assert_eq!(bounds(&billed(BillScope::Pool, false)), (900, Some(900), None), "the month is not over");
    assert_eq!(bounds(&billed(BillScope::PoolBesidesFree, true)), (900, Some(900), None), "who is free is not in it");
    assert_eq!(bounds(&billed(BillScope::Account, true)), (50, Some(80), Some(900)));
    assert_eq!(bounds(&billed(BillScope::Account, false)), (50, Some(80), None));
}

#[test]
fn a_bill_with_saml_users_may_lack_the_fifty_that_are_free() {
    let kinds = |federated| BilledNumber { federated, ..BilledNumber::new(900, BillScope::Pool) };
    let month = |billed| Facts { billed: Some(billed), log: Some(log(850, true)), ..Facts::none(november(), true) };
    assert_eq!(bounds(&month(kinds(Some(0)))), (900, Some(900), Some(900)));
    assert_eq!(bounds(&month(kinds(None))), (900, Some(900), Some(900)), "a number that was typed is what it says");
    assert_eq!(bounds(&month(kinds(Some(100)))), (900, Some(900), Some(950)));
    let account = BilledNumber { scope: BillScope::Account, ..kinds(Some(100)) };
    assert_eq!(bounds(&month(account)).2, Some(950));
}

#[test]
fn whatever_was_seen_the_range_stays_within_that_of_the_final_bill() {
    let kinds = BilledNumber { federated: Some(100), ..BilledNumber::new(900, BillScope::Pool) };
    let given =
        |users: u64| Facts { billed: Some(kinds), log: Some(log(users, true)), ..Facts::none(november(), true) };
    assert_eq!(bounds(&given(930)), (930, Some(930), Some(950)), "some of those who are free were seen");
    assert_eq!(bounds(&given(2_000)), (950, Some(950), Some(950)), "the bill has the last word");
    for (low, expected) in [(0, (900, 900)), (920, (920, 920)), (5_000, (950, 950))] {
        let seen = Estimate::new(low, Some(low + 7), Some(low + 9));
        let users = seen_and_given(seen, estimate(&given(800)));
        assert_eq!((users.low, users.likely, users.high), (expected.0, Some(expected.1), Some(950)), "{low}");
    }
}

#[test]
fn a_bill_that_was_given_within_its_month_is_of_a_part_of_it_when_the_month_is_over() {
    let given = |scope, at: &str, over| Facts {
        billed: Some(BilledNumber { token_requests: Some(7), federated: Some(0), ..BilledNumber::new(900, scope) }),
        billed_at: Some(at.parse().unwrap()),
        ..Facts::none(november(), over)
    };
    let (within, after) = ("2026-11-10T08:00:00Z", "2026-12-01T00:00:00Z");
    assert_eq!(bounds(&given(BillScope::Pool, within, true)), (900, None, None));
    assert_eq!(bounds(&given(BillScope::Pool, after, true)), (900, Some(900), Some(900)));
    assert_eq!(bounds(&given(BillScope::Account, within, true)), (0, None, None), "it has grown since");
    assert_eq!(bounds(&given(BillScope::Account, after, true)), (0, None, Some(900)));
    let part = estimate(&given(BillScope::Pool, within, true)).evidence;
    assert_eq!(part[0].says, "The bill said 900 users by 2026-11-10.");
    // What it tells beside the users is of a part, too.
    let facts = given(BillScope::Pool, within, true);
    assert_eq!((facts.token_requests(), facts.billed_split()), (None, None));
    let facts = given(BillScope::Pool, after, true);
    assert_eq!((facts.token_requests(), facts.billed_split().map(|split| split.direct)), (Some(7), Some(900)));
}

#[test]
fn logs_tell_more_than_last_month_and_that_more_than_changed_records() {
    let facts = Facts { log: Some(log(500, true)), billed_before: Some(450), changed: Some(80), ..nothing() };
    assert_eq!(bounds(&facts), (500, Some(500), None));
    let of_clients = LogMonth { by_client_only: true, ..log(500, true) };
    let by_client = Facts { log: Some(of_clients), ..nothing() };
    assert_eq!(bounds(&by_client), (500, None, None), "those of the other clients come on top");
    let overlapping = LogMonth { together: Some(700), ..log(500, true) };
    let several = Facts { log: Some(overlapping), ..nothing() };
    assert_eq!(bounds(&several), (500, None, None), "how many are in both is not known");
    assert!(estimate(&several).evidence[0].says.starts_with("Imported logs name 500 to 700"));
    let facts = Facts { log: None, over: false, ..facts };
    // The month before was whole and another one: it is told beside what was seen of this one.
    assert_eq!(bounds(&facts).1, Some(80));
    let told: Vec<Bound> = estimate(&facts).evidence.into_iter().map(|item| item.bound).collect();
    assert_eq!(told, [Bound::About, Bound::Hint]);
    let over = Facts { over: true, changed: None, ..facts };
    assert_eq!(bounds(&over), (0, None, None), "nothing of a month is known by the bill of the one before");
}

#[test]
fn what_contradicts_a_lower_bound_gives_way() {
    let changed_until = Some("2026-12-01T00:00:00Z".parse().unwrap());
    let changed = Facts { changed: Some(7), changed_until, ..nothing() };
    let facts = Facts { union: Some(50), estimated_users: Some(20), watched: true, ..changed };
    assert_eq!(bounds(&facts), (50, Some(50), Some(50)));
}

#[test]
fn every_piece_of_evidence_is_a_sentence_with_its_caveat() {
    let facts = Facts {
        created: Some(Created { users: 1_200, maybe_imported: 1_000 }),
        changed: Some(80),
        log: Some(log(500, true)),
        estimated_users: Some(40_000),
        ..nothing()
    };
    let evidence = estimate(&facts).evidence;
    let kinds: Vec<EvidenceKind> = evidence.iter().map(|item| item.kind).collect();
    use EvidenceKind as Kind;
    assert_eq!(kinds, [Kind::Created, Kind::Logs, Kind::Logs, Kind::Changed, Kind::EstimatedUsers, Kind::Logs]);
    assert_eq!(evidence[0].says, "200 users were created in 2026-11.");
    assert_eq!(evidence[0].caveat.as_deref(), Some("1,000 more may have been imported, which makes nobody active."));
    assert!(evidence.iter().all(|item| item.says.ends_with('.')));
}

/// A person's month.
#[derive(Debug, Clone, Copy)]
struct Month {
    created: bool,
    imported: bool,
    signed_in: bool,
    logged: bool,
    looked_at: bool,
    touched_by_others: bool,
    touched_here: bool,
    read_here: bool,
    reset: bool,
    gone: bool,
}

prop_compose! {
    fn person()(flags in prop::array::uniform10(prop::bool::weighted(0.15))) -> Month {
        let [created, imported, signed_in, logged, looked_at, touched_by_others, touched_here, read_here, reset, gone] = flags;
        Month {
            created: created || imported,
            imported,
            signed_in,
            logged,
            looked_at,
            touched_by_others,
            touched_here,
            read_here,
            reset,
            gone,
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn the_truth_lies_between_the_bounds(
        people in prop::collection::vec(person(), 0..200),
        reads_count in any::<bool>(),
        trailing in 0..50_u64,
        looked in prop::array::uniform8(any::<bool>()),
    ) {
        let count = |of: &dyn Fn(&Month) -> bool| people.iter().filter(|person| of(person)).count() as u64;
        let active = |person: &Month| {
            (person.created && !person.imported)
                || person.signed_in
                || person.touched_by_others
                || person.touched_here
                || (person.read_here && reads_count)
        };
        let truth = count(&active);
        let there = |person: &Month| !person.gone;
        let sure: BTreeSet<usize> = people.iter().enumerate().filter(|(_, person)| {
            (there(person) && person.created && !person.imported)
                || person.touched_here
                || (person.looked_at && person.signed_in && there(person))
        }).map(|(at, _)| at).collect();
        let given = |at: usize, value: u64| looked[at].then_some(value);
        let facts = Facts {
            created: looked[0].then(|| Created {
                users: count(&|person| there(person) && person.created),
                maybe_imported: count(&|person| person.imported),
            }),
            changed: given(1, count(&|person| there(person) && (person.created || person.reset || person.touched_by_others))),
            ledger: looked[2].then(|| LedgerFacts {
                listed: count(&|person| person.touched_here),
                undocumented: count(&|person| person.read_here && !person.touched_here),
            }),
            sign_in_events: given(3, count(&|person| there(person) && person.looked_at && person.signed_in)),
            union: given(4, sure.len() as u64),
            log: looked[5].then(|| log(count(&|person| person.signed_in && person.logged), true)),
            estimated_users: given(6, count(&there).saturating_sub(trailing)),
            known_users: given(6, count(&there)),
            gone_users: given(6, count(&|person| person.gone)),
            watched: true,
            metrics: looked[7].then(|| MetricSums {
                sign_ups: count(&|person| person.created && !person.imported),
                sign_ins: 2 * count(&|person| person.signed_in),
                refreshes: 0,
                federations: 0,
            }),
            ..nothing()
        };
        let users = estimate(&facts);
        prop_assert!(users.contains(truth), "{truth} is not in {users:?}");
        prop_assert!(users.likely.is_none_or(|likely| users.contains(likely)));
    }
}
