//! How a command fails: a sentence on stderr or a JSON object on stdout, and an exit code.

use std::io::{self, Write};
use std::process::ExitCode;

use serde_json::{Map, Value, json};
use wire::{ErrorCode, WireError};

use crate::output::safe;

/// Why a command did not do what was asked.
#[derive(Debug)]
pub(crate) enum Failure {
    /// What was asked makes no sense: exit 2.
    Usage(WireError),
    /// It could not be done: exit 1.
    Failed(WireError),
    /// It has been told already, as data: exit 1.
    Told,
    /// Our own output could not be written: exit 1.
    Output(io::Error),
}

impl Failure {
    pub(crate) fn usage(error: WireError) -> Self {
        Self::Usage(error)
    }

    /// A failure with a code and a sentence.
    pub(crate) fn failed(code: ErrorCode, sentence: impl Into<String>) -> Self {
        Self::Failed(WireError::new(code, sentence))
    }

    /// The same failure with a sentence more.
    pub(crate) fn and_then_said(mut self, sentence: &str) -> Self {
        if let Self::Usage(error) | Self::Failed(error) = &mut self {
            error.message.push(' ');
            error.message.push_str(sentence);
        }
        self
    }

    /// Whether whoever read our output has gone.
    pub(crate) fn is_closed_pipe(&self) -> bool {
        matches!(self, Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }

    /// Tells it and gives the exit code.
    pub(crate) fn tell(self, json: bool) -> ExitCode {
        let (exit, error) = match self {
            Self::Told => return ExitCode::FAILURE,
            Self::Usage(error) => (2, error),
            Self::Failed(error) => (1, error),
            Self::Output(error) => (1, WireError::new(ErrorCode::Internal, format!("The output stopped: {error}."))),
        };
        // Nobody is left to tell when this fails, too.
        let _ = if json { writeln!(io::stdout(), "{}", object(&error)) } else { sentence(&error) };
        ExitCode::from(exit)
    }
}

/// `{"error": {"code", "message", …}}` with what is known and nothing that is absent.
fn object(error: &WireError) -> Value {
    let known: Map<String, Value> = match serde_json::to_value(error) {
        Ok(Value::Object(fields)) => fields.into_iter().filter(|(_, value)| !value.is_null()).collect(),
        _ => Map::new(),
    };
    json!({ "error": known })
}

fn sentence(error: &WireError) -> io::Result<()> {
    let mut out = io::stderr().lock();
    writeln!(out, "poolctl: {}", error.message.lines().map(safe).collect::<Vec<_>>().join("\n"))?;
    if let Some(command) = &error.sso_login {
        writeln!(out, "Run: {}", safe(command))?;
    }
    Ok(())
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

impl From<csv::Error> for Failure {
    fn from(error: csv::Error) -> Self {
        Self::Output(error.into())
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self::Output(error.into())
    }
}

impl From<console::Error> for Failure {
    fn from(error: console::Error) -> Self {
        Self::from(WireError::from(error))
    }
}

/// A wrong input, the query's syntax included, is the caller's; anything else is not.
impl From<WireError> for Failure {
    fn from(error: WireError) -> Self {
        let callers = error.code == ErrorCode::Validation && error.field.is_some();
        if callers { Self::Usage(error) } else { Self::Failed(error) }
    }
}

impl From<sandbox::Error> for Failure {
    fn from(error: sandbox::Error) -> Self {
        Self::failed(ErrorCode::Precondition, error.to_string())
    }
}
