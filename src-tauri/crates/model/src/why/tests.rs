use jiff::SignedDuration;
use serde_json::json;

use super::*;
use crate::client::{FLOWS, TokenSettings};
use crate::pool::SchemaAttribute;
use crate::user::UserStatus;
use crate::{ClientId, PoolId, Username};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn user(status: UserStatus, attributes: &[(&str, &str)]) -> User {
    User {
        username: Username::parse("ada").unwrap(),
        enabled: true,
        status,
        created_at: at("2026-01-01T00:00:00Z"),
        modified_at: at("2026-01-01T00:00:00Z"),
        attributes: attributes.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        groups: Vec::new(),
    }
}

fn pool() -> Pool {
    Pool {
        id: PoolId::parse("eu-west-1_AbCdEfGhI").unwrap(),
        name: "people".to_owned(),
        tier: None,
        estimated_users: None,
        schema: Vec::<SchemaAttribute>::new(),
        username_attributes: Vec::new(),
        alias_attributes: vec!["email".to_owned()],
        case_sensitive: Some(true),
        mfa: Some("OFF".to_owned()),
        deletion_protection: None,
        updated_issuer: false,
        pre_token_trigger: None,
        verifies_before_update: Vec::new(),
        advanced_security: Some(false),
        own_sender: Some(false),
        recovery: None,
        created_at: None,
        modified_at: None,
    }
}

fn policy(pool: &serde_json::Value) -> PoolPolicy {
    PoolPolicy::read(&json!({ "UserPool": pool })).unwrap()
}

fn client(has_secret: bool, flows: &[&str]) -> AppClient {
    AppClient {
        id: ClientId::parse("client1").unwrap(),
        name: String::new(),
        has_secret,
        flows: flows.iter().map(|flow| (*flow).to_owned()).collect(),
        oauth_flows: Vec::new(),
        scopes: Vec::new(),
        callback_urls: Vec::new(),
        logout_urls: Vec::new(),
        identity_providers: Vec::new(),
        read_attributes: Vec::new(),
        refresh_rotation: false,
        hides_users: true,
        tokens: TokenSettings::default(),
    }
}

/// What a test looks at; the rest is a person who can sign in.
struct Case {
    user: User,
    pool: Pool,
    policy: PoolPolicy,
    takes: Result<Vec<Factor>, &'static str>,
    client: AppClient,
    others: Vec<User>,
    now: &'static str,
    listing: Listing,
    flow: Option<&'static str>,
    sends_secret: Option<bool>,
    factors: Option<Vec<String>>,
}

impl Case {
    fn new(user: User) -> Self {
        Self {
            user,
            pool: pool(),
            policy: policy(&json!({})),
            takes: Ok(vec![Factor::Sms, Factor::Totp]),
            client: client(false, &["ALLOW_USER_SRP_AUTH"]),
            others: Vec::new(),
            now: "2026-01-02T00:00:00Z",
            listing: Listing::Listed,
            flow: Some("USER_SRP_AUTH"),
            sends_secret: None,
            factors: None,
        }
    }

    fn reasons(&self) -> Vec<Reason> {
        why(&Facts {
            now: at(self.now),
            user: &self.user,
            listing: self.listing,
            pool: &self.pool,
            policy: Ok(&self.policy),
            second_factors: self.takes.as_deref().map_err(|why| *why),
            client: Ok(&self.client),
            flow: FLOWS.iter().find(|flow| Some(flow.name) == self.flow),
            sends_secret: self.sends_secret,
            others: Ok(&self.others),
            changed: &[],
            factors: self.factors.as_deref(),
        })
    }

    fn says(&self, rule: &str) -> Reason {
        self.reasons().into_iter().find(|reason| reason.rule == rule).unwrap()
    }

    fn verdict(&self, rule: &str) -> Verdict {
        self.says(rule).verdict
    }
}

