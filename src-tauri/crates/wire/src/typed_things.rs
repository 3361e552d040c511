//! Identity providers, resource servers and domains as somebody types them on a command line.

use model::edit::{Kind, MASK, Put, Whole};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value, json};

use crate::WireError;
use crate::edits::Meant;

/// The kinds of providers.
pub const PROVIDERS: [&str; 6] = ["OIDC", "SAML", "Google", "Facebook", "LoginWithAmazon", "SignInWithApple"];

/// What is typed of a provider.
#[derive(Debug, Default)]
pub struct TypedProvider {
    /// Details as `NAME=VALUE`; an empty value takes one away.
    pub details: Vec<String>,
    /// Mappings as `ATTRIBUTE=CLAIM`; an empty claim takes one away.
    pub mapping: Vec<String>,
    /// Short names by which it is found; none for as they are.
    pub identifiers: Vec<String>,
    /// The secret that was given apart.
    pub secret: Option<SecretString>,
}

/// Deletes a thing by its name.
#[must_use]
pub fn gone(kind: Kind, name: &str) -> Meant {
    (named(kind, name), vec![Put { pointer: String::new(), value: None }])
}

/// Makes a second secret of an app client.
#[must_use]
pub fn new_secret(client: &str) -> Meant {
    whole(Kind::ClientSecret, client, json!({ "ClientSecret": { "ClientSecretValue": MASK } }))
}

/// Makes a resource server. `scopes` are `NAME=MEANING`.
///
/// # Errors
/// `validation` on `scope`.
pub fn new_server(identifier: &str, name: &str, scopes: &[String]) -> Result<Meant, WireError> {
    Ok(whole(
        Kind::ResourceServer,
        identifier,
        json!({ "ResourceServer": { "Name": name, "Scopes": scoped(scopes)? } }),
    ))
}

/// Changes a resource server. The scopes that are given take the place of all that it has.
///
/// # Errors
/// `validation` on `scope`, or when nothing is to change.
pub fn server(identifier: &str, name: Option<&str>, scopes: &[String]) -> Result<Meant, WireError> {
    let mut patch = Vec::new();
    patch.extend(name.map(|name| put("/ResourceServer/Name", name.into())));
    if !scopes.is_empty() {
        patch.push(put("/ResourceServer/Scopes", scoped(scopes)?));
    }
    changed(Kind::ResourceServer, identifier, patch)
}

/// Makes a provider of identities.
///
/// # Errors
/// `validation` on `detail` or `map`.
pub fn new_provider(name: &str, kind: &str, typed: &TypedProvider) -> Result<Meant, WireError> {
    let mut details: Map<String, Value> = pairs("detail", &typed.details)?.into_iter().map(text).collect();
    details.extend(secret(kind, typed)?);
    let mut provider = json!({ "ProviderType": kind, "ProviderDetails": details });
    if !typed.mapping.is_empty() {
        provider["AttributeMapping"] =
            pairs("map", &typed.mapping)?.into_iter().map(text).collect::<Map<_, _>>().into();
    }
    if !typed.identifiers.is_empty() {
        provider["IdpIdentifiers"] = typed.identifiers.clone().into();
    }
    Ok(whole(Kind::Provider, name, json!({ "IdentityProvider": provider })))
}

/// Changes a provider of identities. Details and mappings that are not named stay.
///
/// # Errors
/// `validation` on `detail` or `map`, or when nothing is to change.
pub fn provider(name: &str, kind: &str, typed: &TypedProvider) -> Result<Meant, WireError> {
    let mut patch = Vec::new();
    for (group, place, words) in
        [("detail", "ProviderDetails", &typed.details), ("map", "AttributeMapping", &typed.mapping)]
    {
        patch.extend(pairs(group, words)?.into_iter().map(|(name, value)| {
            let pointer = format!("/IdentityProvider/{place}/{}", name.replace('~', "~0").replace('/', "~1"));
            Put { pointer, value: Some(value.to_owned()).filter(|value| !value.is_empty()).map(Value::from) }
        }));
    }
    let secret = secret(kind, typed)?;
    patch.extend(secret.map(|(name, value)| put(&format!("/IdentityProvider/ProviderDetails/{name}"), value)));
    if !typed.identifiers.is_empty() {
        patch.push(put("/IdentityProvider/IdpIdentifiers", typed.identifiers.clone().into()));
    }
    changed(Kind::Provider, name, patch)
}

/// Takes a domain for the login pages: a prefix, or with a certificate a domain of one's own.
#[must_use]
pub fn new_domain(name: &str, certificate: Option<&str>, version: u32) -> Meant {
    let mut domain = json!({ "ManagedLoginVersion": version });
    if let Some(certificate) = certificate {
        domain["CustomDomainConfig"] = json!({ "CertificateArn": certificate });
    }
    whole(Kind::Domain, name, json!({ "DomainDescription": domain }))
}

/// Changes the pages or the certificate of a domain.
///
/// # Errors
/// `validation` when nothing is to change.
pub fn domain(name: &str, certificate: Option<&str>, version: Option<u32>) -> Result<Meant, WireError> {
    let mut patch = Vec::new();
    patch.extend(version.map(|version| put("/DomainDescription/ManagedLoginVersion", version.into())));
    let place = "/DomainDescription/CustomDomainConfig/CertificateArn";
    patch.extend(certificate.map(|certificate| put(place, certificate.into())));
    changed(Kind::Domain, name, patch)
}

