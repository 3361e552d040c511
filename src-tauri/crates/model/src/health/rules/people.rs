//! People whom nobody looked after: UP-45.

use super::{Rule, Severity, Subject};
use crate::health::case::{Body, Case, Judged};

pub(super) const RULES: &[Rule] = &[Rule {
    id: "UP-45",
    version: 2,
    title: "Accounts lie around half-finished",
    severity: Severity::Low,
    subject: Subject::Pool,
    why: "Unconfirmed and invited accounts can still be claimed, by whoever reads the mailbox. They also make every list \
          longer.",
    source: "Poolkeeper's own rule",
    remedy: "Look at them with poolctl users, and delete or remind them.",
    plan: None,
    judge: stale,
}];

fn stale(case: &Case<'_>) -> Judged {
    let pool = case.pool()?;
    pool.needed("/UserPool/Id")?;
    let copy = Body::local_copy();
    let Some(people) = case.snapshot.people else {
        let why = "There is no complete local copy of the people: run poolctl sync.";
        return Err(copy.unknown("", why));
    };
    let aliased = ["/UserPool/UsernameAttributes", "/UserPool/AliasAttributes"]
        .into_iter()
        .any(|list| pool.list(list).contains(&"email"));
    let invited = match people.invited_days {
        1 => "with a temporary password that held for a day".to_owned(),
        days => format!("with a temporary password that held for {days} days"),
    };
    let kinds = [
        (people.unconfirmed, "never confirmed for 30 days"),
        (people.invited, invited.as_str()),
        (people.reset_required, "told to reset their password more than 90 days ago"),
        (if aliased { people.unverified } else { 0 }, "signing in with an unverified e-mail address"),
        (people.doubled, "with an e-mail address that somebody else has, too"),
    ];
    let found: Vec<String> =
        kinds.into_iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
    Ok(if found.is_empty() {
        copy.pass("", format!("Nobody, as of {}.", people.synced_at))
    } else {
        copy.fail("", format!("{}, as of {}.", found.join("; "), people.synced_at))
    })
}
