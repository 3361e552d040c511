//! Pools, app clients and identity pools that are made from blueprints.

use console::edits::{Edit, EditRow, MadePool, Put, Whole};
use console::jobs::Approval;
use model::PoolId;
use model::blueprint::{Blueprint, Choice, Given, all, of};
use model::edit::{Difference, Kind};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use specta::Type;

use crate::WireError;
use crate::connections::ConnectionIdView;
use crate::edits::{EditView, MadeEditView, Meant, SettingChangeView, changes};

/// One choice of a blueprint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ChoiceView {
    /// Its place in the description of the thing.
    pub place: String,
    /// What people call it.
    pub title: String,
    /// What it is, as JSON; `null` where a person says it, or AWS makes it.
    pub value: Option<String>,
    /// What a person could say; `null` where the blueprint says it.
    pub example: Option<String>,
    /// Whether a person may say several, one on each line.
    pub several: bool,
    /// Why it is so.
    pub why: String,
    /// Whether it can never be changed once the thing is made.
    pub forever: bool,
}

impl From<&Choice> for ChoiceView {
    fn from(choice: &Choice) -> Self {
        let (value, example) = match choice.given {
            Given::Json(json) => (Some(json), None),
            Given::Secret => (None, None),
            Given::Text(example) | Given::Texts(example) | Given::Clients(example) => (None, Some(example)),
        };
        Self {
            place: choice.place.to_owned(),
            title: choice.title.to_owned(),
            value: value.map(str::to_owned),
            example: example.map(str::to_owned),
            several: matches!(choice.given, Given::Texts(_) | Given::Clients(_)),
            why: choice.why.to_owned(),
            forever: choice.forever,
        }
    }
}

/// What something that is made can be for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct BlueprintView {
    /// Names it.
    pub id: String,
    /// What is made: `pool`, `client`, `identityPool`.
    pub makes: String,
    /// What people call it.
    pub title: String,
    /// Whom it is for.
    pub what: String,
    /// Every choice.
    pub choices: Vec<ChoiceView>,
    /// What a second call sets once it is made.
    pub afterwards: Vec<ChoiceView>,
    /// What is left to do afterwards.
    pub then: Vec<String>,
}

impl From<&Blueprint> for BlueprintView {
    fn from(blueprint: &Blueprint) -> Self {
        Self {
            id: blueprint.id.to_owned(),
            makes: made(blueprint.kind).to_owned(),
            title: blueprint.title.to_owned(),
            what: blueprint.what.to_owned(),
            choices: blueprint.choices.iter().map(ChoiceView::from).collect(),
            afterwards: blueprint.afterwards.iter().map(ChoiceView::from).collect(),
            then: blueprint.then.iter().map(|&sentence| sentence.to_owned()).collect(),
        }
    }
}

impl BlueprintView {
    /// Every blueprint.
    #[must_use]
    pub fn all() -> Vec<Self> {
        all().map(Self::from).collect()
    }
}

/// The name of a kind among what is made.
fn made(kind: Kind) -> &'static str {
    match kind {
        Kind::Pool => "pool",
        Kind::Client => "client",
        _ => "identityPool",
    }
}

/// The names under which a command line has the blueprints of what is made (`pool`, `client`, `identityPool`): `web` for
/// `pool-web`.
#[must_use]
pub fn names(makes: &str) -> Vec<&'static str> {
    let mut names: Vec<&'static str> = of_made(makes).map(|blueprint| short(blueprint.id)).collect();
    names.dedup();
    names
}

fn of_made(makes: &str) -> impl Iterator<Item = &'static Blueprint> {
    all().filter(move |blueprint| made(blueprint.kind) == makes)
}

fn short(id: &str) -> &str {
    id.split_once('-').map_or(id, |(_, name)| name)
}

/// What somebody typed on a command line: the blueprint by its name, and answers as `NAME=VALUE`, in which commas part several
/// values. The name is the last part of a choice's place, such as `ClientName`; the app clients that an identity pool trusts are
/// `Clients`.
///
/// # Errors
/// `validation` on `blueprint` or `answer`; on the place of what is missing, with what to say.
pub fn typed(makes: &str, name: &str, words: &[String]) -> Result<PlanBlueprint, WireError> {
    let blueprint = of_made(makes).find(|blueprint| short(blueprint.id) == name);
    let blueprint = blueprint.ok_or_else(|| {
        WireError::validation("blueprint", format!("There is {}, and no {name}.", names(makes).join(", ")))
    })?;
    let asked: Vec<&Choice> =
        blueprint.choices.iter().filter(|it| !matches!(it.given, Given::Json(_) | Given::Secret)).collect();
    let called = |choice: &Choice| match choice.given {
        Given::Clients(_) => "Clients",
        _ => choice.place.rsplit('/').next().unwrap_or_default(),
    };
    let mut answers: Vec<ChoiceAnswer> = Vec::new();
    for word in words {
        let (said, answer) = word.split_once('=').unwrap_or((word, ""));
        let choice = asked.iter().find(|choice| called(choice) == said).ok_or_else(|| {
            let asked: Vec<String> = asked.iter().map(|choice| format!("{}=…", called(choice))).collect();
            WireError::validation("answer", format!("Say {}, and nothing else ({said}).", asked.join(" ")))
        })?;
        if answers.iter().any(|other| other.place == choice.place) {
            let sentence = format!("{said} is given twice. Commas part several values.");
            return Err(WireError::validation("answer", sentence));
        }
        let answer = match choice.given {
            Given::Text(_) => answer.to_owned(),
            _ => answer.replace(',', "\n"),
        };
        answers.push(ChoiceAnswer { place: choice.place.to_owned(), answer });
    }
    let silent = |choice: &&&Choice| !answers.iter().any(|it| it.place == choice.place && !it.answer.trim().is_empty());
    match asked.iter().find(silent) {
        Some(choice) => {
            let example = match choice.given {
                Given::Text(example) | Given::Texts(example) | Given::Clients(example) => example,
                _ => "",
            };
            let sentence = format!("{} is missing: say {}={example}.", choice.title, called(choice));
            Err(WireError::validation(choice.place, sentence))
        }
        None => Ok(PlanBlueprint { id: blueprint.id.to_owned(), answers }),
    }
}