fn named(kind: Kind, name: &str) -> Whole {
    Whole { kind, subject: name.to_owned() }
}

pub(crate) fn whole(kind: Kind, name: &str, body: Value) -> Meant {
    (named(kind, name), vec![put("", body)])
}

pub(crate) fn put(pointer: &str, value: Value) -> Put {
    Put { pointer: pointer.to_owned(), value: Some(value) }
}

fn text((name, value): (&str, &str)) -> (String, Value) {
    (name.to_owned(), value.into())
}

pub(crate) fn changed(kind: Kind, name: &str, patch: Vec<Put>) -> Result<Meant, WireError> {
    if patch.is_empty() {
        return Err(WireError::validation("setting", "Say what to change."));
    }
    Ok((named(kind, name), patch))
}

fn scoped(words: &[String]) -> Result<Value, WireError> {
    let scope = |(name, meaning): (&str, &str)| {
        let meaning = if meaning.is_empty() { name } else { meaning };
        json!({ "ScopeName": name, "ScopeDescription": meaning })
    };
    Ok(pairs("scope", words)?.into_iter().map(scope).collect())
}

/// The secret under the name that its kind has for it. One among the details would be in the shell's history.
fn secret(kind: &str, typed: &TypedProvider) -> Result<Option<(String, Value)>, WireError> {
    let name = if kind == "SignInWithApple" { "private_key" } else { "client_secret" };
    if pairs("detail", &typed.details)?.iter().any(|(name, _)| ["private_key", "client_secret"].contains(name)) {
        let sentence =
            "A secret on the command line stays in its history. Give it on standard input, with --secret-stdin.";
        return Err(WireError::validation("detail", sentence));
    }
    match &typed.secret {
        Some(_) if kind == "SAML" => Err(WireError::validation("secret", "A SAML provider has no secret.")),
        Some(secret) => Ok(Some((name.to_owned(), secret.expose_secret().into()))),
        None => Ok(None),
    }
}

pub(crate) fn pairs<'a>(field: &str, words: &'a [String]) -> Result<Vec<(&'a str, &'a str)>, WireError> {
    let pair = |word: &'a String| {
        let (name, value) = word.split_once('=').map(|(name, value)| (name.trim(), value.trim())).unzip();
        let name = name.filter(|name| !name.is_empty());
        // What is not understood may be a secret in the wrong place, so it is not repeated.
        name.zip(value).ok_or_else(|| WireError::validation(field, "Write it as NAME=VALUE."))
    };
    words.iter().map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(|&word| word.to_owned()).collect()
    }

    #[test]
    fn a_provider_is_made_with_its_secret_under_the_name_of_its_kind_and_changed_place_by_place() {
        let typed = TypedProvider {
            details: words(&["client_id=a", "authorize_scopes=openid email"]),
            mapping: words(&["email=mail"]),
            secret: Some("hush".to_owned().into()),
            ..TypedProvider::default()
        };
        let (target, patch) = new_provider("Corp", "OIDC", &typed).unwrap();
        let body = patch[0].value.as_ref().unwrap();
        assert_eq!(
            (target.kind, body["IdentityProvider"]["ProviderDetails"]["client_secret"].as_str()),
            (Kind::Provider, Some("hush"))
        );
        let (_, patch) = provider("Corp", "SignInWithApple", &typed).unwrap();
        let places: Vec<&str> = patch.iter().map(|put| put.pointer.rsplit('/').next().unwrap_or_default()).collect();
        assert_eq!(places, ["client_id", "authorize_scopes", "email", "private_key"]);
        let taken = TypedProvider { mapping: words(&["email="]), ..TypedProvider::default() };
        assert_eq!(provider("Corp", "OIDC", &taken).unwrap().1[0].value, None);
        let open = TypedProvider { details: words(&["client_secret=hush"]), ..TypedProvider::default() };
        let refused = new_provider("Corp", "OIDC", &open).unwrap_err();
        assert!(refused.message.contains("--secret-stdin") && !refused.message.contains("hush"));
        assert!(provider("Corp", "OIDC", &TypedProvider::default()).is_err(), "nothing is to change");
    }

    #[test]
    fn scopes_have_a_meaning_and_a_domain_of_ones_own_a_certificate() {
        let (_, patch) = new_server("https://api", "api", &words(&["read=Look", "write="])).unwrap();
        let scopes = &patch[0].value.as_ref().unwrap()["ResourceServer"]["Scopes"];
        assert_eq!(scopes[1], json!({ "ScopeName": "write", "ScopeDescription": "write" }));
        assert!(new_server("https://api", "api", &words(&["read"])).is_err());
        let (_, patch) = new_domain("login.example", Some("arn"), 2);
        let domain = &patch[0].value.as_ref().unwrap()["DomainDescription"];
        assert_eq!(domain["CustomDomainConfig"]["CertificateArn"], "arn");
        assert!(domain_nothing().is_err());
    }

    fn domain_nothing() -> Result<Meant, WireError> {
        domain("login.example", None, None)
    }
}
