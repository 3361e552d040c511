//! The page.

use std::fmt::Write as _;

use super::{Figure, Section, machine};

/// What is below this line was written by a person and stays.
const BY_HAND: &str = "<!-- Written by hand from here on. -->";

/// The text of docs/benchmarks.md; the part below [`BY_HAND`] is taken over from the page before.
pub(crate) fn write(sections: &[Section], users: u32, before: Option<&str>) -> String {
    let mut page = format!(
        "# Benchmarks\n\nWritten by `cargo xtask bench --users {users}`. Figures of one machine, to choose by and not to promise; \
         the load beside them is how many programs wanted its processors when a part began.\n\nMachine: {}.\n\n\
         The programs are debug builds as `cargo xtask run` makes them: store, model and sandbox are optimised there, the rest is not. The queries are those of `src-tauri/crates/store/benches/queries.txt`.\n",
        machine::description()
    );
    for section in sections {
        // Writing to a string does not fail.
        let _ = write!(page, "\n## {}\n\n`{}`, load {}\n\n", section.title, section.command, section.load);
        page.push_str("| what | figure | budget | |\n|---|---:|---:|---|\n");
        for figure in &section.figures {
            let holds = match figure.holds() {
                Some(true) => "holds",
                Some(false) => "**misses**",
                None => "",
            };
            let _ = writeln!(
                page,
                "| {} | {} | {} | {holds} |",
                figure.what,
                number(figure.figure, &figure.unit),
                budget(figure)
            );
        }
    }
    let by_hand = before.and_then(|before| before.split_once(BY_HAND)).map(|(_, rest)| rest);
    let _ = write!(page, "\n{BY_HAND}{}", by_hand.unwrap_or("\n"));
    page
}

fn budget(figure: &Figure) -> String {
    let sign = if figure.bound.as_deref() == Some("least") { "≥" } else { "≤" };
    figure.budget.map_or_else(String::new, |budget| format!("{sign} {}", number(budget, &figure.unit)))
}

fn number(number: f64, unit: &str) -> String {
    let digits = match number {
        n if n >= 100.0 => 0,
        n if n >= 10.0 => 1,
        _ => 2,
    };
    format!("{number:.digits$} {unit}")
}
