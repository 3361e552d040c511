//! Pools, app clients and identity pools are made from blueprints, in which each choice has its reason.
//!
//! A blueprint becomes the description of what is wanted ([`Blueprint::body`]), and that is made by an edit like any other
//! ([`crate::edit::Step::Create`]).

mod clients;
mod identity_pools;
mod pools;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::PoolId;
use crate::edit::{Kind, MASK, Put, Whole, place};

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
    /// A person says it: ids of app clients of the user pool, one on each line, such as this one.
    Clients(&'static str),
}

/// One choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choice {
    /// Its place in the description of the thing, as a JSON pointer.
    pub place: &'static str,
    /// What people call it.
    pub title: &'static str,
    /// What it is.
    pub given: Given,
    /// Why it is so, in a sentence or two.
    pub why: &'static str,
    /// Whether it can never be changed once the thing is made.
    pub forever: bool,
}

/// What something that is made is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Blueprint {
    /// What is made: a pool, an app client, an identity pool.
    pub kind: Kind,
    /// Names it, such as `client-web`.
    pub id: &'static str,
    /// What people call it.
    pub title: &'static str,
    /// Whom it is for, in a sentence or two.
    pub what: &'static str,
    /// Every choice, the name first.
    pub choices: &'static [Choice],
    /// What a second call sets once it is made: the second factors of a pool, which [`Kind::Mfa`] describes. Nobody says
    /// anything to these.
    pub afterwards: &'static [Choice],
    /// What is left to do afterwards, in sentences.
    pub then: &'static [&'static str],
}

/// How many characters AWS takes for a name.
const LONGEST_NAME: usize = 128;

/// Why nothing can be made yet.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{title} {why}")]
pub struct Unfit {
    /// The place of the choice.
    pub place: &'static str,
    /// What people call it.
    pub title: &'static str,
    /// What is wrong with what was said, after that.
    pub why: &'static str,
}

/// Every blueprint.
pub fn all() -> impl Iterator<Item = &'static Blueprint> {
    [pools::ALL, clients::ALL, identity_pools::ALL].into_iter().flatten()
}

/// The blueprint of that id.
#[must_use]
pub fn of(id: &str) -> Option<&'static Blueprint> {
    all().find(|blueprint| blueprint.id == id)
}

impl Blueprint {
    /// The description of what is wanted. `answers` are what a person says, by the places of the choices; `pool` is the user
    /// pool that it is in or trusts, and none where a pool is made.
    ///
    /// # Errors
    /// [`Unfit`] where a person has to say something and did not, or a name is longer than AWS takes.
    pub fn body(&self, answers: &BTreeMap<String, String>, pool: Option<&PoolId>) -> Result<Value, Unfit> {
        let mut body = Value::Object(Map::new());
        for choice in self.choices {
            let answer = answers.get(choice.place).map(|answer| answer.trim()).filter(|answer| !answer.is_empty());
            let missing = Unfit { place: choice.place, title: choice.title, why: "is missing." };
            let said = || answer.ok_or(missing.clone());
            let fits = |text: &str| text.chars().count() <= LONGEST_NAME;
            let too_long = || Unfit { why: "has at most 128 characters.", ..missing.clone() };
            let lines = |said: &str| -> Vec<String> {
                said.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
            };
            let value = match choice.given {
                Given::Json(json) => read(json),
                Given::Secret => MASK.into(),
                Given::Text(_) => Some(said()?).filter(|text| fits(text)).ok_or_else(too_long)?.into(),
                Given::Texts(_) => lines(said()?).into(),
                Given::Clients(_) => {
                    let provider = provider(pool.ok_or(missing.clone())?);
                    let trusts = |client: String| json!({ "ProviderName": provider, "ClientId": client, "ServerSideTokenCheck": true });
                    lines(said()?).into_iter().map(trusts).collect()
                }
            };
            place(&mut body, choice.place, value);
        }
        Ok(match self.kind {
            Kind::Pool => json!({ "UserPool": body }),
            Kind::Client => json!({ "UserPoolClient": body }),
            _ => body,
        })
    }

    /// What a second call sets once it is made; `None` when one call does.
    #[must_use]
    pub fn second(&self) -> Option<(Whole, Vec<Put>)> {
        let put = |choice: &Choice| match choice.given {
            Given::Json(json) => Some(Put { pointer: choice.place.to_owned(), value: Some(read(json)) }),
            _ => None,
        };
        let patch: Vec<Put> = self.afterwards.iter().filter_map(put).collect();
        (!patch.is_empty()).then(|| (Whole { kind: Kind::Mfa, subject: String::new() }, patch))
    }
}

/// What is not JSON is found by a test.
fn read(json: &str) -> Value {
    serde_json::from_str(json).unwrap_or_default()
}

