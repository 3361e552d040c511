//! Temporary, expired and forgotten passwords.

use std::collections::BTreeMap;

use jiff::SignedDuration;

use super::standing::ASK;
use super::{About, Facts, Reason, said};
use crate::plan::{Action, Factor};
use crate::pool_policy::Recovery;
use crate::user::UserStatus;

const INVITATION: &str = "Your invitation has expired. We have sent you a new one with a new temporary password; please use it \
                          soon.";

/// Whether the temporary password of an invitation has expired.
///
/// When it was set last no listing tells: not before the user was created, and not after the record last changed.
pub(super) fn invitation(facts: &Facts<'_>) -> Reason {
    let about = About { rule: "invitation-expired", title: "The invitation has expired" };
    let user = facts.user;
    if user.status != UserStatus::ForceChangePassword {
        return about.clear("The user does not wait for an invitation.");
    }
    let days = match facts.policy {
        Ok(policy) => policy.temporary_days,
        Err(why) => return about.unknown(format!("How long a temporary password holds is not known. {why}")),
    };
    let holds = SignedDuration::from_hours(24 * i64::from(days));
    let until = |from: jiff::Timestamp| from.checked_add(holds).unwrap_or(jiff::Timestamp::MAX);
    let (earliest, latest) = (until(user.created_at), until(user.modified_at));
    let rests = |reason: Reason| {
        reason.with(format!("The pool lets a temporary password hold for {days} days.")).with(format!(
            "Created on {}, last changed on {}.",
            said(user.created_at),
            said(user.modified_at)
        ))
    };
    if facts.now > latest {
        let expired = about.blocks(format!("The temporary password expired on {} at the latest.", said(latest)));
        return rests(expired)
            .fix(
                "Send the invitation again, which makes a new temporary password.",
                Action::ResendInvitation { by: None },
            )
            .reply(INVITATION);
    }
    if facts.now <= earliest {
        return rests(about.clear(format!("The temporary password holds until {} at least.", said(earliest))));
    }
    let unless = format!(
        "The temporary password expired on {} unless the invitation was sent again later; then it holds until {} at most.",
        said(earliest),
        said(latest)
    );
    rests(about.unknown(unless))
        .fix("When in doubt, send the invitation again.", Action::ResendInvitation { by: None })
        .reply(INVITATION)
}

/// Whether the person must choose a password of their own first.
pub(super) fn must_change(facts: &Facts<'_>) -> Reason {
    let about = About { rule: "must-change-password", title: "The password must be changed first" };
    if facts.user.status != UserStatus::ForceChangePassword {
        return about.clear("The user has no temporary password.");
    }
    about
        .hinders(
            "The user has a temporary password. Signing in works with it alone, and asks for a new one \
             (NEW_PASSWORD_REQUIRED), which the app must be able to answer.",
        )
        .with("Status FORCE_CHANGE_PASSWORD.")
        .fix("If the temporary password is lost, send the invitation again.", Action::ResendInvitation { by: None })
        .reply(
            "Please sign in with the temporary password from your invitation. You will then be asked to choose a password of \
             your own.",
        )
}

/// Whether the password was reset.
pub(super) fn must_reset(facts: &Facts<'_>) -> Reason {
    let about = About { rule: "reset-required", title: "The password was reset" };
    if facts.user.status != UserStatus::ResetRequired {
        return about.clear("No new password is demanded.");
    }
    let reason = about
        .blocks("The password was reset, or the user was imported: every sign-in is refused until a new one is chosen with a code.")
        .with("Status RESET_REQUIRED.")
        .reply("For your safety your password has to be renewed. Please choose \u{201c}Forgot password\u{201d} and follow the steps.");
    match way_back(facts) {
        Ok(Way::Open(_) | Way::MayShare(_)) => reason.fix("Have a code sent again.", Action::ResetPassword),
        Ok(_) => reason.fix(
            "No code can reach the user: set a temporary password and hand it over in person.",
            Action::SetPassword { permanent: false },
        ),
        Err(_) => reason.advice("The person chooses \u{201c}Forgot password\u{201d} in the app."),
    }
}

/// What becomes of "Forgot password" for this user.
enum Way {
    /// A code goes to this attribute.
    Open(String),
    /// It would, unless the user has second factors by the same channel, which nobody looked at.
    MayShare(String),
    /// It would, but second factors go there, too.
    Shares(String),
    /// It would, if the attribute were verified.
    Unverified(String),
    /// The pool leaves it to administrators.
    AdminOnly,
    /// The user has no attribute that a code could go to.
    NoAddress,
}

