//! Changing settings that AWS replaces as a whole: describe → patch → diff → approve → describe → write whole → describe →
//! verify. What was there before is in the journal before anything is sent, and so it can be taken back.

mod apply;
mod empty;
mod pools;
mod secrets;
mod waive;

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use cognito::settings::{Secrets, take_secrets};
use cognito::{ErrorKind, Session};
use jiff::{SignedDuration, Timestamp};
use model::clock::Clock;
use model::edit::{Difference, MASK, Refused, Step, differences, moves_by_itself, new_attribute, price};
use model::health::{Answer, Finding, Outcome, Snapshot, judge};
use model::setting::{self, Changing};
use model::{PoolId, PoolKey};
use serde_json::Value;

use crate::error::{Code, Error};
use crate::open::blocking;
use crate::pool::OpenPool;

pub use model::edit::{Fix, Kind, Put, Verified, Whole, fix};
pub use pools::{MadePool, is_unnamed};
pub use store::{EditRow, EditState, Waiver};
pub use waive::Score;

/// How many previews are kept for approval.
const KEPT: usize = 8;

/// How long an approval holds.
const HOLDS: SignedDuration = SignedDuration::from_mins(10);

/// Between two looks whether a secret has had its time.
const LOOKS: Duration = Duration::from_secs(5);

/// A change of settings, before it is made.
#[derive(Debug, Clone)]
pub struct Edit {
    /// Names it.
    pub id: String,
    /// The pool through which it was reached.
    pub pool: PoolKey,
    /// What is written.
    pub whole: Whole,
    /// What is meant.
    pub patch: Vec<Put>,
    /// The whole answer as AWS gave it.
    pub before: Value,
    /// The same with the patch.
    pub wanted: Value,
    /// What differs between them.
    pub differences: Vec<Difference>,
    /// How many settings are sent back as they are.
    pub kept: usize,
    /// What can never be taken back, in sentences; `None` when everything can.
    pub forward: Option<String>,
    /// What it does to the bill, in sentences; `None` when nothing.
    pub price: Option<&'static str>,
    /// What people will notice; `None` when that is not known.
    pub effect: Option<&'static str>,
    /// The rule that it mends.
    pub rule: Option<String>,
    /// The edit that it takes back.
    pub undo_of: Option<String>,
    /// What a second call sets once it is made; `None` when one call does.
    pub second: Option<(Whole, Vec<Put>)>,
    /// When it was looked at.
    pub(crate) at: Timestamp,
    /// Secrets that were typed. They are sent, and written down nowhere.
    pub(crate) secrets: Secrets,
}

impl Edit {
    /// What it does to the thing itself.
    #[must_use]
    pub fn step(&self) -> Step {
        Step::of(&self.patch)
    }

    /// The operation that makes it.
    #[must_use]
    pub fn operation(&self) -> &'static str {
        self.whole.kind.operation(self.step())
    }

    /// What is sent, but for ids and secrets.
    ///
    /// # Errors
    /// [`Code::Precondition`] when AWS tells settings that would be lost.
    pub fn request(&self) -> Result<serde_json::Map<String, Value>, Error> {
        Ok(self.whole.kind.write(&self.before, &self.wanted, !self.secrets.is_empty())?)
    }
}

/// What the edits of all pools need to remember.
pub(crate) struct EditDesk {
    inner: Arc<Mutex<OnDesk>>,
    clock: Arc<dyn Clock>,
}

#[derive(Default)]
struct OnDesk {
    edits: VecDeque<Arc<Edit>>,
    approved: HashMap<String, Approved>,
    /// Secrets that AWS made and tells once, by the edit that made them.
    made: HashMap<String, secrets::Made>,
    /// How often the secrets of a pool were forgotten: those on their way are of the round before.
    rounds: HashMap<PoolKey, u64>,
    /// Whether somebody looks after its secrets: [`EditDesk::watch`].
    watched: bool,
}

impl OnDesk {
    /// Forgets what has had its time; whether a secret is left.
    fn sweep(&mut self, now: Timestamp) -> bool {
        self.edits.retain(|edit| edit.secrets.is_empty() || now.duration_since(edit.at) <= HOLDS);
        self.approved.retain(|_, approved| approved.holds(now));
        self.made.retain(|_, made| made.holds(now));
        let hush = |edit: &Arc<Edit>| !edit.secrets.is_empty();
        self.edits.iter().any(hush) || self.approved.values().any(|it| hush(&it.edit)) || !self.made.is_empty()
    }
}