/// What a person says to a choice.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ChoiceAnswer {
    /// The place of the choice.
    pub place: String,
    /// What is said.
    pub answer: String,
}

/// What is to be made.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PlanBlueprint {
    /// The blueprint.
    pub id: String,
    /// What a person says.
    pub answers: Vec<ChoiceAnswer>,
}

impl PlanBlueprint {
    /// The blueprint.
    ///
    /// # Errors
    /// `validation` on `id`.
    pub fn blueprint(&self) -> Result<&'static Blueprint, WireError> {
        of(&self.id).ok_or_else(|| WireError::validation("id", "There is no such blueprint."))
    }

    fn body(&self, pool: Option<&PoolId>) -> Result<(Kind, Value), WireError> {
        let blueprint = self.blueprint()?;
        let answers = self.answers.iter().map(|said| (said.place.clone(), said.answer.clone())).collect();
        let body = blueprint.body(&answers, pool);
        let body = body.map_err(|unfit| WireError::validation(unfit.place, unfit.to_string()))?;
        Ok((blueprint.kind, body))
    }

    /// What is made in a pool, and the patch that makes it.
    ///
    /// # Errors
    /// `validation` on `id`, also for a pool, or on the place of what is missing or too long.
    pub fn parse(&self, pool: &PoolId) -> Result<Meant, WireError> {
        let (kind, body) = self.body(Some(pool))?;
        if kind == Kind::Pool {
            return Err(WireError::validation("id", "A pool is made where pools are chosen."));
        }
        let whole = Whole { kind, subject: String::new() };
        Ok((whole, vec![Put { pointer: String::new(), value: Some(body) }]))
    }

    /// The pool that is made: its description, and what is set once it is there.
    ///
    /// # Errors
    /// `validation` on `id`, also for anything but a pool, or on the place of what is missing or too long.
    pub fn pool(&self) -> Result<(Value, Option<Meant>), WireError> {
        match self.body(None)? {
            (Kind::Pool, body) => Ok((body, self.blueprint()?.second())),
            _ => Err(WireError::validation("id", "This is no blueprint of a pool.")),
        }
    }
}

/// A pool that is to be made.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PlanPool {
    /// Where.
    pub connection: ConnectionIdView,
    /// From what.
    pub blueprint: PlanBlueprint,
}

/// A pool, before it is made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PoolPlanView {
    /// The call that makes it.
    pub edit: EditView,
    /// The operation that is called once it is there; `null` when none is.
    pub second: Option<String>,
    /// What that one sets.
    pub second_changes: Vec<SettingChangeView>,
    /// Whether the new pool's name has to be typed: so in Production.
    pub asks_name: bool,
}

impl PoolPlanView {
    /// The preview.
    #[must_use]
    pub fn new(edit: &Edit, asks_name: bool) -> Self {
        let set = |(whole, patch): &Meant| {
            let difference =
                |put: &Put| Difference { pointer: put.pointer.clone(), before: None, after: put.value.clone() };
            changes(whole.kind, &patch.iter().map(difference).collect::<Vec<_>>())
        };
        Self {
            edit: EditView::new(edit, None),
            second: edit.second.as_ref().map(|(whole, _)| whole.kind.writes().to_owned()),
            second_changes: edit.second.as_ref().map(set).unwrap_or_default(),
            asks_name,
        }
    }
}

/// A pool that is approved.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct MakePool {
    /// Where.
    pub connection: ConnectionIdView,
    /// The id of the preview.
    pub id: String,
    /// Why, for the audit.
    pub reason: Option<String>,
    /// The new pool's name, typed; needed in Production.
    pub pool_name: Option<String>,
}

impl MakePool {
    /// What was said.
    #[must_use]
    pub fn approval(&self) -> Approval {
        let filled = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
        Approval { pool_name: filled(&self.pool_name), reason: filled(&self.reason) }
    }
}

/// On which connection.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct OnConnection {
    /// The connection.
    pub connection: ConnectionIdView,
}

/// A pool that was to be made, and for which no answer came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct UnansweredPoolView {
    /// The name that it was to have. Foreign text.
    pub name: String,
    /// When.
    pub at: String,
}

impl From<&EditRow> for UnansweredPoolView {
    fn from(row: &EditRow) -> Self {
        let patch: Vec<Put> = serde_json::from_str(&row.patch).unwrap_or_default();
        let body = patch.into_iter().next().and_then(|put| put.value).unwrap_or_default();
        let name = body.pointer("/UserPool/Name").and_then(Value::as_str).unwrap_or_default();
        Self { name: name.to_owned(), at: row.at.to_string() }
    }
}

/// A pool that was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct MadePoolView {
    /// Its id; `null` when nobody knows what AWS calls it.
    pub pool_id: Option<String>,
    /// Each call: the making, and what was set afterwards.
    pub edits: Vec<MadeEditView>,
    /// Why something that was to be set afterwards was not, in a sentence; `null` when all is done.
    pub why: Option<String>,
}

impl From<&MadePool> for MadePoolView {
    fn from(made: &MadePool) -> Self {
        Self {
            pool_id: made.pool.as_ref().map(ToString::to_string),
            edits: made.edits.iter().map(MadeEditView::from).collect(),
            why: made.why.clone(),
        }
    }
}
