//! What was seen: the local copy, its history, the ledger.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::Timestamp;
use model::Username;
use model::mau::{Created, Facts, LedgerFacts};
use model::month::Month;
use model::pool::{ImportJob, ImportPhase};
use model::query::fold;
use model::user::User;
use store::{Cache, CacheError, Entry, LedgerEnd};

use super::Missing;
use super::watched::Watched;
use crate::error::Error;
use crate::ledger::LedgerOf;
use crate::open::blocking;
use crate::pool::OpenPool;

/// The imports of a pool, asked for once and only where they are needed.
pub(super) type Imports = tokio::sync::OnceCell<Told>;

/// What AWS says of imports.
pub(super) enum Told {
    Jobs(Vec<ImportJob>),
    /// Why they cannot be told.
    Nothing(String),
}

impl OpenPool {
    /// Fills in what was seen of a month.
    pub(super) async fn seen(
        &self,
        facts: &mut Facts,
        imports: &Imports,
        missing: &mut Vec<Missing>,
    ) -> Result<(), Error> {
        let month = facts.month;
        let freshness = self.freshness().await?;
        let appeared = self.appeared(month).await?;
        let (ledger, called) = self.called(month).await?;
        facts.ledger = ledger;
        let signed_in = self.signed_in(month).await?;
        facts.sign_in_events = (!signed_in.is_empty()).then_some(signed_in.len() as u64);
        let elsewhere: BTreeSet<&String> = called.union(&signed_in).collect();
        // Only who is in neither of the two makes more of them together.
        let more = elsewhere.len() > called.len().max(signed_in.len());
        facts.union = more.then_some(elsewhere.len() as u64);
        if freshness.users > 0 {
            let created = self.count_in("created", month).await?;
            let imported = self.imported(month, imports, missing).await;
            let sure = imported.map_or(0, |imported| (appeared.len() as u64).saturating_sub(imported)).min(created);
            facts.created = Some(Created { users: created, maybe_imported: created - sure });
            // A later change hides an earlier one, so of a month that is over only syncs that kept it can tell.
            if !facts.over {
                facts.changed = Some(self.count_in("modified", month).await?);
                facts.changed_until = freshness.synced_at;
            }
            let besides = elsewhere.iter().filter(|person| !appeared.contains(**person)).count() as u64;
            if sure > 0 && besides > 0 {
                facts.union = facts.union.max(Some(sure + besides));
            }
        }
        let described = self.pool().await?.and_then(|pool| pool.estimated_users);
        let is_fresh =
            freshness.complete && freshness.synced_at.is_some_and(|at| super::day(at) >= super::day(self.now()));
        let now = self.now();
        let watched = self.given().await?.watched(month);
        if let Some(changed) = watched.as_ref().and_then(|watched| watched.changed).filter(|_| facts.over) {
            (facts.changed, facts.changed_until) = (Some(changed.users), Some(changed.until));
        }
        let watched = watched.filter(|watched| watched.covers(month, facts.over));
        match watched {
            Some(watched) if facts.over => {
                (facts.known_users, facts.gone_users) = (Some(watched.users), Some(watched.gone));
                facts.watched = watched.is_close(month, now);
                facts.looked_at = Some(watched.until);
            }
            _ if facts.over => {}
            watched => {
                facts.estimated_users = freshness.estimated_users.max(described);
                facts.known_users = freshness.complete.then_some(freshness.users);
                if let (Some(watched), Some(history)) = (watched, self.recording()) {
                    let since = self.gone_since(&history, watched.counted).await?;
                    facts.gone_users = Some(watched.gone.saturating_add(since));
                    facts.watched = freshness.complete && watched.is_close(month, now);
                    facts.looked_at = Some(watched.until);
                }
            }
        }
        if let Some(what) = unbounded(month, watched, now) {
            let remedy =
                "Keep the pool's history on, and sync it every day, from before a month begins until it has ended.";
            missing.push(Missing { what, remedy: remedy.to_owned(), iam_action: None });
        }
        if !is_fresh {
            missing.push(Missing {
                what: match freshness.synced_at {
                    Some(at) if freshness.complete => format!("The local copy is of {}.", super::day(at)),
                    _ => "The local copy is not complete.".to_owned(),
                },
                remedy: "Sync the pool: what happened since is not in these numbers.".to_owned(),
                iam_action: None,
            });
        }
        Ok(())
    }

