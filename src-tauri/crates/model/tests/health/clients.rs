//! Rules about app clients.

use rstest::rstest;
use serde_json::{Value, json};

use crate::expect;

/// Changes of the client.
fn client(changes: Value) -> Value {
    let changes = changes.as_object().unwrap().iter();
    let places: Value = changes.map(|(field, value)| (format!("/UserPoolClient/{field}"), value.clone())).collect();
    json!({ "DescribeUserPoolClient web": places })
}

/// The client cannot be read.
fn denied() -> Value {
    json!({ "DescribeUserPoolClient web": "denied" })
}

/// The client and the pool.
fn both(mut of_client: Value, pool: Value) -> Value {
    of_client.as_object_mut().unwrap().insert("DescribeUserPool".to_owned(), pool);
    of_client
}

const ADMIN_SCOPE: [&str; 2] = ["openid", "aws.cognito.signin.user.admin"];

#[rstest]
#[case("AC-01", client(json!({ "PreventUserExistenceErrors": "LEGACY" })), "fail medium")]
#[case("AC-01", client(json!({ "PreventUserExistenceErrors": null })), "fail medium")]
#[case("AC-01", denied(), "unknown")]
#[case("AC-02", client(json!({ "EnableTokenRevocation": false })), "fail medium")]
#[case("AC-02", client(json!({ "EnableTokenRevocation": null })), "unknown")]
#[case("AC-03", client(json!({ "RefreshTokenValidity": 31, "RefreshTokenRotation": null })), "fail medium")]
#[case("AC-03", client(json!({ "RefreshTokenValidity": 31 })), "pass")]
#[case("AC-03", client(json!({ "RefreshTokenValidity": 3650 })), "fail high")]
#[case("AC-03", client(json!({ "RefreshTokenValidity": 0, "TokenValidityUnits": null })), "pass")]
#[case("AC-03", client(json!({ "RefreshTokenValidity": 721, "RefreshTokenRotation": null,
    "TokenValidityUnits": { "RefreshToken": "hours" } })), "fail medium")]
#[case("AC-03", client(json!({ "AllowedOAuthFlows": ["client_credentials"],
    "ExplicitAuthFlows": ["ALLOW_REFRESH_TOKEN_AUTH"] })), "n/a")]
#[case("AC-03", denied(), "unknown")]
#[case("AC-04", client(json!({ "RefreshTokenRotation": { "Feature": "DISABLED" } })), "fail low")]
#[case("AC-04", client(json!({ "RefreshTokenRotation": null })), "fail low")]
#[case("AC-04", client(json!({ "ClientSecret": "********" })), "n/a")]
#[case("AC-04", denied(), "unknown")]
#[case("AC-05", client(json!({ "AccessTokenValidity": 61 })), "fail low")]
#[case("AC-05", client(json!({ "IdTokenValidity": 5, "TokenValidityUnits": null, "AccessTokenValidity": null })),
    "fail medium")]
#[case("AC-05", client(json!({ "IdTokenValidity": null, "AccessTokenValidity": null, "TokenValidityUnits": null })), "pass")]
#[case("AC-05", denied(), "unknown")]
#[case("AC-06", client(json!({ "AllowedOAuthFlows": ["code", "implicit"] })), "fail medium")]
#[case("AC-06", client(json!({ "AllowedOAuthFlows": null })), "pass")]
#[case("AC-06", denied(), "unknown")]
#[case("AC-07", client(json!({ "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"] })), "fail high")]
#[case("AC-07", client(json!({ "ExplicitAuthFlows": ["USER_PASSWORD_AUTH"], "ClientSecret": "********" })), "fail medium")]
#[case("AC-07", client(json!({ "ExplicitAuthFlows": null })), "pass")]
#[case("AC-07", denied(), "unknown")]
#[case("AC-08", client(json!({ "ExplicitAuthFlows": ["ALLOW_ADMIN_USER_PASSWORD_AUTH"] })), "fail medium")]
#[case("AC-08", client(json!({ "ExplicitAuthFlows": ["ADMIN_NO_SRP_AUTH"], "ClientSecret": "********" })), "pass")]
#[case("AC-08", client(json!({ "ExplicitAuthFlows": ["ADMIN_NO_SRP_AUTH"], "ClientSecret": "********",
    "AllowedOAuthFlows": ["implicit"] })), "fail medium")]
