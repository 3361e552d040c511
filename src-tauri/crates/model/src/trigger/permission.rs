//! For which pools a function's policy lets Cognito call it (Lambda `GetPolicy`).

use std::cmp::Reverse;

use serde_json::Value;

use crate::health::policy::{Policy, Statement, covers, is_pattern};

const COGNITO: &str = "cognito-idp.amazonaws.com";
const CALL: &str = "lambda:InvokeFunction";
const SOURCE: &str = "aws:SourceArn";
const ACCOUNT: &str = "aws:SourceAccount";

/// For which pools Cognito may call a function, the widest of what its policy allows.
#[derive(Debug, Clone, PartialEq, Eq)]
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

/// What a function's policy says about Cognito.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permitted {
    /// Whether and how widely it may be called for the pool.
    pub here: Permission,
    /// The widest of all that the policy allows, also where this pool does not fit; [`Permission::Nobody`] when Cognito may not
    /// call it for any pool.
    pub widest: Permission,
}

/// Why a function's policy does not tell whether Cognito may call it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unclear {
    /// It is no policy in a form of IAM's.
    Unreadable,
    /// It depends on keys that are not known from here.
    Depends(Vec<String>),
}

impl std::fmt::Display for Unclear {
    /// In a sentence.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unreadable => f.write_str("The function's policy cannot be read as one."),
            Self::Depends(keys) => {
                write!(f, "Whether Cognito may call it depends on {}, which is not known from here.", keys.join(", "))
            }
        }
    }
}

impl Permitted {
    /// What a function's policy says about the pool of this ARN. `policy` is the document, as an object or as text.
    ///
    /// # Errors
    /// What makes that unclear.
    pub fn of(policy: &Value, pool: &str) -> Result<Self, Unclear> {
        let policy = Policy::read(policy).ok_or(Unclear::Unreadable)?;
        let account = pool.split(':').nth(4).unwrap_or_default();
        let values = [(SOURCE, pool), (ACCOUNT, account)];
        let allowed: Vec<&Statement> = policy.allowing().filter(|it| is_about_calls(it)).collect();
        let widest = widest(allowed.iter().map(|it| Permission::of(it, pool, account)));
        let denied: Vec<&Statement> = policy.denying().filter(|it| is_about_calls(it)).collect();
        if denied.iter().any(|it| it.holds(&values) == Some(true)) {
            return Ok(Self { here: Permission::Nobody, widest });
        }
        let certain = allowed.iter().filter(|it| it.holds(&values) == Some(true));
        let given = self::widest(certain.map(|it| Permission::of(it, pool, account)));
        // What is given anyway does not hang on what may be given besides.
        let perhaps = allowed.iter().filter(|it| !given.is_given() && it.holds(&values).is_none());
        let doubtful = denied.iter().filter(|it| it.holds(&values).is_none()).chain(perhaps);
        let mut keys: Vec<String> = doubtful.flat_map(|it| it.unknown_keys(&values)).map(str::to_owned).collect();
        keys.sort();
        keys.dedup();
        if keys.is_empty() { Ok(Self { here: given, widest }) } else { Err(Unclear::Depends(keys)) }
    }
}

impl Permission {
    /// For which pools one statement lets it be called, this one or others.
    fn of(statement: &Statement, pool: &str, account: &str) -> Self {
        let accounts = statement.demands(|key| key.eq_ignore_ascii_case(ACCOUNT));
        let accounts = accounts.iter().find_map(|it| it.definite());
        let own = accounts.is_some_and(|all| all.iter().all(|one| one == account));
        let of_value = |source: &String| {
            if source == pool {
                return Self::Pool;
            }
            let pattern = Self::Pattern(source.clone());
            if own && pattern.is_for_strangers() { Self::Account } else { pattern }
        };
        // Each of several conditions has to hold, so the narrowest counts.
        let sources = statement.demands(|key| key.eq_ignore_ascii_case(SOURCE));
        let limits = sources.iter().map(|source| widest(source.values().iter().map(of_value)));
        limits.min_by_key(Self::reach).unwrap_or_else(|| match accounts {
            None => Self::Anyone,
            Some(all) => widest(all.iter().map(|one| {
                let pools = format!("arn:*:cognito-idp:*:{one}:userpool/*");
                if one == account { Self::Account } else { Self::Pattern(pools) }
            })),
        })
    }

