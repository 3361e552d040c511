//! Looking back: undo as a plan of its own, and the audit.

use std::collections::HashSet;
use std::sync::Arc;

use model::plan::{Action, Item, ItemCounts, JobState, Plan, Record, Step, Target, reversed};
use store::{AuditFilter, AuditPage, AuditVerdict, JobRow, Journal, JournalError};

use super::make::ASKED;
use crate::error::{Code, Error};
use crate::open::{Console, blocking};
use crate::pool::OpenPool;

/// Entries that are read at once.
const PAGE: u32 = 1_000;

impl OpenPool {
    /// A plan that takes back what a job did, as far as that can be: the last entry first, and of an entry that ended half
    /// way that half. Of a deleted user a new one is made from the record; of whoever is deleted by it a record is kept
    /// (`ListUsers`, `ListGroups`, `ListUsersInGroup`; free). A job that is paused is taken back as far as it came, and does
    /// not go on then. Of one that has ended, calls are left out of which nobody knows whether they were applied.
    ///
    /// # Errors
    /// [`Code::NotFound`] for an unknown job; [`Code::Precondition`] when it is under way, it has not ended and nobody knows
    /// what became of its last calls, nothing of it was applied or can be taken back, or another job takes it back already.
    pub async fn plan_undo(&self, job: &str) -> Result<Arc<Plan>, Error> {
        let came = self.may_be_undone(job).await?;
        let doubtful = self.in_doubt(job).await?;
        let addresses = self.described().await?.username_attributes;
        let mut items: Vec<Item> = Vec::new();
        let (mut from, mut impossible, mut waiting, mut recreated, mut unseen) = (0, 0_u64, 0_u64, false, false);
        let mut federated = 0_u64;
        loop {
            let rows = self.job_items(job, None, from, PAGE).await?;
            let Some(last) = rows.last() else { break };
            from = last.seq + 1;
            for row in rows {
                // What was so already when its turn came, we did not do.
                let Some(mut item) = row.item.filter(|_| row.step > 0) else { continue };
                item.steps.truncate(row.step);
                let back = reversed(&item, &addresses);
                waiting += u64::from(item.waits());
                let record = matches!(item.record, Some(Record::User(_)));
                impossible +=
                    u64::from(back.is_empty() && !record && !item.waits() && item.steps != [Step::RememberFactors]);
                unseen |= matches!(item.record, Some(Record::Unseen { .. }));
                recreated |= record && !back.is_empty();
                federated += u64::from(record && back.is_empty());
                items.extend(back);
            }
        }
        if items.is_empty() {
            let message = match doubtful {
                0 if unseen => UNSEEN.to_owned(),
                0 if waiting > 0 => still_waiting(waiting),
                0 if federated > 0 => come_back(federated),
                0 => "Nothing of this job was applied that could be taken back.".to_owned(),
                _ => format!(
                    "Nothing of this job is known to be applied that could be taken back. {}",
                    left_out(doubtful)
                ),
            };
            return Err(Error::new(Code::Precondition, message));
        }
        // In a box, since a command's future would be nested deeper than the compiler follows.
        let items = Box::pin(self.filled_in(without_leaving(items))).await?;
        // Groups come before those who join them.
        let (groups, mut users): (Vec<Item>, Vec<Item>) =
            items.into_iter().partition(|item| matches!(item.target, Target::Group { .. }));
        users.reverse();
        let mut notes = Vec::new();
        if impossible > 0 {
            notes.push(format!("{impossible} of the job's changes cannot be taken back and are left out."));
        }
        if unseen {
            notes.push(UNSEEN.to_owned());
        }
        if waiting > 0 {
            notes.push(still_waiting(waiting));
        }
        if federated > 0 {
            notes.push(come_back(federated));
        }
        if doubtful > 0 {
            notes.push(left_out(doubtful));
        }
        if recreated {
            notes.push(
                "Deleted users are made anew from the record: with a new sub, the groups that the record has, a password that \
                 nobody knows, and no second factors, devices or linked identities. Send them the invitation afterwards \
                 (resend it; poolctl users resend): \u{201c}Forgot password\u{201d} does not work before."
                    .to_owned(),
            );
        }
        let items = groups.into_iter().chain(users).collect();
        // It may have gone on while AWS was asked, and then this would take back a part of it.
        if self.may_be_undone(job).await? != came {
            return Err(Error::new(Code::Precondition, "This job went on meanwhile. Take it back once more."));
        }
        Ok(self.put_on_desk(Action::Undo { job: job.to_owned() }, items, notes))
    }

