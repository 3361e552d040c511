//! Second factors, passkeys, devices and recovery: UP-09 to UP-14.

use serde_json::Value;

use super::{Rule, Severity, Subject, api, published};
use crate::health::case::{Body, Case, Judged, Passwords, Unknown};

const MODE: &str = "/MfaConfiguration";

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "UP-09",
        version: 1,
        title: "MFA is off",
        severity: Severity::High,
        subject: Subject::Pool,
        why: "With a password alone, whoever has the password has the account. Stolen passwords are the commonest way in.",
        source: published!("5", "cognito_user_pool_mfa_enabled; cdk-nag COG2; cfn-nag F78"),
        remedy: "Switch MFA on with authenticator apps or passkeys (SetUserPoolMfaConfig).",
        plan: None,
        judge: off,
    },
    Rule {
        id: "UP-10",
        version: 1,
        title: "MFA is optional",
        severity: Severity::Medium,
        subject: Subject::Pool,
        why: "Where MFA is a choice, most people do without. Adaptive authentication can ask for it where a sign-in is risky.",
        source: "Prowler cognito_user_pool_mfa_enabled (fails OPTIONAL); cfn-nag F78 (accepts it)",
        remedy: "Set MfaConfiguration to ON, or let adaptive authentication require MFA.",
        plan: None,
        judge: optional,
    },
    Rule {
        id: "UP-11",
        version: 1,
        title: "Text messages are the only second factor",
        severity: Severity::Medium,
        subject: Subject::Pool,
        why: "Text messages are read along with a swapped SIM card, and cost money each. An authenticator app needs neither.",
        source: api!("SetUserPoolMfaConfig"),
        remedy: "Allow authenticator apps too (SoftwareTokenMfaConfiguration.Enabled).",
        plan: None,
        judge: only_sms,
    },
    Rule {
        id: "UP-12",
        version: 1,
        title: "A passkey counts as two factors without verifying its owner",
        severity: Severity::Info,
        subject: Subject::Pool,
        why: "A passkey stands for two factors only if the device asks for a PIN or a finger. With user verification merely \
              preferred, some devices do not ask.",
        source: api!("WebAuthnConfigurationType"),
        remedy: "Set WebAuthnConfiguration.UserVerification to required.",
        plan: Some("ESSENTIALS"),
        judge: passkeys,
    },
    Rule {
        id: "UP-13",
        version: 1,
        title: "A remembered device takes the place of MFA",
        severity: Severity::Low,
        subject: Subject::Pool,
        why: "On a remembered device nobody is asked for a second factor. A stolen device is then one factor only.",
        source: api!("DeviceConfigurationType"),
        remedy: "Review whether devices should be remembered, and write the decision down.",
        plan: None,
        judge: devices,
    },
    Rule {
        id: "UP-14",
        version: 1,
        title: "Forgotten passwords are reset by text message first",
        severity: Severity::Medium,
        subject: Subject::Pool,
        why: "Whoever takes over a phone number can reset the password with it. E-mail is harder to redirect and costs less.",
        source: api!("AccountRecoverySettingType"),
        remedy: "Set AccountRecoverySetting to verified_email with priority 1, or to admin_only.",
        plan: None,
        judge: recovery,
    },
];

/// The MFA configuration and its mode, and why it is nothing to ask about.
fn mode<'a>(case: &Case<'a>) -> Result<(Body<'a>, &'a str, Option<&'static str>), Unknown> {
    let mfa = case.mfa()?;
    let mode = mfa.needed_text(MODE)?;
    let without = match case.passwords() {
        Passwords::Possible => None,
        Passwords::Impossible(why) => Some(why),
    };
    Ok((mfa, mode, without))
}

fn off(case: &Case<'_>) -> Judged {
    let (mfa, mode, without) = mode(case)?;
    Ok(match (mode, without) {
        ("OFF", Some(why)) => mfa.not_applicable(MODE, why),
        ("OFF", None) => mfa.fail(MODE, "MfaConfiguration is OFF, and people sign in with passwords."),
        ("ON" | "OPTIONAL", _) => mfa.pass(MODE, format!("MfaConfiguration is {mode}.")),
        _ => return Err(mfa.unknown(MODE, format!("MfaConfiguration is {mode}, which this version does not know."))),
    })
}

fn optional(case: &Case<'_>) -> Judged {
    let (mfa, mode, without) = mode(case)?;
    if let Some(why) = without {
        return Ok(mfa.not_applicable(MODE, why));
    }
    Ok(match mode {
        "ON" => mfa.pass(MODE, "MfaConfiguration is ON."),
        "OFF" => mfa.not_applicable(MODE, "MFA is off; see UP-09."),
        _ if adapts(case)? => {
            mfa.pass(MODE, format!("MfaConfiguration is {mode}, and adaptive authentication acts at high risk."))
        }
        _ => mfa.fail(MODE, format!("MfaConfiguration is {mode}.")),
    })
}

