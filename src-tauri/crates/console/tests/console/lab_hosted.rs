//! Hosted login with a scripted browser, and tokens of machines.

use std::time::Duration;

use console::lab::{Deed, HostedLogin, LabClient, Outcome, SignIn, Stage, Start};
use console::{Code, Error, LedgerEnd, LedgerOf};
use model::ClientId;
use model::connection::Environment;
use model::month::Month;
use sandbox::Server;
use secrecy::ExposeSecret;
use serde_json::json;

use crate::house::{House, sandbox_connection};
use crate::lab::{client, person, sign_in, today, tokens};
use crate::lab_challenges::administer;

const PATIENCE: Duration = Duration::from_secs(20);

/// A port that nobody uses.
fn free_port() -> u16 {
    std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}

/// The web client with these callbacks.
async fn called_back(house: &House, callbacks: &[&str]) -> LabClient {
    let id = client(house, 0).await.client.id;
    let settings = json!({
        "UserPoolId": house.pool_id().as_str(), "ClientId": id.as_str(), "CallbackURLs": callbacks,
        "AllowedOAuthFlows": ["code"], "AllowedOAuthScopes": ["openid", "email"],
        "AllowedOAuthFlowsUserPoolClient": true, "SupportedIdentityProviders": ["COGNITO"],
        "LogoutURLs": ["http://localhost:3000/"],
    });
    administer(house, "UpdateUserPoolClient", settings).await;
    client(house, 0).await
}

struct Prepared {
    house: House,
    server: Server,
    callback: String,
    login: HostedLogin,
}

async fn prepare() -> Prepared {
    let house = House::new(today()).await;
    let callback = format!("http://localhost:{}/callback", free_port());
    let client = called_back(&house, &["https://app.example/callback", &callback]).await;
    let server = house.sandbox.serve(0).await.unwrap();
    let start = Start::new(house.pool_id(), client, "authorization_code", "");
    let begun = house.console.hosted_login(&sandbox_connection(), start, Some(&server.endpoint())).await;
    Prepared { login: begun.unwrap(), house, server, callback }
}

pub(crate) fn parameter(url: &str, wanted: &str) -> String {
    let (_, query) = url.split_once('?').unwrap();
    let pair = query.split('&').find_map(|pair| pair.strip_prefix(&format!("{wanted}=")));
    pair.unwrap_or_else(|| panic!("no {wanted} in {url}")).to_owned()
}

/// A browser that fills in the login page, and where it is led to in the end.
fn browse(url: &str, username: &str, password: &str) -> String {
    let config = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).build();
    let agent = ureq::Agent::from(config);
    let base = url.split("/oauth2/").next().unwrap().to_owned();
    let location =
        |response: &ureq::http::Response<ureq::Body>| response.headers()["location"].to_str().unwrap().to_owned();
    let login = format!("{base}{}", location(&agent.get(url).call().unwrap()));
    let mut page = agent.get(&login).call().unwrap();
    let cookie = page.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let text = page.body_mut().read_to_string().unwrap();
    let field = text.split_once("name=\"_csrf\"").unwrap().1.split_once("value=\"").unwrap().1;
    let csrf = field.split_once('"').unwrap().0;
    let form = [("_csrf", csrf), ("username", username), ("password", password)];
    location(&agent.post(&login).header("cookie", cookie).send_form(form).unwrap())
}

fn get(url: &str) -> (u16, String) {
    let agent = ureq::Agent::from(ureq::Agent::config_builder().http_status_as_error(false).build());
    let mut answer = agent.get(url).call().unwrap();
    (answer.status().as_u16(), answer.body_mut().read_to_string().unwrap())
}

/// Finishes the login while something happens in the browser.
async fn finish<T: Send + 'static>(
    login: HostedLogin,
    browser: impl FnOnce() -> T + Send + 'static,
) -> (Result<SignIn, Error>, T) {
    let browser = tokio::task::spawn_blocking(browser);
    let finished = login.finish(PATIENCE).await;
    (finished, browser.await.unwrap())
}