const VERIFIED: [(&str, &str); 2] = [("email", "ada@x.example"), ("email_verified", "true")];

fn action(reason: &Reason) -> Option<&Action> {
    reason.fix.as_ref().and_then(|fix| fix.action.as_ref())
}

#[test]
fn of_a_person_who_can_sign_in_every_rule_is_clear() {
    let case = Case::new(user(UserStatus::Confirmed, &VERIFIED));
    let reasons = case.reasons();
    assert_eq!(reasons.len(), 16);
    for reason in reasons {
        assert_eq!((reason.verdict, &reason.fix), (Verdict::Clear, &None), "{reason:?}");
    }
}

#[test]
fn what_keeps_the_person_out_comes_first_with_a_fix_and_a_reply() {
    let mut case = Case::new(user(UserStatus::Unconfirmed, &VERIFIED));
    case.user.enabled = false;
    let reasons = case.reasons();
    assert_eq!((reasons[0].rule, reasons[1].rule), ("disabled", "unconfirmed"));
    assert_eq!(action(&reasons[0]), Some(&Action::EnableUsers));
    assert_eq!(action(&reasons[1]), Some(&Action::ConfirmUsers { verify_email: false }));
    assert!(reasons.iter().take(2).all(|reason| reason.reply.is_some() && !reason.evidence.is_empty()));
}

#[test]
fn an_invitation_expires_by_the_pool_s_policy_and_a_doubt_stays_a_doubt() {
    let mut case = Case::new(user(UserStatus::ForceChangePassword, &VERIFIED));
    case.policy = policy(&json!({ "Policies": { "PasswordPolicy": { "TemporaryPasswordValidityDays": 3 } } }));
    case.now = "2026-01-03T23:59:00Z";
    assert_eq!(case.verdict("invitation-expired"), Verdict::Clear);
    case.now = "2026-01-04T00:01:00Z";
    let expired = case.says("invitation-expired");
    assert_eq!((expired.verdict, action(&expired)), (Verdict::Blocks, Some(&Action::ResendInvitation { by: None })));
    assert!(expired.cause.contains("2026-01-04 00:00 UTC"), "{}", expired.cause);
    case.user.modified_at = case.user.modified_at.saturating_add(SignedDuration::from_hours(48)).unwrap();
    assert_eq!(case.verdict("invitation-expired"), Verdict::Unknown, "it may have been sent again");
    assert_eq!(case.verdict("must-change-password"), Verdict::Hinders);
    assert_eq!(action(&case.says("forgot-password")), Some(&Action::ResendInvitation { by: None }));
}

#[test]
fn a_code_for_a_new_password_does_not_go_where_second_factors_go() {
    let mut case =
        Case::new(user(UserStatus::Confirmed, &[("phone_number", "+441"), ("phone_number_verified", "true")]));
    assert_eq!(case.verdict("forgot-password"), Verdict::Clear, "the pool asks for no second factor");
    case.pool.mfa = Some("OPTIONAL".to_owned());
    let unknown = case.says("forgot-password");
    assert_eq!(unknown.verdict, Verdict::Unknown);
    assert!(unknown.fix.is_some_and(|fix| fix.reveal.is_some()), "a call can tell");
    case.factors = Some(vec!["SMS_MFA".to_owned()]);
    assert_eq!(case.verdict("forgot-password"), Verdict::Hinders);
    assert_eq!(action(&case.says("forgot-password")), Some(&Action::SetPassword { permanent: false }));
    case.factors = Some(vec!["SOFTWARE_TOKEN_MFA".to_owned()]);
    assert_eq!(case.verdict("forgot-password"), Verdict::Clear);
    case.factors = None;
    case.takes = Ok(vec![Factor::Totp]);
    assert_eq!(case.verdict("forgot-password"), Verdict::Clear);
    case.takes = Ok(vec![Factor::Sms]);
    case.user
        .attributes
        .extend([("email", "a@x.example"), ("email_verified", "true")].map(|(a, b)| (a.to_owned(), b.to_owned())));
    assert_eq!(case.verdict("forgot-password"), Verdict::Clear, "the other address is left");
}

