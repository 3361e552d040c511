//! A pasted list of people: splitting it up.

/// Splits pasted text at lines, commas, semicolons and tabs into entries to be looked up exactly.
///
/// White space around an entry is dropped, as are quotes around it, empty entries and repeated ones (case ignored).
/// The order is kept.
#[must_use]
pub fn split_pasted(text: &str) -> Vec<String> {
    let mut seen = std::collections::HashSet::new();
    text.split(['\n', '\r', ',', ';', '\t'])
        .map(|entry| entry.trim().trim_matches(['"', '<', '>']).trim())
        .filter(|entry| !entry.is_empty())
        .filter(|entry| seen.insert(crate::query::fold(entry)))
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::split_pasted;

    #[test]
    fn lines_commas_semicolons_and_tabs_separate_and_repeats_are_dropped() {
        let entries = split_pasted("a@x.example, B@x.example;\r\n\"c\"\t<d@x.example>\nA@X.example,,");
        assert_eq!(entries, ["a@x.example", "B@x.example", "c", "d@x.example"]);
    }
}