/// What an identity pool calls a user pool among its providers.
fn provider(pool: &PoolId) -> String {
    let [issuer, _] = crate::token::issuers(pool);
    issuer.trim_start_matches("https://").to_owned()
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
    use crate::edit::Step;
    use crate::setting::{self, Changing};

    fn answers(blueprint: &Blueprint) -> BTreeMap<String, String> {
        let example = |choice: &Choice| match choice.given {
            Given::Text(example) | Given::Texts(example) | Given::Clients(example) => Some(example),
            _ => None,
        };
        blueprint.choices.iter().filter_map(|it| Some((it.place.to_owned(), example(it)?.to_owned()))).collect()
    }

    fn pool() -> PoolId {
        PoolId::parse("eu-west-1_Abcdefghi").unwrap()
    }

    #[test]
    fn each_blueprint_is_a_description_that_can_be_written_and_says_what_holds_for_good() {
        for blueprint in all() {
            let body = blueprint.body(&answers(blueprint), Some(&pool())).unwrap();
            assert!(!body.to_string().contains("null"), "{}: {body}", blueprint.id);
            let request = Value::Object(blueprint.kind.write(&Value::Null, &body, false).unwrap());
            assert!(!request.to_string().contains(MASK), "{}: {request}", blueprint.id);
            let secret = blueprint.choices.iter().any(|choice| choice.given == Given::Secret);
            assert_eq!(request.get("GenerateSecret").is_some(), secret, "{}", blueprint.id);
            assert!(blueprint.kind.is_named_by_aws(Step::Create));
            let root = match blueprint.kind {
                Kind::Pool => "/UserPool",
                Kind::Client => "/UserPoolClient",
                _ => "",
            };
            for choice in blueprint.choices {
                let place = format!("{root}{}", choice.place);
                assert!(choice.why.ends_with('.') && choice.place.starts_with('/'), "{} {place}", blueprint.id);
                assert!(body.pointer(&place).is_some(), "{} {place}", blueprint.id);
                let known = setting::at(blueprint.kind.describes(), &place).map(|setting| setting.changing);
                // Attributes can be added, and what is required stays so.
                let never = choice.given == Given::Secret
                    || known == Some(Changing::Never)
                    || choice.place == "/SchemaAttributes";
                assert_eq!(choice.forever, never, "{} {place}", blueprint.id);
            }
            assert!(blueprint.then.iter().all(|sentence| sentence.ends_with('.')), "{}", blueprint.id);
            assert_eq!(blueprint.second().is_some(), blueprint.kind == Kind::Pool);
            for Put { pointer, value } in blueprint.second().into_iter().flat_map(|(_, patch)| patch) {
                assert!(setting::at("GetUserPoolMfaConfig", &pointer).is_some(), "{pointer}");
                assert!(value.is_some_and(|value| !value.is_null()), "{pointer}");
            }
        }
        let ids: BTreeSet<&str> = all().map(|blueprint| blueprint.id).collect();
        assert_eq!(ids.len(), 11);
    }

    #[test]
    fn what_nobody_said_is_named_and_lines_are_a_list() {
        let web = of("client-web").unwrap();
        assert_eq!(web.body(&BTreeMap::new(), None).unwrap_err().to_string(), "Name is missing.");
        let mut some = answers(web);
        some.insert("/CallbackURLs".to_owned(), " https://a \n\n https://b".to_owned());
        let body = web.body(&some, None).unwrap();
        assert_eq!(body["UserPoolClient"]["CallbackURLs"], json!(["https://a", "https://b"]));
    }

    #[test]
    fn an_identity_pool_trusts_clients_of_the_pool_that_it_is_made_for_and_none_without_one() {
        let staff = of("identity-staff").unwrap();
        let body = staff.body(&answers(staff), Some(&pool())).unwrap();
        let trusted = &body["CognitoIdentityProviders"][0];
        assert_eq!(trusted["ProviderName"], "cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Abcdefghi");
        assert_eq!(trusted["ServerSideTokenCheck"], true);
        assert_eq!(staff.body(&answers(staff), None).unwrap_err().place, "/CognitoIdentityProviders");
    }

    #[test]
    fn a_name_longer_than_aws_takes_is_known_before() {
        for blueprint in all() {
            let mut said = answers(blueprint);
            let named = blueprint.choices.iter().find(|choice| matches!(choice.given, Given::Text(_))).unwrap();
            said.insert(named.place.to_owned(), "é".repeat(128));
            blueprint.body(&said, Some(&pool())).unwrap();
            said.insert(named.place.to_owned(), "é".repeat(129));
            let unfit = blueprint.body(&said, Some(&pool())).unwrap_err();
            assert_eq!((unfit.place, unfit.to_string().ends_with("128 characters.")), (named.place, true));
        }
    }
}
