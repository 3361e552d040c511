//! Changes of settings, before and after they are made; risks that are accepted; how the rules came out over time.

use console::edits::{Edit, EditRow, EditState, Score, Waiver, is_unnamed};
use console::jobs::Approval;
use jiff::Timestamp;
use model::edit::{Difference, Kind, MASK, Put, Step, Whole};
use model::setting;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use specta::Type;

use crate::pool_settings::instant;
use crate::{WireError, count};

/// A word longer than this is a file in letters.
const LONGEST_SHOWN: usize = 4096;

/// What is changed, and the patch.
pub type Meant = (Whole, Vec<Put>);

/// One place and what is to be there, which may be a secret.
#[derive(Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PutSetting {
    /// The place, as a JSON pointer.
    pub pointer: String,
    /// What is to be there, as JSON; `null` for AWS's default.
    pub value: Option<String>,
}

/// What somebody would like to change.
#[derive(Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PlanEdit {
    /// The operation whose answer has the settings, such as `DescribeUserPool`; of a custom attribute `AddCustomAttributes`.
    pub operation: String,
    /// The client's id, the identity pool's, the name of the provider, resource server, domain or custom attribute; a secret's
    /// id, or its client's before it is made; of principal tags the identity pool and the provider with a space between them;
    /// `null` for the pool itself.
    pub subject: Option<String>,
    /// What is to be where. One place alone, the root (`""`), makes the thing, or deletes it when its value is `null`.
    pub puts: Vec<PutSetting>,
}

impl PlanEdit {
    /// What is written, and the patch.
    ///
    /// # Errors
    /// `validation` on `operation` or `value`.
    pub fn parse(&self) -> Result<Meant, WireError> {
        let subject = self.subject.as_deref().unwrap_or_default();
        let Some(whole) = Whole::described_by(&self.operation, subject) else {
            return Err(WireError::validation("operation", "These settings cannot be changed here."));
        };
        let put = |put: &PutSetting| {
            let value = put.value.as_deref().map(serde_json::from_str::<Value>).transpose();
            let value = value.map_err(|error| WireError::validation("value", format!("This is no JSON: {error}.")))?;
            Ok(Put { pointer: put.pointer.clone(), value })
        };
        let patch: Result<Vec<Put>, WireError> = self.puts.iter().map(put).collect();
        Ok((whole, patch?))
    }
}

/// A rule that fails on a resource.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct OneFinding {
    /// The rule.
    pub rule: String,
    /// The pool's id, the client's, the identity pool's.
    pub resource: String,
}

/// An edit that was previewed or made.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct OneEdit {
    /// Its id.
    pub id: String,
}

/// An edit that is approved.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct MakeEdit {
    /// The id of the preview.
    pub id: String,
    /// Why, for the audit.
    pub reason: Option<String>,
    /// The pool's name, typed; needed for what cannot be taken back.
    pub pool_name: Option<String>,
}

impl MakeEdit {
    /// What was said.
    #[must_use]
    pub fn approval(&self) -> Approval {
        let filled = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
        Approval { pool_name: filled(&self.pool_name), reason: filled(&self.reason) }
    }
}

/// A risk that somebody accepts.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AcceptRisk {
    /// The rule.
    pub rule: String,
    /// The pool's id, the client's, the identity pool's.
    pub resource: String,
    /// Why.
    pub reason: String,
    /// Until the end of this day, such as `2027-03-31`.
    pub until: String,
}

impl AcceptRisk {
    /// The end of the day, in UTC.
    ///
    /// # Errors
    /// `validation` on `until`.
    pub fn until(&self) -> Result<Timestamp, WireError> {
        format!("{}T23:59:59Z", self.until)
            .parse()
            .map_err(|_| WireError::validation("until", "Write the day like 2027-03-31."))
    }
}

/// One setting that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SettingChangeView {
    /// The place, as a JSON pointer.
    pub pointer: String,
    /// What people call it; the end of the place where nobody wrote about it.
    pub title: String,
    /// What was there, as JSON, and a time as RFC 3339; `null` for nothing. Foreign text.
    pub before: Option<String>,
    /// What is there afterwards, in the same form; `null` for nothing. Foreign text.
    pub after: Option<String>,
}

