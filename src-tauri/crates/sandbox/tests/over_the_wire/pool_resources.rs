//! What belongs to a pool beside people, groups and clients.

use crate::support::{Live, live};
use serde_json::{Value, json};

const INVALID: &str = "InvalidParameterException";

fn pool(live: &Live, plan: &str) -> Value {
    live.ok("CreateUserPool", json!({ "PoolName": "p", "UserPoolTier": plan }))["UserPool"]["Id"].clone()
}

fn client(live: &Live, pool: &Value) -> Value {
    let made = live.ok("CreateUserPoolClient", json!({ "UserPoolId": pool, "ClientName": "c" }));
    made["UserPoolClient"]["ClientId"].clone()
}

fn with(pool: &Value, mut input: Value) -> Value {
    input["UserPoolId"] = pool.clone();
    input
}

#[test]
fn resource_servers_define_scopes_that_clients_may_have() {
    let live = live(1);
    let pool = pool(&live, "LITE");
    let scope = |name: &str| json!({ "ScopeName": name, "ScopeDescription": "d" });
    let server = json!({ "Identifier": "https://api.example", "Name": "API", "Scopes": [scope("read")] });
    let made = live.ok("CreateResourceServer", with(&pool, server.clone()))["ResourceServer"].clone();
    assert_eq!(made, with(&pool, server.clone()));
    live.fails("CreateResourceServer", with(&pool, server), INVALID);
    let allows = |scope: &str| {
        let input = json!({ "ClientName": "c", "AllowedOAuthScopes": [scope] });
        live.call("CreateUserPoolClient", with(&pool, input)).status == 200
    };
    assert!(allows("https://api.example/read") && !allows("https://api.example/write"));
    let changed = json!({ "Identifier": "https://api.example", "Name": "API 2", "Scopes": [scope("write")] });
    live.ok("UpdateResourceServer", with(&pool, changed));
    assert!(!allows("https://api.example/read") && allows("https://api.example/write"));
    live.ok("UpdateResourceServer", with(&pool, json!({ "Identifier": "https://api.example", "Name": "API 2" })));
    assert!(!allows("https://api.example/write"), "scopes that are left out are gone");
    for bad in [scope("with/slash"), scope(""), json!({ "ScopeName": "x" })] {
        let input = json!({ "Identifier": "other", "Name": "o", "Scopes": [bad] });
        live.fails("CreateResourceServer", with(&pool, input), INVALID);
    }
    for number in 1..25 {
        live.ok("CreateResourceServer", with(&pool, json!({ "Identifier": format!("n{number}"), "Name": "n" })));
    }
    let one_more = with(&pool, json!({ "Identifier": "one-more", "Name": "n" }));
    live.fails("CreateResourceServer", one_more, "LimitExceededException");
    let pages =
        live.pages("ListResourceServers", with(&pool, json!({ "MaxResults": 10 })), "ResourceServers", "NextToken");
    assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [10, 10, 5]);
    live.fails("ListResourceServers", with(&pool, json!({ "MaxResults": 51 })), INVALID);
    live.ok("DeleteResourceServer", with(&pool, json!({ "Identifier": "n1" })));
    for operation in ["DeleteResourceServer", "DescribeResourceServer"] {
        live.fails(operation, with(&pool, json!({ "Identifier": "n1" })), "ResourceNotFoundException");
    }
}

