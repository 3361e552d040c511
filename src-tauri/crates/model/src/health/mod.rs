//! Whether a pool and what belongs to it are safe: seventy rules over the raw answers of AWS.
//!
//! A rule is data and a function. It passes, fails, does not apply, or cannot be known: what was denied, throttled or left
//! out of an answer is never taken for safe. Rules that need services that are not always read (WAF, Lambda, IAM, DNS, `CloudTrail`)
//! judge their answers where a snapshot has them, and say what is missing where it has not.

mod case;
pub(crate) mod policy;
mod rule;
mod rules;
mod snapshot;
mod trust;

pub use policy::plain as policy_document;
pub use rule::{Finding, Outcome, Rule, Severity, Subject};
pub use rules::all as rules;
pub(crate) use rules::token_lives;
pub use snapshot::{Answer, People, Snapshot};
pub use trust::{Audience, Rights, Trust};

use case::Case;

/// Holds every rule against everything that it is about. Every rule is there at least once: without a subject it does not
/// apply, and it is unknown when the subjects could not be listed.
#[must_use]
pub fn judge(snapshot: &Snapshot) -> Vec<Finding> {
    let mut findings = Vec::new();
    for rule in rules() {
        let pool = snapshot.pool.as_str();
        let (listed, list, none) = match rule.subject {
            Subject::Pool | Subject::Operator => (Some(vec![pool]), "", ""),
            Subject::Client => (snapshot.clients(), "ListUserPoolClients", "The pool has no app client."),
            Subject::IdentityPool => {
                (snapshot.judged_identity_pools(), "ListIdentityPools", "No identity pool trusts this pool.")
            }
        };
        match listed {
            Some(subjects) if subjects.is_empty() => findings.push(Finding::without_subject(rule, pool, list, none)),
            Some(subjects) => {
                findings.extend(subjects.into_iter().map(|subject| Finding::of(rule, &Case { snapshot, subject })));
            }
            None => findings.push(Finding::unlisted(rule, &Case { snapshot, subject: pool }, list)),
        }
    }
    findings
}
