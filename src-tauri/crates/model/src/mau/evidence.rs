//! From facts to low ≤ likely ≤ high. A bound is drawn only from what cannot be otherwise; the rest is "about".

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::log_month::LogMonth;
use super::metrics::{MetricReading, NO_DELETED_CLIENTS, NOTHING_OLD};
use super::split::Split;
use crate::cost::grouped;
use crate::estimate::{Bound, Estimate, Evidence, EvidenceKind};
use crate::month::Month;

/// The longest time between two looks at a pool after which its size is still taken for a ceiling: a day, and half of one for
/// a sync that comes late. It assumes that nobody was created and deleted between the two, who would be in no number.
pub const LONGEST_UNSEEN: SignedDuration = SignedDuration::from_hours(36);

/// How many users of SAML and OIDC providers AWS bills nobody for in a month, beside those that are free otherwise.
const FREE_FEDERATED: u64 = 50;

/// What is said of a number that was seen before its month had ended.
pub const PART_OF_MONTH: &str = "This is of a part of the month; what else happened in it is not in the number.";

/// What is known of a pool's month. Everything is optional: absent is "was not looked at", zero is "there was none".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// The month.
    pub month: Month,
    /// Whether the month has ended.
    pub over: bool,
    /// Users in the local copy who were created in the month.
    pub created: Option<Created>,
    /// Users in the local copy whose record changed in the month, those created included.
    pub changed: Option<u64>,
    /// Up to when these changes were seen; `None` when not told.
    pub changed_until: Option<Timestamp>,
    /// What this app did.
    pub ledger: Option<LedgerFacts>,
    /// Different users with a successful sign-in event in the month, among those that were looked at (Plus).
    pub sign_in_events: Option<u64>,
    /// Different users with a session that was used in the month, among those that were looked at.
    pub sessions: Option<u64>,
    /// Different users over all evidence that names users and is sure: created and not imported, ledger, events, sessions.
    pub union: Option<u64>,
    /// CloudWatch's sums over the month.
    pub metrics: Option<MetricSums>,
    /// How these sums were read.
    pub metrics_read: MetricReading,
    /// Imported logs.
    pub log: Option<LogMonth>,
    /// AWS's estimate of the number of users.
    pub estimated_users: Option<u64>,
    /// Users in the local copy, if it is complete.
    pub known_users: Option<u64>,
    /// Users who were seen to be gone in the month or after it, by syncs and by this app's own deletions.
    pub gone_users: Option<u64>,
    /// Whether everybody who was in the pool in the month is taken to be among the users above: it was looked at before the
    /// month began, and since then never less often than every [`LONGEST_UNSEEN`]. Who was created and deleted between two
    /// looks is not among them.
    pub watched: bool,
    /// When the users above were looked at last. Who came after it is not among them.
    pub looked_at: Option<Timestamp>,
    /// The number on the bill.
    pub billed: Option<BilledNumber>,
    /// When it was given; `None` for after the month. Before its end a bill is of a part of it.
    pub billed_at: Option<Timestamp>,
    /// The pool's number on the bill of the month before.
    pub billed_before: Option<u64>,
}

/// Users created in a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Created {
    /// All of them.
    pub users: u64,
    /// How many of them an import may have made. Imports count nobody as active, and nothing marks an imported user; give
    /// the sum of `ImportedUsers` of the month's jobs, or all of them where that cannot be read.
    pub maybe_imported: u64,
}

/// Different users of this app's calls in a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LedgerFacts {
    /// With a successful call that AWS lists as counting.
    pub listed: u64,
    /// With nothing but calls of which AWS says nothing.
    pub undocumented: u64,
}

/// CloudWatch's sums of successes: events, not users.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MetricSums {
    /// `SignUpSuccesses`.
    pub sign_ups: u64,
    /// `SignInSuccesses`.
    pub sign_ins: u64,
    /// `TokenRefreshSuccesses`.
    pub refreshes: u64,
    /// `FederationSuccesses`.
    pub federations: u64,
}

/// A number of active users that a bill tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BilledNumber {
    /// How many.
    pub users: u64,
    /// What the number is about.
    pub scope: BillScope,
    /// How many of them are of SAML and OIDC providers; `None` where that was not told.
    #[serde(default)]
    pub federated: Option<u64>,
    /// Token requests of machines; `None` where they were not told.
    #[serde(default)]
    pub token_requests: Option<u64>,
}

