//! Making an approved edit, and looking at what came of it.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use cognito::ErrorKind;
use cognito::settings::{Sent, Written};
use model::call::CallRefused;
use model::edit::{Difference, Kind, Put, Step, Whole, digest, verify};
use model::{PoolId, PoolKey};
use serde::Serialize;
use serde_json::Value;
use store::{AuditEntry, AuditKind, AuditPlan, EditRow, EditState, Journal};

use super::secrets::Made;
use super::{Described, Edit, lacks_name, written};
use crate::error::{Code, Error};
use crate::open::{Inner, blocking};
use crate::pool::{Live, OpenPool};
use crate::sync::is_same;

/// So long after it was sent an edit may still be under way, in this program or another.
const UNDER_WAY: jiff::SignedDuration = jiff::SignedDuration::from_mins(5);

/// Milliseconds between two attempts at what AWS throttles, besides the wait of the gate.
const PAUSES: [u64; 7] = [200, 400, 800, 1_600, 3_200, 6_400, 12_800];

/// Why nothing more can be found out about what AWS should have named.
pub(super) fn unnamed(kind: Kind) -> &'static str {
    match kind {
        Kind::ClientSecret => {
            "No answer came, and only the answer has the new secret. Look whether the app client has two by now: delete the \
             newer one before you make it again."
        }
        _ => {
            "No answer came, and only the answer says its id. Look whether it is in the list before you make it again."
        }
    }
}

/// Why what is there is not taken for what an edit left behind.
pub(super) const NOT_OURS: &str = "No answer came, and what is there is not what was meant: it may be somebody else's. It \
                                   is not taken back from here.";

/// What is said of what may still come, or go.
pub(super) fn not_yet(step: Step) -> &'static str {
    match step {
        Step::Delete => "No answer came, and it is there still; look again.",
        _ => "No answer came, and it is not there yet; look again.",
    }
}

/// What is said of what came no more, or went no more.
fn not_taken(step: Step) -> &'static str {
    match step {
        Step::Delete => "No answer came, and it was there later still: AWS did not delete it.",
        _ => "No answer came, and it was not there later either: AWS did not take it.",
    }
}

/// What an edit was to do.
struct Meant<'a> {
    whole: &'a Whole,
    patch: &'a [Put],
}

/// What describing again showed, as the journal keeps it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Found<'a> {
    changed: &'a [Difference],
    missing: &'a [Difference],
    others: &'a [Difference],
}

impl OpenPool {
    /// Makes an approved edit: the settings are described again, and nothing is written when somebody changed them since;
    /// they are written whole, and described once more. What was there before is in the journal before anything is sent.
    ///
    /// # Errors
    /// [`Code::Precondition`] in locked Production, when the approval does not hold, when the credentials are another's, or
    /// when the settings are not what was approved; [`Code::JournalUnavailable`] when it cannot be written down: then
    /// nothing is sent. Otherwise why AWS refused, which is in the journal, too. Once AWS has it, it is told also when the
    /// journal cannot be written any more.
    pub async fn apply_edit(&self, token: &str) -> Result<EditRow, Error> {
        self.may_change()?;
        let void = || Error::new(Code::Precondition, "This approval was used or is too old. Look at the change again.");
        let approved = self.console.edits.lock().approved.remove(token).ok_or_else(void)?;
        if approved.edit.pool != self.key || !approved.holds(self.now()) {
            return Err(void());
        }
        let edit = approved.edit;
        let journal = self.journal()?;
        let live = self.pinned().await?;
        if !is_same(&self.live()?.identity, &live.identity) {
            let message = "The credentials are another's by now. Open the pool again to go on as that.";
            return Err(Error::new(Code::Precondition, message));
        }
        if edit.whole.kind.holds_others() && edit.step() == Step::Delete {
            self.is_empty(&live.session, &edit.whole).await?;
        }
        let maker = Maker { inner: &self.console, key: self.key.clone(), journal, live };
        let row = maker.make(&edit, approved.reason, &|| self.is_read_only()).await?;
        self.refresh(&edit, &maker.live).await;
        Ok(row)
    }

