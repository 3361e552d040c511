//! Rows of a file of people, one after the other: CSV as spreadsheets and our exports write it, and JSON Lines.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::Path;
use std::rc::Rc;

use serde_json::Value;

use super::write::{FileFormat, joined};
use crate::error::{Code, Error};
use crate::foreign::cell_value;

/// The longest row, in bytes: what is longer is no row of a person.
const LONGEST_ROW: u64 = 1024 * 1024;

/// Lines that are read for their columns until somebody is asked whether it goes on.
const LINES: u64 = 2_000;

/// The most columns of a file.
const MOST_COLUMNS: usize = 2_000;

/// What is wrong with a whole row, in a sentence that repeats nothing of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Broken(pub(super) String);

impl Broken {
    fn because(sentence: &str) -> Self {
        Self(sentence.to_owned())
    }
}

/// An object of JSON Lines with the line and the place where it begins.
type Object = (u64, u64, Result<Vec<(String, String)>, Broken>);

/// A row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    /// Its line in the file, from 1; a row of CSV may be several lines long.
    pub(super) line: u64,
    /// Where it begins, in bytes.
    pub(super) offset: u64,
    /// What each column holds; the sentence says what is wrong with the whole row.
    pub(super) values: Result<Vec<Option<String>>, Broken>,
}

/// Reads a file. It is read from the disk as it goes.
pub(super) struct Rows {
    columns: Vec<String>,
    from: From,
}

enum From {
    Csv { reader: Box<csv::Reader<Bounded<File>>>, left: Rc<Cell<u64>>, record: csv::ByteRecord },
    Lines { reader: BufReader<File>, line: u64, offset: u64 },
}

/// Lets so many bytes pass and no more, until it is told that a row has ended.
struct Bounded<R> {
    inner: R,
    left: Rc<Cell<u64>>,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left.get() == 0 {
            return Err(io::Error::other("a row is longer than a million bytes; is a quotation mark missing?"));
        }
        let read = self.inner.read(buffer)?;
        self.left.set(self.left.get().saturating_sub(read as u64));
        Ok(read)
    }
}

impl<R: Seek> Seek for Bounded<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.inner.seek(to)
    }
}

fn unreadable(error: impl std::fmt::Display) -> Error {
    Error::invalid("file", format!("The file cannot be read: {error}."))
}

impl Rows {
    /// Opens a file and learns its columns. The form is told by its name: JSON Lines where it ends so, else CSV. JSON Lines
    /// are read to their end for it; `goes_on` is asked now and then, and may stop that with an error.
    pub(super) fn open(path: &Path, goes_on: &dyn Fn() -> Result<(), Error>) -> Result<Self, Error> {
        Self::opened(path, Err(goes_on))
    }

    /// Opens a file once more whose columns are known, so that JSON Lines are not read twice to learn them.
    pub(super) fn again(path: &Path, columns: Vec<String>) -> Result<Self, Error> {
        Self::opened(path, Ok(columns))
    }

