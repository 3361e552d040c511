//! Who else would take a token: what stands in front of an API, and what hands out AWS credentials.
//!
//! Sources: API Gateway developer guide (Cognito and JWT authorizers), Application Load Balancer guide (authenticate
//! users, verify JWTs), AppSync developer guide (authorization), Cognito developer guide (identity pools, issuers).

use jiff::Timestamp;
use serde_json::Value;

use super::decode::Token;
use super::judge::{issuers, on_leeway, pool_of};
use super::verdict::{Outcome, TokenUse, Verdict};
use crate::identity::IdentityPool;

/// Something that takes tokens of a user pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consumer {
    /// A REST API of API Gateway with a Cognito authorizer.
    RestApi,
    /// An HTTP API of API Gateway with a JWT authorizer.
    HttpApi,
    /// A load balancer that signs people in (`authenticate-cognito`).
    LoadBalancerSignIn,
    /// A load balancer that verifies tokens (`jwt-validation`).
    LoadBalancer,
    /// An AppSync API with user pool authorization.
    AppSync,
    /// A field of an AppSync API that demands a group.
    AppSyncGroup,
    /// An identity pool.
    IdentityPool,
}

impl Consumer {
    /// A name that stays, such as `api_gateway_cognito`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RestApi => "api_gateway_cognito",
            Self::HttpApi => "api_gateway_jwt",
            Self::LoadBalancerSignIn => "alb_authenticate",
            Self::LoadBalancer => "alb_jwt",
            Self::AppSync => "appsync",
            Self::AppSyncGroup => "appsync_group",
            Self::IdentityPool => "identity_pool",
        }
    }
}

/// Whether a consumer takes the token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// It does, where it is set up for this user pool.
    Yes,
    /// It does not.
    No,
    /// That depends on something that cannot be seen from here.
    Unknown,
}

/// What is known of how the consumers are set up.
#[derive(Debug, Clone, Default)]
pub struct Demands {
    /// Scopes of the method or route; any one will do. Empty when it has none.
    pub scopes: Vec<String>,
    /// Audiences that a JWT authorizer lists; empty when that is not known.
    pub audiences: Vec<String>,
    /// Groups that a field of AppSync demands; any one will do. Empty when that is not known.
    pub groups: Vec<String>,
    /// The identity pools that are asked about; `None` when they are not known.
    pub identity_pools: Option<Vec<IdentityPool>>,
}

/// What one consumer does with the token, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acceptance {
    /// Who.
    pub consumer: Consumer,
    /// Whether.
    pub answer: Answer,
    /// Why, in a sentence. It may repeat names of groups and scopes: foreign text.
    pub reason: String,
    /// What would have to change; `None` when nothing has to.
    pub change: Option<String>,
}

/// What each consumer would do at `now` with a token on which `verdict` was given. `token` is `None` when it cannot be
/// read.
#[must_use]
pub fn acceptances(token: Option<&Token>, verdict: &Verdict, demands: &Demands, now: Timestamp) -> Vec<Acceptance> {
    let refused = || refused(token, verdict, now);
    let all = [
        Consumer::RestApi,
        Consumer::HttpApi,
        Consumer::LoadBalancerSignIn,
        Consumer::LoadBalancer,
        Consumer::AppSync,
        Consumer::AppSyncGroup,
        Consumer::IdentityPool,
    ];
    let said = |consumer| {
        if consumer == Consumer::LoadBalancerSignIn {
            return signs_in_itself();
        }
        let (Some(token), Some(token_use), None) = (token, verdict.token_use, refused()) else {
            return refused()
                .unwrap_or_else(|| no("It is no token of a user pool.", "Send an ID or access token of a user pool."));
        };
        let ended = verdict.checks.iter().any(|check| check.name == "revocation" && check.outcome == Outcome::Fail);
        let seen = Seen { token, token_use, ended, demands };
        match consumer {
            Consumer::RestApi => seen.rest_api(),
            Consumer::HttpApi => seen.http_api(),
            Consumer::LoadBalancer => seen.load_balancer(),
            Consumer::AppSync => seen.app_sync(),
            Consumer::AppSyncGroup => seen.app_sync_group(),
            Consumer::IdentityPool | Consumer::LoadBalancerSignIn => seen.identity_pool(),
        }
    };
    let mut answers: Vec<Acceptance> = Vec::new();
    for consumer in all {
        let Said { answer, reason, change } = said(consumer);
        answers.push(Acceptance { consumer, answer, reason, change });
    }
    answers
}

