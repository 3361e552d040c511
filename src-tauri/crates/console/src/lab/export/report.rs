//! A report for a ticket: what was called, in which order, what came of it. No user names, attributes, addresses, secrets.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::{Recipe, outcome};
use crate::lab::recorder::{Outcome, Shown, Step};

/// Names whose values say nothing about a person.
const TECHNICAL: [&str; 23] = [
    "ANSWER",
    "AvailableChallenges",
    "CHALLENGE_NAME",
    "CODE_DELIVERY_DELIVERY_MEDIUM",
    "ChallengeName",
    "ClientId",
    "DeviceRememberedStatus",
    "ExpiresIn",
    "MFAS_CAN_CHOOSE",
    "MFAS_CAN_SETUP",
    "PREFERRED_CHALLENGE",
    "SRP_A",
    "SRP_B",
    "SALT",
    "Scopes",
    "TIMESTAMP",
    "client_id",
    "code_challenge_method",
    "grant_type",
    "redirect_uri",
    "requiredAttributes",
    "response_type",
    "scope",
];

/// Values that are long and that nobody compares by eye.
const LONG: [&str; 3] = ["SRP_A", "SRP_B", "SALT"];

/// The report.
pub(super) fn markdown(recipe: &Recipe<'_>) -> String {
    let personal = personal(recipe.steps);
    let clean = |text: &str| {
        let text = personal.iter().fold(text.to_owned(), |text, value| text.replace(value.as_str(), "(left out)"));
        text.replace(['\r', '\n'], " ").replace('|', "\\|").replace('<', "&lt;")
    };
    let mut text = String::from("# Sign-in, recorded by Poolkeeper\n\n");
    let place = recipe.endpoint.as_deref().unwrap_or("AWS");
    let _ = writeln!(
        text,
        "Pool `{}`, app client `{}` ({}), Region {}, at {}. User names, attributes, what Cognito or a trigger \
         said in its own words, and secrets are left out.\n",
        code(recipe.pool),
        code(recipe.client),
        if recipe.has_secret { "with a secret" } else { "without a secret" },
        recipe.region,
        clean(place)
    );
    text.push_str("| # | call | about | outcome | ms | sent at |\n|---|---|---|---|---|---|\n");
    for (number, step) in recipe.steps.iter().enumerate() {
        let (subject, ended) = (clean(&step.subject), clean(outcome(step)));
        let _ = writeln!(
            text,
            "| {} | {} | {subject} | {ended} | {} | {} |",
            number + 1,
            step.operation,
            step.took_ms,
            step.at
        );
    }
    for (number, step) in recipe.steps.iter().enumerate() {
        let _ = writeln!(text, "\n## {}. {}\n\n{}\n", number + 1, step.operation, clean(&step.meaning));
        if let Outcome::Refused { code: refused, request_id, .. } = &step.outcome {
            let id = request_id.as_deref().unwrap_or("not told");
            let _ = writeln!(text, "Refused: `{}`; request id `{}`.\n", code(refused), code(id));
        }
        if let Outcome::Failed { code: failed, request_id, .. } = &step.outcome {
            let id = request_id.as_deref().unwrap_or("not told");
            let _ = writeln!(text, "Failed on its way: `{}`; request id `{}`.\n", failed.as_str(), code(id));
        }
        for (title, values) in [("Request", &step.request), ("Answer", &step.answer)] {
            for (name, value) in values {
                let _ = writeln!(text, "- {title} `{}`: {}", code(name), shown(name, value, &clean));
            }
        }
    }
    text
}

fn shown(name: &str, value: &Shown, clean: &dyn Fn(&str) -> String) -> String {
    match value {
        Shown::Hidden(length) => format!("(secret, {length} characters)"),
        Shown::Plain(text) if LONG.contains(&name) => format!("({} characters)", text.chars().count()),
        Shown::Plain(text) if TECHNICAL.contains(&name) => format!("`{}`", code(&clean(text))),
        Shown::Plain(_) => "(left out)".to_owned(),
    }
}

/// Every value about a person, and Cognito's own words, for a trigger may say anything in them; the longest first, so that
/// none is cut by another.
fn personal(steps: &[Step]) -> Vec<String> {
    let values = steps.iter().flat_map(|step| step.request.iter().chain(&step.answer));
    let said = steps.iter().filter_map(|step| match &step.outcome {
        Outcome::Refused { message, .. } => Some(message.clone()),
        _ => None,
    });
    let plain = values.filter(|(name, _)| !TECHNICAL.contains(&name.as_str())).filter_map(|(_, value)| match value {
        Shown::Plain(text) => Some(text.clone()),
        Shown::Hidden(_) => None,
    });
    let all: BTreeSet<String> = plain.chain(said).filter(|text| text.chars().count() > 2).collect();
    let mut all: Vec<String> = all.into_iter().collect();
    all.sort_by_key(|text| std::cmp::Reverse(text.len()));
    all
}

/// Text inside of a code span.
fn code(text: &str) -> String {
    text.replace(['`', '\r', '\n'], "'")
}
