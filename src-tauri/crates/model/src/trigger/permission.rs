//! For which pools a function's policy lets Cognito call it (Lambda `GetPolicy`).

use serde_json::Value;

use crate::health::policy::{allows, condition, covers, statements, texts, trusts};

const COGNITO: &str = "cognito-idp.amazonaws.com";
const CALL: &str = "lambda:InvokeFunction";

/// For which pools Cognito may call a function, the widest of what its policy allows.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Permission {
    /// Not for this one.
    Nobody,
    /// For this one alone (`AWS:SourceArn` is the pool's ARN).
    Pool,
    /// For this one and whatever else fits the pattern in `AWS:SourceArn`.
    Pattern(String),
    /// For every pool of its account (`AWS:SourceAccount` alone).
    Account,
    /// For every pool of every account: there is neither condition.
    Anyone,
}

impl Permission {
    /// What a function's policy says about the pool of this ARN. `policy` is the document, as an object or as text; without
    /// one nobody may call.
    #[must_use]
    pub fn of(policy: &Value, pool: &str) -> Self {
        let statements = statements(policy);
        let denies = |it: &Value| {
            it.get("Effect").and_then(Value::as_str) == Some("Deny") && it.get("Condition").is_none() && is_about(it)
        };
        if statements.iter().any(denies) {
            return Self::Nobody;
        }
        let allowed = statements.iter().filter(|it| allows(it) && is_about(it));
        allowed.map(|it| Self::given(it, pool)).max().unwrap_or(Self::Nobody)
    }

    /// What one statement gives.
    fn given(statement: &Value, pool: &str) -> Self {
        let account = pool.split(':').nth(4).unwrap_or_default();
        let (sources, accounts) = (condition(statement, "AWS:SourceArn"), condition(statement, "AWS:SourceAccount"));
        if !accounts.is_empty() && !accounts.iter().any(|it| covers(it, account)) {
            return Self::Nobody;
        }
        if sources.is_empty() {
            return if accounts.is_empty() { Self::Anyone } else { Self::Account };
        }
        let fitting = sources.into_iter().filter(|source| covers(source, pool));
        let kind = |source: &str| if source == pool { Self::Pool } else { Self::Pattern(source.to_owned()) };
        fitting.map(kind).max().unwrap_or(Self::Nobody)
    }

    /// Whether Cognito may call the function for the pool.
    #[must_use]
    pub fn is_given(&self) -> bool {
        *self != Self::Nobody
    }

    /// Whether pools of other accounts may have it called, too.
    #[must_use]
    pub fn is_for_strangers(&self) -> bool {
        match self {
            Self::Anyone => true,
            // In `arn:aws:cognito-idp:REGION:ACCOUNT:userpool/ID` the account is the fifth part.
            Self::Pattern(pattern) => pattern.split(':').nth(4).is_none_or(|account| account.contains(['*', '?'])),
            Self::Nobody | Self::Pool | Self::Account => false,
        }
    }

    /// Its name: `nobody`, `pool`, `pattern`, `account`, `anyone`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Nobody => "nobody",
            Self::Pool => "pool",
            Self::Pattern(_) => "pattern",
            Self::Account => "account",
            Self::Anyone => "anyone",
        }
    }
}

impl std::fmt::Display for Permission {
    /// In a sentence.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Nobody => write!(f, "{COGNITO} may not call it for this pool."),
            Self::Pool => f.write_str("Cognito may call it for this pool alone."),
            Self::Pattern(pattern) => write!(f, "Cognito may call it for any pool that fits {pattern}."),
            Self::Account => {
                f.write_str("Cognito may call it for any pool of the account (AWS:SourceAccount, no AWS:SourceArn).")
            }
            Self::Anyone => write!(f, "{COGNITO} may call it for any pool of any account (no AWS:SourceArn)."),
        }
    }
}

/// Whether a statement is about Cognito calling the function. One that names no action is.
fn is_about(statement: &Value) -> bool {
    let actions = texts(statement, "Action");
    let calls = |action: &&str| covers(&action.to_ascii_lowercase(), &CALL.to_ascii_lowercase());
    trusts(statement, "Service", COGNITO) && (actions.is_empty() || actions.iter().any(calls))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::Permission;

    const POOL: &str = "arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_Abcdefghi";

    fn of(condition: &Value) -> Permission {
        let statement = json!({ "Effect": "Allow", "Principal": { "Service": "cognito-idp.amazonaws.com" },
            "Action": "lambda:InvokeFunction", "Condition": condition });
        Permission::of(&json!({ "Statement": [statement] }).to_string().into(), POOL)
    }

    #[test]
    fn the_source_decides_for_which_pools_a_function_may_be_called() {
        let like = |arn: &str| json!({ "ArnLike": { "AWS:SourceArn": arn } });
        let pattern = |arn: &str| Permission::Pattern(arn.to_owned());
        let account = |id: &str| json!({ "StringEquals": { "aws:sourceaccount": id } });
        for (condition, expected, strangers) in [
            (like(POOL), Permission::Pool, false),
            (like("arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_Other"), Permission::Nobody, false),
            (
                like("arn:aws:cognito-idp:*:111122223333:userpool/*"),
                pattern("arn:aws:cognito-idp:*:111122223333:userpool/*"),
                false,
            ),
            (like("arn:aws:cognito-idp:*:*:userpool/*"), pattern("arn:aws:cognito-idp:*:*:userpool/*"), true),
            (like("*"), pattern("*"), true),
            (account("111122223333"), Permission::Account, false),
            (account("444455556666"), Permission::Nobody, false),
            (Value::Null, Permission::Anyone, true),
        ] {
            let is = of(&condition);
            assert_eq!((is.is_for_strangers(), is), (strangers, expected), "{condition}");
        }
        let both =
            json!({ "ArnLike": { "AWS:SourceArn": POOL }, "StringEquals": { "AWS:SourceAccount": "444455556666" } });
        assert_eq!(of(&both), Permission::Nobody, "both conditions have to hold");
    }

    #[test]
    fn other_services_other_actions_and_denials_give_nothing() {
        let all =
            json!({ "Effect": "Allow", "Principal": { "Service": "cognito-idp.amazonaws.com" }, "Action": "lambda:*" });
        let with = |place: &str, value: Value| {
            let mut changed = all.clone();
            changed[place] = value;
            changed
        };
        let of = |statements: &[&Value]| Permission::of(&json!({ "Statement": statements }), POOL);
        assert_eq!(of(&[&all]), Permission::Anyone);
        assert_eq!(of(&[&with("Principal", json!({ "Service": "s3.amazonaws.com" }))]), Permission::Nobody);
        assert_eq!(of(&[&with("Action", json!("lambda:GetFunction"))]), Permission::Nobody);
        assert_eq!(of(&[&all, &with("Effect", json!("Deny"))]), Permission::Nobody);
        assert_eq!(Permission::of(&Value::Null, POOL), Permission::Nobody, "without a policy nobody may");
    }
}