struct Said {
    answer: Answer,
    reason: String,
    change: Option<String>,
}

fn yes(reason: impl Into<String>) -> Said {
    Said { answer: Answer::Yes, reason: reason.into(), change: None }
}

fn no(reason: impl Into<String>, change: impl Into<String>) -> Said {
    Said { answer: Answer::No, reason: reason.into(), change: Some(change.into()) }
}

fn unknown(reason: impl Into<String>, change: impl Into<String>) -> Said {
    Said { answer: Answer::Unknown, reason: reason.into(), change: Some(change.into()) }
}

/// What refuses a token everywhere: a check that fails, or one that could not be made.
fn refused(token: Option<&Token>, verdict: &Verdict, now: Timestamp) -> Option<Said> {
    // What was expected of the token by whoever asked concerns nobody else, and who verifies offline hears of no revocation.
    let concerns = |name: &str| !matches!(name, "client" | "revocation");
    if let Some(failed) = verdict.checks.iter().find(|check| check.outcome == Outcome::Fail && concerns(check.name)) {
        let change = match failed.name {
            "expiry" => "Refresh the token or sign in again.",
            "issued_at" | "not_before" | "auth_time" => "Set the clocks right, or wait.",
            "issuer" | "key" => "Send a token of the user pool that is trusted there.",
            _ => "Send a token just as the user pool signed it.",
        };
        return Some(no(failed.reason.clone(), change));
    }
    let open = |name: &str| verdict.checks.iter().find(|check| check.name == name && check.outcome == Outcome::Unknown);
    if let Some(unseen) = open("key").or_else(|| open("signature")) {
        return Some(unknown(unseen.reason.clone(), "Verify it where the pool's public keys can be read."));
    }
    let why = token.and_then(|token| on_leeway(token, now))?;
    let sentence = format!("{why}, and who allows for clocks that differ is not documented.");
    Some(unknown(sentence, "Refresh it, or set the clocks right."))
}

fn signs_in_itself() -> Said {
    no(
        "With authenticate-cognito the load balancer signs people in by itself and keeps a cookie; it takes no token from \
         the caller, and no pool with the updated issuer.",
        "Let a rule of the listener verify tokens (jwt-validation).",
    )
}

/// A token that holds, and what is demanded.
struct Seen<'a> {
    token: &'a Token,
    token_use: TokenUse,
    /// Whether it is known to have been revoked.
    ended: bool,
    demands: &'a Demands,
}

