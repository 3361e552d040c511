//! What a rule looks at: one subject in a snapshot.

use serde_json::Value;

use super::rule::{Outcome, Severity};
use super::snapshot::{Answer, Snapshot};

/// One subject of a rule.
pub(super) struct Case<'a> {
    pub(super) snapshot: &'a Snapshot,
    pub(super) subject: &'a str,
}

/// What a rule says, or why it cannot say anything.
pub(super) type Judged = Result<Verdict, Unknown>;

/// The answer and the place in it that decided.
#[derive(Debug, Clone)]
pub(super) struct Decided {
    pub(super) operation: String,
    pub(super) pointer: String,
}

#[derive(Debug, Clone)]
pub(super) struct Verdict {
    pub(super) outcome: Outcome,
    /// `None` for the rule's own.
    pub(super) severity: Option<Severity>,
    pub(super) evidence: String,
    pub(super) decided: Decided,
}

impl Verdict {
    pub(super) fn severity(self, severity: Severity) -> Self {
        Self { severity: Some(severity), ..self }
    }

    pub(super) fn failed(&self) -> bool {
        self.outcome == Outcome::Fail
    }
}

#[derive(Debug, Clone)]
pub(super) struct Unknown {
    reason: String,
    decided: Decided,
}

impl Unknown {
    pub(super) fn into_verdict(self) -> Verdict {
        Verdict { outcome: Outcome::Unknown, severity: None, evidence: self.reason, decided: self.decided }
    }

    pub(super) fn reason(&self) -> &str {
        &self.reason
    }
}

/// Whether people can sign in with passwords.
pub(super) enum Passwords {
    Possible,
    /// Why not.
    Impossible(&'static str),
}

/// The flows with which people of the pool itself sign in. A custom flow may ask for the password, too.
const NATIVE_FLOWS: [&str; 7] = [
    "ALLOW_USER_SRP_AUTH",
    "ALLOW_USER_PASSWORD_AUTH",
    "ALLOW_ADMIN_USER_PASSWORD_AUTH",
    "ALLOW_USER_AUTH",
    "ALLOW_CUSTOM_AUTH",
    "ADMIN_NO_SRP_AUTH",
    "USER_PASSWORD_AUTH",
];

/// The plans, the least one first.
const PLANS: [&str; 3] = ["LITE", "ESSENTIALS", "PLUS"];

impl<'a> Case<'a> {
    /// The body of an answer.
    pub(super) fn ask(&self, operation: &str, subject: &str) -> Result<Body<'a>, Unknown> {
        let decided = Decided { operation: operation.to_owned(), pointer: String::new() };
        let reason = match self.snapshot.answer(operation, subject) {
            Some(Answer::Given(value)) => return Ok(Body { operation: decided.operation, value }),
            Some(Answer::Denied { iam_action }) => format!("{operation} was denied: it needs {iam_action}."),
            Some(Answer::Throttled) => format!("{operation} was throttled, also after waiting."),
            Some(Answer::Refused { code }) => format!("AWS answered {operation} with {code}."),
            Some(Answer::Failed { reason }) => format!("{operation} could not be read: {reason}"),
            None => unasked(operation),
        };
        Err(Unknown { reason, decided })
    }

