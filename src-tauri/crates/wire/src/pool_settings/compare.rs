//! What differs between two pools, two clients, or one pool on two days.

use console::{Comparison, On};
use jiff::Timestamp;
use model::compare::Line;
use model::{ClientId, PoolId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use specta::Type;

use super::setting::{UnansweredView, unanswered};
use crate::WireError;
use crate::lab::client_id;
use crate::pools::pool_id;

/// What is compared with the open pool.
#[derive(Debug, Clone, Default, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CompareSettings {
    /// The other pool's id; `null` for this one.
    pub pool_id: Option<String>,
    /// An app client of this pool; `null` for the pool itself.
    pub client_id: Option<String>,
    /// An app client of the other pool; `null` for the one of the same id.
    pub other_client_id: Option<String>,
    /// This pool as it was at the end of that day or at that time; `null` unless two times are compared.
    pub since: Option<String>,
    /// Up to the end of that day or that time; `null` for now.
    pub until: Option<String>,
}

/// What is compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sides {
    /// With another pool.
    Pools(PoolId),
    /// A client with one of this pool, or of another.
    Clients(ClientId, Option<PoolId>, ClientId),
    /// This pool at two times.
    Days(On, On),
}

impl CompareSettings {
    /// What is compared.
    ///
    /// # Errors
    /// `validation` on the field that is wrong, or on `poolId` when nothing is named to compare with.
    pub fn sides(&self) -> Result<Sides, WireError> {
        let other = self.pool_id.as_deref().map(pool_id).transpose()?;
        if let Some(since) = &self.since {
            let until = self.until.as_deref().map(|until| when(until, "until")).transpose()?;
            return Ok(Sides::Days(On::Then(when(since, "since")?), until.map_or(On::Now, On::Then)));
        }
        match (&self.client_id, other) {
            (None, Some(other)) => Ok(Sides::Pools(other)),
            (None, None) => Err(WireError::validation("poolId", "Say with which pool, client or day.")),
            (Some(client), other) => {
                let there = self.other_client_id.as_ref().or(other.as_ref().map(|_| client));
                let there = there.ok_or_else(|| WireError::validation("otherClientId", "Say with which client."))?;
                Ok(Sides::Clients(client_id(client)?, other, client_id(there)?))
            }
        }
    }
}

/// The end of a day, in UTC, or a time.
///
/// # Errors
/// A validation error on `field` when it is neither.
pub fn when(text: &str, field: &str) -> Result<Timestamp, WireError> {
    let end = format!("{text}T23:59:59.999Z").parse().or_else(|_| text.parse());
    end.map_err(|_| WireError::validation(field, "Write a day like 2026-11-20, or a time like 2026-11-20T09:30:00Z."))
}

/// A setting that the two sides have differently.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ComparedSettingView {
    /// What people look for it under.
    pub area: String,
    /// What people call it. Names of things in it are foreign text.
    pub title: String,
    /// Its place, as a JSON pointer; after the name of the thing where it is not the pool's own.
    pub pointer: String,
    /// What this pool, the first client or the earlier day has, as JSON; `null` for nothing. Foreign text.
    pub here: Option<String>,
    /// What the other side has, as JSON; `null` for nothing. Foreign text.
    pub there: Option<String>,
}

/// What differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ComparedView {
    /// The settings that differ, but for what AWS alone tells (ids, times).
    pub settings: Vec<ComparedSettingView>,
    /// How many settings were compared.
    pub compared: u32,
    /// Questions that one of the sides did not answer: what they would have told is not compared.
    pub unanswered: Vec<UnansweredView>,
    /// When AWS told the one side.
    pub here_at: String,
    /// When AWS told the other side.
    pub there_at: String,
}

impl From<&Comparison> for ComparedView {
    fn from(comparison: &Comparison) -> Self {
        let text = |value: &Option<Value>| value.as_ref().map(Value::to_string);
        let line = |line: &Line| ComparedSettingView {
            area: line.area.to_owned(),
            title: line.title.clone(),
            pointer: line.pointer.clone(),
            here: text(&line.here),
            there: text(&line.there),
        };
        let mut missing = unanswered(&comparison.here);
        missing.extend(unanswered(&comparison.there));
        missing.dedup();
        Self {
            settings: comparison.compared.lines.iter().map(line).collect(),
            compared: crate::count(comparison.compared.places as u64),
            unanswered: missing,
            here_at: comparison.here.taken_at.to_string(),
            there_at: comparison.there.taken_at.to_string(),
        }
    }
}