    fn opened(path: &Path, columns: Result<Vec<String>, &dyn Fn() -> Result<(), Error>>) -> Result<Self, Error> {
        let file = File::open(path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => Error::new(Code::NotFound, "There is no such file."),
            _ => unreadable(error),
        })?;
        match FileFormat::of_name(path) {
            Some(FileFormat::JsonLines) => match columns {
                Ok(columns) => Ok(Self::of_lines(file, columns)),
                Err(goes_on) => Self::lines(path, file, goes_on),
            },
            Some(FileFormat::Json) => {
                Err(Error::invalid("file", "Write one JSON object a line, in a file whose name ends in .jsonl."))
            }
            _ => Self::csv(path, file),
        }
    }

    fn csv(path: &Path, file: File) -> Result<Self, Error> {
        let left = Rc::new(Cell::new(LONGEST_ROW));
        let bounded = Bounded { inner: file, left: left.clone() };
        let mut reader = csv::ReaderBuilder::new().flexible(true).delimiter(delimiter(path)?).from_reader(bounded);
        let header = reader.byte_headers().map_err(unreadable)?.clone();
        let name = |cell: &[u8]| std::str::from_utf8(cell).map(str::to_owned);
        let columns = header.iter().map(name).collect::<Result<Vec<_>, _>>();
        let columns =
            columns.map_err(|_| Error::invalid("file", "The first row is not UTF-8. Save the file as UTF-8."))?;
        let columns = known(columns)?;
        Ok(Self { columns, from: From::Csv { reader: Box::new(reader), left, record: csv::ByteRecord::new() } })
    }

    fn lines(path: &Path, file: File, goes_on: &dyn Fn() -> Result<(), Error>) -> Result<Self, Error> {
        let mut rows = Self::of_lines(file, Vec::new());
        let mut columns: Vec<String> = Vec::new();
        // The whole file: a field that only the last person has is a column as well.
        let mut read: u64 = 0;
        while let Some((_, _, object)) = rows.next_object()? {
            read += 1;
            if read % LINES == 1 {
                goes_on()?;
            }
            for (name, _) in object.unwrap_or_default() {
                if !columns.contains(&name) {
                    columns.push(name);
                }
            }
            if columns.len() > MOST_COLUMNS {
                break;
            }
        }
        let again = File::open(path).map_err(unreadable)?;
        Ok(Self::of_lines(again, known(columns)?))
    }

    fn of_lines(file: File, columns: Vec<String>) -> Self {
        Self { columns, from: From::Lines { reader: BufReader::new(file), line: 0, offset: 0 } }
    }

    /// What the file calls its columns.
    pub(super) fn columns(&self) -> &[String] {
        &self.columns
    }

    /// The next row; `None` after the last. Empty lines are passed over.
    ///
    /// # Errors
    /// Only when nothing more can be read: the disk, or a row without an end.
    pub(super) fn next(&mut self) -> Result<Option<Row>, Error> {
        match &mut self.from {
            From::Csv { reader, left, record } => {
                let more = reader.read_byte_record(record).map_err(unreadable)?;
                left.set(LONGEST_ROW);
                if !more {
                    return Ok(None);
                }
                let (line, offset) = record.position().map_or((0, 0), |at| (at.line(), at.byte()));
                let values = cells(record, self.columns.len());
                Ok(Some(Row { line, offset, values }))
            }
            From::Lines { .. } => {
                let columns = self.columns.clone();
                let next = self.next_object()?;
                Ok(next.map(|(line, offset, object)| {
                    let values = object.and_then(|object| under(&columns, &object));
                    Row { line, offset, values }
                }))
            }
        }
    }

    /// Goes to a row that was read before.
    pub(super) fn seek(&mut self, row: u64, at: u64) -> Result<(), Error> {
        match &mut self.from {
            From::Csv { reader, .. } => {
                let mut place = csv::Position::new();
                place.set_byte(at).set_line(row);
                reader.seek(place).map_err(unreadable)
            }
            From::Lines { reader, line, offset } => {
                reader.seek(SeekFrom::Start(at)).map_err(unreadable)?;
                (*line, *offset) = (row.saturating_sub(1), at);
                Ok(())
            }
        }
    }

    fn next_object(&mut self) -> Result<Option<Object>, Error> {
        let From::Lines { reader, line, offset } = &mut self.from else { return Ok(None) };
        loop {
            let (mut bytes, begun) = (Vec::new(), *offset);
            let read = reader.by_ref().take(LONGEST_ROW).read_until(b'\n', &mut bytes).map_err(unreadable)?;
            if read == 0 {
                return Ok(None);
            }
            if read as u64 == LONGEST_ROW && bytes.last() != Some(&b'\n') {
                return Err(Error::invalid("file", format!("Line {} is longer than a million bytes.", *line + 1)));
            }
            *line += 1;
            *offset += read as u64;
            let text = bytes.strip_prefix(b"\xef\xbb\xbf".as_slice()).filter(|_| begun == 0).unwrap_or(&bytes);
            if text.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            return Ok(Some((*line, begun, object(text))));
        }
    }
}

/// Names that can be told apart, and not more than a file of people has.
fn known(columns: Vec<String>) -> Result<Vec<String>, Error> {
    if columns.is_empty() || columns.iter().all(|name| name.trim().is_empty()) {
        return Err(Error::invalid("file", "The file is empty: its first row names the columns."));
    }
    if columns.len() > MOST_COLUMNS {
        return Err(Error::invalid("file", format!("The file has more than {MOST_COLUMNS} columns.")));
    }
    for (at, name) in columns.iter().enumerate() {
        if columns.iter().take(at).any(|other| other == name) {
            return Err(Error::invalid("file", format!("Column {} has the name of another column.", at + 1)));
        }
    }
    Ok(columns)
}

