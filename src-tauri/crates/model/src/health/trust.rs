//! Who may take a role through identity pools, and whether it may do too much (IAM `GetRole` and the policies of a role).

use serde_json::Value;

use super::case::Case;
use super::policy::{Policy, Statement};
use super::rules::excessive;
use super::snapshot::Snapshot;

/// What a role's trust policy says about one identity pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trust {
    /// Whether anybody can take the role through identity pools at all: a statement trusts their issuer
    /// (`cognito-identity.amazonaws.com`, or that of GovCloud or China), or everybody.
    pub federated: bool,
    /// Through which identity pools (`aud`).
    pub audience: Audience,
    /// Whether each statement that gives it here asks how somebody came (`amr`), and keeps the others out.
    pub method: bool,
    /// The identity pools that it names, in order, each once.
    pub named: Vec<String>,
}

/// Through which identity pools a role can be taken, as far as its trust policy says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// Through this one, and others that are named.
    Named,
    /// Through others alone, that are named.
    Others,
    /// Through more than those that are named.
    Any,
}

impl Trust {
    /// What a trust policy, an object or a text as IAM writes it, says about an identity pool, and about people who came as
    /// `kind` says: `authenticated` or `unauthenticated`. `None` when it cannot be read.
    #[must_use]
    pub fn of(document: &Value, identity_pool: &str, kind: &str) -> Option<Self> {
        let policy = Policy::read(document)?;
        let mut trust = Self { federated: false, audience: Audience::Others, method: true, named: Vec::new() };
        for statement in policy.allowing().filter(|it| gives_the_role(it)) {
            trust.federated = true;
            let demands = statement.demands(|key| is_claim(key, "aud"));
            let definite: Vec<&[String]> = demands.iter().filter_map(|demand| demand.definite()).collect();
            trust.named.extend(definite.iter().flat_map(|named| named.iter().cloned()));
            if definite.is_empty() {
                trust.audience = Audience::Any;
            } else if !demands.iter().all(|demand| demand.admits(identity_pool)) {
                // For other identity pools: here it gives nothing.
                continue;
            } else if trust.audience == Audience::Others {
                trust.audience = Audience::Named;
            }
            trust.method &= keeps_apart(statement, kind);
        }
        trust.named.sort();
        trust.named.dedup();
        Some(trust)
    }

    /// Whether the role is for identity pools that are named, this one among them, and for such people alone.
    #[must_use]
    pub fn is_narrow(&self) -> bool {
        self.federated && self.audience == Audience::Named && self.method
    }
}

/// Whether a statement gives the role to people of identity pools.
fn gives_the_role(statement: &Statement) -> bool {
    let plainly = statement.is_about_everybody() && statement.is_about("sts:AssumeRole");
    let by_token = statement.is_about_principal("Federated", is_issuer);
    plainly || (by_token && statement.is_about("sts:AssumeRoleWithWebIdentity"))
}

/// Whether that is who vouches for people of identity pools: `cognito-identity.amazonaws.com`, in GovCloud
/// `cognito-identity-us-gov.amazonaws.com` and `cognito-identity.us-gov-east-1.amazonaws.com`, in China
/// `cognito-identity.cn-north-1.amazonaws.com.cn`.
fn is_issuer(name: &str) -> bool {
    let Some(rest) = name.strip_prefix("cognito-identity") else { return false };
    rest.starts_with(['.', '-']) && rest.contains(".amazonaws.")
}

/// Whether a key is that claim of such an issuer, as in `cognito-identity.amazonaws.com:aud`.
fn is_claim(key: &str, claim: &str) -> bool {
    let parts = key.rsplit_once(':');
    parts.is_some_and(|(issuer, name)| name.eq_ignore_ascii_case(claim) && is_issuer(&issuer.to_ascii_lowercase()))
}

/// Whether a statement keeps those out who came otherwise than `kind` says. People who have signed in may be named by who
/// vouched for them, too; guests have no other name.
fn keeps_apart(statement: &Statement, kind: &str) -> bool {
    statement.demands(|key| is_claim(key, "amr")).iter().any(|demand| match kind {
        "unauthenticated" => demand.admits("unauthenticated") && !demand.admits("authenticated"),
        _ => !demand.admits("unauthenticated"),
    })
}

