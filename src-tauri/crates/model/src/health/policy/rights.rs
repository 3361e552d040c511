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

/// What takes rights away again: what any policy of a role denies, and its permissions boundary.
#[derive(Default)]
pub(crate) struct Limits<'a> {
    denying: Vec<&'a Statement>,
    boundary: Option<&'a Policy>,
}

impl<'a> Limits<'a> {
    /// What these policies deny, the boundary's own refusals among them, and what the boundary lets through.
    pub(crate) fn of(policies: &'a [Policy], boundary: Option<&'a Policy>) -> Self {
        let denying = policies.iter().chain(boundary).flat_map(Policy::denying);
        Self { denying: denying.filter(|statement| statement.is_everywhere()).collect(), boundary }
    }

    /// Whether an action is given when a policy allows it: denied nowhere without a condition, and let through.
    fn gives(&self, action: &str) -> bool {
        let lets = |boundary: &Policy| boundary.allowing().any(|statement| statement.is_about(action));
        self.boundary.is_none_or(lets) && !self.denying.iter().any(|statement| statement.is_about(action))
    }

    /// Whether something is left of an action, as a policy writes it, that gives nearly everything away; `None` stands for every
    /// action.
    fn leave(&self, action: Option<&str>) -> bool {
        let action = action.unwrap_or("*");
        // The question mark of a refusal is one letter, and never all that the star of what is allowed stands for.
        let denied = |it: &&str| covers_action(it, action) && !(is_pattern(action) && it.contains('?'));
        if self.denying.iter().any(|statement| statement.texts("Action").iter().any(denied)) {
            return false;
        }
        let service = action.split_once(':').map_or(action, |(service, _)| service);
        let wide = is_pattern(service);
        let whole = |boundary: &Policy| boundary.allowing().any(Statement::covers_services);
        if wide && self.boundary.is_none_or(whole) {
            return true;
        }
        let further = if is_pattern(action) { ANYBODY.as_slice() } else { &[] };
        TAKEOVER.iter().chain(further).any(|one| covers_action(action, one) && self.gives(one))
    }

    /// Whether every right, where one gives them all, is still there.
    pub(crate) fn leave_everything(&self) -> bool {
        self.leave(None)
    }

    /// Whether data that an action, as a policy writes it, reaches are still reached, whosever they are.
    fn leave_open(&self, action: &str) -> bool {
        let open = |boundary: &Policy, data: &str| {
            boundary.allowing().any(|statement| statement.is_about(data) && !statement.is_scoped())
        };
        let lets = |data: &str| self.boundary.is_none_or(|boundary| open(boundary, data));
        DATA.iter().any(|data| {
            let denied = self.denying.iter().any(|statement| statement.is_about(data));
            covers_action(action, data) && !denied && lets(data)
        })
    }
}

impl Policy {
    /// What gives nearly everything away in spite of what takes it away again, in words; empty when nothing does.
    pub(crate) fn sweeping(&self, limits: &Limits<'_>) -> Vec<String> {
        self.allowing().flat_map(|statement| statement.sweeping(limits)).collect()
    }

    /// The data in S3 and `DynamoDB` that it opens without asking whose they are, and that nothing closes again.
    pub(crate) fn unscoped(&self, limits: &Limits<'_>) -> Vec<Unscoped<'_>> {
        self.allowing().filter_map(|statement| statement.unscoped(limits)).collect()
    }
}

impl Statement {
    fn sweeping(&self, limits: &Limits<'_>) -> Vec<String> {
        if !self.has("Action") {
            if !limits.leave(None) {
                return Vec::new();
            }
            return vec![match self.texts("NotAction").join(", ") {
                none if none.is_empty() => "do everything".to_owned(),
                but => format!("do everything but {but}"),
            }];
        }
        let left = |action: &&str| sweeps(action) && limits.leave(Some(action));
        self.texts("Action").into_iter().filter(left).map(str::to_owned).collect()
    }

