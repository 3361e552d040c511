//! Resource servers, identity providers and domains: made, changed, deleted and taken back through the door of edits.

use console::edits::{Edit, EditRow, EditState, Kind};
use console::jobs::{Approval, AuditFilter};
use console::{Code, OpenPool};
use jiff::SignedDuration;
use model::edit::{MASK, Put, Whole};
use sandbox::{Fault, When};
use serde_json::{Value, json};

use crate::house::{House, options};

pub(crate) fn whole(kind: Kind, subject: &str) -> Whole {
    Whole { kind, subject: subject.to_owned() }
}

/// Makes a thing, or deletes it.
pub(crate) fn all(value: Option<Value>) -> Vec<Put> {
    vec![Put { pointer: String::new(), value }]
}

pub(crate) fn at(pointer: &str, value: Value) -> Vec<Put> {
    vec![Put { pointer: pointer.to_owned(), value: Some(value) }]
}

pub(crate) async fn make(open: &OpenPool, edit: &std::sync::Arc<Edit>) -> Result<EditRow, console::Error> {
    let named = Approval { pool_name: Some(open.key().pool.as_str().to_owned()), ..Approval::default() };
    let token = open.approve_edit(edit, named).await.unwrap();
    open.apply_edit(&token).await
}

pub(crate) async fn done(open: &OpenPool, whole: Whole, patch: Vec<Put>) -> EditRow {
    let edit = open.plan_edit(whole, patch, None).await.unwrap();
    let row = make(open, &edit).await.unwrap();
    assert_eq!((row.state, row.why.as_deref()), (EditState::Done, None), "{}", row.target);
    row
}

pub(crate) async fn taken_back(open: &OpenPool, row: &EditRow) -> EditRow {
    let edit = open.plan_undo_edit(&row.id).await.unwrap();
    let row = make(open, &edit).await.unwrap();
    assert_eq!((row.state, row.why.as_deref()), (EditState::Done, None));
    row
}

/// What is there; `None` for nothing.
async fn there(open: &OpenPool, whole: &Whole) -> Option<Value> {
    let gone = open.plan_edit(whole.clone(), all(None), None).await;
    match gone {
        Ok(edit) => Some(edit.before.clone()),
        Err(error) => {
            assert_eq!(error.message, "There is none of that name any more.");
            None
        }
    }
}

fn oidc() -> Value {
    let details = json!({ "client_id": "a", "client_secret": "hush-hush", "oidc_issuer": "https://corp.example",
        "authorize_scopes": "openid email", "attributes_request_method": "GET" });
    json!({ "IdentityProvider": { "ProviderType": "OIDC", "ProviderDetails": details,
        "AttributeMapping": { "email": "mail", "username": "sub" } } })
}

/// Everything that the sandbox holds, as text.
fn held(house: &House) -> String {
    let path = house.dir.path().join("state");
    house.sandbox.save(&path).unwrap();
    std::fs::read_to_string(path).unwrap()
}

