//! Who may take a role through identity pools, and whether it may do too much (IAM `GetRole` and the policies of a role).

use serde_json::Value;

use super::case::Case;
use super::policy::{allows, condition, statements, trusts};
use super::rules::excessive;
use super::snapshot::Snapshot;

const FEDERATED: &str = "cognito-identity.amazonaws.com";

/// What a role's trust policy says about one identity pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trust {
    /// Whether anybody can take the role through identity pools at all (`cognito-identity.amazonaws.com`).
    pub federated: bool,
    /// Whether each statement that allows it asks for this identity pool (`aud`).
    pub audience: bool,
    /// Whether each statement that allows it asks how somebody came (`amr`).
    pub method: bool,
}

impl Trust {
    /// What a trust policy, an object or a text as IAM writes it, says about an identity pool, and about people who came as
    /// `kind` says: `authenticated` or `unauthenticated`.
    #[must_use]
    pub fn of(document: &Value, identity_pool: &str, kind: &str) -> Self {
        let all = statements(document);
        let ours = all.iter().filter(|it| allows(it) && trusts(it, "Federated", FEDERATED));
        let mut trust = Self { federated: false, audience: true, method: true };
        for statement in ours {
            trust.federated = true;
            trust.audience &= condition(statement, "cognito-identity.amazonaws.com:aud").contains(&identity_pool);
            trust.method &= condition(statement, "cognito-identity.amazonaws.com:amr").contains(&kind);
        }
        trust
    }

    /// Whether the role is for this identity pool and such people alone.
    #[must_use]
    pub fn is_narrow(&self) -> bool {
        self.federated && self.audience && self.method
    }
}

impl std::fmt::Display for Trust {
    /// In a sentence.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match (self.federated, self.audience, self.method) {
            (false, ..) => "Its trust policy does not trust cognito-identity.amazonaws.com, so nobody gets it here.",
            (true, true, true) => "Its trust policy asks for this identity pool (aud) and how somebody came (amr).",
            (true, false, true) => "Its trust policy does not ask for this identity pool (aud): any may give it.",
            (true, true, false) => "Its trust policy does not ask how somebody came (amr).",
            (true, false, false) => {
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
    use serde_json::json;

    use super::Trust;

    #[test]
    fn a_role_is_for_one_identity_pool_only_where_every_statement_asks_for_it() {
        let statement = |conditions| {
            json!({ "Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity", "Condition": conditions,
                "Principal": { "Federated": "cognito-identity.amazonaws.com" } })
        };
        let good = statement(json!({ "StringEquals": { "cognito-identity.amazonaws.com:aud": "eu-west-1:a" },
            "ForAnyValue:StringLike": { "cognito-identity.amazonaws.com:amr": "authenticated" } }));
        let anybody = statement(json!({ "StringEquals": { "cognito-identity.amazonaws.com:aud": "eu-west-1:a" } }));
        let open = statement(json!({}));
        let of = |statements: &[&serde_json::Value]| {
            let trust = Trust::of(&json!({ "Statement": statements }), "eu-west-1:a", "authenticated");
            (trust.federated, trust.audience, trust.method)
        };
        assert_eq!(of(&[&good]), (true, true, true));
        assert_eq!(of(&[&anybody]), (true, true, false));
        assert_eq!(of(&[&good, &open]), (true, false, false));
        let other = Trust::of(&json!({ "Statement": [good] }), "eu-west-1:b", "authenticated");
        assert!(!other.audience && !other.is_narrow(), "{other}");
        let lambda = json!({ "Effect": "Allow", "Principal": { "Service": "lambda.amazonaws.com" } });
        assert!(!Trust::of(&json!({ "Statement": [lambda] }), "eu-west-1:a", "authenticated").federated);
    }
}