/// Whether adaptive authentication requires MFA, or blocks, at high risk.
fn adapts(case: &Case<'_>) -> Result<bool, Unknown> {
    let pool = case.pool()?;
    if pool.text("/UserPool/UserPoolAddOns/AdvancedSecurityMode") != Some("ENFORCED") {
        return Ok(false);
    }
    let risk = case.ask("DescribeRiskConfiguration", "")?;
    risk.needed("/RiskConfiguration")?;
    let action = risk.text("/RiskConfiguration/AccountTakeoverRiskConfiguration/Actions/HighAction/EventAction");
    Ok(matches!(action, Some("BLOCK" | "MFA_REQUIRED")))
}

fn only_sms(case: &Case<'_>) -> Judged {
    let (mfa, mode, _) = mode(case)?;
    if mode == "OFF" {
        return Ok(mfa.not_applicable(MODE, "MFA is off; see UP-09."));
    }
    let app = "/SoftwareTokenMfaConfiguration/Enabled";
    let strong = mfa.text("/WebAuthnConfiguration/FactorConfiguration") == Some("MULTI_FACTOR_WITH_USER_VERIFICATION");
    let mut others = Vec::new();
    if mfa.flag(app) == Some(true) {
        others.push("authenticator apps");
    }
    if mfa.at("/EmailMfaConfiguration").is_some() {
        others.push("e-mail");
    }
    if strong {
        others.push("passkeys");
    }
    Ok(match (mfa.at("/SmsMfaConfiguration"), others.as_slice()) {
        (Some(_), []) => {
            mfa.fail(app, "Text messages are set up, and neither authenticator apps, e-mail nor passkeys.")
        }
        (_, []) => return Err(mfa.unknown(app, "MFA is on, and the answer names no way of it.")),
        (_, others) => mfa.pass(app, format!("There are other ways: {}.", others.join(", "))),
    })
}

fn passkeys(case: &Case<'_>) -> Judged {
    let at = "/WebAuthnConfiguration/UserVerification";
    let mfa = case.mfa()?;
    if mfa.at("/WebAuthnConfiguration").is_none() {
        // Without the mode, the answer is not Cognito's.
        mfa.needed(MODE)?;
        return Ok(mfa.not_applicable("/WebAuthnConfiguration", "Passkeys are not set up."));
    }
    let verification = mfa.needed_text(at)?;
    let factors = mfa.text("/WebAuthnConfiguration/FactorConfiguration").unwrap_or("SINGLE_FACTOR");
    let evidence = format!("UserVerification is {verification}, FactorConfiguration is {factors}.");
    let weak = verification == "preferred" && factors.starts_with("MULTI");
    Ok(if weak { mfa.fail(at, evidence) } else { mfa.pass(at, evidence) })
}

fn devices(case: &Case<'_>) -> Judged {
    let at = "/UserPool/DeviceConfiguration/ChallengeRequiredOnNewDevice";
    let pool = case.pool()?;
    if pool.at("/UserPool/DeviceConfiguration").is_none() {
        pool.needed("/UserPool/Id")?;
        return Ok(pool.pass("/UserPool/DeviceConfiguration", "Devices are not remembered."));
    }
    let (_, mode, _) = mode(case)?;
    if mode == "OFF" {
        return Ok(pool.not_applicable(at, "MFA is off; see UP-09."));
    }
    Ok(if pool.flag(at) == Some(true) {
        pool.fail(at, format!("ChallengeRequiredOnNewDevice is true and MfaConfiguration is {mode}."))
    } else {
        pool.pass(at, "A remembered device changes nothing about MFA.")
    })
}

fn recovery(case: &Case<'_>) -> Judged {
    let at = "/UserPool/AccountRecoverySetting/RecoveryMechanisms";
    let pool = case.pool()?;
    if let Passwords::Impossible(why) = case.passwords() {
        return Ok(pool.not_applicable(at, why));
    }
    pool.needed("/UserPool/Id")?;
    let mechanisms = pool.entries(at);
    let first = mechanisms.iter().min_by_key(|mechanism| mechanism.get("Priority").and_then(Value::as_i64));
    let Some(first) = first.and_then(|mechanism| mechanism.get("Name")?.as_str()) else {
        let evidence = "AccountRecoverySetting is not set: text messages come before e-mail.";
        return Ok(pool.fail("/UserPool/AccountRecoverySetting", evidence));
    };
    let evidence = format!("The first way to recover an account is {first}.");
    Ok(if first == "verified_phone_number" { pool.fail(at, evidence) } else { pool.pass(at, evidence) })
}