    /// How wide it is: by what it allows, and among patterns by how little of them stands for itself.
    fn reach(&self) -> (u8, Reverse<usize>) {
        let stands = |pattern: &str| pattern.chars().filter(|letter| !matches!(letter, '*' | '?')).count();
        match self {
            Self::Nobody => (0, Reverse(0)),
            Self::Pool => (1, Reverse(0)),
            Self::Pattern(pattern) if self.is_for_strangers() => (4, Reverse(stands(pattern))),
            Self::Pattern(pattern) => (2, Reverse(stands(pattern))),
            Self::Account => (3, Reverse(0)),
            Self::Anyone => (5, Reverse(0)),
        }
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
            Self::Pattern(pattern) => {
                pattern.split(':').nth(4).is_none_or(|account| is_pattern(account) || account.contains("${"))
            }
            Self::Nobody | Self::Pool | Self::Account => false,
        }
    }

    /// Whether every pool of an account may have it called, though not those of every account.
    #[must_use]
    pub fn is_for_an_account(&self) -> bool {
        match self {
            Self::Account => true,
            Self::Pattern(pattern) => {
                let pools = pattern.splitn(6, ':').last().unwrap_or_default();
                covers(pools, "userpool/any-region-1_Any000000")
            }
            Self::Nobody | Self::Pool | Self::Anyone => false,
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

/// The widest of some; [`Permission::Nobody`] of none.
fn widest(all: impl Iterator<Item = Permission>) -> Permission {
    all.max_by_key(Permission::reach).unwrap_or(Permission::Nobody)
}

/// Whether a statement is about Cognito calling the function.
fn is_about_calls(statement: &Statement) -> bool {
    statement.is_about_principal("Service", |name| name == COGNITO) && statement.is_about(CALL)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Permission, Permitted, Unclear};

    const POOL: &str = "arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_Abcdefghi";
    const OF_ACCOUNT: &str = "arn:aws:cognito-idp:*:111122223333:userpool/*";
    const OF_ALL: &str = "arn:aws:cognito-idp:*:*:userpool/*";

    fn statement(condition: &Value) -> Value {
        json!({ "Effect": "Allow", "Principal": { "Service": "cognito-idp.amazonaws.com" },
            "Action": "lambda:InvokeFunction", "Condition": condition })
    }

    fn told(statements: &[Value]) -> Result<Permitted, Unclear> {
        Permitted::of(&json!({ "Statement": statements }).to_string().into(), POOL)
    }

    fn here(statements: &[Value]) -> Option<Permission> {
        told(statements).ok().map(|told| told.here)
    }

    fn like(arn: &str) -> Value {
        json!({ "ArnLike": { "AWS:SourceArn": arn } })
    }

    fn account(id: &str) -> Value {
        json!({ "StringEquals": { "aws:sourceaccount": id } })
    }

    #[test]
    fn the_source_decides_for_which_pools_a_function_may_be_called() {
        let pattern = |arn: &str| Permission::Pattern(arn.to_owned());
        for (condition, expected, strangers) in [
            (like(POOL), Permission::Pool, false),
            (like("arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_Other"), Permission::Nobody, false),
            (like(OF_ACCOUNT), pattern(OF_ACCOUNT), false),
            (like(OF_ALL), pattern(OF_ALL), true),
            (like("*"), pattern("*"), true),
            (account("111122223333"), Permission::Account, false),
            (account("444455556666"), Permission::Nobody, false),
            (json!({ "StringLike": { "aws:SourceAccount": "*" } }), Permission::Anyone, true),
            (json!({ "ArnLikeIfExists": { "AWS:SourceArn": POOL } }), Permission::Anyone, true),
            (json!({ "ArnNotLike": { "AWS:SourceArn": OF_ACCOUNT } }), Permission::Nobody, false),
            (json!({ "ArnNotLike": { "AWS:SourceArn": "arn:aws:s3:::x" } }), Permission::Anyone, true),
            (json!({ "Null": { "AWS:SourceArn": "true" } }), Permission::Nobody, false),
            (Value::Null, Permission::Anyone, true),
        ] {
            let is = here(&[statement(&condition)]);
            assert_eq!(is.as_ref().map(Permission::is_for_strangers), Some(strangers), "{condition}");
            assert_eq!(is, Some(expected), "{condition}");
        }
        let both =
            json!({ "ArnLike": { "AWS:SourceArn": POOL }, "StringEquals": { "AWS:SourceAccount": "444455556666" } });
        assert_eq!(here(&[statement(&both)]), Some(Permission::Nobody), "both conditions have to hold");
        let own =
            json!({ "ArnLike": { "AWS:SourceArn": OF_ALL }, "StringEquals": { "AWS:SourceAccount": "111122223333" } });
        assert_eq!(here(&[statement(&own)]), Some(Permission::Account));
    }

    #[test]
    fn the_widest_is_what_allows_most() {
        let all = |conditions: &[Value]| here(&conditions.iter().map(statement).collect::<Vec<_>>());
        assert_eq!(all(&[account("111122223333"), like(OF_ALL)]), Some(Permission::Pattern(OF_ALL.to_owned())));
        assert_eq!(all(&[like(OF_ALL), like("*"), like(POOL)]), Some(Permission::Pattern("*".to_owned())));
        assert_eq!(all(&[like(OF_ACCOUNT), account("111122223333")]), Some(Permission::Account));
        assert_eq!(all(&[like("*"), Value::Null]), Some(Permission::Anyone));
    }

    #[test]
    fn what_is_open_to_others_is_seen_where_this_pool_does_not_fit() {
        let strangers = "arn:aws:cognito-idp:us-east-1:*:userpool/*";
        let told = told(&[statement(&like(strangers))]);
        let expected = Permitted { here: Permission::Nobody, widest: Permission::Pattern(strangers.to_owned()) };
        assert_eq!(told, Ok(expected));
    }

    #[test]
    fn what_cannot_be_read_or_hangs_on_something_else_is_unclear() {
        for nothing in [Value::Null, json!("x"), json!({}), json!({ "Statement": [{ "Action": "*" }] })] {
            assert_eq!(Permitted::of(&nothing, POOL), Err(Unclear::Unreadable), "{nothing}");
        }
        let organization = statement(&json!({ "StringEquals": { "aws:PrincipalOrgID": "o-1" } }));
        assert_eq!(
            told(std::slice::from_ref(&organization)),
            Err(Unclear::Depends(vec!["aws:PrincipalOrgID".to_owned()]))
        );
        let plain = statement(&like(POOL));
        assert_eq!(here(&[plain.clone(), organization.clone()]), Some(Permission::Pool), "it is given anyway");
        let mut perhaps = organization;
        perhaps["Effect"] = json!("Deny");
        assert!(told(&[plain, perhaps]).is_err());
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
        assert_eq!(here(std::slice::from_ref(&all)), Some(Permission::Anyone));
        assert_eq!(here(&[with("Principal", json!({ "AWS": "*" }))]), Some(Permission::Anyone));
        assert_eq!(here(&[with("Principal", json!({ "Service": "s3.amazonaws.com" }))]), Some(Permission::Nobody));
        assert_eq!(here(&[with("Action", json!("lambda:GetFunction"))]), Some(Permission::Nobody));
        assert_eq!(here(&[all.clone(), with("Effect", json!("Deny"))]), Some(Permission::Nobody));
    }
}
