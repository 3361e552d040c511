//! Importing people: check a file, then create the users by a plan, or hand the file to Cognito's own import.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use model::group::Group;
use model::import::{Mapping, Way};
use model::plan::{Action, Delivery, Item, NewUser, Plan, Step, UNINVITED, new_user, reaching};
use model::pool_policy::PoolPolicy;

use super::check::{Against, CheckedImport, ImportRequest, RowProblem, check, guessed};
use super::place::GrowingFile;
use super::read::Rows;
use crate::error::{Code, Error};
use crate::open::blocking;
use crate::pool::OpenPool;
use crate::rows_csv;

/// How many checked files are kept.
const KEPT: usize = 4;

impl OpenPool {
    /// What the columns of a file seem to be. Opens no socket. `goes_on` is asked now and then, and may stop it with an error.
    ///
    /// # Errors
    /// [`Code::NotFound`] or [`Code::Validation`] with field `file` when it cannot be read; [`Code::CacheUnavailable`];
    /// what `goes_on` says.
    pub async fn guess_columns(
        &self,
        path: &Path,
        goes_on: impl Fn() -> Result<(), Error> + Send + 'static,
    ) -> Result<Mapping, Error> {
        let pool = self.described_for_import().await?;
        let path = path.to_owned();
        blocking(move || {
            let rows = Rows::open(&path, &goes_on)?;
            guessed(&path, &rows, &pool)
        })
        .await
    }

    /// Holds a whole file against the pool (`DescribeUserPool`; free) and against the local copy. Nothing is sent. `progress`
    /// is told the number of rows that were read, and may stop it with an error.
    ///
    /// What was checked is kept under its id until it is imported; four at most.
    ///
    /// # Errors
    /// [`Code::Validation`] with field `file` or `mapping`; [`Code::Precondition`] when the pool's settings are not known;
    /// what `progress` says.
    pub async fn check_import(
        &self,
        request: ImportRequest,
        progress: impl Fn(u64) -> Result<(), Error> + Send + 'static,
    ) -> Result<Arc<CheckedImport>, Error> {
        let against = self.import_against().await?;
        let id = uuid::Uuid::new_v4().simple().to_string();
        let checked = Arc::new(blocking(move || check(id, &request, &against, &progress, &mut |_| Ok(()))).await?);
        let mut kept = self.imports.lock().unwrap_or_else(PoisonError::into_inner);
        kept.push_back(checked.clone());
        if kept.len() > KEPT {
            kept.pop_front();
        }
        Ok(checked)
    }

    /// Holds a file that was checked against the pool once more, and gives every problem to `hear`, in about the order of the
    /// lines: a check keeps the first thousand alone. Nothing is sent.
    ///
    /// # Errors
    /// As [`OpenPool::checked_import`] and [`OpenPool::check_import`]; [`Code::Precondition`] when the file is not what was
    /// checked; what `hear` says.
    pub async fn import_problems(
        &self,
        id: &str,
        mut hear: impl FnMut(&RowProblem) -> Result<(), Error> + Send + 'static,
    ) -> Result<(), Error> {
        let checked = self.checked_import(id)?;
        let against = self.import_against().await?;
        blocking(move || {
            checked.unchanged()?;
            let request = ImportRequest { mapping: Some(checked.mapping.clone()), ..checked.request.clone() };
            check(checked.id.clone(), &request, &against, &|_| Ok(()), &mut hear).map(drop)
        })
        .await
    }

    /// Writes every problem of a file that was checked into a folder as CSV, as [`OpenPool::import_problems`] finds them; where
    /// they are.
    ///
    /// # Errors
    /// As [`OpenPool::import_problems`]; [`Code::Precondition`] when the file cannot be written.
    pub async fn save_import_problems(&self, id: &str, folder: &Path, stem: &str) -> Result<PathBuf, Error> {
        let (folder, stem, now) = (folder.to_owned(), stem.to_owned(), self.now());
        let file = blocking(move || {
            let mut file = GrowingFile::begin(&folder, &stem, "csv", now)?;
            file.write(&rows_csv(&[["line", "column", "message"].map(str::to_owned).to_vec()]))?;
            Ok::<_, Error>(Arc::new(Mutex::new(Some(file))))
        })
        .await?;
        let out = file.clone();
        self.import_problems(id, move |problem| {
            let RowProblem { line, problem } = problem;
            let row = vec![line.to_string(), problem.column.clone().unwrap_or_default(), problem.message.clone()];
            let mut file = out.lock().unwrap_or_else(PoisonError::into_inner);
            file.as_mut().map_or(Ok(()), |file| file.write(&rows_csv(&[row])))
        })
        .await?;
        blocking(move || {
            let file = file.lock().unwrap_or_else(PoisonError::into_inner).take();
            file.ok_or_else(|| Error::new(Code::Internal, "The file of the problems was not written."))?.finish()
        })
        .await
    }