    /// Refuses while a job is under way or may still find out what became of its last calls, and when another takes it back;
    /// otherwise how far it came.
    pub(super) async fn may_be_undone(&self, job: &str) -> Result<ItemCounts, Error> {
        let row = self.job(job).await?;
        let refused = |message: String| Err(Error::new(Code::Precondition, message));
        if row.state == JobState::Running {
            return refused(
                "This job is under way. Pause it, or wait until it has ended, and then take it back.".to_owned(),
            );
        }
        // Once it is taken back it does not go on, and then nobody would find out.
        if row.counts.sent > 0 || row.state != JobState::Ended && self.in_doubt(job).await? > 0 {
            let message = "It is not known what became of the last calls of this job. Let it go on first: it asks AWS.";
            return refused(message.to_owned());
        }
        match self.undone_by(job).await? {
            None => Ok(row.counts),
            Some(JobRow { job: by, state: JobState::Ended, .. }) => {
                refused(format!("This job was taken back already, by the job {}.", by.id))
            }
            Some(JobRow { job: by, .. }) => {
                refused(format!("The job {} takes this one back already and has not ended: let it go on.", by.id))
            }
        }
    }

    async fn undone_by(&self, job: &str) -> Result<Option<JobRow>, Error> {
        let (journal, id) = (self.journal()?, job.to_owned());
        blocking(move || undone_by(&journal, &id)).await
    }

    /// Of how many entries of a job nobody knows whether their present call was applied.
    async fn in_doubt(&self, job: &str) -> Result<u64, Error> {
        let (journal, id) = (self.journal()?, job.to_owned());
        blocking(move || journal.items_in_doubt(&id)).await
    }

    /// Refuses for a job that was taken back: what it did afterwards could not be.
    pub(super) async fn is_not_undone(&self, job: &str) -> Result<(), Error> {
        let Some(by) = self.undone_by(job).await? else { return Ok(()) };
        let message =
            format!("This job is taken back by the job {}, so it does not go on. Make a new plan.", by.job.id);
        Err(Error::new(Code::Precondition, message))
    }

    /// Fills in what is known only now: the `sub` of users, so that they are compared before they are touched, and the record
    /// of whoever is deleted.
    async fn filled_in(&self, items: Vec<Item>) -> Result<Vec<Item>, Error> {
        let few = items.len() <= ASKED;
        let mut filled = Vec::new();
        for item in items {
            filled.push(match item.steps.first() {
                Some(Step::CreateUser(_)) => item,
                Some(Step::Delete) => self.with_user(item, few).await?,
                Some(Step::DeleteGroup) => self.with_group(item).await?,
                _ => self.with_sub(item).await?,
            });
        }
        Ok(filled)
    }

    async fn with_sub(&self, mut item: Item) -> Result<Item, Error> {
        if let Target::User { username, sub } = &mut item.target
            && sub.is_none()
        {
            *sub = self.user(username).await?.and_then(|user| user.sub().map(str::to_owned));
        }
        Ok(item)
    }

    /// Who is to be deleted is known by the `sub` that they were made with or is left alone: their name may be somebody
    /// else's now.
    async fn with_user(&self, item: Item, ask: bool) -> Result<Item, Error> {
        let Target::User { username, sub: Some(sub) } = &item.target else {
            return Ok(Item::skipped(item.target, "has no sub by which to tell them from another"));
        };
        Ok(match self.find(username, ask).await? {
            Some(user) if user.sub() == Some(sub) => Item { record: Some(Record::User(Box::new(user))), ..item },
            Some(_) => Item::skipped(item.target, "is somebody else by now"),
            None => Item::skipped(item.target, "is gone already"),
        })
    }