#[tokio::test]
async fn a_resource_server_is_made_changed_deleted_and_each_is_taken_back() {
    let house = House::new(options(5)).await;
    let open = house.open().await;
    let server = whole(Kind::ResourceServer, "https://api.example");
    let scope = |name: &str| json!({ "ScopeName": name, "ScopeDescription": "Look" });
    let new = json!({ "ResourceServer": { "Name": "api", "Scopes": [scope("read")] } });
    let early = open.plan_edit(server.clone(), at("/ResourceServer/Name", json!("b")), None).await.unwrap_err();
    assert_eq!(early.code, Code::Precondition);
    let made = done(&open, server.clone(), all(Some(new.clone()))).await;
    let twice = open.plan_edit(server.clone(), all(Some(new.clone())), None).await.unwrap_err();
    assert_eq!(twice.field.as_deref(), Some("subject"));
    let scopes = json!([scope("write"), scope("read")]);
    let changed = done(&open, server.clone(), at("/ResourceServer/Scopes", scopes)).await;
    let order = json!([scope("read"), scope("write")]);
    let same = open.plan_edit(server.clone(), at("/ResourceServer/Scopes", order), None).await.unwrap_err();
    assert_eq!(same.message, "It is so already.", "scopes have no order");
    let overwritten = open.plan_undo_edit(&made.id).await.unwrap_err();
    assert_eq!(
        overwritten.message,
        "Somebody changed it after this edit, and taking it back would overwrite that. \
        Change it by hand."
    );
    taken_back(&open, &changed).await;
    let gone = done(&open, server.clone(), all(None)).await;
    assert_eq!(there(&open, &server).await, None);
    taken_back(&open, &gone).await;
    let back = there(&open, &server).await.unwrap();
    assert_eq!(back["ResourceServer"]["Scopes"], json!([scope("read")]));
    taken_back(&open, &made).await;
    assert_eq!(there(&open, &server).await, None);
    let records = house.console.audit(AuditFilter::default(), 50).await.unwrap().records;
    for operation in ["CreateResourceServer", "UpdateResourceServer", "DeleteResourceServer"] {
        let of = records.iter().filter(|record| record.entry.operation == operation).count();
        assert_eq!(of, 6, "{operation}: approved, intended and done, and once more when taken back");
    }
}

#[tokio::test]
async fn the_secret_of_a_provider_is_sent_kept_when_others_change_and_written_down_nowhere() {
    let house = House::new(options(5)).await;
    let open = house.open().await;
    let corp = whole(Kind::Provider, "Corp");
    let edit = open.plan_edit(corp.clone(), all(Some(oidc())), None).await.unwrap();
    assert!(!format!("{edit:?}").contains("hush-hush"));
    let made = make(&open, &edit).await.unwrap();
    assert_eq!((made.state, made.why.as_deref()), (EditState::Done, None));
    assert!(held(&house).contains("hush-hush"));
    let written = [&made.target, &made.patch, &made.before, made.after.as_ref().unwrap(), made.found.as_ref().unwrap()];
    assert!(written.iter().all(|text| !text.contains("hush-hush")) && made.patch.contains(MASK));

    let mapped = done(&open, corp.clone(), at("/IdentityProvider/AttributeMapping/name", json!("name"))).await;
    taken_back(&open, &mapped).await;
    let moved = done(&open, corp.clone(), at("/IdentityProvider/ProviderDetails/client_id", json!("b"))).await;
    assert!(held(&house).contains("hush-hush"), "AWS was asked for it");
    taken_back(&open, &moved).await;

    let secret = at("/IdentityProvider/ProviderDetails/client_secret", json!("quiet-now"));
    let edit = open.plan_edit(corp.clone(), secret, None).await.unwrap();
    assert_eq!(edit.differences.len(), 1, "it is said though it looks the same: {:?}", edit.differences);
    let row = make(&open, &edit).await.unwrap();
    assert_eq!((row.state, row.why.as_deref()), (EditState::Done, None));
    assert!(held(&house).contains("quiet-now") && !row.patch.contains("quiet-now"));
    let lost = open.plan_undo_edit(&row.id).await.unwrap_err();
    assert!(lost.message.contains("type it anew"), "{}", lost.message);

    let gone = done(&open, corp.clone(), all(None)).await;
    assert!(!held(&house).contains("quiet-now"));
    assert!(open.plan_undo_edit(&gone.id).await.unwrap_err().message.contains("type it anew"));
    let edit = open.plan_edit(corp.clone(), all(Some(oidc())), None).await.unwrap();
    open.forget_confirmation();
    assert!(open.edit_plan(&edit.id).is_none(), "a typed secret is not kept when secrets are forgotten");
    let edit = open.plan_edit(corp.clone(), all(Some(oidc())), None).await.unwrap();
    let server = all(Some(json!({ "ResourceServer": { "Name": "api", "Scopes": [] } })));
    let plain = open.plan_edit(whole(Kind::ResourceServer, "https://api.example"), server, None).await.unwrap();
    house.clock.push(SignedDuration::from_mins(11));
    assert!(open.edit_plan(&edit.id).is_none() && open.edit_plan(&plain.id).is_some(), "nor for longer than it holds");
    assert_eq!(open.approve_edit(&edit, Approval::default()).await.unwrap_err().code, Code::Precondition);
}

