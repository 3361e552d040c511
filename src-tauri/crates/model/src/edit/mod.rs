//! Changing settings that AWS replaces as a whole: describe → patch → diff → write whole → describe again → verify.
//!
//! `UpdateUserPool` and its like put every setting that a request leaves out back to its default. So what is written is the
//! described object with the patch, in the very form in which AWS told it; and where AWS tells a field that nobody here
//! knows how to write, nothing is written at all.

mod attribute;
mod differ;
mod factors;
mod fix;
mod kinds;
mod named;
mod price;
mod shape;
mod step;
mod verify;
mod words;

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

pub use attribute::{KINDS as ATTRIBUTE_KINDS, LONGEST_NAME, new_attribute};
pub use differ::{Difference, differences};
pub use fix::{Fix, fix};
pub use kinds::Kind;
pub use price::{Price, price};
use shape::Shape;
pub use step::Step;
pub use verify::{Verified, moves_by_itself, verify};

/// What stands for a secret in what was read: that there is one is worth knowing, and it is never to be written.
pub const MASK: &str = "********";

/// Which one.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Whole {
    /// What it is.
    pub kind: Kind,
    /// The client's id (also of its threat protection), the identity pool's, the resource server's identifier, the provider's name, the domain, the custom
    /// attribute's name; of a secret its id, or the client's before it is made; of principal tags the identity pool and the
    /// provider with a space between them; empty for the pool itself.
    pub subject: String,
}

/// One place and what is to be there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Put {
    /// The place in the described body, as a JSON pointer.
    pub pointer: String,
    /// What is to be there; `None` for nothing, so that AWS's default holds. At the root the thing itself comes or goes.
    pub value: Option<Value>,
}

/// Why something cannot be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// AWS tells fields that would be lost, or whose values are masked.
    #[error(
        "AWS tells settings that this version does not know how to write back ({}). Writing the rest would reset them, so \
         nothing is written. Use a newer version, or change it in AWS's console.",
        .0.join(", ")
    )]
    Unwritable(Vec<String>),
    /// The answer is not what it should be.
    #[error("AWS's description has no {0}, so it cannot be written back whole.")]
    Undescribed(String),
    /// The place cannot be set.
    #[error("{0} cannot be changed.")]
    Fixed(String),
    /// The place is in a list, which is one value.
    #[error("{0} is in a list, which is written as one value: give the whole list.")]
    InList(String),
    /// It was to be made, and there is one.
    #[error("There is one of that name already.")]
    Exists,
    /// There is none that could be changed.
    #[error("There is none of that name any more.")]
    Absent,
    /// AWS takes it together with a secret that it never tells.
    #[error("AWS takes these settings only together with {0}, which it never tells. Type that anew, too.")]
    Untold(&'static str),
    /// It stays as it is for good.
    #[error("A custom attribute stays as it is for good: it is neither changed nor taken away.")]
    Stays,
    /// The client has no rules of its own that could be changed.
    #[error("This app client follows the pool's threat protection. Give it rules of its own first.")]
    Follows,
    /// There are no second factors, so none is set.
    #[error("Second factors are off: set them to OPTIONAL or ON first, and then choose which there are.")]
    FactorsOff,
    /// Nothing would change.
    #[error("It is so already.")]
    Nothing,
}

impl Kind {
    /// Whether nothing at a place can be set: AWS tells it, or it is outside of what is written.
    #[must_use]
    pub fn is_fixed(self, pointer: &str) -> bool {
        let Some(rest) = pointer.strip_prefix(self.root()).and_then(|rest| rest.strip_prefix('/')) else { return true };
        let first = rest.split('/').next().unwrap_or_default();
        first.is_empty() || self.told().contains(&first)
    }

