//! The file of Cognito's own import (Developer Guide, "Importing users from a CSV file"): no quotes, commas behind a
//! backslash, dates turned round.

use super::Person;

/// The most rows of one import.
pub const JOB_ROWS: u64 = 500_000;

/// The most bytes of one import.
pub const JOB_BYTES: u64 = 100 * 1024 * 1024;

/// The longest row, in characters.
pub(super) const LONGEST_ROW: usize = 16_000;

/// A person as a row under the header that `GetCSVHeader` gave, without the end of the line. Columns that are not known are
/// empty.
#[must_use]
pub fn job_row(person: &Person, header: &[String]) -> String {
    let cells = header.iter().map(|column| match column.as_str() {
        "cognito:username" => escaped(&person.username),
        "cognito:mfa_enabled" => person.mfa.map(truth).unwrap_or_default().to_owned(),
        "password_hash" => person.hash.as_deref().map(escaped).unwrap_or_default(),
        "birthdate" => person.attributes.get("birthdate").map(|date| turned(date)).unwrap_or_default(),
        name @ ("email_verified" | "phone_number_verified") => {
            let value = person.attributes.get(name).map(|value| truth(value == "true"));
            value.unwrap_or_default().to_owned()
        }
        name => person.attributes.get(name).map(|value| escaped(value)).unwrap_or_default(),
    });
    cells.collect::<Vec<_>>().join(",")
}

fn truth(is: bool) -> &'static str {
    if is { "TRUE" } else { "FALSE" }
}

fn escaped(value: &str) -> String {
    value.replace(',', "\\,")
}

/// `YYYY-MM-DD` as `mm/dd/yyyy`; what is no date stays as it is.
fn turned(date: &str) -> String {
    let parts: Vec<&str> = date.split('-').collect();
    match parts.as_slice() {
        [year, month, day] => format!("{month}/{day}/{year}"),
        _ => escaped(date),
    }
}

/// Why the file cannot carry a value as it is; `None` when it can. There are no quotes in it, and Cognito trims values.
pub(super) fn lost(value: &str) -> Option<&'static str> {
    if value.chars().any(char::is_control) {
        return Some("Cognito's import cannot carry line breaks, tabs and other control characters");
    }
    if value.trim() != value {
        return Some("Cognito's import takes away the spaces at the ends of a value");
    }
    if value.ends_with('\\') {
        return Some("Cognito's import cannot carry a backslash at the end of a value");
    }
    None
}