    /// Who was seen to appear and was created in the month, by `sub`.
    async fn appeared(&self, month: Month) -> Result<BTreeSet<String>, Error> {
        let Some(history) = self.console.vault().history.clone() else { return Ok(BTreeSet::new()) };
        let key = self.key.clone();
        let added = blocking(move || history.added_since(&key, month.begins())).await?;
        let names: BTreeSet<&str> = added.iter().map(String::as_str).collect();
        let mut subs = BTreeSet::new();
        for some in added.chunks(super::AT_ONCE) {
            let some = some.to_vec();
            for user in self.read(move |cache| cache.look_up(&some)).await?.found {
                let person = person(&user);
                // Somebody else's e-mail address may be made to look like a `sub`.
                if month.contains(user.created_at) && names.contains(person) {
                    subs.insert(person.to_owned());
                }
            }
        }
        Ok(subs)
    }

    /// Who had a sign-in event in the month, among those whose events somebody looked at, by `sub`.
    async fn signed_in(&self, month: Month) -> Result<BTreeSet<String>, Error> {
        let Some(history) = self.console.vault().history.clone() else { return Ok(BTreeSet::new()) };
        let key = self.key.clone();
        Ok(blocking(move || history.seen(&key, month)).await?.into_iter().collect())
    }

    /// The `sub` of each person whom calls named so; whoever is not in the local copy is left out.
    async fn named(&self, names: BTreeSet<String>) -> Result<HashMap<String, String>, Error> {
        let names: Vec<String> = names.into_iter().collect();
        let mut people = HashMap::with_capacity(names.len());
        for some in names.chunks(super::AT_ONCE) {
            let some = some.to_vec();
            people.extend(self.read(move |cache| named(cache, some)).await?);
        }
        Ok(people)
    }

    /// How many users imports may have made in the month (`ListUserImportJobs`; free); `None` where AWS cannot be asked.
    async fn imported(&self, month: Month, imports: &Imports, missing: &mut Vec<Missing>) -> Option<u64> {
        let ask = async || match self.live.get() {
            Some(live) => match live.session.import_jobs(&self.key.pool).await {
                Ok(jobs) => Told::Jobs(jobs),
                Err(error) => Told::Nothing(error.to_string()),
            },
            None => Told::Nothing("The pool is open without AWS.".to_owned()),
        };
        match imports.get_or_init(ask).await {
            Told::Jobs(jobs) => {
                let imported = imported_in(jobs, month);
                if imported.is_none() {
                    missing.push(Missing {
                        what: "An import of users is under way, and importing makes nobody active.".to_owned(),
                        remedy: "Look again when it has ended: new users then count.".to_owned(),
                        iam_action: None,
                    });
                }
                imported
            }
            Told::Nothing(why) => {
                missing.push(Missing {
                    what: format!("Whether users were imported is unknown, and importing makes nobody active. {why}"),
                    remedy: "Open the pool through AWS with this permission: new users then count.".to_owned(),
                    iam_action: Some("cognito-idp:ListUserImportJobs"),
                });
                None
            }
        }
    }

    /// What the ledger says of the month, and about whom there was a call that AWS lists and that went well, by `sub`.
    async fn called(&self, month: Month) -> Result<(Option<LedgerFacts>, BTreeSet<String>), Error> {
        let Some(journal) = self.console.vault().journal.clone() else { return Ok((None, BTreeSet::new())) };
        let entries = blocking(move || journal.ledger(month.begins())).await?;
        let ours: Vec<Entry> = entries
            .into_iter()
            .filter(|entry| month.contains(entry.call.at) && LedgerOf::from(&self.key).has(entry))
            .collect();
        let (mut listed, mut others) = (BTreeSet::new(), BTreeSet::new());
        let names = ours.iter().map(|entry| entry.call.person.clone()).filter(|name| !name.is_empty());
        let known = self.named(names.collect()).await?;
        for entry in &ours {
            // Two names may be one person, so who is not in the local copy is not counted.
            if let Some(person) = known.get(&entry.call.person) {
                if counts(entry) {
                    listed.insert(person.clone())
                } else {
                    others.insert(person.clone())
                };
            }
        }
        let undocumented = others.difference(&listed).count() as u64;
        Ok((Some(LedgerFacts { listed: listed.len() as u64, undocumented }), listed))
    }
}