fn way_back<'a>(facts: &Facts<'a>) -> Result<Way, &'a str> {
    let policy = facts.policy?;
    let has = |name: &str| facts.user.attribute(name).is_some_and(|value| !value.is_empty());
    let verified = |name: &str| facts.user.attribute(&format!("{name}_verified")) == Some("true");
    let codes = policy.recovery.iter().filter_map(|way| match way {
        Recovery::Code(name) => Some(name.as_str()),
        Recovery::AdminOnly => None,
    });
    let codes: Vec<&str> = codes.collect();
    if codes.is_empty() {
        return Ok(Way::AdminOnly);
    }
    let mut open: Vec<(Option<bool>, &str)> =
        codes.iter().filter(|name| has(name) && verified(name)).map(|name| (is_factor(facts, name), *name)).collect();
    // The surest comes first.
    open.sort_by_key(|(shared, _)| [Some(false), None, Some(true)].iter().position(|sure| sure == shared));
    match open.first() {
        Some((Some(false), name)) => return Ok(Way::Open((*name).to_owned())),
        Some((None, name)) => return Ok(Way::MayShare((*name).to_owned())),
        Some((Some(true), name)) => return Ok(Way::Shares((*name).to_owned())),
        None => {}
    }
    Ok(codes.iter().find(|name| has(name)).map_or(Way::NoAddress, |name| Way::Unverified((*name).to_owned())))
}

/// Whether the user's second factors go to an address: Cognito sends no code for a new password there then. `None` where that
/// is not known.
fn is_factor(facts: &Facts<'_>, address: &str) -> Option<bool> {
    let factor = if address == "email" { Factor::Email } else { Factor::Sms };
    if facts.pool.mfa.as_deref() == Some("OFF") {
        return Some(false);
    }
    if let Some(has) = facts.factors {
        return Some(has.iter().any(|name| name == factor.setting()));
    }
    match facts.second_factors {
        Ok(takes) if !takes.contains(&factor) => Some(false),
        _ => None,
    }
}

/// Whether "Forgot password" helps, and why not.
pub(super) fn forgot(facts: &Facts<'_>) -> Reason {
    let about = About { rule: "forgot-password", title: "\u{201c}Forgot password\u{201d} does not help" };
    let user = facts.user;
    match user.status {
        UserStatus::ExternalProvider => {
            return about.hinders(
                "The user signs in at an identity provider and has no password here that could be forgotten.",
            );
        }
        UserStatus::ForceChangePassword => {
            return about
                .hinders("A temporary password cannot be forgotten: Cognito refuses to reset it.")
                .with("Status FORCE_CHANGE_PASSWORD.")
                .fix("Send the invitation again.", Action::ResendInvitation { by: None });
        }
        UserStatus::Unconfirmed => {
            return about
                .hinders("A sign-up has to be confirmed before a password can be reset.")
                .with("Status UNCONFIRMED.");
        }
        _ if !user.enabled => return about.hinders("A disabled user cannot reset the password."),
        _ => {}
    }
    let set = |reason: Reason| {
        reason
            .fix(
                "Set a temporary password and hand it over in person, once you know who they are.",
                Action::SetPassword { permanent: false },
            )
            .reply("We cannot send you a code for a new password. Please contact us, so that we can set one for you.")
    };
    match way_back(facts) {
        Err(why) => about.unknown(format!("How passwords are recovered in this pool is not known. {why}")),
        Ok(Way::Open(name)) => about.clear(format!("A code can go to {name}, which is verified.")),
        Ok(Way::MayShare(name)) => about
            .unknown(format!(
                "A code can go to {name}, which is verified, unless the user's second factors go there, too: that no listing \
                 tells."
            ))
            .reveal(ASK, "AdminGetUser"),
        Ok(Way::Shares(name)) => set(about.hinders(format!(
            "A code would go to {name}, but the user's second factors go there, too, and Cognito does not use one channel for \
             both."
        ))),
        Ok(Way::AdminOnly) => set(about
            .hinders("The pool lets administrators alone recover an account.")
            .with("AccountRecoverySetting is admin_only.")),
        Ok(Way::NoAddress) => set(about.hinders("The user has no address that the pool would send a code to.")),
        Ok(Way::Unverified(name)) => {
            let verified = format!("{name}_verified");
            about
                .hinders(format!("A code would go to {name}, but it is not verified."))
                .with(format!("{verified} is {}.", user.attribute(&verified).unwrap_or("absent")))
                .fix(
                    "Mark the address as verified, but only when you know that it is theirs.",
                    Action::SetAttributes { attributes: BTreeMap::from([(verified, "true".to_owned())]) },
                )
        }
    }
}