#[test]
fn a_forgotten_password_needs_a_verified_address_and_a_pool_that_lets_it() {
    let mut case = Case::new(user(UserStatus::Confirmed, &[("email", "ada@x.example"), ("email_verified", "false")]));
    let unverified = case.says("forgot-password");
    assert_eq!(unverified.verdict, Verdict::Hinders);
    assert!(
        matches!(action(&unverified), Some(Action::SetAttributes { attributes }) if attributes["email_verified"] == "true")
    );
    case.user = user(UserStatus::Confirmed, &[]);
    assert_eq!(action(&case.says("forgot-password")), Some(&Action::SetPassword { permanent: false }));
    case.user = user(UserStatus::Confirmed, &VERIFIED);
    let admin = json!({ "RecoveryMechanisms": [{ "Name": "admin_only", "Priority": 1 }] });
    case.policy = policy(&json!({ "AccountRecoverySetting": admin }));
    assert_eq!(case.verdict("forgot-password"), Verdict::Hinders);
    case.user = user(UserStatus::ResetRequired, &VERIFIED);
    assert_eq!(action(&case.says("reset-required")), Some(&Action::SetPassword { permanent: false }));
    case.policy = policy(&json!({}));
    assert_eq!(action(&case.says("reset-required")), Some(&Action::ResetPassword));
}

#[test]
fn an_address_counts_only_where_it_is_signed_in_with() {
    let mut case = Case::new(user(UserStatus::Confirmed, &[("email", "ada@x.example")]));
    assert_eq!(case.verdict("email-unverified"), Verdict::Hinders);
    case.pool.alias_attributes.clear();
    assert_eq!(case.verdict("email-unverified"), Verdict::Clear);
    case.pool.username_attributes.push("email".to_owned());
    assert_eq!(case.verdict("email-unverified"), Verdict::Hinders);
}

#[test]
fn twins_are_told_by_case_address_and_provider() {
    let mut case = Case::new(user(UserStatus::Confirmed, &VERIFIED));
    let mut twin = user(UserStatus::Confirmed, &[("email", "Ada@x.example")]);
    twin.username = Username::parse("ADA").unwrap();
    case.others = vec![twin];
    assert_eq!(case.verdict("case-twin"), Verdict::Hinders);
    assert_eq!(case.verdict("shared-address"), Verdict::Hinders);
    case.pool.case_sensitive = Some(false);
    assert_eq!(case.verdict("case-twin"), Verdict::Clear);
    let identities = "[{\"providerName\":\"Google\",\"userId\":\"1\"}]";
    let mut google = user(UserStatus::ExternalProvider, &[("email", "ADA@x.example"), ("identities", identities)]);
    google.username = Username::parse("Google_1").unwrap();
    case.others = vec![google.clone()];
    let twin = case.says("federated-twin");
    assert_eq!(twin.verdict, Verdict::Hinders);
    assert!(twin.cause.contains("Google") && twin.evidence[0].contains("Google_1"));
    assert_eq!(case.verdict("shared-address"), Verdict::Clear);
    case.others = vec![case.user.clone()];
    case.user = google;
    assert_eq!(case.verdict("federated"), Verdict::Hinders);
    assert_eq!(case.verdict("federated-twin"), Verdict::Hinders);
}

