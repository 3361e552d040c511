//! Settings that are written whole keep everything that was not named: the real SDK against the sandbox, which puts back to
//! its default what a request leaves out, as AWS does.
#![expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]

mod support;

use std::sync::Arc;

use cognito::settings::Written;
use cognito::{Gate, RetryRules, Session, SessionConfig, Share};
use jiff::Timestamp;
use model::edit::{Kind, Put, Step, Whole, differences};
use model::health::Snapshot;
use model::{PoolId, Region};
use sandbox::{Options, Quota, Sandbox};
use serde_json::{Value, json};
use support::Quiet;

struct Stage {
    sandbox: Sandbox,
    session: Session,
    pool: PoolId,
}

/// A generator of numbers that is the same everywhere (a linear congruence after Knuth).
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }

    fn one<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        let at = usize::try_from(self.below(list.len() as u64)).unwrap();
        &list[at]
    }
}

impl Stage {
    async fn new() -> Self {
        let sandbox = Sandbox::new(Options { users: 5, quota: Quota::Off, ..Options::default() });
        let gate = Arc::new(Gate::new(Arc::new(Quiet), Share::Off, Arc::new(Quiet)).with_retry(RetryRules::default()));
        let config = SessionConfig {
            region: Some(Region::parse("eu-west-1").unwrap()),
            http_client: Some(sandbox.http_client()),
            ..SessionConfig::default()
        };
        let session = Session::open(config, gate).await.unwrap();
        let pool = PoolId::parse(sandbox.pool_id()).unwrap();
        Self { sandbox, session, pool }
    }

    async fn read(&self, whole: &Whole) -> Value {
        let mut snapshot = Snapshot::new(self.pool.clone(), Timestamp::UNIX_EPOCH);
        self.session.read_whole(&mut snapshot, whole).await.unwrap();
        let answer = snapshot.answer(whole.kind.describes(), &whole.subject).unwrap();
        match answer {
            model::health::Answer::Given(body) => body.clone(),
            other => panic!("{other:?}"),
        }
    }

    /// Writes a patch whole; `false` when the sandbox refuses the combination.
    async fn write(&self, whole: &Whole, patch: &[Put]) -> bool {
        let body = self.read(whole).await;
        let Ok(wanted) = whole.kind.patched(&body, patch) else { return false };
        let written = Written { request: whole.kind.request(&wanted).unwrap(), ..Written::default() };
        self.session.write_whole(&self.pool, whole, Step::Update, written, &|| Ok(())).await.is_ok()
    }
}

fn put(root: &str, place: &str, value: Value) -> Put {
    Put { pointer: format!("{root}/{place}"), value: Some(value) }
}

/// A value for one place of a pool.
fn of_pool(chance: &mut Chance) -> Put {
    let on = json!(chance.below(2) == 1);
    let number = chance.below(10);
    let policy = |name: &str, value| put("/UserPool/Policies/PasswordPolicy", name, value);
    let plain = |name: &str, value| put("/UserPool", name, value);
    match chance.below(16) {
        0 => policy("MinimumLength", json!(6 + number)),
        1 => policy("RequireLowercase", on),
        2 => policy("RequireNumbers", on),
        3 => policy("RequireSymbols", on),
        4 => policy("TemporaryPasswordValidityDays", json!(1 + number)),
        5 => policy("PasswordHistorySize", json!(number)),
        6 => plain("AdminCreateUserConfig/AllowAdminCreateUserOnly", on),
        7 => plain("DeletionProtection", json!(chance.one(&["ACTIVE", "INACTIVE"]))),
        8 => plain("DeviceConfiguration/ChallengeRequiredOnNewDevice", on),
        9 => plain("AccountRecoverySetting/RecoveryMechanisms", json!([{ "Priority": 1, "Name": "verified_email" }])),
        10 => plain("UserPoolTags", json!({ format!("tag{number}"): "value", "stage": "test" })),
        11 => plain("VerificationMessageTemplate/EmailSubject", json!(format!("Subject {number}"))),
        12 => plain("VerificationMessageTemplate/EmailMessage", json!(format!("Code {number}: {{####}}"))),
        13 => plain("SmsAuthenticationMessage", json!(format!("Code {number}: {{####}}"))),
        14 => plain("Name", json!(format!("pool-{number}"))),
        _ => plain(
            "UserAttributeUpdateSettings/AttributesRequireVerificationBeforeUpdate",
            chance.one(&[json!([]), json!(["email"])]).clone(),
        ),
    }
}

