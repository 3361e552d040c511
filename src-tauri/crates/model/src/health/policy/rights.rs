//! What a policy gives that is too much.

use super::{Policy, Statement, covers_action, is_pattern};

/// Actions by which somebody gives themself any other right.
const TAKEOVER: [&str; 15] = [
    "iam:AddUserToGroup",
    "iam:AttachGroupPolicy",
    "iam:AttachRolePolicy",
    "iam:AttachUserPolicy",
    "iam:CreateAccessKey",
    "iam:CreateLoginProfile",
    "iam:CreatePolicyVersion",
    "iam:PassRole",
    "iam:PutGroupPolicy",
    "iam:PutRolePolicy",
    "iam:PutUserPolicy",
    "iam:SetDefaultPolicyVersion",
    "iam:UpdateAssumeRolePolicy",
    "iam:UpdateLoginProfile",
    "sts:AssumeRole",
];

/// Actions of Cognito by which somebody becomes anybody. Named one by one they may be somebody's work; a pattern that covers
/// them is none.
const ANYBODY: [&str; 6] = [
    "cognito-identity:GetOpenIdTokenForDeveloperIdentity",
    "cognito-identity:SetIdentityPoolRoles",
    "cognito-idp:AdminAddUserToGroup",
    "cognito-idp:AdminSetUserPassword",
    "cognito-idp:AdminUpdateUserAttributes",
    "cognito-idp:UpdateUserPoolClient",
];

/// Actions that read or write what people keep.
const DATA: [&str; 12] = [
    "dynamodb:BatchGetItem",
    "dynamodb:BatchWriteItem",
    "dynamodb:DeleteItem",
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "dynamodb:Query",
    "dynamodb:Scan",
    "dynamodb:UpdateItem",
    "s3:DeleteObject",
    "s3:GetObject",
    "s3:ListBucket",
    "s3:PutObject",
];

/// The variables that stand for whoever asks.
const CALLER: [&str; 4] = ["${cognito-identity.", "${cognito-identity-", "${aws:PrincipalTag/", "${aws:userid}"];

/// Data that a statement opens to everybody who has the role.
pub(crate) struct Unscoped<'a> {
    /// The actions, as they are written.
    pub(crate) actions: Vec<&'a str>,
    /// The resources, as they are written; none for all but some.
    pub(crate) resources: Vec<&'a str>,
}

impl Unscoped<'_> {
    /// Whether it opens whole services or all their resources.
    pub(crate) fn is_sweeping(&self) -> bool {
        let whole = |resource: &&str| {
            let name = resource.splitn(6, ':').last().unwrap_or_default();
            name.starts_with('*') || name.starts_with("table/*")
        };
        self.resources.is_empty() || self.actions.iter().any(|it| is_pattern(it)) || self.resources.iter().any(whole)
    }
}

impl Policy {
    /// What gives nearly everything away, in words; empty when nothing does. What else the policy denies is not looked at.
    pub(crate) fn sweeping(&self) -> Vec<String> {
        self.allowing().flat_map(Statement::sweeping).collect()
    }

    /// The data in S3 and `DynamoDB` that it opens without asking whose they are.
    pub(crate) fn unscoped(&self) -> Vec<Unscoped<'_>> {
        self.allowing().filter_map(Statement::unscoped).collect()
    }
}

impl Statement {
    fn sweeping(&self) -> Vec<String> {
        if !self.has("Action") {
            return vec![match self.texts("NotAction").join(", ") {
                none if none.is_empty() => "do everything".to_owned(),
                but => format!("do everything but {but}"),
            }];
        }
        self.texts("Action").into_iter().filter(|action| sweeps(action)).map(str::to_owned).collect()
    }

    fn unscoped(&self) -> Option<Unscoped<'_>> {
        let about = |action: &&str| DATA.iter().any(|data| covers_action(action, data));
        let actions: Vec<&str> = self.texts("Action").into_iter().filter(about).collect();
        let resources = self.texts("Resource");
        let is_own = |resource: &&str| CALLER.iter().any(|variable| resource.contains(variable));
        let scoped = !resources.is_empty() && resources.iter().all(is_own);
        let asked = self.conditions.iter().any(|condition| condition.is_about_the_caller(&CALLER));
        (!actions.is_empty() && !scoped && !asked).then_some(Unscoped { actions, resources })
    }
}

