//! Looking back: undo as a plan of its own, and the audit.

use std::sync::Arc;

use model::plan::{Action, Item, ItemCounts, ItemState, JobState, Plan, Step, Target, reversed};
use store::{AuditFilter, AuditRecord, AuditVerdict, JobRow};

use crate::error::{Code, Error};
use crate::open::{Console, blocking};
use crate::pool::OpenPool;

/// Entries that are read at once.
const PAGE: u32 = 1_000;

impl OpenPool {
    /// A plan that takes back what a job did, as far as that can be: the last entry first. Of a deleted user a new one is
    /// made from the record.
    ///
    /// # Errors
    /// [`Code::NotFound`] for an unknown job; [`Code::Precondition`] when nothing of it was applied or can be taken back, or
    /// another job takes it back already.
    pub async fn plan_undo(&self, job: &str) -> Result<Arc<Plan>, Error> {
        let jobs = self.jobs().await?;
        if let Some(by) = undone_by(&jobs, job) {
            let id = &by.job.id;
            let message = match by.state {
                JobState::Ended => format!("This job was taken back already, by the job {id}."),
                _ => format!("The job {id} takes this one back already and has not ended: let it go on."),
            };
            return Err(Error::new(Code::Precondition, message));
        }
        let addresses = self.described().await?.username_attributes;
        let mut items: Vec<Item> = Vec::new();
        let (mut from, mut impossible, mut recreated) = (0, 0_u64, false);
        loop {
            let rows = self.job_items(job, Some(ItemState::Done), from, PAGE).await?;
            let Some(last) = rows.last() else { break };
            from = last.seq + 1;
            for row in rows {
                // What was so already when its turn came, we did not do.
                let Some(item) = row.item.filter(|_| row.step > 0) else { continue };
                let back = reversed(&item, &addresses);
                impossible += u64::from(back.is_empty());
                recreated |= item.record.is_some() && matches!(item.target, Target::User { .. });
                items.extend(self.with_sub(back).await?);
            }
        }
        if items.is_empty() {
            let message = "Nothing of this job was applied that could be taken back.";
            return Err(Error::new(Code::Precondition, message));
        }
        // Groups come before those who join them.
        let (groups, mut users): (Vec<Item>, Vec<Item>) =
            items.into_iter().partition(|item| matches!(item.target, Target::Group { .. }));
        users.reverse();
        let mut notes = Vec::new();
        if impossible > 0 {
            notes.push(format!("{impossible} of the job's changes cannot be taken back and are left out."));
        }
        if recreated {
            notes.push(
                "Deleted users are made anew from the record: with a new sub, a password that they have to choose, and no \
                 second factors, devices or linked identities."
                    .to_owned(),
            );
        }
        let items = groups.into_iter().chain(users).collect();
        Ok(self.put_on_desk(Action::Undo { job: job.to_owned() }, items, notes))
    }

    /// Fills in the `sub` of users, so that they are compared before they are touched. Who is to be deleted is known by the
    /// `sub` that they were made with or is left alone: their name may be somebody else's now.
    async fn with_sub(&self, items: Vec<Item>) -> Result<Vec<Item>, Error> {
        let mut filled = Vec::new();
        for mut item in items {
            if matches!(item.steps.first(), Some(Step::Delete)) && item.target.sub().is_none() {
                filled.push(Item::skipped(item.target, "has no sub by which to tell them from another"));
                continue;
            }
            let creates = matches!(item.steps.first(), Some(Step::CreateUser(_)));
            if let (Target::User { username, sub }, false) = (&mut item.target, creates)
                && sub.is_none()
            {
                *sub = self.user(username).await?.and_then(|user| user.sub().map(str::to_owned));
            }
            filled.push(item);
        }
        Ok(filled)
    }

    /// What the audit tells of a user or group of this pool, the newest first.
    ///
    /// # Errors
    /// [`Code::JournalUnavailable`].
    pub async fn audit_of(&self, name: &str, limit: usize) -> Result<Vec<AuditRecord>, Error> {
        let journal = self.journal()?;
        let filter =
            AuditFilter { person: Some(name.to_owned()), pool: Some(self.key.to_string()), ..AuditFilter::default() };
        blocking(move || journal.audit(&filter, limit)).await
    }
}

/// The job that took another back, or is about to, and was not taken back itself. One of which something failed may be
/// followed by another.
fn undone_by<'a>(jobs: &'a [JobRow], id: &str) -> Option<&'a JobRow> {
    jobs.iter().find(|row| {
        let ItemCounts { done, failed, unknown, .. } = row.counts;
        row.job.undo_of.as_deref() == Some(id)
            && (row.state != JobState::Ended || done > 0 && failed + unknown == 0)
            && undone_by(jobs, &row.job.id).is_none()
    })
}

impl Console {
    /// The audit of all pools, the newest first.
    ///
    /// # Errors
    /// [`Code::JournalUnavailable`].
    pub async fn audit(&self, filter: AuditFilter, limit: usize) -> Result<Vec<AuditRecord>, Error> {
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
        let journal = self.inner.vault().journal.clone();
        journal.ok_or_else(|| Error::new(Code::JournalUnavailable, "The journal cannot be opened; see the notices."))
    }
}
