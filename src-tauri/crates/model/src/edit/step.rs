//! What comes to be and goes: pools, app clients, identity pools, resource servers, identity providers and domains are made and
//! deleted as a whole.
//!
//! What is not there is described by `null`. A patch that puts a whole description at the root (`""`) makes it, and one that
//! puts nothing there deletes it.

use serde_json::{Map, Value, json};

use super::differ::{Difference, differences};
use super::{Kind, MASK, Put, Refused};

/// Where the logo of the classic pages is sent. AWS tells its address alone.
pub(super) const IMAGE: &str = "/ImageFile";

/// What says who a SAML provider is.
const METADATA: [&str; 2] = ["MetadataURL", "MetadataFile"];

/// What AWS reads from that.
const FROM_METADATA: [&str; 2] = ["SSORedirectBindingURI", "SLORedirectBindingURI"];

/// What a pool is given when it is made and never again, in its description and in the request that makes it.
const CHOSEN_ONCE: [(&str, &str); 4] = [
    ("AliasAttributes", "AliasAttributes"),
    ("SchemaAttributes", "Schema"),
    ("UsernameAttributes", "UsernameAttributes"),
    ("UsernameConfiguration", "UsernameConfiguration"),
];

/// What AWS alone says and is shown all the same when something comes or goes.
const SHOWN: [&str; 5] =
    ["/ProviderType", "/ClientSecret", "/ClientSecretId", "/ClientSecretCreateDate", "/ClientSecretValue"];

/// What a patch does to the thing itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// It changes.
    Update,
    /// It comes to be.
    Create,
    /// It goes.
    Delete,
}

impl Step {
    /// What a patch does.
    #[must_use]
    pub fn of(patch: &[Put]) -> Self {
        match patch {
            [Put { pointer, value: Some(_) }] if pointer.is_empty() => Self::Create,
            [Put { pointer, value: None }] if pointer.is_empty() => Self::Delete,
            _ => Self::Update,
        }
    }
}