struct Approved {
    edit: Arc<Edit>,
    reason: Option<String>,
    at: Timestamp,
}

impl Approved {
    fn holds(&self, now: Timestamp) -> bool {
        now.duration_since(self.at) <= HOLDS
    }
}

/// What is asked for, before anybody looked at what is there.
struct Asked {
    whole: Whole,
    patch: Vec<Put>,
    rule: Option<String>,
    /// The edit that it takes back, and what that left behind.
    undo: Option<(String, Value)>,
}

impl EditDesk {
    /// An empty desk by that clock.
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { inner: Arc::default(), clock }
    }

    /// What was approved for a pool and not begun has to be approved again.
    pub(crate) fn forget_approved(&self, pool: &PoolKey) {
        self.lock().approved.retain(|_, approved| approved.edit.pool != *pool);
    }

    /// Previews with a secret that somebody typed for a pool go, and secrets that were made for it.
    pub(crate) fn forget_secrets(&self, pool: &PoolKey) {
        let keep = |edit: &Arc<Edit>| edit.pool != *pool || edit.secrets.is_empty();
        let mut desk = self.lock();
        desk.edits.retain(keep);
        desk.approved.retain(|_, approved| keep(&approved.edit));
        desk.made.retain(|_, made| made.pool != *pool);
        *desk.rounds.entry(pool.clone()).or_default() += 1;
    }

    /// The round of a pool: another one begins when its secrets are forgotten.
    pub(crate) fn round(&self, pool: &PoolKey) -> u64 {
        self.lock().rounds.get(pool).copied().unwrap_or_default()
    }

    /// Keeps a preview for approval.
    fn keep(&self, edit: &Arc<Edit>) {
        let mut desk = self.at(edit.at);
        desk.edits.push_back(edit.clone());
        if desk.edits.len() > KEPT {
            desk.edits.pop_front();
        }
        drop(desk);
        if !edit.secrets.is_empty() {
            self.watch();
        }
    }

    /// Takes a preview at a time, which is used up by that; whether it was there.
    fn take(&self, edit: &Edit, now: Timestamp) -> bool {
        let mut desk = self.at(now);
        let at = desk.edits.iter().position(|kept| kept.id == edit.id);
        at.and_then(|at| desk.edits.remove(at)).is_some()
    }

    /// What lies there at a time: secrets, and previews and approvals with one, are kept as long as an approval holds.
    fn at(&self, now: Timestamp) -> MutexGuard<'_, OnDesk> {
        let mut desk = self.lock();
        desk.sweep(now);
        desk
    }

    /// Secrets go when their time has come, also when nobody comes to the desk again. It is looked every few seconds by the
    /// clock, for a computer that slept was late otherwise. Must be called within a runtime.
    fn watch(&self) {
        if std::mem::replace(&mut self.lock().watched, true) {
            return;
        }
        let (desk, clock) = (Arc::downgrade(&self.inner), self.clock.clone());
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(LOOKS).await;
                let Some(desk) = desk.upgrade() else { return };
                let mut desk = locked(&desk);
                if !desk.sweep(clock.now()) {
                    desk.watched = false;
                    return;
                }
            }
        });
    }

    fn lock(&self) -> MutexGuard<'_, OnDesk> {
        locked(&self.inner)
    }
}

fn locked(desk: &Mutex<OnDesk>) -> MutexGuard<'_, OnDesk> {
    desk.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What described something that is written whole, and what is beside it.
struct Described {
    body: Value,
    beside: Option<Value>,
}

impl Described {
    /// What is not there.
    fn nothing() -> Self {
        Self { body: Value::Null, beside: None }
    }
}

impl OpenPool {
    /// What a patch would change (the operation that [`Kind::describes`] names; free). Nothing is sent that changes anything.
    ///
    /// # Errors
    /// [`Code::Precondition`] when AWS tells settings that would be lost, when it is so already, or while the pool was
    /// opened without AWS; [`Code::Validation`] for a place that cannot be set; otherwise what AWS says.
    pub async fn plan_edit(&self, whole: Whole, patch: Vec<Put>, rule: Option<String>) -> Result<Arc<Edit>, Error> {
        self.prepare_edit(Asked { whole, patch, rule, undo: None }).await
    }

