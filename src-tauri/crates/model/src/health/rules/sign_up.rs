//! Who comes in, under which name, and what they can change: UP-01, UP-15 to UP-20.

use super::{Rule, Severity, Subject, api, guide, published};
use crate::health::case::{Case, Judged, Unknown, joined};
use crate::health::rules::client_attributes::{is_telling, writable_custom};

const VERIFY_FIRST: &str = "/UserPool/UserAttributeUpdateSettings/AttributesRequireVerificationBeforeUpdate";

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "UP-01",
        version: 2,
        title: "Anybody can sign up",
        severity: Severity::Medium,
        subject: Subject::Pool,
        why: "Whoever knows a client's id can make an account, also past the app. Behind an identity pool, each account is a \
              way to AWS credentials.",
        source: "Prowler cognito_user_pool_self_registration_disabled",
        remedy: "Set AdminCreateUserConfig.AllowAdminCreateUserOnly, or filter with a pre sign-up trigger and a WAF.",
        plan: None,
        judge: open,
    },
    Rule {
        id: "UP-15",
        version: 1,
        title: "User names are case-sensitive",
        severity: Severity::Medium,
        subject: Subject::Pool,
        why: "ANNA@example.com and anna@example.com are then two people, and one can pass for the other. It can never be \
              changed in this pool.",
        source: api!("UsernameConfigurationType"),
        remedy: "Only a new pool helps; until then, let the app fold names before it uses them.",
        plan: None,
        judge: case_sensitive,
    },
    Rule {
        id: "UP-16",
        version: 1,
        title: "A new e-mail address or phone number counts before it is verified",
        severity: Severity::Medium,
        subject: Subject::Pool,
        why: "A person can set somebody else's address, and whatever trusts the address trusts that person. Where people sign \
              in with it, accounts can be taken over.",
        source: api!("UserAttributeUpdateSettingsType"),
        remedy: "List email and phone_number in UserAttributeUpdateSettings.AttributesRequireVerificationBeforeUpdate.",
        plan: None,
        judge: unverified_change,
    },
    Rule {
        id: "UP-17",
        version: 1,
        title: "People sign in with something that is never verified",
        severity: Severity::Medium,
        subject: Subject::Pool,
        why: "An alias that Cognito does not verify belongs to whoever typed it. Unverified aliases do not work either.",
        source: guide!("user-pool-settings-attributes"),
        remedy: "Add the attribute to AutoVerifiedAttributes.",
        plan: None,
        judge: unverified_alias,
    },
    Rule {
        id: "UP-18",
        version: 1,
        title: "The pool can be deleted with one call",
        severity: Severity::Medium,
        subject: Subject::Pool,
        why: "A deleted pool cannot be brought back, and its passwords can never be exported. Deletion protection asks for two \
              calls.",
        source: published!("6", "cognito_user_pool_deletion_protection_enabled"),
        remedy: "Set DeletionProtection to ACTIVE.",
        plan: None,
        judge: deletable,
    },
    Rule {
        id: "UP-19",
        version: 1,
        title: "Anybody can register app clients",
        severity: Severity::High,
        subject: Subject::Pool,
        why: "Open dynamic client registration gives strangers clients of their own. With client credentials they also make \
              tokens that you pay for.",
        source: api!("CreateUserPool"),
        remedy: "Switch DcrConfiguration.OpenDcrEnabled off, or allow no grant types and no scopes.",
        plan: None,
        judge: registration,
    },
    Rule {
        id: "UP-20",
        version: 1,
        title: "The pool is encrypted with a key of AWS",
        severity: Severity::Info,
        subject: Subject::Pool,
        why: "Some policies ask for a key of one's own, whose use is logged and which can be withdrawn. Without such a policy \
              AWS's key is sound.",
        source: api!("KeyConfigurationType"),
        remedy: "Set KeyConfiguration to a key of your own where a policy asks for it, or waive this rule.",
        plan: None,
        judge: key,
    },
];

fn open(case: &Case<'_>) -> Judged {
    let at = "/UserPool/AdminCreateUserConfig/AllowAdminCreateUserOnly";
    let pool = case.pool()?;
    if pool.needed_flag(at)? {
        return Ok(pool.pass(at, "AllowAdminCreateUserOnly is true."));
    }
    let fact = "AllowAdminCreateUserOnly is false";
    let trusting = case.snapshot.trusted_by();
    if let Some(pools) = trusting.as_ref().filter(|pools| !pools.is_empty()) {
        let evidence = format!("{fact}, and identity pools trust this pool: {}.", joined(pools));
        return Ok(pool.fail(at, evidence).severity(Severity::High));
    }
    let telling: Vec<&str> =
        writable_custom(case).into_iter().map(|(_, attribute)| attribute).filter(|name| is_telling(name)).collect();
    if !telling.is_empty() {
        let evidence = format!("{fact}, and whoever signs up can write {}.", joined(&telling));
        return Ok(pool.fail(at, evidence).severity(Severity::High));
    }
    let mut evidence = format!("{fact}.");
    if !case.snapshot.knows_who_trusts() {
        evidence.push_str(" Whether an identity pool trusts this pool is not known.");
    }
    let clients = case.snapshot.clients();
    let described = |id: &&str| case.snapshot.body("DescribeUserPoolClient", id).is_some();
    if !clients.is_some_and(|clients| clients.iter().all(described)) {
        evidence.push_str(" What app clients let people write is not known of each.");
    }
    Ok(pool.fail(at, evidence))
}

