//! Whom a change is about: names, lists and queries of the command line.

use std::collections::{HashMap, HashSet};
use std::io;
use std::path::Path;

use console::OpenPool;
use console::jobs::Chosen;
use wire::{ErrorCode, WireError};

use crate::arguments::GlobalOptions;
use crate::change_arguments::People;
use crate::failure::Failure;
use crate::output::safe;

/// How many entries of a list are named at most.
const NAMED: usize = 20;

/// So many named users are asked for at AWS where the local copy does not have them.
const ASKED: usize = 10;

/// Whom it is about, before anybody is looked up.
#[derive(Debug, Clone)]
pub(super) enum Whom {
    Nobody,
    Query(String),
    /// User names, e-mail addresses, phone numbers or subs.
    Names(Vec<String>),
    /// The lines of a list, each one of those or several.
    List(Vec<String>),
}

/// Whom entries mean.
pub(super) struct Found {
    /// The user names, each once; an entry that the local copy does not know is among them as it is.
    pub(super) names: Vec<String>,
    /// The user name of each entry.
    pub(super) by_entry: HashMap<String, String>,
}

impl Whom {
    /// What a person said.
    pub(super) fn of(people: People) -> Result<Self, Failure> {
        match people.query {
            _ if people.all => Ok(Self::Query(String::new())),
            // A variable that is not set must not mean everybody.
            Some(query) if query.trim().is_empty() => {
                let sentence = "The query is empty, which would mean everybody. Give --all if that is meant.";
                Err(Failure::usage(WireError::validation("query", sentence)))
            }
            Some(query) => Ok(Self::Query(query)),
            None if people.list.is_some() => listed(people.list.as_deref().unwrap_or(Path::new("-"))).map(Self::List),
            None if people.names.is_empty() => {
                let sentence =
                    "Say whom it is about: user names, addresses, numbers or subs, --list, --query or --all.";
                Err(Failure::usage(WireError::validation("users", sentence)))
            }
            None => Ok(Self::Names(people.names)),
        }
    }

    /// Whether it says no more than one line.
    pub(super) fn is_one(&self) -> bool {
        match self {
            Self::Nobody => true,
            Self::Names(lines) | Self::List(lines) => lines.len() == 1,
            Self::Query(_) => false,
        }
    }

    /// Looks everybody up who is named.
    pub(super) async fn chosen(self, common: &GlobalOptions, pool: &OpenPool) -> Result<Chosen, Failure> {
        Ok(match self {
            Self::Nobody => Chosen::Nobody,
            Self::Query(query) => Chosen::Query(query),
            Self::Names(names) => Chosen::Names(found(common, pool, names, false).await?.names),
            Self::List(lines) => Chosen::Names(found(common, pool, lines, true).await?.names),
        })
    }
}

/// Whom lines mean. An entry that fits several users is refused, and of more than a few those that fit nobody are named.
pub(super) async fn found(
    common: &GlobalOptions,
    pool: &OpenPool,
    lines: Vec<String>,
    apart: bool,
) -> Result<Found, Failure> {
    let meant = pool.who_is_meant(lines, apart).await?;
    if !meant.ambiguous.is_empty() {
        let several = meant.ambiguous.iter().map(|(entry, users)| {
            let names: Vec<String> = users.iter().map(|name| safe(name.as_str())).collect();
            format!("{} ({})", safe(entry), names.join(", "))
        });
        let sentence = format!(
            "Several users are called so: {}. Write the user name or the sub of whom you mean.",
            first(several, meant.ambiguous.len())
        );
        return Err(Failure::usage(WireError::validation("users", sentence)));
    }
    let all = meant.found.len() + meant.missing.len();
    if all > ASKED && !meant.missing.is_empty() {
        let missing = meant.missing.iter().map(|entry| safe(entry));
        let named = first(missing, meant.missing.len());
        common.note(&format!("nobody in the local copy is called {named}"));
    }
    let known = meant.found.into_iter().map(|(entry, name)| (entry, name.as_str().to_owned()));
    // Whom the local copy does not have AWS may know by the user name.
    let unknown = meant.missing.into_iter().map(|entry| (entry.clone(), entry));
    let (mut names, mut by_entry) = (Vec::with_capacity(all), HashMap::with_capacity(all));
    for (entry, name) in known.chain(unknown) {
        names.push(name.clone());
        by_entry.insert(entry, name);
    }
    let mut seen = HashSet::new();
    names.retain(|name| seen.insert(name.clone()));
    Ok(Found { names, by_entry })
}

/// The first of several, with how many more there are.
fn first(all: impl Iterator<Item = String>, number: usize) -> String {
    let named = all.take(NAMED).collect::<Vec<_>>().join(", ");
    if number > NAMED { format!("{named} and {} more", number - NAMED) } else { named }
}

/// The lines of a list.
fn listed(file: &Path) -> Result<Vec<String>, Failure> {
    let text = text_of(file, "The list")?;
    let lines = text.lines().map(|line| line.trim_start_matches('\u{feff}').trim());
    let lines: Vec<String> = lines.filter(|line| !line.is_empty()).map(str::to_owned).collect();
    if lines.is_empty() {
        return Err(Failure::usage(WireError::validation("users", "The list names nobody.")));
    }
    Ok(lines)
}

/// The text of a file, or of standard input for `-`.
pub(super) fn text_of(file: &Path, what: &str) -> Result<String, Failure> {
    if file.as_os_str() == "-" {
        return Ok(io::read_to_string(io::stdin().lock())?);
    }
    std::fs::read_to_string(file).map_err(|error| {
        Failure::failed(ErrorCode::NotFound, format!("{what} {} cannot be read: {error}.", file.display()))
    })
}
