//! Prepared edits for rules that fail: what to write so that the rule passes. Rules without one need a decision, another
//! service, or a new pool; they are mended by hand.

use serde_json::{Value, json};

use super::{Kind, Put, Whole};
use crate::health::{Snapshot, rules, token_lives};

/// A prepared edit.
#[derive(Debug, Clone, PartialEq)]
pub struct Fix {
    /// What is written.
    pub whole: Whole,
    /// What changes.
    pub patch: Vec<Put>,
    /// What people will notice; `None` when nothing.
    pub effect: Option<&'static str>,
}

const POLICY: &str = "/UserPool/Policies/PasswordPolicy";
const VERIFY_FIRST: &str = "UserAttributeUpdateSettings/AttributesRequireVerificationBeforeUpdate";
const AUTO_VERIFIED: &str = "AutoVerifiedAttributes";
const PROTECTION: &str = "UserPoolAddOns/AdvancedSecurityMode";
const RISK: &str = "/RiskConfiguration";
const HOUR: i64 = 3_600;
const WEAKER: &str = "Whoever has a password keeps it; the next one has to be like this.";

/// The edit that mends a rule on a resource; `None` when that takes more than an edit, what is needed was not read, or
/// nothing there is too weak. What is stricter than the rule asks for stays as it is.
#[must_use]
pub fn fix(rule: &str, resource: &str, snapshot: &Snapshot) -> Option<Fix> {
    of_pool(rule, snapshot)
        .or_else(|| of_second_factors(rule))
        .or_else(|| of_risk(rule, snapshot))
        .or_else(|| of_client(rule, resource, snapshot))
        .or_else(|| of_client_risk(rule, resource, snapshot))
        .or_else(|| of_identity_pool(rule, resource, snapshot))
}

fn put(pointer: impl Into<String>, value: Value) -> Put {
    Put { pointer: pointer.into(), value: Some(value) }
}

fn made(kind: Kind, subject: &str, patch: Vec<Put>, effect: Option<&'static str>) -> Option<Fix> {
    (!patch.is_empty()).then(|| Fix { whole: Whole { kind, subject: subject.to_owned() }, patch, effect })
}

fn of_pool(rule: &str, snapshot: &Snapshot) -> Option<Fix> {
    let body = snapshot.body("DescribeUserPool", "")?;
    let policy = |name: &str, value| (vec![put(format!("{POLICY}/{name}"), value)], Some(WEAKER));
    let plain = |place: &str, value| vec![put(format!("/UserPool/{place}"), value)];
    let (patch, effect) = match rule {
        "UP-01" => (
            plain("AdminCreateUserConfig/AllowAdminCreateUserOnly", json!(true)),
            Some("Nobody can make an account any more; administrators create them."),
        ),
        "UP-02" => policy("MinimumLength", json!(14)),
        "UP-03" => policy("RequireLowercase", json!(true)),
        "UP-04" => policy("RequireUppercase", json!(true)),
        "UP-05" => policy("RequireNumbers", json!(true)),
        "UP-06" => policy("RequireSymbols", json!(true)),
        "UP-07" => policy("PasswordHistorySize", json!(5)),
        "UP-08" => (
            plain("Policies/PasswordPolicy/TemporaryPasswordValidityDays", json!(3)),
            Some("Invitations hold three days from now on."),
        ),
        "UP-14" => (
            plain("AccountRecoverySetting/RecoveryMechanisms", json!([{ "Priority": 1, "Name": "verified_email" }])),
            Some("Who has no verified e-mail address cannot set a forgotten password any more."),
        ),
        "UP-16" => {
            // AWS refuses to ask for a code of which it sends none: rule UP-17 comes first then.
            let verified = body.pointer(&format!("/UserPool/{AUTO_VERIFIED}")).and_then(Value::as_array);
            let can = |name: &str| verified.is_some_and(|list| list.iter().any(|entry| entry == name));
            (
                plain(VERIFY_FIRST, named(body, VERIFY_FIRST, can)?),
                Some("Whoever changes an address keeps the old one until a code has come back."),
            )
        }
        "UP-17" => {
            // A telephone number is verified by SMS, for which the pool needs a role.
            let can = |name: &str| name == "email" || body.pointer("/UserPool/SmsConfiguration").is_some();
            (plain(AUTO_VERIFIED, named(body, AUTO_VERIFIED, can)?), Some("Who signs up gets a code."))
        }
        "UP-18" => (plain("DeletionProtection", json!("ACTIVE")), None),
        "UP-19" => (plain("DcrConfiguration/OpenDcrEnabled", json!(false)), None),
        "UP-30" => (plain(PROTECTION, json!("ENFORCED")), Some("Risky sign-ins are treated as the rules below say.")),
        "UP-31" => {
            let mut patch = plain("UserPoolAddOns/AdvancedSecurityAdditionalFlows/CustomAuthMode", json!("ENFORCED"));
            if body.pointer(&format!("/UserPool/{PROTECTION}")).is_none_or(Value::is_null) {
                // AWS takes the one only with the other.
                patch.extend(plain(PROTECTION, json!("OFF")));
            }
            (patch, None)
        }
        "UP-41" => (
            vec![Put { pointer: "/UserPool/LambdaConfig/UserMigration".to_owned(), value: None }],
            Some("Who was not moved yet cannot sign in any more."),
        ),
        _ => return None,
    };
    made(Kind::Pool, "", in_plan(rule, body, patch), effect)
}

