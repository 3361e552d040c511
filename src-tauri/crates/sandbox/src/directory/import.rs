//! A job that imports people from a file, and how far it has come.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::protocol::json::Epoch;

/// How long the address takes an upload.
pub(crate) const UPLOAD_MS: i64 = 15 * 60 * 1000;

/// How long a job waits to be started.
const WAIT_MS: i64 = 24 * 60 * 60 * 1000;

/// How long a started job is pending.
pub(crate) const PENDING_MS: i64 = 200;

/// Rows imported in a second of virtual time.
const ROWS_A_SECOND: i64 = 5_000;

/// `UserImportJobStatusType`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Status {
    Created,
    Pending,
    InProgress,
    Stopping,
    Expired,
    Stopped,
    Failed,
    Succeeded,
}

impl Status {
    /// Whether people are being imported, or are about to be.
    pub(crate) fn is_active(self) -> bool {
        matches!(self, Self::Pending | Self::InProgress | Self::Stopping)
    }
}

/// What became of one row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Fate {
    Succeeded,
    Skipped,
    Failed,
}

/// A line of the log. It names no person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Entry {
    pub(crate) line: u32,
    pub(crate) fate: Fate,
    pub(crate) reason: String,
}

/// What was uploaded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Upload {
    Text(String),
    /// Not UTF-8.
    Unreadable,
}

/// See the module.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Job {
    pub(crate) id: String,
    pub(crate) pool: String,
    pub(crate) name: String,
    pub(crate) role_arn: String,
    /// How the passwords in the file are hashed, if they are.
    pub(crate) algorithm: Option<String>,
    /// Where the file goes, and what an upload must know.
    pub(crate) url: String,
    pub(crate) signature: String,
    pub(crate) status: Status,
    pub(crate) created_ms: i64,
    pub(crate) started_ms: Option<i64>,
    pub(crate) completed_ms: Option<i64>,
    pub(crate) message: Option<String>,
    /// The file, until the job is over.
    pub(crate) upload: Option<Upload>,
    /// Where in the file the next row begins, and its number. 0 is before the header.
    pub(crate) offset: usize,
    pub(crate) line: u32,
    pub(crate) log: Vec<Entry>,
}

impl Job {
    /// A job that waits too long is not started any more.
    pub(crate) fn age(&mut self, now_ms: i64) {
        if self.status == Status::Created && now_ms - self.created_ms > WAIT_MS {
            self.status = Status::Expired;
            self.upload = None;
        }
    }

    /// How many rows should have been dealt with by now.
    pub(crate) fn due(&self, now_ms: i64) -> u32 {
        let running = self.started_ms.map_or(0, |started| (now_ms - started - PENDING_MS).max(0));
        u32::try_from(running.saturating_mul(ROWS_A_SECOND) / 1000).unwrap_or(u32::MAX)
    }

    /// Ends the job. The message has no spaces, as the service model wants it.
    pub(crate) fn end(&mut self, status: Status, message: &str, now_ms: i64) {
        self.status = status;
        self.message = Some(message.to_owned());
        self.completed_ms = Some(now_ms);
        self.upload = None;
    }

    pub(crate) fn count(&self, fate: Fate) -> usize {
        self.log.iter().filter(|entry| entry.fate == fate).count()
    }

    /// `UserImportJobType`.
    pub(crate) fn shown(&self) -> Map<String, Value> {
        let mut out = Map::new();
        let mut put = |name: &str, value: Value| out.insert(name.to_owned(), value);
        put("JobName", json!(self.name));
        put("JobId", json!(self.id));
        put("UserPoolId", json!(self.pool));
        put("PreSignedUrl", json!(self.url));
        put("CloudWatchLogsRoleArn", json!(self.role_arn));
        put("Status", json!(self.status));
        put("CreationDate", json!(Epoch(self.created_ms)));
        put("ImportedUsers", json!(self.count(Fate::Succeeded)));
        put("SkippedUsers", json!(self.count(Fate::Skipped)));
        put("FailedUsers", json!(self.count(Fate::Failed)));
        for (name, date) in [("StartDate", self.started_ms), ("CompletionDate", self.completed_ms)] {
            if let Some(date) = date {
                put(name, json!(Epoch(date)));
            }
        }
        for (name, text) in [("CompletionMessage", &self.message), ("PasswordHashingAlgorithm", &self.algorithm)] {
            if let Some(text) = text {
                put(name, json!(text));
            }
        }
        out
    }

    /// The log as it would be in CloudWatch, one line for each row of the file.
    pub(crate) fn written(&self) -> Vec<String> {
        let line = |entry: &Entry| {
            let fate = match entry.fate {
                Fate::Succeeded => "SUCCEEDED",
                Fate::Skipped => "SKIPPED",
                Fate::Failed => "FAILED",
            };
            format!("[{fate}] Line Number {} - {}", entry.line, entry.reason)
        };
        self.log.iter().map(line).collect()
    }
}