    /// The prepared edit for a rule that fails on a resource. The pool is read anew.
    ///
    /// # Errors
    /// [`Code::Precondition`] when there is none, or the rule passes by now; otherwise as [`OpenPool::plan_edit`].
    pub async fn plan_fix(&self, rule: &str, resource: &str) -> Result<(Arc<Edit>, Option<&'static str>), Error> {
        let session = &self.live()?.session;
        let mut snapshot = Snapshot::new(self.key.pool.clone(), self.now());
        for kind in [Kind::Pool, Kind::Mfa, Kind::Risk] {
            session.read_whole(&mut snapshot, &Whole { kind, subject: String::new() }).await?;
        }
        if rule.starts_with("AC-") {
            let whole = Whole { kind: Kind::Client, subject: resource.to_owned() };
            session.read_whole(&mut snapshot, &whole).await?;
            let risk = Whole { kind: Kind::ClientRisk, subject: resource.to_owned() };
            session.read_whole(&mut snapshot, &risk).await?;
        }
        if rule.starts_with("IP-") {
            for kind in [Kind::IdentityPool, Kind::Roles] {
                session.read_whole(&mut snapshot, &Whole { kind, subject: resource.to_owned() }).await?;
            }
        }
        let passes = |finding: &Finding| finding.rule.id == rule && finding.resource == resource;
        if judge(&snapshot).iter().any(|finding| passes(finding) && finding.outcome == Outcome::Pass) {
            let message = "Somebody mended this meanwhile: the rule passes. Read the pool's health again.";
            return Err(Error::new(Code::Precondition, message));
        }
        let found = fix(rule, resource, &snapshot).ok_or_else(|| {
            Error::new(Code::Precondition, "There is no prepared edit for this: it has to be decided by hand.")
        })?;
        let edit = self.plan_edit(found.whole, found.patch, Some(rule.to_owned())).await?;
        Ok((edit, found.effect))
    }

    /// An edit that puts back what an edit changed.
    ///
    /// # Errors
    /// [`Code::NotFound`] for an unknown edit; [`Code::Precondition`] when AWS did not take it, when it is so again already,
    /// or when somebody changed it since: theirs would be overwritten.
    pub async fn plan_undo_edit(&self, id: &str) -> Result<Arc<Edit>, Error> {
        let mut row = self.edit(id).await?;
        // Of one that was sent and never answered for, it shows in what is there now whether AWS took it. What was made or
        // deleted is there whole or not at all, and what AWS added to it has to be known.
        if Step::of(&read::<Vec<Put>>(&row.patch)?) != Step::Update {
            self.settle_now(&mut row).await?;
        }
        if row.state == EditState::Failed {
            return Err(Error::new(
                Code::Precondition,
                "AWS did not take this edit, so there is nothing to take back.",
            ));
        }
        let (whole, patch, before) = (read::<Whole>(&row.target)?, read::<Vec<Put>>(&row.patch)?, read(&row.before)?);
        if lacks_name(&whole, &patch) {
            return Err(Error::new(Code::Precondition, apply::unnamed(whole.kind)));
        }
        if row.state == EditState::Sent && Step::of(&patch) != Step::Update {
            let why = row.why.unwrap_or_else(|| apply::not_yet(Step::of(&patch)).to_owned());
            return Err(Error::new(Code::Precondition, why));
        }
        if row.state == EditState::Differs && row.after.is_none() && row.found.is_some() {
            return Err(Error::new(Code::Precondition, apply::NOT_OURS));
        }
        if let Some(why) = whole.kind.lost(&patch, &before) {
            return Err(Error::new(Code::Precondition, why));
        }
        // Where it was not read what it left behind, what it meant to.
        let left = match &row.after {
            Some(after) => read(after)?,
            None => whole.kind.patched(&before, &patch)?,
        };
        let was = |pointer: &str| Value::pointer(&before, pointer).filter(|value| !value.is_null()).cloned();
        let back = |put: Put| Put { value: was(&put.pointer), pointer: put.pointer };
        // What changed besides goes back with it: AWS resets what it did not get.
        let besides = if Step::of(&patch) == Step::Update { besides(&row, &whole, &patch)? } else { Vec::new() };
        let patch = patch.into_iter().chain(besides).map(back).collect();
        self.prepare_edit(Asked { whole, patch, rule: None, undo: Some((id.to_owned(), left)) }).await
    }