    /// Looks what came of edits that were sent and never answered for, as after the program ended meanwhile (the operation that
    /// [`Kind::describes`](super::Kind::describes) names; free). What cannot be read stays as it is.
    pub(super) async fn settle(&self, rows: &mut [EditRow]) {
        let (Ok(journal), Ok(live)) = (self.journal(), self.live()) else { return };
        let maker = Maker { inner: &self.console, key: self.key.clone(), journal, live: live.clone() };
        let lost = |row: &&mut EditRow| is_open(row) && !is_hidden(row) && maker.is_late(row);
        for row in rows.iter_mut().filter(lost) {
            let mut settled = row.clone();
            match maker.look_again(&mut settled).await {
                Ok(operation) if settled != *row => {
                    if maker.end(&settled, operation, None).await.is_ok() {
                        *row = settled;
                    }
                }
                Ok(_) => {}
                // Whoever lists edits does not wait for one after the other where nobody answers.
                Err(error) if matches!(error.code, Code::Unreachable | Code::Throttled) => return,
                Err(error) => tracing::warn!(code = error.code.as_str(), "what came of an edit is still not known"),
            }
        }
    }

    /// Looks what came of one edit that was sent and never answered for, however long ago: somebody is about to take it back.
    ///
    /// # Errors
    /// What AWS says, or that it cannot be written down.
    pub(super) async fn settle_now(&self, row: &mut EditRow) -> Result<(), Error> {
        if !is_open(row) {
            return Ok(());
        }
        let (journal, live) = (self.journal()?, self.live()?.clone());
        let maker = Maker { inner: &self.console, key: self.key.clone(), journal, live };
        let mut settled = row.clone();
        let operation = maker.look_again(&mut settled).await?;
        if settled != *row {
            maker.end(&settled, operation, None).await?;
            *row = settled;
        }
        Ok(())
    }

    /// The name, the plan and the attributes of the pool are in the local copy, too. That it cannot be written is said elsewhere.
    async fn refresh(&self, edit: &Edit, live: &Live) {
        if !matches!(edit.whole.kind, Kind::Pool | Kind::Attribute) || edit.step() == Step::Delete {
            return;
        }
        if let Ok(described) = live.session.describe_pool(&self.key.pool).await {
            let _ = self.keep_described(&described).await;
        }
    }
}

/// Who makes edits, where, and where they are written down.
pub(super) struct Maker<'a> {
    pub(super) inner: &'a Inner,
    pub(super) key: PoolKey,
    pub(super) journal: Journal,
    pub(super) live: Live,
}

