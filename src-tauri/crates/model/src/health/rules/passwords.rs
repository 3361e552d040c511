//! What passwords must be like: UP-02 to UP-08.

use super::{Rule, Severity, Subject, api, published};
use crate::health::case::{Body, Case, Judged, Passwords};

const POLICY: &str = "/UserPool/Policies/PasswordPolicy";

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "UP-02",
        version: 1,
        title: "Passwords may be short",
        severity: Severity::Low,
        subject: Subject::Pool,
        why: "Short passwords are guessed, and found again from stolen lists of other sites. Length does more than any mix \
              of characters.",
        source: published!("3", "cognito_user_pool_password_policy_minimum_length_14"),
        remedy: "Set PasswordPolicy.MinimumLength to 14 or more (UpdateUserPool).",
        plan: None,
        judge: length,
    },
    Rule {
        id: "UP-03",
        version: 1,
        title: "Passwords need no lower-case letter",
        severity: Severity::Low,
        subject: Subject::Pool,
        why: "Fewer kinds of characters make guessing cheaper. AWS's own control asks for all four.",
        source: published!("3", "cognito_user_pool_password_policy_lowercase"),
        remedy: "Set PasswordPolicy.RequireLowercase, or write down why long pass phrases stand in for it.",
        plan: None,
        judge: lowercase,
    },
    Rule {
        id: "UP-04",
        version: 1,
        title: "Passwords need no upper-case letter",
        severity: Severity::Low,
        subject: Subject::Pool,
        why: "Fewer kinds of characters make guessing cheaper. AWS's own control asks for all four.",
        source: published!("3", "cognito_user_pool_password_policy_uppercase"),
        remedy: "Set PasswordPolicy.RequireUppercase, or write down why long pass phrases stand in for it.",
        plan: None,
        judge: uppercase,
    },
    Rule {
        id: "UP-05",
        version: 1,
        title: "Passwords need no digit",
        severity: Severity::Low,
        subject: Subject::Pool,
        why: "Fewer kinds of characters make guessing cheaper. AWS's own control asks for all four.",
        source: published!("3", "cognito_user_pool_password_policy_number"),
        remedy: "Set PasswordPolicy.RequireNumbers, or write down why long pass phrases stand in for it.",
        plan: None,
        judge: numbers,
    },
    Rule {
        id: "UP-06",
        version: 1,
        title: "Passwords need no symbol",
        severity: Severity::Low,
        subject: Subject::Pool,
        why: "Fewer kinds of characters make guessing cheaper. AWS's own control asks for all four.",
        source: published!("3", "cognito_user_pool_password_policy_symbol"),
        remedy: "Set PasswordPolicy.RequireSymbols, or write down why long pass phrases stand in for it.",
        plan: None,
        judge: symbols,
    },
    Rule {
        id: "UP-07",
        version: 1,
        title: "Old passwords may be used again",
        severity: Severity::Low,
        subject: Subject::Pool,
        why: "Whoever has to change a leaked password may set the same one again. A history refuses the last few.",
        source: api!("PasswordPolicyType"),
        remedy: "Set PasswordPolicy.PasswordHistorySize to 5 or more.",
        plan: Some("ESSENTIALS"),
        judge: history,
    },
    Rule {
        id: "UP-08",
        version: 1,
        title: "Temporary passwords hold for long",
        severity: Severity::Medium,
        subject: Subject::Pool,
        why: "A temporary password lies in a mailbox until it is used. The longer it holds, the likelier somebody else uses \
              it first.",
        source: published!("3", "cognito_user_pool_temporary_password_expiration"),
        remedy: "Set PasswordPolicy.TemporaryPasswordValidityDays to 7 or less, better 1 to 3.",
        plan: None,
        judge: temporary,
    },
];

/// The pool's description, or why passwords are nothing to ask about.
fn asked<'a>(case: &Case<'a>) -> Result<(Body<'a>, Option<&'static str>), crate::health::case::Unknown> {
    let pool = case.pool()?;
    Ok((
        pool,
        match case.passwords() {
            Passwords::Possible => None,
            Passwords::Impossible(why) => Some(why),
        },
    ))
}

fn length(case: &Case<'_>) -> Judged {
    let at = &format!("{POLICY}/MinimumLength");
    let (pool, without) = asked(case)?;
    if let Some(why) = without {
        return Ok(pool.not_applicable(at, why));
    }
    let length = pool.needed(at)?.as_i64().ok_or_else(|| pool.silent(at))?;
    let evidence = format!("MinimumLength is {length}.");
    Ok(match length {
        ..8 => pool.fail(at, evidence).severity(Severity::Medium),
        8..14 => pool.fail(at, evidence),
        14.. => pool.pass(at, evidence),
    })
}

fn required(case: &Case<'_>, field: &str) -> Judged {
    let at = &format!("{POLICY}/{field}");
    let (pool, without) = asked(case)?;
    if let Some(why) = without {
        return Ok(pool.not_applicable(at, why));
    }
    let evidence = |on: bool| format!("{field} is {on}.");
    Ok(if pool.needed_flag(at)? { pool.pass(at, evidence(true)) } else { pool.fail(at, evidence(false)) })
}

fn lowercase(case: &Case<'_>) -> Judged {
    required(case, "RequireLowercase")
}

fn uppercase(case: &Case<'_>) -> Judged {
    required(case, "RequireUppercase")
}

fn numbers(case: &Case<'_>) -> Judged {
    required(case, "RequireNumbers")
}

fn symbols(case: &Case<'_>) -> Judged {
    required(case, "RequireSymbols")
}

fn history(case: &Case<'_>) -> Judged {
    let at = &format!("{POLICY}/PasswordHistorySize");
    let (pool, without) = asked(case)?;
    if let Some(why) = without {
        return Ok(pool.not_applicable(at, why));
    }
    // An emulator that shows no policy at all tells nothing; AWS leaves out a history of none.
    pool.needed(POLICY)?;
    Ok(match pool.number(at).unwrap_or_default() {
        ..1 => pool.fail(at, "No former password is remembered (PasswordHistorySize is 0 or not set)."),
        size => pool.pass(at, format!("PasswordHistorySize is {size}.")),
    })
}

fn temporary(case: &Case<'_>) -> Judged {
    let at = &format!("{POLICY}/TemporaryPasswordValidityDays");
    let older = "/UserPool/AdminCreateUserConfig/UnusedAccountValidityDays";
    let (pool, without) = asked(case)?;
    if let Some(why) = without {
        return Ok(pool.not_applicable(at, why));
    }
    pool.needed(POLICY)?;
    // 0 means the default, and the older field holds where the newer one is not set.
    let set = |place| pool.number(place).filter(|days| *days > 0);
    let Some((place, days)) = set(at).map(|days| (at.as_str(), days)).or_else(|| set(older).map(|days| (older, days)))
    else {
        let evidence = "TemporaryPasswordValidityDays is not set; Cognito takes 7 days.";
        return Ok(pool.fail(at, evidence).severity(Severity::Low));
    };
    let field = place.rsplit('/').next().unwrap_or_default();
    let evidence = format!("{field} is {days}.");
    Ok(if days > 7 { pool.fail(place, evidence) } else { pool.pass(place, evidence) })
}