#[test]
fn identity_providers_are_made_found_by_identifier_changed_and_deleted() {
    let live = live(1);
    let pool = pool(&live, "LITE");
    let google = json!({
        "ProviderName": "Google",
        "ProviderType": "Google",
        "ProviderDetails": { "client_id": "id", "client_secret": "secret", "authorize_scopes": "email" },
        "AttributeMapping": { "email": "email", "username": "sub" },
        "IdpIdentifiers": ["g.example"],
    });
    let made = live.ok("CreateIdentityProvider", with(&pool, google.clone()))["IdentityProvider"].clone();
    assert_eq!(made["ProviderDetails"]["oidc_issuer"], "https://accounts.google.com");
    assert!(made["CreationDate"].is_number());
    live.fails("CreateIdentityProvider", with(&pool, google.clone()), "DuplicateProviderException");
    let found = live.ok("GetIdentityProviderByIdentifier", with(&pool, json!({ "IdpIdentifier": "g.example" })));
    assert_eq!(found["IdentityProvider"], made);
    let oidc = |details: Value, more: Value| {
        let mut input = json!({ "ProviderName": "Mine", "ProviderType": "OIDC", "ProviderDetails": details });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        with(&pool, input)
    };
    let details = json!({ "client_id": "id", "oidc_issuer": "https://i.example", "authorize_scopes": "openid" });
    for bad in [
        oidc(json!({ "client_id": "id" }), json!({})),
        oidc(details.clone(), json!({ "AttributeMapping": { "custom:none": "x" } })),
        oidc(details.clone(), json!({ "IdpIdentifiers": ["g.example"] })),
        oidc(details.clone(), json!({ "ProviderType": "Google" })),
        oidc(details.clone(), json!({ "ProviderType": "SAML" })),
        oidc(details.clone(), json!({ "ProviderType": "Myspace" })),
        oidc(details.clone(), json!({ "ProviderName": "x".repeat(33) })),
        oidc(details.clone(), json!({ "ProviderName": "COGNITO" })),
    ] {
        live.fails("CreateIdentityProvider", bad, INVALID);
    }
    live.ok("CreateIdentityProvider", oidc(details, json!({})));
    let saml = |more: Value| {
        let mut details = json!({ "MetadataURL": "https://idp.example/saml" });
        details.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        with(&pool, json!({ "ProviderName": "Saml", "ProviderType": "SAML", "ProviderDetails": details }))
    };
    let made_saml = live.ok("CreateIdentityProvider", saml(json!({})))["IdentityProvider"]["ProviderDetails"].clone();
    assert!(made_saml["ActiveEncryptionCertificate"].is_string(), "AWS tells it and does not take it");
    live.fails("UpdateIdentityProvider", saml(json!({ "ActiveEncryptionCertificate": "x" })), INVALID);
    let input = json!({ "ClientName": "c", "SupportedIdentityProviders": ["COGNITO", "Mine", "Google"] });
    let client = live.ok("CreateUserPoolClient", with(&pool, input))["UserPoolClient"]["ClientId"].clone();
    let change = json!({ "ProviderName": "Google", "IdpIdentifiers": [] });
    let changed = live.ok("UpdateIdentityProvider", with(&pool, change))["IdentityProvider"].clone();
    assert_eq!(changed["AttributeMapping"], made["AttributeMapping"], "what is left out stays");
    let gone = with(&pool, json!({ "IdpIdentifier": "g.example" }));
    live.fails("GetIdentityProviderByIdentifier", gone, "ResourceNotFoundException");
    let listed = live.ok("ListIdentityProviders", with(&pool, json!({ "MaxResults": 1 })));
    assert_eq!(listed["Providers"][0]["ProviderName"], "Google");
    assert!(listed["Providers"][0].get("ProviderDetails").is_none() && listed["NextToken"].is_string());
    live.ok("DeleteIdentityProvider", with(&pool, json!({ "ProviderName": "Google" })));
    let left = live.ok("DescribeUserPoolClient", with(&pool, json!({ "ClientId": client })));
    assert_eq!(left["UserPoolClient"]["SupportedIdentityProviders"], json!(["COGNITO", "Mine"]));
    let google = with(&pool, json!({ "ProviderName": "Google" }));
    live.fails("DescribeIdentityProvider", google, "ResourceNotFoundException");
    let own = with(&pool, json!({ "ProviderName": "COGNITO" }));
    live.fails("DeleteIdentityProvider", own, "UnsupportedIdentityProviderException");
}