impl BilledNumber {
    /// A number of which nothing else is told.
    #[must_use]
    pub fn new(users: u64, scope: BillScope) -> Self {
        Self { users, scope, federated: None, token_requests: None }
    }
}

/// What a billed number is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum BillScope {
    /// This pool alone: it is the only one, or the bill is split by a tag.
    Pool,
    /// This pool alone, but the users that are free are not in it.
    PoolBesidesFree,
    /// All pools of the account and Region.
    Account,
}

impl Facts {
    /// Nothing is known of the month.
    #[must_use]
    pub fn none(month: Month, over: bool) -> Self {
        Self {
            month,
            over,
            created: None,
            changed: None,
            changed_until: None,
            ledger: None,
            sign_in_events: None,
            sessions: None,
            union: None,
            metrics: None,
            metrics_read: MetricReading::default(),
            log: None,
            estimated_users: None,
            known_users: None,
            gone_users: None,
            watched: false,
            looked_at: None,
            billed: None,
            billed_at: None,
            billed_before: None,
        }
    }
}

/// How many users were active. With no evidence, unknown.
#[must_use]
pub fn estimate(facts: &Facts) -> Estimate<u64> {
    let mut evidence = Vec::new();
    at_least(facts, &mut evidence);
    about(facts, &mut evidence);
    at_most(facts, &mut evidence);
    hints(facts, &mut evidence);
    billed(facts, &mut evidence);
    let of = |bound: Bound| evidence.iter().filter(move |item: &&Evidence| item.bound == bound).map(|item| item.users);
    let low = of(Bound::AtLeast).max().unwrap_or_default();
    // The most telling comes first; see `about`.
    let likely = of(Bound::About).next();
    let high = of(Bound::AtMost).min();
    let estimate = match final_bill(&evidence) {
        Some(bill) => within_bill(&bill, low),
        None => Estimate::new(low, likely, high),
    };
    estimate.because(evidence)
}

/// What the pool's own final bill says, by evidence that has it; `None` where there is none. It is a range where it may lack
/// users who are free.
#[must_use]
pub fn final_bill(evidence: &[Evidence]) -> Option<Estimate<u64>> {
    let of = |bound| evidence.iter().find(|item| item.kind == EvidenceKind::Billed && item.bound == bound);
    if let Some(exact) = of(Bound::Exactly) {
        return Some(Estimate::exactly(exact.users));
    }
    let users = of(Bound::About)?.users;
    Some(Estimate::new(users, Some(users), of(Bound::AtMost).map(|most| most.users)))
}

/// What a bill says, with at least so many: whatever else was seen moves its range nowhere but within itself.
fn within_bill(bill: &Estimate<u64>, low: u64) -> Estimate<u64> {
    let low = bill.high.map_or(low, |high| low.min(high)).max(bill.low);
    Estimate::new(low, bill.likely, bill.high)
}

/// What was seen, with what a person gave: a final bill has the last word.
#[must_use]
pub fn seen_and_given(seen: Estimate<u64>, given: Estimate<u64>) -> Estimate<u64> {
    let both = match final_bill(&given.evidence) {
        Some(bill) => within_bill(&bill, seen.low.max(given.low)),
        None => {
            let high = seen.high.into_iter().chain(given.high).min();
            Estimate::new(seen.low.max(given.low), given.likely.or(seen.likely), high)
        }
    };
    both.because(seen.evidence).because(given.evidence)
}

fn item(kind: EvidenceKind, bound: Bound, users: u64, says: String, caveat: &str) -> Evidence {
    let caveat = (!caveat.is_empty()).then(|| caveat.to_owned());
    Evidence { kind, bound, users, says, caveat }
}