    /// What is sent: the described object, in the form in which the request has it.
    ///
    /// # Errors
    /// [`Refused::Unwritable`] when something that AWS tells would be lost or is masked; [`Refused::Undescribed`] for another
    /// body.
    pub fn request(self, body: &Value) -> Result<Map<String, Value>, Refused> {
        let object = body.pointer(self.root()).and_then(Value::as_object);
        let object = object.ok_or_else(|| Refused::Undescribed(self.root().trim_start_matches('/').to_owned()))?;
        let mut request = object.clone();
        request.retain(|name, value| !self.told().contains(&name.as_str()) && !value.is_null());
        match self {
            Self::Pool => of_pool(&mut request),
            Self::Roles => {
                // The request has to have it, and AWS leaves it out where there is none.
                request.entry("Roles").or_insert_with(|| Map::new().into());
            }
            Self::Provider => {
                // AWS tells its own certificate among the details, and refuses it there.
                if let Some(details) = request.get_mut("ProviderDetails").and_then(Value::as_object_mut) {
                    details.remove("ActiveEncryptionCertificate");
                }
            }
            Self::Logs => {
                // The request has to have it.
                request.entry("LogConfigurations").or_insert_with(|| Vec::<Value>::new().into());
            }
            Self::Mfa => factors::of_request(&mut request),
            // Its name is put in by whoever sends it.
            Self::Attribute => request = [("CustomAttributes".to_owned(), json!([request]))].into_iter().collect(),
            // AWS tells an empty one of a prefix, and does not take it.
            Self::Domain => request.retain(|_, value| value.as_object().is_none_or(|map| !map.is_empty())),
            _ => {}
        }
        let mut strange = BTreeSet::new();
        let looked_at = Value::Object(request.clone());
        // The secret of a provider is put in its place by whoever sends it.
        let looked_at = if self == Self::Provider { step::unmasked(&looked_at) } else { looked_at };
        Shape::of(self).lacks(&looked_at, "", &mut strange);
        if strange.is_empty() { Ok(request) } else { Err(Refused::Unwritable(strange.into_iter().collect())) }
    }

    /// The described body with a patch. What is taken away goes from its older place, too, where it has one.
    ///
    /// # Errors
    /// [`Refused::Fixed`] for a place that cannot be set; [`Refused::Nothing`] when it is so already; [`Refused::Exists`] and
    /// [`Refused::Absent`] when it cannot be made or is not there.
    pub fn patched(self, body: &Value, patch: &[Put]) -> Result<Value, Refused> {
        if let [Put { pointer, value }] = patch
            && pointer.is_empty()
        {
            return self.made_or_gone(body, value.as_ref());
        }
        if body.is_null() {
            return Err(if self == Self::ClientRisk { Refused::Follows } else { Refused::Absent });
        }
        if self == Self::Attribute {
            return Err(Refused::Stays);
        }
        let mut patched = body.clone();
        for put in patch {
            if self.is_fixed(&put.pointer) {
                return Err(Refused::Fixed(put.pointer.rsplit('/').next().unwrap_or_default().to_owned()));
            }
            if is_in_list(&patched, &put.pointer) {
                return Err(Refused::InList(put.pointer.clone()));
            }
            set(&mut patched, &put.pointer, put.value.clone());
        }
        match self {
            Self::Pool => take_older(&mut patched, patch),
            Self::Mfa => factors::check(&patched, patch)?,
            _ => {}
        }
        if differences(body, &patched).is_empty() { Err(Refused::Nothing) } else { Ok(patched) }
    }
}

/// The places that say the same as another one of the pool: a request with both would contradict itself.
const OLDER: [(&str, &str); 4] = [
    ("/EmailVerificationMessage", "/VerificationMessageTemplate/EmailMessage"),
    ("/EmailVerificationSubject", "/VerificationMessageTemplate/EmailSubject"),
    ("/SmsVerificationMessage", "/VerificationMessageTemplate/SmsMessage"),
    ("/AdminCreateUserConfig/UnusedAccountValidityDays", "/Policies/PasswordPolicy/TemporaryPasswordValidityDays"),
];

/// Takes the older place with the newer one: alone it would say again what was to go.
fn take_older(patched: &mut Value, patch: &[Put]) {
    for (older, newer) in OLDER {
        let newer = format!("/UserPool{newer}");
        let gone = patched.pointer(&newer).is_none_or(Value::is_null);
        if gone && patch.iter().any(|put| verify::touches(&put.pointer, &newer)) {
            set(patched, &format!("/UserPool{older}"), None);
        }
    }
}

fn of_pool(request: &mut Map<String, Value>) {
    if let Some(name) = request.remove("Name") {
        request.insert("PoolName".to_owned(), name);
    }
    let mut whole = Value::Object(std::mem::take(request));
    for (older, newer) in OLDER {
        if whole.pointer(newer).is_some_and(|value| !value.is_null()) {
            set(&mut whole, older, None);
        }
    }
    if let Value::Object(map) = whole {
        *request = map;
    }
}

