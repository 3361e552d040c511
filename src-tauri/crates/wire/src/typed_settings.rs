//! Settings as somebody types them on a command line.

use model::edit::{Kind, Put, Whole};
use model::setting::{self, Setting};

use crate::WireError;
use crate::edits::Meant;

/// What a pool's settings are to be, each as `NAME=VALUE`.
///
/// # Errors
/// `validation` on `setting`: what cannot be read or set, or that several calls would be needed.
pub fn of_pool(words: &[String]) -> Result<Meant, WireError> {
    let (kind, patch) = meant(&setting::of_pool().collect::<Vec<_>>(), words)?;
    Ok((Whole { kind, subject: String::new() }, patch))
}

/// What an app client's settings are to be, each as `NAME=VALUE`.
///
/// # Errors
/// As [`of_pool`]; `validation` on `client` for what is no client's id.
pub fn of_client(client: &str, words: &[String]) -> Result<Meant, WireError> {
    let subject = crate::lab::client_id(client)?.as_str().to_owned();
    let (kind, patch) = meant(&setting::of_client().collect::<Vec<_>>(), words)?;
    // What describes it tells of the pool's as well.
    let whole = Whole::described_by(kind.describes(), &subject);
    Ok((whole.unwrap_or(Whole { kind, subject }), patch))
}

fn meant(settings: &[&'static Setting], words: &[String]) -> Result<(Kind, Vec<Put>), WireError> {
    let wrong = |sentence: String| WireError::validation("setting", sentence);
    let mut meant: Option<Kind> = None;
    let mut patch: Vec<Put> = Vec::new();
    for word in words {
        let (setting, put) = setting::typed(settings, word).map_err(|error| wrong(error.to_string()))?;
        let kind = Kind::described_by(setting.operation)
            .ok_or_else(|| wrong(format!("{} cannot be changed here.", setting.title)))?;
        let before = *meant.get_or_insert(kind);
        if before != kind {
            let (one, other) = (before.writes(), kind.writes());
            return Err(wrong(format!(
                "These settings belong to two calls ({one}, {other}), and each is approved by itself. Give them one after \
                 the other."
            )));
        }
        if patch.iter().any(|other| other.pointer == put.pointer) {
            return Err(wrong(format!("{} is given twice.", put.pointer)));
        }
        patch.push(put);
    }
    let kind = meant.ok_or_else(|| wrong("Say what to change, as NAME=VALUE.".to_owned()))?;
    Ok((kind, patch))
}
