//! Every number: section, row, column, value.

use super::{Report, Section};
use crate::foreign::defused;

pub(super) fn write(report: &Report) -> Vec<u8> {
    let mut out = csv::Writer::from_writer(Vec::new());
    // Writing to memory does not fail.
    let mut record = |cells: [&str; 4]| drop(out.write_record(cells.map(defused)));
    record(["section", "row", "column", "value"]);
    record(["report", "title", "", &report.title]);
    record(["report", "pool", "", &report.subtitle]);
    for (what, value) in &report.headline {
        record(["report", what, "", value]);
    }
    for section in report.sections.iter().chain(&report.numbers) {
        for (at, paragraph) in section.paragraphs.iter().enumerate() {
            record([&section.heading, &(at + 1).to_string(), "note", paragraph]);
        }
        for (at, row) in section.rows.iter().enumerate() {
            let number = (at + 1).to_string();
            let named = is_named(section) && section.heading != "How many, and how that is known";
            let name = row.first().filter(|_| named).unwrap_or(&number);
            for (column, cell) in section.head.iter().zip(row) {
                record([&section.heading, &plain(name), column, &plain(cell)]);
            }
        }
    }
    out.into_inner().unwrap_or_default()
}

/// Whether the first column names each row, and not several of them.
fn is_named(section: &Section) -> bool {
    let mut names: Vec<&String> = section.rows.iter().filter_map(|row| row.first()).collect();
    let rows = names.len();
    names.sort_unstable();
    names.dedup();
    names.len() == rows
}

pub(super) fn table<'a>(rows: impl Iterator<Item = &'a [String]>) -> Vec<u8> {
    let mut out = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    for row in rows {
        // Writing to memory does not fail.
        drop(out.write_record(row.iter().map(|cell| defused(cell))));
    }
    out.into_inner().unwrap_or_default()
}

/// A number or an amount as programs read it; any other text as it is.
fn plain(cell: &str) -> String {
    let digits: String = cell.chars().filter(|c| !matches!(c, ',' | '$')).collect();
    let number = !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit() || c == '.');
    if number { digits } else { cell.to_owned() }
}