    async fn prepare_edit(&self, asked: Asked) -> Result<Arc<Edit>, Error> {
        let Asked { whole, mut patch, rule, undo } = asked;
        // Elsewhere a member of that name is no secret: tags may be called anything.
        let secrets = if whole.kind == Kind::Provider { take_secrets(&mut patch) } else { Secrets::new() };
        let step = Step::of(&patch);
        let named = whole.kind.is_named_by_aws(step);
        if named && whole.kind.is_named(&whole.subject) {
            return Err(Error::invalid("subject", "AWS gives it its id when it is made."));
        }
        if let ([Put { pointer, value: Some(value) }], Kind::Attribute) = (patch.as_slice(), whole.kind)
            && pointer.is_empty()
            && let Some(why) = new_attribute(&whole.subject, value)
        {
            return Err(Error::invalid("subject", why));
        }
        if whole.kind == Kind::Pool && step == Step::Create {
            return Err(Error::invalid("operation", "A pool is made where pools are chosen, and not in another one."));
        }
        let session = &self.live()?.session;
        let takes_all = whole.kind.holds_others() && step == Step::Delete;
        if takes_all && undo.is_none() {
            let message =
                "It is deleted from here only to take back that it was made here. Use AWS's console for others.";
            return Err(Error::invalid("pointer", message));
        }
        if named && whole.kind == Kind::ClientSecret {
            // AWS makes it, whatever was asked for.
            patch = secrets::made_by_aws();
            secrets::has_room(session, &self.key.pool, self.now(), &whole.subject).await?;
        }
        let now = self.now();
        let described =
            if named { Described::nothing() } else { describe(session, &self.key.pool, now, &whole).await? };
        patch = whole.kind.along(&described.body, patch);
        let wanted = match whole.kind.patched(&described.body, &patch) {
            // Another secret looks the same.
            Err(Refused::Nothing) if !secrets.is_empty() => described.body.clone(),
            patched => patched?,
        };
        if takes_all {
            self.is_empty(session, &whole).await?;
        } else if let Some((_, left)) = &undo {
            still_as_left(&patch, left, &described.body, whole.kind)?;
        }
        let request = whole.kind.write(&described.body, &wanted, !secrets.is_empty())?;
        let touched = patch.iter().filter_map(|put| first_member(&put.pointer, whole.kind));
        let touched: std::collections::BTreeSet<&str> = touched.collect();
        let forward = patch.iter().find_map(|put| {
            let setting = setting::at(whole.kind.describes(), &put.pointer)?;
            match setting.changing {
                Changing::Forward(note) if described.body.pointer(setting.pointer).is_none() => Some(note),
                _ => None,
            }
        });
        let price = price(whole.kind, &described.body, &wanted);
        let forward = forward.into_iter().chain(price.and_then(|price| price.forward)).chain(whole.kind.forward(step));
        let forward: Vec<&str> = forward.collect();
        let kept = request.keys().filter(|name| step == Step::Update && !touched.contains(name.as_str())).count();
        let mut differences = whole.kind.differences(&described.body, &wanted);
        differences.extend(new_secrets(&patch, &described.body, &secrets));
        let edit = Arc::new(Edit {
            id: uuid::Uuid::new_v4().simple().to_string(),
            pool: self.key.clone(),
            differences,
            kept,
            effect: whole.kind.effect(step).or_else(|| whole.kind.calls(&described.body, &wanted)),
            secrets,
            before: described.body,
            wanted,
            whole,
            patch,
            forward: (!forward.is_empty()).then(|| forward.join(" ")),
            price: price.map(|price| price.what),
            rule,
            undo_of: undo.map(|(id, _)| id),
            second: None,
            at: self.now(),
        });
        self.console.edits.keep(&edit);
        Ok(edit)
    }

    /// A preview that was made; `None` when it was never made or is forgotten.
    #[must_use]
    pub fn edit_plan(&self, id: &str) -> Option<Arc<Edit>> {
        let desk = self.console.edits.at(self.now());
        desk.edits.iter().find(|edit| edit.id == id && edit.pool == self.key).cloned()
    }