    /// The code with which AWS refused a question.
    pub(super) fn refusal(&self, operation: &str, subject: &str) -> Option<&'a str> {
        match self.snapshot.answer(operation, subject) {
            Some(Answer::Refused { code }) => Some(code),
            _ => None,
        }
    }

    /// `DescribeUserPool`; places begin with `/UserPool`.
    pub(super) fn pool(&self) -> Result<Body<'a>, Unknown> {
        self.ask("DescribeUserPool", "")
    }

    /// `GetUserPoolMfaConfig`.
    pub(super) fn mfa(&self) -> Result<Body<'a>, Unknown> {
        self.ask("GetUserPoolMfaConfig", "")
    }

    /// `DescribeUserPoolClient` of the subject; places begin with `/UserPoolClient`.
    pub(super) fn client(&self) -> Result<Body<'a>, Unknown> {
        self.ask("DescribeUserPoolClient", self.subject)
    }

    /// `DescribeIdentityPool` of the subject.
    pub(super) fn identity_pool(&self) -> Result<Body<'a>, Unknown> {
        self.ask("DescribeIdentityPool", self.subject)
    }

    /// The plan; `None` when it is not told.
    pub(super) fn plan(&self) -> Option<&'a str> {
        self.snapshot.body("DescribeUserPool", "")?.pointer("/UserPool/UserPoolTier")?.as_str()
    }

    /// Whether the pool's plan is known to be below `wanted`.
    pub(super) fn is_below(&self, wanted: &str) -> bool {
        let rank = |plan: &str| PLANS.iter().position(|known| *known == plan);
        self.plan().and_then(rank).is_some_and(|has| Some(has) < rank(wanted))
    }

    /// What to know about the plan that a remedy needs; `None` when the pool has it, or its plan is not known.
    pub(super) fn dearer(&self, wanted: &str) -> Option<String> {
        let has = self.plan().filter(|_| self.is_below(wanted))?;
        let name = wanted.to_ascii_lowercase();
        Some(format!(
            "This needs the plan {wanted}, and the pool is on {has}: poolctl cost --plan {name} tells the price."
        ))
    }

    /// Whether people can sign in with passwords here. What cannot be read is taken for a possibility.
    pub(super) fn passwords(&self) -> Passwords {
        let pool = self.snapshot.body("DescribeUserPool", "");
        let factors = pool.and_then(|pool| pool.pointer("/UserPool/Policies/SignInPolicy/AllowedFirstAuthFactors"));
        if let Some(Value::Array(factors)) = factors
            && !factors.is_empty()
            && !factors.iter().any(|factor| factor == "PASSWORD")
        {
            return Passwords::Impossible("PASSWORD is no allowed first factor.");
        }
        let clients = self.snapshot.clients().unwrap_or_default();
        let native = |id: &&str| match self.snapshot.body("DescribeUserPoolClient", id) {
            Some(body) => lets_natives_in(body),
            None => true,
        };
        if clients.is_empty() || clients.iter().any(native) {
            Passwords::Possible
        } else {
            Passwords::Impossible("No app client lets people in but those of identity providers.")
        }
    }

    /// The attributes that people can write through the client of this body, and that change what they may claim.
    ///
    /// Without a list all standard attributes can be written and no custom one.
    pub(super) fn writable(&self, client: &Body<'a>) -> Vec<&'a str> {
        let listed = client.list("/UserPoolClient/WriteAttributes");
        if listed.is_empty() { STANDARD.to_vec() } else { listed }
    }

    /// Whether anybody can sign up. `None` when it is not told.
    pub(super) fn signs_up(&self) -> Option<bool> {
        let pool = self.snapshot.body("DescribeUserPool", "")?;
        pool.pointer("/UserPool/AdminCreateUserConfig/AllowAdminCreateUserOnly")?.as_bool().map(|only| !only)
    }

    /// Whether an attribute is known to be immutable.
    pub(super) fn is_immutable(&self, attribute: &str) -> bool {
        let pool = self.snapshot.body("DescribeUserPool", "");
        let schema = pool.and_then(|pool| pool.pointer("/UserPool/SchemaAttributes")?.as_array());
        schema.into_iter().flatten().any(|entry| {
            entry.get("Name").and_then(Value::as_str) == Some(attribute)
                && entry.get("Mutable").and_then(Value::as_bool) == Some(false)
        })
    }
}

/// The standard attributes that a person may write.
const STANDARD: [&str; 16] = [
    "address",
    "birthdate",
    "email",
    "family_name",
    "gender",
    "given_name",
    "locale",
    "middle_name",
    "name",
    "nickname",
    "phone_number",
    "picture",
    "preferred_username",
    "profile",
    "website",
    "zoneinfo",
];

fn lets_natives_in(body: &Value) -> bool {
    let list = |name: &str| -> Vec<&str> {
        let found = body.pointer(&format!("/UserPoolClient/{name}")).and_then(Value::as_array);
        found.into_iter().flatten().filter_map(Value::as_str).collect()
    };
    let flows = list("ExplicitAuthFlows");
    // Without a list, AWS allows SRP.
    if flows.is_empty() || flows.iter().any(|flow| NATIVE_FLOWS.contains(flow)) {
        return true;
    }
    let providers = list("SupportedIdentityProviders");
    let hosted = list("AllowedOAuthFlows").iter().any(|grant| *grant == "code" || *grant == "implicit");
    hosted && (providers.is_empty() || providers.contains(&"COGNITO"))
}

/// An answer's body.
pub(super) struct Body<'a> {
    operation: String,
    value: &'a Value,
}

