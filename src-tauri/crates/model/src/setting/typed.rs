//! Settings as somebody types them: `MinimumLength=12`, `PasswordPolicy.RequireSymbols=on`, `UserPoolTags.stage=test`.

use serde_json::Value;

use super::{Changing, Form, Setting, escaped};
use crate::edit::Put;

/// A map whose names and values are texts, whatever they look like.
const TAGS: &str = "/UserPool/UserPoolTags";

/// Why a setting that was typed cannot be set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Misread {
    /// There is no sign between name and value.
    #[error("Write settings as NAME=VALUE, not {0}. An empty value leaves the setting to AWS.")]
    Form(String),
    /// Nothing is called so.
    #[error("No setting is called {0}. `show` lists them; any end of such a name will do.")]
    Unknown(String),
    /// Several are called so.
    #[error("{name} could be {}. Say more of the name.", .could.join(" or "))]
    Several {
        /// What was typed.
        name: String,
        /// What it could be.
        could: Vec<String>,
    },
    /// It is set otherwise, or never.
    #[error("{name} cannot be changed so. {why}")]
    Fixed {
        /// What was typed.
        name: String,
        /// What to know about it.
        why: &'static str,
    },
    /// The value is not what the setting takes.
    #[error("{name} takes {takes}, not {value}.")]
    Value {
        /// What was typed.
        name: String,
        /// What would do.
        takes: String,
        /// The value that was typed.
        value: String,
    },
}

/// Reads `NAME=VALUE`. The name is the end of a setting's place, as long as it has to be to name one alone, with dots between
/// its parts or as a JSON pointer; below a setting that is an object, members can be named. The operation that describes the
/// setting comes with it.
///
/// # Errors
/// [`Misread`].
pub fn typed(settings: &[&'static Setting], word: &str) -> Result<(&'static Setting, Put), Misread> {
    let (name, value) = word.split_once('=').ok_or_else(|| Misread::Form(word.to_owned()))?;
    let (setting, below) = named(settings, name)?;
    if !setting.changing.is_open() {
        return Err(Misread::Fixed { name: name.to_owned(), why: why_fixed(setting.changing) });
    }
    // A tag's name may have dots in it, and nothing is below a tag.
    let is_dotted = setting.pointer == TAGS && !name.starts_with('/') && !below.is_empty();
    let below = if is_dotted { vec![below.join(".")] } else { below };
    let below: String = below.iter().map(|part| format!("/{}", escaped(part))).collect();
    let read = if value.is_empty() { None } else { Some(read(setting, below.is_empty(), value, name)?) };
    Ok((setting, Put { pointer: format!("{}{below}", setting.pointer), value: read }))
}

/// What keeps a setting from being named in an edit.
fn why_fixed(changing: Changing) -> &'static str {
    match changing {
        Changing::Never => "It is decided when the pool or the client is made.",
        Changing::Told => "AWS tells it, and nobody sets it.",
        other => other.note().unwrap_or_default(),
    }
}

fn named(settings: &[&'static Setting], name: &str) -> Result<(&'static Setting, Vec<String>), Misread> {
    let parts: Vec<String> = match name.strip_prefix('/') {
        Some(pointer) => pointer.split('/').map(|part| part.replace("~1", "/").replace("~0", "~")).collect(),
        None => name.split('.').map(str::to_owned).collect(),
    };
    let ends = |setting: &Setting, parts: &[String]| {
        let place: Vec<&str> = setting.pointer.split('/').skip(1).collect();
        let tail = place.len().checked_sub(parts.len()).map(|from| &place[from..]);
        tail.is_some_and(|tail| tail.iter().zip(parts).all(|(one, other)| one == other))
    };
    // As much of the name as can be is the setting's; what is left is below it.
    for length in (1..=parts.len()).rev() {
        let (own, below) = parts.split_at(length);
        let fits = |setting: &&&'static Setting| {
            ends(setting, own)
                && (below.is_empty() || setting.form == Form::Json && below.iter().all(|part| !part.is_empty()))
        };
        let found: Vec<&'static Setting> = settings.iter().filter(fits).copied().collect();
        match found.as_slice() {
            [] => {}
            [one] => return Ok((one, below.to_vec())),
            several => {
                let dotted = |setting: &&Setting| setting.pointer[1..].replace('/', ".");
                return Err(Misread::Several { name: name.to_owned(), could: several.iter().map(dotted).collect() });
            }
        }
    }
    Err(Misread::Unknown(name.to_owned()))
}

