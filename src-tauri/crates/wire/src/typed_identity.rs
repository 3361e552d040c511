//! Identity pools and their session tags as somebody types them on a command line.

use model::edit::{Kind, Put};
use serde_json::Value;

use crate::WireError;
use crate::edits::Meant;
use crate::typed_things::{changed, pairs, put};

/// What is typed of an identity pool.
#[derive(Debug, Default)]
pub struct TypedIdentityPool {
    /// Whether whoever has not signed in gets credentials; `None` for as it is.
    pub guests: Option<bool>,
    /// Whether the older flow is open; `None` for as it is.
    pub classic_flow: Option<bool>,
    /// Roles as `KIND=ARN`, of `authenticated` and `unauthenticated`; an empty ARN takes one away.
    pub roles: Vec<String>,
    /// How roles are chosen, by provider, as JSON; `None` for as it is.
    pub mappings: Option<String>,
    /// The user pools and clients that it trusts, as JSON; `None` for as they are.
    pub user_pools: Option<String>,
    /// Social providers and what each calls the app, as JSON; `None` for as they are.
    pub login_providers: Option<String>,
    /// Providers of OpenID Connect by the ARN that IAM has for them; an empty text for none, none for as they are.
    pub oidc: Vec<String>,
    /// SAML providers by the ARN that IAM has for them; likewise.
    pub saml: Vec<String>,
    /// What developers' own identities are vouched for as; `None` for as it is. AWS lets it be set once.
    pub developer: Option<String>,
}

/// Changes an identity pool. What is not named stays.
///
/// # Errors
/// `validation` on `role`, `mappings` or what else is no JSON; on `setting` when nothing is to change, or when two calls would
/// be needed.
pub fn identity_pool(id: &str, typed: &TypedIdentityPool) -> Result<Meant, WireError> {
    let mut settings = Vec::new();
    settings.extend(typed.guests.map(|on| put("/AllowUnauthenticatedIdentities", on.into())));
    settings.extend(typed.classic_flow.map(|on| put("/AllowClassicFlow", on.into())));
    for (field, place, typed) in [
        ("user-pools", "/CognitoIdentityProviders", &typed.user_pools),
        ("login-providers", "/SupportedLoginProviders", &typed.login_providers),
    ] {
        settings.extend(typed.as_ref().map(|text| json(field, text)).transpose()?.map(|value| put(place, value)));
    }
    for (place, arns) in [("/OpenIdConnectProviderARNs", &typed.oidc), ("/SamlProviderARNs", &typed.saml)] {
        let named: Vec<&str> = arns.iter().map(String::as_str).filter(|arn| !arn.is_empty()).collect();
        if !arns.is_empty() {
            settings.push(put(place, named.into()));
        }
    }
    settings.extend(typed.developer.as_ref().map(|name| put("/DeveloperProviderName", name.as_str().into())));
    let mut roles = Vec::new();
    for (kind, role) in pairs("role", &typed.roles)? {
        if !["authenticated", "unauthenticated"].contains(&kind) {
            let sentence = "There is a role for authenticated and one for unauthenticated people.";
            return Err(WireError::validation("role", sentence));
        }
        let value = Some(role).filter(|role| !role.is_empty()).map(Value::from);
        roles.push(Put { pointer: format!("/Roles/{kind}"), value });
    }
    if let Some(mappings) = &typed.mappings {
        roles.push(put("/RoleMappings", json("mappings", mappings)?));
    }
    match (settings.is_empty(), roles.is_empty()) {
        (false, false) => {
            let sentence = "Roles belong to another call than the rest, and each is approved by itself. Give them one after the \
                            other.";
            Err(WireError::validation("setting", sentence))
        }
        (_, true) => changed(Kind::IdentityPool, id, settings),
        (true, false) => changed(Kind::Roles, id, roles),
    }
}

