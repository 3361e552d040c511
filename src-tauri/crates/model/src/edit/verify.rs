//! Whether only the patch changed.

use serde_json::Value;

use super::differ::{Difference, differences};
use super::step::{IMAGE, unmasked};
use super::{Kind, OLDER, Put};

/// What describing again showed.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Verified {
    /// What changed and was meant to.
    pub changed: Vec<Difference>,
    /// What was meant to be there and is not: the place, what was wanted, and what is there. Nothing was wanted of what was
    /// to go and is as it was: AWS kept it, or its default is the same.
    pub missing: Vec<Difference>,
    /// What changed and was not meant to.
    pub others: Vec<Difference>,
}

impl Verified {
    /// Whether the patch is there, and nothing else changed.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.missing.is_empty() && self.others.is_empty()
    }
}

/// Places that follow others without being asked, in the same answer or in the one beside it.
const FOLLOWERS: [(&str, &str); 8] = [
    ("/MfaConfiguration", "/SoftwareTokenMfaConfiguration"),
    ("/MfaConfiguration", "/EmailMfaConfiguration"),
    ("/SmsMfaConfiguration/SmsConfiguration", "/UserPool/SmsConfiguration"),
    ("/SmsMfaConfiguration/SmsAuthenticationMessage", "/UserPool/SmsAuthenticationMessage"),
    ("/MfaConfiguration", "/UserPool/MfaConfiguration"),
    ("/UserPool/SmsConfiguration", "/SmsMfaConfiguration/SmsConfiguration"),
    ("/UserPool/SmsAuthenticationMessage", "/SmsMfaConfiguration/SmsAuthenticationMessage"),
    ("/UserPool/MfaConfiguration", "/MfaConfiguration"),
];

/// Times and numbers that change by themselves.
const MOVING: [&str; 3] = ["LastModifiedDate", "EstimatedNumberOfUsers", "SmsConfigurationFailure"];

/// What changes by itself of a domain while it is being set up.
const MOVING_OF_DOMAINS: [&str; 3] = ["CloudFrontDistribution", "S3Bucket", "Status"];

/// What AWS makes anew for each SAML provider, and now and then for one that is there.
const MOVING_OF_PROVIDERS: [&str; 1] = ["ActiveEncryptionCertificate"];

/// What AWS counts of the classic pages, and whose style it tells: a client has that of all until it has its own.
const MOVING_OF_STYLES: [&str; 4] = ["CSSVersion", "ClientId", "CreationDate", "UserPoolId"];

/// What AWS gives each style of managed login anew.
const OF_EACH_STYLE: [&str; 2] = ["CreationDate", "ManagedLoginBrandingId"];

/// Where the logo of the classic pages is.
const ADDRESS_OF_LOGO: &str = "/ImageUrl";

/// What tells one domain from another of the same name, and changes with its settings.
const VERSION_OF_DOMAINS: &str = "Version";

/// Whether a place changes without anybody changing a setting.
#[must_use]
pub fn moves_by_itself(place: &str, kind: Kind) -> bool {
    let of_kind: &[&str] = match kind {
        Kind::Domain => &MOVING_OF_DOMAINS,
        Kind::Provider => &MOVING_OF_PROVIDERS,
        Kind::ClassicStyle => &MOVING_OF_STYLES,
        Kind::Style => &OF_EACH_STYLE,
        _ => &[],
    };
    MOVING.iter().chain(of_kind).any(|name| place.rsplit('/').next() == Some(name))
}

/// Compares two descriptions of the kind, and of what is beside it where there is something, with what was meant.
#[must_use]
pub fn verify(patch: &[Put], before: &Value, after: &Value, beside: Option<(&Value, &Value)>, kind: Kind) -> Verified {
    if let [put] = patch
        && put.pointer.is_empty()
    {
        return as_a_whole(put, before, after, kind);
    }
    let mut verified = Verified::default();
    for put in patch.iter().filter(|put| !is_untold(&put.pointer, kind)) {
        let found = after.pointer(&put.pointer);
        let told = found.map(unmasked).unwrap_or_default();
        let same = |other: &Value| differences(&unmasked(other), &told).is_empty();
        let lacks = match &put.value {
            Some(wanted) => !same(wanted),
            // Where nothing was wanted, AWS's default may be there, but not what was to go.
            None => before.pointer(&put.pointer).is_some_and(|was| !is_nothing(was) && same(was)),
        };
        if lacks {
            let (pointer, before) = (put.pointer.clone(), put.value.clone());
            verified.missing.push(Difference { pointer, before, after: found.cloned() });
        }
    }
    let meant =
        |place: &str| patch.iter().any(|put| touches(place, &put.pointer) || follows(place, &put.pointer, kind));
    let moves = |it: &Difference| {
        let is_version = kind == Kind::Domain && it.pointer.rsplit('/').next() == Some(VERSION_OF_DOMAINS);
        // A logo has another address each time; that it has none any more is no change by itself.
        let is_address = kind == Kind::ClassicStyle && it.pointer.ends_with(ADDRESS_OF_LOGO) && it.after.is_some();
        is_version || is_address && it.before.is_some() || moves_by_itself(&it.pointer, kind)
    };
    let all = differences(before, after).into_iter();
    let all = all.chain(beside.map(|(before, after)| differences(before, after)).unwrap_or_default());
    for difference in all.filter(|difference| meant(&difference.pointer) || !moves(difference)) {
        if meant(&difference.pointer) {
            verified.changed.push(difference);
        } else {
            verified.others.push(difference);
        }
    }
    verified
}