#[test]
fn an_address_that_nobody_signs_in_by_may_be_shared() {
    let phone = ("phone_number", "+4930123456");
    let mut case = Case::new(user(UserStatus::Confirmed, &[VERIFIED[0], VERIFIED[1], phone]));
    let mut other = user(UserStatus::Confirmed, &[("email", "Ada@x.example"), phone]);
    other.username = Username::parse("bob").unwrap();
    case.others = vec![other.clone()];
    assert_eq!(case.verdict("shared-address"), Verdict::Hinders);
    assert_eq!(case.verdict("case-twin"), Verdict::Hinders);
    case.pool.alias_attributes.clear();
    assert_eq!(case.verdict("shared-address"), Verdict::Clear);
    assert_eq!(case.verdict("case-twin"), Verdict::Clear, "nobody types the address to sign in");
    case.pool.username_attributes.push("phone_number".to_owned());
    assert_eq!(case.verdict("shared-address"), Verdict::Hinders, "the number is what both sign in by");
    other.attributes.remove("phone_number");
    case.others = vec![other];
    assert_eq!(case.verdict("shared-address"), Verdict::Clear, "the address is not");
}

#[test]
fn who_is_not_listed_is_told_before_everything_that_rests_on_the_copy() {
    let mut case = Case::new(user(UserStatus::Unconfirmed, &VERIFIED));
    case.listing = Listing::Missing;
    let reasons = case.reasons();
    assert_eq!((reasons[0].rule, reasons[0].verdict), ("not-listed", Verdict::Unknown));
    assert_eq!((reasons[1].rule, reasons[1].verdict), ("unconfirmed", Verdict::Blocks));
    case.listing = Listing::NotAsked;
    assert_eq!(case.reasons()[0].rule, "unconfirmed", "nobody said that they are gone");
    assert_eq!(case.verdict("not-listed"), Verdict::Unknown);
}

#[test]
fn a_factor_is_unknown_until_a_priced_call_tells() {
    let mut case = Case::new(user(UserStatus::Confirmed, &VERIFIED));
    case.pool.mfa = Some("ON".to_owned());
    let unknown = case.says("mfa-without-factor");
    assert_eq!((unknown.verdict, unknown.fix.unwrap().reveal), (Verdict::Unknown, Some("AdminGetUser")));
    case.factors = Some(Vec::new());
    assert_eq!(case.verdict("mfa-without-factor"), Verdict::Blocks);
    case.factors = Some(vec!["SOFTWARE_TOKEN_MFA".to_owned()]);
    assert_eq!(case.verdict("mfa-without-factor"), Verdict::Clear);
    case.takes = Ok(vec![Factor::Sms]);
    assert_eq!(case.verdict("mfa-without-factor"), Verdict::Blocks, "the pool takes no app any more");
    case.takes = Err("Nobody was asked.");
    assert_eq!(case.verdict("mfa-without-factor"), Verdict::Unknown);
    case.pool.mfa = None;
    assert_eq!(case.verdict("mfa-without-factor"), Verdict::Unknown);
}

#[test]
fn a_code_goes_to_a_phone_number_only_where_the_pool_sends_it_and_a_provider_asks_for_factors_of_its_own() {
    let mut case = Case::new(user(UserStatus::Confirmed, &[("phone_number", "+3212345678")]));
    case.pool.mfa = Some("ON".to_owned());
    case.factors = Some(Vec::new());
    assert_eq!(case.verdict("mfa-without-factor"), Verdict::Clear);
    case.takes = Ok(vec![Factor::Totp]);
    assert_eq!(case.verdict("mfa-without-factor"), Verdict::Blocks);
    case.takes = Err("Nobody was asked.");
    let unknown = case.says("mfa-without-factor");
    assert_eq!(unknown.verdict, Verdict::Unknown);
    assert!(unknown.cause.contains("Nobody was asked."), "{}", unknown.cause);
    let addresses: [(&[(&str, &str)], &str); 2] = [
        (&VERIFIED, "has an e-mail address"),
        (&[VERIFIED[0], ("phone_number", "+32")], "a phone number and an e-mail address"),
    ];
    for (addresses, named) in addresses {
        case.user = user(UserStatus::Confirmed, addresses);
        let unknown = case.says("mfa-without-factor");
        assert_eq!(unknown.verdict, Verdict::Unknown, "a code may go to it");
        assert!(unknown.cause.contains(named), "{}", unknown.cause);
    }
    case.user = user(UserStatus::Confirmed, &[]);
    assert_eq!(case.verdict("mfa-without-factor"), Verdict::Blocks, "whatever the pool takes, there is nothing");
    case.user.status = UserStatus::ExternalProvider;
    assert_eq!(case.verdict("mfa-without-factor"), Verdict::Clear);
}

