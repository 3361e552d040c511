//! App clients are made from blueprints, in which each choice has its reason.
//!
//! A blueprint becomes the description of what is wanted ([`Blueprint::body`]), and that is made by an edit like any other
//! ([`crate::edit::Step::Create`]).

mod clients;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::edit::MASK;

/// What a choice is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Given {
    /// The blueprint says it, as JSON.
    Json(&'static str),
    /// AWS makes a secret.
    Secret,
    /// A person says it: a text, such as this one.
    Text(&'static str),
    /// A person says it: texts, one on each line, such as this one.
    Texts(&'static str),
}

/// One choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choice {
    /// Its place in the description of a client, as a JSON pointer.
    pub place: &'static str,
    /// What people call it.
    pub title: &'static str,
    /// What it is.
    pub given: Given,
    /// Why it is so, in a sentence or two.
    pub why: &'static str,
    /// Whether it can never be changed once the client is made.
    pub forever: bool,
}

/// What an app client is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Blueprint {
    /// Names it, such as `client-web`.
    pub id: &'static str,
    /// What people call it.
    pub title: &'static str,
    /// Whom it is for, in a sentence or two.
    pub what: &'static str,
    /// Every choice, the name first.
    pub choices: &'static [Choice],
    /// What is left to do afterwards, in sentences.
    pub then: &'static [&'static str],
}

/// Why nothing can be made yet.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{title} is missing.")]
pub struct Missing {
    /// The place of the choice.
    pub place: &'static str,
    /// What people call it.
    pub title: &'static str,
}

/// Every blueprint.
#[must_use]
pub fn all() -> &'static [Blueprint] {
    clients::ALL
}

/// The blueprint of that id.
#[must_use]
pub fn of(id: &str) -> Option<&'static Blueprint> {
    all().iter().find(|blueprint| blueprint.id == id)
}

impl Blueprint {
    /// The description of the client that is wanted. `answers` are what a person says, by the places of the choices.
    ///
    /// # Errors
    /// [`Missing`] where a person has to say something and did not.
    pub fn body(&self, answers: &BTreeMap<String, String>) -> Result<Value, Missing> {
        let mut client = Map::new();
        for choice in self.choices {
            let answer = answers.get(choice.place).map(|answer| answer.trim()).filter(|answer| !answer.is_empty());
            let said = || answer.ok_or(Missing { place: choice.place, title: choice.title });
            let value = match choice.given {
                // What is not JSON is found by a test.
                Given::Json(json) => serde_json::from_str(json).unwrap_or_default(),
                Given::Secret => MASK.into(),
                Given::Text(_) => said()?.into(),
                Given::Texts(_) => said()?.lines().map(str::trim).filter(|line| !line.is_empty()).collect(),
            };
            client.insert(choice.place.trim_start_matches('/').to_owned(), value);
        }
        Ok(json!({ "UserPoolClient": client }))
    }
}

const fn choice(place: &'static str, title: &'static str, given: Given, why: &'static str) -> Choice {
    Choice { place, title, given, why, forever: false }
}

/// One that holds for good.
const fn for_good(place: &'static str, title: &'static str, given: Given, why: &'static str) -> Choice {
    Choice { place, title, given, why, forever: true }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::edit::Kind;
    use crate::setting::{self, Changing};

    fn answers(blueprint: &Blueprint) -> BTreeMap<String, String> {
        let example = |choice: &Choice| match choice.given {
            Given::Text(example) | Given::Texts(example) => Some(example),
            _ => None,
        };
        blueprint.choices.iter().filter_map(|it| Some((it.place.to_owned(), example(it)?.to_owned()))).collect()
    }

    #[test]
    fn each_blueprint_is_a_description_that_can_be_written_and_says_what_holds_for_good() {
        for blueprint in all() {
            let body = blueprint.body(&answers(blueprint)).unwrap();
            assert!(!body.to_string().contains("null"), "{}: {body}", blueprint.id);
            let request = Value::Object(Kind::Client.write(&Value::Null, &body, false).unwrap());
            assert!(!request.to_string().contains(MASK), "{}: {request}", blueprint.id);
            let secret = blueprint.choices.iter().any(|choice| choice.given == Given::Secret);
            assert_eq!(request.get("GenerateSecret").is_some(), secret, "{}", blueprint.id);
            for choice in blueprint.choices {
                let place = format!("/UserPoolClient{}", choice.place);
                assert!(choice.why.ends_with('.') && choice.place.starts_with('/'), "{} {place}", blueprint.id);
                let known = setting::at("DescribeUserPoolClient", &place).map(|setting| setting.changing);
                let never = choice.given == Given::Secret || known == Some(Changing::Never);
                assert_eq!(choice.forever, never, "{} {place}", blueprint.id);
            }
        }
        let ids: BTreeSet<&str> = all().iter().map(|blueprint| blueprint.id).collect();
        assert_eq!(ids.len(), 4);
    }

    #[test]
    fn what_nobody_said_is_named_and_lines_are_a_list() {
        let web = of("client-web").unwrap();
        assert_eq!(web.body(&BTreeMap::new()).unwrap_err().to_string(), "Name is missing.");
        let mut some = answers(web);
        some.insert("/CallbackURLs".to_owned(), " https://a \n\n https://b".to_owned());
        let body = web.body(&some).unwrap();
        assert_eq!(body["UserPoolClient"]["CallbackURLs"], json!(["https://a", "https://b"]));
    }
}