fn at_least(facts: &Facts, evidence: &mut Vec<Evidence>) {
    use EvidenceKind as Kind;
    let month = facts.month;
    let mut push = |kind, users: u64, says: String, caveat: &str| {
        evidence.push(item(kind, Bound::AtLeast, users, says, caveat));
    };
    if let Some(created) = facts.created {
        let users = created.users.saturating_sub(created.maybe_imported);
        let caveat = match created.maybe_imported {
            0 => String::new(),
            maybe => {
                format!("{} more may have been imported, which makes nobody active.", grouped(maybe.min(created.users)))
            }
        };
        push(Kind::Created, users, format!("{} users were created in {month}.", grouped(users)), &caveat);
    }
    if let Some(ledger) = facts.ledger {
        let says = format!("This app made calls about {} users that AWS lists as counting.", grouped(ledger.listed));
        let caveat = match ledger.undocumented {
            0 => String::new(),
            more => format!("It made calls about {} more of which AWS says nothing.", grouped(more)),
        };
        push(Kind::Ledger, ledger.listed, says, &caveat);
    }
    if let Some(users) = facts.sign_in_events {
        let says = format!("{} users have a successful sign-in event.", grouped(users));
        push(Kind::SignInEvents, users, says, "Only users whose events were looked at.");
    }
    if let Some(users) = facts.sessions {
        let says = format!("{} users have a session that was used.", grouped(users));
        push(Kind::Sessions, users, says, "Only users whose sessions were looked at.");
    }
    if let Some(users) = facts.union {
        push(Kind::Union, users, format!("These are {} different users.", grouped(users)), "");
    }
    if let Some(metrics) = facts.metrics.filter(|metrics| metrics.events() > 0) {
        let says = format!("CloudWatch counts {}, so somebody was active.", metrics.told());
        push(Kind::Metrics, 1, says, "Events and not users: all of them may be of one.");
    }
    if let Some(log) = facts.log.as_ref().filter(|log| log.surely.users > 0) {
        let users = grouped(log.surely.users);
        let (says, caveat) = match (log.together, log.surely.alone) {
            (Some(most), _) => (
                format!("Imported logs name {users} to {} different active users.", grouped(most)),
                "How many are in several imports is not known: of one it was not kept. Forget what was imported and import \
                 all files at once.",
            ),
            (None, Some(_)) => (
                format!("Imports of logs together name {users} different active users."),
                "Counted to within 3 %; the bound is what one import names alone.",
            ),
            (None, None) => (
                format!("Imported logs name {users} different active users."),
                if log.surely.exact { "" } else { "Counted to within 1 %; the bound is 1 % less." },
            ),
        };
        push(Kind::Logs, log.surely.at_least(), says, caveat);
    }
}

/// Whether what was seen from one instant to another is of a whole month, but for what [`LONGEST_UNSEEN`] allows at each end.
/// Of a month that goes on there is no more than what was seen so far.
fn is_whole(facts: &Facts, first: Option<Timestamp>, last: Option<Timestamp>) -> bool {
    let (begins, ends) = (facts.month.begins(), facts.month.next().begins());
    let begun = first.is_none_or(|first| first.duration_since(begins) <= LONGEST_UNSEEN);
    !facts.over || (begun && last.is_some_and(|last| ends.duration_since(last) <= LONGEST_UNSEEN))
}

impl Facts {
    /// The pool's own final bill; `None` where there is none.
    fn final_bill(&self) -> Option<BilledNumber> {
        let is_final = self.over && self.billed_at.is_none_or(|at| at >= self.month.next().begins());
        self.billed.filter(|billed| is_final && billed.scope == BillScope::Pool)
    }

    /// How the users of the month were billed, by the pool's own final bill; `None` where none tells them apart.
    #[must_use]
    pub fn billed_split(&self) -> Option<Split> {
        let bill = self.final_bill()?;
        let federated = bill.federated?;
        Some(Split { direct: bill.users.saturating_sub(federated), federated, ..Split::default() })
    }

    /// Token requests of machines in the month: those of the bill, else of logs that reach over all of it (or up to now,
    /// while it goes on). `None` where nobody knows.
    #[must_use]
    pub fn token_requests(&self) -> Option<u64> {
        let of_bill = self.final_bill().and_then(|bill| bill.token_requests);
        let of_log = |log: &LogMonth| {
            let whole = log.tokens_of_all || is_whole(self, Some(log.first), Some(log.last));
            log.token_requests.filter(|_| whole)
        };
        of_bill.or_else(|| self.log.as_ref().and_then(of_log))
    }
}