#[tokio::test]
async fn a_person_signs_in_in_the_browser_and_the_code_becomes_tokens() {
    let Prepared { house, server, callback, login } = prepare().await;
    let person = person(&house, "CONFIRMED");
    let url = login.url().to_owned();
    assert!(url.starts_with(&format!("{}/oauth2/authorize?", server.endpoint())), "{url}");
    assert_eq!(
        (parameter(&url, "code_challenge_method"), parameter(&url, "response_type")),
        ("S256".into(), "code".into())
    );
    assert!(parameter(&url, "state").len() == 43 && parameter(&url, "nonce").len() == 43, "256 bits each");
    let (done, seen) = finish(login, move || {
        let back = browse(&url, &person.username, &person.password);
        assert!(back.starts_with(&callback), "{back}");
        // Browsers ask for more than they are sent to.
        let other = get(&callback.replace("/callback", "/favicon.ico"));
        (other, get(&back), back)
    })
    .await;
    let (other, (status, page), back) = seen;
    assert_eq!((other.0, status), (404, 200));
    assert!(!page.contains(&parameter(&back, "code")) && !page.contains("state"), "nothing is reflected");
    let mut done = done.unwrap();
    tokens(&done);
    assert_eq!(done.username(), "maria.keller");
    let told = format!("{:?} {done:?}", done.steps());
    assert!(!told.contains(&parameter(&back, "code")), "the code is not recorded");
    let operations: Vec<&str> = done.steps().iter().map(|step| step.operation).collect();
    assert_eq!(operations, ["oauth2/authorize", "oauth2/token"]);

    let info = done.carry_out(&Deed::UserInfo).await.unwrap();
    assert!(!info.refused, "{info:?}");
    assert!(done.steps().last().unwrap().answer.contains_key("email"));
    let out = done.logout_url().await.unwrap();
    assert!(
        out.starts_with(&format!("{}/logout?client_id=", server.endpoint())) && out.ends_with("localhost%3A3000%2F")
    );
}

#[tokio::test]
async fn who_comes_with_another_state_or_none_is_turned_away_and_this_login_goes_on() {
    let Prepared { house, server: _server, callback, login } = prepare().await;
    let person = person(&house, "CONFIRMED");
    let url = login.url().to_owned();
    let (done, (strangers, own)) = finish(login, move || {
        let strangers = ["code=abc&state=another", "error=access_denied", ""];
        let strangers = strangers.map(|query| get(&format!("{callback}?{query}")).0);
        (strangers, get(&browse(&url, &person.username, &person.password)).0)
    })
    .await;
    assert_eq!((strangers, own), ([400; 3], 200));
    tokens(&done.unwrap());
}

#[tokio::test]
async fn the_state_of_another_login_is_told_when_nobody_else_came_and_no_token_is_asked_for() {
    let Prepared { house, callback, login, .. } = prepare().await;
    house.sandbox.forget_calls();
    let stranger = tokio::task::spawn_blocking(move || get(&format!("{callback}?code=abc&state=another")));
    // Long enough for the stranger, who comes at once.
    let refused = login.finish(Duration::from_secs(2)).await.unwrap_err();
    assert_eq!((stranger.await.unwrap().0, refused.code), (400, Code::Precondition));
    assert!(refused.message.contains("state of another sign-in"), "{refused}");
    assert_eq!(house.sandbox.calls().total(), 0);
}

#[tokio::test]
async fn what_the_domain_refuses_is_told_and_a_code_of_another_is_refused() {
    let Prepared { callback, login, .. } = prepare().await;
    let state = parameter(login.url(), "state");
    let back = format!("{callback}?error=access_denied&error_description=No+entry&state={state}");
    let (done, _) = finish(login, move || get(&back)).await;
    let done = done.unwrap();
    assert!(matches!(done.stage(), Stage::Refused { code, .. } if code == "access_denied"), "{:?}", done.stage());

    let Prepared { callback, login, house: _house, server: _server } = prepare().await;
    let back = format!("{callback}?code=made-up&state={}", parameter(login.url(), "state"));
    let (done, _) = finish(login, move || get(&back)).await;
    let done = done.unwrap();
    assert!(matches!(done.stage(), Stage::Refused { code, .. } if code == "invalid_grant"), "{:?}", done.stage());
    assert!(matches!(done.steps().last().unwrap().outcome, Outcome::Refused { .. }));
}

#[tokio::test]
async fn an_id_token_of_another_login_is_thrown_away() {
    let Prepared { house, login, server: _server, .. } = prepare().await;
    let person = person(&house, "CONFIRMED");
    // Somebody in between puts a nonce of their own into the address.
    let url = login.url().replace(&parameter(login.url(), "nonce"), "another-nonce");
    let (done, _) = finish(login, move || get(&browse(&url, &person.username, &person.password))).await;
    let done = done.unwrap();
    assert!(matches!(done.stage(), Stage::Refused { code, .. } if code == "NonceMismatch"), "{:?}", done.stage());
}