impl std::fmt::Display for Trust {
    /// In a sentence.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match (self.federated, self.audience, self.method) {
            (false, ..) => "Its trust policy does not trust identity pools, so nobody gets it here.",
            (true, Audience::Others, _) => {
                "Its trust policy asks for other identity pools than this one (aud), so nobody gets it here."
            }
            (true, Audience::Named, true) => {
                "Its trust policy asks for this identity pool (aud) and how somebody came (amr)."
            }
            (true, Audience::Named, false) => {
                "Its trust policy does not tell guests from people who have signed in (amr)."
            }
            (true, Audience::Any, true) => {
                "Its trust policy does not ask for this identity pool (aud): any may give it."
            }
            (true, Audience::Any, false) => {
                "Its trust policy asks neither for this identity pool (aud) nor how somebody came (amr)."
            }
        })
    }
}

/// What the policies of a role give.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rights {
    /// Nothing that sweeps.
    Narrow,
    /// Nearly everything; how, in words.
    Sweeping(String),
    /// Not all policies were read; why, in a sentence.
    Unknown(String),
}

impl Rights {
    /// What a role may do, as far as a snapshot has its policies.
    #[must_use]
    pub fn of(snapshot: &Snapshot, role: &str) -> Self {
        match excessive(&Case { snapshot, subject: "" }, role) {
            Ok(None) => Self::Narrow,
            Ok(Some(what)) => Self::Sweeping(what),
            Err(why) => Self::Unknown(why.reason().to_owned()),
        }
    }
}

impl Snapshot {
    /// The ARNs of the roles behind a pool: those of groups, of the identity pools that were read, their rules included, and the
    /// one for text messages. In order, each once.
    #[must_use]
    pub fn roles(&self) -> std::collections::BTreeSet<String> {
        let groups = self.body("ListGroups", "").and_then(|body| body.get("Groups")?.as_array());
        let groups = groups.into_iter().flatten().filter_map(|group| group.get("RoleArn"));
        let pools = self.answers.get("GetIdentityPoolRoles").into_iter().flat_map(|pools| pools.keys());
        let pools = pools.flat_map(|id| self.roles_of(id)).map(|(_, role)| role);
        let sms =
            self.body("DescribeUserPool", "").and_then(|body| body.pointer("/UserPool/SmsConfiguration/SnsCallerArn"));
        let others = groups.chain(sms).filter_map(Value::as_str).map(str::to_owned);
        pools.chain(others).filter(|role| !role.is_empty()).collect()
    }

    /// The roles of an identity pool with what each is for: `authenticated`, `unauthenticated`, or `rule` for those that rules
    /// choose.
    #[must_use]
    pub fn roles_of(&self, identity_pool: &str) -> Vec<(String, String)> {
        let body = self.body("GetIdentityPoolRoles", identity_pool);
        let plain = body.and_then(|body| body.get("Roles")?.as_object()).into_iter().flatten();
        let plain = plain.filter_map(|(kind, role)| Some((kind.clone(), role.as_str()?.to_owned())));
        let mappings = body.and_then(|body| body.get("RoleMappings")?.as_object()).into_iter().flatten();
        let rules =
            mappings.filter_map(|(_, mapping)| mapping.pointer("/RulesConfiguration/Rules")?.as_array()).flatten();
        let rules = rules.filter_map(|rule| Some(("rule".to_owned(), rule.get("RoleARN")?.as_str()?.to_owned())));
        let mut all: Vec<(String, String)> = plain.chain(rules).collect();
        all.sort();
        all.dedup();
        all
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Audience, Trust};

    const POOL: &str = "eu-west-1:a";
    const AUD: &str = "cognito-identity.amazonaws.com:aud";
    const AMR: &str = "cognito-identity.amazonaws.com:amr";

    fn statement(conditions: &Value) -> Value {
        json!({ "Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity", "Condition": conditions,
            "Principal": { "Federated": "cognito-identity.amazonaws.com" } })
    }

    fn here() -> Value {
        json!({ "StringEquals": { AUD: POOL }, "ForAnyValue:StringLike": { AMR: "authenticated" } })
    }

    fn of(statements: &[Value], kind: &str) -> Option<(bool, Audience, bool)> {
        let trust = Trust::of(&json!({ "Statement": statements }), POOL, kind)?;
        Some((trust.federated, trust.audience, trust.method))
    }

