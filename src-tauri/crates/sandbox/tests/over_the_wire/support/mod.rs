//! A sandbox on a real port and a client that shares no code with it.
#![allow(
    dead_code,
    clippy::allow_attributes,
    clippy::needless_pass_by_value,
    unreachable_pub,
    reason = "each test binary uses its part"
)]

pub mod authenticator;
pub mod browser;
pub mod elsewhere;
pub mod sign_in;
pub mod srp;

use std::time::Duration;

use sandbox::{Options, Quota, Sandbox, Server};
use serde_json::{Value, json};

pub const AUTHORIZATION: &str = "AWS4-HMAC-SHA256 Credential=AKIDSANDBOX/20261122/eu-west-1/cognito-idp/aws4_request, SignedHeaders=host, Signature=0";

pub struct Live {
    pub sandbox: Sandbox,
    pub pool: String,
    pub endpoint: String,
    server: Option<Server>,
    runtime: tokio::runtime::Runtime,
    agent: ureq::Agent,
}

#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub error_type: Option<String>,
    pub request_id: Option<String>,
    pub date: Option<String>,
    pub content_type: Option<String>,
    pub text: String,
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }

    pub fn code(&self) -> String {
        self.json()["__type"].as_str().unwrap_or_default().to_owned()
    }

    pub fn message(&self) -> String {
        self.json()["message"].as_str().unwrap_or_default().to_owned()
    }
}

pub fn options(users: u32) -> Options {
    Options { users, quota: Quota::Off, ..Options::default() }
}

pub fn live(users: u32) -> Live {
    Live::of(Sandbox::new(options(users)))
}

impl Live {
    pub fn of(sandbox: Sandbox) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let server = runtime.block_on(sandbox.serve(0)).unwrap();
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(60)))
            .build();
        Self {
            pool: sandbox.pool_id(),
            endpoint: server.endpoint(),
            sandbox,
            server: Some(server),
            runtime,
            agent: config.into(),
        }
    }

    pub fn shutdown(&mut self) {
        if let Some(server) = self.server.take() {
            self.runtime.block_on(server.shutdown());
        }
    }

    /// Sends `body` as it is.
    pub fn send(&self, headers: &[(&str, &str)], body: &str) -> Result<Reply, ureq::Error> {
        let mut request = self.agent.post(&self.endpoint);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut response = request.send(body)?;
        let header = |name: &str| response.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        let (error_type, request_id, date, content_type) =
            (header("x-amzn-errortype"), header("x-amzn-requestid"), header("date"), header("content-type"));
        let status = response.status().as_u16();
        let text = response.body_mut().with_config().limit(64 << 20).read_to_string()?;
        Ok(Reply { status, error_type, request_id, date, content_type, text })
    }

    pub fn try_call(&self, operation: &str, input: &Value) -> Result<Reply, ureq::Error> {
        let service = if of_identity_pools(operation) {
            "AWSCognitoIdentityService"
        } else {
            "AWSCognitoIdentityProviderService"
        };
        let target = format!("{service}.{operation}");
        let headers = [
            ("x-amz-target", target.as_str()),
            ("content-type", "application/x-amz-json-1.1"),
            ("authorization", AUTHORIZATION),
        ];
        self.send(&headers, &input.to_string())
    }

    pub fn call(&self, operation: &str, input: Value) -> Reply {
        self.try_call(operation, &input).unwrap()
    }

    /// Calls about the large pool, and expects success.
    pub fn ok(&self, operation: &str, input: Value) -> Value {
        let reply = self.call(operation, self.in_pool(input));
        assert_eq!(reply.status, 200, "{operation}: {}", reply.text);
        reply.json()
    }

    /// Calls about the large pool, and expects this error.
    pub fn fails(&self, operation: &str, input: Value, code: &str) -> Reply {
        let reply = self.call(operation, self.in_pool(input));
        assert_eq!((reply.status, reply.code().as_str()), (400, code), "{operation}: {}", reply.text);
        assert_eq!(reply.error_type.as_deref(), Some(format!("{code}:").as_str()));
        reply
    }

    pub fn in_pool(&self, mut input: Value) -> Value {
        if input.get("UserPoolId").is_none() {
            input["UserPoolId"] = json!(self.pool);
        }
        input
    }

    /// Walks a whole listing and gives the pages.
    pub fn pages(&self, operation: &str, input: Value, list: &str, token: &str) -> Vec<Vec<Value>> {
        let mut pages = Vec::new();
        let mut input = input;
        loop {
            let page = self.ok(operation, input.clone());
            pages.push(page[list].as_array().unwrap().clone());
            match page.get(token) {
                Some(next) => input[token] = next.clone(),
                None => return pages,
            }
            assert!(pages.len() < 100_000, "the listing never ends");
        }
    }

    /// Usernames of a whole filtered listing.
    pub fn usernames(&self, filter: &str) -> Vec<String> {
        let input = if filter.is_empty() { json!({}) } else { json!({ "Filter": filter }) };
        let pages = self.pages("ListUsers", input, "Users", "PaginationToken");
        pages.into_iter().flatten().map(|user| user["Username"].as_str().unwrap().to_owned()).collect()
    }
}

/// Whether an operation is one of identity pools. Those of tags, which both services have, are not.
fn of_identity_pools(operation: &str) -> bool {
    let parts = ["IdentityPool", "Identities", "DeveloperIdentity", "PrincipalTag"];
    let whole = ["GetId", "GetCredentialsForIdentity", "GetOpenIdToken", "DescribeIdentity", "UnlinkIdentity"];
    parts.iter().any(|part| operation.contains(part)) || whole.contains(&operation)
}