impl Maker<'_> {
    /// Makes an edit that was approved. `locked` tells whether changes are refused by now.
    pub(super) async fn make(
        &self,
        edit: &Edit,
        reason: Option<String>,
        locked: &(dyn Fn() -> bool + Sync),
    ) -> Result<EditRow, Error> {
        let named = edit.whole.kind.is_named_by_aws(edit.step());
        let now = if named { Described::nothing() } else { self.describe(&self.key.pool, &edit.whole).await? };
        still_as_approved(edit, &now.body)?;
        let operation = edit.operation();
        let write = Written { request: edit.request()?, secrets: edit.secrets.clone() };
        let mut row = self.row(edit, reason, &now.body)?;
        let plan = AuditPlan {
            digest: digest(&written(&(&edit.whole, &edit.patch, &edit.before))?),
            calls: [(operation.to_owned(), 1)].into(),
        };
        let begun = [
            AuditEntry { plan: Some(plan), ..self.record(&row, AuditKind::Approved, operation) },
            self.record(&row, AuditKind::Intent, operation),
        ];
        let (store, new) = (self.journal.clone(), row.clone());
        blocking(move || store.begin_edit(&new, &begun)).await?;
        let round = self.inner.edits.round(&self.key);
        let sent = match self.send(edit, write, locked).await {
            Ok(sent) => sent,
            Err(moved) => {
                row.state = EditState::Failed;
                row.why = Some(moved.message.clone());
                let _ = self.end(&row, operation, None).await;
                return Err(moved);
            }
        };
        let (mut whole, mut key) = (edit.whole.clone(), self.key.clone());
        let mut unnamed = named;
        let (request_id, answered) = match sent {
            Ok(sent) => {
                if let Some(secret) = sent.secret {
                    let made = Made::new(self.key.clone(), self.inner.now(), secret);
                    self.inner.edits.keep_secret(&edit.id, made, round);
                }
                if let Some(id) = sent.made {
                    match (whole.kind, PoolId::parse(&id)) {
                        (Kind::Pool, Ok(id)) => {
                            key.pool = id;
                            row.pool = key.to_string();
                            unnamed = false;
                        }
                        (Kind::Pool, Err(_)) => {}
                        _ => {
                            whole.subject = id;
                            row.target = written(&whole).unwrap_or(row.target);
                            unnamed = false;
                        }
                    }
                }
                (sent.request_id, true)
            }
            // Whether AWS took it shows in what is there now.
            Err(error) if error.kind == ErrorKind::OutcomeUnknown => (error.request_id, false),
            Err(error) => {
                row.state = EditState::Failed;
                row.why = Some(error.message.clone());
                // Why it failed is worth more than that this could not be written down.
                let _ = self.end(&row, operation, error.request_id.clone()).await;
                return Err(error.into());
            }
        };
        if unnamed {
            row.why = Some(self::unnamed(whole.kind).to_owned());
        } else {
            let again = self.describe(&key.pool, &whole).await;
            let meant = Meant { whole: &whole, patch: &edit.patch };
            if let Err(error) = again.and_then(|after| look(&mut row, &meant, answered, &now, &after)) {
                // What was answered is looked at again when edits are listed.
                row.state = if answered { EditState::Differs } else { EditState::Sent };
                row.why = Some(format!("It was sent, and what came of it could not be read. {}", error.message));
            }
        }
        if let Err(error) = self.end(&row, operation, request_id).await {
            let why = row.why.take().map(|why| format!("{why} ")).unwrap_or_default();
            row.why = Some(format!("{why}What came of it could not be written into the journal. {}", error.message));
        }
        Ok(row)
    }

    /// Sends it. What AWS throttled is described again before it is sent again: others may have changed it while it waited, and
    /// what they did would be written over.
    ///
    /// # Errors
    /// That it is not as it was approved any more, or cannot be described. What AWS says of sending it is the answer.
    async fn send(
        &self,
        edit: &Edit,
        write: Written,
        locked: &(dyn Fn() -> bool + Sync),
    ) -> Result<Result<Sent, cognito::Error>, Error> {
        let step = edit.step();
        let rereads = !edit.whole.kind.is_named_by_aws(step);
        for pause in PAUSES {
            let attempts = AtomicU32::new(0);
            // It may wait for its turn, and the pool be locked meanwhile.
            let intent = || {
                let again = attempts.fetch_add(1, Ordering::Relaxed) > 0;
                let refused = |reason: &str| Err(CallRefused { reason: reason.to_owned() });
                match (locked(), again && rereads) {
                    (true, _) => refused("the pool was locked meanwhile"),
                    (_, true) => refused("it was throttled, and is looked at anew"),
                    _ => Ok(()),
                }
            };
            let session = &self.live.session;
            let sent = session.write_whole(&self.key.pool, &edit.whole, step, write.clone(), &intent).await;
            if !rereads || attempts.load(Ordering::Relaxed) < 2 || locked() {
                return Ok(sent);
            }
            tokio::time::sleep(Duration::from_millis(pause)).await;
            let now = self.describe(&self.key.pool, &edit.whole).await?;
            still_as_approved(edit, &now.body)?;
        }
        let message = format!("AWS throttled {} again and again, and nothing was changed.", edit.operation());
        Err(Error::new(Code::Throttled, message))
    }

    /// Whether it was sent so long ago that it comes no more.
    fn is_late(&self, row: &EditRow) -> bool {
        self.inner.now().duration_since(row.at) > UNDER_WAY
    }

    /// Says in the row what came of it.
    async fn look_again(&self, row: &mut EditRow) -> Result<&'static str, Error> {
        let (whole, patch): (Whole, Vec<Put>) = (super::read(&row.target)?, super::read(&row.patch)?);
        let operation = whole.kind.operation(Step::of(&patch));
        if lacks_name(&whole, &patch) {
            return Ok(operation);
        }
        let before = Described { body: super::read(&row.before)?, beside: None };
        let after = self.describe(&self.key.pool, &whole).await?;
        let answered = row.state == EditState::Differs;
        look(row, &Meant { whole: &whole, patch: &patch }, answered, &before, &after)?;
        if row.state == EditState::Sent && !whole.kind.hides(&patch) && self.is_late(row) {
            row.state = EditState::Failed;
            row.why = Some(not_taken(Step::of(&patch)).to_owned());
        }
        Ok(operation)
    }

    async fn describe(&self, pool: &PoolId, whole: &Whole) -> Result<Described, Error> {
        super::describe(&self.live.session, pool, self.inner.now(), whole).await
    }

    fn row(&self, edit: &Edit, reason: Option<String>, before: &Value) -> Result<EditRow, Error> {
        Ok(EditRow {
            id: edit.id.clone(),
            pool: self.key.to_string(),
            account: self.live.identity.account.as_str().to_owned(),
            arn: self.live.identity.arn.clone(),
            target: written(&edit.whole)?,
            patch: written(&edit.patch)?,
            before: written(before)?,
            after: None,
            found: None,
            state: EditState::Sent,
            why: None,
            rule: edit.rule.clone(),
            reason,
            undo_of: edit.undo_of.clone(),
            at: self.inner.now(),
        })
    }

    async fn end(&self, row: &EditRow, operation: &str, request_id: Option<String>) -> Result<(), Error> {
        let record = AuditEntry {
            outcome: Some(row.state.as_str().to_owned()),
            request_id,
            ..self.record(row, AuditKind::Outcome, operation)
        };
        let (store, ended) = (self.journal.clone(), row.clone());
        blocking(move || store.end_edit(&ended, &record)).await
    }

    fn record(&self, row: &EditRow, kind: AuditKind, operation: &str) -> AuditEntry {
        AuditEntry {
            at: self.inner.now(),
            kind,
            job: row.id.clone(),
            item: None,
            who: row.arn.clone(),
            pool: row.pool.clone(),
            operation: operation.to_owned(),
            outcome: None,
            code: None,
            request_id: None,
            reason: row.reason.clone(),
            plan: None,
            person: None,
        }
    }
}

