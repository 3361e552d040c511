//! Whether a row can become a user.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;

use super::job_file::{LONGEST_ROW, job_row, lost};
use super::mapping::{Mapping, Target};
use super::{Person, Problem, Way};
use crate::GroupName;
use crate::pool::Pool;
use crate::pool_policy::{Bounds, PoolPolicy};
use crate::query::fold;
use crate::unseen::{is_format, is_unseen};

/// The longest value of an attribute that AWS takes, in bytes.
const LONGEST_VALUE: usize = 2_048;

/// The longest user name, in characters.
const LONGEST_NAME: usize = 128;

/// What is wrong with a value, in a sentence.
#[derive(Debug)]
struct Wrong(String);

impl From<&str> for Wrong {
    fn from(sentence: &str) -> Self {
        Self(sentence.to_owned())
    }
}

/// Holds rows against a pool.
#[derive(Debug, Clone, Copy)]
pub struct Checker<'a> {
    /// The pool.
    pub pool: &'a Pool,
    /// What it demands.
    pub policy: &'a PoolPolicy,
    /// Which column is what.
    pub mapping: &'a Mapping,
    /// How people get in.
    pub way: &'a Way,
}

/// What stands against, or should be known of, a whole file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WholeFile {
    /// What keeps it from being imported, as sentences.
    pub problems: Vec<String>,
    /// What a person should know, as sentences.
    pub notes: Vec<String>,
}

/// What only one user of the pool may have. Case is taken away where the pool ignores it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Keys {
    /// The user name.
    pub username: Option<String>,
    /// The e-mail address, where people sign in with it.
    pub email: Option<String>,
    /// The phone number, where people sign in with it.
    pub phone: Option<String>,
}