    /// A file that was checked, under its id.
    ///
    /// # Errors
    /// [`Code::NotFound`] when it was imported already or is not kept any more: check it again.
    pub fn checked_import(&self, id: &str) -> Result<Arc<CheckedImport>, Error> {
        let kept = self.imports.lock().unwrap_or_else(PoisonError::into_inner);
        let found = kept.iter().find(|checked| checked.id == id).cloned();
        found.ok_or_else(|| Error::new(Code::NotFound, "This file has to be checked again before it is imported."))
    }

    /// Takes a checked file off the desk, so that it is imported once.
    pub(super) fn take_import(&self, id: &str) -> Result<Arc<CheckedImport>, Error> {
        let found = self.checked_import(id)?;
        self.imports.lock().unwrap_or_else(PoisonError::into_inner).retain(|checked| checked.id != id);
        Ok(found)
    }

    /// Makes a plan that creates the good rows of a checked file one by one, puts them into their groups, and disables whom
    /// the file disables. It is approved and carried out like every plan.
    ///
    /// # Errors
    /// [`Code::NotFound`] as [`OpenPool::checked_import`]; [`Code::Precondition`] when something stands against the file,
    /// it was checked for the other way, or it has changed.
    pub async fn plan_import(&self, id: &str, invite: BTreeSet<Delivery>) -> Result<Arc<Plan>, Error> {
        let checked = self.checked_import(id)?;
        if checked.request.way != Way::Create {
            let message = "The file was checked for Cognito's own import. Check it for creating users one by one.";
            return Err(Error::new(Code::Precondition, message));
        }
        ready(&checked)?;
        let against = self.import_against().await?;
        let (read, ways) = (checked.clone(), invite.clone());
        let (items, uninvited, unreached) = blocking(move || {
            let (mut items, mut uninvited, mut unreached) = (Vec::new(), 0_u64, 0_u64);
            read.people(&against, |person| {
                // Nobody is asked in who is kept out.
                let kept_out = person.enabled == Some(false);
                uninvited += u64::from(kept_out && !ways.is_empty());
                let invite = if kept_out { BTreeSet::new() } else { reaching(&ways, &person.attributes) };
                unreached += u64::from(!kept_out && !ways.is_empty() && invite.is_empty());
                let new =
                    NewUser { username: person.username, attributes: person.attributes, invite, own_password: false };
                let mut item: Item = new_user(&new, &against.pool)?;
                for group in person.groups {
                    item.changes.push(planned("group", group.as_str()));
                    item.steps.push(Step::AddToGroup { group });
                }
                if kept_out {
                    item.steps.push(Step::Disable);
                    item.changes.push(planned("enabled", "no"));
                }
                items.push(item);
                Ok(())
            })?;
            Ok::<_, Error>((items, uninvited, unreached))
        })
        .await?;
        let action = Action::CreateUsers { invite };
        let mut notes = action.notes();
        if uninvited > 0 {
            notes.push(format!("Of the people of the file {uninvited} are disabled, and get no invitation."));
        }
        if unreached > 0 {
            notes.push(format!(
                "Of the people of the file {unreached} have no address to which the invitation could be sent, and get none. \
                 {UNINVITED}"
            ));
        }
        Ok(self.put_on_desk(action, items, notes))
    }

    /// What rows are held against.
    pub(super) async fn import_against(&self) -> Result<Against, Error> {
        let pool = self.described_for_import().await?;
        let policy: PoolPolicy = self.policy().await?.map_err(|why| {
            let message = format!("What the pool demands of its users is not known, so nothing can be checked. {why}");
            Error::new(Code::Precondition, message)
        })?;
        let freshness = self.freshness().await?;
        let names = |groups: Vec<(Group, u64)>| groups.into_iter().map(|(group, _)| group.name).collect();
        let groups = if freshness.groups_known { Some(names(self.groups().await?)) } else { None };
        Ok(Against { pool, policy, cache: self.cache.clone(), complete: freshness.complete, groups })
    }

    async fn described_for_import(&self) -> Result<model::pool::Pool, Error> {
        let empty = || Error::new(Code::CacheUnavailable, "The local copy is empty. Connect to the pool first.");
        self.pool().await?.ok_or_else(empty)
    }
}

/// What a new user gets besides their attributes.
fn planned(field: &str, after: &str) -> model::plan::Change {
    model::plan::Change::new(field, None, Some(after.to_owned()))
}

/// Whether a checked file can be imported as it is.
pub(super) fn ready(checked: &CheckedImport) -> Result<(), Error> {
    match checked.against.first() {
        Some(why) => Err(Error::new(Code::Precondition, why.clone())),
        None => Ok(()),
    }
}
