//! Finding tokens in whatever was pasted: a header, a curl command, a cookie, JSON, a log line.

/// A token-like text, and what stood before it.
#[derive(Clone, PartialEq, Eq)]
pub struct Found {
    /// The text as it stood there, nothing repaired.
    pub compact: String,
    /// What it was called where it was found (`idToken`, `Authorization: Bearer`); `None` when it stood alone.
    pub label: Option<String>,
}

impl std::fmt::Debug for Found {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Found").field("label", &self.label).finish_non_exhaustive()
    }
}

/// Every token-like text in `text`, in order, each once. A token begins with `eyJ` (`{"` in base64) and has dots.
#[must_use]
pub fn find(text: &str) -> Vec<Found> {
    let letter = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let mut found: Vec<Found> = Vec::new();
    let mut at = 0;
    while let Some(offset) = text[at..].find(letter) {
        let start = at + offset;
        let end = text[start..].find(|c| !letter(c)).map_or(text.len(), |length| start + length);
        at = end;
        let word = &text[start..end];
        // A cookie's name may run into the token's letters: `idToken.eyJ…` is no token, `eyJ….….…` is.
        let Some(begins) = word.find("eyJ").filter(|begins| *begins == 0 || word.as_bytes()[begins - 1] == b'.') else {
            continue;
        };
        let compact = word[begins..].trim_end_matches('.');
        if compact.matches('.').count() < 2 || found.iter().any(|known| known.compact == compact) {
            continue;
        }
        found.push(Found { compact: compact.to_owned(), label: label(&text[..start + begins]) });
    }
    found
}

/// The name right before a value: `"idToken": "`, `Cookie: a.b.idToken=`, `Authorization: Bearer `, `id_token=`.
fn label(before: &str) -> Option<String> {
    let cut = before.trim_end_matches([' ', '"', '\'', '=', ':', '\\', '\t', '\n', '\r', '.']);
    let name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let word = |text: &str| {
        let start = text.rfind(|c| !name(c)).map_or(0, |at| at + text[at..].chars().next().map_or(1, char::len_utf8));
        text[start..].to_owned()
    };
    let last = word(cut);
    if last.is_empty() || last.len() > 64 {
        return None;
    }
    if last.eq_ignore_ascii_case("bearer") {
        let rest = cut[..cut.len() - last.len()].trim_end_matches([' ', ':', '"', '\'']);
        let header = word(rest);
        return Some(if header.is_empty() { last } else { format!("{header}: {last}") });
    }
    Some(last)
}

#[cfg(test)]
mod tests {
    use super::find;

    const A: &str = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln";
    const B: &str = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIyIn0.c2ln";

    fn labels(text: &str) -> Vec<(Option<String>, String)> {
        find(text).into_iter().map(|found| (found.label, found.compact)).collect()
    }

    #[test]
    fn tokens_are_found_wherever_people_copy_them_from() {
        let one = |label: &str| vec![(Some(label.to_owned()), A.to_owned())];
        assert_eq!(labels(A), [(None, A.to_owned())]);
        assert_eq!(labels(&format!("Authorization: Bearer {A}")), one("Authorization: Bearer"));
        assert_eq!(
            labels(&format!("curl -H 'authorization: bearer {A}' https://x.example")),
            one("authorization: bearer")
        );
        assert_eq!(labels(&format!("CognitoIdentityServiceProvider.abc.anna.idToken={A}; x=1")), one("idToken"));
        assert_eq!(labels(&format!("https://app.example/#id_token={A}&state=1")), one("id_token"));
        let json = format!(r#"{{"idToken":"{A}","accessToken": "{B}","again":"{A}"}}"#);
        let two = [(Some("idToken".to_owned()), A.to_owned()), (Some("accessToken".to_owned()), B.to_owned())];
        assert_eq!(labels(&json), two);
    }

    #[test]
    fn other_text_holds_none() {
        for text in ["", "eyJ", "eyJhbGci", "a.b.c", "www.example.org", "eyJ.", "山.eyJ.田"] {
            assert_eq!(labels(text), [], "{text}");
        }
    }
}