#[tokio::test]
async fn nobody_comes_a_port_is_taken_or_there_is_no_callback_here() {
    let Prepared { house, server, callback, login } = prepare().await;
    let local = server.endpoint();
    let start = |client: LabClient| Start::new(house.pool_id(), client, "authorization_code", "");
    let begin = async |client: LabClient| {
        house.console.hosted_login(&sandbox_connection(), start(client), Some(&local)).await.map(drop).unwrap_err()
    };
    let taken = begin(client(&house, 0).await).await;
    assert!(taken.message.contains("cannot be opened") && taken.message.contains(&callback), "{taken}");
    let late = login.finish(Duration::from_millis(50)).await.unwrap_err();
    assert!(late.message.contains("in time"), "{late}");
    let none = begin(called_back(&house, &["https://app.example/callback"]).await).await;
    assert!(none.message.contains(console::lab::SUGGESTED_CALLBACK), "{none}");
    let closed = begin(client(&house, 2).await).await;
    assert!(closed.message.contains("add the grant code"), "{closed}");
    house.console.label(&sandbox_connection(), Environment::Production, None).await.unwrap();
    assert!(begin(called_back(&house, &[&callback]).await).await.message.contains("Production"));
}

#[tokio::test]
async fn a_machine_gets_tokens_at_the_domain_and_without_one() {
    let house = House::new(today()).await;
    let machine = client(&house, 2).await;
    assert!(machine.client.has_secret);
    let mut start = Start::new(house.pool_id(), machine.clone(), "client_credentials", "");
    start.scopes = vec!["sandbox.example/read".to_owned()];
    let done = sign_in(&house, start.clone()).await.unwrap();
    let Stage::Tokens(held) = done.stage() else { panic!("{:?}", done.steps()) };
    assert!(held.id.is_none() && held.refresh.is_none());
    let claims = model::token::decode(held.access.as_ref().unwrap().expose_secret()).unwrap();
    assert_eq!(claims.text("scope"), Some("sandbox.example/read"));
    start.scopes = vec!["sandbox.example/everything".to_owned()];
    let refused = sign_in(&house, start.clone()).await.unwrap();
    assert!(
        matches!(refused.stage(), Stage::Refused { code, .. } if code == "invalid_scope" || code == "invalid_grant")
    );

    let id = ClientId::parse(machine.client.id.as_str()).unwrap();
    let settings = json!({
        "UserPoolId": house.pool_id().as_str(), "ClientId": id.as_str(),
        "ExplicitAuthFlows": ["ALLOW_CLIENT_TOKEN_AUTH"],
        "AllowedOAuthFlows": ["client_credentials"], "AllowedOAuthScopes": ["sandbox.example/read"],
        "AllowedOAuthFlowsUserPoolClient": true,
    });
    let closed = sign_in(&house, Start { flow: "GetClientToken".to_owned(), scopes: vec![], ..start.clone() }).await;
    assert!(matches!(closed.unwrap().stage(), Stage::Refused { code, .. } if code == "NotAuthorizedException"));
    administer(&house, "UpdateUserPoolClient", settings).await;
    let without = sign_in(&house, Start { flow: "GetClientToken".to_owned(), scopes: vec![], ..start }).await.unwrap();
    assert!(matches!(without.stage(), Stage::Tokens(held) if held.access.is_some()), "{:?}", without.steps());
    // Each token is billed by itself, and no user for it; what was refused is not.
    let ledger = house.console.ledger(Month::of(house.sandbox.weather().now()), &LedgerOf::default()).await.unwrap();
    let ends: Vec<LedgerEnd> = ledger.entries.iter().map(|entry| entry.end).collect();
    assert_eq!(ends, [LedgerEnd::Done, LedgerEnd::Failed, LedgerEnd::Failed, LedgerEnd::Done]);
    assert_eq!((ledger.token_requests, ledger.touched.may_bill, ledger.touched.undocumented), (2, 0, 0));
    assert_eq!(ledger.cost.high.map(model::cost::plain).as_deref(), Some("0.0045"));
    let session = house.console.session_cost(Some(&*house.open().await));
    assert_eq!((session.users, session.token_requests, session.high.as_str()), (0, 2, "0.0045"));
    let on_aws = house.console.session_cost(None);
    assert_eq!(
        (on_aws.billed, on_aws.token_requests, on_aws.high.as_str()),
        (true, 0, "0.00"),
        "it was in the sandbox"
    );
    assert!(!session.billed && !ledger.billed);
    let secret = machine.secret.unwrap();
    assert!(!format!("{:?}", without.steps()).contains(secret.expose_secret()));
}

#[tokio::test]
async fn a_refresh_token_gives_tokens_without_its_flow_too() {
    let house = House::new(today()).await;
    let person = person(&house, "CONFIRMED");
    let begun = crate::lab::start(&house, "USER_SRP_AUTH", &person.username, Some(&person.password)).await;
    let (_, _, refresh) = tokens(&sign_in(&house, begun.clone()).await.unwrap());
    let again = Start { flow: "GetTokensFromRefreshToken".to_owned(), password: Some(refresh), ..begun };
    let done = sign_in(&house, again).await.unwrap();
    assert!(matches!(done.stage(), Stage::Tokens(held) if held.id.is_some()), "{:?}", done.steps());
}