#[tokio::test]
async fn what_came_of_making_something_is_looked_for_before_it_is_taken_back() {
    let house = House::new(options(5)).await;
    let open = house.open().await;
    let weather = house.sandbox.weather();
    let corp = whole(Kind::Provider, "Corp");
    let unseen = || Fault::Error { code: "InternalErrorException".to_owned(), http_status: 400 };
    let edit = open.plan_edit(corp.clone(), all(Some(oidc())), None).await.unwrap();
    weather.plan_fault(Some("CreateIdentityProvider"), When::Nth(1), Fault::TimeoutAfter);
    // The first look is the one before it is written.
    let asked = house.sandbox.calls().of("DescribeIdentityProvider");
    weather.plan_fault(Some("DescribeIdentityProvider"), When::Nth(2), unseen());
    let row = make(&open, &edit).await.unwrap();
    assert!(house.sandbox.calls().of("DescribeIdentityProvider") > asked);
    assert_eq!((row.state, row.found.as_ref()), (EditState::Sent, None), "{:?}", row.why);
    let back = open.plan_undo_edit(&row.id).await.unwrap();
    assert_eq!(open.edit(&row.id).await.unwrap().state, EditState::Done, "it is there");
    assert_eq!(make(&open, &back).await.unwrap().state, EditState::Done);
    assert_eq!(there(&open, &corp).await, None);

    let edit = open.plan_edit(corp.clone(), all(Some(oidc())), None).await.unwrap();
    weather.plan_fault(Some("CreateIdentityProvider"), When::Nth(1), Fault::TimeoutBefore);
    let row = make(&open, &edit).await.unwrap();
    let early = open.plan_undo_edit(&row.id).await.unwrap_err();
    assert!(early.message.contains("not there yet"), "{}", early.message);
    assert_eq!(open.edit(&row.id).await.unwrap().state, EditState::Sent, "it may still come");
    house.clock.push(SignedDuration::from_mins(6));
    let late = open.plan_undo_edit(&row.id).await.unwrap_err();
    assert!(late.message.contains("nothing to take back"), "{}", late.message);
}

#[tokio::test]
async fn providers_are_deleted_only_with_the_pools_name_and_what_aws_tells_but_refuses_is_left_out() {
    let house = House::new(options(5)).await;
    let open = house.open().await;
    let (saml, apple) = (whole(Kind::Provider, "Saml"), whole(Kind::Provider, "SignInWithApple"));
    let new = json!({ "IdentityProvider": { "ProviderType": "SAML",
        "ProviderDetails": { "MetadataURL": "https://idp.example/a" } } });
    done(&open, saml.clone(), all(Some(new))).await;
    let now = there(&open, &saml).await.unwrap();
    assert!(now.pointer("/IdentityProvider/ProviderDetails/ActiveEncryptionCertificate").is_some());
    let url = at("/IdentityProvider/ProviderDetails/MetadataURL", json!("https://idp.example/b"));
    let moved = done(&open, saml.clone(), url).await;
    taken_back(&open, &moved).await;
    let edit = open.plan_edit(saml.clone(), all(None), None).await.unwrap();
    let unnamed = open.approve_edit(&edit, Approval::default()).await.unwrap_err();
    assert_eq!(unnamed.field.as_deref(), Some("poolName"));
    let gone = done(&open, saml.clone(), all(None)).await;
    house.clock.push(SignedDuration::from_secs(1));
    house.sandbox.weather().advance(std::time::Duration::from_secs(1));
    taken_back(&open, &gone).await;
    let again = there(&open, &saml).await.unwrap();
    assert_ne!(again, now, "AWS gives it another certificate");

    let details = json!({ "client_id": "a", "team_id": "t", "key_id": "k", "private_key": "hush-hush",
        "authorize_scopes": "email" });
    let new = json!({ "IdentityProvider": { "ProviderType": "SignInWithApple", "ProviderDetails": details } });
    let made = done(&open, apple.clone(), all(Some(new))).await;
    assert!(!made.patch.contains("hush-hush"));
    let key = |value: &str| at("/IdentityProvider/ProviderDetails/key_id", json!(value));
    let untold = open.plan_edit(apple.clone(), key("l"), None).await.unwrap_err();
    assert!(untold.message.contains("private_key"), "AWS never tells it: {}", untold.message);
    let secret = at("/IdentityProvider/ProviderDetails/private_key", json!("quiet-now"));
    done(&open, apple.clone(), [key("l"), secret].concat()).await;
    assert!(held(&house).contains("quiet-now"));
}

