//! One setting, what was not answered, and answers as they came.

use model::health::{Answer, Snapshot};
use model::setting::{Form, Held, Setting, Strange};
use serde::Serialize;
use serde_json::Value;
use specta::Type;

use crate::settings::{AnswerView, SettingsView};

/// What a value looks like.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FormView {
    /// `flag`, `number`, `choice`, `texts`, `text`, `json`.
    pub kind: String,
    /// The least of a number; `null` for what is none.
    pub least: Option<i32>,
    /// The most of a number; `null` for what is none.
    pub most: Option<i32>,
    /// Values that are known; empty where any will do.
    pub choices: Vec<String>,
}

impl From<Form> for FormView {
    fn from(form: Form) -> Self {
        let number = |number: i64| i32::try_from(number).ok();
        let (kind, least, most, choices): (_, _, _, &[&str]) = match form {
            Form::Flag => ("flag", None, None, &[]),
            Form::Number(least, most) => ("number", number(least), number(most), &[]),
            Form::Choice(choices) => ("choice", None, None, choices),
            Form::Texts(choices) => ("texts", None, None, choices),
            Form::Text => ("text", None, None, &[]),
            Form::Json => ("json", None, None, &[]),
        };
        let choices = choices.iter().map(|choice| (*choice).to_owned()).collect();
        Self { kind: kind.to_owned(), least, most, choices }
    }
}

/// A setting with its value.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SettingView {
    /// What people look for it under, such as `signIn`; `strange` for what this version does not know.
    pub area: String,
    /// The operation whose answer has it.
    pub operation: String,
    /// Its place in that answer, as a JSON pointer.
    pub pointer: String,
    /// What people call it.
    pub title: String,
    /// What it does; empty for what this version does not know.
    pub what: String,
    /// What holds when nobody sets it; empty where there is no such thing.
    pub default: String,
    /// `always`, `never`, `forward`, `elsewhere`, `told`; `strange` for what this version does not know.
    pub changing: String,
    /// What to know about changing it; `null` when there is nothing.
    pub note: Option<String>,
    /// What its value looks like.
    pub form: FormView,
    /// Its value as JSON; `null` when AWS tells none. Texts in it are foreign.
    pub value: Option<String>,
}

impl From<&Setting> for SettingView {
    fn from(setting: &Setting) -> Self {
        Self {
            area: setting.area.as_str().to_owned(),
            operation: setting.operation.to_owned(),
            pointer: setting.pointer.to_owned(),
            title: setting.title.to_owned(),
            what: setting.what.to_owned(),
            default: setting.default.to_owned(),
            changing: setting.changing.as_str().to_owned(),
            note: setting.changing.note().map(str::to_owned),
            form: setting.form.into(),
            value: None,
        }
    }
}

impl From<&Held<'_>> for SettingView {
    fn from(held: &Held<'_>) -> Self {
        Self { value: held.value.map(Value::to_string), ..Self::from(held.setting) }
    }
}

impl From<&Strange<'_>> for SettingView {
    fn from(strange: &Strange<'_>) -> Self {
        Self {
            area: "strange".to_owned(),
            operation: strange.operation.to_owned(),
            pointer: strange.pointer.clone(),
            title: strange.pointer.rsplit('/').next().unwrap_or_default().to_owned(),
            what: String::new(),
            default: String::new(),
            changing: "strange".to_owned(),
            note: None,
            form: Form::Json.into(),
            value: Some(strange.value.to_string()),
        }
    }
}

/// A question that was not answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct UnansweredView {
    /// The operation.
    pub operation: String,
    /// What was asked about; `null` for the pool itself.
    pub subject: Option<String>,
    /// Why, in a sentence.
    pub why: String,
    /// The IAM action that is needed; `null` unless it was denied.
    pub iam_action: Option<String>,
}

impl UnansweredView {
    /// What was not answered. That threat protection is off is an answer.
    #[must_use]
    pub fn all(snapshot: &Snapshot) -> Vec<Self> {
        unanswered(snapshot)
    }
}

/// What was not answered. That threat protection is off is an answer.
pub(super) fn unanswered(snapshot: &Snapshot) -> Vec<UnansweredView> {
    let all = SettingsView::from(snapshot).answers;
    let told = all.into_iter().filter_map(|answer| {
        let subject = answer.subject.clone().unwrap_or_default();
        let iam_action = match snapshot.answer(&answer.operation, &subject) {
            Some(answer) if answer.says_off() => return None,
            Some(Answer::Denied { iam_action }) => Some(iam_action.clone()),
            _ => None,
        };
        Some(UnansweredView { why: answer.unknown?, operation: answer.operation, subject: answer.subject, iam_action })
    });
    told.collect()
}

/// An answer as AWS sent it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RawView {
    /// The operation.
    pub operation: String,
    /// What was asked about; `null` for the pool itself.
    pub subject: Option<String>,
    /// The body as JSON, secrets masked; `null` when there is none.
    pub body: Option<String>,
    /// Why there is none, in a sentence; `null` when there is one.
    pub unknown: Option<String>,
}

impl From<AnswerView> for RawView {
    fn from(answer: AnswerView) -> Self {
        Self {
            body: answer.body.as_ref().and_then(laid_out),
            operation: answer.operation,
            subject: answer.subject,
            unknown: answer.unknown,
        }
    }
}

pub(super) fn laid_out(value: &Value) -> Option<String> {
    serde_json::to_string_pretty(value).ok()
}

/// Two texts that belong together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PairView {
    /// The name. Foreign text.
    pub name: String,
    /// The value. Foreign text.
    pub value: String,
}

pub(super) fn pairs(value: Option<&Value>) -> Vec<PairView> {
    let plain = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let entries = value.and_then(Value::as_object).into_iter().flatten();
    entries.map(|(name, value)| PairView { name: name.clone(), value: plain(value) }).collect()
}

pub(super) fn list(value: Option<&Value>) -> &[Value] {
    value.and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

pub(super) fn text(value: &Value, name: &str) -> String {
    value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// An instant as AWS writes it in JSON, in seconds since 1970; `None` for anything else.
pub(crate) fn instant(value: &Value) -> Option<String> {
    let seconds = value.as_f64()?.to_string();
    let (whole, rest) = seconds.split_once('.').unwrap_or((seconds.as_str(), ""));
    let millis: i64 = format!("{rest:0<3}").get(..3)?.parse().ok()?;
    let whole: i64 = whole.parse().ok()?;
    jiff::Timestamp::from_millisecond(whole.checked_mul(1000)?.checked_add(millis)?).ok().map(|at| at.to_string())
}
