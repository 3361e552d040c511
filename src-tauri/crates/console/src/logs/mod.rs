//! Reading log files and result tables that a person imports. Damage is reported, never fatal, and memory stays constant.

mod document;
mod table;

use std::io::{self, BufRead, BufReader, Read};

use flate2::read::MultiGzDecoder;
use model::mau::{Damage, LogCounter};

pub use table::{BilledKind, BilledUsage, ImportedTable, ResultRow, read_table};

/// The longest piece of text that is looked at at once; values of CloudTrail and user activity are far smaller.
const PIECE: usize = 1 << 20;
/// How many damaged lines are told one by one.
const TOLD: usize = 20;

/// How reading a log went.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LogReport {
    /// Lines (or, in a file of CloudTrail, records) that were read.
    pub lines: u64,
    /// How many of them could not be used.
    pub damaged: u64,
    /// The first of those, with what is wrong.
    pub examples: Vec<(u64, Damage)>,
    /// Why the file ended before its end; `None` when it was read whole. What came before is counted.
    pub cut_off: Option<String>,
    /// Whether it was compressed with gzip.
    pub compressed: bool,
}

impl LogReport {
    fn damage(&mut self, line: u64, damage: Damage) {
        self.damaged += 1;
        if self.examples.len() < TOLD {
            self.examples.push((line, damage));
        }
    }
}

/// Counts the events of a file: user activity as JSON Lines or one value after the other, CloudTrail's files, exports of
/// CloudWatch, each plain or compressed with gzip.
///
/// Reading cannot fail: what is damaged, cut off or cannot be read is told in the report. It may take minutes, so give it a
/// thread of its own.
pub fn read_log(file: impl Read, counter: &mut LogCounter) -> LogReport {
    let mut report = LogReport::default();
    let (head, file) = match peeked(file) {
        Ok(peeked) => peeked,
        Err(error) => return LogReport { cut_off: Some(cut_off(&error)), ..report },
    };
    if !head.starts_with(&[0x1f, 0x8b]) {
        plain(&head, io::Cursor::new(head.clone()).chain(file), counter, &mut report);
        return report;
    }
    report.compressed = true;
    // Several streams in a row are how Firehose and `cat` make one file of many.
    match peeked(MultiGzDecoder::new(io::Cursor::new(head).chain(file))) {
        Ok((head, file)) => plain(&head, io::Cursor::new(head.clone()).chain(file), counter, &mut report),
        Err(error) => report.cut_off = Some(cut_off(&error)),
    }
    report
}

/// The first bytes of a file, and the rest.
fn peeked<R: Read>(mut file: R) -> io::Result<(Vec<u8>, R)> {
    let mut head = Vec::new();
    match file.by_ref().take(256).read_to_end(&mut head) {
        Err(error) if head.is_empty() => Err(error),
        // The next reading fails again, after what could be read.
        _ => Ok((head, file)),
    }
}

fn cut_off(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => "The file is cut off.".to_owned(),
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => "The compressed data is damaged.".to_owned(),
        _ => format!("It could not be read to its end: {error}."),
    }
}

fn plain(head: &[u8], file: impl Read, counter: &mut LogCounter, report: &mut LogReport) {
    let file = BufReader::with_capacity(PIECE / 8, file);
    if document::is_document(head) { document::read(file, counter, report) } else { lines(file, counter, report) }
}

/// Reads line by line; a line without end is read value by value.
fn lines(mut file: impl BufRead, counter: &mut LogCounter, report: &mut LogReport) {
    let mut piece = Vec::with_capacity(PIECE);
    // Whether the rest of a damaged line is being passed over.
    let mut skipping = false;
    loop {
        let room = (PIECE - piece.len()) as u64;
        let ended = match file.by_ref().take(room).read_until(b'\n', &mut piece) {
            Ok(read) => read == 0,
            Err(error) => {
                report.cut_off = Some(cut_off(&error));
                true
            }
        };
        let line_ended = piece.last() == Some(&b'\n');
        if !skipping && !piece.is_empty() {
            skipping = part(&mut piece, ended, line_ended, counter, report);
        } else {
            piece.clear();
        }
        if line_ended {
            report.lines += 1;
            skipping = false;
        }
        if ended {
            return;
        }
    }
}

/// Reads what there is of a line, leaves in `piece` what may go on, and tells whether the rest of the line is lost.
fn part(piece: &mut Vec<u8>, ended: bool, line_ended: bool, counter: &mut LogCounter, report: &mut LogReport) -> bool {
    let whole = ended || line_ended;
    if !whole && piece.len() < PIECE {
        // A short reading; more of the line comes.
        return false;
    }
    let read = counter.read(piece);
    let line = report.lines + 1;
    if ended && !line_ended {
        report.lines += 1;
    }
    match read.damage {
        Some(Damage::CutOff) if !whole && read.bytes > 0 => {
            piece.drain(..read.bytes);
            return false;
        }
        Some(Damage::CutOff) if ended => {
            report.cut_off.get_or_insert_with(|| format!("The file is cut off in line {line}."));
        }
        Some(damage) => report.damage(line, damage),
        None => {}
    }
    piece.clear();
    !whole && read.damage.is_some()
}