fn about(facts: &Facts, evidence: &mut Vec<Evidence>) {
    use EvidenceKind as Kind;
    let log = facts.log.as_ref().filter(|log| log.surely.users > 0);
    if let Some(log) = log.filter(|log| log.by_client_only) {
        let says = format!("Imported tables name {} users of one app client.", grouped(log.surely.users));
        let caveat = "How many there are of all clients is in none of them: import the table of all users, too.";
        evidence.push(item(Kind::Logs, Bound::Hint, log.surely.users, says, caveat));
    }
    // A part of a month that is over says nothing of how many there were in all of it.
    let mut push_seen = |kind, is_whole, users: u64, says: String, caveat: &str| {
        let (bound, caveat) = match is_whole {
            true => (Bound::About, caveat.to_owned()),
            false => (Bound::Hint, format!("{PART_OF_MONTH} {caveat}")),
        };
        evidence.push(item(kind, bound, users, says, &caveat));
    };
    if let Some(log) = log.filter(|log| !log.by_client_only && log.together.is_none()) {
        let (first, last) = (log.first.strftime("%d %B"), log.last.strftime("%d %B"));
        let says = format!("Imported logs from {first} to {last} name {} users.", grouped(log.surely.users));
        let whole = is_whole(facts, Some(log.first), Some(log.last));
        let caveat = "Logs are delivered as well as can be; days may be missing.";
        push_seen(Kind::Logs, whole, log.surely.users, says, caveat);
    }
    if let Some(users) = facts.changed {
        let until = facts.changed_until.filter(|until| *until < facts.month.next().begins());
        let until = until.map(|until| format!(", as of {} UTC", until.strftime("%F %H:%M"))).unwrap_or_default();
        let says = format!("The records of {} users changed in {}{until}.", grouped(users), facts.month);
        let caveat = "A plain sign-in or a change of groups does not change the record, while an import or a password \
                      reset by an administrator does and counts nobody.";
        push_seen(Kind::Changed, is_whole(facts, None, facts.changed_until), users, says, caveat);
    }
    // It is of a whole month and of another one: neither what was seen of this one so far, nor what it had when it is over.
    if let Some(users) = facts.billed_before {
        let says = format!("The bill of {} says {} users.", facts.month.previous(), grouped(users));
        evidence.push(item(Kind::BilledBefore, Bound::Hint, users, says, "Months need not be alike."));
    }
}

fn at_most(facts: &Facts, evidence: &mut Vec<Evidence>) {
    use EvidenceKind as Kind;
    let at_most = |kind, users: u64, says: String, caveat: &str| item(kind, Bound::AtMost, users, says, caveat);
    if let Some(users) = [facts.estimated_users, facts.known_users].into_iter().flatten().max() {
        let gone = facts.gone_users.unwrap_or_default();
        let has = match facts.looked_at {
            Some(at) => format!("As of the sync at {} UTC, the pool has about", at.strftime("%F %H:%M")),
            None => "The pool has about".to_owned(),
        };
        let says = match gone {
            0 => format!("{has} {} users.", grouped(users)),
            gone => format!("{has} {} users, and {} are gone.", grouped(users), grouped(gone)),
        };
        let all = users.saturating_add(gone);
        if facts.watched {
            let hours = LONGEST_UNSEEN.as_hours();
            let caveat = format!(
                "This is a ceiling if nobody was created and deleted unseen between two syncs, which were up to {hours} hours \
                 apart. AWS's estimate may trail."
            );
            evidence.push(at_most(Kind::EstimatedUsers, all, says, &caveat));
        } else {
            let caveat =
                "Who left unseen in the month, or came and left between two syncs, is not in it, so it is no ceiling.";
            evidence.push(item(Kind::EstimatedUsers, Bound::Hint, all, says, caveat));
        }
    }
}

impl MetricSums {
    /// All events together.
    #[must_use]
    pub fn events(&self) -> u64 {
        [self.sign_ups, self.sign_ins, self.refreshes, self.federations].into_iter().fold(0, u64::saturating_add)
    }

    /// Each sum with what its events are and what their people did.
    fn ways(&self) -> [(u64, &'static str, &'static str); 4] {
        [
            (self.sign_ups, "sign-ups", "signed up"),
            (self.sign_ins, "sign-ins", "signed in"),
            (self.refreshes, "refreshes", "refreshed their tokens"),
            (self.federations, "federated sign-ins", "came from another provider"),
        ]
    }

    /// "3 sign-ups and 5 sign-ins"; "nothing" where all are zero.
    #[must_use]
    pub fn told(&self) -> String {
        let ways = self.ways().into_iter().filter(|(events, ..)| *events > 0);
        let told: Vec<String> = ways.map(|(events, what, _)| format!("{} {what}", grouped(events))).collect();
        match told.split_last() {
            None => "nothing".to_owned(),
            Some((last, [])) => last.clone(),
            Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        }
    }
}

fn hints(facts: &Facts, evidence: &mut Vec<Evidence>) {
    counted(facts, evidence);
    let Some(log) = facts.log.as_ref().filter(|log| log.possibly.users > log.surely.users) else { return };
    let users = log.possibly.users;
    let says = format!("Imported logs name {} users who may have been active.", grouped(users));
    let caveat = "Attempts that failed or were answered with a challenge are in it, what AWS does not say to count, and \
                  calls that do not tell their pool.";
    evidence.push(item(EvidenceKind::Logs, Bound::Hint, users, says, caveat));
}

