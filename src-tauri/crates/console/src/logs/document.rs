//! CloudTrail's own files: one object with all records of some minutes, often on one line. Read record by record.

use std::fmt;
use std::io::Read;

use model::mau::{Damage, LogCounter};
use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::LogReport;

/// Whether a file begins like one of CloudTrail's.
pub(super) fn is_document(head: &[u8]) -> bool {
    let text: Vec<u8> = head.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&text);
    text.starts_with(b"{\"Records\":[")
}

pub(super) fn read(file: impl Read, counter: &mut LogCounter, report: &mut LogReport) {
    let mut file = serde_json::Deserializer::from_reader(file);
    let Err(error) = (Document { counter, report }).deserialize(&mut file) else { return };
    let record = report.lines + 1;
    report.cut_off = Some(match error.classify() {
        serde_json::error::Category::Eof => format!("The file is cut off in record {record}."),
        serde_json::error::Category::Io => format!("From record {record} on it could not be read: {error}."),
        // What follows cannot be told apart any more.
        _ => format!("From record {record} on it is damaged."),
    });
}

struct Document<'a> {
    counter: &'a mut LogCounter,
    report: &'a mut LogReport,
}

struct Records<'a, 'b>(&'b mut Document<'a>);

impl<'de> DeserializeSeed<'de> for Document<'_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, input: D) -> Result<(), D::Error> {
        input.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Document<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a file of CloudTrail")
    }

    fn visit_map<M: MapAccess<'de>>(mut self, mut map: M) -> Result<(), M::Error> {
        while let Some(key) = map.next_key::<String>()? {
            if key == "Records" {
                map.next_value_seed(Records(&mut self))?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Records<'_, '_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, input: D) -> Result<(), D::Error> {
        input.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Records<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of records")
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut records: S) -> Result<(), S::Error> {
        let Document { counter, report } = self.0;
        while let Some(record) = records.next_element::<Box<RawValue>>()? {
            report.lines += 1;
            let object = record.get().starts_with('{');
            let damage = if object { counter.read(record.get().as_bytes()).damage } else { Some(Damage::NotAnEvent) };
            if let Some(damage) = damage {
                report.damage(report.lines, damage);
            }
        }
        Ok(())
    }
}
