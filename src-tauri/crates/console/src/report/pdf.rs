//! The report on one page of A4. The base fonts of PDF are used, so that nothing is embedded.

use pdf_writer::{Content, Finish as _, Name, Pdf, Rect, Ref, Str, TextStr};

use super::html::bar_part;
use super::text::{width, win_ansi, wrapped};
use super::{Bar, Report, Section, Spare};

const PAGE: (f32, f32) = (595.0, 842.0);
const MARGIN: f32 = 42.0;
const ROOM: f32 = PAGE.0 - 2.0 * MARGIN;
const GAP: f32 = 10.0;
const TEXT: f32 = 8.5;
const LINE: f32 = 11.0;
/// What is measured of a room for bold text, which is wider by up to a quarter.
const BOLD_ROOM: f32 = 0.79;
/// How wide the names of bars are, and the shortest that a bar is made for the amounts beside it.
const NAMES: f32 = 70.0;
const SHORTEST_BAR: f32 = 120.0;
/// The narrowest that a column of text is made, in points.
const NARROWEST: f32 = 70.0;

const PLAIN: Name<'static> = Name(b"P");
const BOLD: Name<'static> = Name(b"B");
const INK: [f32; 3] = [0.094, 0.125, 0.149];
const FAINT: [f32; 3] = [0.357, 0.408, 0.439];
const RULE: [f32; 3] = [0.89, 0.91, 0.92];
const BAND: [f32; 3] = [0.725, 0.859, 0.906];
const MARK: [f32; 3] = [0.043, 0.396, 0.51];

pub(super) fn write(report: &Report) -> Vec<u8> {
    let (mut sections, mut left) = (report.sections.clone(), Vec::new());
    loop {
        let paper = drawn(report, &sections, &left);
        if paper.y >= MARGIN || !leave_out(&mut sections, &mut left) {
            return paper.finish(&report.title);
        }
    }
}

/// What was left out of a section.
struct Left {
    heading: String,
    /// How many of its lines; `None` for all of it.
    lines: Option<usize>,
}

/// Leaves out what can be spared most; `false` when nothing more can be.
fn leave_out(sections: &mut Vec<Section>, left: &mut Vec<Left>) -> bool {
    // The last notes and rows stay, so that no section stands empty.
    let lines = |section: &Section| section.paragraphs.len().max(1) + section.rows.len().max(1) - 2;
    let can = |section: &Section| section.spare > Spare::Lines || section.spare == Spare::Lines && lines(section) > 0;
    let most = (0..sections.len()).filter(|at| can(&sections[*at]));
    let Some(at) = most.max_by_key(|at| (sections[*at].spare, lines(&sections[*at]))) else { return false };
    if sections[at].spare > Spare::Lines {
        left.push(Left { heading: sections.remove(at).heading, lines: None });
        return true;
    }
    let section = &mut sections[at];
    // Notes go first where there are more of them: rows have the figures.
    if section.paragraphs.len() > section.rows.len().max(1) {
        section.paragraphs.pop();
    } else {
        section.rows.pop();
    }
    match left.iter_mut().find(|known| known.heading == section.heading) {
        Some(Left { lines: Some(lines), .. }) => *lines += 1,
        _ => left.push(Left { heading: section.heading.clone(), lines: Some(1) }),
    }
    true
}

fn drawn(report: &Report, sections: &[Section], left: &[Left]) -> Paper {
    let mut paper = Paper::new();
    paper.text(&report.title, BOLD, 16.0, INK, 22.0);
    paper.text(&report.subtitle, PLAIN, TEXT, FAINT, LINE);
    paper.down(8.0);
    paper.headline(&report.headline);
    paper.bars(&report.bars);
    sections.iter().for_each(|section| paper.section(section));
    paper.down(8.0);
    if !left.is_empty() {
        let told = |left: &Left| match left.lines {
            None => left.heading.clone(),
            Some(1) => format!("1 line of “{}”", left.heading),
            Some(lines) => format!("{lines} lines of “{}”", left.heading),
        };
        let all: Vec<String> = left.iter().map(told).collect();
        let sentence = format!("Not on this page, but in the same report as HTML and CSV: {}.", all.join("; "));
        paper.text(&sentence, PLAIN, TEXT, INK, LINE);
    }
    let made_by = "Made by Poolkeeper, which is not affiliated with Amazon Web Services.";
    paper.text(made_by, PLAIN, 8.0, FAINT, LINE);
    paper
}

/// A page that fills from the top.
struct Paper {
    page: Content,
    /// How far from the lower edge the next line begins.
    y: f32,
}

impl Paper {
    fn new() -> Self {
        Self { page: Content::new(), y: PAGE.1 - MARGIN }
    }