pub(crate) fn changes(kind: Kind, differences: &[Difference]) -> Vec<SettingChangeView> {
    let json = |place: &str, value: &Option<Value>| {
        let value = value.as_ref()?;
        // AWS tells times in seconds since 1970.
        let at = place.ends_with("Date").then(|| instant(value)).flatten();
        at.or_else(|| serde_json::to_string_pretty(&without_files(value)).ok())
    };
    let view = |difference: &Difference| {
        let known = setting::at(kind.describes(), &difference.pointer);
        let end = difference.pointer.rsplit('/').next().unwrap_or_default();
        SettingChangeView {
            title: known.map_or(end, |setting| setting.title).to_owned(),
            pointer: difference.pointer.clone(),
            before: json(&difference.pointer, &difference.before),
            after: json(&difference.pointer, &difference.after),
        }
    };
    differences.iter().map(view).collect()
}

/// What is shown of a value: of a file in it, how long it is.
fn without_files(value: &Value) -> Value {
    match value {
        Value::Object(map) => map.iter().map(|(name, inner)| (name.clone(), without_files(inner))).collect(),
        Value::Array(list) => list.iter().map(without_files).collect(),
        Value::String(text) if text.len() > LONGEST_SHOWN && text.bytes().all(is_of_file) => {
            format!("{}… ({} characters)", text.chars().take(24).collect::<String>(), text.chars().count()).into()
        }
        other => other.clone(),
    }
}

/// Whether it is a letter of base 64; CSS without a space in it is no file.
fn is_of_file(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"+/=".contains(&byte)
}

/// What an edit does to the thing itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum EditStep {
    /// It changes.
    Update,
    /// It comes to be.
    Create,
    /// It goes.
    Delete,
}

impl From<Step> for EditStep {
    fn from(step: Step) -> Self {
        match step {
            Step::Update => Self::Update,
            Step::Create => Self::Create,
            Step::Delete => Self::Delete,
        }
    }
}

/// A change of settings, before it is made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct EditView {
    /// Names it until it is made.
    pub id: String,
    /// What it does to the thing itself.
    pub step: EditStep,
    /// The operation that writes it.
    pub operation: String,
    /// The client's id, the identity pool's; `null` for the pool itself.
    pub subject: Option<String>,
    /// What changes.
    pub changes: Vec<SettingChangeView>,
    /// How many settings are sent back as they are.
    pub kept: u32,
    /// What can never be taken back, in a sentence; `null` when everything can.
    pub forward: Option<String>,
    /// Why it cannot be taken back from here, in a sentence; `null` when it can.
    pub lost: Option<String>,
    /// What it does to the bill, in sentences; `null` when nothing.
    pub price: Option<String>,
    /// What people will notice; `null` when nothing is known.
    pub effect: Option<String>,
    /// The same as a command of AWS's command line; no secret is in it: it takes them from variables of the shell, and `jq`
    /// writes them as JSON.
    pub command: String,
}

impl EditView {
    /// The preview. `effect` is what people will notice.
    #[must_use]
    pub fn new(edit: &Edit, effect: Option<&str>) -> Self {
        let Whole { kind, subject } = &edit.whole;
        Self {
            id: edit.id.clone(),
            step: edit.step().into(),
            operation: edit.operation().to_owned(),
            subject: Some(subject.clone()).filter(|subject| !subject.is_empty()),
            changes: changes(*kind, &edit.differences),
            kept: count(edit.kept as u64),
            forward: edit.forward.clone(),
            lost: kind.lost(&edit.patch, &edit.before).map(str::to_owned),
            price: edit.price.map(str::to_owned),
            effect: effect.or(edit.effect).map(str::to_owned),
            command: command(edit),
        }
    }
}

/// The call as a line for a shell.
fn command(edit: &Edit) -> String {
    let Whole { kind, subject } = &edit.whole;
    let mut request = edit.request().unwrap_or_default();
    kind.address(edit.step(), &mut request, edit.pool.pool.as_str(), subject);
    let api = if kind.is_of_identity_pool() { "cognito-identity" } else { "cognito-idp" };
    let verb = verb(edit.operation());
    line(&format!("aws {api} {verb} --region {} --cli-input-json", edit.pool.region), request)
}

/// An operation as AWS's command line writes it: `SetUICustomization` is `set-ui-customization`.
fn verb(operation: &str) -> String {
    let letters: Vec<char> = operation.chars().collect();
    let mut verb = String::new();
    for (at, letter) in letters.iter().enumerate() {
        let after_small = at > 0 && letters[at - 1].is_ascii_lowercase();
        let before_small = at > 0 && letters.get(at + 1).is_some_and(char::is_ascii_lowercase);
        if letter.is_ascii_uppercase() && (after_small || before_small) {
            verb.push('-');
        }
        verb.push(letter.to_ascii_lowercase());
    }
    verb
}

