//! Second factors of a pool: whether there are any, and which. AWS takes neither without the other.

use serde_json::{Map, Value, json};

use super::verify::touches;
use super::{Kind, Put, Refused};

const MODE: &str = "/MfaConfiguration";
const APPS: &str = "/SoftwareTokenMfaConfiguration";
const APPS_ON: &str = "/SoftwareTokenMfaConfiguration/Enabled";
const EMAIL: &str = "/EmailMfaConfiguration";
const SMS: &str = "/SmsMfaConfiguration";

fn is_off(body: &Value) -> bool {
    body.pointer(MODE).is_none_or(|mode| mode.is_null() || mode == "OFF")
}

/// Whether a body has any factor.
fn has_factor(body: &Value) -> bool {
    let there = |place: &str| body.pointer(place).is_some_and(|value| !value.is_null());
    there(EMAIL) || there(SMS) || body.pointer(APPS_ON) == Some(&json!(true))
}

impl Kind {
    /// A patch with what has to go along for AWS to take it: second factors are turned on with authenticator apps where there
    /// is no factor yet, and turned off with those that there are. It is in the preview, and taken back with the rest.
    #[must_use]
    pub fn along(self, body: &Value, mut patch: Vec<Put>) -> Vec<Put> {
        let is_root = patch.first().is_some_and(|put| put.pointer.is_empty());
        if self != Self::Mfa || is_root || !patch.iter().any(|put| put.pointer == MODE) {
            return patch;
        }
        let mut wanted = body.clone();
        for put in &patch {
            super::set(&mut wanted, &put.pointer, put.value.clone());
        }
        let named = |place: &str, patch: &[Put]| patch.iter().any(|put| touches(&put.pointer, place));
        if is_off(&wanted) {
            for place in [APPS, EMAIL] {
                let there = body.pointer(place).is_some_and(|value| !value.is_null());
                if there && !named(place, &patch) {
                    patch.push(Put { pointer: place.to_owned(), value: None });
                }
            }
        } else if !has_factor(&wanted) && !named(APPS, &patch) {
            patch.push(Put { pointer: APPS_ON.to_owned(), value: Some(json!(true)) });
        }
        patch
    }
}

/// Refuses a factor that is set while second factors are off: AWS would.
pub(super) fn check(wanted: &Value, patch: &[Put]) -> Result<(), Refused> {
    let sets = |put: &Put| {
        let on = put.value.as_ref().is_some_and(|value| !value.is_null() && *value != json!(false));
        on && [APPS, EMAIL, SMS].iter().any(|place| touches(&put.pointer, place))
    };
    if is_off(wanted) && patch.iter().any(sets) { Err(Refused::FactorsOff) } else { Ok(()) }
}

/// With second factors off AWS takes none of them along. What is described of SMS is the pool's own and stays.
pub(super) fn of_request(request: &mut Map<String, Value>) {
    let off = request.get("MfaConfiguration").is_none_or(|mode| mode == "OFF");
    if off {
        for place in [APPS, EMAIL, SMS] {
            request.remove(place.trim_start_matches('/'));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(value: &str) -> Vec<Put> {
        vec![Put { pointer: MODE.to_owned(), value: Some(json!(value)) }]
    }

    fn places(patch: &[Put]) -> Vec<&str> {
        patch.iter().map(|put| put.pointer.as_str()).collect()
    }

    #[test]
    fn turning_on_takes_a_factor_along_where_there_is_none() {
        let off = json!({ "MfaConfiguration": "OFF" });
        assert_eq!(places(&Kind::Mfa.along(&off, mode("OPTIONAL"))), [MODE, APPS_ON]);
        let sms = json!({ "MfaConfiguration": "OFF", "SmsMfaConfiguration": { "SmsConfiguration": {} } });
        assert_eq!(places(&Kind::Mfa.along(&sms, mode("ON"))), [MODE]);
        let passkeys = vec![Put { pointer: "/WebAuthnConfiguration".to_owned(), value: Some(json!({})) }];
        assert_eq!(Kind::Mfa.along(&off, passkeys.clone()), passkeys);
    }

    #[test]
    fn turning_off_takes_the_factors_along_and_nothing_of_them_is_sent() {
        let on = json!({ "MfaConfiguration": "ON", "SoftwareTokenMfaConfiguration": { "Enabled": true },
            "SmsMfaConfiguration": { "SmsConfiguration": { "SnsCallerArn": "arn" } },
            "WebAuthnConfiguration": { "UserVerification": "required" } });
        let patch = Kind::Mfa.along(&on, mode("OFF"));
        assert_eq!(places(&patch), [MODE, APPS]);
        let wanted = Kind::Mfa.patched(&on, &patch).unwrap();
        let request = Kind::Mfa.request(&wanted).unwrap();
        assert_eq!(request.keys().collect::<Vec<_>>(), ["MfaConfiguration", "WebAuthnConfiguration"]);
    }

    #[test]
    fn a_factor_alone_is_refused_while_they_are_off() {
        let off = json!({ "MfaConfiguration": "OFF" });
        let apps = |on: bool| vec![Put { pointer: APPS_ON.to_owned(), value: Some(json!(on)) }];
        assert_eq!(Kind::Mfa.patched(&off, &apps(true)), Err(Refused::FactorsOff));
        let on = json!({ "MfaConfiguration": "ON", "EmailMfaConfiguration": {} });
        Kind::Mfa.patched(&on, &apps(true)).unwrap();
    }
}
