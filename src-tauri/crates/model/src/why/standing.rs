//! Where the account stands: disabled, unconfirmed, unverified, without a factor.

use std::collections::BTreeMap;

use super::{About, Facts, Listing, Reason, said};
use crate::plan::{Action, Factor};
use crate::user::UserStatus;

/// The rule about users whom AWS does not list.
pub(super) const NOT_LISTED: &str = "not-listed";

pub(super) fn not_listed(facts: &Facts<'_>) -> Reason {
    let about = About { rule: NOT_LISTED, title: "AWS does not list the user" };
    match facts.listing {
        Listing::Listed => about.clear("AWS lists the user."),
        Listing::NotAsked => about.unknown("AWS was not asked whether the user is still there."),
        Listing::Missing => about
            .unknown(
                "AWS does not list this user: they were deleted, or the listing trails behind a change. Everything else here is \
                 what the local copy knows.",
            )
            .advice("Ask again in a minute. If AWS still does not list them, sync: then they were deleted."),
    }
}

pub(super) fn disabled(facts: &Facts<'_>) -> Reason {
    let about = About { rule: "disabled", title: "The user is disabled" };
    if facts.user.enabled {
        return about.clear("The user is enabled.");
    }
    let reason = about.blocks("The user is disabled: every sign-in is refused, and so is a forgotten password.");
    let changed = facts.changed.iter().find(|change| change.field == "enabled");
    let reason = match changed {
        Some(change) => reason.with(change.told("the switch")),
        None => reason.with(format!("The record last changed on {}.", said(facts.user.modified_at))),
    };
    reason
        .fix("Find out who disabled the user and why; then enable.", Action::EnableUsers)
        .reply("Your account was switched off. We have switched it on again; please sign in as usual.")
}

pub(super) fn unconfirmed(facts: &Facts<'_>) -> Reason {
    let about = About { rule: "unconfirmed", title: "The sign-up was never confirmed" };
    if facts.user.status != UserStatus::Unconfirmed {
        return about.clear("The account is not waiting for a confirmation.");
    }
    about
        .blocks("The person signed up and never entered the code that confirms it.")
        .with(format!("Status UNCONFIRMED since {}.", said(facts.user.created_at)))
        .fix(
            "Have the app send the code again, which proves the address. Confirm by hand only when you know that they are \
             who they say.",
            Action::ConfirmUsers { verify_email: false },
        )
        .reply(
            "Your registration has not been finished yet. Please ask for a new confirmation code in the app and enter it; \
             then you can sign in.",
        )
}

/// Whether an address that is signed in with is verified.
pub(super) fn unverified(facts: &Facts<'_>, name: &'static str) -> Reason {
    let phone = name == "phone_number";
    let (about, what) = if phone {
        (About { rule: "phone-unverified", title: "The phone number is not verified" }, "phone number")
    } else {
        (About { rule: "email-unverified", title: "The e-mail address is not verified" }, "e-mail address")
    };
    let flag = format!("{name}_verified");
    let (user, pool) = (facts.user, facts.pool);
    let among = |list: &[String]| list.iter().any(|attribute| attribute == name);
    if user.attribute(name).is_none_or(str::is_empty) {
        return about.clear(format!("The user has no {what}."));
    }
    if user.attribute(&flag) == Some("true") {
        return about.clear(format!("The {what} is verified."));
    }
    let alias = among(&pool.alias_attributes);
    if !alias && !among(&pool.username_attributes) {
        return about.clear(format!("It is not verified, but nobody signs in by {what} in this pool."));
    }
    let cause = if alias {
        format!(
            "The {what} is not verified, so it is no other name for the user: signing in with it fails, with the user name it works."
        )
    } else {
        format!("The {what} is not verified. After a change it cannot be signed in with until it is.")
    };
    let mut reason = about.hinders(cause).with(format!("{flag} is {}.", user.attribute(&flag).unwrap_or("absent")));
    if let Some(change) = facts.changed.iter().find(|change| change.field == name) {
        reason = reason.with(change.told(&format!("the {what}")));
    }
    if facts.policy.is_ok_and(|policy| among(&policy.verifies_before_update)) {
        reason = reason.with(format!("The pool keeps an old {what} until a new one is verified."));
    }
    reason
        .fix(
            "Have the person verify the address in the app. Mark it as verified by hand only when you know that it is theirs.",
            Action::SetAttributes { attributes: BTreeMap::from([(flag, "true".to_owned())]) },
        )
        .reply(if phone {
            "Your phone number has not been confirmed yet. Please sign in with your user name for now and confirm the number in \
             your profile."
        } else {
            "Your e-mail address has not been confirmed yet. Please sign in with the name you had before and confirm the address \
             in your profile."
        })
}