#[tokio::test]
async fn a_domain_is_made_changed_given_up_and_made_again() {
    let house = House::new(options(5)).await;
    let open = house.open().await;
    let shop = whole(Kind::Domain, "a-shop-of-ours");
    let new = |version: u32| json!({ "DomainDescription": { "ManagedLoginVersion": version } });
    let made = done(&open, shop.clone(), all(Some(new(1)))).await;
    let version = at("/DomainDescription/ManagedLoginVersion", json!(2));
    taken_back(&open, &done(&open, shop.clone(), version).await).await;
    let certificate = at("/DomainDescription/CustomDomainConfig/CertificateArn", json!("arn:aws:acm:us-east-1:1:c/a"));
    let edit = open.plan_edit(shop.clone(), certificate, None).await.unwrap();
    let refused = make(&open, &edit).await.unwrap_err();
    assert!(refused.message.contains("certificate"), "AWS's own sentence: {}", refused.message);
    let edit = open.plan_edit(shop.clone(), all(None), None).await.unwrap();
    assert!(edit.forward.is_some() && edit.effect.is_some());
    let gone = make(&open, &edit).await.unwrap();
    assert_eq!(there(&open, &shop).await, None);
    taken_back(&open, &gone).await;
    assert!(there(&open, &shop).await.is_some());
    let overwritten = open.plan_undo_edit(&made.id).await.unwrap_err();
    assert_eq!(overwritten.code, Code::Precondition, "it is another one by now");

    // What AWS does not allow is told with its own words, unless they repeat the secret.
    let refusal = |code: &str| Fault::Error { code: code.to_owned(), http_status: 400 };
    let corp = whole(Kind::Provider, "Corp");
    house.sandbox.weather().plan_fault(Some("CreateIdentityProvider"), When::Nth(1), refusal("LimitExceededException"));
    let edit = open.plan_edit(corp.clone(), all(Some(oidc())), None).await.unwrap();
    let refused = make(&open, &edit).await.unwrap_err();
    assert!(refused.message.contains("over a limit"), "{}", refused.message);
    let mut long = oidc();
    long["IdentityProvider"]["ProviderDetails"]["client_secret"] = "hush-hush ".repeat(14_000).into();
    let edit = open.plan_edit(corp.clone(), all(Some(long)), None).await.unwrap();
    let refused = make(&open, &edit).await.unwrap_err();
    assert!(refused.message.contains("repeat a secret"), "{:.200}", refused.message);
    assert!(!format!("{refused:?}").contains("hush-hush"));
    let kept = open.edits(1).await.unwrap().remove(0);
    assert!(!kept.why.unwrap().contains("hush-hush"), "nor is it written down");
    // Of what was made and changed since, undoing the change leaves the making to be undone, though its date moved.
    let made = done(&open, corp.clone(), all(Some(oidc()))).await;
    let scopes = at("/IdentityProvider/ProviderDetails/authorize_scopes", json!("openid"));
    house.clock.push(SignedDuration::from_mins(1));
    taken_back(&open, &done(&open, corp.clone(), scopes).await).await;
    taken_back(&open, &made).await;
    assert_eq!(there(&open, &corp).await, None);

    let custom = whole(Kind::Domain, "login.example.com");
    let config = json!({ "CertificateArn": "arn:aws:acm:us-east-1:123456789012:certificate/a" });
    let new = json!({ "DomainDescription": { "ManagedLoginVersion": 2, "CustomDomainConfig": config } });
    done(&open, custom.clone(), all(Some(new))).await;
    let renewed = json!("arn:aws:acm:us-east-1:123456789012:certificate/b");
    done(&open, custom, at("/DomainDescription/CustomDomainConfig/CertificateArn", renewed)).await;
}