/// The patch with the plan that it needs: AWS refuses it on a lower one. A pool from before there were plans may have threat
/// protection on the lowest one, and keeps it.
fn in_plan(rule: &str, body: &Value, mut patch: Vec<Put>) -> Vec<Put> {
    const PLANS: [&str; 3] = ["LITE", "ESSENTIALS", "PLUS"];
    let rank = |plan: &str| PLANS.iter().position(|known| *known == plan);
    let needed = rules().iter().find(|it| it.id == rule).and_then(|it| rank(it.plan?));
    let has = body.pointer("/UserPool/UserPoolTier").and_then(Value::as_str).and_then(rank);
    let mode = body.pointer(&format!("/UserPool/{PROTECTION}")).and_then(Value::as_str);
    let legacy =
        mode.is_some_and(|mode| mode != "OFF") && patch.iter().all(|put| put.pointer.contains("UserPoolAddOns"));
    // A plan that is not told, or that nobody here knows, is left alone.
    if let (Some(needed), Some(has)) = (needed, has)
        && has < needed
        && !legacy
    {
        patch.push(put("/UserPool/UserPoolTier", json!(PLANS[needed])));
    }
    patch
}

/// The list at a place with those of e-mail address and telephone number that are verified or signed in with and `can` be in
/// it; `None` when it has them.
fn named(body: &Value, place: &str, can: impl Fn(&str) -> bool) -> Option<Value> {
    let list =
        |place: &str| body.pointer(&format!("/UserPool/{place}")).and_then(Value::as_array).into_iter().flatten();
    let held = |name: &str| {
        [AUTO_VERIFIED, "AliasAttributes", "UsernameAttributes"].iter().any(|at| list(at).any(|entry| entry == name))
    };
    let mut names: Vec<Value> = list(place).cloned().collect();
    let more = ["email", "phone_number"].into_iter().filter(|name| held(name) && can(name)).map(Value::from);
    let more: Vec<Value> = more.filter(|name| !names.contains(name)).collect();
    names.extend(more.iter().cloned());
    (!more.is_empty()).then(|| json!(names))
}

fn of_second_factors(rule: &str) -> Option<Fix> {
    let apps = || put("/SoftwareTokenMfaConfiguration/Enabled", json!(true));
    let (patch, effect) = match rule {
        "UP-09" => (
            vec![put("/MfaConfiguration", json!("OPTIONAL")), apps()],
            Some("People may set up an authenticator app; nobody has to. Whether everybody should is rule UP-10."),
        ),
        "UP-10" => (
            vec![put("/MfaConfiguration", json!("ON"))],
            Some("Who has no second factor has to set one up at the next sign-in."),
        ),
        "UP-11" => (vec![apps()], None),
        "UP-12" => (vec![put("/WebAuthnConfiguration/UserVerification", json!("required"))], None),
        _ => return None,
    };
    made(Kind::Mfa, "", patch, effect)
}

