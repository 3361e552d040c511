//! The way to other identity providers. It leads there and not back: the sandbox calls nobody, so it cannot ask a provider
//! who came.

use std::io::Write as _;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use flate2::Compression;
use flate2::write::DeflateEncoder;
use serde_json::Value;

use super::Visit;
use super::form::with_query;
use super::html;
use super::request::{Authorization, redirect};
use crate::directory::record::Record;
use crate::directory::{LOWER, Pool};
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
        Some(to) => redirect(&to),
        // AWS reads it where the metadata or the issuer is.
        None => html::explained(
            "The address of the identity provider is not known: the sandbox reads no documents of \
                                 others. Give authorize_url, or for SAML MetadataFile.",
        ),
    }
}

/// `/oauth2/idpresponse` and `/saml2/idpresponse`.
pub(super) fn came_back() -> Answer {
    html::explained("The identity provider has sent you back. The sandbox calls nobody, so it cannot ask who you are.")
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