    fn down(&mut self, by: f32) {
        self.y -= by;
    }

    /// A paragraph; its lines are as high as `line`.
    fn text(&mut self, text: &str, font: Name<'_>, size: f32, colour: [f32; 3], line: f32) {
        let room = if font == BOLD { ROOM * BOLD_ROOM } else { ROOM };
        for part in wrapped(text, size, room) {
            self.down(line);
            self.show(&part, font, size, colour, MARGIN, self.y);
        }
    }

    fn show(&mut self, text: &str, font: Name<'_>, size: f32, colour: [f32; 3], x: f32, y: f32) {
        self.page.set_fill_rgb(colour[0], colour[1], colour[2]);
        self.page.begin_text();
        self.page.set_font(font, size);
        self.page.next_line(x, y);
        self.page.show(Str(&win_ansi(text)));
        self.page.end_text();
    }

    fn fill(&mut self, colour: [f32; 3], x: f32, y: f32, width: f32, height: f32) {
        self.page.set_fill_rgb(colour[0], colour[1], colour[2]);
        self.page.rect(x, y, width, height);
        self.page.fill_nonzero();
    }

    /// The figures that matter most, side by side as far as there is room.
    fn headline(&mut self, figures: &[(String, String)]) {
        const BETWEEN: f32 = 36.0;
        const TALL: f32 = 34.0;
        let mut x = MARGIN;
        for (what, value) in figures {
            let (what, small) = fitting(what, TEXT, ROOM);
            let (value, size) = fitting(value, 13.0, ROOM * BOLD_ROOM);
            let room = (width(&value, size) / BOLD_ROOM).max(width(&what, small));
            if x > MARGIN && x + room > MARGIN + ROOM {
                self.down(TALL);
                x = MARGIN;
            }
            self.show(&what, PLAIN, small, FAINT, x, self.y - LINE);
            self.show(&value, BOLD, size, INK, x, self.y - LINE - 17.0);
            x += room + BETWEEN;
        }
        self.down(TALL);
    }

    /// Each plan's range on one scale.
    fn bars(&mut self, bars: &[Bar]) {
        let most = bars.iter().map(Bar::most).max().unwrap_or_default();
        if most.is_zero() {
            return;
        }
        self.down(8.0);
        let amounts: Vec<String> = bars.iter().map(Bar::amount).collect();
        let widest = amounts.iter().map(|amount| width(amount, TEXT)).fold(90.0, f32::max);
        let (left, room) = (MARGIN + NAMES, (ROOM - NAMES - GAP - widest).max(SHORTEST_BAR));
        for (bar, amount) in bars.iter().zip(amounts) {
            self.down(18.0);
            let y = self.y;
            #[expect(clippy::cast_possible_truncation, reason = "a place on paper")]
            let at = |dollars| left + bar_part(dollars, most) as f32 * room;
            let (low, high) = (at(bar.low), at(bar.most()));
            let (name, size) = fitting(&bar.name, TEXT, NAMES - GAP);
            self.show(&name, PLAIN, size, INK, MARGIN, y);
            self.fill(RULE, left, y + 2.5, room, 1.0);
            self.fill(BAND, low, y - 1.0, (high - low).max(2.0), 8.0);
            if let Some(likely) = bar.likely {
                self.fill(MARK, at(likely) - 1.0, y - 3.0, 2.0, 12.0);
            }
            let (amount, size) = fitting(&amount, TEXT, ROOM - NAMES - GAP - room);
            self.show(&amount, PLAIN, size, INK, MARGIN + ROOM - width(&amount, size), y);
        }
        self.down(6.0);
    }

    fn section(&mut self, section: &Section) {
        self.down(9.0);
        self.text(&section.heading, BOLD, 10.5, INK, 13.0);
        self.down(2.0);
        for paragraph in &section.paragraphs {
            self.text(paragraph, PLAIN, TEXT, INK, LINE);
        }
        if section.rows.is_empty() {
            return;
        }
        let columns = columns(section);
        self.down(4.0);
        self.row(&section.head, section, &columns, FAINT);
        for row in &section.rows {
            self.row(row, section, &columns, INK);
        }
    }

    fn row(&mut self, cells: &[String], section: &Section, columns: &[f32], colour: [f32; 3]) {
        let lines: Vec<Vec<String>> =
            cells.iter().zip(columns).map(|(cell, room)| wrapped(cell, TEXT, *room)).collect();
        let height = lines.iter().map(Vec::len).max().unwrap_or(1).max(1);
        #[expect(clippy::cast_precision_loss, reason = "a few lines")]
        let tall = height as f32 * LINE + 3.0;
        let mut x = MARGIN;
        for (at, (lines, room)) in lines.iter().zip(columns).enumerate() {
            let mut y = self.y;
            for line in lines {
                y -= LINE;
                let right = section.numbers.get(at) == Some(&true);
                let from = if right { x + room - width(line, TEXT) } else { x };
                self.show(line, PLAIN, TEXT, colour, from, y);
            }
            x += room + GAP;
        }
        self.down(tall);
        self.fill(RULE, MARGIN, self.y, ROOM, 0.6);
    }

