//! Writing data: tables for people, JSON for programs, CSV for spreadsheets.

use std::io::{self, Write};

pub(crate) use console::foreign::defused;
pub(crate) use console::foreign::shown as safe;
use serde::Serialize;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// The widest cell of a table, in terminal columns.
const WIDEST: usize = 48;

/// A number with what it counts: `1 call`, `2 calls`.
pub(crate) fn number_of(number: impl Into<u64>, one: &str) -> String {
    let number = number.into();
    if number == 1 { format!("1 {one}") } else { format!("{number} {one}s") }
}

/// Writes one value as a line of JSON.
pub(crate) fn json(value: &impl Serialize) -> io::Result<()> {
    let mut out = io::stdout().lock();
    serde_json::to_writer(&mut out, value)?;
    writeln!(out)
}

/// A table whose columns are as wide as the first rows need. Later cells are cut to fit.
pub(crate) struct Table<W: Write> {
    out: W,
    widths: Vec<usize>,
}

impl<W: Write> Table<W> {
    /// Writes the head. `first` are the rows that the widths are taken from.
    pub(crate) fn new(mut out: W, head: &[String], first: &[Vec<String>]) -> io::Result<Self> {
        let width = |at: usize| {
            let cells = first.iter().filter_map(|row| row.get(at)).map(|cell| safe(cell).width());
            cells.chain([head[at].width()]).max().unwrap_or_default().min(WIDEST)
        };
        let widths: Vec<usize> = (0..head.len()).map(width).collect();
        line(&mut out, &widths, head)?;
        Ok(Self { out, widths })
    }

    /// Writes a row.
    pub(crate) fn row(&mut self, cells: &[String]) -> io::Result<()> {
        line(&mut self.out, &self.widths, cells)
    }

    /// Writes out what is held back.
    pub(crate) fn end(mut self) -> io::Result<()> {
        self.out.flush()
    }
}

fn line(out: &mut impl Write, widths: &[usize], cells: &[String]) -> io::Result<()> {
    let cells: Vec<String> = cells.iter().zip(widths).map(|(cell, width)| fitted(&safe(cell), *width)).collect();
    writeln!(out, "{}", cells.join("  ").trim_end())
}

/// Exactly `width` columns: cut with `…` or filled with spaces.
fn fitted(text: &str, width: usize) -> String {
    let has = text.width();
    if has <= width {
        return format!("{text}{}", " ".repeat(width - has));
    }
    let mut room = width.saturating_sub(1);
    let kept: String = text
        .chars()
        .take_while(|c| {
            let needs = c.width().unwrap_or_default();
            let fits = needs <= room;
            room -= if fits { needs } else { 0 };
            fits
        })
        .collect();
    format!("{kept}…{}", " ".repeat(room))
}

#[cfg(test)]
mod tests {
    use super::{fitted, safe};

    #[test]
    fn what_a_terminal_would_obey_is_written_out() {
        assert_eq!(safe("a\u{1b}[31mb\u{202e}c\u{200b}\n"), "a\\u{1b}[31mb\\u{202e}c\\u{200b}\\u{a}");
        assert_eq!(safe("Zoë 山田 👩"), "Zoë 山田 👩");
    }

    #[test]
    fn cells_have_their_column_s_width_in_wide_scripts_too() {
        assert_eq!(fitted("ab", 4), "ab  ");
        assert_eq!(fitted("abcdef", 4), "abc…");
        assert_eq!(fitted("山田太郎", 4), "山… ");
    }
}
