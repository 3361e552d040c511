//! What a program has to be told about an app client, in the forms that programs read.

use serde_json::json;

use crate::PoolId;
use crate::client::AppClient;

/// A client, and where its pool is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Configuration {
    /// The pool.
    pub pool: PoolId,
    /// What tokens name as their issuer.
    pub issuer: String,
    /// The host of hosted login; `None` when the pool has no domain.
    pub domain: Option<String>,
    /// The client.
    pub client: AppClient,
}

impl Configuration {
    /// For Amplify 6 in JavaScript: what `Amplify.configure` takes. Without hosted login when the client or pool has none.
    #[must_use]
    pub fn amplify(&self) -> String {
        let mut cognito = json!({ "userPoolId": self.pool.as_str(), "userPoolClientId": self.client.id.as_str() });
        if let (Some(domain), true) = (&self.domain, self.client.oauth_flows.iter().any(|grant| grant == "code")) {
            cognito["loginWith"] = json!({ "oauth": {
                "domain": domain,
                "scopes": self.client.scopes,
                "redirectSignIn": self.client.callback_urls,
                "redirectSignOut": self.client.logout_urls,
                "responseType": "code",
            } });
        }
        let body = json!({ "Auth": { "Cognito": cognito } });
        let body = serde_json::to_string_pretty(&body).unwrap_or_default();
        let note = if self.client.has_secret {
            "// This client has a secret, which Amplify cannot use: make a client without one for apps.\n"
        } else {
            ""
        };
        format!("{note}import {{ Amplify }} from \"aws-amplify\";\n\nAmplify.configure({body});\n")
    }

    /// For any OpenID Connect library, as JSON. The secret has to be filled in by hand.
    #[must_use]
    pub fn oidc(&self) -> String {
        let grants = |known: &[(&str, &'static [&'static str])]| -> Vec<&'static str> {
            let of = |flow: &String| known.iter().find(|(name, _)| name == flow).map_or(&[][..], |(_, told)| told);
            self.client.oauth_flows.iter().flat_map(of).copied().collect()
        };
        let mut told = json!({
            "issuer": self.issuer,
            "discovery": format!("{}/.well-known/openid-configuration", self.issuer),
            "client_id": self.client.id.as_str(),
            "redirect_uris": self.client.callback_urls,
            "post_logout_redirect_uris": self.client.logout_urls,
            "response_types": grants(&[("code", &["code"]), ("implicit", &["id_token token"])]),
            "grant_types": grants(&[
                ("code", &["authorization_code", "refresh_token"]),
                ("implicit", &["implicit"]),
                ("client_credentials", &["client_credentials"]),
            ]),
            "scope": self.client.scopes.join(" "),
            "token_endpoint_auth_method": if self.client.has_secret { "client_secret_basic" } else { "none" },
        });
        if let Some(domain) = &self.domain {
            told["authorization_endpoint"] = json!(format!("https://{domain}/oauth2/authorize"));
            told["token_endpoint"] = json!(format!("https://{domain}/oauth2/token"));
            told["end_session_endpoint"] = json!(format!("https://{domain}/logout"));
        }
        serde_json::to_string_pretty(&told).unwrap_or_default()
    }

    /// For a file of environment variables. The secret has to be filled in by hand.
    #[must_use]
    pub fn environment(&self) -> String {
        let mut lines = vec![
            format!("COGNITO_REGION={}", self.pool.region()),
            format!("COGNITO_USER_POOL_ID={}", self.pool),
            format!("COGNITO_CLIENT_ID={}", self.client.id),
            format!("COGNITO_ISSUER={}", self.issuer),
        ];
        if let Some(domain) = &self.domain {
            lines.push(format!("COGNITO_DOMAIN={}", quoted(domain)));
        }
        for (name, values) in [
            ("COGNITO_SCOPES", self.client.scopes.join(" ")),
            ("COGNITO_CALLBACK_URL", self.client.callback_urls.join(" ")),
            ("COGNITO_LOGOUT_URL", self.client.logout_urls.join(" ")),
        ] {
            if !values.is_empty() {
                lines.push(format!("{name}={}", quoted(&values)));
            }
        }
        if self.client.has_secret {
            lines.push("COGNITO_CLIENT_SECRET=".to_owned());
        }
        lines.push(String::new());
        lines.join("\n")
    }
}

/// A value for a line of its own: in single quotes, in which nothing stands for anything else. A quote in it would end
/// them, so it is written as a shell has to be told of it; a line's end becomes a space.
fn quoted(value: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '/' | ':' | '@' | '+');
    if value.chars().all(plain) {
        return value.to_owned();
    }
    let flat: String = value.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    format!("'{}'", flat.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::ClientId;
    use crate::client::TokenSettings;

    fn configuration(has_secret: bool) -> Configuration {
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        Configuration {
            pool: PoolId::parse("eu-west-1_Abcdefghi").unwrap(),
            issuer: "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Abcdefghi".to_owned(),
            domain: Some("shop.auth.eu-west-1.amazoncognito.com".to_owned()),
            client: AppClient {
                id: ClientId::parse("1example23456789").unwrap(),
                name: "web".to_owned(),
                has_secret,
                flows: Vec::new(),
                oauth_flows: texts(&["code"]),
                scopes: texts(&["openid", "email"]),
                callback_urls: texts(&["https://shop.example/back?a='b"]),
                logout_urls: Vec::new(),
                identity_providers: Vec::new(),
                read_attributes: Vec::new(),
                refresh_rotation: false,
                hides_users: true,
                tokens: TokenSettings::default(),
            },
        }
    }

    #[test]
    fn amplify_is_told_of_hosted_login_only_where_there_is_one() {
        assert!(configuration(false).amplify().contains("\"oauth\""));
        let without = Configuration { domain: None, ..configuration(false) };
        assert!(!without.amplify().contains("oauth"), "{}", without.amplify());
        assert!(configuration(true).amplify().starts_with("// This client has a secret"));
    }

    #[test]
    fn a_library_is_told_the_issuer_and_how_the_client_proves_itself() {
        let told: Value = serde_json::from_str(&configuration(true).oidc()).unwrap();
        assert_eq!(told["token_endpoint_auth_method"], "client_secret_basic");
        assert_eq!(
            (&told["response_types"], &told["grant_types"][0]),
            (&json!(["code"]), &json!("authorization_code"))
        );
        let mut machine = configuration(true);
        machine.client.oauth_flows = vec!["client_credentials".to_owned()];
        let machine: Value = serde_json::from_str(&machine.oidc()).unwrap();
        assert_eq!((&machine["response_types"], &machine["grant_types"]), (&json!([]), &json!(["client_credentials"])));
        assert_eq!(told["token_endpoint"], "https://shop.auth.eu-west-1.amazoncognito.com/oauth2/token");
        assert_eq!(told["scope"], "openid email");
    }

    #[test]
    fn a_value_cannot_leave_its_line_or_its_quotes() {
        let mut hostile = configuration(true);
        hostile.client.scopes = vec!["a\nB=c".to_owned()];
        let text = hostile.environment();
        assert!(text.contains("COGNITO_SCOPES='a B=c'\n"), "{text}");
        assert!(text.contains("COGNITO_CALLBACK_URL='https://shop.example/back?a='\\''b'\n"), "{text}");
        assert!(text.contains("COGNITO_CLIENT_SECRET=\n"), "{text}");
    }
}