    /// Approves an edit: a token with which it can be made once, within ten minutes. `pool_name` is needed for what cannot be
    /// taken back. The preview is used up: whatever comes of it, it is looked at anew before it is tried again.
    ///
    /// # Errors
    /// [`Code::Precondition`] while Production is locked, or when the preview was approved before or is forgotten;
    /// [`Code::Validation`] on `poolName`.
    pub async fn approve_edit(&self, edit: &Arc<Edit>, approval: crate::jobs::Approval) -> Result<String, Error> {
        self.may_change()?;
        if edit.pool != self.key {
            return Err(Error::invalid("edit", "This edit was prepared for another pool."));
        }
        if edit.forward.is_some() {
            self.is_name(approval.pool_name.as_deref()).await?;
        }
        let token = uuid::Uuid::new_v4().simple().to_string();
        let now = self.now();
        let approved = Approved { edit: edit.clone(), reason: approval.reason, at: now };
        if !self.console.edits.take(edit, now) {
            return Err(used_up());
        }
        let mut desk = self.console.edits.lock();
        desk.approved.insert(token.clone(), approved);
        Ok(token)
    }

    /// The last edits of this pool, the newest first. Of those that were sent a while ago and never answered for, it is looked
    /// first what came of them, where AWS can be asked.
    ///
    /// # Errors
    /// [`Code::JournalUnavailable`] when the journal cannot be read.
    pub async fn edits(&self, limit: u32) -> Result<Vec<EditRow>, Error> {
        let (journal, pool) = (self.journal()?, self.key.to_string());
        let mut edits = blocking(move || journal.edits(&pool, limit)).await?;
        self.settle(&mut edits).await;
        Ok(edits)
    }

    /// One edit.
    ///
    /// # Errors
    /// [`Code::NotFound`] when this pool has none of that id.
    pub async fn edit(&self, id: &str) -> Result<EditRow, Error> {
        let (journal, wanted) = (self.journal()?, id.to_owned());
        let row = blocking(move || journal.edit(&wanted)).await?;
        let pool = self.key.to_string();
        row.filter(|row| row.pool == pool).ok_or_else(|| Error::new(Code::NotFound, "There is no such edit."))
    }
}

/// Describes it, and what is beside it. A pool that is gone is described by nothing.
async fn describe(session: &Session, pool: &PoolId, now: Timestamp, whole: &Whole) -> Result<Described, Error> {
    let mut snapshot = Snapshot::new(pool.clone(), now);
    match session.read_whole(&mut snapshot, whole).await {
        Err(error) if whole.kind == Kind::Pool && error.kind == ErrorKind::NotFound => return Ok(Described::nothing()),
        read => read?,
    }
    let beside = whole.kind.beside().map(|kind| Whole { kind, subject: String::new() });
    if let Some(beside) = &beside {
        session.read_whole(&mut snapshot, beside).await?;
    }
    let given = |whole: &Whole| given(&snapshot, whole);
    Ok(Described { body: given(whole)?, beside: beside.as_ref().map(given).transpose()? })
}

/// Whether something was made, and nobody knows what AWS calls it. A pool's name is in its key.
fn lacks_name(whole: &Whole, patch: &[Put]) -> bool {
    whole.kind.is_named_by_aws(Step::of(patch)) && !whole.kind.is_named(&whole.subject) && whole.kind != Kind::Pool
}

/// The places that changed with an edit and were not meant to, in what the edit wrote.
fn besides(row: &EditRow, whole: &Whole, patch: &[Put]) -> Result<Vec<Put>, Error> {
    let Some(after) = row.after.as_deref().filter(|_| row.state == EditState::Differs) else { return Ok(Vec::new()) };
    let (before, after): (Value, Value) = (read(&row.before)?, read(after)?);
    let changed = whole.kind.differences(&before, &after).into_iter().map(|difference| difference.pointer);
    let changed = changed.filter(|place| {
        let meant = patch.iter().any(|put| place.starts_with(&put.pointer) || put.pointer.starts_with(place.as_str()));
        !meant && !whole.kind.is_fixed(place) && !moves_by_itself(place, whole.kind)
    });
    Ok(changed.map(|pointer| Put { pointer, value: None }).collect())
}

fn used_up() -> Error {
    let message = "This preview was approved before or is forgotten. Look at the change again.";
    Error::new(Code::Precondition, message)
}

/// Refuses when a place is not as the edit left it that is to be taken back.
fn still_as_left(patch: &[Put], left: &Value, now: &Value, kind: Kind) -> Result<(), Error> {
    let at = |body: &Value, put: &Put| body.pointer(&put.pointer).cloned().unwrap_or_default();
    let moved = patch.iter().filter(|put| {
        let differ = differences(&at(left, put), &at(now, put));
        differ.iter().any(|difference| !moves_by_itself(&difference.pointer, kind))
    });
    let places: Vec<&str> = moved.map(|put| place(&put.pointer)).collect();
    if places.is_empty() {
        return Ok(());
    }
    let message = format!(
        "Somebody changed {} after this edit, and taking it back would overwrite that. Change it by hand.",
        places.join(", ")
    );
    Err(Error::new(Code::Precondition, message))
}