    fn finish(self, title: &str) -> Vec<u8> {
        let mut pdf = Pdf::new();
        let [catalog, tree, plain, bold, info, page, content] = [1, 2, 3, 4, 5, 6, 7].map(Ref::new);
        pdf.catalog(catalog).pages(tree).lang(TextStr("en"));
        pdf.document_info(info).title(TextStr(title)).creator(TextStr("Poolkeeper"));
        pdf.pages(tree).kids([page]).count(1);
        for (id, font) in [(plain, b"Helvetica".as_slice()), (bold, b"Helvetica-Bold")] {
            pdf.type1_font(id).base_font(Name(font)).encoding_predefined(Name(b"WinAnsiEncoding"));
        }
        let mut one = pdf.page(page);
        one.media_box(Rect::new(0.0, 0.0, PAGE.0, PAGE.1)).parent(tree).contents(content);
        one.resources().fonts().pair(PLAIN, plain).pair(BOLD, bold);
        one.finish();
        pdf.stream(content, &self.page.finish());
        pdf.finish()
    }
}

/// A text that goes on one line: smaller, and cut where it would be too small to read.
fn fitting(text: &str, size: f32, room: f32) -> (String, f32) {
    const SMALLEST: f32 = 5.0;
    let wide = width(text, size);
    if wide <= room {
        return (text.to_owned(), size);
    }
    let smaller = (size * room / wide).max(SMALLEST);
    let mut cut = text.to_owned();
    while width(&cut, smaller) > room && cut.chars().count() > 1 {
        cut = cut.chars().take(cut.chars().count() - 2).chain(['…']).collect();
    }
    (cut, smaller)
}

/// How wide each column is: as its widest cell, and where that is too much, text is broken.
fn columns(section: &Section) -> Vec<f32> {
    let count = section.head.len();
    let cells = |at: usize| section.rows.iter().chain([&section.head]).filter_map(move |row| row.get(at));
    let mut widths: Vec<f32> =
        (0..count).map(|at| cells(at).map(|cell| width(cell, TEXT)).fold(20.0, f32::max) + 1.0).collect();
    #[expect(clippy::cast_precision_loss, reason = "a few columns")]
    let room = ROOM - GAP * count.saturating_sub(1) as f32;
    // Where many are wide, the narrowest that one is made is its share of the page.
    #[expect(clippy::cast_precision_loss, reason = "a few columns")]
    let narrowest = NARROWEST.min(room / count.max(1) as f32);
    for _ in 0..count {
        let over = widths.iter().sum::<f32>() - room;
        if over <= 0.0 {
            break;
        }
        let widest = (0..count).max_by(|a, b| widths[*a].total_cmp(&widths[*b]));
        if let Some(widest) = widest.and_then(|at| widths.get_mut(at)) {
            *widest = (*widest - over).max(narrowest);
        }
    }
    let left = room - widths.iter().sum::<f32>();
    // What is left over goes to the last column of text.
    if let Some(at) = (0..count).rev().find(|at| section.numbers.get(*at) == Some(&false))
        && left > 0.0
    {
        widths[at] += left;
    }
    widths
}

#[cfg(test)]
mod tests {
    use super::*;

    fn section(heading: &str, spare: Spare, notes: usize, rows: usize) -> Section {
        let row =
            |at: usize| vec![format!("{heading} row {at}"), "7".to_owned(), "so it is known, with a caveat".to_owned()];
        Section {
            heading: heading.to_owned(),
            spare,
            paragraphs: (0..notes)
                .map(|at| format!("{heading} note {at}, {}", "which says much. ".repeat(4)))
                .collect(),
            head: ["bound", "users", "evidence"].map(str::to_owned).to_vec(),
            numbers: vec![false, true, false],
            rows: (0..rows).map(row).collect(),
        }
    }