    async fn with_group(&self, item: Item) -> Result<Item, Error> {
        let Target::Group { name } = &item.target else { return Ok(item) };
        match self.group_items(&Action::DeleteGroup { group: name.clone() }, name).await {
            Ok(planned) => Ok(planned.into_iter().next().unwrap_or(item)),
            Err(error) if error.code == Code::NotFound => Ok(Item::skipped(item.target, "is gone already")),
            Err(error) => Err(error),
        }
    }

    /// What the audit tells of a user or group of this pool, the newest first: all, or what is before a place.
    ///
    /// # Errors
    /// [`Code::JournalUnavailable`].
    pub async fn audit_of(&self, name: &str, before: Option<u64>, limit: usize) -> Result<AuditPage, Error> {
        let journal = self.journal()?;
        let (person, pool) = (Some(name.to_owned()), Some(self.key.to_string()));
        let filter = AuditFilter { person, pool, before, ..AuditFilter::default() };
        blocking(move || journal.audit(&filter, limit)).await
    }
}

/// What a person should know of moves between groups that an undo leaves out.
const UNSEEN: &str = "Who was in a group before could not be seen when the job was carried out (it needs \
                      cognito-idp:ListUsersInGroup), so whoever it moved there is not moved back.";

/// What a person should know of calls that an undo leaves out.
fn left_out(doubtful: u64) -> String {
    format!(
        "{doubtful} of the job's changes are left out, because nobody knows whether they were applied. To find out, try them \
         again first: a job that was taken back is not tried again."
    )
}

/// What is said of deleted users who sign in at an identity provider.
fn come_back(count: u64) -> String {
    format!(
        "{count} of the deleted users sign in at an identity provider and are not made anew: who does comes back by \
         themself at the next sign-in there, with a new sub and without their groups."
    )
}

/// What a person should know of new addresses that AWS does not take before their code is entered.
fn still_waiting(entries: u64) -> String {
    let whose =
        if entries == 1 { "The new address of one user" } else { &format!("The new addresses of {entries} users") };
    format!(
        "{whose} cannot be taken back from here: AWS sent a code there, and whoever has it can still enter it, or did so \
         already. Look at the address later, and set the old one if it changed."
    )
}

/// The entries but for those that leave a group which is deleted anyway.
fn without_leaving(mut items: Vec<Item>) -> Vec<Item> {
    let deletes = |item: &Item| matches!(item.steps.first(), Some(Step::DeleteGroup));
    let deleted: HashSet<String> =
        items.iter().filter(|item| deletes(item)).map(|item| item.target.name().to_owned()).collect();
    let leaves = |step: &Step| matches!(step, Step::RemoveFromGroup { group } if deleted.contains(group.as_str()));
    items.retain_mut(|item| {
        item.steps.retain(|step| !leaves(step));
        !item.steps.is_empty()
    });
    items
}

/// The job that took another back, or is about to, and was not taken back itself. One of which something failed or was given
/// up, or that left alone what somebody else had changed, may be followed by another.
fn undone_by(journal: &Journal, id: &str) -> Result<Option<JobRow>, JournalError> {
    for row in journal.undos_of(id)? {
        let ItemCounts { done, failed, unknown, .. } = row.counts;
        let holds = row.state != JobState::Ended
            || done > 0 && failed + unknown == 0 && journal.items_left_alone(&row.job.id)? == 0;
        if holds && undone_by(journal, &row.job.id)?.is_none() {
            return Ok(Some(row));
        }
    }
    Ok(None)
}

impl Console {
    /// The audit of all pools, the newest first.
    ///
    /// # Errors
    /// [`Code::JournalUnavailable`].
    pub async fn audit(&self, filter: AuditFilter, limit: usize) -> Result<AuditPage, Error> {
        let journal = self.open_journal()?;
        blocking(move || journal.audit(&filter, limit)).await
    }

    /// Walks the audit's chain. `known_head` is a hash that was noted earlier and must still be in it.
    ///
    /// # Errors
    /// [`Code::JournalUnavailable`] when it cannot be read; what is wrong with it is in the verdict.
    pub async fn verify_audit(&self, known_head: Option<String>) -> Result<AuditVerdict, Error> {
        let journal = self.open_journal()?;
        blocking(move || journal.verify_audit(known_head.as_deref())).await
    }

    fn open_journal(&self) -> Result<store::Journal, Error> {
        self.inner.vault().journal("The journal cannot be opened.")
    }
}
