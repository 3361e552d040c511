//! The app client: flows that are closed, and a secret that is missing.

use super::{About, Facts, Reason};
use crate::client::{Door, FLOWS, Flow};

pub(super) fn flow(facts: &Facts<'_>) -> Reason {
    let about = About { rule: "flow-not-allowed", title: "The app client does not allow the flow" };
    let client = match facts.client {
        Ok(client) => client,
        Err(why) => return about.unknown(why),
    };
    let personal = |flow: &&Flow| !flow.of_machine() && !flow.refreshes();
    let open: Vec<&str> =
        FLOWS.iter().filter(personal).filter(|flow| client.allows(flow).is_ok()).map(|flow| flow.name).collect();
    let repair = "Change the app, or add the flow to the client's authentication flows.";
    let Some(asked) = facts.flow else {
        if open.is_empty() {
            let closed = about.blocks("The app client allows no flow by which a person could sign in.");
            return closed.with(format!("ExplicitAuthFlows: {}.", client.flows.join(", "))).advice(repair);
        }
        return about
            .unknown("The app client allows flows by which people sign in. Name the flow that the app uses to be sure.")
            .with(format!("Allowed: {}.", open.join(", ")));
    };
    match client.allows(asked) {
        Ok(()) => about.clear(format!("The app client allows {}.", asked.name)),
        Err(closed) => about
            .blocks(format!("{closed} Nobody can sign in through this client by {}.", asked.name))
            .with(if open.is_empty() {
                "It allows none.".to_owned()
            } else {
                format!("It allows {}.", open.join(", "))
            })
            .advice(repair),
    }
}

pub(super) fn secret(facts: &Facts<'_>) -> Reason {
    let about = About { rule: "client-secret", title: "The client's secret is missing" };
    let client = match facts.client {
        Ok(client) => client,
        Err(why) => return about.unknown(why),
    };
    let in_browser = facts.flow.is_some_and(|flow| flow.door == Door::Browser);
    match (client.has_secret, facts.sends_secret) {
        (true, Some(true)) => about.clear("The client has a secret, and the app proves to know it."),
        (false, Some(false) | None) => about.clear("The client has no secret, and none must be proved."),
        (true, Some(false)) => about
            .blocks("The client has a secret, and the app does not prove to know it (SECRET_HASH): every call is refused.")
            .with("The client has a secret.")
            .advice("Send the SECRET_HASH from a server. An app on a phone or in a browser needs a client without a secret."),
        (false, Some(true)) => about
            .blocks("The app sends a SECRET_HASH, but the client has no secret: every call is refused.")
            .with("The client has no secret.")
            .advice("Leave the SECRET_HASH out."),
        (true, None) if in_browser => {
            about.unknown("The client has a secret, which the app needs at the token endpoint. Whether it sends it is not seen here.")
        }
        (true, None) => about
            .unknown("The client has a secret. Whether the app proves to know it (SECRET_HASH) is not seen here.")
            .with("The client has a secret.")
            .advice("Try the same flow in the sign-in lab, or say whether the app sends a SECRET_HASH."),
    }
}
