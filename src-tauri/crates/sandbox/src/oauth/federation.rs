//! The way to other identity providers, and back. The sandbox calls nobody, so it cannot ask a provider who came: it asks
//! whoever came back, and believes it.

use std::io::Write as _;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use flate2::Compression;
use flate2::write::DeflateEncoder;
use serde_json::Value;

use super::Visit;
use super::form::{Form, with_query};
use super::grants::{Departure, Login};
use super::html::{self, Field};
use super::login::{is_genuine, let_in, page};
use super::request::{Authorization, Refusal, redirect};
use super::sign_in::call;
use crate::directory::record::Record;
use crate::directory::{LOWER, Pool};
use crate::operations::federation::{self, Arrival};
use crate::protocol::Answer;

/// The provider that `identity_provider` or `idp_identifier` names, if the client may use it.
pub(super) fn named<'a>(pool: &'a Pool, name: Option<&'a str>, identifier: Option<&str>) -> Option<&'a str> {
    let bears = |record: &Record| {
        let list = record.settings.get("IdpIdentifiers").and_then(Value::as_array);
        list.is_some_and(|list| list.iter().any(|item| item.as_str() == identifier))
    };
    let by_identifier = || pool.resources.providers.iter().find(|(_, record)| bears(record)).map(|(name, _)| name);
    name.or_else(|| identifier.and_then(|_| by_identifier().map(String::as_str)))
}

/// Leads the browser to a provider, as a client of OAuth or a service provider of SAML does.
pub(super) fn leave(visit: &mut Visit<'_>, asked: &Authorization, provider: &str) -> Answer {
    let base = format!("{}{}", visit.request.base, visit.prefix());
    let state = visit.world.random_text(LOWER, 32);
    let id = visit.world.random_text(LOWER, 24);
    let now = visit.moment.now_ms;
    let found = visit.world.pools.get(&asked.pool_id).and_then(|pool| pool.resources.providers.get(provider));
    let Some(found) = found else { return asked.back(&[("error", "invalid_request")]) };
    let detail = |name: &str| found.settings.get("ProviderDetails")?.get(name)?.as_str();
    let to = if found.text("ProviderType") == Some("SAML") {
        single_sign_on(detail("MetadataFile").unwrap_or_default()).and_then(|to| {
            let request = saml_request(&asked.pool_id, &base, &id, now)?;
            Some(with_query(&to, &[("SAMLRequest", &request), ("RelayState", &state)]))
        })
    } else {
        let query = [
            ("client_id", detail("client_id").unwrap_or_default()),
            ("redirect_uri", &format!("{base}/oauth2/idpresponse")),
            ("scope", detail("authorize_scopes").unwrap_or_default()),
            ("response_type", "code"),
            ("state", &state),
        ];
        detail("authorize_url").map(|to| with_query(to, &query))
    };
    match to {
        Some(to) => {
            let departure = Departure { asked: asked.clone(), provider: provider.to_owned() };
            visit.world.browsers.add_departure(state, departure, now);
            redirect(&to)
        }
        // AWS reads it where the metadata or the issuer is.
        None => html::explained(
            "The address of the identity provider is not known: the sandbox reads no documents of \
                                 others. Give authorize_url, or for SAML MetadataFile.",
        ),
    }
}

/// What comes before the name of an attribute among the fields of the page.
const MAPPED: &str = "attribute ";

/// `/oauth2/idpresponse` and `/saml2/idpresponse`: a page that asks who came back, and what is typed into it.
pub(super) fn came_back(visit: &mut Visit<'_>) -> Answer {
    let (form, query) = (Form::read(&visit.request.body), Form::read(visit.request.query.as_bytes()));
    let mut names = ["state", "RelayState"].into_iter();
    let state = names.find_map(|name| form.text(name).or_else(|| query.text(name))).unwrap_or_default();
    let departure = visit.world.browsers.departure(&state, visit.moment.now_ms);
    let departure = departure.filter(|departure| visit.pool.is_none_or(|pool| pool == departure.asked.pool_id));
    let Some(departure) = departure.cloned() else {
        return html::explained(
            "The identity provider has sent you back, but nobody who left from here is waited for. The sandbox calls \
             nobody, so it cannot ask who you are.",
        );
    };
    if let Err(refusal) = still_holds(visit, &departure) {
        visit.world.browsers.forget_departure(&state);
        return refusal;
    }
    if let Some(refusal) = refused(&query, &departure).or_else(|| refused(&form, &departure)) {
        visit.world.browsers.forget_departure(&state);
        return refusal;
    }
    let Some(subject) = form.get("subject").map(str::trim) else { return who(visit, &state, &departure, None) };
    if !is_genuine(visit, &form) {
        let alert = "The form was too old or came from elsewhere. Try again.";
        return who(visit, &state, &departure, Some(alert));
    }
    let Departure { asked, provider } = &departure;
    if subject.is_empty() {
        let alert = format!("Without what {provider} calls you, nobody knows who you are.");
        return who(visit, &state, &departure, Some(&alert));
    }
    let named = |(name, value): (String, String)| Some((name.strip_prefix(MAPPED)?.to_owned(), value));
    let arrival = Arrival {
        pool: &asked.pool_id,
        client: &asked.client_id,
        provider,
        subject,
        mapped: form.all().filter_map(named).collect(),
    };
    match federation::admit(&mut call(visit), arrival) {
        Ok(user) => {
            visit.world.browsers.forget_departure(&state);
            let login = Login {
                pool_id: asked.pool_id.clone(),
                user,
                auth_time_ms: visit.moment.now_ms,
                amr: vec!["fed".to_owned()],
                event_id: None,
                active_ms: visit.moment.now_ms,
                client_id: asked.client_id.clone(),
            };
            let_in(visit, asked, &login)
        }
        // The app is told, as AWS tells it; whoever comes again leaves again.
        Err(error) => {
            visit.world.browsers.forget_departure(&state);
            asked.back(&[("error", "invalid_request"), ("error_description", &error.message)])
        }
    }
}

