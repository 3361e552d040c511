//! Other users who are taken for this one.

use super::{About, Facts, Reason};
use crate::pool::Pool;
use crate::query::fold;
use crate::user::{User, UserStatus};

fn same_but_case(a: &str, b: &str) -> bool {
    a != b && fold(a) == fold(b)
}

fn same(a: Option<&str>, b: Option<&str>) -> bool {
    a.zip(b).is_some_and(|(a, b)| !a.is_empty() && fold(a) == fold(b))
}

/// Names of other users, cut to a few.
fn named<'a>(others: impl Iterator<Item = &'a User>) -> (usize, String) {
    let names: Vec<&str> = others.map(|user| user.username.as_str()).collect();
    (names.len(), names.iter().take(5).copied().collect::<Vec<_>>().join(", "))
}

/// The provider of a user who comes from one.
fn provider_of(user: &User) -> Option<String> {
    let identities: Vec<serde_json::Value> = serde_json::from_str(user.attribute("identities")?).ok()?;
    identities.iter().find_map(|identity| identity.get("providerName")?.as_str().map(str::to_owned))
}

/// What people sign in by besides their user name: `email`, `phone_number`, both or neither.
fn signs_in_by(pool: &Pool) -> Vec<&'static str> {
    let by =
        |name: &&str| pool.username_attributes.iter().chain(&pool.alias_attributes).any(|attribute| attribute == name);
    ["email", "phone_number"].into_iter().filter(by).collect()
}

pub(super) fn case_twin(facts: &Facts<'_>) -> Reason {
    let about = About { rule: "case-twin", title: "Another user differs only in case" };
    let others = match facts.others {
        _ if facts.pool.case_sensitive == Some(false) => {
            return about.clear("The pool takes capital and small letters for the same.");
        }
        Ok(others) => others,
        Err(why) => return about.unknown(why),
    };
    let (user, by) = (facts.user, signs_in_by(facts.pool));
    let twin = |other: &&User| {
        let differs = |(mine, other)| same_but_case(mine, other);
        same_but_case(user.username.as_str(), other.username.as_str())
            || by.iter().any(|name| user.attribute(name).zip(other.attribute(name)).is_some_and(differs))
    };
    match named(others.iter().filter(twin)) {
        (0, _) => about.clear("No other user differs only in case."),
        (count, names) => about
            .hinders(
                "The pool tells capital from small letters, and there is another user whose name or e-mail address differs in \
                 nothing else. Who types it the other way reaches the other account, with another password.",
            )
            .with(format!("{count} such: {names}"))
            .advice("Find out which of the accounts is theirs, tell them how it is written, and disable the other.")
            .reply("There are two accounts with nearly the same name. Please write it exactly as in this message when you sign in."),
    }
}

pub(super) fn shared_address(facts: &Facts<'_>) -> Reason {
    let about = About { rule: "shared-address", title: "Another user has the same address" };
    let (user, by) = (facts.user, signs_in_by(facts.pool));
    if by.is_empty() {
        return about.clear("Nobody signs in by e-mail address or phone number in this pool.");
    }
    let others = match facts.others {
        Ok(others) => others,
        Err(why) => return about.unknown(why),
    };
    let shares = |other: &&User| {
        other.status != UserStatus::ExternalProvider
            && by.iter().any(|name| same(user.attribute(name), other.attribute(name)))
    };
    match named(others.iter().filter(shares)) {
        (0, _) => about.clear("No other user has the same address or number that people sign in by."),
        (count, names) => about
            .hinders(
                "Another user has the same e-mail address or phone number. Only one of them can sign in with it: the one of \
                 whom it is verified.",
            )
            .with(format!("{count} such: {names}"))
            .advice("Find out which account is theirs; take the address from the other, or have them sign in by user name."),
    }
}

/// Whether the person belongs to an identity provider.
pub(super) fn provider(facts: &Facts<'_>) -> Reason {
    let about = About { rule: "federated", title: "The user signs in at an identity provider" };
    if facts.user.status != UserStatus::ExternalProvider {
        return about.clear("The user has a password in this pool.");
    }
    let provider = provider_of(facts.user);
    let button =
        provider.as_deref().map_or("their identity provider".to_owned(), |name| format!("\u{201c}{name}\u{201d}"));
    about
        .hinders("The user comes from an identity provider: no password works here, only the provider's own button.")
        .with(format!("Status EXTERNAL_PROVIDER{}.", provider.map(|name| format!(", {name}")).unwrap_or_default()))
        .advice("Have them use the provider's button. If they cannot sign in there, the provider has to help.")
        .reply(&format!("You registered through {button}. Please choose it on the sign-in page instead of a password."))
}

pub(super) fn federated_twin(facts: &Facts<'_>) -> Reason {
    let about = About { rule: "federated-twin", title: "The person has a second account from an identity provider" };
    let others = match facts.others {
        Ok(others) => others,
        Err(why) => return about.unknown(why),
    };
    let user = facts.user;
    let external = |user: &User| user.status == UserStatus::ExternalProvider;
    let twin =
        |other: &&User| external(other) != external(user) && same(user.attribute("email"), other.attribute("email"));
    let twins: Vec<&User> = others.iter().filter(twin).collect();
    let Some(first) = twins.first() else {
        return about.clear("No other account has the same e-mail address by way of an identity provider.");
    };
    let provider =
        provider_of(if external(user) { user } else { first }).unwrap_or_else(|| "an identity provider".to_owned());
    let (count, names) = named(twins.iter().copied());
    about
        .hinders(format!(
            "The same e-mail address has an account with a password and one that comes from {provider}. They are two users: \
             what belongs to the one is not seen in the other."
        ))
        .with(format!("{count} such: {names}"))
        .advice(
            "Find out which one they mean. To make one of them, the provider's account is deleted and its identity linked to \
             the other before they use the provider again.",
        )
        .reply(&format!(
            "You have two accounts: one with a password and one through {provider}. Please sign in the way you registered."
        ))
}
