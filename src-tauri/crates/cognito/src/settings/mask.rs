//! Hides secrets in bodies.

use std::collections::BTreeMap;

use model::edit::{MASK, Put};
use secrecy::SecretString;
use serde_json::Value;

/// Secrets that somebody typed, by the names of the members that they belong to.
pub type Secrets = BTreeMap<String, SecretString>;

/// Maps whose names and values somebody chose and AWS shows to whoever may list tags. They are written back whole, so they
/// are kept as they are.
const TAGS: [&str; 2] = ["UserPoolTags", "IdentityPoolTags"];

/// Replaces every secret: an app client's, and those with which the pool proves itself to other providers.
pub(super) fn secrets(value: &mut Value) {
    match value {
        Value::Object(map) => {
            for (name, inner) in map {
                match inner {
                    Value::String(text) if is_secret(name) => MASK.clone_into(text),
                    Value::Object(_) if TAGS.contains(&name.as_str()) => {}
                    inner => secrets(inner),
                }
            }
        }
        Value::Array(list) => list.iter_mut().for_each(secrets),
        _ => {}
    }
}

/// Takes the secrets out of a patch and leaves the mask in their places, so that it can be shown and written down. A mask that
/// was there already stands for the secret that AWS has.
pub fn take_secrets(patch: &mut [Put]) -> Secrets {
    let mut taken = Secrets::new();
    for put in patch {
        let name = put.pointer.rsplit('/').next().unwrap_or_default().to_owned();
        if let Some(value) = &mut put.value {
            take(&name, value, &mut taken);
        }
    }
    taken
}

fn take(name: &str, value: &mut Value, taken: &mut Secrets) {
    match value {
        Value::String(text) if is_secret(name) && text != MASK => {
            let secret = std::mem::replace(text, MASK.to_owned());
            taken.insert(name.to_owned(), SecretString::from(secret));
        }
        Value::Object(map) => map.iter_mut().for_each(|(name, inner)| take(name, inner, taken)),
        Value::Array(list) => list.iter_mut().for_each(|inner| take(name, inner, taken)),
        _ => {}
    }
}

/// `ClientSecret`, `ClientSecretValue`; `client_secret` and `private_key` of a provider's details.
fn is_secret(name: &str) -> bool {
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    ["clientsecret", "clientsecretvalue", "privatekey", "secrethash"].contains(&plain.as_str())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    #[test]
    fn secrets_are_hidden_wherever_they_are_and_nothing_else_is() {
        let tags = json!({ "client_secret": "a tag", "private-key": "b" });
        let mut pool = json!({ "UserPool": { "UserPoolTags": tags }, "IdentityPoolTags": tags });
        let before = pool.clone();
        super::secrets(&mut pool);
        assert_eq!(pool, before, "tags are written back whole");
        let mut body = json!({ "UserPoolClient": { "ClientSecret": "hush", "ClientId": "web" },
            "IdentityProvider": { "ProviderDetails": { "client_id": "x", "client_secret": "hush", "private_key": "hush",
                "client-secret": "hush", "Client Secret": "hush" } },
            "ClientSecrets": [{ "ClientSecretId": "web--1", "ClientSecretValue": "hush" }] });
        super::secrets(&mut body);
        assert!(!body.to_string().contains("hush"), "{body}");
        assert_eq!(body["UserPoolClient"], json!({ "ClientSecret": "********", "ClientId": "web" }));
        assert_eq!(body["ClientSecrets"][0]["ClientSecretId"], "web--1");
    }
}
