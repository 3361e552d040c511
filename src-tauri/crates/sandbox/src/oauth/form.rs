//! Parameters of a query or of a form.

use std::collections::BTreeMap;

/// Names and values, decoded. Of a repeated name the first value counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Form(BTreeMap<String, String>);

impl Form {
    pub(super) fn read(encoded: &[u8]) -> Self {
        let mut form = BTreeMap::new();
        for (name, value) in form_urlencoded::parse(encoded) {
            form.entry(name.into_owned()).or_insert_with(|| value.into_owned());
        }
        Self(form)
    }

    /// A value; absent and empty are the same.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// Every name and value.
    pub(super) fn all(&self) -> impl Iterator<Item = (String, String)> {
        self.0.clone().into_iter()
    }

    /// A value as text of its own.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.get(name).map(str::to_owned)
    }
}

/// `url` with more parameters in its query.
pub(super) fn with_query(url: &str, parameters: &[(&str, &str)]) -> String {
    let (url, fragment) = url.split_once('#').map_or((url, None), |(url, fragment)| (url, Some(fragment)));
    let query = encode(parameters);
    let joint = match url.split_once('?') {
        _ if query.is_empty() => "",
        None => "?",
        Some((_, "")) => "",
        Some(_) => "&",
    };
    let fragment = fragment.map(|fragment| format!("#{fragment}")).unwrap_or_default();
    format!("{url}{joint}{query}{fragment}")
}

pub(super) fn encode(parameters: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish()
}
