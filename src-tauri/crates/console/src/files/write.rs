//! People as CSV, JSON Lines or a JSON array, one after the other.

use std::io::{self, Write};

use model::query::Field;
use model::user::User;
use serde_json::{Map, Value};

use crate::foreign::value_cell;

/// The form of a file of people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileFormat {
    /// RFC 4180; no cell is a formula.
    Csv,
    /// One JSON object a line.
    JsonLines,
    /// One JSON array.
    Json,
}

impl FileFormat {
    /// How names of such files end.
    #[must_use]
    pub fn ending(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::JsonLines => "jsonl",
            Self::Json => "json",
        }
    }

    /// The form that a file's name promises; `None` where it promises none of them.
    #[must_use]
    pub fn of_name(name: &std::path::Path) -> Option<Self> {
        match name.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "csv" => Some(Self::Csv),
            "jsonl" | "ndjson" => Some(Self::JsonLines),
            "json" => Some(Self::Json),
            _ => None,
        }
    }
}

/// Writes people.
pub(super) enum Writer<W: Write> {
    Csv(Box<csv::Writer<W>>),
    Lines(W),
    Array { out: W, begun: bool },
}

impl<W: Write> Writer<W> {
    pub(super) fn begin(format: FileFormat, out: W, columns: &[Field]) -> io::Result<Self> {
        Ok(match format {
            FileFormat::Csv => {
                let mut csv = csv::Writer::from_writer(out);
                csv.write_record(columns.iter().map(Field::name))?;
                Self::Csv(Box::new(csv))
            }
            FileFormat::JsonLines => Self::Lines(out),
            FileFormat::Json => Self::Array { out, begun: false },
        })
    }

    pub(super) fn write(&mut self, user: &User, columns: &[Field]) -> io::Result<()> {
        match self {
            Self::Csv(csv) => {
                for column in columns {
                    csv.write_field(cell(user, column).as_deref().map(value_cell).unwrap_or_default())?;
                }
                csv.write_record(None::<&[u8]>)?;
            }
            Self::Lines(out) => {
                serde_json::to_writer(&mut *out, &object(user, columns))?;
                out.write_all(b"\n")?;
            }
            Self::Array { out, begun } => {
                out.write_all(if std::mem::replace(begun, true) { b",\n" } else { b"[\n" })?;
                serde_json::to_writer(&mut *out, &object(user, columns))?;
            }
        }
        Ok(())
    }

    /// Writes what is held back, and the end.
    pub(super) fn end(self) -> io::Result<()> {
        match self {
            Self::Csv(mut csv) => csv.flush(),
            Self::Lines(mut out) => out.flush(),
            Self::Array { mut out, begun } => {
                out.write_all(if begun { b"\n]\n" } else { b"[]\n" })?;
                out.flush()
            }
        }
    }
}

/// A field of a person as text; `None` when it is absent.
fn cell(user: &User, field: &Field) -> Option<String> {
    match field {
        Field::Username => Some(user.username.as_str().to_owned()),
        Field::Status => Some(user.status.as_str().to_owned()),
        Field::Enabled => Some(if user.enabled { "yes" } else { "no" }.to_owned()),
        Field::Created => Some(user.created_at.to_string()),
        Field::Modified => Some(user.modified_at.to_string()),
        Field::Group if user.groups.is_empty() => None,
        Field::Group => Some(joined(user.groups.iter().map(model::GroupName::as_str))),
        Field::Attribute(name) => user.attribute(name).map(str::to_owned),
    }
}

/// Names in one cell, with `;` between them. A `;` or `\` of a name has a `\` before it.
pub(super) fn joined<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let escaped: Vec<String> = names.map(|name| name.replace('\\', "\\\\").replace(';', "\\;")).collect();
    escaped.join(";")
}

/// A person in the form of `poolctl show --json`, with what was chosen.
fn object(user: &User, columns: &[Field]) -> Map<String, Value> {
    let mut all = Map::new();
    let mut attributes = Map::new();
    for column in columns {
        match column {
            Field::Username => drop(all.insert("username".to_owned(), user.username.as_str().into())),
            Field::Status => drop(all.insert("status".to_owned(), user.status.as_str().into())),
            Field::Enabled => drop(all.insert("enabled".to_owned(), user.enabled.into())),
            Field::Created => drop(all.insert("createdAt".to_owned(), user.created_at.to_string().into())),
            Field::Modified => drop(all.insert("modifiedAt".to_owned(), user.modified_at.to_string().into())),
            Field::Group => {
                let names: Vec<&str> = user.groups.iter().map(model::GroupName::as_str).collect();
                all.insert("groups".to_owned(), names.into());
            }
            Field::Attribute(name) => {
                if let Some(value) = user.attribute(name) {
                    if name == "sub" {
                        all.insert("sub".to_owned(), value.into());
                    }
                    attributes.insert(name.clone(), value.into());
                }
            }
        }
    }
    if columns.iter().any(|column| matches!(column, Field::Attribute(_))) {
        all.insert("attributes".to_owned(), attributes.into());
    }
    all
}