impl Checker<'_> {
    /// What is wrong with the columns for this way, before any row is read.
    #[must_use]
    pub fn whole_file(&self) -> WholeFile {
        let mut whole = WholeFile::default();
        let has = |target: &Target| self.mapping.has(target);
        match self.way {
            Way::Job { hashes } => {
                if self.policy.verifies.is_empty() {
                    whole.problems.push(
                        "Cognito's import needs a pool that verifies e-mail addresses or phone numbers, and this pool verifies \
                         neither. Create the users one by one instead."
                            .to_owned(),
                    );
                }
                if has(&Target::PasswordHash) && hashes.is_none() {
                    whole
                        .problems
                        .push("Say how the passwords of the file are hashed, or leave the column out.".to_owned());
                }
                if !has(&Target::PasswordHash) && hashes.is_some() {
                    whole.problems.push("No column is the hash of the password.".to_owned());
                }
                if has(&Target::Groups) || has(&Target::Enabled) {
                    whole.notes.push(
                        "Cognito's import knows no groups and disables nobody: those columns are left out. Add people to groups \
                         afterwards."
                            .to_owned(),
                    );
                }
                whole.notes.push(
                    "Imported users have no password, unless there is a hash: they choose one with \u{201c}Forgot password\u{201d}. \
                     The import makes nobody active; choosing a password does."
                        .to_owned(),
                );
            }
            Way::Create => {
                if has(&Target::PasswordHash) || has(&Target::Mfa) {
                    whole.problems.push(
                        "Only Cognito's own import takes password hashes and MFA. Leave those columns out.".to_owned(),
                    );
                }
            }
        }
        whole
    }

    /// Reads a row: the person it would be, or everything that is wrong with it. A value is the cell of a column in the
    /// order of the mapping; `None` where there is none.
    ///
    /// # Errors
    /// One problem at least.
    pub fn row<'v>(&self, values: impl IntoIterator<Item = Option<&'v str>>) -> Result<Person, Vec<Problem>> {
        let mut problems = Vec::new();
        let mut person = Person::default();
        for ((column, target), value) in self.mapping.columns.iter().zip(values) {
            let Some(value) = value else { continue };
            let mut wrong = |message: String| problems.push(Problem { column: Some(column.clone()), message });
            match target {
                Target::Ignored => {}
                Target::Username => person.username = value.to_owned(),
                Target::Attribute(name) => match self.value(name, value) {
                    Ok(value) => drop(person.attributes.insert(name.clone(), value)),
                    Err(why) => wrong(why.0),
                },
                Target::Groups => match groups(value) {
                    Ok(groups) => person.groups = groups,
                    Err(why) => wrong(why.0),
                },
                Target::Enabled => match truth(value) {
                    Some(is) => person.enabled = Some(is),
                    None => wrong("Write yes or no.".to_owned()),
                },
                Target::Mfa => match truth(value) {
                    Some(is) => person.mfa = Some(is),
                    None => wrong("Write TRUE or FALSE.".to_owned()),
                },
                Target::PasswordHash => person.hash = Some(value.to_owned()),
            }
        }
        self.username(&mut person, &mut problems);
        self.required(&person, &mut problems);
        if let Way::Job { .. } = self.way {
            self.for_job(&person, &mut problems);
        }
        if problems.is_empty() { Ok(person) } else { Err(problems) }
    }

    /// What only one user may have, of a person.
    #[must_use]
    pub fn keys(&self, person: &Person) -> Keys {
        let by = |name: &str| {
            let among = |list: &[String]| list.iter().any(|attribute| attribute == name);
            let verified = person.attributes.get(&format!("{name}_verified")).is_some_and(|flag| flag == "true");
            let value = person.attributes.get(name).filter(|value| !value.is_empty());
            let unique = among(&self.pool.username_attributes) || among(&self.pool.alias_attributes) && verified;
            value.filter(|_| unique).map(|value| self.folded(value))
        };
        // Where people sign in by an address, Cognito makes the name up.
        let named = self.pool.username_attributes.is_empty();
        Keys { username: named.then(|| self.folded(&person.username)), email: by("email"), phone: by("phone_number") }
    }

    /// A text as the pool compares it.
    #[must_use]
    pub fn folded(&self, text: &str) -> String {
        if self.pool.case_sensitive == Some(false) { fold(text) } else { text.to_owned() }
    }

    fn column_of(&self, target: &Target) -> Option<String> {
        self.mapping.column_of(target).map(str::to_owned)
    }

    fn username(&self, person: &mut Person, problems: &mut Vec<Problem>) {
        let by = &self.pool.username_attributes;
        if person.username.is_empty() {
            let value = by.iter().find_map(|name| person.attributes.get(name).filter(|value| !value.is_empty()));
            person.username = value.cloned().unwrap_or_default();
        }
        let name = person.username.clone();
        let message = if name.is_empty() {
            "The user name is missing.".to_owned()
        } else if name.chars().count() > LONGEST_NAME {
            format!("The user name is longer than {LONGEST_NAME} characters.")
        } else if name.contains(|c: char| c.is_whitespace() || c.is_control() || is_format(c)) {
            // What else is not seen, such as a filler, is a letter, mark or symbol to AWS, which takes it in a name.
            "A user name has no spaces, control characters or characters that are not seen.".to_owned()
        } else if !by.is_empty() && !by.iter().any(|attribute| has_form(attribute, &name)) {
            format!("In this pool the user name is {}.", by.join(" or "))
        } else if let Some(alias) =
            self.pool.alias_attributes.iter().find(|alias| by.is_empty() && has_form(alias, &name))
        {
            is_an_alias(alias)
        } else {
            for attribute in by.iter().filter(|attribute| has_form(attribute, &name)) {
                person.attributes.entry(attribute.clone()).or_insert_with(|| name.clone());
            }
            return;
        };
        problems.push(Problem { column: self.column_of(&Target::Username), message });
    }

    fn required(&self, person: &Person, problems: &mut Vec<Problem>) {
        for attribute in self.pool.schema.iter().filter(|attribute| attribute.required && attribute.name != "sub") {
            if person.attributes.get(&attribute.name).is_none_or(String::is_empty) {
                let column = self.column_of(&Target::Attribute(attribute.name.clone()));
                let said = problems.iter().any(|problem| column.is_some() && problem.column == column);
                if !said {
                    problems.push(Problem { column, message: format!("{} is required in this pool.", attribute.name) });
                }
            }
        }
    }

    fn value(&self, name: &str, value: &str) -> Result<String, Wrong> {
        taken(self.pool, self.policy, name, value)
    }

    /// What Cognito's import demands of a row besides.
    fn for_job(&self, person: &Person, problems: &mut Vec<Problem>) {
        let Way::Job { hashes } = self.way else { return };
        let has = |name: &str| person.attributes.get(name).is_some_and(|value| !value.is_empty());
        let says = |name: &str| person.attributes.get(&format!("{name}_verified")).is_some_and(|flag| flag == "true");
        let of = |name: &str| self.column_of(&Target::Attribute(name.to_owned()));
        for name in ["email", "phone_number"] {
            if says(name) && !has(name) {
                let message = format!("{name} is required where {name}_verified is true.");
                problems.push(Problem { column: of(name), message });
            }
        }
        if !self.policy.verifies.is_empty() && !self.policy.verifies.iter().any(|name| says(name)) {
            let names = self.policy.verifies.join("_verified or ");
            let column = self.policy.verifies.first().and_then(|name| of(&format!("{name}_verified")));
            problems
                .push(Problem { column, message: format!("Cognito's import demands that {names}_verified is true.") });
        }
        match (self.pool.mfa.as_deref(), person.mfa) {
            (Some("ON"), Some(false)) => {
                let message = "This pool requires a second factor: write TRUE or nothing.".to_owned();
                problems.push(Problem { column: self.column_of(&Target::Mfa), message });
            }
            (Some("OFF"), Some(true)) => {
                let message = "This pool has no second factor: write FALSE or nothing.".to_owned();
                problems.push(Problem { column: self.column_of(&Target::Mfa), message });
            }
            _ => {}
        }
        if let (Some(algorithm), Some(hash)) = (hashes, &person.hash)
            && let Err(why) = algorithm.check(hash)
        {
            let message = format!("For Cognito, {why}.");
            problems.push(Problem { column: self.column_of(&Target::PasswordHash), message });
        }
        let values = person.attributes.iter().map(|(name, value)| (Target::Attribute(name.clone()), value));
        let hash = person.hash.iter().map(|hash| (Target::PasswordHash, hash));
        for (target, value) in values.chain([(Target::Username, &person.username)]).chain(hash) {
            if let Some(why) = lost(value) {
                problems.push(Problem { column: self.column_of(&target), message: format!("{why}.") });
            }
        }
        let header: Vec<String> = person.attributes.keys().cloned().chain(["cognito:username".to_owned()]).collect();
        let length = job_row(person, &header).chars().count() + person.hash.as_ref().map_or(0, String::len);
        if length > LONGEST_ROW - 200 {
            let message = format!("The row is longer than the {LONGEST_ROW} characters that Cognito's import takes.");
            problems.push(Problem { column: None, message });
        }
    }
}

