//! Counting test results in what the test runners print.

/// How many tests passed, failed and were skipped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// Tests that passed.
    pub(crate) passed: u64,
    /// Tests that failed.
    pub(crate) failed: u64,
    /// Tests that were not run.
    pub(crate) skipped: u64,
}

impl Tally {
    /// Adds the results if the line is a closing line of cargo's or vitest's test runner.
    pub(crate) fn read(&mut self, line: &str) {
        let line = without_colours(line);
        let line = line.trim();
        let parts = if let Some(rest) = line.strip_prefix("test result: ") {
            rest.split(['.', ';']).collect::<Vec<_>>()
        } else if let Some(rest) = line.strip_prefix("Tests ") {
            rest.split('|').collect()
        } else {
            return;
        };
        for part in parts {
            let mut words = part.split_whitespace();
            let (Some(number), Some(what)) = (words.next().and_then(|word| word.parse::<u64>().ok()), words.next())
            else {
                continue;
            };
            match what {
                "passed" => self.passed += number,
                "failed" => self.failed += number,
                "ignored" | "skipped" | "todo" => self.skipped += number,
                _ => {}
            }
        }
    }

    /// Whether any test was seen.
    pub(crate) fn is_empty(self) -> bool {
        self == Self::default()
    }

    /// Adds another count.
    pub(crate) fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

/// Leaves out the colour sequences of terminals.
fn without_colours(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        if character == '\u{1b}' {
            for inner in characters.by_ref() {
                if inner.is_ascii_alphabetic() {
                    break;
                }
            }
        } else {
            text.push(character);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(lines: &[&str]) -> Tally {
        let mut tally = Tally::default();
        for line in lines {
            tally.read(line);
        }
        tally
    }

    #[test]
    fn closing_lines_of_cargo_are_added_up() {
        let seen = tally(&[
            "test model::parses ... ok",
            "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.05s",
            "test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 7 filtered out; finished in 1.05s",
        ]);
        assert_eq!(seen, Tally { passed: 15, failed: 2, skipped: 1 });
    }

    #[test]
    fn closing_lines_of_vitest_are_read_with_and_without_colour() {
        assert_eq!(tally(&["      Tests  1 failed | 11 passed (12)"]), Tally { passed: 11, failed: 1, skipped: 0 });
        assert_eq!(
            tally(&[
                "\u{1b}[2m      Tests \u{1b}[22m \u{1b}[1m\u{1b}[32m40 passed\u{1b}[39m\u{1b}[22m\u{1b}[90m (40)\u{1b}[39m"
            ]),
            Tally { passed: 40, failed: 0, skipped: 0 }
        );
    }

    #[test]
    fn other_lines_count_nothing() {
        assert!(tally(&["Test Files  3 passed (3)", "test result", "12 passed; 3 failed"]).is_empty());
    }
}