/// A command with a request behind it, whole and in single quotes. Secrets come from variables of the shell: `jq` writes them
/// as JSON, since they may have quotation marks and more than one line. Where nobody gave one, the shell stops.
fn line(command: &str, request: serde_json::Map<String, Value>) -> String {
    let hidden = hidden(&request);
    let mut body = Value::Object(request).to_string().replace('\'', "'\\''");
    let mut given = Vec::new();
    for name in hidden {
        let (masked, variable) = (format!("\"{name}\":\"{MASK}\""), name.to_ascii_uppercase());
        given.push(format!(": \"${{{variable}:?}}\" && "));
        body = body.replace(&masked, &format!("\"{name}\":'\"$(printf %s \"${variable}\" | jq -Rs .)\"'"));
    }
    format!("{}{command} '{body}'", given.concat())
}

/// The names of the details of a provider that are masked.
fn hidden(request: &serde_json::Map<String, Value>) -> Vec<String> {
    let details = request.get("ProviderDetails").and_then(Value::as_object).into_iter().flatten();
    let plain = |name: &str| name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    details.filter(|(name, value)| *value == MASK && plain(name)).map(|(name, _)| name.clone()).collect()
}

/// A change of settings that was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct MadeEditView {
    /// Names it.
    pub id: String,
    /// The operation that wrote it.
    pub operation: String,
    /// The client's id, the identity pool's; `null` for the pool itself.
    pub subject: Option<String>,
    /// When.
    pub at: String,
    /// Who, as AWS says.
    pub who: String,
    /// `done`; `differs` when something is not as it was meant; `failed`; `sent` when what came of it is not known.
    pub state: String,
    /// Whether it can be taken back.
    pub undoable: bool,
    /// Why it is not done, in a sentence; `null` when it is.
    pub why: Option<String>,
    /// Why it was made, in the words of whoever made it.
    pub reason: Option<String>,
    /// The rule that it mends.
    pub rule: Option<String>,
    /// The edit that it takes back.
    pub undo_of: Option<String>,
    /// What changed and was meant to.
    pub changes: Vec<SettingChangeView>,
    /// What changed and was not meant to.
    pub others: Vec<SettingChangeView>,
}

impl From<&EditRow> for MadeEditView {
    fn from(row: &EditRow) -> Self {
        let whole: Option<Whole> = serde_json::from_str(&row.target).ok();
        let kind = whole.as_ref().map_or(Kind::Pool, |whole| whole.kind);
        let patch: Vec<Put> = serde_json::from_str(&row.patch).unwrap_or_default();
        let before: Value = serde_json::from_str(&row.before).unwrap_or_default();
        let found: Option<Value> = row.found.as_deref().and_then(|found| serde_json::from_str(found).ok());
        let list = |name: &str| {
            let list = found.as_ref().and_then(|found| found.get(name)).cloned().unwrap_or_default();
            changes(kind, &serde_json::from_value::<Vec<Difference>>(list).unwrap_or_default())
        };
        // A pool that came or went is known by its id.
        let of_pool = (kind == Kind::Pool && Step::of(&patch) != Step::Update).then(|| pool_of(&row.pool).to_owned());
        let subject = of_pool.or_else(|| whole.map(|whole| whole.subject));
        let subject = subject.filter(|subject| !subject.is_empty() && !is_unnamed(subject));
        // What was made without an answer is known by no id.
        let named = subject.as_deref().is_some_and(|subject| kind.is_named(subject));
        let unnamed = kind.is_named_by_aws(Step::of(&patch)) && !named;
        // Nobody answered, and what is there is not what was meant.
        let not_ours = row.state == EditState::Differs && row.after.is_none() && row.found.is_some();
        Self {
            id: row.id.clone(),
            operation: kind.operation(Step::of(&patch)).to_owned(),
            subject,
            at: row.at.to_string(),
            who: row.arn.clone(),
            state: row.state.as_str().to_owned(),
            undoable: row.state != EditState::Failed && kind.lost(&patch, &before).is_none() && !unnamed && !not_ours,
            why: row.why.clone(),
            reason: row.reason.clone(),
            rule: row.rule.clone(),
            undo_of: row.undo_of.clone(),
            changes: list("changed"),
            others: list("others"),
        }
    }
}

