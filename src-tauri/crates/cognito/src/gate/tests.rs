//! The gate with time stopped: rates, throttling, repetitions, the sink.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use model::call::CallRefused;
use tokio::time::{Instant, advance};

use super::*;
use crate::operations;

struct Noon;

impl Clock for Noon {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH
    }
}

#[derive(Default)]
struct Book {
    ended: Mutex<Vec<(u32, CallOutcome)>>,
    refuse: bool,
}

impl Book {
    fn outcomes(&self) -> Vec<(u32, CallOutcome)> {
        self.ended.lock().unwrap().clone()
    }
}

impl CallSink for Book {
    fn before(&self, _: &CallAttempt) -> Result<(), CallRefused> {
        if self.refuse { Err(CallRefused { reason: "the book is full".to_owned() }) } else { Ok(()) }
    }

    fn after(&self, attempt: &CallAttempt, outcome: CallOutcome) {
        self.ended.lock().unwrap().push((attempt.attempt, outcome));
    }
}

fn gate(share: Share) -> (Arc<Gate>, Arc<Book>) {
    let book = Arc::new(Book::default());
    (Arc::new(Gate::new(book.clone(), share, Arc::new(Noon)).with_random(|| 1.0)), book)
}

fn lane() -> Lane {
    Lane {
        holder: "aws 123456789012".to_owned(),
        account: None,
        region: Region::parse("eu-west-1").unwrap(),
        place: "aws".to_owned(),
    }
}

fn context(operation: model::call::Operation, pool: &str) -> Context {
    Context {
        operation,
        pool: Some(PoolId::parse(pool).unwrap()),
        person: None,
        paged: false,
        bulk: false,
        personal: false,
        who: "the profile test".to_owned(),
        region: "eu-west-1".to_owned(),
        endpoint: None,
        sso_login: None,
    }
}

fn list_users() -> Context {
    context(operations::LIST_USERS, "eu-west-1_AbCdEfGhI")
}

fn failed(again: Again) -> Failure {
    let kind = match again {
        Again::Throttled => ErrorKind::Throttled { retry_after: None },
        _ => ErrorKind::Unreachable,
    };
    Failure { error: Error::new(kind, "no"), again }
}

/// Sends `calls` calls from each of six chains and tells when each was sent, in seconds.
async fn send_from_six(gate: &Arc<Gate>, calls: u32) -> Vec<f64> {
    let start = Instant::now();
    let sent = Arc::new(Mutex::new(Vec::new()));
    let chains: Vec<_> = (0..6)
        .map(|_| {
            let (gate, sent) = (gate.clone(), sent.clone());
            tokio::spawn(async move {
                for _ in 0..calls {
                    let send = || async {
                        sent.lock().unwrap().push(start.elapsed().as_secs_f64());
                        tokio::time::sleep(Duration::from_millis(150)).await;
                        Ok::<_, Failure>(())
                    };
                    gate.run(&lane(), &list_users(), send).await.unwrap();
                }
            })
        })
        .collect();
    for chain in chains {
        chain.await.unwrap();
    }
    Arc::into_inner(sent).unwrap().into_inner().unwrap()
}

