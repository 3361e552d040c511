//! What only a call about one user tells, its price, and passwords that fit.

use console::files::{ExportTarget, FileFormat};
use console::jobs::Chosen;
use console::{Code, Reveal};
use model::Username;
use model::call::MauEffect;
use model::month::Month;
use model::plan::{Action, Factor, MfaPreference};
use rust_decimal::Decimal;
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use crate::house::{House, options, today};
use crate::jobs::{carry_out, names};
use crate::lab::{sign_in, start};

/// Calls an operation of user pools by its name, as another program would.
async fn told(endpoint: &str, operation: &str, body: Value) {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    let (body, host) = (body.to_string(), endpoint.trim_start_matches("http://"));
    let signature = "AWS4-HMAC-SHA256 Credential=A/20260101/eu-west-1/cognito-idp/aws4_request, SignedHeaders=host, \
                     Signature=0000";
    let request = format!(
        "POST / HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\ncontent-type: application/x-amz-json-1.1\r\n\
         x-amz-target: AWSCognitoIdentityProviderService.{operation}\r\nauthorization: {signature}\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut stream = tokio::net::TcpStream::connect(host).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

#[tokio::test]
async fn second_factors_have_their_price_once_and_are_in_the_ledger() {
    let house = House::new(today(60)).await;
    let pool = house.synced().await;
    let people = house.people();
    let person = people.iter().find(|person| {
        person.status == "CONFIRMED" && person.enabled && person.attributes.contains_key("phone_number")
    });
    let person = person.unwrap();
    let name = Username::parse(person.username.as_str()).unwrap();
    let price = pool.reveal_price(&name, Reveal::SecondFactors).await.unwrap();
    assert_eq!((price.operation, price.effect, price.refused), ("AdminGetUser", MauEffect::MayBill, None));
    assert!(price.price.high > Some(Decimal::ZERO));
    let of_all = pool.reveals_price(60, Reveal::SecondFactors).await.unwrap();
    assert_eq!(of_all.price.high, price.price.high.map(|high| high * Decimal::from(60)));
    assert_eq!(house.sandbox.calls().of("AdminGetUser"), 0, "asking for the price asks nobody");
    let preference = MfaPreference { factors: [(Factor::Sms, true)].into(), preferred: Some(Factor::Sms) };
    assert_eq!(
        carry_out(&pool, Action::SetMfa { preference, look_first: false }, names(&[person])).await.unwrap().1.done,
        1
    );
    let factors = pool.second_factors(&name).await.unwrap();
    assert_eq!((factors.on, factors.preferred.as_deref()), (vec!["SMS_MFA".to_owned()], Some("SMS_MFA")));
    let month = Month::of(console::Clock::now(&*house.clock));
    let ledger = house.console.ledger(month, &console::LedgerOf::default()).await.unwrap();
    assert_eq!(ledger.entries.iter().filter(|entry| entry.call.operation == "AdminGetUser").count(), 1);
    let again = pool.reveal_price(&name, Reveal::Devices).await.unwrap();
    assert_eq!((again.effect, again.price.high), (MauEffect::AlreadyCounted, Some(Decimal::ZERO)));
    assert_eq!(pool.devices(&name).await.unwrap(), []);
    let unknown = pool.devices(&Username::parse("nobody.at.all").unwrap()).await;
    assert!(unknown.is_err() || unknown.unwrap().is_empty());
}

#[tokio::test]
async fn sign_ins_are_shown_and_rated_in_the_plan_plus_and_not_asked_for_in_another() {
    let house = House::new(today(60)).await;
    let pool = house.synced().await;
    let people = house.sandbox.description().people;
    let person = people.iter().find(|person| person.state == "CONFIRMED").unwrap();
    let name = Username::parse(person.username.as_str()).unwrap();
    let price = pool.reveal_price(&name, Reveal::SignIns).await.unwrap();
    assert!(price.refused.unwrap().contains("Plus"));
    assert_eq!(pool.sign_in_events(&name, None).await.unwrap_err().code, Code::NotInPlan);
    let rate = |event: &str| Action::RateSignIn { event: event.to_owned(), own: false };
    let chosen = || Chosen::Names(vec![person.username.clone()]);
    assert_eq!(pool.plan(rate("some-event"), chosen()).await.unwrap_err().field.as_deref(), Some("action"));
    assert_eq!(house.sandbox.calls().of("AdminListUserAuthEvents"), 0);

    let server = house.sandbox.serve(0).await.unwrap();
    let plus = json!({ "UserPoolId": house.sandbox.pool_id(), "UserPoolTier": "PLUS",
        "UserPoolAddOns": { "AdvancedSecurityMode": "AUDIT" }, "MfaConfiguration": "OPTIONAL" });
    told(&server.endpoint(), "UpdateUserPool", plus).await;
    pool.sync().finished().await.unwrap();
    let pool = house.open().await;
    assert_eq!(pool.reveal_price(&name, Reveal::SignIns).await.unwrap().refused, None);
    let begun = start(&house, "USER_PASSWORD_AUTH", &person.username, Some(&person.password)).await;
    sign_in(&house, begun).await.unwrap();
    let (events, next) = pool.sign_in_events(&name, None).await.unwrap();
    assert_eq!((events.len(), next), (1, None), "{events:?}");
    let event = &events[0];
    assert_eq!((event.kind.as_str(), event.response.as_deref()), ("SignIn", Some("Pass")));
    assert_eq!((event.risk.as_deref(), event.compromised, event.feedback.as_deref()), (Some("NoRisk"), false, None));
    let (_, counts) = carry_out(&pool, rate(&event.id), chosen()).await.unwrap();
    assert_eq!(counts.done, 1);
    let (rated, _) = pool.sign_in_events(&name, None).await.unwrap();
    assert_eq!(rated[0].feedback.as_deref(), Some("Invalid"));
}

#[tokio::test]
async fn e_mail_as_a_second_factor_is_refused_where_the_plan_lacks_it_before_anybody_is_asked() {
    let house = House::new(options(60)).await;
    let server = house.sandbox.serve(0).await.unwrap();
    let lite = json!({ "UserPoolId": house.sandbox.pool_id(), "UserPoolTier": "LITE" });
    told(&server.endpoint(), "UpdateUserPool", lite).await;
    let pool = house.synced().await;
    let people = house.people();
    let set = |on: bool| {
        let preference = MfaPreference { factors: [(Factor::Email, on)].into(), preferred: None };
        pool.plan(Action::SetMfa { preference, look_first: true }, names(&[&people[0]]))
    };
    let refused = set(true).await.unwrap_err();
    assert_eq!((refused.code, refused.field.as_deref()), (Code::Validation, Some("factors")));
    assert!(refused.message.contains("Essentials or Plus"), "{}", refused.message);
    assert_eq!(set(false).await.unwrap().items.len(), 1, "what is on from before can be turned off");
}

#[tokio::test]
async fn a_made_password_fits_a_pool_that_demands_a_long_one() {
    let house = House::new(options(20)).await;
    let server = house.sandbox.serve(0).await.unwrap();
    let rules = json!({ "MinimumLength": 40, "RequireUppercase": true, "RequireLowercase": true, "RequireNumbers": true,
        "RequireSymbols": true, "TemporaryPasswordValidityDays": 7 });
    let body = json!({ "UserPoolId": house.sandbox.pool_id(), "Policies": { "PasswordPolicy": rules } });
    told(&server.endpoint(), "UpdateUserPool", body).await;
    let pool = house.synced().await;
    let made = pool.new_password().await.unwrap();
    assert_eq!(made.expose_secret().chars().count(), 40);
    assert_ne!(made.expose_secret(), pool.new_password().await.unwrap().expose_secret());
    let people = house.people();
    let chosen = names(&[&people[0]]);
    let plan = pool.plan(Action::SetPassword { permanent: true }, chosen).await.unwrap();
    let pool_name = Some(pool.key().pool.as_str().to_owned());
    let token = pool.approve(&plan, console::jobs::Approval { pool_name, reason: None }).await.unwrap();
    let counts = pool.apply(&token, Some(made)).await.unwrap().finished().await.unwrap();
    assert_eq!(counts.done, 1);
}

#[tokio::test]
async fn what_came_of_a_job_is_a_file_whose_cells_are_no_formulas() {
    let house = House::new(options(80)).await;
    let pool = house.synced().await;
    let people = house.people();
    let chosen: Vec<_> = people.iter().filter(|person| person.enabled).take(3).collect();
    let plan = pool.plan(Action::DisableUsers, names(&chosen)).await.unwrap();
    house.sandbox.directory().delete_user(&house.sandbox.pool_id(), &chosen[1].username).unwrap();
    crate::jobs::apply(&pool, &plan).await.unwrap();
    let path = house.dir.path().join("outcomes.csv");
    let target = || ExportTarget::File { path: path.clone(), replace: false };
    let written = pool.export_outcomes(&plan.id, None, FileFormat::Csv, target()).await.unwrap();
    assert_eq!(written.people, 3);
    let text = std::fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "seq,name,sub,state,code,why,requestId,at");
    assert!(lines[2].contains(&chosen[1].username) && lines[2].contains("failed,not_found"), "{text}");
    let taken = pool.export_outcomes(&plan.id, None, FileFormat::Csv, target()).await.unwrap_err();
    assert_eq!(taken.code, Code::AlreadyExists);
    let folder = ExportTarget::Folder { folder: house.dir.path().to_owned(), stem: "failed".to_owned() };
    let failed = Some(model::plan::ItemState::Failed);
    let json = pool.export_outcomes(&plan.id, failed, FileFormat::Json, folder).await.unwrap();
    let read: Value = serde_json::from_str(&std::fs::read_to_string(json.path.unwrap()).unwrap()).unwrap();
    assert_eq!((read.as_array().unwrap().len(), &read[0]["code"]), (1, &json!("not_found")));
    assert_eq!(read[0]["changes"][0]["field"], "enabled");
}
