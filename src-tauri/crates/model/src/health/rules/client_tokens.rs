//! What a client gives away and how long its tokens hold: AC-01 to AC-05.

use super::{Rule, Severity, Subject, api, guide};
use crate::health::Snapshot;
use crate::health::case::{Body, Case, Judged, Unknown};

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "AC-01",
        version: 1,
        title: "The client tells which users exist",
        severity: Severity::Medium,
        subject: Subject::Client,
        why: "Answers that differ for unknown users let anybody find out who has an account. Note that SignUp still tells \
              which user names are taken.",
        source: "Prowler cognito_user_pool_client_prevent_user_existence_errors; \
                 https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pool-managing-errors.html",
        remedy: "Set PreventUserExistenceErrors to ENABLED.",
        plan: None,
        judge: existence,
    },
    Rule {
        id: "AC-02",
        version: 1,
        title: "Tokens cannot be revoked",
        severity: Severity::Medium,
        subject: Subject::Client,
        why: "Without revocation a stolen refresh token works until it ends by itself. Signing out ends nothing.",
        source: "Prowler cognito_user_pool_client_token_revocation_enabled; \
                 https://docs.aws.amazon.com/cognito/latest/developerguide/token-revocation.html",
        remedy: "Set EnableTokenRevocation to true.",
        plan: None,
        judge: revocation,
    },
    Rule {
        id: "AC-03",
        version: 1,
        title: "Refresh tokens hold for long",
        severity: Severity::Medium,
        subject: Subject::Client,
        why: "A refresh token is as good as the sign-in for as long as it holds. Years are enough for any backup to leak.",
        source: guide!("amazon-cognito-user-pools-using-the-refresh-token"),
        remedy: "Set RefreshTokenValidity to 30 days or less, or rotate refresh tokens.",
        plan: None,
        judge: refresh,
    },
    Rule {
        id: "AC-04",
        version: 1,
        title: "A public client does not rotate refresh tokens",
        severity: Severity::Low,
        subject: Subject::Client,
        why: "A browser or an app cannot keep a refresh token from whoever owns the device. Rotation makes a stolen one \
              useless after its next use.",
        source: guide!("amazon-cognito-user-pools-using-the-refresh-token"),
        remedy: "Set RefreshTokenRotation.Feature to ENABLED, with a grace of at most 60 seconds.",
        plan: Some("ESSENTIALS"),
        judge: rotation,
    },
    Rule {
        id: "AC-05",
        version: 1,
        title: "Access or ID tokens hold for more than an hour",
        severity: Severity::Low,
        subject: Subject::Client,
        why: "Whoever verifies tokens by themselves does not learn that one was revoked. They trust it until it ends.",
        source: api!("CreateUserPoolClient"),
        remedy: "Set AccessTokenValidity and IdTokenValidity to 60 minutes or less.",
        plan: None,
        judge: lifetimes,
    },
];

fn existence(case: &Case<'_>) -> Judged {
    let at = "/UserPoolClient/PreventUserExistenceErrors";
    let client = described(case)?;
    Ok(match client.text(at) {
        Some("ENABLED") => client.pass(at, "PreventUserExistenceErrors is ENABLED."),
        Some(other) => client.fail(at, format!("PreventUserExistenceErrors is {other}.")),
        None => client.fail(at, "PreventUserExistenceErrors is not set, which is LEGACY."),
    })
}

/// The client, of which the answer tells at least the id.
pub(super) fn described<'a>(case: &Case<'a>) -> Result<Body<'a>, Unknown> {
    let client = case.client()?;
    client.needed("/UserPoolClient/ClientId")?;
    Ok(client)
}

fn revocation(case: &Case<'_>) -> Judged {
    let at = "/UserPoolClient/EnableTokenRevocation";
    let client = case.client()?;
    let on = client.needed_flag(at)?;
    let evidence = format!("EnableTokenRevocation is {on}.");
    Ok(if on { client.pass(at, evidence) } else { client.fail(at, evidence) })
}

