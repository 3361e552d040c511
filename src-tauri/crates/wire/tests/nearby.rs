//! What Lambda and IAM say, as a person reads it.
#![expect(clippy::unwrap_used, reason = "a test says what went wrong by panicking")]

use model::health::{Answer, Snapshot};
use serde_json::json;
use wire::nearby::{FunctionsView, RolesView};

const FUNCTION: &str = "arn:aws:lambda:eu-west-1:111122223333:function:gate";

fn with_triggers() -> Snapshot {
    let pool = model::PoolId::parse("eu-west-1_Abcdefghi").unwrap();
    let mut snapshot = Snapshot::new(pool, jiff::Timestamp::UNIX_EPOCH);
    let body = json!({ "UserPool": { "Arn": "arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_Abcdefghi",
        "LambdaConfig": { "PreSignUp": FUNCTION, "PostConfirmation": FUNCTION } } });
    snapshot.put("DescribeUserPool", "", Answer::Given(body));
    snapshot
}

#[test]
fn what_is_denied_is_unknown_and_has_its_policy_and_what_is_gone_is_an_answer() {
    let mut denied = with_triggers();
    denied.put("GetPolicy", FUNCTION, Answer::Denied { iam_action: "lambda:GetPolicy".to_owned() });
    denied.put("GetFunctionConfiguration", FUNCTION, Answer::Given(json!({ "Runtime": "nodejs22.x", "Timeout": 3 })));
    let view = FunctionsView::from(&denied);
    let [function] = view.functions.as_slice() else { panic!("one function for both triggers") };
    assert_eq!((function.permission.as_deref(), &*function.says), (None, "unknown: needs lambda:GetPolicy"));
    assert_eq!((function.runtime.as_deref(), function.timeout_seconds), (Some("nodejs22.x"), Some(3)));
    assert!(view.policy.unwrap().contains("lambda:GetPolicy"));

    let mut gone = with_triggers();
    let refused = || Answer::Refused { code: "ResourceNotFoundException".to_owned() };
    gone.put("GetPolicy", FUNCTION, refused());
    gone.put("GetFunctionConfiguration", FUNCTION, refused());
    let view = FunctionsView::from(&gone);
    assert_eq!(view.functions[0].permission.as_deref(), Some("nobody"));
    assert!(view.functions[0].says.starts_with("There is no such function"), "{}", view.functions[0].says);
    assert_eq!((view.unanswered.len(), view.policy), (0, None));
    gone.put("GetFunctionConfiguration", FUNCTION, Answer::Given(json!({})));
    assert!(FunctionsView::from(&gone).functions[0].says.starts_with("It has no policy"));
}

const POOL: &str = "eu-west-1:0f9c6a51-5a5e-4d0c-9d3e-2f6b7a1c8e40";
const ROLE: &str = "arn:aws:iam::111122223333:role/signed-in";

fn with_roles() -> Snapshot {
    let pool = model::PoolId::parse("eu-west-1_Abcdefghi").unwrap();
    let mut snapshot = Snapshot::new(pool, jiff::Timestamp::UNIX_EPOCH);
    snapshot.put("GetIdentityPoolRoles", POOL, Answer::Given(json!({ "Roles": { "authenticated": ROLE } })));
    let groups = json!({ "Groups": [{ "GroupName": "admins", "RoleArn": ROLE }, { "GroupName": "others" }] });
    snapshot.put("ListGroups", "", Answer::Given(groups));
    snapshot
}

#[test]
fn a_role_tells_who_may_take_it_and_what_it_may_do() {
    let mut told = with_roles();
    let trust = "%7B%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Principal%22%3A%7B%22Federated%22%3A%22\
                 cognito-identity.amazonaws.com%22%7D%7D%5D%7D";
    told.put("GetRole", ROLE, Answer::Given(json!({ "Role": { "AssumeRolePolicyDocument": trust } })));
    told.put("ListAttachedRolePolicies", ROLE, Answer::Given(json!({ "AttachedPolicies": [] })));
    told.put("ListRolePolicies", ROLE, Answer::Given(json!({ "PolicyNames": ["own"] })));
    let document = json!({ "Statement": [{ "Effect": "Allow", "Action": "*", "Resource": "*" }] });
    told.put("GetRolePolicy", &format!("{ROLE}/own"), Answer::Given(json!({ "PolicyDocument": document.to_string() })));
    let view = RolesView::from(&told);
    let [of_pool, of_group] = view.roles.as_slice() else { panic!("{:?}", view.roles) };
    assert_eq!((of_pool.identity_pool.as_deref(), &*of_pool.given_to), (Some(POOL), "authenticated"));
    assert_eq!((of_pool.narrow, of_pool.sweeping), (Some(false), Some(true)));
    assert!(of_pool.trust.contains("neither for this identity pool") && of_pool.rights.contains("it may *"));
    let names: Vec<&str> = of_pool.documents.iter().map(|pair| pair.name.as_str()).collect();
    assert_eq!(names, ["trust", "own"]);
    assert!(of_pool.documents[0].value.contains("\"Federated\": \"cognito-identity.amazonaws.com\""));
    assert_eq!((of_group.identity_pool.as_deref(), &*of_group.given_to, of_group.narrow), (None, "admins", None));
    assert_eq!((view.unanswered.len(), view.policy), (0, None));

    let of_group = |snapshot: &Snapshot| RolesView::from(snapshot).roles[1].trust.clone();
    assert!(of_group(&told).starts_with("unknown: "), "who trusts the pool was not asked");
    told.put("ListIdentityPools", "", Answer::Given(json!({ "IdentityPools": [{ "IdentityPoolId": POOL }] })));
    told.put("DescribeIdentityPool", POOL, Answer::Throttled);
    assert!(of_group(&told).starts_with("unknown: "), "{}", of_group(&told));
    told.put("DescribeIdentityPool", POOL, Answer::Given(json!({ "IdentityPoolId": POOL })));
    assert!(of_group(&told).starts_with("No identity pool trusts this user pool"), "{}", of_group(&told));
    told.put("GetRole", ROLE, Answer::Given(json!({ "Role": { "AssumeRolePolicyDocument": "%7Bno policy" } })));
    assert_eq!(RolesView::from(&told).roles[0].narrow, None, "what cannot be read is not known");
}

#[test]
fn what_iam_denies_is_unknown_and_has_its_policy() {
    let mut denied = with_roles();
    for action in ["GetRole", "ListAttachedRolePolicies", "ListRolePolicies"] {
        denied.put(action, ROLE, Answer::Denied { iam_action: format!("iam:{action}") });
    }
    let view = RolesView::from(&denied);
    assert_eq!((view.roles[0].narrow, view.roles[0].sweeping), (None, None));
    assert_eq!(view.roles[0].trust, "unknown: needs iam:GetRole");
    assert!(view.roles[0].rights.contains("iam:ListAttachedRolePolicies"), "{}", view.roles[0].rights);
    let policy = view.policy.unwrap();
    assert!(policy.contains("iam:GetRole") && policy.contains("iam:ListRolePolicies"), "{policy}");
    denied.put("GetRole", ROLE, Answer::Refused { code: "NoSuchEntity".to_owned() });
    assert_eq!(RolesView::from(&denied).roles[0].trust, "There is no such role.");
}