    fn report(lines: usize) -> Report {
        let bar = |name: &str| Bar { name: name.to_owned(), low: 495.into(), likely: None, high: Some(1_350.into()) };
        Report {
            title: "Cost and monthly active users, 2026-11".to_owned(),
            subtitle: "people (eu-west-1_Abcdefghi)".to_owned(),
            headline: vec![("Cost on Essentials".to_owned(), "$495.00".to_owned())],
            bars: ["Lite", "Essentials", "Plus", "Legacy"].map(bar).into(),
            sections: vec![
                section("Recommendation", Spare::Nothing, 3, 0),
                section("Evidence", Spare::Lines, lines, lines),
                section("Plans", Spare::Nothing, 1, 4),
                section("Calculation", Spare::Last, 0, lines),
                section("Ledger", Spare::First, 0, 3),
                section("Assumptions", Spare::Lines, lines, 0),
                section("Prices", Spare::Nothing, 1, 0),
            ],
            numbers: Vec::new(),
        }
    }

    /// The text that a line of a page shows; none where it does something else. What is not ASCII is written in hexadecimal.
    fn shown(line: &str) -> Option<String> {
        let text = line.strip_suffix(" Tj")?;
        let Some(digits) = text.strip_prefix('<').and_then(|text| text.strip_suffix('>')) else {
            return Some(text.to_owned());
        };
        let byte = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).unwrap();
        Some((0..digits.len()).step_by(2).map(|at| char::from(byte(at))).collect())
    }

    /// What is on the page, with where the lowest line stands.
    fn read(report: &Report) -> (String, f32) {
        let pdf = write(report);
        let text: String = pdf.iter().copied().map(char::from).collect();
        assert_eq!(text.matches("/Type /Page\n").count(), 1, "{text}");
        let places = text.lines().filter_map(|line| line.strip_suffix(" Td")?.rsplit_once(' ')?.1.parse::<f32>().ok());
        let lowest = places.fold(PAGE.1, f32::min);
        (text.lines().filter_map(shown).collect::<Vec<_>>().join("\n"), lowest)
    }

    #[test]
    fn a_report_is_one_page_however_much_there_is_to_say_and_says_what_it_leaves_out() {
        let (short, _) = read(&report(2));
        assert!(short.contains("Ledger row 2") && !short.contains("Not on this page"), "{short}");
        for lines in [12, 40] {
            let (text, lowest) = read(&report(lines));
            assert!(lowest >= MARGIN, "{lowest}");
            for kept in [
                "$495.00",
                "Recommendation note 2",
                "Evidence row 0",
                "Plans row 3",
                "Assumptions note 0",
                "Prices note 0",
            ] {
                assert!(text.contains(kept), "{kept} of {lines}");
            }
            assert!(text.contains("Not on this page") && !text.contains("Ledger row"), "{text}");
        }
        let (full, _) = read(&report(40));
        assert!(!full.contains("Calculation row") && full.contains("Made by Poolkeeper"), "{full}");
    }

    /// How far to the right the text of a page reaches at most.
    fn reach(pdf: &[u8]) -> f32 {
        let text: String = pdf.iter().copied().map(char::from).collect();
        let (mut size, mut x, mut most) = (0.0, 0.0, 0.0_f32);
        for line in text.lines() {
            if let Some(set) = line.strip_suffix(" Tf") {
                size = set.rsplit_once(' ').unwrap().1.parse().unwrap();
            } else if let Some(at) = line.strip_suffix(" Td") {
                x = at.split_once(' ').unwrap().0.parse().unwrap();
            } else if let Some(shown) = shown(line) {
                let plain = shown.strip_prefix('(').and_then(|text| text.strip_suffix(')')).unwrap_or(&shown);
                most = most.max(x + width(plain, size));
            }
        }
        most
    }

    #[test]
    fn nothing_reaches_over_the_edge_of_the_page_however_large_the_numbers_are() {
        let huge = rust_decimal::Decimal::from(98_765_432_109_876_i64);
        let bar = |name: &str| Bar {
            name: name.to_owned(),
            low: huge / rust_decimal::Decimal::TWO,
            likely: None,
            high: Some(huge),
        };
        let long = "$1,234,567,890,123.00 – $9,876,543,210,987.00, likely $5,432,109,876,543.00, ".repeat(3);
        let mut wide = section("Wide", Spare::Nothing, 1, 0);
        wide.head = (0..9).map(|at| format!("a column of some width {at}")).collect();
        wide.numbers = vec![true; 9];
        wide.rows = vec![vec!["1,234,567,890,123,456,789".to_owned(); 9]];
        let report = Report {
            title: "W".repeat(90),
            subtitle: "M".repeat(300),
            headline: vec![("What is asked for, ".repeat(12), long), ("Users".to_owned(), "7".to_owned())],
            bars: vec![bar("Essentials and some more"), bar("Plus")],
            sections: vec![wide],
            numbers: Vec::new(),
        };
        let reach = reach(&write(&report));
        assert!(reach <= PAGE.0 - MARGIN + 1.0, "{reach}");
    }
}