    #[test]
    fn a_role_is_for_one_identity_pool_only_where_every_statement_asks_for_it() {
        let told = |statements: &[Value]| of(statements, "authenticated");
        let elsewhere = statement(&json!({ "StringEquals": { AUD: "eu-west-1:b" } }));
        assert_eq!(told(&[statement(&here())]), Some((true, Audience::Named, true)));
        let anybody = statement(&json!({ "StringEquals": { AUD: POOL } }));
        assert_eq!(told(&[anybody]), Some((true, Audience::Named, false)));
        assert_eq!(told(&[statement(&here()), statement(&json!({}))]), Some((true, Audience::Any, false)));
        assert_eq!(told(&[statement(&here()), elsewhere.clone()]), Some((true, Audience::Named, true)), "one for each");
        assert_eq!(told(&[elsewhere]), Some((true, Audience::Others, true)));
        let lambda = json!({ "Effect": "Allow", "Principal": { "Service": "lambda.amazonaws.com" } });
        assert_eq!(told(&[lambda]).map(|it| it.0), Some(false));
        assert_eq!(Trust::of(&json!("no policy"), POOL, "authenticated"), None);
    }

    #[test]
    fn only_what_has_to_be_so_is_a_demand() {
        let audience = |conditions: Value| of(&[statement(&conditions)], "authenticated").map(|it| it.1);
        for loose in [
            json!({ "StringEqualsIfExists": { AUD: POOL } }),
            json!({ "ForAllValues:StringEquals": { AUD: POOL } }),
            json!({ "StringNotEquals": { AUD: "eu-west-1:b" } }),
            json!({ "Null": { AUD: "false" } }),
            json!({ "StringLike": { AUD: "eu-west-1:*" } }),
            json!({ "StringLike": { AUD: [POOL, "*"] } }),
            json!({ "StringEquals": { AUD: "${cognito-identity.amazonaws.com:aud}" } }),
            json!({ "StringEquals": { "graph.facebook.com:aud": POOL } }),
        ] {
            assert_eq!(audience(loose.clone()), Some(Audience::Any), "{loose}");
        }
        for strict in [
            json!({ "StringEquals": { "Cognito-Identity.amazonaws.com:AUD": [POOL] } }),
            json!({ "StringEqualsIfExists": { AUD: POOL }, "Null": { AUD: false } }),
            json!({ "StringLike": { AUD: "eu-west-1:*" }, "StringEquals": { AUD: POOL } }),
        ] {
            assert_eq!(audience(strict.clone()), Some(Audience::Named), "{strict}");
        }
    }

    #[test]
    fn guests_and_people_who_have_signed_in_are_kept_apart_both_ways() {
        let method = |amr: Value, kind: &str| {
            let conditions = json!({ "StringEquals": { AUD: POOL }, "ForAnyValue:StringLike": { AMR: amr } });
            of(&[statement(&conditions)], kind).map(|it| it.2)
        };
        for (amr, signed_in, guests) in [
            (json!("authenticated"), true, false),
            (json!("unauthenticated"), false, true),
            (json!(["authenticated", "unauthenticated"]), false, false),
            (json!("*authenticated"), false, false),
            (json!("graph.facebook.com"), true, false),
        ] {
            assert_eq!(method(amr.clone(), "authenticated"), Some(signed_in), "{amr}");
            assert_eq!(method(amr.clone(), "unauthenticated"), Some(guests), "{amr}");
        }
    }

    #[test]
    fn the_issuers_of_all_partitions_and_everybody_are_seen() {
        for issuer in [
            "cognito-identity-us-gov.amazonaws.com",
            "cognito-identity.us-gov-east-1.amazonaws.com",
            "cognito-identity.cn-north-1.amazonaws.com.cn",
        ] {
            let mut open = statement(&json!({}));
            open["Principal"] = json!({ "Federated": issuer });
            assert_eq!(
                of(std::slice::from_ref(&open), "authenticated"),
                Some((true, Audience::Any, false)),
                "{issuer}"
            );
            open["Condition"] = json!({ "StringEquals": { format!("{issuer}:aud"): POOL },
                "ForAnyValue:StringLike": { format!("{issuer}:amr"): "authenticated" } });
            assert_eq!(of(&[open], "authenticated"), Some((true, Audience::Named, true)), "{issuer}");
        }
        for everybody in [json!("*"), json!({ "AWS": "*" }), json!({ "Federated": "*" })] {
            let mut open = statement(&json!({}));
            open["Principal"] = everybody.clone();
            assert_eq!(of(&[open], "authenticated").map(|it| it.1), Some(Audience::Any), "{everybody}");
        }
        let but = json!({ "Effect": "Allow", "NotPrincipal": { "AWS": "111122223333" }, "NotAction": "s3:*" });
        assert_eq!(of(&[but], "authenticated").map(|it| it.1), Some(Audience::Any));
        let tags = json!({ "Effect": "Allow", "Principal": { "Federated": "cognito-identity.amazonaws.com" },
            "Action": "sts:TagSession" });
        assert_eq!(of(&[statement(&here()), tags], "authenticated"), Some((true, Audience::Named, true)));
    }
}