/// The life of a token in seconds; what is 0 or not set is AWS's default.
fn life(client: &Body<'_>, token: &str, unit: &str, default: i64) -> i64 {
    let Some(number) = client.number(&format!("/UserPoolClient/{token}Validity")).filter(|number| *number > 0) else {
        return default;
    };
    let unit = client.text(&format!("/UserPoolClient/TokenValidityUnits/{token}")).unwrap_or(unit);
    number.saturating_mul(match unit {
        "seconds" => 1,
        "minutes" => 60,
        "hours" => HOUR,
        _ => DAY,
    })
}

/// How long the tokens of a client hold, in seconds; `None` when it was not described.
pub(crate) fn token_lives(snapshot: &Snapshot, client: &str) -> Option<[(&'static str, i64); 3]> {
    let body = Case { snapshot, subject: client }.client().ok()?;
    let life = |token, unit, default| (token, life(&body, token, unit, default));
    Some([life("AccessToken", "hours", HOUR), life("IdToken", "hours", HOUR), life("RefreshToken", "days", 30 * DAY)])
}

/// A length of time in the largest unit that divides it.
fn shown(seconds: i64) -> String {
    let units = [(DAY, "day"), (HOUR, "hour"), (60, "minute"), (1, "second")];
    let (unit, name) = units.into_iter().find(|(unit, _)| seconds % unit == 0).unwrap_or((1, "second"));
    let number = seconds / unit;
    if number == 1 { format!("1 {name}") } else { format!("{number} {name}s") }
}

fn rotates(client: &Body<'_>) -> bool {
    client.text("/UserPoolClient/RefreshTokenRotation/Feature") == Some("ENABLED")
}

fn refresh(case: &Case<'_>) -> Judged {
    let at = "/UserPoolClient/RefreshTokenValidity";
    let client = described(case)?;
    if client.list("/UserPoolClient/AllowedOAuthFlows") == ["client_credentials"]
        && client.list("/UserPoolClient/ExplicitAuthFlows").iter().all(|flow| *flow == "ALLOW_REFRESH_TOKEN_AUTH")
        && !client.list("/UserPoolClient/ExplicitAuthFlows").is_empty()
    {
        return Ok(client.not_applicable(at, "Machines get no refresh tokens."));
    }
    let life = life(&client, "RefreshToken", "days", 30 * DAY);
    let evidence = format!("Refresh tokens hold for {}.", shown(life));
    Ok(if life > 365 * DAY {
        client.fail(at, evidence).severity(Severity::High)
    } else if life <= 30 * DAY {
        client.pass(at, evidence)
    } else if rotates(&client) {
        client.pass(at, format!("{evidence} They are rotated."))
    } else {
        client.fail(at, evidence)
    })
}

fn rotation(case: &Case<'_>) -> Judged {
    let at = "/UserPoolClient/RefreshTokenRotation/Feature";
    let client = described(case)?;
    if client.at("/UserPoolClient/ClientSecret").is_some() {
        return Ok(client.not_applicable("/UserPoolClient/ClientSecret", "The client has a secret."));
    }
    let feature = client.text(at).unwrap_or("not set");
    let evidence = format!("RefreshTokenRotation is {feature}, and the client has no secret.");
    Ok(if rotates(&client) { client.pass(at, evidence) } else { client.fail(at, evidence) })
}

fn lifetimes(case: &Case<'_>) -> Judged {
    let client = described(case)?;
    let access = life(&client, "AccessToken", "hours", HOUR);
    let id = life(&client, "IdToken", "hours", HOUR);
    let at = if id > access { "/UserPoolClient/IdTokenValidity" } else { "/UserPoolClient/AccessTokenValidity" };
    let evidence = format!("Access tokens hold for {}, ID tokens for {}.", shown(access), shown(id));
    Ok(match access.max(id) {
        longest if longest > 4 * HOUR => client.fail(at, evidence).severity(Severity::Medium),
        longest if longest > HOUR => client.fail(at, evidence),
        _ => client.pass(at, evidence),
    })
}
