//! How pages for signing in shall look, as somebody types it on a command line.

use model::edit::{Kind, Put};
use serde_json::{Value, json};

use crate::WireError;
use crate::edits::Meant;
use crate::typed_things::{changed, put, whole};

/// A style of managed login that looks as Cognito's own.
#[must_use]
pub fn new_style(client: &str) -> Meant {
    whole(Kind::Style, client, json!({ "ManagedLoginBranding": { "UseCognitoProvidedValues": true } }))
}

/// Changes what managed login looks like: the settings as JSON in AWS's form; `None` for Cognito's own.
///
/// # Errors
/// `validation` on `settings` for what is no JSON object.
pub fn style(client: &str, settings: Option<&str>) -> Result<Meant, WireError> {
    let place = |name: &str| format!("/ManagedLoginBranding/{name}");
    let patch = match settings {
        None => vec![
            put(&place("UseCognitoProvidedValues"), true.into()),
            Put { pointer: place("Settings"), value: None },
            Put { pointer: place("Assets"), value: None },
        ],
        Some(text) => {
            let settings: Value = serde_json::from_str(text)
                .map_err(|error| WireError::validation("settings", format!("This is no JSON: {error}.")))?;
            if !settings.is_object() {
                return Err(WireError::validation("settings", "The settings of a style are a JSON object."));
            }
            vec![put(&place("UseCognitoProvidedValues"), false.into()), put(&place("Settings"), settings)]
        }
    };
    changed(Kind::Style, client, patch)
}

/// Changes what the classic hosted pages look like, for a client, or for all where it is `ALL`: CSS, which an empty text takes
/// away, and a logo as letters of base 64.
///
/// # Errors
/// `validation` when nothing is to change.
pub fn classic_style(client: &str, css: Option<&str>, logo: Option<String>) -> Result<Meant, WireError> {
    let mut patch = Vec::new();
    let css = css.map(|css| Some(css).filter(|css| !css.trim().is_empty()).map(Value::from));
    patch.extend(css.map(|value| Put { pointer: "/UICustomization/CSS".to_owned(), value }));
    patch.extend(logo.map(|logo| put("/UICustomization/ImageFile", logo.into())));
    changed(Kind::ClassicStyle, client, patch)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_style_of_ones_own_takes_the_place_of_cognitos_and_goes_back_to_it() {
        let (whole, patch) = style("web", Some(r#"{"components":{}}"#)).unwrap();
        assert_eq!((whole.kind, patch[0].value.clone()), (Kind::Style, Some(false.into())));
        let (_, patch) = style("web", None).unwrap();
        assert_eq!(patch.iter().filter(|put| put.value.is_none()).count(), 2, "{patch:?}");
        assert_eq!(style("web", Some("[]")).unwrap_err().field.as_deref(), Some("settings"));
        assert_eq!(style("web", Some("{")).unwrap_err().field.as_deref(), Some("settings"));
        let (_, patch) = classic_style("ALL", Some(" "), Some("AAAA".to_owned())).unwrap();
        assert_eq!((patch[0].value.clone(), patch.len()), (None, 2));
        assert!(classic_style("ALL", None, None).is_err());
    }
}
