//! Broken requests to the endpoints that browsers and OAuth clients use, and to paths that are nothing.

use std::collections::BTreeMap;

use rand::Rng;
use sandbox::Description;
use serde_json::Value;

/// A request.
#[derive(Debug)]
pub(crate) struct Ask {
    post: bool,
    path: String,
    headers: Vec<(&'static str, String)>,
    body: String,
}

const PATHS: [&str; 16] = [
    "/oauth2/authorize",
    "/oauth2/token",
    "/oauth2/userInfo",
    "/oauth2/revoke",
    "/login",
    "/logout",
    "/signup",
    "/forgotPassword",
    "/oauth2/idpresponse",
    "/.well-known/jwks.json",
    "/.well-known/openid-configuration",
    "/_sandbox/outbox",
    "/_sandbox/calls",
    "/_sandbox/mau",
    "/_sandbox/operations",
    "/import",
];

/// A request with some parameters left out, doubled or wrong.
pub(crate) fn ask(about: &Description, found: &BTreeMap<String, Vec<Value>>, random: &mut impl Rng) -> Ask {
    let mut dice = |sides: usize| usize::try_from(random.next_u64() % sides as u64).unwrap_or_default();
    let kept =
        |name: &str| found.get(name).and_then(|known| known.last()).and_then(Value::as_str).unwrap_or("x").to_owned();
    let client = &about.clients[0].id;
    let person = &about.people[0];
    let mut form = vec![
        ("client_id", client.clone()),
        ("response_type", "code".to_owned()),
        ("redirect_uri", "http://localhost:3000/callback".to_owned()),
        ("scope", "openid email".to_owned()),
        ("state", "a b%&".to_owned()),
        ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM".to_owned()),
        ("code_challenge_method", "S256".to_owned()),
        ("grant_type", ["authorization_code", "refresh_token", "client_credentials", "x"][dice(4)].to_owned()),
        ("code", "x".to_owned()),
        ("refresh_token", kept("RefreshToken")),
        ("token", kept("RefreshToken")),
        ("username", person.username.clone()),
        ("password", person.password.clone()),
        ("logout_uri", "http://localhost:3000".to_owned()),
        ("id_token_hint", kept("IdToken")),
    ];
    for _ in 0..dice(5) {
        let at = dice(form.len());
        match dice(5) {
            0 => form[at].1 = "%".repeat(1 + dice(9)),
            1 => form[at].1 = "\u{0}\r\nx: y".to_owned(),
            2 => form[at].1 = "a".repeat(20_000),
            3 => form[at].1 = "javascript:alert(1)".to_owned(),
            _ => {
                form.remove(at);
            }
        }
    }
    let raw = dice(4) == 0;
    let pair = |(name, value): &(&str, String)| {
        // A raw form keeps characters that a form may not hold, as far as a request line may.
        let value = if raw { value.replace(['\u{0}', '\r', '\n', ' '], "%") } else { escaped(value) };
        format!("{name}={value}")
    };
    let form = form.iter().map(pair).collect::<Vec<_>>().join("&");
    let pool = ["", about.user_pool_id.as_str(), "eu-west-1_none", "..%2f"][dice(4)];
    let prefix = if pool.is_empty() { String::new() } else { format!("/{pool}") };
    let path = format!("{prefix}{}", PATHS[dice(PATHS.len())]);
    let bearer =
        ["".to_owned(), format!("Bearer {}", kept("AccessToken")), "Basic AAAA".to_owned(), "Bearer".to_owned()];
    let headers = vec![
        ("content-type", "application/x-www-form-urlencoded".to_owned()),
        ("authorization", bearer[dice(4)].clone()),
    ];
    if dice(2) == 0 {
        Ask { post: true, path, headers, body: form }
    } else {
        // A request line has an end too.
        let form: String = form.chars().filter(char::is_ascii).take(6_000).collect();
        Ask { post: false, path: format!("{path}?{form}"), headers, body: String::new() }
    }
}

fn escaped(value: &str) -> String {
    value
        .bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

/// The status of the answer.
pub(crate) fn send(endpoint: &str, ask: &Ask) -> Result<u16, ureq::Error> {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .timeout_global(Some(std::time::Duration::from_secs(10)))
        .build()
        .into();
    let url = format!("{endpoint}{}", ask.path);
    let answer = if ask.post {
        let request = ask.headers.iter().fold(agent.post(url), |request, (name, value)| request.header(*name, value));
        request.send(&ask.body)?
    } else {
        let request = ask.headers.iter().fold(agent.get(url), |request, (name, value)| request.header(*name, value));
        request.call()?
    };
    Ok(answer.status().as_u16())
}
