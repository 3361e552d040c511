//! The report on A4. The base fonts of PDF are used, so that nothing is embedded.

use pdf_writer::{Content, Finish as _, Name, Pdf, Rect, Ref, Str, TextStr};

use super::html::bar_part;
use super::text::{width, win_ansi, wrapped};
use super::{Bar, Report, Section};

const PAGE: (f32, f32) = (595.0, 842.0);
const MARGIN: f32 = 48.0;
const ROOM: f32 = PAGE.0 - 2.0 * MARGIN;
const GAP: f32 = 10.0;
const TEXT: f32 = 9.0;
const LINE: f32 = 12.5;
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
    let mut paper = Paper::new();
    paper.text(&report.title, BOLD, 16.0, INK, 22.0);
    paper.text(&report.subtitle, PLAIN, TEXT, FAINT, LINE);
    paper.down(8.0);
    paper.headline(&report.headline);
    paper.bars(&report.bars);
    report.sections.iter().for_each(|section| paper.section(section));
    paper.down(10.0);
    let made_by = "Made by Poolkeeper, which is not affiliated with Amazon Web Services.";
    paper.text(made_by, PLAIN, 8.0, FAINT, LINE);
    paper.finish(&report.title)
}

/// Pages that fill from the top.
struct Paper {
    pages: Vec<Content>,
    page: Content,
    /// How far from the lower edge the next line begins.
    y: f32,
}

impl Paper {
    fn new() -> Self {
        Self { pages: Vec::new(), page: Content::new(), y: PAGE.1 - MARGIN }
    }

    fn down(&mut self, by: f32) {
        self.y -= by;
    }

    /// Begins another page unless there is room for so much.
    fn need(&mut self, room: f32) {
        if self.y - room < MARGIN {
            let full = std::mem::replace(&mut self.page, Content::new());
            self.pages.push(full);
            self.y = PAGE.1 - MARGIN;
        }
    }

    /// A paragraph; its lines are as high as `line`.
    fn text(&mut self, text: &str, font: Name<'_>, size: f32, colour: [f32; 3], line: f32) {
        // Bold is a little wider than what is measured.
        let room = if font == BOLD { ROOM * 0.92 } else { ROOM };
        for part in wrapped(text, size, room) {
            self.need(line);
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
            // Bold is a little wider than what is measured.
            let room = (width(value, 13.0) / 0.92).max(width(what, TEXT));
            if x > MARGIN && x + room > MARGIN + ROOM {
                self.down(TALL);
                x = MARGIN;
            }
            self.show(what, PLAIN, TEXT, FAINT, x, self.y - LINE);
            self.show(value, BOLD, 13.0, INK, x, self.y - LINE - 17.0);
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
        let (left, room) = (MARGIN + 70.0, ROOM - 170.0);
        for bar in bars {
            self.down(18.0);
            let y = self.y;
            #[expect(clippy::cast_possible_truncation, reason = "a place on paper")]
            let at = |dollars| left + bar_part(dollars, most) as f32 * room;
            let (low, high) = (at(bar.low), at(bar.most()));
            self.show(&bar.name, PLAIN, TEXT, INK, MARGIN, y);
            self.fill(RULE, left, y + 2.5, room, 1.0);
            self.fill(BAND, low, y - 1.0, (high - low).max(2.0), 8.0);
            if let Some(likely) = bar.likely {
                self.fill(MARK, at(likely) - 1.0, y - 3.0, 2.0, 12.0);
            }
            let amount = bar.amount();
            self.show(&amount, PLAIN, TEXT, INK, MARGIN + ROOM - width(&amount, TEXT), y);
        }
        self.down(6.0);
    }

    fn section(&mut self, section: &Section) {
        // Neither a heading nor the head of a table stands alone at the foot of a page.
        let lines: usize = section.paragraphs.iter().map(|text| wrapped(text, TEXT, ROOM).len()).sum();
        #[expect(clippy::cast_precision_loss, reason = "a few lines")]
        let lead = if lines <= 6 { lines as f32 * LINE } else { 2.0 * LINE };
        self.need(if section.rows.is_empty() || lines > 6 { 35.0 + lead } else { 95.0 + lead });
        self.down(14.0);
        self.text(&section.heading, BOLD, 11.0, INK, 15.0);
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
        let tall = height as f32 * LINE + 4.0;
        self.need(tall);
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

    fn finish(mut self, title: &str) -> Vec<u8> {
        self.pages.push(self.page);
        self.page = Content::new();
        let all = self.pages.len();
        for at in 0..all {
            // Only now is it known how many there are.
            let number = format!("{} of {all}", at + 1);
            std::mem::swap(&mut self.page, &mut self.pages[at]);
            self.show(&number, PLAIN, 8.0, FAINT, MARGIN + ROOM - width(&number, 8.0), MARGIN - 18.0);
            std::mem::swap(&mut self.page, &mut self.pages[at]);
        }
        let mut pdf = Pdf::new();
        let (catalog, tree, plain, bold, info) = (Ref::new(1), Ref::new(2), Ref::new(3), Ref::new(4), Ref::new(5));
        let first = 6;
        let page = |at: usize| i32::try_from(at).map_or(Ref::new(first), |at| Ref::new(first + 2 * at));
        let content = |at: usize| i32::try_from(at).map_or(Ref::new(first + 1), |at| Ref::new(first + 1 + 2 * at));
        pdf.catalog(catalog).pages(tree).lang(TextStr("en"));
        pdf.document_info(info).title(TextStr(title)).creator(TextStr("Poolkeeper"));
        let count = i32::try_from(self.pages.len()).unwrap_or_default();
        pdf.pages(tree).kids((0..self.pages.len()).map(page)).count(count);
        for (id, font) in [(plain, b"Helvetica".as_slice()), (bold, b"Helvetica-Bold")] {
            pdf.type1_font(id).base_font(Name(font)).encoding_predefined(Name(b"WinAnsiEncoding"));
        }
        for (at, written) in self.pages.into_iter().enumerate() {
            let mut one = pdf.page(page(at));
            one.media_box(Rect::new(0.0, 0.0, PAGE.0, PAGE.1)).parent(tree).contents(content(at));
            one.resources().fonts().pair(PLAIN, plain).pair(BOLD, bold);
            one.finish();
            pdf.stream(content(at), &written.finish());
        }
        pdf.finish()
    }
}

/// How wide each column is: as its widest cell, and where that is too much, text is broken.
fn columns(section: &Section) -> Vec<f32> {
    let count = section.head.len();
    let cells = |at: usize| section.rows.iter().chain([&section.head]).filter_map(move |row| row.get(at));
    let mut widths: Vec<f32> =
        (0..count).map(|at| cells(at).map(|cell| width(cell, TEXT)).fold(20.0, f32::max) + 1.0).collect();
    #[expect(clippy::cast_precision_loss, reason = "a few columns")]
    let room = ROOM - GAP * count.saturating_sub(1) as f32;
    for _ in 0..count {
        let over = widths.iter().sum::<f32>() - room;
        if over <= 0.0 {
            break;
        }
        let widest = (0..count).max_by(|a, b| widths[*a].total_cmp(&widths[*b]));
        if let Some(widest) = widest.and_then(|at| widths.get_mut(at)) {
            *widest = (*widest - over).max(NARROWEST);
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