/// Whether a second factor is demanded that the user does not have.
pub(super) fn factor(facts: &Facts<'_>) -> Reason {
    let about = About { rule: "mfa-without-factor", title: "A second factor is required and there is none" };
    if facts.user.status == UserStatus::ExternalProvider {
        return about.clear("The user signs in at an identity provider, which asks for factors of its own.");
    }
    match facts.pool.mfa.as_deref() {
        Some("OFF") => about.clear("The pool asks for no second factor."),
        Some("OPTIONAL") => optional(&about, facts.factors),
        Some("ON") => required(&about, facts),
        _ => about.unknown("Whether the pool requires a second factor is not known."),
    }
}

pub(super) const ASK: &str = "Ask for the user's factors. The call may count them as active this month.";

fn optional(about: &About, factors: Option<&[String]>) -> Reason {
    match factors {
        None => about
            .clear(
                "The pool requires no second factor. Who has set one up is asked for it, and may have lost it: that only a \
                 priced call can tell.",
            )
            .reveal(ASK, "AdminGetUser"),
        Some([]) => about.clear("The pool requires no second factor, and the user has none."),
        Some(factors) => about
            .unknown(format!(
                "The pool requires no second factor, but the user has {} and is asked for it. Whether they still have what \
                 it needs, nothing here tells.",
                factors.join(", ")
            ))
            .advice("Ask them. A lost authenticator app is reset, once you know who they are."),
    }
}

fn required(about: &About, facts: &Facts<'_>) -> Reason {
    let has = |name: &str| facts.user.attribute(name).is_some_and(|address| !address.is_empty());
    let (phone, email) = (has("phone_number"), has("email"));
    let Some(factors) = facts.factors else {
        let has = if phone { "The user has a phone number." } else { "The user has no phone number." };
        return about
            .unknown("The pool requires a second factor. Which ones the user has, no listing tells.")
            .with("MfaConfiguration is ON.")
            .with(has)
            .reveal(ASK, "AdminGetUser");
    };
    let takes = match facts.second_factors {
        Ok(takes) => takes,
        Err(_) if factors.is_empty() && !phone && !email => &[],
        Err(why) => {
            let has = match (factors, phone, email) {
                ([], true, true) => "a phone number and an e-mail address".to_owned(),
                ([], true, false) => "a phone number".to_owned(),
                ([], ..) => "an e-mail address".to_owned(),
                (factors, ..) => factors.join(", "),
            };
            return about.unknown(format!(
                "The pool requires a second factor and the user has {has}. Whether the pool takes that is not known: {why}"
            ));
        }
    };
    let is_taken = |name: &&String| takes.iter().any(|factor| factor.setting() == name.as_str());
    let taken: Vec<&str> = factors.iter().filter(is_taken).map(String::as_str).collect();
    if !taken.is_empty() {
        return about.clear(format!("The user has {}.", taken.join(", ")));
    }
    if phone && takes.contains(&Factor::Sms) {
        return about.clear("No factor is set up, but there is a phone number that a code can go to.");
    }
    if email && takes.contains(&Factor::Email) {
        return about.clear("No factor is set up, but there is an e-mail address that a code can go to.");
    }
    let has = match factors {
        [] => "MfaConfiguration is ON, and the user has no factor that a code could go to.".to_owned(),
        factors => {
            format!("MfaConfiguration is ON, and the user has {}, which the pool does not take.", factors.join(", "))
        }
    };
    about
        .blocks(
            "The pool requires a second factor and the user has none: the app must let them set one up (MFA_SETUP).",
        )
        .with(has)
        .advice("Let the app answer MFA_SETUP, so that the person sets up an authenticator app at the sign-in.")
        .reply("A second step is needed when you sign in. Please follow the steps to set up an authenticator app.")
}
