//! One self-contained page. Nothing is loaded, nothing runs.

use std::fmt::Write as _;

use model::cost::dollars;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;

use super::text::escaped;
use super::{Bar, Report, Section};

const STYLE: &str = "\
:root{color-scheme:light dark;--fg:light-dark(#182026,#e7ecef);--faint:light-dark(#5b6870,#93a0a8);--line:light-dark(#e3e8eb,#2a3238);\
--bg:light-dark(#fff,#181d21);--band:light-dark(#b9dbe7,#214a59);--mark:light-dark(#0b6582,#5cc0dd)}\
body{font:14px/1.5 system-ui,sans-serif;color:var(--fg);background:var(--bg);max-width:52rem;margin:2rem auto;padding:0 1rem}\
h1{font-size:1.5rem;margin:0}h2{font-size:1.05rem;margin:2rem 0 .5rem}p{margin:.3rem 0}.sub{color:var(--faint)}\
.head{display:flex;flex-wrap:wrap;gap:2.5rem;margin:1.2rem 0}.head dt{color:var(--faint)}.head dd{margin:0;font-size:1.25rem;font-weight:600}\
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}th,td{text-align:left;vertical-align:top;padding:.3rem .6rem .3rem 0;\
border-bottom:1px solid var(--line)}th{font-weight:600;color:var(--faint)}.n{text-align:right;white-space:nowrap}\
.n+:not(.n){padding-left:.8rem}\
svg text{font:12px system-ui,sans-serif;fill:var(--fg)}.band{fill:var(--band)}.mark{fill:var(--mark)}.axis{stroke:var(--line)}\
@page{size:A4;margin:14mm}@media print{:root{color-scheme:light}body{font-size:9.5pt;line-height:1.4;max-width:none;margin:0;padding:0}\
tr{break-inside:avoid}h2{margin:1rem 0 .3rem;break-after:avoid}}";

pub(super) fn write(report: &Report) -> String {
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\
         <title>{title}</title><style>{STYLE}</style></head><body>\n<h1>{title}</h1>\n<p class=\"sub\">{}</p>\n<dl class=\"head\">",
        escaped(&report.subtitle),
        title = escaped(&report.title),
    );
    for (what, value) in &report.headline {
        let _ = write!(page, "<div><dt>{}</dt><dd>{}</dd></div>", escaped(what), escaped(value));
    }
    page.push_str("</dl>\n");
    page.push_str(&bars(&report.bars));
    report.sections.iter().for_each(|section| page.push_str(&one(section)));
    page.push_str(
        "<p class=\"sub\">Made by Poolkeeper, which is not affiliated with Amazon Web Services.</p>\n</body></html>\n",
    );
    page
}

fn one(section: &Section) -> String {
    let mut text = format!("<section><h2>{}</h2>\n", escaped(&section.heading));
    for paragraph in &section.paragraphs {
        let _ = writeln!(text, "<p>{}</p>", escaped(paragraph));
    }
    if !section.rows.is_empty() {
        let class = |at: usize| if section.numbers.get(at) == Some(&true) { " class=\"n\"" } else { "" };
        text.push_str("<table><thead><tr>");
        for (at, head) in section.head.iter().enumerate() {
            let _ = write!(text, "<th scope=\"col\"{}>{}</th>", class(at), escaped(head));
        }
        text.push_str("</tr></thead><tbody>\n");
        for row in &section.rows {
            text.push_str("<tr>");
            for (at, cell) in row.iter().enumerate() {
                let _ = write!(text, "<td{}>{}</td>", class(at), escaped(cell));
            }
            text.push_str("</tr>\n");
        }
        text.push_str("</tbody></table>");
    }
    text.push_str("</section>\n");
    text
}

/// Each plan's range on one scale. The table below says the same.
fn bars(bars: &[Bar]) -> String {
    let most = bars.iter().map(Bar::most).max().unwrap_or_default();
    if most.is_zero() {
        return String::new();
    }
    let height = 28 * bars.len();
    // As far right as bars go: what they stand for is written behind them.
    let end = 520.0;
    let mut svg = format!(
        "<svg viewBox=\"0 0 640 {height}\" width=\"100%\" role=\"img\" aria-label=\"Cost of the month on each plan\">"
    );
    for (at, bar) in bars.iter().enumerate() {
        let y = 28 * at;
        let at = |dollars: Decimal| 90.0 + bar_part(dollars, most) * (end - 90.0);
        let (low, high) = (at(bar.low), at(bar.most()));
        let _ = write!(
            svg,
            "<text x=\"0\" y=\"{}\">{}</text><line class=\"axis\" x1=\"90\" x2=\"{end}\" y1=\"{m}\" y2=\"{m}\"/>\
             <rect class=\"band\" x=\"{low:.1}\" y=\"{}\" width=\"{:.1}\" height=\"12\" rx=\"2\"/>\
             <text x=\"640\" y=\"{}\" text-anchor=\"end\">{}</text>",
            y + 18,
            escaped(&bar.name),
            y + 8,
            (high - low).max(2.0),
            y + 18,
            escaped(&bar.amount()),
            m = y + 14,
        );
        if let Some(likely) = bar.likely {
            let _ = write!(
                svg,
                "<rect class=\"mark\" x=\"{:.1}\" y=\"{}\" width=\"2.5\" height=\"18\"/>",
                at(likely),
                y + 5
            );
        }
    }
    svg.push_str("</svg>\n");
    svg
}

/// How much of the most that is, from 0 to 1.
pub(super) fn bar_part(dollars: Decimal, most: Decimal) -> f64 {
    dollars.checked_div(most).and_then(|part| part.to_f64()).unwrap_or_default()
}

impl Bar {
    /// What it stands for: the likely amount, else the range.
    pub(super) fn amount(&self) -> String {
        match (self.likely, self.high) {
            (Some(likely), _) => dollars(likely),
            (None, Some(high)) if high == self.low => dollars(high),
            (None, Some(high)) => format!("{} – {}", dollars(self.low), dollars(high)),
            (None, None) => format!("at least {}", dollars(self.low)),
        }
    }

    /// The largest that is known of it.
    pub(super) fn most(&self) -> Decimal {
        self.high.or(self.likely).unwrap_or(self.low)
    }
}
