//! A plan that is being carried out.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::item::Plan;
use super::reverse::is_for_good;

/// What is kept of a plan beside its entries. It names nobody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct JobHead {
    /// The action's short name.
    pub action: String,
    /// When the plan was made.
    pub made_at: Timestamp,
    /// What a person was told before they approved it.
    pub notes: Vec<String>,
    /// Whether nothing of it can be taken back, however it goes.
    #[serde(default)]
    pub for_good: bool,
    /// Whether it sets a password, which is kept nowhere and has to be given again to whoever goes on with it.
    #[serde(default)]
    pub needs_password: bool,
}

impl From<&Plan> for JobHead {
    fn from(plan: &Plan) -> Self {
        Self {
            action: plan.action.name().to_owned(),
            made_at: plan.made_at,
            notes: plan.notes.clone(),
            for_good: plan.active().all(is_for_good),
            needs_password: plan.action.needs_password(),
        }
    }
}

/// Where an entry of a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ItemState {
    /// Its turn has not come.
    Queued,
    /// A call about it is under way, or was when the program ended.
    Sent,
    /// Everything was applied.
    Done,
    /// A call was refused.
    Failed,
    /// A call was sent and it is not known whether it was applied.
    Unknown,
    /// Nothing was done, on purpose.
    Skipped,
}

impl ItemState {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Queued, Self::Sent, Self::Done, Self::Failed, Self::Unknown, Self::Skipped];

    /// `queued`, `sent`, `done`, `failed`, `unknown` or `skipped`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sent => "sent",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
            Self::Skipped => "skipped",
        }
    }

    /// The state of a word; `None` when it is none.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }
}

/// How many entries of a job are in each state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ItemCounts {
    /// Waiting.
    pub queued: u64,
    /// Under way.
    pub sent: u64,
    /// Applied.
    pub done: u64,
    /// Refused.
    pub failed: u64,
    /// Not known.
    pub unknown: u64,
    /// Left alone.
    pub skipped: u64,
}

impl ItemCounts {
    /// The number of a state.
    #[must_use]
    pub fn of(&mut self, state: ItemState) -> &mut u64 {
        match state {
            ItemState::Queued => &mut self.queued,
            ItemState::Sent => &mut self.sent,
            ItemState::Done => &mut self.done,
            ItemState::Failed => &mut self.failed,
            ItemState::Unknown => &mut self.unknown,
            ItemState::Skipped => &mut self.skipped,
        }
    }

    /// All entries.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.queued + self.sent + self.done + self.failed + self.unknown + self.skipped
    }
}

/// Where a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum JobState {
    /// It goes on.
    Running,
    /// It never ended, and nobody carries it out: the program was ended. It can go on. A journal cannot know and says
    /// `running`.
    Interrupted,
    /// A person stopped it; it can go on.
    Paused,
    /// No entry waits any more.
    Ended,
}

impl JobState {
    /// `running`, `interrupted`, `paused` or `ended`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Interrupted => "interrupted",
            Self::Paused => "paused",
            Self::Ended => "ended",
        }
    }
}