/// A value for one place of a client.
fn of_client(chance: &mut Chance) -> Put {
    let on = json!(chance.below(2) == 1);
    let number = 1 + chance.below(9);
    let plain = |name: &str, value| put("/UserPoolClient", name, value);
    match chance.below(11) {
        0 => plain("ClientName", json!(format!("client-{number}"))),
        1 => plain("RefreshTokenValidity", json!(number)),
        2 => plain("EnableTokenRevocation", on),
        3 => plain("PreventUserExistenceErrors", json!(chance.one(&["ENABLED", "LEGACY"]))),
        4 => plain("AuthSessionValidity", json!(2 + number)),
        5 => plain("CallbackURLs", json!(["https://app.example/a", format!("https://app.example/{number}")])),
        6 => plain("LogoutURLs", json!([format!("https://app.example/out/{number}")])),
        7 => plain("ExplicitAuthFlows", json!(["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"])),
        8 => plain("WriteAttributes", json!(["email", "name"])),
        9 => plain("ReadAttributes", json!(["email", "name", "phone_number"])),
        _ => plain("EnablePropagateAdditionalUserContextData", on),
    }
}

/// What may differ after a patch: the place itself, what only says the same again, and the time of the change.
fn stray(patch: &Put, before: &Value, after: &Value) -> Vec<String> {
    let same = [
        ("VerificationMessageTemplate/EmailSubject", "EmailVerificationSubject"),
        ("VerificationMessageTemplate/EmailMessage", "EmailVerificationMessage"),
        ("TemporaryPasswordValidityDays", "UnusedAccountValidityDays"),
    ];
    let allowed = |place: &str| {
        place.starts_with(&patch.pointer)
            || patch.pointer.starts_with(&format!("{place}/"))
            || place.ends_with("/LastModifiedDate")
            || same.iter().any(|(meant, told)| patch.pointer.ends_with(meant) && place.ends_with(told))
    };
    differences(before, after).into_iter().map(|it| it.pointer).filter(|place| !allowed(place)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn in_two_hundred_configurations_changing_one_setting_changes_that_setting_only() {
    let stage = Stage::new().await;
    let client = stage.sandbox.description().clients[0].id.clone();
    let pool = Whole { kind: Kind::Pool, subject: String::new() };
    let client = Whole { kind: Kind::Client, subject: client };
    let mut chance = Chance(7);
    let mut changed = [0, 0];
    // Combinations that the sandbox refuses, as AWS does, are drawn anew.
    for round in 0..800 {
        if changed == [100, 100] {
            break;
        }
        if changed[round % 2] == 100 {
            continue;
        }
        let whole = if round % 2 == 0 { &pool } else { &client };
        let value = |chance: &mut Chance| if round % 2 == 0 { of_pool(chance) } else { of_client(chance) };
        // Another configuration each time.
        let several: Vec<Put> = (0..6).map(|_| value(&mut chance)).collect();
        stage.write(whole, &several).await;
        let before = stage.read(whole).await;
        let patch = value(&mut chance);
        if !stage.write(whole, std::slice::from_ref(&patch)).await {
            continue;
        }
        changed[round % 2] += 1;
        let after = stage.read(whole).await;
        assert_eq!(stray(&patch, &before, &after), Vec::<String>::new(), "round {round}: {patch:?}\n{before:#}");
        let wanted = patch.value.as_ref().unwrap();
        let found = after.pointer(&patch.pointer).unwrap_or(&Value::Null);
        assert_eq!(differences(wanted, found), [], "{patch:?}");
    }
    assert_eq!(changed, [100, 100], "pools and clients in which one setting was changed");
}

#[tokio::test]
async fn every_kind_that_the_sandbox_has_can_be_written_back_as_it_is_and_stays_so() {
    let stage = Stage::new().await;
    let description = stage.sandbox.description();
    let mut snapshot = Snapshot::new(stage.pool.clone(), Timestamp::UNIX_EPOCH);
    stage.session.read_identity_pools(&mut snapshot).await.unwrap();
    let identity_pools: Vec<String> =
        snapshot.identity_pools().unwrap_or_default().into_iter().map(str::to_owned).collect();
    let whole = |kind, subject: &str| Whole { kind, subject: subject.to_owned() };
    let mut all = vec![whole(Kind::Pool, ""), whole(Kind::Mfa, "")];
    all.extend(description.clients.iter().map(|client| whole(Kind::Client, &client.id)));
    for id in &identity_pools {
        all.extend([whole(Kind::IdentityPool, id), whole(Kind::Roles, id)]);
    }
    assert!(!identity_pools.is_empty());
    for whole in all {
        let before = stage.read(&whole).await;
        let written = Written { request: whole.kind.request(&before).unwrap(), ..Written::default() };
        stage.session.write_whole(&stage.pool, &whole, Step::Update, written, &|| Ok(())).await.unwrap();
        let after = stage.read(&whole).await;
        let moved: Vec<String> = differences(&before, &after).into_iter().map(|it| it.pointer).collect();
        let strays: Vec<&String> = moved.iter().filter(|place| !place.ends_with("/LastModifiedDate")).collect();
        assert!(strays.is_empty(), "{whole}: {strays:?}");
    }
}