/// Whether a place lies within a list.
fn is_in_list(body: &Value, pointer: &str) -> bool {
    let above = pointer.match_indices('/').map(|(at, _)| &pointer[..at]);
    above.into_iter().any(|place| body.pointer(place).is_some_and(Value::is_array))
}

/// Puts a value at a place, and makes what has to be there for it.
pub(crate) fn place(body: &mut Value, pointer: &str, value: Value) {
    set(body, pointer, Some(value));
}

/// Puts a value at a place, and makes what has to be there for it. Taking one away takes what is empty then with it: AWS
/// refuses settings without their members.
fn set(body: &mut Value, pointer: &str, value: Option<Value>) {
    let names: Vec<String> =
        pointer.split('/').skip(1).map(|name| name.replace("~1", "/").replace("~0", "~")).collect();
    match value {
        Some(value) => put(body, &names, value),
        None => take(body, &names),
    }
}

fn put(body: &mut Value, names: &[String], value: Value) {
    let Some((first, rest)) = names.split_first() else {
        *body = value;
        return;
    };
    if !body.is_object() {
        *body = Map::new().into();
    }
    if let Some(map) = body.as_object_mut() {
        put(map.entry(first.clone()).or_insert(Value::Null), rest, value);
    }
}

fn take(body: &mut Value, names: &[String]) {
    let (Some((first, rest)), Some(map)) = (names.split_first(), body.as_object_mut()) else { return };
    if rest.is_empty() {
        map.remove(first);
        return;
    }
    let Some(inner) = map.get_mut(first) else { return };
    take(inner, rest);
    if inner.as_object().is_some_and(Map::is_empty) {
        map.remove(first);
    }
}

/// The SHA-256 of a text in hexadecimal digits.
#[must_use]
pub fn digest(text: &str) -> String {
    use std::fmt::Write as _;

    use sha2::{Digest as _, Sha256};
    Sha256::digest(text.as_bytes()).iter().fold(String::new(), |mut digits, byte| {
        // A text takes whatever is written to it.
        let _ = write!(digits, "{byte:02x}");
        digits
    })
}

impl Whole {
    /// What an operation describes of a subject, or writes; `None` when it does neither. Threat protection is that of the
    /// client where one is named.
    #[must_use]
    pub fn described_by(operation: &str, subject: &str) -> Option<Self> {
        let kind = match Kind::described_by(operation)? {
            Kind::Risk if !subject.is_empty() => Kind::ClientRisk,
            kind => kind,
        };
        Some(Self { kind, subject: subject.to_owned() })
    }
}