/// Whether client, address and provider still are as they were when somebody left; otherwise what they are told.
fn still_holds(visit: &Visit<'_>, Departure { asked, provider }: &Departure) -> Result<(), Answer> {
    let shown = |error| Refusal::shown(error, &asked.client_id).answer(&visit.prefix());
    let pool = visit.world.pools.get(&asked.pool_id);
    let client = pool.and_then(|pool| pool.clients.get(&asked.client_id));
    let (pool, client) = pool.zip(client).ok_or_else(|| shown("Client does not exist"))?;
    if !client.lists("CallbackURLs", &asked.redirect_uri) {
        return Err(shown("redirect_mismatch"));
    }
    let there = pool.resources.providers.contains_key(provider);
    if there && client.lists("SupportedIdentityProviders", provider) {
        return Ok(());
    }
    let why = format!("The identity provider {provider} is not there or the client may not use it any more");
    Err(asked.back(&[("error", "invalid_request"), ("error_description", &why)]))
}

/// What a provider said instead of who came (RFC 6749, 4.1.2.1): the app is told it with the provider's name.
fn refused(told: &Form, Departure { asked, provider }: &Departure) -> Option<Answer> {
    let error = told.get("error")?;
    let description = told.get("error_description").unwrap_or_default();
    let description = format!("{provider} Error - 400 {error} {description}");
    Some(asked.back(&[("error", error), ("error_description", description.trim_end())]))
}

/// Asks who came back, and for what the provider would tell of them.
fn who(visit: &mut Visit<'_>, state: &str, departure: &Departure, alert: Option<&str>) -> Answer {
    let provider = &departure.provider;
    let pool = visit.world.pools.get(&departure.asked.pool_id);
    let mapping =
        pool.and_then(|pool| pool.resources.providers.get(provider)?.settings.get("AttributeMapping")?.as_object());
    let mapped = mapping.into_iter().flat_map(|mapping| mapping.keys()).filter(|name| *name != "username");
    let names: Vec<(String, String)> = mapped.map(|name| (format!("{MAPPED}{name}"), name.clone())).collect();
    let label = format!("What {provider} calls you");
    let mut fields = vec![Field::hidden("state", state), Field::new("subject", &label, "text", "off")];
    // A provider need not tell everything.
    let told = names.iter().map(|(field, name)| Field { needed: false, ..Field::new(field, name, "text", "off") });
    fields.extend(told);
    let note = format!("The sandbox calls nobody, so it cannot ask {provider} who you are, and believes what you say.");
    page(visit, "Who came back?", &note, alert, &fields, "Sign in")
}

/// Where metadata of SAML take requests in the address.
fn single_sign_on(metadata: &str) -> Option<String> {
    let services = metadata.split('<').filter(|tag| {
        tag.split_whitespace().next().is_some_and(|name| name.rsplit(':').next() == Some("SingleSignOnService"))
    });
    let mut redirects = services.filter(|tag| tag.contains("urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"));
    let (_, rest) = redirects.next()?.split_once("Location=\"")?;
    Some(rest.split_once('"')?.0.replace("&amp;", "&"))
}

/// `AuthnRequest` for the redirect binding: deflated, in base64, unsigned.
fn saml_request(pool_id: &str, base: &str, id: &str, now_ms: i64) -> Option<String> {
    let at = jiff::Timestamp::from_millisecond(now_ms).ok()?;
    let xml = format!(
        "<samlp:AuthnRequest xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" ID=\"_{id}\" Version=\"2.0\" \
         IssueInstant=\"{at}\" AssertionConsumerServiceURL=\"{base}/saml2/idpresponse\" \
         ProtocolBinding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST\">\
         <saml:Issuer xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\">urn:amazon:cognito:sp:{pool_id}</saml:Issuer>\
         </samlp:AuthnRequest>"
    );
    let mut deflate = DeflateEncoder::new(Vec::new(), Compression::default());
    deflate.write_all(xml.as_bytes()).ok()?;
    Some(BASE64_STANDARD.encode(deflate.finish().ok()?))
}