/// Why a user name is refused that has the form of an attribute by which people sign in besides.
pub(crate) fn is_an_alias(attribute: &str) -> String {
    let what = if attribute == "email" { "an e-mail address" } else { "a phone number" };
    format!("In this pool people sign in by {attribute} besides, so AWS takes no user name that looks like {what}.")
}

/// Whether a user name is what people sign in by: the form of that attribute.
pub(crate) fn has_form(attribute: &str, name: &str) -> bool {
    match attribute {
        "email" => email(name).is_ok(),
        "phone_number" => phone(name).is_ok(),
        _ => false,
    }
}

/// What stands against giving an attribute a value in a pool just as it is written, as a sentence; `None` when nothing does.
/// The sentence repeats no value.
#[must_use]
pub fn unfit(pool: &Pool, policy: &PoolPolicy, name: &str, value: &str) -> Option<String> {
    match taken(pool, policy, name, value) {
        Ok(form) if form == value => None,
        Ok(form) if truth(&form).is_some() => Some("Write true or false.".to_owned()),
        Ok(_) => Some("Write the date as 2001-12-31.".to_owned()),
        Err(Wrong(why)) => Some(why),
    }
}

/// An attribute's value in the form that the API takes.
fn taken(pool: &Pool, policy: &PoolPolicy, name: &str, value: &str) -> Result<String, Wrong> {
    if value.len() > LONGEST_VALUE {
        return Err(Wrong(format!("The value is longer than the {LONGEST_VALUE} bytes that AWS takes.")));
    }
    let kind = pool.schema.iter().find(|attribute| attribute.name == name).map(|known| known.data_type.as_str());
    let none = Bounds::default();
    let bounds = policy.bounds.get(name).unwrap_or(&none);
    let value = match (name, kind) {
        (_, _) if value.is_empty() => String::new(),
        ("email_verified" | "phone_number_verified", _) | (_, Some("Boolean")) => {
            truth(value).ok_or("Write true or false.")?.to_string()
        }
        ("email", _) => email(value)?.to_owned(),
        ("phone_number", _) => phone(value)?.to_owned(),
        ("birthdate", _) => date(value)?,
        ("updated_at", _) | (_, Some("Number")) => number(value, bounds)?,
        (_, Some("DateTime")) => instant(value)?.to_owned(),
        _ => value.to_owned(),
    };
    let length = value.chars().count() as u64;
    if matches!(kind, None | Some("String")) && !name.ends_with("_verified") {
        if let Some(shortest) = bounds.shortest.filter(|shortest| length < *shortest) {
            return Err(Wrong(format!("The value is shorter than the {shortest} characters that this pool demands.")));
        }
        if let Some(longest) = bounds.longest.filter(|longest| length > *longest) {
            return Err(Wrong(format!("The value is longer than the {longest} characters that this pool takes.")));
        }
    }
    Ok(value)
}