/// Threat protection of the pool itself: a client's rules of its own, and rules on which the pool does not act, take a
/// decision.
fn of_risk(rule: &str, snapshot: &Snapshot) -> Option<Fix> {
    let body = snapshot.body("DescribeRiskConfiguration", "")?;
    let acts = || {
        let pool = snapshot.body("DescribeUserPool", "");
        let mode = pool.and_then(|pool| pool.pointer("/UserPool/UserPoolAddOns/AdvancedSecurityMode"));
        mode.is_some_and(|mode| mode == "ENFORCED")
    };
    let patch = match rule {
        "UP-32" if acts() => against_stolen(body),
        "UP-33" if acts() => against_takeover(body),
        "UP-34" => {
            let place = format!("{RISK}/RiskExceptionConfiguration/SkippedIPRangeList");
            let some = body.pointer(&place).and_then(Value::as_array).is_some_and(|list| !list.is_empty());
            some.then(|| put(place, json!([]))).into_iter().collect()
        }
        _ => return None,
    };
    made(Kind::Risk, "", patch, Some("It holds for every client without rules of its own."))
}

fn against_stolen(body: &Value) -> Vec<Put> {
    let action = format!("{RISK}/CompromisedCredentialsRiskConfiguration/Actions/EventAction");
    let filter = format!("{RISK}/CompromisedCredentialsRiskConfiguration/EventFilter");
    let mut patch = Vec::new();
    if body.pointer(&action).is_none_or(|action| action != "BLOCK") {
        patch.push(put(action, json!("BLOCK")));
    }
    // Without a filter, all occasions count.
    let occasions = body.pointer(&filter).and_then(Value::as_array).filter(|list| !list.is_empty());
    if let Some(occasions) = occasions.filter(|list| !list.iter().any(|occasion| occasion == "SIGN_IN")) {
        let with = occasions.iter().cloned().chain([json!("SIGN_IN")]).collect();
        patch.push(put(filter, Value::Array(with)));
    }
    patch
}

fn against_takeover(body: &Value) -> Vec<Put> {
    let levels = [("Low", "MFA_REQUIRED"), ("Medium", "MFA_REQUIRED"), ("High", "BLOCK")];
    let weak = levels.into_iter().filter_map(|(level, least)| {
        let at = format!("{RISK}/AccountTakeoverRiskConfiguration/Actions/{level}Action");
        let now = body.pointer(&format!("{at}/EventAction")).and_then(Value::as_str);
        if [Some("BLOCK"), Some(least)].contains(&now) {
            return None;
        }
        let notify = body.pointer(&format!("{at}/Notify")).cloned().unwrap_or(json!(false));
        Some(put(at, json!({ "EventAction": least, "Notify": notify })))
    });
    weak.collect()
}