/// What stands between cells, by the first row: the commonest of comma, semicolon and tab.
fn delimiter(path: &Path) -> Result<u8, Error> {
    let mut first = Vec::new();
    let file = File::open(path).map_err(unreadable)?;
    BufReader::new(file).take(LONGEST_ROW).read_until(b'\n', &mut first).map_err(unreadable)?;
    let count = |byte: u8| first.iter().filter(|other| **other == byte).count();
    // Of several that are as common the last wins.
    Ok([b'\t', b';', b','].into_iter().max_by_key(|byte| count(*byte)).unwrap_or(b','))
}

fn cells(record: &csv::ByteRecord, columns: usize) -> Result<Vec<Option<String>>, Broken> {
    if record.len() != columns {
        return Err(Broken(format!("The row has {} cells, and there are {columns} columns.", record.len())));
    }
    let value = |cell: &[u8]| {
        let text = std::str::from_utf8(cell).map_err(|_| Broken::because("The row is not UTF-8."))?;
        Ok(cell_value(text))
    };
    record.iter().map(value).collect()
}

/// The values of an object in the order of the columns.
fn under(columns: &[String], object: &[(String, String)]) -> Result<Vec<Option<String>>, Broken> {
    // The file grew while it was read: nothing of a person is left out in silence.
    if object.iter().any(|(name, _)| !columns.contains(name)) {
        return Err(Broken::because("The line has a field that the file did not have when its columns were read."));
    }
    let of = |name: &String| object.iter().find(|(own, _)| own == name).map(|(_, value)| value.clone());
    Ok(columns.iter().map(of).collect())
}

/// A person of JSON Lines under the names that a CSV would have. Attributes may stand by themselves or in `attributes`.
fn object(text: &[u8]) -> Result<Vec<(String, String)>, Broken> {
    let value: Value = serde_json::from_slice(text).map_err(|_| Broken::because("The line is not a JSON object."))?;
    let Value::Object(fields) = value else { return Err(Broken::because("The line is not a JSON object.")) };
    let mut all: Vec<(String, String)> = Vec::new();
    let nested = fields.get("attributes").and_then(Value::as_object).map_or(0, serde_json::Map::len);
    if fields.len() + nested > MOST_COLUMNS {
        return Err(Broken(format!("The line has more than {MOST_COLUMNS} fields.")));
    }
    let mut add = |name: String, value: String| {
        if all.iter().all(|(own, _)| *own != name) {
            all.push((name, value));
        }
    };
    for (name, value) in fields {
        match (name.as_str(), value) {
            ("attributes", Value::Object(attributes)) => {
                for (name, value) in attributes {
                    if let Some(text) = scalar(&name, value)? {
                        add(name, text);
                    }
                }
            }
            ("groups" | "group", Value::Array(groups)) => {
                let names: Vec<&str> = groups.iter().filter_map(Value::as_str).collect();
                if names.len() != groups.len() {
                    return Err(Broken::because("groups is not a list of names."));
                }
                add("group".to_owned(), joined(names.into_iter()));
            }
            (_, value) => {
                let name = match name.as_str() {
                    "createdAt" => "created".to_owned(),
                    "modifiedAt" => "modified".to_owned(),
                    _ => name,
                };
                if let Some(text) = scalar(&name, value)? {
                    add(name, text);
                }
            }
        }
    }
    Ok(all)
}