/// Whether something came or went. What AWS adds to what was made is no change besides.
fn as_a_whole(put: &Put, before: &Value, after: &Value, kind: Kind) -> Verified {
    let missing = match &put.value {
        Some(wanted) => {
            let lacks = differences(&unmasked(wanted), &unmasked(after)).into_iter();
            // What is of one that was there before does not come again: its times, its address.
            let own = |place: &str| kind.is_fixed(place) && !place.is_empty() && !kind.is_chosen_once(place);
            let lacks =
                lacks.filter(|it| it.before.is_some() && !own(&it.pointer) && !moves_by_itself(&it.pointer, kind));
            lacks.filter(|it| !it.pointer.ends_with("/SchemaAttributes") || lacks_attributes(it)).collect()
        }
        None if after.is_null() => Vec::new(),
        None => vec![Difference { pointer: String::new(), before: None, after: Some(after.clone()) }],
    };
    let changed = if before.is_null() == after.is_null() { Vec::new() } else { kind.differences(before, after) };
    Verified { changed, missing, others: Vec::new() }
}

/// Whether an attribute is not as it was wanted. AWS tells the ones that every pool has besides, and more of each.
fn lacks_attributes(difference: &Difference) -> bool {
    let list = |value: &Option<Value>| value.as_ref().and_then(Value::as_array).cloned().unwrap_or_default();
    let (wanted, told) = (list(&difference.before), list(&difference.after));
    let is_there = |wanted: &Value| {
        let members = || wanted.as_object().into_iter().flatten();
        told.iter().any(|told| members().all(|(name, value)| told.get(name) == Some(value)))
    };
    !wanted.iter().all(is_there)
}

fn is_nothing(value: &Value) -> bool {
    differences(value, &Value::Null).is_empty()
}

/// Whether AWS takes what is at a place and never tells it.
fn is_untold(place: &str, kind: Kind) -> bool {
    kind == Kind::ClassicStyle && place.ends_with(IMAGE)
}