impl Kind {
    /// The operation that takes a step. Where a kind is neither made nor deleted here, the one that writes it.
    #[must_use]
    pub fn operation(self, step: Step) -> &'static str {
        match (self, step) {
            (Self::Pool, Step::Create) => "CreateUserPool",
            (Self::Pool, Step::Delete) => "DeleteUserPool",
            (Self::IdentityPool, Step::Create) => "CreateIdentityPool",
            (Self::IdentityPool, Step::Delete) => "DeleteIdentityPool",
            (Self::Client, Step::Create) => "CreateUserPoolClient",
            (Self::Client, Step::Delete) => "DeleteUserPoolClient",
            (Self::ResourceServer, Step::Create) => "CreateResourceServer",
            (Self::ResourceServer, Step::Delete) => "DeleteResourceServer",
            (Self::Provider, Step::Create) => "CreateIdentityProvider",
            (Self::Provider, Step::Delete) => "DeleteIdentityProvider",
            (Self::Domain, Step::Create) => "CreateUserPoolDomain",
            (Self::Domain, Step::Delete) => "DeleteUserPoolDomain",
            (Self::ClientSecret, Step::Delete) => "DeleteUserPoolClientSecret",
            (Self::Style, Step::Create) => "CreateManagedLoginBranding",
            (Self::Style, Step::Delete) => "DeleteManagedLoginBranding",
            (kind, _) => kind.writes(),
        }
    }

    /// Whether it is made and deleted here. A custom attribute is only made.
    #[must_use]
    pub fn comes_and_goes(self) -> bool {
        self.holds_others()
            || matches!(
                self,
                Self::Client
                    | Self::ResourceServer
                    | Self::Provider
                    | Self::Domain
                    | Self::Attribute
                    | Self::ClientSecret
                    | Self::Style
                    | Self::ClientRisk
            )
    }

    /// Whether people or identities are lost with it: it is deleted only to take back that it was made, while it is empty.
    #[must_use]
    pub fn holds_others(self) -> bool {
        matches!(self, Self::Pool | Self::IdentityPool)
    }

    /// What is sent so that what is described becomes what is wanted, but for the ids. `secret` says that a secret is to be
    /// another one, which does not show.
    ///
    /// # Errors
    /// As [`Kind::request`].
    pub fn write(self, before: &Value, wanted: &Value, secret: bool) -> Result<Map<String, Value>, Refused> {
        let style = before.pointer("/ManagedLoginBranding/ManagedLoginBrandingId").filter(|_| self == Self::Style);
        let style = style.map(|id| ("ManagedLoginBrandingId".to_owned(), id.clone()));
        if wanted.is_null() {
            return Ok(style.into_iter().collect());
        }
        let mut request = self.request(wanted)?;
        request.extend(style);
        if before.is_null() {
            let kind = wanted.pointer("/IdentityProvider/ProviderType").filter(|_| self == Self::Provider);
            request.extend(kind.map(|kind| ("ProviderType".to_owned(), kind.clone())));
            if self == Self::Pool {
                let chosen = |(told, asked): (&str, &str)| {
                    let value = wanted.get("UserPool")?.get(told).filter(|value| !value.is_null())?;
                    Some((asked.to_owned(), value.clone()))
                };
                request.extend(CHOSEN_ONCE.into_iter().filter_map(chosen));
            }
            if self == Self::Client && wanted.pointer("/UserPoolClient/ClientSecret").is_some() {
                request.insert("GenerateSecret".to_owned(), true.into());
            }
            return Ok(request);
        }
        // What stands there now has to be known, too.
        self.request(before)?;
        let details = "/IdentityProvider/ProviderDetails";
        if self == Self::Provider && !secret && before.pointer(details) == wanted.pointer(details) {
            // AWS keeps what is left out here, and so the secret need not be known.
            request.remove("ProviderDetails");
        }
        if self == Self::Provider {
            // AWS keeps what is left out, so what is to go is sent empty.
            let (map, list) = (json!({}), json!([]));
            for (name, empty) in [("AttributeMapping", &map), ("IdpIdentifiers", &list), ("AcrMapping", &map)] {
                let was = before.pointer("/IdentityProvider").and_then(|provider| provider.get(name));
                if was.is_some_and(|was| !was.is_null()) {
                    request.entry(name).or_insert_with(|| empty.clone());
                }
            }
        }
        if self == Self::ClassicStyle && before.pointer("/UICustomization/CSS").is_some() {
            request.entry("CSS").or_insert_with(|| "".into());
        }
        if let Some(told) = request.get_mut("ProviderDetails").and_then(Value::as_object_mut) {
            let kind = before.pointer("/IdentityProvider/ProviderType").and_then(Value::as_str);
            if kind == Some("SignInWithApple") && !told.contains_key("private_key") {
                return Err(Refused::Untold("private_key"));
            }
            let at = |body: &Value, name: &str| body.pointer(details).and_then(|details| details.get(name)).cloned();
            if METADATA.iter().any(|name| at(before, name) != at(wanted, name)) {
                // They are read from the metadata, and those that were there are of the older one.
                told.retain(|name, value| {
                    !FROM_METADATA.contains(&name.as_str()) || at(before, name).as_ref() != Some(&*value)
                });
            }
        }
        Ok(request)
    }

    /// Whether nobody can see if a patch was made: it is about a secret alone.
    #[must_use]
    pub fn hides(self, patch: &[Put]) -> bool {
        let masked = |put: &Put| put.value.as_ref().is_some_and(|value| value == MASK);
        self == Self::Provider && patch.iter().all(masked)
    }

    /// Whether a place follows another one: what AWS reads from the metadata of a SAML provider.
    pub(super) fn reads(self, put: &str, place: &str) -> bool {
        let of = |names: &[&str], place: &str| {
            let name = place.strip_prefix("/IdentityProvider/ProviderDetails/");
            name.is_some_and(|name| names.contains(&name))
        };
        self == Self::Provider && of(&METADATA, put) && (of(&FROM_METADATA, place) || of(&METADATA, place))
    }

    /// What differs, also where one side is not there: then member by member of the other, and what AWS alone says is left out.
    #[must_use]
    pub fn differences(self, before: &Value, after: &Value) -> Vec<Difference> {
        let root = self.root().trim_start_matches('/');
        let shell = if root.is_empty() { json!({}) } else { json!({ (root): {} }) };
        let side = |value: &Value| if value.is_null() { shell.clone() } else { value.clone() };
        let mut all = differences(&side(before), &side(after));
        if before.is_null() || after.is_null() {
            // Ids, times and what else AWS alone says come and go with it.
            all.retain(|it| {
                !self.is_fixed(&it.pointer)
                    || self.is_chosen_once(&it.pointer)
                    || SHOWN.iter().any(|shown| it.pointer.ends_with(shown))
            });
        }
        all
    }

    /// Whether a pool is given what is at a place when it is made, and never again.
    pub(super) fn is_chosen_once(self, pointer: &str) -> bool {
        let member = pointer.strip_prefix("/UserPool/").and_then(|rest| rest.split('/').next());
        self == Self::Pool && CHOSEN_ONCE.iter().any(|(told, _)| Some(*told) == member)
    }

    /// The body with a whole description put at its root, or taken away.
    pub(super) fn made_or_gone(self, body: &Value, value: Option<&Value>) -> Result<Value, Refused> {
        match (body.is_null(), value) {
            _ if !self.comes_and_goes() => Err(Refused::Fixed("This as a whole".to_owned())),
            (false, None) if self == Self::Attribute => Err(Refused::Stays),
            (true, Some(whole)) => Ok(whole.clone()),
            (false, None) => Ok(Value::Null),
            (false, Some(_)) => Err(Refused::Exists),
            (true, None) => Err(Refused::Absent),
        }
    }
}