/// A value in the form that the setting has.
fn read(setting: &Setting, whole: bool, value: &str, name: &str) -> Result<Value, Misread> {
    let takes =
        |takes: &str| Misread::Value { name: name.to_owned(), takes: takes.to_owned(), value: value.to_owned() };
    if !whole {
        // AWS takes no numbers there: what looks like one is an id or a tag.
        let is_meant = |json: &Value| match json {
            Value::Bool(_) | Value::Array(_) | Value::Object(_) => setting.pointer != TAGS,
            _ => false,
        };
        return Ok(serde_json::from_str(value).ok().filter(is_meant).unwrap_or_else(|| value.into()));
    }
    match setting.form {
        Form::Flag => match value {
            "true" | "on" | "yes" => Ok(true.into()),
            "false" | "off" | "no" => Ok(false.into()),
            _ => Err(takes("on or off")),
        },
        Form::Number(least, most) => {
            let number = value.parse::<i64>().ok().filter(|number| (least..=most).contains(number));
            number.map(Value::from).ok_or_else(|| takes(&format!("a whole number from {least} to {most}")))
        }
        Form::Texts(_) if value.starts_with('[') => {
            let list: Result<Vec<String>, _> = serde_json::from_str(value);
            list.map(Value::from).map_err(|_| takes("texts with commas between them, or a JSON list of texts"))
        }
        Form::Texts(_) => Ok(value.split(',').map(str::trim).filter(|text| !text.is_empty()).collect()),
        // AWS adds choices; it says itself what it does not know.
        Form::Choice(_) | Form::Text => Ok(value.into()),
        Form::Json => serde_json::from_str(value).map_err(|error| takes(&format!("JSON ({error})"))),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::{of_client, of_pool};
    use super::*;

    fn pool(word: &str) -> Result<(String, Option<Value>), Misread> {
        typed(&of_pool().collect::<Vec<_>>(), word).map(|(_, put)| (put.pointer, put.value))
    }

    #[test]
    fn a_setting_is_named_by_as_much_of_its_place_as_names_it_alone() {
        let length = "/UserPool/Policies/PasswordPolicy/MinimumLength";
        for name in
            ["MinimumLength", "PasswordPolicy.MinimumLength", "UserPool.Policies.PasswordPolicy.MinimumLength", length]
        {
            assert_eq!(pool(&format!("{name}=12")), Ok((length.to_owned(), Some(json!(12)))), "{name}");
        }
        assert!(matches!(pool("Length=12"), Err(Misread::Unknown(_))), "an end of a part is no end of a name");
        assert!(matches!(pool("MinimumLength"), Err(Misread::Form(_))));
        let several = pool("EmailMessage=a").unwrap_err();
        assert!(matches!(&several, Misread::Several { could, .. } if could.len() > 1), "{several}");
    }

    #[test]
    fn values_have_the_form_of_their_setting_and_nothing_leaves_it_to_aws() {
        assert_eq!(pool("RequireSymbols=on").unwrap().1, Some(json!(true)));
        assert_eq!(pool("MinimumLength=").unwrap().1, None);
        assert_eq!(
            pool("UserPoolTags.stage=test").unwrap(),
            ("/UserPool/UserPoolTags/stage".to_owned(), Some(json!("test")))
        );
        for (typed, place, text) in [
            ("/UserPool/UserPoolTags/a~1b=1", "a~1b", "1"),
            ("UserPoolTags.team.name=true", "team.name", "true"),
            ("UserPoolTags.owner=null", "owner", "null"),
        ] {
            assert_eq!(pool(typed).unwrap(), (format!("/UserPool/UserPoolTags/{place}"), Some(json!(text))), "{typed}");
        }
        assert_eq!(pool("UserPool.SmsConfiguration.ExternalId=4711").map(|(_, value)| value), Ok(Some(json!("4711"))));
        assert_eq!(pool(r#"UserPoolTags={"a":"b"}"#).unwrap().1, Some(json!({ "a": "b" })));
        let client = |word: &str| typed(&of_client().collect::<Vec<_>>(), word).map(|(_, put)| put.value);
        assert_eq!(client("CallbackURLs=https://a, https://b"), Ok(Some(json!(["https://a", "https://b"]))));
        assert_eq!(client(r#"CallbackURLs=["https://a"]"#), Ok(Some(json!(["https://a"]))));
        assert_eq!(client("ClientName=a=b"), Ok(Some(json!("a=b"))));
        for wrong in ["MinimumLength=many", "MinimumLength=1000", "RequireSymbols=perhaps", "UserPoolTags={"] {
            assert!(matches!(pool(wrong), Err(Misread::Value { .. })), "{wrong}");
        }
    }

    #[test]
    fn what_cannot_be_changed_so_says_why() {
        let fixed = pool("UsernameAttributes=email").unwrap_err();
        assert!(fixed.to_string().contains("decided when"), "{fixed}");
        let told = typed(&of_client().collect::<Vec<_>>(), "CreationDate=1").unwrap_err();
        assert!(told.to_string().contains("AWS tells it"), "{told}");
    }
}