#[test]
fn a_domain_is_taken_once_and_keeps_its_pool_from_deletion() {
    let live = live(1);
    let (pool, other) = (pool(&live, "ESSENTIALS"), pool(&live, "LITE"));
    let unknown = live.ok("DescribeUserPoolDomain", json!({ "Domain": "my-prefix" }));
    assert_eq!(unknown, json!({ "DomainDescription": {} }));
    for bad in ["my-cognito-app", "aws-x", "amazon1", "-x", "Upper", "dotted.name", ""] {
        live.fails("CreateUserPoolDomain", with(&pool, json!({ "Domain": bad })), INVALID);
    }
    let managed = json!({ "Domain": "my-prefix", "ManagedLoginVersion": 2 });
    live.fails("CreateUserPoolDomain", with(&other, managed.clone()), "FeatureUnavailableInTierException");
    assert_eq!(live.ok("CreateUserPoolDomain", with(&pool, managed))["ManagedLoginVersion"], 2);
    live.fails("CreateUserPoolDomain", with(&other, json!({ "Domain": "my-prefix" })), INVALID);
    live.fails("CreateUserPoolDomain", with(&pool, json!({ "Domain": "second" })), INVALID);
    let custom = |certificate: &str| json!({ "Domain": "auth.example.com", "CustomDomainConfig": { "CertificateArn": certificate } });
    let elsewhere = custom("arn:aws:acm:eu-west-1:123456789012:certificate/1");
    live.fails("CreateUserPoolDomain", with(&pool, elsewhere), INVALID);
    let here = custom("arn:aws:acm:us-east-1:123456789012:certificate/1");
    assert!(live.ok("CreateUserPoolDomain", with(&pool, here))["CloudFrontDomain"].is_string());
    let described = live.ok("DescribeUserPool", with(&pool, json!({})))["UserPool"].clone();
    assert_eq!((&described["Domain"], &described["CustomDomain"]), (&json!("my-prefix"), &json!("auth.example.com")));
    let domain = live.ok("DescribeUserPoolDomain", json!({ "Domain": "my-prefix" }))["DomainDescription"].clone();
    assert_eq!((&domain["UserPoolId"], &domain["Status"]), (&pool, &json!("ACTIVE")));
    live.ok("UpdateUserPoolDomain", with(&pool, json!({ "Domain": "my-prefix", "ManagedLoginVersion": 1 })));
    live.fails(
        "UpdateUserPoolDomain",
        with(&pool, json!({ "Domain": "my-prefix", "ManagedLoginVersion": 3 })),
        INVALID,
    );
    live.fails("DeleteUserPool", with(&pool, json!({})), INVALID);
    live.fails("DeleteUserPoolDomain", with(&other, json!({ "Domain": "my-prefix" })), INVALID);
    for name in ["my-prefix", "auth.example.com"] {
        live.ok("DeleteUserPoolDomain", with(&pool, json!({ "Domain": name })));
    }
    live.ok("DeleteUserPool", with(&pool, json!({})));
}

#[test]
fn tags_are_added_replaced_and_removed_by_arn() {
    let live = live(1);
    let pool = live.ok("CreateUserPool", json!({ "PoolName": "p", "UserPoolTags": { "a": "1" } }))["UserPool"].clone();
    let arn = &pool["Arn"];
    live.ok("TagResource", json!({ "ResourceArn": arn, "Tags": { "a": "2", "b": "" } }));
    let tags = || live.ok("ListTagsForResource", json!({ "ResourceArn": arn }))["Tags"].clone();
    assert_eq!(tags(), json!({ "a": "2", "b": "" }));
    live.ok("UntagResource", json!({ "ResourceArn": arn, "TagKeys": ["a", "never"] }));
    assert_eq!(tags(), json!({ "b": "" }));
    live.fails("TagResource", json!({ "ResourceArn": arn, "Tags": { "aws:x": "1" } }), INVALID);
    let many: serde_json::Map<String, Value> = (0..50).map(|n| (format!("t{n}"), json!("v"))).collect();
    live.fails("TagResource", json!({ "ResourceArn": arn, "Tags": many }), INVALID);
    let gone = arn.as_str().unwrap().replace("userpool/", "userpool/eu-west-1_gone");
    live.fails("ListTagsForResource", json!({ "ResourceArn": gone }), "ResourceNotFoundException");
    live.fails("ListTagsForResource", json!({ "ResourceArn": "arn:aws:s3:::bucket" }), INVALID);
}