/// The value without what is masked: nobody can tell whether a secret is the one that was meant.
pub(super) fn unmasked(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let kept = map.iter().filter(|(_, inner)| *inner != MASK);
            Value::Object(kept.map(|(name, inner)| (name.clone(), unmasked(inner))).collect())
        }
        other if other == MASK => Value::Null,
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(value: Option<Value>) -> Vec<Put> {
        vec![Put { pointer: String::new(), value }]
    }

    #[test]
    fn a_resource_server_comes_changes_and_goes() {
        let kind = Kind::ResourceServer;
        let server =
            json!({ "ResourceServer": { "Name": "api", "Scopes": [{ "ScopeName": "a", "ScopeDescription": "b" }] } });
        let made = kind.patched(&Value::Null, &whole(Some(server.clone()))).unwrap();
        let mut request = kind.write(&Value::Null, &made, false).unwrap();
        kind.address(Step::Create, &mut request, "pool", "https://api");
        let names: Vec<&String> = request.keys().collect();
        assert_eq!(names, ["Identifier", "Name", "Scopes", "UserPoolId"]);
        assert_eq!(kind.differences(&Value::Null, &made).len(), 2);
        assert_eq!(kind.patched(&server, &whole(Some(server.clone()))), Err(Refused::Exists));
        assert_eq!(kind.patched(&Value::Null, &whole(None)), Err(Refused::Absent));
        assert_eq!(kind.patched(&server, &whole(None)), Ok(Value::Null));
        let renamed = [Put { pointer: "/ResourceServer/Name".to_owned(), value: Some(json!("b")) }];
        assert_eq!(kind.patched(&Value::Null, &renamed), Err(Refused::Absent));
        let mfa = json!({ "MfaConfiguration": "ON" });
        assert!(matches!(Kind::Mfa.patched(&mfa, &whole(None)), Err(Refused::Fixed(_))), "it only changes");
    }

    #[test]
    fn a_pool_is_made_with_what_it_is_given_once_and_what_aws_adds_is_no_change() {
        let kind = Kind::Pool;
        let schema = json!([{ "Name": "email", "Required": true }]);
        let wanted = json!({ "UserPool": { "Name": "shop", "UsernameAttributes": ["email"], "SchemaAttributes": schema,
            "UsernameConfiguration": { "CaseSensitive": false }, "DeletionProtection": "ACTIVE" } });
        let patch = whole(Some(wanted.clone()));
        let made = kind.patched(&Value::Null, &patch).unwrap();
        let mut request = kind.write(&Value::Null, &made, false).unwrap();
        kind.address(Step::Create, &mut request, "eu-west-1_new", "");
        let names: Vec<&String> = request.keys().collect();
        let expected = ["DeletionProtection", "PoolName", "Schema", "UsernameAttributes", "UsernameConfiguration"];
        assert_eq!(names, expected);
        let shown: Vec<String> = kind.differences(&Value::Null, &made).into_iter().map(|it| it.pointer).collect();
        assert!(shown.contains(&"/UserPool/UsernameConfiguration".to_owned()), "{shown:?}");
        let told = |sensitive: bool, required: bool| {
            json!({ "UserPool": { "Id": "eu-west-1_a", "Name": "shop", "UsernameAttributes": ["email"], "Policies": {},
                "SchemaAttributes": [{ "Name": "sub", "Required": true },
                    { "Name": "email", "Required": required, "Mutable": true }],
                "UsernameConfiguration": { "CaseSensitive": sensitive }, "DeletionProtection": "ACTIVE" } })
        };
        let verified = |after: &Value| super::super::verify(&patch, &Value::Null, after, None, kind);
        assert!(verified(&told(false, true)).is_clean(), "{:?}", verified(&told(false, true)));
        assert_eq!(verified(&told(true, true)).missing[0].pointer, "/UserPool/UsernameConfiguration/CaseSensitive");
        assert_eq!(verified(&told(false, false)).missing[0].pointer, "/UserPool/SchemaAttributes");
    }

    #[test]
    fn a_custom_attribute_comes_without_its_prefix_and_stays_for_good() {
        let kind = Kind::Attribute;
        let wanted = json!({ "SchemaAttribute": { "AttributeDataType": "String", "Mutable": true,
            "StringAttributeConstraints": { "MinLength": "0", "MaxLength": "20" } } });
        let mut request = kind.write(&Value::Null, &wanted, false).unwrap();
        kind.address(Step::Create, &mut request, "pool", "custom:plan");
        let attribute = json!({ "Name": "plan", "AttributeDataType": "String", "Mutable": true,
            "StringAttributeConstraints": { "MinLength": "0", "MaxLength": "20" } });
        assert_eq!(Value::Object(request), json!({ "UserPoolId": "pool", "CustomAttributes": [attribute] }));
        assert_eq!(kind.differences(&Value::Null, &wanted).len(), 3);
        assert_eq!(kind.patched(&wanted, &whole(None)), Err(Refused::Stays));
        let other = [Put { pointer: "/SchemaAttribute/Mutable".to_owned(), value: Some(json!(false)) }];
        assert_eq!(kind.patched(&wanted, &other), Err(Refused::Stays));
        assert!(kind.forward(Step::Create).is_some() && kind.lost(&whole(Some(wanted)), &Value::Null).is_some());
        assert_eq!(Kind::described_by("AddCustomAttributes"), Some(kind), "DescribeUserPool is the pool's");
    }

    #[test]
    fn a_secret_is_made_of_a_client_and_deleted_by_its_own_id() {
        let kind = Kind::ClientSecret;
        let wanted = json!({ "ClientSecret": { "ClientSecretValue": MASK } });
        let mut request = kind.write(&Value::Null, &wanted, false).unwrap();
        kind.address(Step::Create, &mut request, "pool", "web");
        assert_eq!(Value::Object(request), json!({ "UserPoolId": "pool", "ClientId": "web" }), "AWS makes it");
        assert_eq!(kind.differences(&Value::Null, &wanted).len(), 1, "and it is shown that there will be one");
        let mut gone = kind.write(&wanted, &Value::Null, false).unwrap();
        kind.address(Step::Delete, &mut gone, "pool", "web--17");
        let expected = json!({ "UserPoolId": "pool", "ClientId": "web", "ClientSecretId": "web--17" });
        assert_eq!(Value::Object(gone), expected);
        assert!(kind.is_named("web--17") && !kind.is_named("web"));
    }

    #[test]
    fn a_style_goes_by_its_own_id_and_what_its_settings_are_called_is_free() {
        let kind = Kind::Style;
        let before = json!({ "ManagedLoginBranding": { "ManagedLoginBrandingId": "id", "UserPoolId": "pool",
            "UseCognitoProvidedValues": false, "Settings": { "any": [{ "thing": 1 }] } } });
        let put =
            [Put { pointer: "/ManagedLoginBranding/Settings/any".to_owned(), value: Some(json!({ "other": [] })) }];
        let mut request = kind.write(&before, &kind.patched(&before, &put).unwrap(), false).unwrap();
        kind.address(Step::Update, &mut request, "pool", "web");
        let expected = json!({ "UserPoolId": "pool", "ManagedLoginBrandingId": "id", "UseCognitoProvidedValues": false,
            "Settings": { "any": { "other": [] } } });
        assert_eq!(Value::Object(request), expected);
        assert_eq!(kind.write(&before, &Value::Null, false).unwrap().len(), 1);
        let classic = json!({ "UICustomization": { "CSS": ".a{}", "ImageUrl": "https://a", "ClientId": "ALL" } });
        let gone = [Put { pointer: "/UICustomization/CSS".to_owned(), value: None }];
        let gone = Kind::ClassicStyle.patched(&classic, &gone).unwrap();
        let mut request = Kind::ClassicStyle.write(&classic, &gone, false).unwrap();
        Kind::ClassicStyle.address(Step::Update, &mut request, "pool", "");
        assert_eq!(Value::Object(request), json!({ "UserPoolId": "pool", "ClientId": "ALL", "CSS": "" }));
    }

    #[test]
    fn an_identity_pool_is_described_by_the_whole_answer() {
        let wanted = json!({ "IdentityPoolName": "shop", "AllowUnauthenticatedIdentities": false });
        let shown = Kind::IdentityPool.differences(&Value::Null, &wanted);
        assert_eq!(shown.len(), 2, "{shown:?}");
        let mut request = Kind::IdentityPool.write(&Value::Null, &wanted, false).unwrap();
        Kind::IdentityPool.address(Step::Create, &mut request, "eu-west-1_a", "");
        assert_eq!(Value::Object(request), wanted);
    }

    #[test]
    fn the_details_of_a_provider_are_left_out_unless_they_change_so_that_its_secret_need_not_be_known() {
        let kind = Kind::Provider;
        let before = json!({ "IdentityProvider": { "ProviderName": "Corp", "ProviderType": "OIDC",
            "ProviderDetails": { "client_id": "a", "client_secret": MASK }, "AttributeMapping": { "email": "email" } } });
        let put = |place: &str, value: &str| {
            let pointer = format!("/IdentityProvider/{place}");
            kind.patched(&before, &[Put { pointer, value: Some(json!(value)) }]).unwrap()
        };
        let mapped = kind.write(&before, &put("AttributeMapping/name", "name"), false).unwrap();
        assert!(!mapped.contains_key("ProviderDetails") && mapped.contains_key("AttributeMapping"), "{mapped:?}");
        let last = [Put { pointer: "/IdentityProvider/AttributeMapping/email".to_owned(), value: None }];
        let unmapped = kind.write(&before, &kind.patched(&before, &last).unwrap(), false).unwrap();
        assert_eq!(unmapped["AttributeMapping"], json!({}), "AWS would keep what is left out");
        assert!(!unmapped.contains_key("IdpIdentifiers"), "there were none");
        let moved = kind.write(&before, &put("ProviderDetails/client_id", "b"), false).unwrap();
        assert_eq!(moved["ProviderDetails"], json!({ "client_id": "b", "client_secret": MASK }));
        assert!(kind.write(&before, &before, true).unwrap().contains_key("ProviderDetails"), "another secret");
        assert_eq!(kind.write(&Value::Null, &before, false).unwrap()["ProviderType"], "OIDC");
        let fixed = [Put { pointer: "/IdentityProvider/ProviderType".to_owned(), value: Some(json!("SAML")) }];
        assert!(matches!(kind.patched(&before, &fixed), Err(Refused::Fixed(_))));
    }

    #[test]
    fn a_domain_that_nobody_has_and_one_on_its_way_out_are_not_there() {
        for absent in [
            json!({ "DomainDescription": {} }),
            json!({ "DomainDescription": { "Domain": "a", "Status": "DELETING" } }),
        ] {
            assert!(Kind::Domain.is_absent(&absent), "{absent}");
        }
        let there = json!({ "DomainDescription": { "Domain": "a", "Status": "ACTIVE", "ManagedLoginVersion": 1,
            "CustomDomainConfig": {}, "Version": "7" } });
        assert!(!Kind::Domain.is_absent(&there));
        assert_eq!(Value::Object(Kind::Domain.request(&there).unwrap()), json!({ "ManagedLoginVersion": 1 }));
    }
}
