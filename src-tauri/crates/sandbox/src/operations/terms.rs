//! Terms of use and privacy policies that managed login links to.

use serde_json::{Value, json};

use super::input::Input;
use super::listing::page;
use super::{Answered, Call, clients, nothing, output};
use crate::directory::Pool;
use crate::directory::record::Record;
use crate::directory::token::Question;
use crate::protocol::{ApiError, check};

/// Most documents of one pool.
const MOST: usize = 40;

const CHANGEABLE: [&str; 4] = ["TermsName", "TermsSource", "Enforcement", "Links"];

fn missing() -> ApiError {
    ApiError::not_found("Terms do not exist.")
}

fn described(pool: &Pool, id: &str) -> Answered {
    let terms = pool.resources.terms.get(id).ok_or_else(missing)?;
    let mut out = terms.shown();
    out.insert("TermsId".to_owned(), id.into());
    out.insert("UserPoolId".to_owned(), pool.id.clone().into());
    output(&json!({ "Terms": out }))
}

/// A client has one document of each name.
fn refuse_second(pool: &Pool, client: &str, name: &str, own: Option<&str>) -> Result<(), ApiError> {
    match find(pool, client, name).filter(|id| Some(id.as_str()) != own) {
        Some(_) => Err(ApiError::new("TermsExistsException", format!("The app client already has {name}."))),
        None => Ok(()),
    }
}

fn find(pool: &Pool, client: &str, name: &str) -> Option<String> {
    let fits = |terms: &Record| terms.text("ClientId") == Some(client) && terms.text("TermsName") == Some(name);
    pool.resources.terms.iter().find(|(_, terms)| fits(terms)).map(|(id, _)| id.clone())
}

/// `CreateTerms`.
pub(super) fn create(call: &mut Call<'_>) -> Answered {
    let input: Input = call.input()?;
    let (client, name) = (input.text("ClientId")?, input.text("TermsName")?);
    let now_ms = call.moment.now_ms;
    let id = call.world.random_uuid();
    let pool = call.pool(input.maybe("UserPoolId"))?;
    if !pool.clients.contains_key(client) {
        return Err(clients::missing(client));
    }
    if !input.has("Links") {
        return Err(ApiError::invalid("At least one link is required."));
    }
    refuse_second(pool, client, name, None)?;
    if pool.resources.terms.len() >= MOST {
        return Err(ApiError::new("LimitExceededException", "Number of terms documents exceeds the limit."));
    }
    let mut settings = input.only(&CHANGEABLE);
    settings.insert("ClientId".to_owned(), client.into());
    pool.resources.terms.insert(id.clone(), Record::new(settings, now_ms));
    described(pool, &id)
}

/// `UpdateTerms`: what is left out stays.
pub(super) fn update(call: &mut Call<'_>) -> Answered {
    let input: Input = call.input()?;
    let id = input.text("TermsId")?;
    let now_ms = call.moment.now_ms;
    let pool = call.pool(input.maybe("UserPoolId"))?;
    let terms = pool.resources.terms.get(id).ok_or_else(missing)?;
    if let (Some(name), Some(client)) = (input.maybe("TermsName"), terms.text("ClientId")) {
        refuse_second(pool, client, name, Some(id))?;
    }
    if let Some(terms) = pool.resources.terms.get_mut(id) {
        terms.change(input.only(&CHANGEABLE), now_ms);
    }
    described(pool, id)
}

/// `DescribeTerms`.
pub(super) fn describe(call: &mut Call<'_>) -> Answered {
    let input: Input = call.input()?;
    described(call.pool(input.maybe("UserPoolId"))?, input.text("TermsId")?)
}

/// `DescribeTermsByClient`.
pub(super) fn describe_by_client(call: &mut Call<'_>) -> Answered {
    let input: Input = call.input()?;
    let pool = call.pool(input.maybe("UserPoolId"))?;
    let id = find(pool, input.text("ClientId")?, input.text("TermsName")?).ok_or_else(missing)?;
    described(pool, &id)
}

/// `DeleteTerms`.
pub(super) fn delete(call: &mut Call<'_>) -> Answered {
    let input: Input = call.input()?;
    let id = input.text("TermsId")?;
    let pool = call.pool(input.maybe("UserPoolId"))?;
    pool.resources.terms.remove(id).ok_or_else(missing)?;
    nothing()
}

/// `ListTerms`.
pub(super) fn list(call: &mut Call<'_>) -> Answered {
    let input: Input = call.input()?;
    let limit = check::limit(input.number("MaxResults"), "maxResults", 1)?;
    let (weather, now_ms) = (call.weather, call.moment.now_ms);
    let pool = &*call.pool(input.maybe("UserPoolId"))?;
    let items = pool.resources.terms.iter().map(|(id, terms)| {
        let mut line = terms.shown();
        line.retain(|name, _| !["ClientId", "TermsSource", "Links"].contains(&name.as_str()));
        line.insert("TermsId".to_owned(), id.clone().into());
        (id.as_str(), Value::from(line))
    });
    let question = Question::new("ListTerms", &pool.id, "");
    let page = page(items, &question, input.maybe("NextToken"), limit, weather, now_ms)?;
    page.answer("Terms", "NextToken")
}
