//! Lambda triggers: UP-39 to UP-41.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Rule, Severity, Subject, guide};
use crate::health::case::{Body, Case, Judged, joined};
use crate::trigger::{Permission, Permitted};

const CONFIG: &str = "/UserPool/LambdaConfig";
const REPOST: &str = "https://repost.aws/knowledge-center/cognito-lambda-trigger-errors";
/// A migration is over after this many days.
const MIGRATION_DAYS: f64 = 90.0;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "UP-39",
        version: 2,
        title: "A trigger cannot be called",
        severity: Severity::High,
        subject: Subject::Pool,
        why: "When a function is gone, or Cognito may not call it, whatever the trigger is for fails. Sign-in often stops \
              altogether.",
        source: REPOST,
        remedy: "Give cognito-idp.amazonaws.com the permission to call the function (lambda:AddPermission), or clear the \
                 trigger.",
        plan: None,
        judge: broken,
    },
    Rule {
        id: "UP-40",
        version: 2,
        title: "Any pool may call a trigger's function",
        severity: Severity::Medium,
        subject: Subject::Pool,
        why: "A permission without a source lets every Cognito pool of every customer call the function. It then trusts \
              events that others made.",
        source: REPOST,
        remedy: "Limit the permission to this pool's ARN (AWS:SourceArn).",
        plan: None,
        judge: wide,
    },
    Rule {
        id: "UP-41",
        version: 1,
        title: "The migration trigger is still on",
        severity: Severity::Medium,
        subject: Subject::Pool,
        why: "The user migration trigger sees passwords in the clear. After a migration it only adds risk.",
        source: guide!("user-pool-lambda-migrate-user"),
        remedy: "Clear LambdaConfig.UserMigration when the migration is over.",
        plan: None,
        judge: migration,
    },
];

/// The triggers by function. The key of encryption among them is none.
fn functions<'a>(pool: &Body<'a>) -> BTreeMap<&'a str, Vec<&'a str>> {
    let mut functions: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let config = pool.at(CONFIG).and_then(Value::as_object);
    for (trigger, value) in config.into_iter().flatten().filter(|(name, _)| *name != "KMSKeyID") {
        let arn = value.as_str().or_else(|| value.get("LambdaArn").and_then(Value::as_str));
        if let Some(arn) = arn {
            functions.entry(arn).or_default().push(trigger);
        }
    }
    functions
}

/// Holds every function's policy against `judge`, which says whether it is as it should be; `None` where it does not concern
/// the function.
fn policies(case: &Case<'_>, judge: fn(&Permitted) -> Option<bool>, good: &str) -> Judged {
    let pool = case.pool()?;
    pool.needed("/UserPool/Id")?;
    let functions = functions(&pool);
    if functions.is_empty() {
        return Ok(pool.not_applicable(CONFIG, "The pool has no triggers."));
    }
    let arn = pool.needed_text("/UserPool/Arn")?;
    let (mut unknown, mut passes) = (None, false);
    for (function, triggers) in &functions {
        let named = format!("{} ({function})", joined(triggers));
        let (permitted, answer) = match case.ask("GetPolicy", function) {
            Ok(answer) => match Permitted::of(answer.needed("/Policy")?, arn) {
                Ok(permitted) => (permitted, Some(answer)),
                Err(unclear) => {
                    unknown = Some(answer.unknown("/Policy", format!("{named}: {unclear}")));
                    continue;
                }
            },
            Err(_) if case.refusal("GetPolicy", function) == Some("ResourceNotFoundException") => {
                (Permitted { here: Permission::Nobody, widest: Permission::Nobody }, None)
            }
            Err(why) => {
                unknown = Some(why);
                continue;
            }
        };
        match (judge(&permitted), answer) {
            (None, _) => {}
            (Some(true), _) => passes = true,
            (Some(false), Some(answer)) => {
                let what = if permitted.here.is_given() { &permitted.widest } else { &permitted.here };
                return Ok(answer.fail("/Policy", format!("{named}: {what}")));
            }
            (Some(false), None) => {
                let what = permitted.here;
                return Ok(pool.fail(CONFIG, format!("{named}: the function or its policy is gone; {what}")));
            }
        }
    }
    match unknown {
        Some(why) => Err(why),
        None if passes => Ok(pool.pass(CONFIG, good)),
        None => Ok(pool.not_applicable(CONFIG, "Cognito may call none of the functions, for any pool (UP-39).")),
    }
}

fn broken(case: &Case<'_>) -> Judged {
    let judge = |permitted: &Permitted| Some(permitted.here.is_given());
    policies(case, judge, "Cognito may call the function of each trigger.")
}

fn wide(case: &Case<'_>) -> Judged {
    let judge = |Permitted { widest, .. }: &Permitted| {
        widest.is_given().then(|| !widest.is_for_strangers() && !widest.is_for_an_account())
    };
    policies(case, judge, "Each function may be called for this pool or named ones alone.")
}

fn migration(case: &Case<'_>) -> Judged {
    let at = "/UserPool/LambdaConfig/UserMigration";
    let pool = case.pool()?;
    let created = pool.needed("/UserPool/CreationDate");
    let Some(function) = pool.text(at) else {
        pool.needed("/UserPool/Id")?;
        return Ok(pool.pass(at, "There is no user migration trigger."));
    };
    let created = created?.as_f64().ok_or_else(|| pool.silent("/UserPool/CreationDate"))?;
    #[expect(clippy::cast_precision_loss, reason = "seconds of this century are exact")]
    let age = (case.snapshot.taken_at.as_second() as f64 - created) / 86_400.0;
    let evidence = format!("UserMigration is {function}, and the pool is {age:.0} days old.");
    Ok(if age > MIGRATION_DAYS { pool.fail(at, evidence) } else { pool.pass(at, evidence) })
}
