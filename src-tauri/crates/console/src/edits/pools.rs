//! Making pools, which are in no pool: previewed on a connection, made, and found in the new pool's own journal.

use std::sync::Arc;

use cognito::settings::Secrets;
use jiff::SignedDuration;
use model::connection::{ConnectionId, Environment};
use model::{PoolId, PoolKey};
use serde_json::Value;
use store::{EditRow, EditState};

use super::apply::Maker;
use super::{Edit, Kind, Put, Whole, used_up};
use crate::error::{Code, Error};
use crate::jobs::Approval;
use crate::open::{Console, Inner, blocking};
use crate::pool::Live;
use crate::sync::is_same;

/// How long a pool without an answer is told of.
const WEEK: SignedDuration = SignedDuration::from_hours(7 * 24);

/// How many of them are looked at.
const MOST: u32 = 100;

/// The end of what stands for the id of a pool that AWS has not named yet.
const NEW: &str = "_new";

/// Whether a pool's id is none: the pool was to be made, and nobody knows what AWS calls it.
#[must_use]
pub fn is_unnamed(pool: &str) -> bool {
    pool.ends_with(NEW)
}

/// What came of making a pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MadePool {
    /// The pool; `None` when nobody knows what AWS calls it.
    pub pool: Option<PoolId>,
    /// Each call as the journal has it: the making, and what was set afterwards.
    pub edits: Vec<EditRow>,
    /// Why something that was to be set afterwards was not, in a sentence; `None` when all is done.
    pub why: Option<String>,
}

impl Console {
    /// What making a pool would do (`sts:GetCallerIdentity`; free). `body` describes the pool as `DescribeUserPool` would,
    /// `second` is set once it is there. Nothing is made.
    ///
    /// # Errors
    /// [`Code::Precondition`] when the description has what AWS does not take; what stands in the way of every call.
    pub async fn plan_pool(
        &self,
        connection: &ConnectionId,
        body: Value,
        second: Option<(Whole, Vec<Put>)>,
    ) -> Result<Arc<Edit>, Error> {
        let (_, key) = self.place_of_new(connection).await?;
        let whole = Whole { kind: Kind::Pool, subject: String::new() };
        let patch = vec![Put { pointer: String::new(), value: Some(body) }];
        let wanted = whole.kind.patched(&Value::Null, &patch)?;
        whole.kind.write(&Value::Null, &wanted, false)?;
        let step = super::Step::Create;
        let edit = Arc::new(Edit {
            id: uuid::Uuid::new_v4().simple().to_string(),
            pool: key,
            differences: whole.kind.differences(&Value::Null, &wanted),
            kept: 0,
            effect: whole.kind.effect(step),
            forward: None,
            price: super::price(whole.kind, &Value::Null, &wanted).map(|price| price.what),
            before: Value::Null,
            wanted,
            whole,
            patch,
            rule: None,
            undo_of: None,
            second,
            at: self.inner.now(),
            secrets: Secrets::new(),
        });
        self.inner.edits.keep(&edit);
        Ok(edit)
    }

    /// The preview of a pool; `None` when it was never made or is forgotten.
    #[must_use]
    pub fn pool_plan(&self, id: &str) -> Option<Arc<Edit>> {
        let desk = self.inner.edits.at(self.inner.now());
        desk.edits.iter().find(|edit| edit.id == id && is_unnamed(edit.pool.pool.as_str())).cloned()
    }

    /// Pools that were to be made on a connection within the last week and for which no answer came, the newest first
    /// (`sts:GetCallerIdentity`; free): they may be in the list all the same, under ids that nobody knows here.
    ///
    /// # Errors
    /// What stands in the way of every call; [`Code::JournalUnavailable`] when the journal cannot be read.
    pub async fn unanswered_pools(&self, connection: &ConnectionId) -> Result<Vec<EditRow>, Error> {
        let (_, key) = self.place_of_new(connection).await?;
        let journal = self.inner.vault().journal("Pools without an answer cannot be listed.")?;
        let (key, since) = (key.to_string(), self.inner.now() - WEEK);
        let mut rows = blocking(move || journal.edits(&key, MOST)).await?;
        rows.retain(|row| row.state == EditState::Sent && row.at >= since);
        Ok(rows)
    }

