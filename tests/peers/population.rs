//! The same people in every server, made over the plain protocol.

use serde_json::{Value, json};

/// Someone who was created, with what the cache must show of them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Person {
    /// The user name.
    pub(crate) username: String,
    /// The e-mail address; every seventh person has none.
    pub(crate) email: Option<String>,
    /// The groups.
    pub(crate) groups: Vec<String>,
    /// Whether sign-in is enabled.
    pub(crate) enabled: bool,
}

/// A pool that was filled, and who is in it.
pub(crate) struct Population {
    /// The pool's id.
    pub(crate) pool: String,
    /// Everybody, by user name.
    pub(crate) people: Vec<Person>,
}

/// Calls an operation of user pools by name; panics with the server's words when it is refused.
pub(crate) fn call(endpoint: &str, operation: &str, body: &Value) -> Value {
    call_service(endpoint, "AWSCognitoIdentityProviderService", operation, body)
}

/// Calls an operation of a service by name, as [`call`].
pub(crate) fn call_service(endpoint: &str, service: &str, operation: &str, body: &Value) -> Value {
    const SIGNED: &str = "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260101/eu-west-1/cognito-idp/aws4_request, \
        SignedHeaders=host, Signature=0000";
    let answer = ureq::post(endpoint)
        .config()
        .http_status_as_error(false)
        .build()
        .header("content-type", "application/x-amz-json-1.1")
        .header("x-amz-target", format!("{service}.{operation}"))
        .header("authorization", SIGNED)
        .send(body.to_string())
        .unwrap();
    let status = answer.status();
    let text = answer.into_body().read_to_string().unwrap();
    assert!(status.is_success(), "{operation}: {status} {text}");
    if text.trim().is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap() }
}

/// Posts a request of another service's protocol; panics with the server's words when it is refused.
pub(crate) fn send(url: &str, service: &str, kind: &str, body: String) {
    let signed = format!(
        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260101/eu-west-1/{service}/aws4_request, SignedHeaders=host, \
         Signature=0000"
    );
    let posted = ureq::post(url).config().http_status_as_error(false).build();
    let answer = posted.header("content-type", kind).header("authorization", signed).send(body).unwrap();
    let status = answer.status();
    let text = answer.into_body().read_to_string().unwrap();
    assert!(status.is_success(), "{service}: {status} {text}");
}

/// Fills a new pool with `count` people in three groups.
pub(crate) fn populate(endpoint: &str, count: usize) -> Population {
    let made = call(endpoint, "CreateUserPool", &json!({ "PoolName": "people" }));
    let pool = made["UserPool"]["Id"].as_str().unwrap().to_owned();
    for group in ["admins", "billing", "nobody"] {
        call(endpoint, "CreateGroup", &json!({ "UserPoolId": pool, "GroupName": group }));
    }
    let mut people: Vec<Person> = (0..count).map(|n| create(endpoint, &pool, n)).collect();
    people.sort();
    Population { pool, people }
}

fn create(endpoint: &str, pool: &str, n: usize) -> Person {
    let username = format!("person-{n:04}");
    let email = (!n.is_multiple_of(7)).then(|| format!("mail.{n:04}@{}.example", ["acme", "Zoë", "nordlys"][n % 3]));
    let name = ["Søren O'Brien", "田中 美咲", "<b>Bob</b>"][n % 3];
    let mut attributes = vec![json!({ "Name": "name", "Value": name })];
    attributes.extend(email.iter().map(|email| json!({ "Name": "email", "Value": email })));
    let body = json!({ "UserPoolId": pool, "Username": username, "MessageAction": "SUPPRESS",
        "UserAttributes": attributes });
    call(endpoint, "AdminCreateUser", &body);
    let named = |group: &str| json!({ "UserPoolId": pool, "Username": username, "GroupName": group });
    let mut groups = Vec::new();
    for (group, every) in [("admins", 10), ("billing", 3)] {
        if n.is_multiple_of(every) {
            call(endpoint, "AdminAddUserToGroup", &named(group));
            groups.push(group.to_owned());
        }
    }
    let enabled = n % 11 != 5;
    if !enabled {
        call(endpoint, "AdminDisableUser", &json!({ "UserPoolId": pool, "Username": username }));
    }
    Person { username, email, groups, enabled }
}