/// The description of a client, with what a person has to say about it.
fn client(id: &str) -> Value {
    let said = [
        ("/ClientName", "the shop"),
        ("/CallbackURLs", "https://app.example/in"),
        ("/LogoutURLs", "https://app.example/out"),
        ("/AllowedOAuthScopes", "sandbox.example/read"),
    ];
    let said = said.into_iter().map(|(place, answer)| (place.to_owned(), answer.to_owned())).collect();
    model::blueprint::of(id).unwrap().body(&said, None).unwrap()
}

#[tokio::test]
async fn a_client_is_made_from_each_blueprint_and_goes_when_that_is_taken_back() {
    let house = House::new(options(5)).await;
    let open = house.open().await;
    let before = house.sandbox.description().clients.len();
    for blueprint in model::blueprint::all().filter(|blueprint| blueprint.kind == Kind::Client) {
        let new = client(blueprint.id);
        let made = done(&open, whole(Kind::Client, ""), all(Some(new.clone()))).await;
        let target: Whole = serde_json::from_str(&made.target).unwrap();
        assert!(!target.subject.is_empty(), "AWS's id is written down");
        let found = there(&open, &target).await.unwrap();
        let secret = |body: &Value| body.pointer("/UserPoolClient/ClientSecret").cloned();
        assert_eq!(secret(&found), secret(&new), "{}: there is one, and nobody sees it", blueprint.id);
        let kept = open.edit(&made.id).await.unwrap();
        assert_eq!(kept.target, made.target);
        let back = open.plan_undo_edit(&made.id).await.unwrap();
        assert!(back.forward.is_some(), "its id is gone for good");
        let unnamed = open.approve_edit(&back, Approval::default()).await.unwrap_err();
        assert_eq!(unnamed.field.as_deref(), Some("poolName"));
        let gone = make(&open, &back).await.unwrap();
        assert_eq!((gone.state, there(&open, &target).await), (EditState::Done, None));
        assert_eq!(open.plan_undo_edit(&gone.id).await.unwrap_err().code, Code::Precondition);
    }
    assert_eq!(house.sandbox.description().clients.len(), before);
    let named = open.plan_edit(whole(Kind::Client, "chosen"), all(Some(client("client-web"))), None).await.unwrap_err();
    assert_eq!(named.field.as_deref(), Some("subject"));
}

#[tokio::test]
async fn a_client_whose_making_nobody_answered_for_is_not_made_twice_and_taken_for_nothing_else() {
    let house = House::new(options(5)).await;
    let open = house.open().await;
    house.sandbox.weather().plan_fault(Some("CreateUserPoolClient"), When::Nth(1), Fault::TimeoutAfter);
    let edit = open.plan_edit(whole(Kind::Client, ""), all(Some(client("client-mobile"))), None).await.unwrap();
    let row = make(&open, &edit).await.unwrap();
    assert_eq!((row.state, house.sandbox.calls().of("CreateUserPoolClient")), (EditState::Sent, 1));
    assert!(row.why.unwrap().contains("in the list"));
    house.clock.push(SignedDuration::from_mins(6));
    assert_eq!(open.edits(1).await.unwrap()[0].state, EditState::Sent);
    assert!(open.plan_undo_edit(&row.id).await.unwrap_err().message.contains("in the list"));
}