#[test]
fn where_a_second_factor_is_optional_a_look_tells_whether_one_is_asked_for() {
    let mut case = Case::new(user(UserStatus::Confirmed, &VERIFIED));
    case.pool.mfa = Some("OPTIONAL".to_owned());
    let unasked = case.says("mfa-without-factor");
    assert_eq!((unasked.verdict, unasked.fix.unwrap().reveal), (Verdict::Clear, Some("AdminGetUser")));
    case.factors = Some(Vec::new());
    let none = case.says("mfa-without-factor");
    assert_eq!((none.verdict, none.fix), (Verdict::Clear, None));
    case.factors = Some(vec!["SOFTWARE_TOKEN_MFA".to_owned()]);
    let asked = case.says("mfa-without-factor");
    assert_eq!(asked.verdict, Verdict::Unknown);
    assert!(asked.cause.contains("SOFTWARE_TOKEN_MFA"), "{}", asked.cause);
}

#[test]
fn a_client_closes_flows_and_wants_its_secret() {
    let mut case = Case::new(user(UserStatus::Confirmed, &VERIFIED));
    case.flow = Some("USER_PASSWORD_AUTH");
    let closed = case.says("flow-not-allowed");
    assert_eq!(closed.verdict, Verdict::Blocks);
    assert!(closed.cause.contains("ALLOW_USER_PASSWORD_AUTH") && closed.evidence[0].contains("USER_SRP_AUTH"));
    case.client = client(true, &["ALLOW_REFRESH_TOKEN_AUTH"]);
    case.flow = None;
    assert_eq!(case.verdict("flow-not-allowed"), Verdict::Blocks, "no flow of people is open");
    case.client = client(true, &["ALLOW_USER_SRP_AUTH"]);
    let unnamed = case.says("flow-not-allowed");
    assert_eq!(unnamed.verdict, Verdict::Unknown, "the app may use another flow than the open one");
    assert!(unnamed.cause.contains("Name the flow"), "{}", unnamed.cause);
    assert_eq!(case.verdict("client-secret"), Verdict::Unknown);
    for (has, sends, verdict) in [
        (true, Some(false), Verdict::Blocks),
        (true, Some(true), Verdict::Clear),
        (false, Some(true), Verdict::Blocks),
        (false, None, Verdict::Clear),
    ] {
        (case.client.has_secret, case.sends_secret) = (has, sends);
        assert_eq!(case.verdict("client-secret"), verdict);
    }
}

#[test]
fn what_is_not_known_is_said_to_be_unknown() {
    let case = Case::new(user(UserStatus::ForceChangePassword, &VERIFIED));
    let reasons = why(&Facts {
        now: at(case.now),
        user: &case.user,
        listing: Listing::NotAsked,
        pool: &case.pool,
        policy: Err("Nobody was asked."),
        second_factors: Err("Nobody was asked."),
        client: Err("No client was named."),
        flow: None,
        sends_secret: None,
        others: Err("The local copy is not complete."),
        changed: &[],
        factors: None,
    });
    let unknown: Vec<&str> =
        reasons.iter().filter(|reason| reason.verdict == Verdict::Unknown).map(|reason| reason.rule).collect();
    let rules = [
        "not-listed",
        "invitation-expired",
        "case-twin",
        "shared-address",
        "federated-twin",
        "flow-not-allowed",
        "client-secret",
    ];
    assert_eq!(unknown, rules);
}