#[test]
fn risk_configuration_needs_threat_protection_and_is_replaced_whole() {
    let live = live(1);
    let made =
        json!({ "PoolName": "p", "UserPoolTier": "PLUS", "UserPoolAddOns": { "AdvancedSecurityMode": "ENFORCED" } });
    let guarded = live.ok("CreateUserPool", made)["UserPool"]["Id"].clone();
    let client = client(&live, &guarded);
    let open = pool(&live, "PLUS");
    live.fails("DescribeRiskConfiguration", with(&open, json!({})), "UserPoolAddOnNotEnabledException");
    let compromised = json!({ "Actions": { "EventAction": "BLOCK" } });
    let set = live
        .ok("SetRiskConfiguration", with(&guarded, json!({ "CompromisedCredentialsRiskConfiguration": compromised })));
    let filter = &set["RiskConfiguration"]["CompromisedCredentialsRiskConfiguration"]["EventFilter"];
    assert_eq!(filter.as_array().unwrap().len(), 3, "all events unless told otherwise");
    let of_client = || {
        live.ok("DescribeRiskConfiguration", with(&guarded, json!({ "ClientId": client })))["RiskConfiguration"].clone()
    };
    assert!(of_client().get("CompromisedCredentialsRiskConfiguration").is_some(), "a client follows the pool");
    let ranges = json!({ "RiskExceptionConfiguration": { "BlockedIPRangeList": ["10.0.0.0/8", "2001:db8::/32"] } });
    let mut own = ranges.clone();
    own["ClientId"] = client.clone();
    live.ok("SetRiskConfiguration", with(&guarded, own));
    assert!(of_client().get("CompromisedCredentialsRiskConfiguration").is_none());
    live.ok("SetRiskConfiguration", with(&guarded, ranges));
    let whole = live.ok("DescribeRiskConfiguration", with(&guarded, json!({})))["RiskConfiguration"].clone();
    assert!(whole.get("CompromisedCredentialsRiskConfiguration").is_none());
    let bad = json!({ "RiskExceptionConfiguration": { "SkippedIPRangeList": ["10.0.0.0/33"] } });
    live.fails("SetRiskConfiguration", with(&guarded, bad), INVALID);
    let action = json!({ "Notify": true, "EventAction": "BLOCK" });
    let silent = json!({ "AccountTakeoverRiskConfiguration": { "Actions": { "HighAction": action } } });
    live.fails("SetRiskConfiguration", with(&guarded, silent), INVALID);
    live.fails("SetRiskConfiguration", with(&guarded, json!({ "ClientId": "nobody" })), "ResourceNotFoundException");
}

#[test]
fn logs_go_where_their_source_can_be_sent() {
    let live = live(1);
    let (plus, lite) = (pool(&live, "PLUS"), pool(&live, "LITE"));
    let group = json!({ "LogGroupArn": "arn:aws:logs:eu-west-1:123456789012:log-group:/x" });
    let errors =
        json!({ "LogLevel": "ERROR", "EventSource": "userNotification", "CloudWatchLogsConfiguration": group });
    let events = json!({ "LogLevel": "INFO", "EventSource": "userAuthEvents", "S3Configuration": { "BucketArn": "arn:aws:s3:::logs" } });
    let set = |pool: &Value, logs: Value| {
        live.call("SetLogDeliveryConfiguration", with(pool, json!({ "LogConfigurations": logs })))
    };
    assert_eq!(set(&lite, json!([errors])).status, 200);
    assert_eq!(set(&lite, json!([events])).code(), "FeatureUnavailableInTierException");
    assert_eq!(set(&plus, json!([errors, events])).status, 200);
    let got = live.ok("GetLogDeliveryConfiguration", with(&plus, json!({})))["LogDeliveryConfiguration"].clone();
    assert_eq!(got, json!({ "UserPoolId": plus, "LogConfigurations": [errors, events] }));
    let mut wrong = errors.clone();
    wrong["LogLevel"] = json!("INFO");
    for bad in [json!([wrong]), json!([errors, errors]), json!([errors, events, errors])] {
        assert_eq!(set(&plus, bad.clone()).code(), INVALID, "{bad}");
    }
    live.fails("UpdateUserPool", with(&plus, json!({ "UserPoolTier": "LITE" })), "TierChangeNotAllowedException");
    assert_eq!(set(&plus, json!([])).status, 200);
    live.ok("UpdateUserPool", with(&plus, json!({ "UserPoolTier": "LITE" })));
}