    /// Whether the new pool's name has to be typed before it is made: so in Production.
    #[must_use]
    pub fn asks_name(&self, connection: &ConnectionId) -> bool {
        self.inner.environment(connection) == Environment::Production
    }

    /// Makes a pool that was previewed, and sets what is to be set afterwards. Each call is in the journal before it is sent, and
    /// described again after it; what was made is taken back from the new pool, while it is empty. The preview is used up.
    ///
    /// # Errors
    /// [`Code::Validation`] on `poolName` in Production, unless the new pool's name is typed; [`Code::Precondition`] when the
    /// preview was used before, or is of another place or somebody else; [`Code::JournalUnavailable`] when it cannot be written
    /// down: then nothing is sent. Otherwise why AWS refused.
    pub async fn make_pool(
        &self,
        connection: &ConnectionId,
        edit: &Arc<Edit>,
        approval: Approval,
    ) -> Result<MadePool, Error> {
        let name = edit.wanted.pointer("/UserPool/Name").and_then(Value::as_str).unwrap_or_default();
        if self.asks_name(connection) && approval.pool_name.as_deref() != Some(name) {
            let message = "This connection is marked Production. Type the name of the new pool.";
            return Err(Error::invalid("poolName", message));
        }
        if !self.inner.edits.take(edit, self.inner.now()) {
            return Err(used_up());
        }
        let journal = self.inner.vault().journal("The journal cannot be opened, so nothing is made.")?;
        let (live, key) = self.place_of_new(connection).await?;
        if key != edit.pool {
            let message = "This was looked at with another connection. Look at it again.";
            return Err(Error::new(Code::Precondition, message));
        }
        let session = live.session.steady().await?;
        let identity = session.identity().await?;
        if !is_same(&live.identity, &identity) {
            return Err(Error::new(Code::Precondition, "The credentials are another's by now. Look at it again."));
        }
        let maker = Maker { inner: &self.inner, key, journal, live: Live { session, identity } };
        let row = maker.make(edit, approval.reason.clone(), &|| false).await?;
        let pool = row.pool.rsplit('/').next().filter(|pool| !is_unnamed(pool));
        let pool = pool.and_then(|pool| PoolId::parse(pool).ok());
        let there = matches!(row.state, EditState::Done | EditState::Differs);
        let mut made = MadePool { pool, edits: vec![row], why: None };
        if let (true, Some(pool), Some((whole, patch))) = (there, &made.pool, &edit.second) {
            match self.set_afterwards(connection, pool, (whole.clone(), patch.clone()), approval.reason).await {
                Ok(row) => made.edits.push(row),
                Err(error) => {
                    let operation = whole.kind.writes();
                    made.why = Some(format!("The pool is there, and {operation} was not done. {}", error.message));
                }
            }
        }
        Ok(made)
    }

    async fn set_afterwards(
        &self,
        connection: &ConnectionId,
        pool: &PoolId,
        (whole, patch): (Whole, Vec<Put>),
        reason: Option<String>,
    ) -> Result<EditRow, Error> {
        let open = self.open_pool(connection, pool).await?;
        let locked = open.is_read_only();
        // Whoever approved the pool approved this with it.
        open.unlock_changes(pool.as_str()).await?;
        let set = async {
            let edit = open.plan_edit(whole, patch, None).await?;
            let approval = Approval { pool_name: Some(pool.as_str().to_owned()), reason };
            let token = open.approve_edit(&edit, approval).await?;
            open.apply_edit(&token).await
        };
        let set = set.await;
        if locked {
            open.lock_changes();
        }
        set
    }

    /// Who asks, and what stands for the new pool's key.
    async fn place_of_new(&self, connection: &ConnectionId) -> Result<(Live, PoolKey), Error> {
        let session = self.inner.session(connection).await?;
        let identity = session.identity().await?;
        let id = PoolId::parse(format!("{}{NEW}", session.region().as_str()));
        let id = id.map_err(|error| Error::new(Code::Internal, format!("The Region cannot be in an id: {error}.")))?;
        let key = Inner::key(connection, &session, &identity, &id);
        Ok((Live { session, identity }, key))
    }
}