/// What each sum of CloudWatch says. A sum bounds who was active in its way up to when it was read; calls of administrators
/// and changes of users are in none.
fn counted(facts: &Facts, evidence: &mut Vec<Evidence>) {
    let Some(metrics) = facts.metrics else { return };
    let read = facts.metrics_read;
    let early = read.is_early(facts.month);
    let when = match read.at {
        Some(at) => format!(", as of {} UTC", at.strftime("%F %H:%M")),
        None => ", as of a time that is not known".to_owned(),
    };
    let so_far = if early { " so far" } else { "" };
    let mut caveat = match metrics.events() {
        0 => "Who was active in another way is not in it.".to_owned(),
        _ => "Events and not users. Who was active in another way is not in it, so it is no ceiling of the month."
            .to_owned(),
    };
    if early && facts.over {
        caveat.push_str(" What came after that is not in it.");
    }
    caveat.push(' ');
    caveat.push_str(if read.by_name { NO_DELETED_CLIENTS } else { NOTHING_OLD });
    let mut push = |events: u64, says: String| {
        evidence.push(item(EvidenceKind::Metrics, Bound::Hint, events, says, &caveat));
    };
    if metrics.events() == 0 {
        let says = format!("CloudWatch counts nobody who signed up, signed in or refreshed{so_far}{when}.");
        push(0, says);
    }
    for (events, what, did) in metrics.ways().into_iter().filter(|(events, ..)| *events > 0) {
        let number = grouped(events);
        push(
            events,
            match early && facts.over {
                true => format!("CloudWatch had counted {number} {what}{when}."),
                false => format!("At most {number} users {did}{so_far}, as CloudWatch counts it{when}."),
            },
        );
    }
}

fn billed(facts: &Facts, evidence: &mut Vec<Evidence>) {
    let Some(billed) = facts.billed else { return };
    let users = billed.users;
    let number = grouped(users);
    if let Some(at) = facts.billed_at.filter(|at| facts.over && *at < facts.month.next().begins()) {
        if billed.scope != BillScope::Account {
            let says = format!("The bill said {number} users by {}.", at.strftime("%F"));
            evidence.push(item(EvidenceKind::Billed, Bound::AtLeast, users, says, PART_OF_MONTH));
        }
        return;
    }
    // Fifty of SAML and OIDC are free by themselves, and no line of a bill is known that lists them.
    let and_free = if billed.federated.unwrap_or_default() > 0 { FREE_FEDERATED } else { 0 };
    if billed.scope == BillScope::Pool && facts.over && and_free > 0 {
        let says = format!("The bill says {number} users.");
        let caveat = format!("Up to {FREE_FEDERATED} of SAML and OIDC are free by themselves, and may not be on it.");
        let mut push = |bound, users| evidence.push(item(EvidenceKind::Billed, bound, users, says.clone(), &caveat));
        push(Bound::AtLeast, users);
        push(Bound::AtMost, users.saturating_add(and_free));
        // Nothing else is as telling.
        evidence.insert(0, item(EvidenceKind::Billed, Bound::About, users, says, &caveat));
        return;
    }
    let (bound, says, caveat) = match (billed.scope, facts.over) {
        (BillScope::Pool, true) => (Bound::Exactly, format!("The bill says {number} users."), ""),
        (BillScope::Pool, false) => {
            (Bound::AtLeast, format!("The bill says {number} users so far."), "The month is not over.")
        }
        (BillScope::PoolBesidesFree, _) => {
            let says = format!("The bill says {number} users besides those that are free.");
            (Bound::AtLeast, says, "It has no line for free users, so how many they are is not known.")
        }
        (BillScope::Account, true) => {
            let says = format!("The bill says {number} users for all pools of the account and Region.");
            (Bound::AtMost, says, "Other pools are in it.")
        }
        (BillScope::Account, false) => {
            let says = format!("The bill says {number} users so far for all pools of the account and Region.");
            (Bound::Hint, says, "It grows, and other pools are in it, so it bounds nothing.")
        }
    };
    let users = if bound == Bound::AtMost { users.saturating_add(and_free) } else { users };
    evidence.push(item(EvidenceKind::Billed, bound, users, says, caveat));
}