/// A place as sentences name it.
fn place(pointer: &str) -> &str {
    if pointer.is_empty() { "it" } else { pointer }
}

/// The member of the object that a place lies in.
fn first_member(pointer: &str, kind: Kind) -> Option<&str> {
    let skipped = if kind.root().is_empty() { 1 } else { 2 };
    pointer.split('/').nth(skipped)
}

/// A secret that is to be another one looks the same before and after: that it changes is said all the same.
fn new_secrets(patch: &[Put], before: &Value, secrets: &Secrets) -> Vec<Difference> {
    let places = patch.iter().map(|put| &put.pointer);
    let named = places.filter(|pointer| secrets.contains_key(pointer.rsplit('/').next().unwrap_or_default()));
    let same = named.filter(|pointer| before.pointer(pointer).is_some_and(|value| value == MASK));
    let difference = |pointer: &String| Difference {
        pointer: pointer.clone(),
        before: Some(MASK.into()),
        after: Some(format!("{MASK} (the new one)").into()),
    };
    same.map(difference).collect()
}

/// The body, `null` where there may be none and is none, or why it is not known.
fn given(snapshot: &Snapshot, whole: &Whole) -> Result<Value, Error> {
    let operation = whole.kind.describes();
    let why = match snapshot.answer(operation, &whole.subject) {
        Some(Answer::Given(body)) if whole.kind.is_absent(body) => return Ok(Value::Null),
        Some(Answer::Given(body)) => {
            let owner = body.pointer("/DomainDescription/UserPoolId").and_then(Value::as_str);
            if owner.is_some_and(|owner| owner != snapshot.pool.as_str()) {
                let message = format!("The domain {} belongs to another pool.", whole.subject);
                return Err(Error::new(Code::Precondition, message));
            }
            return Ok(body.clone());
        }
        Some(Answer::Refused { code }) if whole.kind.comes_and_goes() && code == "ResourceNotFoundException" => {
            return Ok(Value::Null);
        }
        answer => answer,
    };
    Err(unanswered(operation, why))
}

/// Why an answer is none, with the code that says whether a permission is missing or patience; `None` when it is one.
#[must_use]
pub fn why_unknown(snapshot: &Snapshot, operation: &str, subject: &str) -> Option<Error> {
    let answer = snapshot.answer(operation, subject);
    (!matches!(answer, Some(Answer::Given(_)))).then(|| unanswered(operation, answer))
}

fn unanswered(operation: &str, answer: Option<&Answer>) -> Error {
    let why = match answer {
        Some(answer) if answer.says_off() => {
            "Threat protection is off: turn it on first (UserPoolAddOns.AdvancedSecurityMode, in the plan Plus)."
                .to_owned()
        }
        Some(Answer::Denied { iam_action }) => {
            let message = format!("{operation} was denied, so what is there is not known: it needs {iam_action}.");
            return Error { iam_action: Some(iam_action.clone()), ..Error::new(Code::AccessDenied, message) };
        }
        Some(Answer::Throttled) => {
            let message = format!("{operation} was throttled. Try again in a minute.");
            return Error::new(Code::Throttled, message);
        }
        Some(Answer::Refused { code }) => format!("AWS answered {operation} with {code}."),
        Some(Answer::Failed { reason }) => reason.clone(),
        Some(Answer::Given(_)) | None => format!("{operation} was not asked."),
    };
    Error::new(Code::Precondition, why)
}

fn read<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, Error> {
    serde_json::from_str(text)
        .map_err(|error| Error::new(Code::Internal, format!("The journal holds an edit that cannot be read: {error}.")))
}

fn written<T: serde::Serialize>(value: &T) -> Result<String, Error> {
    serde_json::to_string(value)
        .map_err(|error| Error::new(Code::Internal, format!("The edit cannot be written down: {error}.")))
}

impl From<Refused> for Error {
    fn from(refused: Refused) -> Self {
        let message = refused.to_string();
        match refused {
            Refused::Fixed(_) => Self::invalid("pointer", message),
            Refused::Exists => Self::invalid("subject", message),
            _ => Self::new(Code::Precondition, message),
        }
    }
}