/// The value of an attribute in a `UserType`.
pub fn attribute<'a>(user: &'a Value, name: &str) -> Option<&'a str> {
    let list = user.get("Attributes").or_else(|| user.get("UserAttributes"))?.as_array()?;
    list.iter().find(|a| a["Name"] == name)?["Value"].as_str()
}

pub fn sorted(mut names: Vec<String>) -> Vec<String> {
    names.sort_unstable();
    names
}

/// A pool of its own with these settings over a name, and an app client without a secret.
pub struct Own<'a> {
    pub live: &'a Live,
    pub pool: String,
    pub client: String,
}

impl<'a> Own<'a> {
    pub fn new(live: &'a Live, mut pool: Value, mut client: Value) -> Self {
        pool["PoolName"] = json!("own");
        let pool = live.ok("CreateUserPool", pool)["UserPool"]["Id"].as_str().unwrap().to_owned();
        client["UserPoolId"] = json!(pool);
        client["ClientName"] = json!("own");
        let client = live.ok("CreateUserPoolClient", client)["UserPoolClient"]["ClientId"].as_str().unwrap().to_owned();
        Self { live, pool, client }
    }

    /// A public call of the client: unsigned, with `ClientId`.
    pub fn public(&self, operation: &str, mut input: Value) -> Reply {
        input["ClientId"] = json!(self.client);
        self.unsigned(operation, input)
    }

    /// A call without a signature.
    pub fn unsigned(&self, operation: &str, input: Value) -> Reply {
        let target = format!("AWSCognitoIdentityProviderService.{operation}");
        let headers = [("x-amz-target", target.as_str()), ("content-type", "application/x-amz-json-1.1")];
        self.live.send(&headers, &input.to_string()).unwrap()
    }

    /// A public call that succeeds.
    pub fn ok(&self, operation: &str, input: Value) -> Value {
        let reply = self.public(operation, input);
        assert_eq!(reply.status, 200, "{operation}: {}", reply.text);
        reply.json()
    }

    /// A public call that fails.
    pub fn fails(&self, operation: &str, input: Value, code: &str) -> Reply {
        let reply = self.public(operation, input);
        assert_eq!((reply.status, reply.code().as_str()), (400, code), "{operation}: {}", reply.text);
        reply
    }

    /// An administrator's call about this pool that succeeds.
    pub fn admin(&self, operation: &str, mut input: Value) -> Value {
        input["UserPoolId"] = json!(self.pool);
        self.live.ok(operation, input)
    }

    /// An administrator's call about this pool that fails.
    pub fn admin_fails(&self, operation: &str, mut input: Value, code: &str) -> Reply {
        input["UserPoolId"] = json!(self.pool);
        self.live.fails(operation, input, code)
    }

    /// What `AdminGetUser` says.
    pub fn user(&self, username: &str) -> Value {
        self.admin("AdminGetUser", json!({ "Username": username }))
    }

    /// How many messages this pool has sent.
    pub fn sent(&self) -> usize {
        self.live.sandbox.outbox().iter().filter(|message| message.pool == self.pool).count()
    }

    /// The latest message of this pool.
    pub fn message(&self) -> sandbox::Message {
        self.live.sandbox.outbox().into_iter().rfind(|message| message.pool == self.pool).unwrap()
    }

    /// The code in the latest message of this pool.
    pub fn code(&self) -> String {
        self.message().code.unwrap()
    }
}

/// A code that is not this one.
pub fn other_than(code: &str) -> String {
    if code == "000000" { "111111".to_owned() } else { "000000".to_owned() }
}

/// `AttributeListType`.
pub fn attributes(list: &[(&str, &str)]) -> Value {
    list.iter().map(|(name, value)| json!({ "Name": name, "Value": value })).collect()
}

pub const PASSWORD: &str = "Correct-horse-9";

impl Own<'_> {
    /// Someone confirmed, with [`PASSWORD`] and these attributes.
    pub fn person(&self, name: &str, list: &[(&str, &str)]) {
        let input = json!({ "Username": name, "UserAttributes": attributes(list), "MessageAction": "SUPPRESS" });
        self.admin("AdminCreateUser", input);
        self.admin("AdminSetUserPassword", json!({ "Username": name, "Password": PASSWORD, "Permanent": true }));
    }

    /// Signs in with a password alone.
    pub fn try_sign_in(&self, name: &str, password: &str) -> Reply {
        let parameters = json!({ "USERNAME": name, "PASSWORD": password });
        self.public("InitiateAuth", json!({ "AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": parameters }))
    }

    /// The access token of someone who signs in with [`PASSWORD`] alone.
    pub fn token(&self, name: &str) -> String {
        let reply = self.try_sign_in(name, PASSWORD);
        assert_eq!(reply.status, 200, "{}", reply.text);
        reply.json()["AuthenticationResult"]["AccessToken"].as_str().unwrap().to_owned()
    }

    /// A call authorised by an access token that succeeds.
    pub fn oneself(&self, operation: &str, token: &str, mut input: Value) -> Value {
        input["AccessToken"] = json!(token);
        let reply = self.unsigned(operation, input);
        assert_eq!(reply.status, 200, "{operation}: {}", reply.text);
        reply.json()
    }

    /// A call authorised by an access token that fails.
    pub fn oneself_fails(&self, operation: &str, token: &str, mut input: Value, code: &str) {
        input["AccessToken"] = json!(token);
        let reply = self.unsigned(operation, input);
        assert_eq!((reply.status, reply.code().as_str()), (400, code), "{operation}: {}", reply.text);
    }
}

/// An app client that signs in with a password alone.
pub fn by_password() -> Value {
    json!({ "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"] })
}