/// The pool's id in its key.
fn pool_of(key: &str) -> &str {
    key.rsplit('/').next().unwrap_or_default()
}

/// A risk that is accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct WaiverView {
    /// The rule.
    pub rule: String,
    /// The pool's id, the client's, the identity pool's.
    pub resource: String,
    /// Why.
    pub reason: String,
    /// Who accepted it, as AWS says.
    pub who: String,
    /// Until when.
    pub until: String,
    /// Whether its time is over.
    pub over: bool,
}

/// How the rules came out at one time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ScoreView {
    /// When.
    pub at: String,
    /// Whether services beyond Cognito were asked as well; only scores of one kind can be compared.
    pub beyond: bool,
    /// The share of what is known that passes or is accepted, in percent; `null` when nothing is known.
    pub percent: Option<u32>,
    /// How many fail.
    pub failed: u32,
    /// How many of these are accepted.
    pub waived: u32,
    /// How many are not known.
    pub unknown: u32,
    /// How many pass.
    pub passed: u32,
}

/// What is kept about a pool's health.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct HealthRecordView {
    /// The risks that are accepted.
    pub waivers: Vec<WaiverView>,
    /// How the rules came out over time, the oldest first.
    pub scores: Vec<ScoreView>,
}

impl HealthRecordView {
    /// What is kept, as it stands at a time.
    #[must_use]
    pub fn new(waivers: &[Waiver], scores: &[Score], now: Timestamp) -> Self {
        let waiver = |waiver: &Waiver| WaiverView {
            rule: waiver.rule.clone(),
            resource: waiver.resource.clone(),
            reason: waiver.reason.clone(),
            who: waiver.who.clone(),
            until: waiver.until.to_string(),
            over: waiver.until <= now,
        };
        let score = |score: &Score| {
            let number = |name: &str| count(score.counts.get(name).copied().unwrap_or_default());
            ScoreView {
                at: score.at.to_string(),
                beyond: score.beyond,
                percent: score.percent().map(count),
                failed: number("fail"),
                waived: number("waived"),
                unknown: number("unknown"),
                passed: number("pass"),
            }
        };
        Self { waivers: waivers.iter().map(waiver).collect(), scores: scores.iter().map(score).collect() }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_secret_without_an_answer_is_not_taken_back_and_one_with_its_id_is() {
        let row = |subject: &str, state: EditState| EditRow {
            id: "one".to_owned(),
            pool: String::new(),
            account: String::new(),
            arn: String::new(),
            target: serde_json::to_string(&Whole { kind: Kind::ClientSecret, subject: subject.to_owned() }).unwrap(),
            patch: serde_json::to_string(&[Put { pointer: String::new(), value: Some(json!({})) }]).unwrap(),
            before: "null".to_owned(),
            after: None,
            found: None,
            state,
            why: None,
            rule: None,
            reason: None,
            undo_of: None,
            at: jiff::Timestamp::UNIX_EPOCH,
        };
        let lost = MadeEditView::from(&row("web", EditState::Sent));
        assert_eq!((lost.undoable, lost.subject.as_deref()), (false, Some("web")), "its client is known");
        assert!(MadeEditView::from(&row("web--17", EditState::Done)).undoable);
    }

    #[test]
    fn a_time_is_told_as_a_time() {
        let place = "/ClientSecret/ClientSecretCreateDate".to_owned();
        let made = Difference { pointer: place, before: None, after: Some(json!(1_780_000_000.5)) };
        let view = &changes(Kind::ClientSecret, &[made])[0];
        assert_eq!(view.after.as_deref(), Some("2026-05-28T20:26:40.5Z"));
    }

    #[test]
    fn files_are_told_by_their_length_and_css_is_shown() {
        let css = json!("a{b:c}".repeat(LONGEST_SHOWN));
        assert_eq!(without_files(&css), css);
        let file = without_files(&json!("A".repeat(LONGEST_SHOWN + 1)));
        assert!(file.as_str().unwrap().contains("4097 characters"), "{file}");
    }

    #[test]
    fn operations_are_written_as_the_command_line_has_them() {
        assert_eq!(verb("SetUICustomization"), "set-ui-customization");
        assert_eq!(verb("UpdateUserPool"), "update-user-pool");
    }
}
