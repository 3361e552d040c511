//! App clients that are made from blueprints.

use model::blueprint::{Blueprint, Choice, Given, all, of};
use model::edit::{Kind, Put, Whole};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::WireError;

/// One choice of a blueprint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ChoiceView {
    /// Its place in the description of a client.
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
    /// Whether it can never be changed once the client is made.
    pub forever: bool,
}

impl From<&Choice> for ChoiceView {
    fn from(choice: &Choice) -> Self {
        let (value, example) = match choice.given {
            Given::Json(json) => (Some(json), None),
            Given::Secret => (None, None),
            Given::Text(example) | Given::Texts(example) => (None, Some(example)),
        };
        Self {
            place: choice.place.to_owned(),
            title: choice.title.to_owned(),
            value: value.map(str::to_owned),
            example: example.map(str::to_owned),
            several: matches!(choice.given, Given::Texts(_)),
            why: choice.why.to_owned(),
            forever: choice.forever,
        }
    }
}

/// What an app client can be for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct BlueprintView {
    /// Names it.
    pub id: String,
    /// What people call it.
    pub title: String,
    /// Whom it is for.
    pub what: String,
    /// Every choice.
    pub choices: Vec<ChoiceView>,
    /// What is left to do afterwards.
    pub then: Vec<String>,
}

impl BlueprintView {
    /// Every blueprint.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let view = |blueprint: &Blueprint| Self {
            id: blueprint.id.to_owned(),
            title: blueprint.title.to_owned(),
            what: blueprint.what.to_owned(),
            choices: blueprint.choices.iter().map(ChoiceView::from).collect(),
            then: blueprint.then.iter().map(|&sentence| sentence.to_owned()).collect(),
        };
        all().iter().map(view).collect()
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

/// A client that is to be made.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PlanBlueprint {
    /// The blueprint.
    pub id: String,
    /// What a person says.
    pub answers: Vec<ChoiceAnswer>,
}

impl PlanBlueprint {
    /// What is made, and the patch that makes it.
    ///
    /// # Errors
    /// `validation` on `id`, or on the place of what is missing.
    pub fn parse(&self) -> Result<(Whole, Vec<Put>), WireError> {
        let blueprint = of(&self.id).ok_or_else(|| WireError::validation("id", "There is no such blueprint."))?;
        let answers = self.answers.iter().map(|said| (said.place.clone(), said.answer.clone())).collect();
        let body =
            blueprint.body(&answers).map_err(|missing| WireError::validation(missing.place, missing.to_string()))?;
        let whole = Whole { kind: Kind::Client, subject: String::new() };
        Ok((whole, vec![Put { pointer: String::new(), value: Some(body) }]))
    }
}