/// Why the pool's size is no ceiling of who was active; `None` where it is one.
fn unbounded(month: Month, watched: Option<Watched>, now: Timestamp) -> Option<String> {
    let Some(watched) = watched else {
        return Some(format!("There is no upper bound: somebody may have left the pool unseen in {month}."));
    };
    (!watched.is_close(month, now)).then(|| {
        let hours = watched.unseen_at(month, now).as_hours();
        format!(
            "There is no upper bound: for {hours} hours of {month} nobody looked, and who came and left within them is in \
             no number."
        )
    })
}

/// Names with the `sub` of the one person each means: by user name or `sub`, else by an alias. Of several with the same
/// alias it is one, whichever.
fn named(cache: &Cache, names: Vec<String>) -> Result<Vec<(String, String)>, CacheError> {
    let (mut people, mut others) = (Vec::with_capacity(names.len()), Vec::new());
    for name in names {
        // Most calls name the user name, and that is known without having everybody in memory.
        let exact = Username::parse(&name).ok().map(|name| cache.user(&name)).transpose()?.flatten();
        match exact {
            Some(user) => people.push((name, person(&user).to_owned())),
            None => others.push(name),
        }
    }
    if others.is_empty() {
        return Ok(people);
    }
    let found = cache.look_up(&others)?.found;
    let mut by_text: BTreeMap<String, Vec<&User>> = BTreeMap::new();
    for user in &found {
        let attributes = ["sub", "email", "phone_number"].into_iter().filter_map(|name| user.attribute(name));
        for text in attributes.chain([user.username.as_str()]) {
            by_text.entry(fold(text)).or_default().push(user);
        }
    }
    for name in others {
        let having = by_text.get(&fold(&name)).map(Vec::as_slice).unwrap_or_default();
        if let Some(user) = having.iter().find(|user| user.sub() == Some(&name)).or(having.first()) {
            people.push((name, person(user).to_owned()));
        }
    }
    Ok(people)
}

fn person(user: &User) -> &str {
    user.sub().unwrap_or(user.username.as_str())
}

/// Whether a call surely made its user active.
fn counts(entry: &Entry) -> bool {
    model::mau::surely_counts(&entry.call.operation) && entry.end == LedgerEnd::Done
}

/// How many users imports may have made in a month; `None` while one runs that may make more.
fn imported_in(jobs: &[ImportJob], month: Month) -> Option<u64> {
    let started = jobs.iter().filter(|job| job.phase != ImportPhase::NotStarted && touches(job, month));
    started.map(|job| (job.phase == ImportPhase::Ended).then_some(job.imported)).sum()
}

/// Whether an import may have made users in a month. One whose dates are not told may have.
fn touches(job: &ImportJob, month: Month) -> bool {
    let began = job.created_at.is_none_or(|at| at < month.next().begins());
    let ended = job.completed_at.is_none_or(|at| at >= month.begins());
    began && ended
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn while_an_import_runs_nobody_knows_how_many_it_makes_and_one_that_never_began_makes_none() {
        let month = Month::parse("2026-11").unwrap();
        let job = |created: &str, completed: Option<&str>, phase| ImportJob {
            created_at: Some(created.parse().unwrap()),
            completed_at: completed.map(|at| at.parse().unwrap()),
            imported: 40,
            phase,
        };
        let ended = job("2026-10-31T23:00:00Z", Some("2026-11-01T01:00:00Z"), ImportPhase::Ended);
        let running = job("2026-11-02T01:00:00Z", None, ImportPhase::Running);
        let waiting = job("2026-10-02T01:00:00Z", None, ImportPhase::NotStarted);
        assert_eq!(imported_in(&[ended, waiting, ended], month), Some(80));
        assert_eq!(imported_in(&[ended, running], month), None);
        assert_eq!(imported_in(&[ended, running], month.previous()), Some(40), "it was made later");
        assert_eq!(imported_in(&[], month), Some(0));
    }
}
