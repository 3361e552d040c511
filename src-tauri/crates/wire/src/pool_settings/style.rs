//! How the pages for signing in look for an app client.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use model::health::Snapshot;
use serde::Serialize;
use serde_json::Value;
use specta::Type;

use super::setting::{instant, laid_out, list, text};
use crate::settings::why;

/// An image of managed login.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct StyleImageView {
    /// What it is for, such as `FORM_LOGO`.
    pub category: String,
    /// `LIGHT`, `DARK` or `DYNAMIC`.
    pub mode: String,
    /// `PNG`, `SVG` and so on.
    pub extension: String,
    /// How large it is, in bytes; `null` where AWS tells no file.
    pub size: Option<u32>,
}

/// How managed login looks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ManagedStyleView {
    /// Whether it looks as Cognito itself decides.
    pub default: bool,
    /// What is otherwise, as JSON; `null` when nothing is.
    pub settings: Option<String>,
    /// Its images.
    pub images: Vec<StyleImageView>,
    /// When it was changed last; `null` when AWS does not tell.
    pub modified_at: Option<String>,
}

/// How the classic hosted pages look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ClassicStyleView {
    /// Whether the client has a style of its own; else it is that of all clients.
    pub own: bool,
    /// Its CSS; `null` when there is none. Foreign text.
    pub css: Option<String>,
    /// Where its logo is; `null` when there is none.
    pub logo: Option<String>,
}

/// How the pages for signing in look for an app client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ClientStyleView {
    /// Managed login; `null` when the client has no style there, or it is not known.
    pub managed: Option<ManagedStyleView>,
    /// Why that is not known; `null` when it is.
    pub managed_unknown: Option<String>,
    /// The classic pages; `null` when they look as Cognito's own, or it is not known.
    pub classic: Option<ClassicStyleView>,
    /// Why that is not known; `null` when it is.
    pub classic_unknown: Option<String>,
}

impl ClientStyleView {
    /// What a snapshot says of a client.
    #[must_use]
    pub fn new(snapshot: &Snapshot, client: &str) -> Self {
        let managed = snapshot.answer("DescribeManagedLoginBrandingByClient", client);
        let style = snapshot.body("DescribeManagedLoginBrandingByClient", client);
        let style = style.and_then(|body| body.get("ManagedLoginBranding"));
        let image = |entry: &Value| StyleImageView {
            category: text(entry, "Category"),
            mode: text(entry, "ColorMode"),
            extension: text(entry, "Extension"),
            size: entry.get("Bytes").and_then(Value::as_str).map(size),
        };
        let classic = snapshot.body("GetUICustomization", client).and_then(|body| body.get("UICustomization"));
        let told = |style: &Value, name: &str| style.get(name).and_then(Value::as_str).map(str::to_owned);
        let has_style = |style: &&Value| style.as_object().is_some_and(|style| !style.is_empty());
        Self {
            managed: style.map(|style| ManagedStyleView {
                default: style.get("UseCognitoProvidedValues").and_then(Value::as_bool).unwrap_or_default(),
                settings: style.get("Settings").filter(|settings| !settings.is_null()).and_then(laid_out),
                images: list(style.get("Assets")).iter().map(image).collect(),
                modified_at: style.get("LastModifiedDate").and_then(instant),
            }),
            // That a client has none is an answer.
            managed_unknown: managed.filter(|answer| !answer.says_nothing()).and_then(why),
            classic: classic.filter(has_style).map(|style| ClassicStyleView {
                own: told(style, "ClientId").as_deref() == Some(client),
                css: told(style, "CSS").filter(|css| !css.is_empty()),
                logo: told(style, "ImageUrl"),
            }),
            classic_unknown: snapshot.answer("GetUICustomization", client).and_then(why),
        }
    }
}

/// A logo that somebody chose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct LogoView {
    /// The name of its file. Foreign text.
    pub name: String,
    /// How large it is, in bytes.
    pub size: u32,
    /// What is in it, in letters of base 64.
    pub letters: String,
}

impl LogoView {
    /// A picture and the name of its file.
    #[must_use]
    pub fn new(name: String, bytes: &[u8]) -> Self {
        Self { name, size: crate::count(bytes.len() as u64), letters: STANDARD.encode(bytes) }
    }
}

/// How many bytes are in letters of base 64.
fn size(letters: &str) -> u32 {
    let padded = letters.bytes().rev().take_while(|byte| *byte == b'=').count();
    crate::count((letters.len() / 4 * 3).saturating_sub(padded) as u64)
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use model::PoolId;
    use model::health::Answer;
    use serde_json::json;

    use super::*;

    #[test]
    fn what_a_client_has_of_its_own_what_all_have_and_what_is_denied_are_told_apart() {
        let mut snapshot = Snapshot::new(PoolId::parse("eu-west-1_Abcdefghi").unwrap(), Timestamp::UNIX_EPOCH);
        let none = Answer::Refused { code: "ResourceNotFoundException".to_owned() };
        snapshot.put("DescribeManagedLoginBrandingByClient", "web", none);
        let body = json!({ "UICustomization": { "ClientId": "ALL", "CSS": ".a{}", "ImageUrl": "https://a" } });
        snapshot.put("GetUICustomization", "web", Answer::Given(body));
        let view = ClientStyleView::new(&snapshot, "web");
        assert_eq!((view.managed, view.managed_unknown), (None, None), "it has none");
        let classic = view.classic.unwrap();
        assert_eq!((classic.own, classic.css.as_deref(), classic.logo.is_some()), (false, Some(".a{}"), true));

        let style = json!({ "ManagedLoginBranding": { "UseCognitoProvidedValues": false, "Settings": { "a": 1 },
            "Assets": [{ "Category": "FORM_LOGO", "ColorMode": "LIGHT", "Extension": "PNG", "Bytes": "AAAAAA==" }],
            "LastModifiedDate": 1_700_000_000.5 } });
        snapshot.put("DescribeManagedLoginBrandingByClient", "web", Answer::Given(style));
        let denied = Answer::Denied { iam_action: "cognito-idp:GetUICustomization".to_owned() };
        snapshot.put("GetUICustomization", "web", denied);
        let view = ClientStyleView::new(&snapshot, "web");
        assert!(view.classic_unknown.unwrap().contains("cognito-idp:GetUICustomization"));
        let managed = view.managed.unwrap();
        assert_eq!((managed.default, managed.images[0].size), (false, Some(4)));
        assert_eq!(managed.modified_at.as_deref(), Some("2023-11-14T22:13:20.5Z"));
    }
}
