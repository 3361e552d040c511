//! Whom a list means: people by user name, e-mail address, phone number or sub.

use std::collections::{BTreeSet, HashMap};

use model::Username;
use model::list::split_pasted;
use model::query::fold;
use model::user::User;
use store::CacheError;

use crate::error::Error;
use crate::jobs::ASKED;
use crate::pool::OpenPool;

/// Whom the entries of a list mean in the local copy.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Meant {
    /// Each entry that fits one user, with the user name.
    pub found: Vec<(String, Username)>,
    /// Entries that fit nobody here.
    pub missing: Vec<String>,
    /// Entries that fit several users each, with their user names.
    pub ambiguous: Vec<(String, Vec<Username>)>,
}

/// The attributes by which somebody is found, besides the user name.
const NAMES: [&str; 3] = ["email", "phone_number", "sub"];

impl OpenPool {
    /// Whom the lines of a list mean in the local copy. A line that is a user name exactly means that user and nobody else;
    /// every other is looked up as e-mail address, phone number, `sub` or user name, case ignored, and `apart` after it was
    /// split up as a pasted list is. Of a few it is asked at AWS whether somebody whom the copy does not have has such an
    /// address as their user name (`ListUsers`; free): then it means them.
    ///
    /// # Errors
    /// As [`OpenPool::pool`]; what AWS says.
    pub async fn who_is_meant(&self, lines: Vec<String>, apart: bool) -> Result<Meant, Error> {
        let mut meant = self.meant_here(lines, apart).await?;
        if meant.found.len() + meant.missing.len() > ASKED {
            return Ok(meant);
        }
        for (entry, name) in &mut meant.found {
            if entry.as_str() == name.as_str() {
                continue;
            }
            let Ok(called) = Username::parse(entry.clone()) else { continue };
            if let Some(user) = self.find(&called, true).await? {
                *name = user.username;
            }
        }
        Ok(meant)
    }

    async fn meant_here(&self, lines: Vec<String>, apart: bool) -> Result<Meant, Error> {
        self.read(move |cache| {
            let mut entries: Vec<(String, Option<Username>)> = Vec::with_capacity(lines.len());
            for line in lines {
                // Whoever is named exactly is found without everybody in memory.
                let exact = match Username::parse(line.clone()) {
                    Ok(name) => cache.user(&name)?.map(|user| user.username),
                    Err(_) => None,
                };
                match exact {
                    None if apart => entries.extend(split_pasted(&line).into_iter().map(|entry| (entry, None))),
                    exact => entries.push((line, exact)),
                }
            }
            let sought: Vec<String> =
                entries.iter().filter(|(_, exact)| exact.is_none()).map(|(entry, _)| entry.clone()).collect();
            let looked_up = if sought.is_empty() { Vec::new() } else { cache.look_up(&sought)?.found };
            let by_name = by_name(&looked_up);
            let mut meant = Meant::default();
            for (entry, exact) in entries {
                let fits = || by_name.get(&fold(&entry)).into_iter().flatten().copied();
                let named = exact.or_else(|| fits().find(|name| name.as_str() == entry).cloned());
                match named.map_or_else(|| fits().cloned().collect(), |name| vec![name]) {
                    names if names.is_empty() => meant.missing.push(entry),
                    mut names if names.len() == 1 => meant.found.extend(names.pop().map(|name| (entry, name))),
                    names => meant.ambiguous.push((entry, names)),
                }
            }
            Ok::<_, CacheError>(meant)
        })
        .await
    }
}

/// Users by everything that they are called, folded.
fn by_name(users: &[User]) -> HashMap<String, BTreeSet<&Username>> {
    let mut by_name: HashMap<String, BTreeSet<&Username>> = HashMap::new();
    for user in users {
        let called = NAMES.into_iter().filter_map(|name| user.attribute(name)).chain([user.username.as_str()]);
        for name in called {
            by_name.entry(fold(name)).or_default().insert(&user.username);
        }
    }
    by_name
}