fn case_sensitive(case: &Case<'_>) -> Judged {
    let at = "/UserPool/UsernameConfiguration/CaseSensitive";
    let pool = case.pool()?;
    pool.needed("/UserPool/Id")?;
    Ok(match pool.flag(at) {
        Some(false) => pool.pass(at, "CaseSensitive is false."),
        Some(true) => pool.fail(at, "CaseSensitive is true."),
        None => pool.fail(at, "UsernameConfiguration is not set, which means case-sensitive."),
    })
}

/// Attributes that AWS can verify.
fn verifiable(attribute: &&str) -> bool {
    ["email", "phone_number"].contains(attribute)
}

/// E-mail address and phone number, where people sign in with them.
fn names<'a>(case: &Case<'a>) -> Result<Vec<&'a str>, Unknown> {
    let pool = case.pool()?;
    let mut names = pool.list("/UserPool/UsernameAttributes");
    names.extend(pool.list("/UserPool/AliasAttributes"));
    names.retain(verifiable);
    Ok(names)
}

/// Attributes whose change counts before it is verified, although the pool verifies them or signs people in by them.
pub(super) fn change_at_once<'a>(case: &Case<'a>) -> Result<Option<Vec<&'a str>>, Unknown> {
    let pool = case.pool()?;
    pool.needed("/UserPool/Id")?;
    let mut kept = names(case)?;
    kept.extend(pool.list("/UserPool/AutoVerifiedAttributes"));
    kept.retain(verifiable);
    kept.sort_unstable();
    kept.dedup();
    if kept.is_empty() {
        return Ok(None);
    }
    let first = pool.list(VERIFY_FIRST);
    kept.retain(|attribute| !first.contains(attribute));
    Ok(Some(kept))
}

fn unverified_change(case: &Case<'_>) -> Judged {
    let pool = case.pool()?;
    let Some(at_once) = change_at_once(case)? else {
        let why = "Neither e-mail address nor phone number is verified or signed in with.";
        return Ok(pool.not_applicable(VERIFY_FIRST, why));
    };
    if at_once.is_empty() {
        return Ok(pool.pass(VERIFY_FIRST, "Changes count only when they are verified."));
    }
    let signs_in = names(case)?;
    let evidence = format!("A change counts at once for {}.", joined(&at_once));
    let failed = pool.fail(VERIFY_FIRST, evidence);
    let worse = at_once.iter().any(|attribute| signs_in.contains(attribute));
    Ok(if worse { failed.severity(Severity::High) } else { failed })
}

fn unverified_alias(case: &Case<'_>) -> Judged {
    let at = "/UserPool/AutoVerifiedAttributes";
    let pool = case.pool()?;
    pool.needed("/UserPool/Id")?;
    let names = names(case)?;
    if names.is_empty() {
        return Ok(pool.not_applicable(at, "Nobody signs in with an e-mail address or phone number."));
    }
    let verified = pool.list(at);
    let missing: Vec<&str> = names.into_iter().filter(|name| !verified.contains(name)).collect();
    Ok(if missing.is_empty() {
        pool.pass(at, format!("AutoVerifiedAttributes is {}.", joined(&verified)))
    } else {
        pool.fail(at, format!("People sign in with {}, which AutoVerifiedAttributes lacks.", joined(&missing)))
    })
}

fn deletable(case: &Case<'_>) -> Judged {
    let at = "/UserPool/DeletionProtection";
    let pool = case.pool()?;
    let protection = pool.needed_text(at)?;
    let evidence = format!("DeletionProtection is {protection}.");
    Ok(if protection == "ACTIVE" { pool.pass(at, evidence) } else { pool.fail(at, evidence) })
}

fn registration(case: &Case<'_>) -> Judged {
    let at = "/UserPool/DcrConfiguration/OpenDcrEnabled";
    let pool = case.pool()?;
    pool.needed("/UserPool/Id")?;
    if pool.at("/UserPool/DcrConfiguration").is_none() {
        return Ok(pool.pass("/UserPool/DcrConfiguration", "Dynamic client registration is not set up."));
    }
    if !pool.needed_flag(at)? {
        return Ok(pool.pass(at, "OpenDcrEnabled is false."));
    }
    let grants = pool.list("/UserPool/DcrConfiguration/OpenDcrGrantTypes");
    let scopes = pool.list("/UserPool/DcrConfiguration/AllowedScopes");
    let evidence = format!(
        "OpenDcrEnabled is true, with the grant types [{}] and the scopes [{}].",
        joined(&grants),
        joined(&scopes)
    );
    let failed = pool.fail(at, evidence);
    Ok(if grants.contains(&"client_credentials") { failed.severity(Severity::Critical) } else { failed })
}

fn key(case: &Case<'_>) -> Judged {
    let at = "/UserPool/KeyConfiguration/KeyType";
    let pool = case.pool()?;
    pool.needed("/UserPool/Id")?;
    Ok(match pool.text(at) {
        Some("CUSTOMER_MANAGED_KEY") => pool.pass(at, "KeyType is CUSTOMER_MANAGED_KEY."),
        Some(other) => pool.fail(at, format!("KeyType is {other}.")),
        None => pool.fail(at, "KeyConfiguration is not set, so AWS's own key is used."),
    })
}