#[tokio::test]
async fn an_edit_that_nobody_answered_for_is_looked_for_when_edits_are_listed_again() {
    let house = House::new(options(5)).await;
    let open = house.open().await;
    let weather = house.sandbox.weather();
    let lost = |name: &str, fault, whole: Whole, patch: Vec<Put>| {
        weather.plan_fault(Some(name), When::Nth(1), fault);
        // Neither is what came of it seen, as when the program ends.
        let open = &open;
        async move { make(open, &open.plan_edit(whole, patch, None).await.unwrap()).await.unwrap() }
    };
    let server = |name: &str| whole(Kind::ResourceServer, name);
    let new = |name: &str| all(Some(json!({ "ResourceServer": { "Name": name, "Scopes": [] } })));
    let never = lost("CreateResourceServer", Fault::TimeoutBefore, server("https://never"), new("a")).await;
    assert_eq!(never.state, EditState::Sent);
    let other = lost("CreateResourceServer", Fault::TimeoutBefore, server("https://other"), new("b")).await;
    done(&open, server("https://other"), new("c")).await;
    let corp = whole(Kind::Provider, "Corp");
    done(&open, corp.clone(), all(Some(oidc()))).await;
    let secret = at("/IdentityProvider/ProviderDetails/client_secret", json!("quiet-now"));
    let hidden = lost("UpdateIdentityProvider", Fault::TimeoutBefore, corp, secret).await;

    let state = async |row: &EditRow| open.edits(20).await.unwrap().into_iter().find(|it| it.id == row.id).unwrap();
    assert_eq!(state(&never).await.state, EditState::Sent, "it may still be under way");
    house.clock.push(SignedDuration::from_mins(6));
    let told = state(&never).await;
    assert_eq!(told.state, EditState::Failed);
    assert!(told.why.unwrap().contains("AWS did not take it"));
    let told = state(&other).await;
    assert_eq!(told.state, EditState::Differs, "somebody made another one of that name");
    assert!(told.why.unwrap().contains("may be somebody else's"));
    assert_eq!(open.plan_undo_edit(&other.id).await.unwrap_err().code, Code::Precondition, "theirs is not deleted");
    let told = state(&hidden).await;
    assert_eq!(told.state, EditState::Sent);
    assert!(told.why.unwrap().contains("nobody can see"));
    let asked = || house.sandbox.calls().of("DescribeIdentityProvider");
    let before = asked();
    open.edits(20).await.unwrap();
    assert_eq!(asked(), before, "it is not looked for again what nobody can see");
    let records = house.console.audit(AuditFilter::default(), 50).await.unwrap().records;
    let of = |row: &EditRow| records.iter().filter(|record| record.entry.job == row.id).count();
    assert_eq!(of(&never), 4, "approved, intended, without an answer, and what came of it");
    let before = records.len();
    open.edits(20).await.unwrap();
    let again = house.console.audit(AuditFilter::default(), 50).await.unwrap().records.len();
    assert_eq!(again, before, "what is known is not written down again");
}

#[tokio::test]
async fn an_edit_that_aws_took_and_whose_look_failed_is_found_done_when_edits_are_listed_again() {
    let house = House::new(options(5)).await;
    let open = house.open().await;
    let server = whole(Kind::ResourceServer, "https://api.example");
    let new = all(Some(json!({ "ResourceServer": { "Name": "api", "Scopes": [] } })));
    let edit = open.plan_edit(server, new, None).await.unwrap();
    let named = Approval { pool_name: Some(open.key().pool.as_str().to_owned()), ..Approval::default() };
    let token = open.approve_edit(&edit, named).await.unwrap();
    // The first look is the one before it is written.
    let denied = Fault::Error { code: "AccessDeniedException".to_owned(), http_status: 400 };
    house.sandbox.weather().plan_fault(Some("DescribeResourceServer"), When::Nth(2), denied);
    let row = open.apply_edit(&token).await.unwrap();
    assert_eq!((row.state, row.after.as_ref()), (EditState::Differs, None), "{:?}", row.why);
    assert!(row.why.unwrap().contains("could not be read"));
    house.clock.push(SignedDuration::from_mins(6));
    let row = &open.edits(1).await.unwrap()[0];
    assert_eq!((row.state, row.why.as_deref()), (EditState::Done, None));
    taken_back(&open, row).await;
}