#[test]
fn every_client_has_one_style_of_managed_login() {
    let live = live(1);
    let pool = pool(&live, "ESSENTIALS");
    let client = client(&live, &pool);
    let of = |more: Value| {
        let mut input = with(&pool, json!({ "ClientId": client }));
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        input
    };
    live.fails("DescribeManagedLoginBrandingByClient", of(json!({})), "ResourceNotFoundException");
    live.fails("CreateManagedLoginBranding", of(json!({ "UseCognitoProvidedValues": true, "Settings": {} })), INVALID);
    let asset = |mode: &str, bytes: &str| json!({ "Category": "FORM_LOGO", "ColorMode": mode, "Extension": "PNG", "Bytes": bytes });
    let style = json!({ "Settings": { "a": { "b": 1, "c": 2 } }, "Assets": [asset("LIGHT", "QUFB")] });
    let made = live.ok("CreateManagedLoginBranding", of(style))["ManagedLoginBranding"].clone();
    assert!(made.get("ClientId").is_none());
    live.fails("CreateManagedLoginBranding", of(json!({})), "ManagedLoginBrandingExistsException");
    let id = &made["ManagedLoginBrandingId"];
    let change = json!({ "ManagedLoginBrandingId": id, "Settings": { "a": { "b": 3 } }, "Assets": [asset("LIGHT", "QkJC"), asset("DARK", "Q0ND")] });
    live.ok("UpdateManagedLoginBranding", with(&pool, change));
    let found = live.ok("DescribeManagedLoginBrandingByClient", of(json!({})))["ManagedLoginBranding"].clone();
    assert_eq!(found["Settings"], json!({ "a": { "b": 3, "c": 2 } }));
    assert_eq!(found["Assets"], json!([asset("LIGHT", "QkJC"), asset("DARK", "Q0ND")]));
    live.ok("DeleteUserPoolClient", of(json!({})));
    let gone = with(&pool, json!({ "ManagedLoginBrandingId": id }));
    live.fails("DescribeManagedLoginBranding", gone, "ResourceNotFoundException");
}

#[test]
fn the_classic_pages_are_styled_for_all_clients_or_one_once_there_is_a_domain() {
    let live = live(1);
    let pool = pool(&live, "LITE");
    let client = client(&live, &pool);
    let get = |client: &Value| {
        live.ok("GetUICustomization", with(&pool, json!({ "ClientId": client })))["UICustomization"].clone()
    };
    live.fails("SetUICustomization", with(&pool, json!({ "CSS": "a{}" })), INVALID);
    live.ok("CreateUserPoolDomain", with(&pool, json!({ "Domain": "pages" })));
    assert_eq!(get(&client), json!({}));
    live.ok("SetUICustomization", with(&pool, json!({ "CSS": "all{}" })));
    assert_eq!((&get(&client)["CSS"], &get(&client)["ClientId"]), (&json!("all{}"), &json!("ALL")));
    live.ok("SetUICustomization", with(&pool, json!({ "ClientId": client, "CSS": "one{}", "ImageFile": "QUFB" })));
    assert_eq!(get(&client)["CSS"], "one{}");
    assert!(get(&client)["ImageUrl"].is_string() && get(&client).get("ImageFile").is_none());
    live.fails("GetUICustomization", with(&pool, json!({ "ClientId": "nobody" })), "ResourceNotFoundException");
}

