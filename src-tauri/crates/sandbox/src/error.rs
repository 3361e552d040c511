//! What can go wrong outside the protocol.

use std::path::PathBuf;

/// Why the sandbox could not do what its owner asked. Errors of calls over the wire are answers, not this.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The loopback port could not be opened.
    #[error("Port {port} on 127.0.0.1 cannot be opened: {source}. Choose another port, or 0 for any.")]
    Bind {
        /// The port that was asked for.
        port: u16,
        /// Why.
        source: std::io::Error,
    },
    /// The state file could not be read or written.
    #[error("The sandbox state {} cannot be read or written: {source}.", path.display())]
    File {
        /// The state file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The state file holds something else.
    #[error("The sandbox state {} is damaged or from another version: {source}. To begin anew, move or delete that file.", path.display())]
    Damaged {
        /// The state file.
        path: PathBuf,
        /// Why.
        source: serde_json::Error,
    },
    /// Another sandbox keeps its changes in the same file.
    #[error("The sandbox state {} is in use by another sandbox. End that one, or choose another file.", path.display())]
    InUse {
        /// The state file.
        path: PathBuf,
    },
    /// No such pool, user or group.
    #[error("The sandbox has no such {what}.")]
    NotFound {
        /// Kind of thing.
        what: &'static str,
    },
    /// A user or group of this name exists.
    #[error("The sandbox already has such a {what}.")]
    Exists {
        /// Kind of thing.
        what: &'static str,
    },
    /// The attribute is not in the schema of the pool.
    #[error("The pool has no attribute {name}.")]
    NoAttribute {
        /// Name of the attribute.
        name: String,
    },
    /// The weather cannot be set so.
    #[error("{reason}")]
    Weather {
        /// What is wrong.
        reason: String,
    },
}
