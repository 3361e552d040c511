//! E-mail and text messages: UP-36 to UP-38.

use super::{Rule, Severity, Subject, api, guide};
use crate::health::case::{Case, Judged, Unknown};
use crate::health::policy::{Policy, Statement};

const SMS: &str = "/UserPool/SmsConfiguration";

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "UP-36",
        version: 1,
        title: "E-mail is sent by Cognito's own sender",
        severity: Severity::Medium,
        subject: Subject::Pool,
        why: "Cognito's sender stops after 50 e-mails a day for the whole account. From then on nobody can sign up or reset a \
              password.",
        source: guide!("quotas"),
        remedy: "Set EmailConfiguration to DEVELOPER with an identity of Amazon SES that has left its sandbox.",
        plan: None,
        judge: sender,
    },
    Rule {
        id: "UP-37",
        version: 1,
        title: "Text messages cannot be sent",
        severity: Severity::Medium,
        subject: Subject::Pool,
        why: "AWS says that its last attempt to send text messages failed. Where they carry codes, people are locked out.",
        source: api!("UserPoolType"),
        remedy: "Mend the role in SmsConfiguration, or take SNS out of its sandbox.",
        plan: None,
        judge: texts,
    },
    Rule {
        id: "UP-38",
        version: 2,
        title: "The role for text messages may be used for others",
        severity: Severity::Low,
        subject: Subject::Pool,
        why: "Without an external id, another customer's pool could have Cognito use this role. The role's trust policy must \
              ask for the id.",
        source: api!("SmsConfigurationType"),
        remedy: "Set SmsConfiguration.ExternalId, and require it in the role's trust policy (sts:ExternalId).",
        plan: None,
        judge: external_id,
    },
];

fn sender(case: &Case<'_>) -> Judged {
    let at = "/UserPool/EmailConfiguration/EmailSendingAccount";
    let own = "/UserPool/LambdaConfig/CustomEmailSender";
    let pool = case.pool()?;
    pool.needed("/UserPool/Id")?;
    if pool.at(own).is_some() {
        return Ok(pool.pass(own, "A function of yours sends the e-mails."));
    }
    Ok(match pool.text(at) {
        Some("DEVELOPER") => pool.pass(at, "EmailSendingAccount is DEVELOPER."),
        Some(other) => pool.fail(at, format!("EmailSendingAccount is {other}: 50 e-mails a day for the account.")),
        None => pool.fail(at, "EmailSendingAccount is not set, which is COGNITO_DEFAULT: 50 e-mails a day."),
    })
}

/// Why there are no text messages to ask about.
fn without_sms(case: &Case<'_>) -> Result<bool, Unknown> {
    let pool = case.pool()?;
    pool.needed("/UserPool/Id")?;
    Ok(pool.text(&format!("{SMS}/SnsCallerArn")).is_none())
}

fn texts(case: &Case<'_>) -> Judged {
    let at = "/UserPool/SmsConfigurationFailure";
    let pool = case.pool()?;
    if without_sms(case)? {
        return Ok(pool.not_applicable(SMS, "The pool sends no text messages."));
    }
    let Some(failure) = pool.text(at).filter(|failure| !failure.is_empty()) else {
        return Ok(pool.pass(at, "AWS tells of no failure."));
    };
    let failed = pool.fail(at, format!("SmsConfigurationFailure is {failure}."));
    let verifies = pool.list("/UserPool/AutoVerifiedAttributes").contains(&"phone_number");
    let mfa = pool.text("/UserPool/MfaConfiguration").is_some_and(|mode| mode != "OFF");
    Ok(if verifies || mfa { failed.severity(Severity::High) } else { failed })
}

fn external_id(case: &Case<'_>) -> Judged {
    let at = &format!("{SMS}/ExternalId");
    let pool = case.pool()?;
    if without_sms(case)? {
        return Ok(pool.not_applicable(SMS, "The pool sends no text messages."));
    }
    let Some(external) = pool.text(at).filter(|id| !id.is_empty()) else {
        return Ok(pool.fail(at, "ExternalId is not set."));
    };
    let role = pool.needed_text(&format!("{SMS}/SnsCallerArn"))?;
    let answer = case.ask("GetRole", role)?;
    let trust = "/Role/AssumeRolePolicyDocument";
    let Some(policy) = Policy::read(answer.needed(trust)?) else {
        return Err(answer.unknown(trust, format!("The trust policy of {role} cannot be read as one.")));
    };
    let ours: Vec<&Statement> = policy.allowing().filter(|it| is_for_cognito(it)).collect();
    let asks = |statement: &&Statement| {
        let demands = statement.demands(|key| key.eq_ignore_ascii_case("sts:ExternalId"));
        // One for another id is not about this pool.
        demands.iter().any(|demand| demand.definite().is_some())
    };
    let names = |statement: &Statement| {
        statement.demands(|key| key.eq_ignore_ascii_case("sts:ExternalId")).iter().all(|it| it.admits(external))
    };
    Ok(if !ours.iter().all(asks) {
        answer.fail(trust, format!("The trust policy of {role} does not ask for the pool's external id."))
    } else if ours.into_iter().any(names) {
        answer.pass(trust, format!("The trust policy of {role} asks for the pool's external id."))
    } else {
        let what = "does not trust cognito-idp.amazonaws.com with the pool's external id, so Cognito cannot use it";
        answer.fail(trust, format!("The trust policy of {role} {what}."))
    })
}

/// Whether a statement gives the role to Cognito's user pools, or to everybody.
fn is_for_cognito(statement: &Statement) -> bool {
    let is = |name: &str| name.starts_with("cognito-idp.") && name.contains("amazonaws.");
    statement.is_about_principal("Service", is) && statement.is_about("sts:AssumeRole")
}