fn truth(value: &str) -> Option<bool> {
    match value.trim().to_ascii_lowercase().as_str() {
        "true" | "yes" | "1" => Some(true),
        "false" | "no" | "0" => Some(false),
        _ => None,
    }
}

fn email(value: &str) -> Result<&str, &'static str> {
    let (local, host) = value.rsplit_once('@').ok_or("This is no e-mail address.")?;
    let plain = |c: char| !c.is_whitespace() && !is_unseen(c);
    if local.is_empty() || host.is_empty() || local.contains('@') || !value.chars().all(plain) {
        return Err("This is no e-mail address.");
    }
    Ok(value)
}

fn phone(value: &str) -> Result<&str, &'static str> {
    let digits = value.strip_prefix('+').unwrap_or_default();
    let good = (3..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    if good && !digits.starts_with('0') {
        Ok(value)
    } else {
        Err("Write the number as +4930123456: a plus, the country and digits alone.")
    }
}

/// A date as `YYYY-MM-DD`; Cognito's own `mm/dd/yyyy` is understood, too.
fn date(value: &str) -> Result<String, &'static str> {
    let wrong = "Write the date as 2001-12-31.";
    let date = value.parse::<Date>().ok().filter(|_| value.len() == 10);
    let date = date.or_else(|| Date::strptime("%m/%d/%Y", value).ok().filter(|_| value.len() == 10));
    Ok(date.ok_or(wrong)?.to_string())
}

fn number(value: &str, bounds: &Bounds) -> Result<String, Wrong> {
    let number: i64 = value.parse().map_err(|_| "Write a whole number.")?;
    if let Some(least) = bounds.least.filter(|least| number < *least) {
        return Err(Wrong(format!("The number is less than {least}.")));
    }
    if let Some(greatest) = bounds.greatest.filter(|greatest| number > *greatest) {
        return Err(Wrong(format!("The number is greater than {greatest}.")));
    }
    Ok(value.to_owned())
}

fn instant(value: &str) -> Result<&str, &'static str> {
    let good = value.parse::<Timestamp>().is_ok() || value.parse::<Date>().is_ok() || value.parse::<i64>().is_ok();
    if good { Ok(value) } else { Err("Write the instant as 2026-01-31T12:00:00Z or in seconds since 1970.") }
}

/// Names with `;` between them; a `\` makes the next character an ordinary one.
fn groups(value: &str) -> Result<BTreeSet<GroupName>, Wrong> {
    let mut names = vec![String::new()];
    let mut letters = value.chars();
    while let Some(letter) = letters.next() {
        match (letter, names.last_mut()) {
            (';', _) => names.push(String::new()),
            ('\\', Some(name)) => name.extend(letters.next()),
            (letter, Some(name)) => name.push(letter),
            (_, None) => {}
        }
    }
    let named = names.into_iter().filter(|name| !name.is_empty());
    named.map(|name| GroupName::parse(name).map_err(|error| Wrong(format!("{error}.")))).collect()
}

impl Keys {
    /// Every key with the kind of thing it is, so that a name is never taken for an address.
    pub fn each(&self) -> impl Iterator<Item = (char, &str)> {
        let each = [('u', &self.username), ('e', &self.email), ('p', &self.phone)];
        each.into_iter().filter_map(|(kind, key)| Some((kind, key.as_deref()?)))
    }
}