fn of_client(rule: &str, client: &str, snapshot: &Snapshot) -> Option<Fix> {
    const ROOT: &str = "/UserPoolClient";
    let body = snapshot.body("DescribeUserPoolClient", client)?;
    let plain = |place: &str, value| put(format!("{ROOT}/{place}"), value);
    // A list that would be empty is a decision.
    let without = |place: &str, gone: &dyn Fn(&str) -> bool| {
        let list = body.pointer(&format!("{ROOT}/{place}"))?.as_array()?;
        let kept: Vec<&Value> = list.iter().filter(|entry| !entry.as_str().is_some_and(gone)).collect();
        (!kept.is_empty() && kept.len() < list.len()).then(|| vec![plain(place, json!(kept))])
    };
    let flow = |name: &'static str| without("ExplicitAuthFlows", &move |flow| flow == name);
    // Those tokens that hold for longer than so many seconds hold for so many minutes or days.
    let shorter = |tokens: &[&str], most: i64, number: u32, unit: &str| {
        let lives = token_lives(snapshot, client).unwrap_or_default().into_iter();
        let long = lives.filter(|(token, seconds)| tokens.contains(token) && *seconds > most);
        let puts = long.flat_map(|(token, _)| {
            [
                plain(&format!("{token}Validity"), json!(number)),
                plain(&format!("TokenValidityUnits/{token}"), json!(unit)),
            ]
        });
        puts.collect::<Vec<Put>>()
    };
    let (patch, effect) = match rule {
        "AC-01" => (
            vec![plain("PreventUserExistenceErrors", json!("ENABLED"))],
            Some("Apps that tell people that they have no account cannot know it any more."),
        ),
        "AC-02" => (vec![plain("EnableTokenRevocation", json!(true))], None),
        "AC-03" => (
            shorter(&["RefreshToken"], 30 * 24 * HOUR, 30, "days"),
            Some("Tokens that are made from now on hold thirty days."),
        ),
        "AC-05" => {
            (shorter(&["AccessToken", "IdToken"], HOUR, 60, "minutes"), Some("Apps renew their tokens more often."))
        }
        "AC-06" => (
            without("AllowedOAuthFlows", &|grant| grant == "implicit")?,
            Some("An app that still uses the implicit grant cannot sign anybody in."),
        ),
        "AC-07" => (flow("ALLOW_USER_PASSWORD_AUTH")?, Some("An app that sends passwords cannot sign anybody in.")),
        "AC-08" => (
            flow("ALLOW_ADMIN_USER_PASSWORD_AUTH")?,
            Some("A server that signs people in through this client cannot do so any more."),
        ),
        "AC-09" => (flow("ALLOW_TOKEN_EXCHANGE_IMPERSONATION")?, None),
        "AC-15" => (
            without("AllowedOAuthScopes", &|scope| scope == "aws.cognito.signin.user.admin")?,
            Some("An app that lets people change their own account through hosted login cannot do so any more."),
        ),
        "AC-16" => (
            without("WriteAttributes", &|name| name.starts_with("custom:"))?,
            Some("People cannot write custom attributes through this client any more."),
        ),
        _ => return None,
    };
    made(Kind::Client, client, patch, effect)
}

/// A client that is protected less than its pool follows it again.
fn of_client_risk(rule: &str, client: &str, snapshot: &Snapshot) -> Option<Fix> {
    let own = snapshot.body("DescribeRiskConfiguration", client).filter(|_| rule == "AC-19")?;
    let gone = || vec![Put { pointer: String::new(), value: None }];
    (!Kind::ClientRisk.is_absent(own)).then(|| made(Kind::ClientRisk, client, gone(), None))?
}

fn of_identity_pool(rule: &str, id: &str, snapshot: &Snapshot) -> Option<Fix> {
    let (kind, patch, effect) = match rule {
        "IP-01" => (
            Kind::IdentityPool,
            vec![put("/AllowUnauthenticatedIdentities", json!(false))],
            Some("Who has not signed in gets no AWS credentials any more."),
        ),
        "IP-02" => (
            Kind::IdentityPool,
            vec![put("/AllowClassicFlow", json!(false))],
            Some("Apps that choose their role themselves (GetOpenIdToken) stop working."),
        ),
        "IP-05" => {
            let body = snapshot.body("GetIdentityPoolRoles", id)?;
            let mappings = body.get("RoleMappings")?.as_object()?;
            let place = |name: &str| name.replace('~', "~0").replace('/', "~1");
            let deny =
                |name: &String| put(format!("/RoleMappings/{}/AmbiguousRoleResolution", place(name)), json!("Deny"));
            (Kind::Roles, mappings.keys().map(deny).collect(), Some("Who fits no rule gets no credentials any more."))
        }
        "IP-07" => {
            let body = snapshot.body("DescribeIdentityPool", id)?;
            let mut providers = body.get("CognitoIdentityProviders")?.as_array()?.clone();
            for provider in &mut providers {
                provider["ServerSideTokenCheck"] = json!(true);
            }
            (Kind::IdentityPool, vec![put("/CognitoIdentityProviders", json!(providers))], None)
        }
        _ => return None,
    };
    made(kind, id, patch, effect)
}
