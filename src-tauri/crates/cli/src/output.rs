//! Writing data: tables for people, JSON for programs, CSV for spreadsheets.

use std::borrow::Cow;
use std::io::{self, IsTerminal, Write};

pub(crate) use console::foreign::defused;
use console::foreign::is_unseen;
pub(crate) use console::foreign::shown as safe;
use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::arguments::Format;
use crate::failure::Failure;

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
    write_json(&mut out, value)?;
    writeln!(out)
}

/// Writes several values as one array, or as a line each.
pub(crate) fn views(format: Format, views: &[impl Serialize]) -> io::Result<()> {
    if format == Format::Jsonl { views.iter().try_for_each(json) } else { json(&views) }
}

/// Writes one value as JSON in which a terminal finds nothing to obey: it is escaped, so that the value stays what it is.
pub(crate) fn write_json(out: impl Write, value: &impl Serialize) -> io::Result<()> {
    Ok(value.serialize(&mut Serializer::with_formatter(out, Unobeyed))?)
}

/// JSON whose texts have escapes for whatever a terminal obeys.
struct Unobeyed;

impl Formatter for Unobeyed {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        out.write_all(unobeyed(fragment).as_bytes())
    }
}

/// JSON with escapes for whatever a terminal obeys. Outside of texts JSON has none of that but the end of a line.
pub(crate) fn unobeyed(json: &str) -> Cow<'_, str> {
    let escaped = |c: char| c != '\n' && is_unseen(c);
    if !json.chars().any(escaped) {
        return Cow::Borrowed(json);
    }
    let mut text = String::with_capacity(json.len() + 8);
    for c in json.chars() {
        if escaped(c) {
            let mut units = [0; 2];
            text.extend(c.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")));
        } else {
            text.push(c);
        }
    }
    Cow::Owned(text)
}

/// Writes rows of CSV, in which no cell is a formula.
pub(crate) fn csv<R: AsRef<[String]>>(head: &[&str], rows: impl IntoIterator<Item = R>) -> Result<(), Failure> {
    let mut out = csv::Writer::from_writer(data(Format::Csv));
    out.write_record(head)?;
    for row in rows {
        out.write_record(row.as_ref().iter().map(|cell| defused(cell)))?;
    }
    Ok(out.flush()?)
}

/// Writes a table whose rows are all known.
pub(crate) fn table(head: &[&str], rows: &[Vec<String>]) -> Result<(), Failure> {
    let head: Vec<String> = head.iter().map(|name| (*name).to_owned()).collect();
    let mut table = Table::new(io::stdout().lock(), &head, rows)?;
    rows.iter().try_for_each(|row| table.row(row))?;
    Ok(table.end()?)
}

/// Writes a list in any format; table and CSV have the same columns.
pub(crate) fn listed<V: Serialize>(
    format: Format,
    head: &[&str],
    views: &[V],
    row: impl Fn(&V) -> Vec<String>,
) -> Result<(), Failure> {
    match format {
        Format::Json | Format::Jsonl => Ok(self::views(format, views)?),
        Format::Csv => csv(head, views.iter().map(row)),
        Format::Table => table(head, &views.iter().map(row).collect::<Vec<_>>()),
    }
}

/// Standard output for data: a program gets every value as it is, and on a terminal what that would obey is written out.
pub(crate) fn data(format: Format) -> Box<dyn Write + Send> {
    let out = io::stdout();
    if !out.is_terminal() {
        return Box::new(out);
    }
    let write_out: fn(&str) -> String = match format {
        Format::Json | Format::Jsonl => |text| unobeyed(text).into_owned(),
        Format::Csv | Format::Table => |text| text.split('\n').map(safe).collect::<Vec<_>>().join("\n"),
    };
    Box::new(Shown { out, write_out, half: Vec::new() })
}

/// A terminal that obeys nothing of what is written to it.
struct Shown<W> {
    out: W,
    write_out: fn(&str) -> String,
    /// The beginning of a character whose end has not been written yet.
    half: Vec<u8>,
}

impl<W: Write> Write for Shown<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.half.extend_from_slice(bytes);
        let whole = match std::str::from_utf8(&self.half) {
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            _ => self.half.len(),
        };
        let text: Vec<u8> = self.half.drain(..whole).collect();
        self.out.write_all((self.write_out)(&String::from_utf8_lossy(&text)).as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
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
    use std::io::Write as _;

    use super::{Shown, fitted, safe, unobeyed, write_json};

    #[test]
    fn a_terminal_obeys_nothing_of_csv_also_where_a_character_comes_in_two_halves() {
        let mut shown = Shown { out: Vec::new(), write_out: safe, half: Vec::new() };
        for byte in "é\u{1b}[2J\u{9b}1m\u{202e}".bytes() {
            shown.write_all(&[byte]).unwrap_or_default();
        }
        assert_eq!(String::from_utf8_lossy(&shown.out), "é\\u{1b}[2J\\u{9b}1m\\u{202e}");
    }

    #[test]
    fn json_has_escapes_for_what_a_terminal_obeys_and_gives_the_same_value_again() {
        let value = "a\u{9b}31m\u{202e}\u{e0041}\n\"é";
        let mut out = Vec::new();
        assert!(write_json(&mut out, &value).is_ok());
        let text = String::from_utf8_lossy(&out).into_owned();
        assert_eq!(text, r#""a\u009b31m\u202e\udb40\udc41\n\"é""#);
        assert_eq!(serde_json::from_str::<String>(&text).ok().as_deref(), Some(value));
        assert_eq!(unobeyed("[\n\"é\"]"), "[\n\"é\"]");
    }

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