/// Whether an action, as a policy writes it, gives nearly everything away.
fn sweeps(action: &str) -> bool {
    let Some((service, _)) = action.split_once(':') else { return is_pattern(action) };
    let covered = |all: &[&str]| all.iter().any(|one| covers_action(action, one));
    is_pattern(service) || covered(&TAKEOVER) || (is_pattern(action) && covered(&ANYBODY))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::Policy;

    fn policy(statement: &Value) -> Option<Policy> {
        Policy::read(&json!({ "Statement": statement }))
    }

    #[test]
    fn patterns_and_exceptions_give_nearly_everything_as_well_as_stars_do() {
        let sweeping = |statement: Value| policy(&statement).map(|policy| policy.sweeping().join(", "));
        let of = |action: &str| sweeping(json!({ "Effect": "Allow", "Action": [action], "Resource": "*" }));
        for wide in ["*", "*:*", "cognito-*:*", "iam:*", "iam:Pass*", "IAM:passrole", "sts:Assume?ole", "cognito-idp:*"]
        {
            assert_eq!(of(wide).as_deref(), Some(wide));
        }
        for narrow in
            ["s3:GetObject", "iam:GetRole", "cognito-idp:AdminSetUserPassword", "cognito-idp:List*", "sts:Get*"]
        {
            assert_eq!(of(narrow).as_deref(), Some(""), "{narrow}");
        }
        let but = json!({ "Effect": "Allow", "NotAction": ["iam:*", "organizations:*"], "Resource": "*" });
        assert_eq!(sweeping(but).as_deref(), Some("do everything but iam:*, organizations:*"));
        assert_eq!(sweeping(json!({ "Effect": "Deny", "Action": "*" })).as_deref(), Some(""));
    }

    #[test]
    fn what_is_no_policy_is_not_read_as_one_that_gives_nothing() {
        for nothing in [json!(null), json!("%7B"), json!({}), json!([]), json!({ "Statement": "x" })] {
            assert!(Policy::read(&nothing).is_none(), "{nothing}");
        }
        for statement in [json!({ "Action": "*" }), json!({ "Effect": "Maybe" }), json!([1])] {
            assert!(policy(&statement).is_none(), "{statement}");
        }
        assert!(policy(&json!({ "Effect": "Allow", "Condition": { "StringEquals": "x" } })).is_none());
    }

    #[test]
    fn data_are_for_everybody_unless_resource_or_condition_name_whoever_asks() {
        let of = |more: Value| {
            let mut statement = json!({ "Effect": "Allow", "Action": ["dynamodb:Query", "dynamodb:ListTables"] });
            statement
                .as_object_mut()
                .into_iter()
                .for_each(|all| all.extend(more.as_object().cloned().unwrap_or_default()));
            let policy = policy(&statement)?;
            let found = policy.unscoped();
            Some(found.first().map(|it| (it.actions.join(","), it.is_sweeping())))
        };
        let open = |sweeping| Some(Some(("dynamodb:Query".to_owned(), sweeping)));
        let table = "arn:aws:dynamodb:eu-west-1:111122223333:table/orders";
        assert_eq!(of(json!({ "Resource": table })), open(false));
        assert_eq!(of(json!({ "Resource": "*" })), open(true));
        assert_eq!(of(json!({ "NotResource": table })), open(true));
        let keys = json!({ "ForAllValues:StringEquals": {
            "dynamodb:LeadingKeys": ["${cognito-identity.amazonaws.com:sub}"] } });
        assert_eq!(of(json!({ "Resource": table, "Condition": keys })), Some(None));
        let own = "arn:aws:s3:::files/${cognito-identity-us-gov.amazonaws.com:sub}/*";
        assert_eq!(of(json!({ "Action": "s3:*", "Resource": own })), Some(None));
        assert_eq!(
            of(json!({ "Action": "s3:*", "Resource": [own, "arn:aws:s3:::files"] })).flatten().map(|it| it.1),
            Some(true)
        );
        assert_eq!(of(json!({ "Action": "s3:GetBucketLocation", "Resource": "*" })), Some(None));
    }
}
