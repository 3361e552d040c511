//! What is said of a step before it is taken: what people notice, what stays for good, why it cannot be taken back.

use serde_json::Value;

use super::step::IMAGE;
use super::{Kind, MASK, Put, Step};
use crate::trigger;

impl Kind {
    /// What people will notice of a step; `None` when that depends on what changes.
    #[must_use]
    pub fn effect(self, step: Step) -> Option<&'static str> {
        match (self, step) {
            (Self::Pool, Step::Create) => {
                Some("There is a pool without people and app clients: nobody can sign in yet.")
            }
            (Self::Pool, Step::Delete) => Some("The pool is gone with all its settings. Nobody is in it."),
            (Self::IdentityPool, Step::Create) => {
                Some("It has no roles yet, so nobody gets AWS credentials through it.")
            }
            (Self::IdentityPool, Step::Delete) => Some("It is gone. Nobody has an identity in it."),
            (Self::Client, Step::Create) => Some("Whoever knows its id can begin to sign in through it."),
            (Self::Client, Step::Delete) => {
                Some("Apps that use it stop at once: nobody signs in through it, or stays signed in.")
            }
            (Self::ResourceServer, Step::Delete) => Some(
                "App clients that allow its scopes get no tokens with them any more, and your APIs refuse whoever asks.",
            ),
            (Self::ResourceServer, Step::Update) => Some("A scope that goes is in no token from then on."),
            (Self::Provider, Step::Create) => Some("It is offered by app clients that are told to, and by no other."),
            (Self::Provider, Step::Delete) => {
                Some("App clients offer it no longer, and people who came through it cannot sign in.")
            }
            (Self::Domain, Step::Create) => Some(
                "Login pages and the OAuth endpoints are there under the name; a custom domain takes up to an hour.",
            ),
            (Self::Domain, Step::Delete) => {
                Some("Login pages, the OAuth endpoints and sign-in through other providers stop at once.")
            }
            (Self::Attribute, Step::Create) => Some(
                "Users can have it from then on. App clients that say which attributes they read and write have to be told of \
                 it.",
            ),
            (Self::ClientSecret, Step::Create) => Some(
                "Both secrets hold until one is deleted, so that apps can be given the new one first. AWS tells it once: it \
                 can be shown here for ten minutes.",
            ),
            (Self::ClientSecret, Step::Delete) => Some("Apps that still use this secret stop at once."),
            (Self::Logs, Step::Update) => Some(
                "CloudWatch, S3 and Firehose bill what is written to them. What is not listed is exported no longer.",
            ),
            (Self::PrincipalTags, Step::Update) => Some(
                "Policies that ask for a tag let in and refuse by it from the next credentials on. The role has to allow \
                 sts:TagSession.",
            ),
            (Self::ClientRisk, Step::Create) => {
                Some("The client has rules of its own from then on: what changes for the pool does not hold for it.")
            }
            (Self::ClientRisk, Step::Update) => Some("It holds for this client alone."),
            (Self::ClientRisk, Step::Delete) => Some("The client follows the pool's rules again."),
            (Self::Style, Step::Create | Step::Update) => {
                Some("Login pages of this client look so at once, where its domain has managed login.")
            }
            (Self::Style, Step::Delete) => {
                Some("Managed login has no pages for this client until it has a style again.")
            }
            (Self::ClassicStyle, Step::Update) => Some(
                "Classic pages look so at once. A client without a style of its own had that of all clients, and has its own \
                 from then on. AWS does not say whether a logo stays that is not sent again: have its file at hand.",
            ),
            _ => None,
        }
    }

    /// What has to be done beside an edit so that a function that it sets can be called; `None` when it sets none.
    #[must_use]
    pub fn calls(self, before: &Value, wanted: &Value) -> Option<&'static str> {
        let functions = |body: &Value| {
            let config = body.pointer("/UserPool/LambdaConfig").map(trigger::of_config).unwrap_or_default();
            config.into_iter().map(|set| set.function).collect::<Vec<_>>()
        };
        let known = functions(before);
        let new = self == Self::Pool && functions(wanted).iter().any(|function| !known.contains(function));
        new.then_some(
            "Cognito may call a new function only once its policy permits it, which this does not do: aws lambda \
             add-permission --function-name FUNCTION --statement-id cognito --action lambda:InvokeFunction --principal \
             cognito-idp.amazonaws.com --source-arn POOL_ARN. Until then people stop there. Senders need KMSKeyID as well.",
        )
    }

    /// What of a step can never be taken back, in a sentence; `None` when everything can.
    #[must_use]
    pub fn forward(self, step: Step) -> Option<&'static str> {
        match (self, step) {
            (Self::Provider, Step::Delete) => Some(
                "Its secret is kept nowhere: who makes it again needs it from the provider, and a SAML provider has to be \
                 told the pool's new certificate. App clients have to be told to offer it again.",
            ),
            (Self::Pool | Self::IdentityPool, Step::Delete) => {
                Some("Its id never comes again: whoever makes it again has to give another one to every app.")
            }
            (Self::Client, Step::Delete) => Some(
                "Its id and its secret never come again: whoever makes it again has to give new ones to every app.",
            ),
            (Self::Domain, Step::Delete) => Some(
                "Somebody else can take the name at once, passkeys that were made for it hold nowhere else, and a custom \
                 domain gets another address for its DNS record when it is made again.",
            ),
            (Self::Attribute, Step::Create) => Some(
                "A custom attribute stays for good: its name, its kind, its bounds and whether it can change are never \
                 changed, and it is never taken away. A pool can have 50.",
            ),
            (Self::ClientSecret, Step::Delete) => Some("A secret that is deleted never comes again."),
            _ => None,
        }
    }

    /// Why a patch cannot be taken back, in a sentence; `None` when it can. `before` is what was described before it.
    #[must_use]
    pub fn lost(self, patch: &[Put], before: &Value) -> Option<&'static str> {
        match (self, Step::of(patch)) {
            (Self::Attribute, _) => {
                return Some("Custom attributes are never taken away, so this cannot be taken back.");
            }
            (Self::ClientSecret, Step::Delete) => {
                return Some(
                    "The secret that was there is kept nowhere, so this cannot be taken back. Make a new one.",
                );
            }
            (Self::ClassicStyle, _) if patch.iter().any(|put| put.pointer.ends_with(IMAGE)) => {
                return Some(
                    "The logo that was there is kept nowhere, so this cannot be taken back: choose its file anew.",
                );
            }
            _ => {}
        }
        if self == Self::Client && Step::of(patch) == Step::Delete {
            return Some("A client that is made again is another one, so this cannot be taken back. Make a new one.");
        }
        if self.holds_others() && Step::of(patch) == Step::Delete {
            return Some("One that is made again is another one, so this cannot be taken back. Make a new one.");
        }
        let hidden = |put: &Put| {
            let was = before.pointer(&put.pointer).unwrap_or(&Value::Null);
            put.pointer.ends_with("/private_key")
                || was.to_string().contains(MASK)
                || was.pointer("/IdentityProvider/ProviderType").is_some_and(|kind| kind == "SignInWithApple")
        };
        let hides = self == Self::Provider && patch.iter().any(hidden);
        hides.then_some("The secret that was there is kept nowhere, so this cannot be taken back: type it anew.")
    }
}