fn scalar(name: &str, value: Value) -> Result<Option<String>, Broken> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text)),
        Value::Bool(is) => Ok(Some(is.to_string())),
        Value::Number(number) => Ok(Some(number.to_string())),
        Value::Array(_) | Value::Object(_) => {
            let known = matches!(name, "identities").then(|| value.to_string());
            known.map(Some).ok_or_else(|| Broken::because("A value is neither a text, a number nor yes or no."))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::io::Write as _;

    use model::query::Field;
    use model::user::{User, UserStatus};
    use proptest::prelude::*;

    use super::super::write::Writer;
    use super::*;

    fn user(attributes: BTreeMap<String, String>) -> User {
        User {
            username: model::Username::parse("=ada").unwrap(),
            enabled: true,
            status: UserStatus::Confirmed,
            created_at: jiff::Timestamp::UNIX_EPOCH,
            modified_at: jiff::Timestamp::UNIX_EPOCH,
            attributes,
            groups: vec![model::GroupName::parse("a;b\\").unwrap(), model::GroupName::parse("c").unwrap()],
        }
    }

    #[test]
    fn a_field_that_only_the_last_line_has_is_a_column_and_one_that_none_had_breaks_its_line() {
        let mut file = tempfile::Builder::new().suffix(".jsonl").tempfile().unwrap();
        let line = |name: String, more: &str| format!("{{\"username\":\"{name}\",\"attributes\":{{{more}}}}}\n");
        let mut text: String = (0..1_500).map(|at| line(format!("u{at}"), "")).collect();
        text += &line("last".to_owned(), "\"nickname\":\"Ada\"");
        file.write_all(text.as_bytes()).unwrap();
        let mut rows = Rows::open(file.path(), &|| Ok(())).unwrap();
        assert_eq!(rows.columns(), ["username", "nickname"]);
        let last = std::iter::from_fn(|| rows.next().unwrap()).last().unwrap();
        assert_eq!(last.values.unwrap()[1].as_deref(), Some("Ada"));
        let mut again = Rows::again(file.path(), vec!["username".to_owned()]).unwrap();
        let last = std::iter::from_fn(|| again.next().unwrap()).last().unwrap();
        assert!(last.values.is_err(), "nothing of a person is left out in silence");
    }

    #[test]
    fn the_reading_of_columns_can_be_stopped() {
        let mut file = tempfile::Builder::new().suffix(".jsonl").tempfile().unwrap();
        file.write_all("{\"username\":\"u\"}\n".repeat(5_000).as_bytes()).unwrap();
        let asked = Cell::new(0);
        let stop = || {
            asked.set(asked.get() + 1);
            if asked.get() < 3 { Ok(()) } else { Err(Error::new(Code::Cancelled, "Stopped.")) }
        };
        assert_eq!(Rows::open(file.path(), &stop).err().map(|error| error.code), Some(Code::Cancelled));
    }

    proptest! {
        #[test]
        fn whatever_is_written_is_read_back(
            values in prop::collection::vec(prop::option::of("[\\PC\\x00-\\x1f\"',;=+\\-@\\\\\u{202e}\u{feff}<>]{0,12}"), 1..4),
        ) {
            let named = |at: usize| format!("custom:{at}");
            let given: Vec<(String, String)> =
                values.iter().enumerate().filter_map(|(at, value)| Some((named(at), value.clone()?))).collect();
            let mut columns = vec![Field::Username, Field::Group];
            columns.extend((0..values.len()).map(|at| Field::Attribute(named(at))));
            for format in [FileFormat::Csv, FileFormat::JsonLines] {
                let mut file = tempfile::Builder::new().suffix(&format!(".{}", format.ending())).tempfile().unwrap();
                let mut bytes = Vec::new();
                let mut writer = Writer::begin(format, &mut bytes, &columns).unwrap();
                let user = user(given.iter().cloned().collect());
                writer.write(&user, &columns).unwrap();
                writer.write(&user, &columns).unwrap();
                writer.end().unwrap();
                file.write_all(&bytes).unwrap();
                let mut rows = Rows::open(file.path(), &|| Ok(())).unwrap();
                let names = rows.columns().to_vec();
                let first = rows.next().unwrap().unwrap();
                let second = rows.next().unwrap().unwrap();
                prop_assert_eq!(rows.next().unwrap(), None);
                prop_assert_eq!(&first.values, &second.values);
                rows.seek(first.line, first.offset).unwrap();
                prop_assert_eq!(&rows.next().unwrap().unwrap().values, &first.values);
                let cells: BTreeMap<String, String> = names
                    .into_iter()
                    .zip(first.values.unwrap())
                    .filter_map(|(name, value)| Some((name, value?)))
                    .collect();
                let mut wanted: BTreeMap<String, String> = given.iter().cloned().collect();
                wanted.insert("username".to_owned(), "=ada".to_owned());
                wanted.insert("group".to_owned(), "a\\;b\\\\;c".to_owned());
                prop_assert_eq!(cells, wanted);
            }
        }
    }
}