impl Seen<'_> {
    fn list(&self, claim: &str) -> Vec<&str> {
        match self.token.claims.get(claim) {
            Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).collect(),
            Some(Value::String(text)) => text.split_whitespace().collect(),
            _ => Vec::new(),
        }
    }

    /// One of the demanded scopes that the token has.
    fn scope(&self) -> Option<&str> {
        self.list("scope").into_iter().find(|scope| self.demands.scopes.iter().any(|demanded| demanded == scope))
    }

    fn lacks_scope(&self) -> Said {
        let demanded = self.demands.scopes.join(", ");
        let change = format!(
            "Sign in through the login page or as a machine with a client that allows {demanded}: signing in through the \
             API gives aws.cognito.signin.user.admin alone. A trigger of V2 may add scopes, too."
        );
        no(format!("None of its scopes is demanded there ({demanded})."), change)
    }

    /// Whether the issuer is written in the form of 2026.
    fn updated_issuer(&self) -> bool {
        let updated = pool_of(self.token).map(|pool| issuers(&pool)[1].clone());
        updated.is_some_and(|updated| self.token.text("iss") == Some(updated.as_str()))
    }

    /// `aud`, else `client_id`.
    fn audience(&self) -> Vec<&str> {
        let aud = self.list("aud");
        if aud.is_empty() { self.list("client_id") } else { aud }
    }

    fn rest_api(&self) -> Said {
        if self.updated_issuer() {
            let change = "Let the pool write its issuer in the original form, or use a Lambda authorizer.";
            return no("Cognito authorizers do not know the updated form of the issuer.", change);
        }
        match (self.token_use, self.demands.scopes.is_empty()) {
            (TokenUse::Id, true) => {
                yes("A method without scopes takes an ID token of the pools that its authorizer names.")
            }
            (TokenUse::Id, false) => no("A method with scopes takes access tokens only.", "Send the access token."),
            (TokenUse::Access, true) => no(
                "A method without scopes takes whatever comes for an ID token, which this is not.",
                "Send the ID token, or give the method scopes.",
            ),
            (TokenUse::Access, false) => match self.scope() {
                Some(scope) => yes(format!("It has the scope {scope}, and any one of the method's will do.")),
                None => self.lacks_scope(),
            },
        }
    }

    fn http_api(&self) -> Said {
        let audience = self.audience();
        let named = audience.join(", ");
        let listed = audience.iter().any(|one| self.demands.audiences.iter().any(|listed| listed == one));
        if !self.demands.audiences.is_empty() && !listed {
            return no(
                "A JWT authorizer takes a token whose aud, or client_id where it has no aud, is in its list of audiences; \
                 this one's is not.",
                format!("Add {named} to the audiences of the authorizer."),
            );
        }
        if !self.demands.scopes.is_empty() && self.scope().is_none() {
            return match self.token_use {
                TokenUse::Id => no("An ID token has no scopes, and the route demands one.", "Send the access token."),
                TokenUse::Access => self.lacks_scope(),
            };
        }
        let issuer = self.token.text("iss").unwrap_or_default();
        if self.demands.audiences.is_empty() {
            return unknown(
                format!(
                    "Its issuer must be exactly {issuer} and its audiences must name {named}; which they name is not known."
                ),
                "Say which audiences the authorizer lists.",
            );
        }
        yes(format!("Its audience is listed, where the issuer of the authorizer is exactly {issuer}."))
    }

    fn load_balancer(&self) -> Said {
        let issuer = self.token.text("iss").unwrap_or_default();
        unknown(
            format!(
                "Yes, where the rule names the issuer {issuer} and the pool's keys; which further claims it demands (up to \
                 ten) is not known."
            ),
            "Hold the rule's further claims against those of the token.",
        )
    }

    fn app_sync(&self) -> Said {
        let client = self.audience().join(", ");
        if self.updated_issuer() {
            return unknown("Whether AppSync knows the updated form of the issuer is not documented.", "Try it.");
        }
        if self.token_use == TokenUse::Access && self.token.text("username").is_none() {
            return unknown("It is the token of a machine; what AppSync does with those is not documented.", "Try it.");
        }
        yes(format!(
            "It takes ID and access tokens of its user pool, unless its pattern for clients (appIdClientRegex) leaves out \
             {client}."
        ))
    }

    fn app_sync_group(&self) -> Said {
        let groups = self.list("cognito:groups");
        let demanded = &self.demands.groups;
        if groups.is_empty() {
            let change = "Add the user to a group and sign in again: groups are written when a token is made.";
            return no("It names no group (cognito:groups), so no field that demands one takes it.", change);
        }
        if demanded.is_empty() {
            return unknown(
                format!("A field takes it that demands one of: {}. Others refuse it.", groups.join(", ")),
                "Say which group the field demands.",
            );
        }
        match groups.iter().find(|group| demanded.iter().any(|wanted| wanted == *group)) {
            Some(group) => yes(format!("It names the group {group}.")),
            None => no(
                format!("It names {} and none of the groups that are demanded.", groups.join(", ")),
                format!("Add the user to {} and sign in again.", demanded.join(" or ")),
            ),
        }
    }

    fn identity_pool(&self) -> Said {
        if self.token_use == TokenUse::Access {
            return no("Identity pools take ID tokens only.", "Send the ID token of the same sign-in.");
        }
        if self.updated_issuer() {
            return unknown("Whether identity pools know the updated form of the issuer is not documented.", "Try it.");
        }
        let Some(pools) = &self.demands.identity_pools else {
            return unknown(
                "It depends on the user pools and clients that the identity pool trusts, which were not read.",
                "Read the identity pools of the account.",
            );
        };
        let Some((pool, provider)) = pools.iter().find_map(|pool| Some((pool, pool.provider_of(&self.token.claims)?)))
        else {
            let client = self.audience().join(", ");
            return no(
                "No identity pool of this account and Region trusts this user pool with this client.",
                format!("Add the user pool with the client {client} to an identity pool."),
            );
        };
        if provider.server_side_check && self.ended {
            return no(
                format!("{} asks the user pool whether the person was signed out since, which is known.", pool.name),
                "Sign in again.",
            );
        }
        if provider.server_side_check {
            return unknown(
                format!(
                    "{} trusts this user pool and client, and asks it whether the person was signed out or disabled since.",
                    pool.name
                ),
                "Exchange it: that is free.",
            );
        }
        yes(format!(
            "{} trusts this user pool and client, and does not ask whether the person was signed out.",
            pool.name
        ))
    }
}