/// Whether it is not known what came of it: no answer came, or it could not be described again.
fn is_open(row: &EditRow) -> bool {
    let unread = row.state == EditState::Differs && row.after.is_none() && row.found.is_none();
    row.state == EditState::Sent || unread
}

/// Whether it was looked at before, and nobody can ever see what came of it: it is about a secret alone.
fn is_hidden(row: &EditRow) -> bool {
    let hides = |whole: Whole| super::read::<Vec<Put>>(&row.patch).is_ok_and(|patch| whole.kind.hides(&patch));
    row.found.is_some() && super::read::<Whole>(&row.target).is_ok_and(hides)
}

/// Says in the row what describing again showed.
fn look(
    row: &mut EditRow,
    meant: &Meant<'_>,
    answered: bool,
    before: &Described,
    after: &Described,
) -> Result<(), Error> {
    let beside = before.beside.as_ref().zip(after.beside.as_ref());
    let verified = verify(meant.patch, &before.body, &after.body, beside, meant.whole.kind);
    let (changed, missing, others) = (&verified.changed, &verified.missing, &verified.others);
    row.found = Some(written(&Found { changed, missing, others })?);
    if !answered && changed.is_empty() {
        // It may still come, so this is not what it left behind.
        let told = if meant.whole.kind.hides(meant.patch) {
            "No answer came, and AWS shows no secrets: nobody can see whether it has the new one. Type it again."
        } else {
            not_yet(Step::of(meant.patch))
        };
        row.why = Some(told.to_owned());
        return Ok(());
    }
    if !answered && !verified.is_clean() {
        row.state = EditState::Differs;
        row.why = Some(NOT_OURS.to_owned());
        return Ok(());
    }
    row.after = Some(written(&after.body)?);
    row.state = if verified.is_clean() { EditState::Done } else { EditState::Differs };
    row.why = (!verified.is_clean()).then(|| told(missing, others));
    Ok(())
}

/// Refuses when what is there is not what was looked at.
fn still_as_approved(edit: &Edit, now: &Value) -> Result<(), Error> {
    // Times and counts move by themselves, and a patch is nothing but a place: compared as when verifying.
    let none: [Put; 0] = [];
    let moved = verify(&none, &edit.before, now, None, edit.whole.kind).others;
    if moved.is_empty() {
        return Ok(());
    }
    let places: Vec<&str> = moved.iter().map(|difference| super::place(&difference.pointer)).collect();
    let message = format!("Somebody changed {} since you looked. Look at it again.", places.join(", "));
    Err(Error::new(Code::Precondition, message))
}

fn told(missing: &[Difference], others: &[Difference]) -> String {
    if others.is_empty() && missing.iter().all(|it| it.before.is_none()) {
        let places = missing.iter().map(|it| super::place(&it.pointer)).collect::<Vec<_>>().join(", ");
        return format!("{places} was to go and is as it was: AWS kept it, or its default is the same.");
    }
    let places = |list: &[Difference]| list.iter().map(|it| super::place(&it.pointer)).collect::<Vec<_>>().join(", ");
    match (missing.is_empty(), others.is_empty()) {
        (false, true) => format!("AWS took it, and {} is not as it was meant.", places(missing)),
        (true, false) => format!("Besides what was meant, {} changed.", places(others)),
        _ => format!("{} is not as it was meant, and {} changed besides.", places(missing), places(others)),
    }
}