    fn unscoped(&self, limits: &Limits<'_>) -> Option<Unscoped<'_>> {
        let about = |action: &&str| DATA.iter().any(|data| covers_action(action, data)) && limits.leave_open(action);
        let actions: Vec<&str> = if self.has("Action") {
            self.texts("Action").into_iter().filter(about).collect()
        } else {
            // All but some: those data that are none of these.
            DATA.into_iter().filter(|data| self.is_about(data) && limits.leave_open(data)).collect()
        };
        (!actions.is_empty() && !self.is_scoped()).then(|| Unscoped { actions, resources: self.texts("Resource") })
    }

    /// Whether it is about what belongs to whoever asks alone.
    fn is_scoped(&self) -> bool {
        let resources = self.texts("Resource");
        let is_own = |resource: &&str| CALLER.iter().any(|variable| resource.contains(variable));
        let asked = self.conditions.iter().any(|condition| condition.is_about_the_caller(&CALLER));
        asked || !resources.is_empty() && resources.iter().all(is_own)
    }

    /// Whether it holds for every resource, whatever the circumstances.
    fn is_everywhere(&self) -> bool {
        self.conditions.is_empty() && self.texts("Resource").contains(&"*")
    }

    /// Whether it is about services by a pattern, or about all but some actions.
    fn covers_services(&self) -> bool {
        let wide = |action: &str| is_pattern(action.split_once(':').map_or(action, |(service, _)| service));
        !self.has("Action") || self.texts("Action").into_iter().any(wide)
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

    use super::{Limits, Policy};

    fn policy(statement: &Value) -> Option<Policy> {
        Policy::read(&json!({ "Statement": statement }))
    }

    #[test]
    fn patterns_and_exceptions_give_nearly_everything_as_well_as_stars_do() {
        let sweeping =
            |statement: Value| policy(&statement).map(|policy| policy.sweeping(&Limits::default()).join(", "));
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
            let found = policy.unscoped(&Limits::default());
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

    #[test]
    fn what_is_denied_without_a_condition_and_what_a_boundary_keeps_out_is_not_given() {
        let allows = |action: &str| json!({ "Effect": "Allow", "Action": action, "Resource": "*" });
        let denies = |actions: Value| json!({ "Effect": "Deny", "Action": actions, "Resource": "*" });
        let left = |statements: Value, boundary: Option<Value>| {
            let (all, boundary) = ([policy(&statements)?], boundary.and_then(|boundary| policy(&boundary)));
            let limits = Limits::of(&all, boundary.as_ref());
            Some((all[0].sweeping(&limits).join(","), all[0].unscoped(&limits).len()))
        };
        let nothing = Some((String::new(), 0));
        let pass = |more: Value| json!([allows("iam:PassRole"), more]);
        assert_eq!(left(pass(denies(json!("iam:*"))), None), nothing);
        assert_eq!(left(pass(denies(json!(["iam:Pass*", "s3:*"]))), None), nothing);
        let sometimes = json!({ "Effect": "Deny", "Action": "iam:*", "Resource": "*",
            "Condition": { "Bool": { "aws:MultiFactorAuthPresent": "false" } } });
        assert_eq!(left(pass(sometimes), None).map(|it| it.0).as_deref(), Some("iam:PassRole"));
        let somewhere = json!({ "Effect": "Deny", "Action": "iam:*", "Resource": "arn:aws:iam::1:role/a" });
        assert_eq!(left(pass(somewhere), None).map(|it| it.0).as_deref(), Some("iam:PassRole"));
        let most = json!([allows("iam:*"), denies(json!("iam:PassRole"))]);
        assert_eq!(left(most, None).map(|it| it.0).as_deref(), Some("iam:*"), "the others are left");
        assert_eq!(left(json!([allows("*"), denies(json!("*"))]), None), nothing);
        let short = json!([allows("iam:Pass*"), denies(json!("iam:Pass?"))]);
        assert_eq!(left(short, None).map(|it| it.0).as_deref(), Some("iam:Pass*"), "one letter is denied");

        let own = "arn:aws:s3:::files/${cognito-identity.amazonaws.com:sub}/*";
        let files = json!([{ "Effect": "Allow", "Action": "s3:*", "Resource": own }]);
        for wide in ["*", "iam:*", "cognito-idp:*", "s3:*"] {
            assert_eq!(left(json!([allows(wide)]), Some(files.clone())), nothing, "{wide}");
        }
        let but = json!([{ "Effect": "Allow", "NotAction": "iam:*", "Resource": "*" }]);
        assert_eq!(left(but.clone(), Some(json!([allows("s3:*")]))), Some((String::new(), 1)), "everybody's files");
        assert_eq!(left(but, Some(files)), nothing);
        assert_eq!(
            left(json!([allows("*")]), Some(json!([allows("iam:Get*"), allows("sts:AssumeRole")])))
                .map(|it| it.0)
                .as_deref(),
            Some("*")
        );
        assert_eq!(left(json!([allows("s3:*")]), Some(json!([allows("s3:Get*")]))), Some((String::new(), 1)));
        assert_eq!(left(json!([allows("*")]), Some(json!([allows("*")]))).map(|it| it.0).as_deref(), Some("*"));
    }
}