async fn throttle_once(gate: &Gate) {
    let first = AtomicU32::new(0);
    let send =
        || async { if first.fetch_add(1, Ordering::Relaxed) == 0 { Err(failed(Again::Throttled)) } else { Ok(()) } };
    gate.run(&lane(), &list_users(), send).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn half_of_thirty_is_a_steady_fifteen_a_second() {
    let (gate, _) = gate(Share::Fraction(0.5));
    let sent = send_from_six(&gate, 50).await;
    let seconds = sent.last().unwrap() - sent[0];
    let rate = f64::from(u32::try_from(sent.len()).unwrap() - 1) / seconds;
    assert!((15.0 * 0.95..=15.0 * 1.01).contains(&rate), "{rate} a second");
    let busiest = sent.iter().map(|from| sent.iter().filter(|at| (*from..*from + 1.0).contains(*at)).count()).max();
    assert!(busiest.unwrap() <= 16, "{busiest:?} in one second");
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_split_goes_ahead_of_the_bulk_and_the_bulk_goes_on() {
    let (gate, _) = gate(Share::Fraction(0.5));
    let sent = Arc::new(Mutex::new([0_u32; 2]));
    for chain in 0..9 {
        let (gate, sent) = (gate.clone(), sent.clone());
        tokio::spawn(async move {
            let context = Context { bulk: chain > 0, ..list_users() };
            loop {
                let send = || async {
                    sent.lock().unwrap()[usize::from(context.bulk)] += 1;
                    tokio::time::sleep(Duration::from_millis(150)).await;
                    Ok::<_, Failure>(())
                };
                gate.run(&lane(), &context, send).await.unwrap();
            }
        });
    }
    tokio::time::sleep(Duration::from_secs(10)).await;
    let [alone, bulk] = *sent.lock().unwrap();
    // In the order in which they come it would have one of nine turns, 16 of 150.
    assert!(alone >= 30 && alone + bulk >= 145, "{alone} alone, {bulk} of the bulk");
}

#[tokio::test(start_paused = true)]
async fn an_idle_minute_saves_up_no_burst() {
    let (gate, _) = gate(Share::Fraction(0.5));
    send_from_six(&gate, 1).await;
    advance(Duration::from_secs(60)).await;
    let sent = send_from_six(&gate, 3).await;
    assert!(sent.iter().filter(|at| **at < 0.05).count() <= 2, "{sent:?}");
}

#[tokio::test(start_paused = true)]
async fn throttling_halves_the_share_once_a_second_and_it_recovers_to_what_was_set() {
    let (gate, _) = gate(Share::Fraction(0.5));
    let share = || gate.usage(QuotaCategory::UserList).share;
    throttle_once(&gate).await;
    assert!((share() - 0.25).abs() < 1e-9);
    throttle_once(&gate).await;
    assert!((share() - 0.25).abs() < 1e-9, "twice in a second is one sign");
    assert_eq!(gate.usage(QuotaCategory::UserList).throttled, 2);
    advance(Duration::from_secs(2)).await;
    throttle_once(&gate).await;
    assert!((share() - 0.125).abs() < 1e-9);
    advance(Duration::from_secs(20)).await;
    assert!((share() - 0.225).abs() < 1e-9, "{}", share());
    advance(Duration::from_secs(600)).await;
    assert!((share() - 0.5).abs() < 1e-9, "{}", share());
}

#[tokio::test(start_paused = true)]
async fn after_throttling_calls_go_at_the_halved_rate() {
    let (gate, _) = gate(Share::Fraction(0.5));
    throttle_once(&gate).await;
    let sent = send_from_six(&gate, 10).await;
    let first_nine = sent.iter().filter(|at| **at < 9.0).count();
    assert!((60..=72).contains(&first_nine), "{first_nine} in nine seconds");
}

#[tokio::test(start_paused = true)]
async fn without_a_share_nothing_waits_until_aws_throttles() {
    let (gate, _) = gate(Share::Off);
    let sent = send_from_six(&gate, 100).await;
    assert!(sent.last().unwrap() < &15.0, "six chains of 150 ms wait for nobody");
    throttle_once(&gate).await;
    let after = send_from_six(&gate, 10).await;
    assert!(after.last().unwrap() > &3.0, "{after:?}");
    advance(Duration::from_secs(300)).await;
    let later = send_from_six(&gate, 20).await;
    assert!(later.last().unwrap() < &3.1, "{later:?}");
}

#[tokio::test(start_paused = true)]
async fn one_operation_on_one_pool_keeps_to_the_pools_own_limit() {
    let (gate, _) = gate(Share::Fraction(0.5));
    let start = Instant::now();
    let run = |pool: &'static str| {
        let gate = gate.clone();
        tokio::spawn(async move {
            for _ in 0..11 {
                let send = || async { Ok::<_, Failure>(()) };
                gate.run(&lane(), &context(operations::LIST_GROUPS, pool), send).await.unwrap();
            }
        })
    };
    let (one, other) = (run("eu-west-1_One"), run("eu-west-1_Other"));
    one.await.unwrap();
    other.await.unwrap();
    let seconds = start.elapsed().as_secs_f64();
    assert!((3.9..=4.4).contains(&seconds), "2.5 a second in each pool at the same time, not {seconds} s");
}

#[tokio::test(start_paused = true)]
async fn a_passing_failure_is_repeated_and_every_attempt_is_told() {
    let (gate, book) = gate(Share::Off);
    let tries = AtomicU32::new(0);
    let send = || async {
        match tries.fetch_add(1, Ordering::Relaxed) {
            0 => Err(failed(Again::Throttled)),
            1 => Err(failed(Again::ServerFault)),
            _ => Ok("done"),
        }
    };
    assert_eq!(gate.run(&lane(), &list_users(), send).await.unwrap(), "done");
    use CallOutcome::{Done, Failed, Throttled};
    assert_eq!(book.outcomes(), [(1, Throttled), (2, Failed), (3, Done)]);
}

#[tokio::test(start_paused = true)]
async fn attempts_are_limited_and_their_waits_double_up_to_the_cap() {
    let (gate, book) = gate(Share::Off);
    let start = Instant::now();
    let result: Result<(), _> = gate.run(&lane(), &list_users(), || async { Err(failed(Again::ServerFault)) }).await;
    assert_eq!(result.unwrap_err().kind, ErrorKind::Unreachable);
    assert_eq!(book.outcomes().len(), 8);
    let waits = 0.2 + 0.4 + 0.8 + 1.6 + 3.2 + 6.4 + 12.8;
    assert!((start.elapsed().as_secs_f64() - waits).abs() < 0.1, "{:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn without_a_connection_four_attempts_are_enough_and_a_lasting_failure_gets_one() {
    for (again, attempts) in [(Again::Unreachable, 4), (Again::Never, 1)] {
        let (gate, book) = gate(Share::Off);
        let result: Result<(), _> = gate.run(&lane(), &list_users(), || async { Err(failed(again)) }).await;
        assert!(result.is_err());
        assert_eq!(book.outcomes().len(), attempts);
    }
}

#[tokio::test(start_paused = true)]
async fn what_the_sink_refuses_is_not_sent() {
    let gate = Gate::new(Arc::new(Book { refuse: true, ..Book::default() }), Share::Off, Arc::new(Noon));
    let sent = AtomicU32::new(0);
    let send = || async {
        sent.fetch_add(1, Ordering::Relaxed);
        Ok::<_, Failure>(())
    };
    let error = gate.run(&lane(), &list_users(), send).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::NotRecorded);
    assert_eq!((error.message.as_str(), error.unsent), ("Nothing was sent: the book is full.", true));
    assert_eq!(sent.load(Ordering::Relaxed), 0);
}

#[tokio::test(start_paused = true)]
async fn what_was_refused_once_was_sent_whatever_ends_it_then() {
    for (before, unsent) in [(0, false), (1, true)] {
        let (gate, _) = gate(Share::Off);
        let attempts = AtomicU32::new(before);
        let send = || async {
            let lost = Error::new(ErrorKind::CredentialsMissing, "none").unsent();
            Err(match attempts.fetch_add(1, Ordering::Relaxed) {
                0 => failed(Again::Throttled),
                _ => Failure { error: lost, again: Again::Never },
            })
        };
        let error = gate.run::<(), _, _>(&lane(), &list_users(), send).await.unwrap_err();
        assert_eq!((error.kind, error.unsent), (ErrorKind::CredentialsMissing, unsent));
    }
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_call_is_told_as_failed() {
    let (gate, book) = gate(Share::Off);
    let forever = || async {
        std::future::pending::<()>().await;
        Ok::<_, Failure>(())
    };
    let result = tokio::time::timeout(Duration::from_secs(1), gate.run(&lane(), &list_users(), forever)).await;
    assert!(result.is_err());
    assert_eq!(book.outcomes(), [(1, CallOutcome::Failed)]);
}

#[tokio::test(start_paused = true)]
async fn usage_counts_the_last_second() {
    let (gate, _) = gate(Share::Off);
    for _ in 0..7 {
        gate.run(&lane(), &list_users(), || async { Ok::<_, Failure>(()) }).await.unwrap();
    }
    let used = || gate.usage(QuotaCategory::UserList).used_last_second;
    assert_eq!(used(), 7);
    assert_eq!(gate.usage(QuotaCategory::UserPoolRead).used_last_second, 0);
    advance(Duration::from_millis(1100)).await;
    assert_eq!(used(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_changed_share_holds_for_the_next_calls() {
    let (gate, _) = gate(Share::Fraction(0.5));
    send_from_six(&gate, 1).await;
    gate.set_share(Share::Fraction(0.1));
    let sent = send_from_six(&gate, 2).await;
    assert!(sent.last().unwrap() - sent[0] > 3.5, "{sent:?}");
}

#[tokio::test(start_paused = true)]
async fn a_cut_rate_gives_nothing_away_at_once() {
    let at_once = RetryRules { base: Duration::ZERO, ..RetryRules::default() };
    let gate = Gate::new(Arc::new(Book::default()), Share::Fraction(0.5), Arc::new(Noon)).with_retry(at_once);
    let start = Instant::now();
    throttle_once(&gate).await;
    assert!(start.elapsed() >= Duration::from_millis(133), "7.5 a second, not {:?}", start.elapsed());
}