impl fmt::Display for Whole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.kind, self.subject.as_str()) {
            (kind, "") => f.write_str(kind.writes()),
            (kind, subject) => write!(f, "{} {subject}", kind.writes()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(pointer: &str, value: Value) -> Put {
        Put { pointer: pointer.to_owned(), value: Some(value) }
    }

    #[test]
    fn a_request_is_the_description_without_what_aws_only_tells() {
        let body = json!({ "UserPool": { "Id": "x", "Name": "shop", "Arn": "arn", "MfaConfiguration": "OFF",
            "EmailVerificationMessage": "old {####}", "VerificationMessageTemplate": { "EmailMessage": "{####}" },
            "AdminCreateUserConfig": { "AllowAdminCreateUserOnly": true, "UnusedAccountValidityDays": 7 },
            "Policies": { "PasswordPolicy": { "TemporaryPasswordValidityDays": 3 } } } });
        let request = Kind::Pool.request(&body).unwrap();
        let wanted = json!({ "PoolName": "shop", "MfaConfiguration": "OFF",
            "VerificationMessageTemplate": { "EmailMessage": "{####}" },
            "AdminCreateUserConfig": { "AllowAdminCreateUserOnly": true },
            "Policies": { "PasswordPolicy": { "TemporaryPasswordValidityDays": 3 } } });
        assert_eq!(Value::Object(request), wanted);
    }

    #[test]
    fn a_field_that_nobody_knows_how_to_write_stops_everything_wherever_it_is() {
        for strange in [
            json!({ "Tomorrow": 1 }),
            json!({ "Policies": { "PasswordPolicy": { "Emoji": true } } }),
            json!({ "AccountRecoverySetting": { "RecoveryMechanisms": [{ "Name": "x", "Weight": 2 }] } }),
            json!({ "DeletionProtection": { "Until": "2030" } }),
            json!({ "AutoVerifiedAttributes": [{ "Name": "email" }] }),
        ] {
            let refused = Kind::Pool.request(&json!({ "UserPool": strange })).unwrap_err();
            assert!(matches!(&refused, Refused::Unwritable(fields) if fields.len() == 1), "{strange} {refused}");
        }
        let free = json!({ "UserPool": { "UserPoolTags": { "any": "tag" }, "AcrConfiguration": {
            "Level1": { "AcrValue": "a" } } } });
        Kind::Pool.request(&free).unwrap();
    }

    #[test]
    fn what_is_taken_away_is_taken_from_its_older_place_too() {
        let body = json!({ "UserPool": { "EmailVerificationMessage": "{####}", "SmsVerificationMessage": "sms {####}",
            "VerificationMessageTemplate": { "EmailMessage": "{####}", "SmsMessage": "sms {####}" },
            "AdminCreateUserConfig": { "AllowAdminCreateUserOnly": true, "UnusedAccountValidityDays": 3 },
            "Policies": { "PasswordPolicy": { "MinimumLength": 8, "TemporaryPasswordValidityDays": 3 } } } });
        let gone = |place: &str| Put { pointer: format!("/UserPool/{place}"), value: None };
        let patch = [
            gone("VerificationMessageTemplate/EmailMessage"),
            gone("Policies/PasswordPolicy/TemporaryPasswordValidityDays"),
        ];
        let request = Kind::Pool.request(&Kind::Pool.patched(&body, &patch).unwrap()).unwrap();
        let wanted = json!({ "VerificationMessageTemplate": { "SmsMessage": "sms {####}" },
            "AdminCreateUserConfig": { "AllowAdminCreateUserOnly": true },
            "Policies": { "PasswordPolicy": { "MinimumLength": 8 } } });
        assert_eq!(Value::Object(request), wanted);
    }

    #[test]
    fn a_list_is_written_whole() {
        let body = json!({ "UserPool": { "AccountRecoverySetting": { "RecoveryMechanisms": [{ "Name": "a" }] } } });
        for value in [Some(json!("admin_only")), None] {
            let pointer = "/UserPool/AccountRecoverySetting/RecoveryMechanisms/0/Name".to_owned();
            let refused = Kind::Pool.patched(&body, &[Put { pointer, value }]).unwrap_err();
            assert!(refused.to_string().contains("give the whole list"), "{refused}");
        }
    }

    #[test]
    fn a_mask_is_never_written() {
        let tags = |value: &str| json!({ "UserPool": { "UserPoolTags": { "client_secret": value, "stage": "test" } } });
        let refused = Kind::Pool.request(&tags(MASK)).unwrap_err();
        assert_eq!(refused, Refused::Unwritable(vec!["UserPoolTags.client_secret".to_owned()]));
        Kind::Pool.request(&tags("a value")).unwrap();
        let client = json!({ "UserPoolClient": { "ClientId": "c", "ClientSecret": MASK } });
        Kind::Client.request(&client).unwrap();
    }

    #[test]
    fn a_patch_makes_what_has_to_be_there_and_takes_away_what_is_named() {
        let body = json!({ "UserPoolClient": { "ClientId": "c", "CallbackURLs": ["https://a"] } });
        let patch = [
            put("/UserPoolClient/TokenValidityUnits/AccessToken", json!("minutes")),
            Put { pointer: "/UserPoolClient/CallbackURLs".to_owned(), value: None },
        ];
        let patched = Kind::Client.patched(&body, &patch).unwrap();
        assert_eq!(
            patched,
            json!({ "UserPoolClient": { "ClientId": "c", "TokenValidityUnits": { "AccessToken": "minutes" } } })
        );
        let same = Kind::Client.patched(&body, &[put("/UserPoolClient/CallbackURLs", json!(["https://a"]))]);
        assert_eq!(same, Err(Refused::Nothing));
        let fixed = Kind::Client.patched(&body, &[put("/UserPoolClient/ClientSecret", json!("x"))]);
        assert_eq!(fixed, Err(Refused::Fixed("ClientSecret".to_owned())));
        assert!(Kind::Pool.is_fixed("/Elsewhere/Name") && !Kind::Roles.is_fixed("/Roles/authenticated"));
    }
}