#[test]
fn terms_are_one_of_each_name_for_a_client() {
    let live = live(1);
    let pool = pool(&live, "ESSENTIALS");
    let client = client(&live, &pool);
    let terms = |name: &str| {
        let links = json!({ "cognito:default": "https://x.example/terms" });
        with(
            &pool,
            json!({ "ClientId": client, "TermsName": name, "TermsSource": "LINK", "Enforcement": "NONE", "Links": links }),
        )
    };
    let made = live.ok("CreateTerms", terms("terms-of-use"))["Terms"].clone();
    live.fails("CreateTerms", terms("terms-of-use"), "TermsExistsException");
    live.fails("CreateTerms", terms("cookies"), INVALID);
    live.ok("CreateTerms", terms("privacy-policy"));
    let id = &made["TermsId"];
    live.fails(
        "UpdateTerms",
        with(&pool, json!({ "TermsId": id, "TermsName": "privacy-policy" })),
        "TermsExistsException",
    );
    let links = json!({ "cognito:default": "https://x.example/2", "cognito:german": "https://x.example/de" });
    live.ok("UpdateTerms", with(&pool, json!({ "TermsId": id, "Links": links })));
    let by_client = json!({ "ClientId": client, "TermsName": "terms-of-use" });
    let found = live.ok("DescribeTermsByClient", with(&pool, by_client))["Terms"].clone();
    assert_eq!((&found["TermsId"], &found["Links"]), (id, &links));
    let listed = live.ok("ListTerms", with(&pool, json!({})))["Terms"].clone();
    assert_eq!(listed.as_array().unwrap().len(), 2);
    assert!(listed[0].get("Links").is_none());
    live.ok("DeleteTerms", with(&pool, json!({ "TermsId": id })));
    live.fails("DescribeTerms", with(&pool, json!({ "TermsId": id })), "ResourceNotFoundException");
}

#[test]
fn everything_that_belongs_to_a_pool_is_saved_with_it() {
    let live = live(1);
    let server =
        json!({ "Identifier": "kept", "Name": "n", "Scopes": [{ "ScopeName": "s", "ScopeDescription": "d" }] });
    live.ok("CreateResourceServer", server);
    live.ok("CreateUserPoolDomain", json!({ "Domain": "kept" }));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.json");
    live.sandbox.save(&path).unwrap();
    let again = Live::of(sandbox::Sandbox::load(&path, live.sandbox.weather().now()).unwrap());
    for (operation, input) in [
        ("ListResourceServers", json!({})),
        ("DescribeUserPool", json!({})),
        ("DescribeUserPoolDomain", json!({ "Domain": "kept" })),
        ("GetUserPoolMfaConfig", json!({})),
    ] {
        assert_eq!(again.ok(operation, input.clone()), live.ok(operation, input), "{operation}");
    }
}

#[test]
fn rates_can_be_bought_within_what_is_granted() {
    let live = live(1);
    let of = |category: &str| json!({ "LimitClass": "API_CATEGORY", "Attributes": { "Category": category } });
    let get = |category: &str| live.call("GetProvisionedLimit", json!({ "LimitDefinition": of(category) }));
    let set = |category: &str, value: i64| {
        live.call("UpdateProvisionedLimit", json!({ "LimitDefinition": of(category), "RequestedLimitValue": value }))
    };
    let limit = get("UserRead").json()["Limit"].clone();
    assert_eq!((&limit["ProvisionedLimitValue"], &limit["FreeLimitValue"]), (&json!(120), &json!(120)));
    assert_eq!(set("UserRead", 200).json()["Limit"]["ProvisionedLimitValue"], 200);
    assert_eq!(get("UserRead").json()["Limit"]["ProvisionedLimitValue"], 200);
    assert_eq!(set("UserRead", 119).code(), INVALID, "below what is free");
    assert_eq!(set("UserRead", 1_000_000).code(), "ServiceQuotaExceededException");
    assert_eq!(set("UserList", 60).code(), INVALID, "not for sale");
    assert_eq!(get("UserDreams").code(), "ResourceNotFoundException");
    assert_eq!(set("UserAuthentication", 240).status, 200);
    live.ok("CreateUserPoolDomain", json!({ "Domain": "managed", "ManagedLoginVersion": 2 }));
    assert_eq!(set("UserAuthentication", 360).code(), INVALID, "managed login is in use");
}