#[case("AC-08", denied(), "unknown")]
#[case("AC-09", client(json!({ "ExplicitAuthFlows": ["ALLOW_TOKEN_EXCHANGE_IMPERSONATION"] })), "fail high")]
#[case("AC-09", client(json!({ "ExplicitAuthFlows": ["ALLOW_TOKEN_EXCHANGE_DELEGATION"] })), "fail medium")]
#[case("AC-09", denied(), "unknown")]
#[case("AC-10", client(json!({ "CallbackURLs": ["http://app.good.example/callback"] })), "fail medium")]
#[case("AC-10", client(json!({ "LogoutURLs": ["HTTP://app.good.example"] })), "fail medium")]
#[case("AC-10", client(json!({ "CallbackURLs": ["http://localhost:3000", "http://[::1]:80/", "http://127.0.0.1"] })), "pass")]
#[case("AC-10", client(json!({ "CallbackURLs": ["http://localhost.evil.example"] })), "fail medium")]
#[case("AC-10", client(json!({ "CallbackURLs": ["http://localhost@evil.example"] })), "fail medium")]
#[case("AC-10", client(json!({ "CallbackURLs": null, "LogoutURLs": null })), "n/a")]
#[case("AC-10", denied(), "unknown")]
#[case("AC-11", client(json!({ "CallbackURLs": ["https://app.good.example", "http://localhost:3000"] })), "fail low")]
#[case("AC-11", client(json!({ "CallbackURLs": ["http://localhost:3000"], "LogoutURLs": null })), "pass")]
#[case("AC-11", denied(), "unknown")]
#[case("AC-12", client(json!({ "CallbackURLs": ["goodapp://callback"] })), "fail low")]
#[case("AC-12", client(json!({ "CallbackURLs": ["https://*.good.example"] })), "fail medium")]
#[case("AC-12", client(json!({ "CallbackURLs": ["https://192.0.2.7/callback"] })), "fail medium")]
#[case("AC-12", client(json!({ "CallbackURLs": ["https://xn--gd-jia.example/"] })), "fail medium")]
#[case("AC-12", client(json!({ "CallbackURLs": ["https://app.other.example.net/"] })), "fail low")]
#[case("AC-12", client(json!({ "CallbackURLs": ["https://www.good.example:8443/x"] })), "pass")]
#[case("AC-12", denied(), "unknown")]
#[case("AC-13", json!({ "ResolveHost app.good.example": { "/Status": "NXDOMAIN" } }), "fail high")]
#[case("AC-13", json!({ "ResolveHost app.good.example": "failed" }), "unknown")]
#[case("AC-13", client(json!({ "CallbackURLs": ["goodapp://callback"] })), "n/a")]
#[case("AC-14", client(json!({ "ClientSecret": "********", "CallbackURLs": ["goodapp://callback"] })), "fail medium")]
#[case("AC-14", client(json!({ "AllowedOAuthFlows": ["client_credentials"] })), "fail medium")]
#[case("AC-14", client(json!({ "ClientSecret": "********" })), "pass")]
#[case("AC-14", denied(), "unknown")]
#[case("AC-15", client(json!({ "AllowedOAuthScopes": ADMIN_SCOPE, "WriteAttributes": ["custom:locale"] })), "fail medium")]
#[case("AC-15", client(json!({ "AllowedOAuthScopes": ADMIN_SCOPE })), "pass")]
#[case("AC-15", denied(), "unknown")]
#[case("AC-16", client(json!({ "WriteAttributes": ["custom:locale"] })), "fail medium")]
#[case("AC-16", client(json!({ "WriteAttributes": ["custom:tenantId"] })), "fail high")]
#[case("AC-16", client(json!({ "WriteAttributes": null })), "pass")]
#[case("AC-16", client(json!({ "WriteAttributes": ["custom:role"] })), "pass")]
#[case("AC-16", both(client(json!({ "WriteAttributes": ["custom:role"] })),
    json!({ "/UserPool/AdminCreateUserConfig/AllowAdminCreateUserOnly": false })), "fail high")]
#[case("AC-16", denied(), "unknown")]
#[case("AC-18", both(client(json!({})), json!({ "/UserPool/UserAttributeUpdateSettings": null })), "fail high")]
#[case("AC-18", both(client(json!({ "WriteAttributes": null })), json!({ "/UserPool/UserAttributeUpdateSettings": null })),
    "fail high")]
#[case("AC-18", both(client(json!({ "WriteAttributes": ["name"] })),
    json!({ "/UserPool/UserAttributeUpdateSettings": null })), "pass")]
#[case("AC-18", json!({ "DescribeUserPool": "denied" }), "unknown")]
#[case("AC-19", json!({ "DescribeRiskConfiguration web": { "/RiskConfiguration/AccountTakeoverRiskConfiguration":
    { "Actions": { "HighAction": { "EventAction": "MFA_IF_CONFIGURED" } } } } }), "fail medium")]
#[case("AC-19", json!({ "DescribeRiskConfiguration web": {
    "/RiskConfiguration/RiskExceptionConfiguration/SkippedIPRangeList": ["10.0.0.0/8"] } }), "fail medium")]
#[case("AC-19", json!({ "DescribeUserPool": { "/UserPool/UserPoolAddOns": null } }), "n/a")]
#[case("AC-19", json!({ "DescribeRiskConfiguration web": "throttled" }), "unknown")]
#[case("AC-20", json!({ "LookupEvents web": { "/Events": [] } }), "fail low")]
#[case("AC-20", json!({ "LookupEvents web": "denied" }), "unknown")]
#[case("AC-21", client(json!({ "ExplicitAuthFlows": ["CUSTOM_AUTH_FLOW_ONLY"] })), "fail low")]
#[case("AC-21", denied(), "unknown")]
fn rules_about_clients(#[case] id: &str, #[case] changes: Value, #[case] expected: &str) {
    expect(id, &changes, expected);
}