/// Whether one place is the other, or in it, or around it.
pub(super) fn touches(place: &str, other: &str) -> bool {
    let within = |inner: &str, outer: &str| {
        inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    within(place, other) || within(other, place)
}

/// Whether a place says what another one says.
fn follows(place: &str, put: &str, kind: Kind) -> bool {
    let older = OLDER.iter().any(|(older, newer)| {
        let (older, newer) = (format!("/UserPool{older}"), format!("/UserPool{newer}"));
        kind == Kind::Pool && (touches(put, &newer) && place == older || touches(put, &older) && place == newer)
    });
    let logo = kind == Kind::ClassicStyle && put.ends_with(IMAGE) && place.ends_with(ADDRESS_OF_LOGO);
    older
        || logo
        || kind.reads(put, place)
        || FOLLOWERS.iter().any(|(from, to)| touches(put, from) && touches(place, to))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_was_meant_what_is_missing_and_what_else_changed_are_told_apart() {
        let before = json!({ "UserPool": { "Policies": { "PasswordPolicy": { "MinimumLength": 8,
            "TemporaryPasswordValidityDays": 7 } }, "LambdaConfig": { "PreSignUp": "arn" }, "LastModifiedDate": 1,
            "AdminCreateUserConfig": { "UnusedAccountValidityDays": 7 } } });
        let after = json!({ "UserPool": { "Policies": { "PasswordPolicy": { "MinimumLength": 8,
            "TemporaryPasswordValidityDays": 3 } }, "LambdaConfig": {}, "LastModifiedDate": 2,
            "AdminCreateUserConfig": { "UnusedAccountValidityDays": 3 } } });
        let put = |name: &str, value| Put {
            pointer: format!("/UserPool/Policies/PasswordPolicy/{name}"),
            value: Some(value),
        };
        let patch = [put("MinimumLength", json!(12)), put("TemporaryPasswordValidityDays", json!(3))];
        let verified = verify(&patch, &before, &after, None, Kind::Pool);
        let places = |list: &[Difference]| list.iter().map(|it| it.pointer.clone()).collect::<Vec<_>>();
        assert_eq!(places(&verified.missing), ["/UserPool/Policies/PasswordPolicy/MinimumLength"]);
        assert_eq!(places(&verified.others), ["/UserPool/LambdaConfig/PreSignUp"]);
        assert_eq!(verified.changed.len(), 2, "{:?}", verified.changed);
        assert!(!verified.is_clean());
    }

    #[test]
    fn what_was_to_go_and_is_as_it_was_is_missing_and_a_default_in_its_place_is_not() {
        let pool =
            |message: Value| json!({ "UserPool": { "VerificationMessageTemplate": { "EmailMessage": message } } });
        let pointer = "/UserPool/VerificationMessageTemplate/EmailMessage".to_owned();
        let patch = [Put { pointer: pointer.clone(), value: None }];
        let before = pool(json!("{####}"));
        let kept = verify(&patch, &before, &before, None, Kind::Pool);
        let wanted = Difference { pointer, before: None, after: Some(json!("{####}")) };
        assert_eq!(kept.missing, [wanted]);
        for after in [pool(Value::Null), pool(json!("Your code is {####}"))] {
            assert!(verify(&patch, &before, &after, None, Kind::Pool).is_clean(), "{after}");
        }
        let nothing = pool(json!(""));
        assert!(!verify(&patch, &nothing, &nothing, None, Kind::Pool).is_clean());
        assert!(verify(&patch, &pool(Value::Null), &pool(Value::Null), None, Kind::Pool).is_clean());
    }

    #[test]
    fn a_saml_provider_that_is_made_again_gets_another_certificate_of_aws() {
        let saml = |certificate: &str, address: &str| {
            json!({ "IdentityProvider": { "ProviderType": "SAML", "ProviderDetails": {
                "ActiveEncryptionCertificate": certificate, "MetadataURL": address } } })
        };
        let (was, again) = (saml("one", "https://a"), saml("two", "https://a"));
        let back = [Put { pointer: String::new(), value: Some(was.clone()) }];
        assert!(verify(&back, &Value::Null, &again, None, Kind::Provider).is_clean());
        assert!(!verify(&back, &Value::Null, &saml("two", "https://b"), None, Kind::Provider).is_clean());
        assert!(verify(&[], &was, &again, None, Kind::Provider).is_clean(), "nor does a new one count as a change");
    }

    #[test]
    fn the_logo_of_classic_pages_may_move_and_may_not_be_lost() {
        let style = |css: &str, logo: Option<&str>| json!({ "UICustomization": { "CSS": css, "ImageUrl": logo } });
        let css = [Put { pointer: "/UICustomization/CSS".to_owned(), value: Some(json!("b")) }];
        let verified = |patch: &[Put], logo: Option<&str>, css: &str| {
            verify(patch, &style("a", Some("1")), &style(css, logo), None, Kind::ClassicStyle)
        };
        assert!(verified(&css, Some("2"), "b").is_clean());
        assert_eq!(verified(&css, None, "b").others[0].pointer, "/UICustomization/ImageUrl");
        let image = [Put { pointer: "/UICustomization/ImageFile".to_owned(), value: Some(json!("AAAA")) }];
        let logo = verified(&image, Some("2"), "a");
        assert!(logo.is_clean() && logo.changed.len() == 1, "its new address shows that it came: {logo:?}");
    }

    #[test]
    fn a_second_factor_is_told_in_two_places_and_changes_in_both() {
        let patch = [Put { pointer: "/MfaConfiguration".to_owned(), value: Some(json!("ON")) }];
        let (before, after) = (json!({ "MfaConfiguration": "OFF" }), json!({ "MfaConfiguration": "ON" }));
        let pool = |mfa: &str, name: &str| json!({ "UserPool": { "MfaConfiguration": mfa, "Name": name } });
        let (was, is) = (pool("OFF", "a"), pool("ON", "a"));
        assert!(verify(&patch, &before, &after, Some((&was, &is)), Kind::Mfa).is_clean());
        let renamed = pool("ON", "b");
        assert!(!verify(&patch, &before, &after, Some((&was, &renamed)), Kind::Mfa).is_clean());
    }
}