/// Changes which claims of a provider become session tags in an identity pool. Tags that are not named stay; an empty claim
/// takes one away. `defaults` lets AWS choose: the user name and the client.
///
/// # Errors
/// `validation` on `tag`, on `setting` when nothing is to change, or when both are said.
pub fn principal_tags(id: &str, provider: &str, defaults: Option<bool>, tags: &[String]) -> Result<Meant, WireError> {
    if defaults == Some(true) && !tags.is_empty() {
        let sentence = "AWS's own tags take the place of others. Say either --defaults on or which tags.";
        return Err(WireError::validation("setting", sentence));
    }
    let mut patch = Vec::new();
    // Tags of one's own are heeded only where AWS's are off.
    let defaults = defaults.or((!tags.is_empty()).then_some(false));
    patch.extend(defaults.map(|on| put("/UseDefaults", on.into())));
    if defaults == Some(true) {
        // AWS's own take the place of those that are there.
        patch.push(Put { pointer: "/PrincipalTags".to_owned(), value: None });
    }
    for (tag, claim) in pairs("tag", tags)? {
        let value = Some(claim).filter(|claim| !claim.is_empty()).map(Value::from);
        patch.push(Put { pointer: format!("/PrincipalTags/{}", tag.replace('~', "~0").replace('/', "~1")), value });
    }
    changed(Kind::PrincipalTags, &format!("{id} {provider}"), patch)
}

fn json(field: &str, text: &str) -> Result<Value, WireError> {
    serde_json::from_str(text).map_err(|error| WireError::validation(field, format!("This is no JSON: {error}.")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(|&word| word.to_owned()).collect()
    }

    #[test]
    fn an_identity_pool_is_changed_by_one_call_at_a_time() {
        let roles =
            TypedIdentityPool { roles: words(&["authenticated=arn", "unauthenticated="]), ..Default::default() };
        let (whole, patch) = identity_pool("eu-west-1:a", &roles).unwrap();
        assert_eq!((whole.kind, patch[0].pointer.as_str()), (Kind::Roles, "/Roles/authenticated"));
        assert_eq!((patch[1].pointer.as_str(), &patch[1].value), ("/Roles/unauthenticated", &None));
        let both = TypedIdentityPool { guests: Some(false), ..roles };
        assert!(identity_pool("eu-west-1:a", &both).unwrap_err().message.contains("one after the other"));
        let strange = TypedIdentityPool { roles: words(&["admin=arn"]), ..Default::default() };
        assert_eq!(identity_pool("eu-west-1:a", &strange).unwrap_err().field.as_deref(), Some("role"));
        let broken = TypedIdentityPool { mappings: Some("{".to_owned()), ..Default::default() };
        assert_eq!(identity_pool("eu-west-1:a", &broken).unwrap_err().field.as_deref(), Some("mappings"));
    }

    #[test]
    fn providers_are_lists_as_a_whole_and_tags_are_named_one_by_one() {
        let arn = "arn:aws:iam::123456789012:saml-provider/corp";
        let typed = TypedIdentityPool { saml: words(&[arn]), oidc: words(&[""]), ..Default::default() };
        let (whole, patch) = identity_pool("eu-west-1:a", &typed).unwrap();
        assert_eq!(whole.kind, Kind::IdentityPool);
        assert_eq!(patch.iter().map(|put| put.value.clone().unwrap()).collect::<Vec<_>>(), [json!([]), json!([arn])]);
        let (whole, patch) =
            principal_tags("eu-west-1:a", "graph.facebook.com", None, &words(&["team/a=custom:team", "old="])).unwrap();
        assert_eq!(whole.subject, "eu-west-1:a graph.facebook.com");
        let places: Vec<&str> = patch.iter().map(|put| put.pointer.as_str()).collect();
        assert_eq!(places, ["/UseDefaults", "/PrincipalTags/team~1a", "/PrincipalTags/old"]);
        assert_eq!((patch[0].value.clone(), patch[2].value.clone()), (Some(json!(false)), None));
        assert!(principal_tags("eu-west-1:a", "b", Some(true), &words(&["a=b"])).is_err());
        assert!(principal_tags("eu-west-1:a", "b", None, &[]).is_err(), "nothing is to change");
    }
}