impl<'a> Body<'a> {
    /// What stands for the local copy of the people, which `ListUsers` filled.
    pub(super) fn local_copy() -> Body<'static> {
        Body { operation: "ListUsers".to_owned(), value: &Value::Null }
    }

    /// The value at a place; `None` when it is absent or `null`.
    pub(super) fn at(&self, pointer: &str) -> Option<&'a Value> {
        self.value.pointer(pointer).filter(|value| !value.is_null())
    }

    /// The value at a place that AWS always fills.
    pub(super) fn needed(&self, pointer: &str) -> Result<&'a Value, Unknown> {
        self.at(pointer).ok_or_else(|| self.silent(pointer))
    }

    pub(super) fn text(&self, pointer: &str) -> Option<&'a str> {
        self.at(pointer)?.as_str()
    }

    pub(super) fn needed_text(&self, pointer: &str) -> Result<&'a str, Unknown> {
        self.text(pointer).ok_or_else(|| self.silent(pointer))
    }

    pub(super) fn needed_flag(&self, pointer: &str) -> Result<bool, Unknown> {
        self.needed(pointer)?.as_bool().ok_or_else(|| self.silent(pointer))
    }

    pub(super) fn flag(&self, pointer: &str) -> Option<bool> {
        self.at(pointer)?.as_bool()
    }

    pub(super) fn number(&self, pointer: &str) -> Option<i64> {
        self.at(pointer)?.as_i64()
    }

    /// The entries of a list; none when it is absent.
    pub(super) fn entries(&self, pointer: &str) -> &'a [Value] {
        self.at(pointer).and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }

    /// The entries of a list that AWS always sends.
    pub(super) fn needed_entries(&self, pointer: &str) -> Result<&'a [Value], Unknown> {
        self.needed(pointer)?.as_array().map(Vec::as_slice).ok_or_else(|| self.silent(pointer))
    }

    /// The texts of a list; none when it is absent.
    pub(super) fn list(&self, pointer: &str) -> Vec<&'a str> {
        self.entries(pointer).iter().filter_map(Value::as_str).collect()
    }

    /// The answer does not tell what is at a place.
    pub(super) fn silent(&self, pointer: &str) -> Unknown {
        let field = pointer.rsplit('/').next().unwrap_or_default();
        self.unknown(pointer, format!("The answer to {} does not tell {field}.", self.operation))
    }

    pub(super) fn unknown(&self, pointer: &str, reason: impl Into<String>) -> Unknown {
        Unknown { reason: reason.into(), decided: self.place(pointer) }
    }

    pub(super) fn pass(&self, pointer: &str, evidence: impl Into<String>) -> Verdict {
        self.verdict(Outcome::Pass, pointer, evidence.into())
    }

    pub(super) fn fail(&self, pointer: &str, evidence: impl Into<String>) -> Verdict {
        self.verdict(Outcome::Fail, pointer, evidence.into())
    }

    pub(super) fn not_applicable(&self, pointer: &str, why: impl Into<String>) -> Verdict {
        self.verdict(Outcome::NotApplicable, pointer, why.into())
    }

    fn verdict(&self, outcome: Outcome, pointer: &str, evidence: String) -> Verdict {
        Verdict { outcome, severity: None, evidence, decided: self.place(pointer) }
    }

    fn place(&self, pointer: &str) -> Decided {
        Decided { operation: self.operation.clone(), pointer: pointer.to_owned() }
    }
}

/// Why an answer is not there that nobody asked for.
fn unasked(operation: &str) -> String {
    let needs = match operation {
        "GetWebACLForResource" => "wafv2:GetWebACLForResource",
        "GetPolicy" => return on_wish("lambda:GetPolicy", "Lambda"),
        "GetRole" => return on_wish("iam:GetRole", "IAM"),
        "ListAttachedRolePolicies" | "ListRolePolicies" | "GetRolePolicy" | "GetPolicyVersion" => {
            let needs = "iam:ListAttachedRolePolicies, iam:GetPolicy, iam:GetPolicyVersion, iam:ListRolePolicies and \
                         iam:GetRolePolicy";
            return on_wish(needs, "IAM");
        }
        "SimulatePrincipalPolicy" => "iam:SimulatePrincipalPolicy",
        "LookupEvents" => "the last 90 days of CloudTrail (cloudtrail:LookupEvents)",
        "ResolveHost" => "a look into the public DNS",
        "DescribeCertificate" => "acm:DescribeCertificate and a look into the public DNS",
        _ => return format!("{operation} was not asked."),
    };
    format!("This needs {needs}, which Poolkeeper does not read.")
}

/// Why a service was not asked that is asked when somebody wants it.
fn on_wish(needs: &str, service: &str) -> String {
    format!(
        "This needs {needs}. Poolkeeper asks {service} only when you want it to: \"Ask beyond Cognito\" on the page, or \
         poolctl health --beyond."
    )
}

/// Texts for evidence, separated by commas.
pub(super) fn joined<T: AsRef<str>>(texts: &[T]) -> String {
    texts.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(", ")
}
