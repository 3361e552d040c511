//! Reading and judging tokens: what no verifier may accept, each with a reason of its own.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use model::token::{
    DecodeError, DescribedIssuer, Expectation, IssuerForm, LONGEST, Outcome, Part, SignatureFact, Standing, TokenUse,
    compare, decode, explain, judge,
};
use model::{ClientId, PoolId};
use proptest::prelude::*;
use rstest::rstest;
use serde_json::{Value, json};

const NOW: i64 = 1_800_000_000;

fn encode(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(text)
}

fn header() -> Value {
    json!({ "alg": "RS256", "kid": "key-1" })
}

fn claims() -> Value {
    json!({
        "iss": "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI", "sub": "a", "aud": "client-1",
        "token_use": "id", "iat": NOW - 60, "exp": NOW + 3_540, "auth_time": NOW - 60,
    })
}

fn compact(header: &Value, claims: &Value) -> String {
    format!("{}.{}.{}", encode(&header.to_string()), encode(&claims.to_string()), encode("signature"))
}

fn expected() -> Expectation {
    Expectation {
        pool: Some(PoolId::parse("eu-west-1_AbCdEfGhI").unwrap()),
        client: Some(ClientId::parse("client-1").unwrap()),
        token_use: Some(TokenUse::Id),
        ..Expectation::of(None)
    }
}

/// The checks that fail, and whether the token is valid all the same.
fn verdict(header: &Value, claims: &Value, signature: &SignatureFact) -> (Vec<&'static str>, bool) {
    let token = decode(&compact(header, claims)).unwrap();
    let verdict = judge(&token, &expected(), signature, Timestamp::from_second(NOW).unwrap());
    assert!(verdict.checks.iter().all(|check| !check.reason.is_empty()));
    let failed = verdict.checks.iter().filter(|check| check.outcome == Outcome::Fail).map(|check| check.name);
    (failed.collect(), verdict.valid())
}

fn with(mut object: Value, name: &str, value: Value) -> Value {
    object[name] = value;
    object
}

fn without(mut object: Value, name: &str) -> Value {
    object.as_object_mut().unwrap().remove(name);
    object
}

#[test]
fn a_good_token_is_valid_and_only_with_a_signature_that_was_seen_to_hold() {
    assert_eq!(verdict(&header(), &claims(), &SignatureFact::Holds), (vec![], true));
    let unknown = SignatureFact::KeysUnknown("no network".to_owned());
    assert_eq!(verdict(&header(), &claims(), &unknown), (vec![], false));
    assert_eq!(verdict(&header(), &claims(), &SignatureFact::Broken), (vec!["signature"], false));
    assert_eq!(verdict(&header(), &claims(), &SignatureFact::NoSuchKey), (vec!["key", "signature"], false));
    let updated =
        with(claims(), "iss", "https://issuer-cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI".into());
    assert_eq!(verdict(&header(), &updated, &SignatureFact::Holds), (vec![], true));
}

#[rstest]
#[case(json!("none"))]
#[case(json!("nOnE"))]
#[case(json!("HS256"))]
#[case(json!("RS384"))]
#[case(json!("PS256"))]
#[case(json!("ES256"))]
#[case(json!("rs256"))]
#[case(json!(7))]
#[case(json!(["RS256"]))]
fn other_algorithms_are_refused_whatever_the_signature(#[case] alg: Value) {
    let (failed, valid) = verdict(&with(header(), "alg", alg), &claims(), &SignatureFact::NotTried);
    assert!(failed.contains(&"algorithm") && !valid);
}

#[rstest]
#[case("jku")]
#[case("jwk")]
#[case("x5u")]
#[case("x5c")]
#[case("crit")]
fn a_key_that_the_token_brings_is_not_used(#[case] member: &str) {
    let brings = with(header(), member, json!("https://evil.example/keys"));
    assert_eq!(verdict(&brings, &claims(), &SignatureFact::Holds), (vec!["header"], false));
}

#[rstest]
#[case("https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI/")]
#[case("https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Abcdefghi")]
#[case("https://cognito-idp.us-east-1.amazonaws.com/eu-west-1_AbCdEfGhI")]
#[case("https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhIj")]
#[case("https://cognito-idp.eu-west-1.amazonaws.com@evil.example/eu-west-1_AbCdEfGhI")]
#[case("HTTPS://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI")]
#[case("http://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI")]
#[case("")]
fn only_the_exact_issuer_will_do(#[case] issuer: &str) {
    let claims = with(claims(), "iss", issuer.into());
    assert_eq!(verdict(&header(), &claims, &SignatureFact::Holds), (vec!["issuer"], false));
}

#[rstest]
#[case("exp", "expiry", json!(NOW - 60))]
#[case("exp", "expiry", json!("1900000000"))]
#[case("exp", "expiry", json!(1.9e9 + 0.5))]
#[case("exp", "expiry", json!(-1))]
#[case("exp", "expiry", json!(1e308))]
#[case("exp", "expiry", Value::Null)]
#[case("exp", "lifetime", json!(253_402_300_799_i64))]
#[case("iat", "issued_at", json!(NOW + 61))]
#[case("iat", "issued_at", json!("now"))]
#[case("nbf", "not_before", json!(NOW + 61))]
#[case("nbf", "not_before", json!("now"))]
#[case("auth_time", "auth_time", json!([1]))]
#[case("aud", "client", json!("client-2"))]
#[case("aud", "client", json!(["client-1"]))]
#[case("token_use", "token_use", json!("access"))]
#[case("token_use", "token_use", json!(1))]
fn a_claim_that_does_not_hold_fails_its_own_check(#[case] claim: &str, #[case] check: &str, #[case] value: Value) {
    let (failed, valid) = verdict(&header(), &with(claims(), claim, value), &SignatureFact::Holds);
    assert!(failed.contains(&check) && !valid, "{failed:?}");
}

#[rstest]
#[case("exp")]
#[case("iat")]
#[case("iss")]
#[case("aud")]
#[case("token_use")]
fn a_claim_that_is_missing_is_no_pass(#[case] claim: &str) {
    assert!(!verdict(&header(), &without(claims(), claim), &SignatureFact::Holds).1);
}

#[test]
fn the_leeway_is_a_minute_less_a_second_and_said() {
    let at = |exp: i64| verdict(&header(), &with(claims(), "exp", exp.into()), &SignatureFact::Holds).1;
    assert!(at(NOW + 1) && at(NOW) && at(NOW - 59));
    assert!(!at(NOW - 60));
}

#[test]
fn malformed_texts_are_told_apart() {
    let (head, body, sign) = (encode(&header().to_string()), encode(&claims().to_string()), encode("s"));
    assert_eq!(decode("").unwrap_err(), DecodeError::Empty);
    assert_eq!(decode(&"x".repeat(LONGEST + 1)).unwrap_err(), DecodeError::TooLong(LONGEST + 1));
    assert_eq!(decode("a.b").unwrap_err(), DecodeError::Parts(2));
    assert_eq!(decode("a.b.c.d").unwrap_err(), DecodeError::Parts(4));
    assert_eq!(decode("a.b.c.d.e").unwrap_err(), DecodeError::Encrypted);
    for broken in
        [format!("{head}=.{body}.{sign}"), format!("{head}\n.{body}.{sign}"), format!("+{head}.{body}.{sign}")]
    {
        assert!(matches!(decode(&broken).unwrap_err(), DecodeError::Base64(Part::Header, _)), "{broken}");
    }
    assert!(matches!(decode(&format!("{head}.{body}.{sign} ")).unwrap_err(), DecodeError::Base64(Part::Signature, _)));
    let twice = encode(r#"{"alg":"none","alg":"RS256"}"#);
    let duplicate = DecodeError::Duplicate(Part::Header, "alg".to_owned());
    assert_eq!(decode(&format!("{twice}.{body}.{sign}")).unwrap_err(), duplicate);
    let inner = encode(r#"{"a":{"b":1,"b":2}}"#);
    assert!(matches!(decode(&format!("{head}.{inner}.{sign}")).unwrap_err(), DecodeError::Duplicate(Part::Claims, _)));
    let deep = encode(&format!("{{\"a\":{}1{}}}", "[".repeat(40), "]".repeat(40)));
    assert_eq!(decode(&format!("{head}.{deep}.{sign}")).unwrap_err(), DecodeError::TooDeep(Part::Claims));
    for no_object in ["[]", "1", "null", "{} {}", "\u{feff}{}", "{\"a\":NaN}"] {
        let text = format!("{head}.{}.{sign}", encode(no_object));
        assert_eq!(decode(&text).unwrap_err(), DecodeError::Json(Part::Claims), "{no_object}");
    }
}

#[test]
fn differences_and_meanings_are_told() {
    let left = decode(&compact(&header(), &claims())).unwrap();
    let changed = with(without(claims(), "sub"), "exp", 7.into());
    let right = decode(&compact(&header(), &changed)).unwrap();
    let paths: Vec<String> = compare(&left, &right).into_iter().map(|difference| difference.path).collect();
    assert_eq!(paths, ["claims.exp", "claims.sub"]);
    let all = explain(&left.claims);
    assert_eq!(all.len(), 7);
    assert!(all.iter().all(|claim| !claim.meaning.is_empty() && !claim.source.is_empty()));
    assert!(!format!("{left:?}").contains("cognito-idp"), "a token is never printed");
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(text in "[a-zA-Z0-9_.={}\":,\\[\\] -]{0,200}") {
        let _ = decode(&text);
        let _ = model::token::find(&text);
    }

    #[test]
    fn no_json_makes_the_judge_panic_or_pass(header in ".{0,40}", claims in ".{0,80}") {
        let text = format!("{}.{}.{}", encode(&header), encode(&claims), encode("s"));
        if let Ok(token) = decode(&text) {
            let verdict = judge(&token, &expected(), &SignatureFact::NotTried, Timestamp::UNIX_EPOCH);
            prop_assert!(!verdict.valid());
        }
    }

    /// What is read is what was written: nothing is repaired, dropped or added on the way.
    #[test]
    fn what_is_decoded_is_what_was_encoded(
        names in proptest::collection::btree_set("[a-z:]{1,8}", 0..6),
        text in ".{0,30}",
        number in any::<i64>(),
    ) {
        let values = [json!(text), json!(number), json!([text, number]), json!({ "in": text }), Value::Null, json!(true)];
        let claims: serde_json::Map<String, Value> = names.into_iter().zip(values).collect();
        let written = compact(&header(), &Value::Object(claims.clone()));
        let token = decode(&written).unwrap();
        prop_assert_eq!(&token.claims, &claims);
        prop_assert_eq!(token.compact(), written.as_str());
        let (signed, signature) = token.signed();
        prop_assert_eq!(format!("{signed}.{signature}"), written);
    }

    /// One touched character is a fault or another token, never the same one.
    #[test]
    fn a_touched_token_is_not_the_same_token(at in any::<prop::sample::Index>(), to in "[A-Za-z0-9_.=+/ \n-]") {
        let written = compact(&header(), &claims());
        let place = at.index(written.len());
        let touched = format!("{}{to}{}", &written[..place], &written[place + 1..]);
        prop_assume!(touched != written);
        if let Ok(token) = decode(&touched) {
            let good = decode(&written).unwrap();
            let same = token.header == good.header && token.claims == good.claims && token.signature == good.signature;
            prop_assert!(!same, "{touched}");
        }
    }

    #[test]
    fn a_member_that_comes_twice_is_refused_however_deep_it_lies(name in "[a-z]{1,6}", depth in 0_usize..8) {
        let twice = format!("{{\"{name}\":1,\"{name}\":2}}");
        let json = (0..depth).fold(twice, |inner, level| if level % 2 == 0 { format!("{{\"x{level}\":{inner}}}") } else { format!("{{\"y\":[{inner}]}}") });
        let text = format!("{}.{}.{}", encode(&header().to_string()), encode(&json), encode("s"));
        prop_assert_eq!(decode(&text).unwrap_err(), DecodeError::Duplicate(Part::Claims, name));
    }

    #[test]
    fn tokens_are_found_in_any_text_as_they_stand_there(before in "[ -~]{0,40}[ \"'=,;]", after in "[ \"',;][ -~]{0,40}") {
        let written = compact(&header(), &claims());
        let found = model::token::find(&format!("{before}{written}{after}"));
        prop_assert!(found.iter().any(|found| found.compact == written), "{before:?} {after:?}");
    }
}

/// One check of a good token of which that is expected.
fn check(claims: &Value, expected: &Expectation, name: &str) -> (Outcome, String) {
    let token = decode(&compact(&header(), claims)).unwrap();
    let verdict = judge(&token, expected, &SignatureFact::Holds, Timestamp::from_second(NOW).unwrap());
    let check = verdict.checks.into_iter().find(|check| check.name == name).unwrap();
    (check.outcome, check.reason)
}

#[rstest]
#[case(None, "cognito-idp", Outcome::Pass)]
#[case(None, "issuer-cognito-idp", Outcome::Pass)]
#[case(Some(IssuerForm::Original), "cognito-idp", Outcome::Pass)]
#[case(Some(IssuerForm::Original), "issuer-cognito-idp", Outcome::Fail)]
#[case(Some(IssuerForm::Updated), "cognito-idp", Outcome::Fail)]
#[case(Some(IssuerForm::Updated), "issuer-cognito-idp", Outcome::Pass)]
fn the_form_of_the_issuer_that_is_expected_is_held_to(
    #[case] wanted: Option<IssuerForm>,
    #[case] host: &str,
    #[case] outcome: Outcome,
) {
    let claims = with(claims(), "iss", format!("https://{host}.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI").into());
    let strict = Expectation { issuer: wanted, ..expected() };
    assert_eq!(check(&claims, &strict, "issuer").0, outcome);
    if let (Some(wanted), Outcome::Fail) = (wanted, outcome) {
        let reason = check(&claims, &strict, "issuer").1;
        assert!(reason.contains(wanted.as_str()) && reason.contains("https://"), "{reason}");
    }
}

#[rstest]
#[case("nbf", "not_before")]
#[case("auth_time", "auth_time")]
#[case("iat", "issued_at")]
fn what_begins_within_the_next_minute_holds_thanks_to_the_leeway_and_that_is_said(
    #[case] claim: &str,
    #[case] name: &str,
) {
    for (at, outcome, says) in [
        (NOW + 61, Outcome::Fail, "in the future"),
        (NOW + 60, Outcome::Pass, "only thanks to the leeway"),
        (NOW + 1, Outcome::Pass, "only thanks to the leeway"),
        (NOW, Outcome::Pass, "0 seconds"),
    ] {
        let (told, reason) = check(&with(claims(), claim, at.into()), &expected(), name);
        assert_eq!((told, reason.contains(says)), (outcome, true), "{at}: {reason}");
        assert!(at > NOW || !reason.contains("future"), "{reason}");
    }
}

#[rstest]
#[case(None, Outcome::NotApplicable, "believed")]
#[case(Some(1), Outcome::Pass, "agree")]
#[case(Some(-42), Outcome::Pass, "42 seconds behind the server's")]
#[case(Some(42), Outcome::Pass, "42 seconds ahead of the server's")]
#[case(Some(-300), Outcome::Unknown, "5 minutes behind the server's, so the times here were judged by the server's")]
fn how_far_this_clock_is_from_the_server_s_is_told(
    #[case] ahead: Option<i64>,
    #[case] outcome: Outcome,
    #[case] says: &str,
) {
    let heard = Expectation { ahead: ahead.map(jiff::SignedDuration::from_secs), ..expected() };
    let (told, reason) = check(&claims(), &heard, "clock");
    assert_eq!((told, reason.contains(says)), (outcome, true), "{reason}");
}

#[test]
fn a_revocation_that_was_seen_is_told_and_no_other_is_known() {
    let at = Timestamp::from_second(NOW - 90).unwrap();
    let (outcome, reason) = check(&claims(), &expected(), "revocation");
    assert!(outcome == Outcome::Unknown && reason.contains("Unknowable offline"), "{reason}");
    for (seen, outcome) in [
        (Standing::Revoked(at), Outcome::Fail),
        (Standing::SignedOut(at), Outcome::Fail),
        (Standing::Refused(at), Outcome::Fail),
        (Standing::Taken(at), Outcome::Pass),
    ] {
        let (told, reason) = check(&claims(), &Expectation { standing: Some(seen), ..expected() }, "revocation");
        assert_eq!((told, reason.contains("1 minute 30 seconds ago")), (outcome, true), "{reason}");
    }
}

#[test]
fn claims_of_hybrid_flows_are_explained() {
    let claims = json!({ "c_hash": "x", "azp": "client-1" });
    let explained = explain(claims.as_object().unwrap());
    let of = |name: &str| explained.iter().find(|claim| claim.name == name).unwrap();
    assert!(of("c_hash").meaning.contains("authorization code") && of("c_hash").source.contains("3.3.2.11"));
    assert!(of("azp").meaning.contains("issued to") && of("azp").source.contains("section 2"));
}

#[test]
fn times_are_judged_by_the_server_s_clock_where_this_one_is_known_to_be_wrong() {
    let by = |ahead: i64, claim: &str, value: i64, name: &str| {
        let heard = Expectation { ahead: Some(jiff::SignedDuration::from_secs(ahead)), ..expected() };
        check(&with(claims(), claim, value.into()), &heard, name).0
    };
    // By this clock it ended ten minutes ago, by the server's it does in five; and the other way round.
    assert_eq!(by(900, "exp", NOW - 600, "expiry"), Outcome::Pass);
    assert_eq!(by(-900, "exp", NOW + 600, "expiry"), Outcome::Fail);
    assert_eq!(by(-900, "iat", NOW + 600, "issued_at"), Outcome::Pass);
    // Within the leeway this clock is believed.
    assert_eq!(by(60, "exp", NOW - 60, "expiry"), Outcome::Fail);
    assert_eq!(by(61, "exp", NOW - 60, "expiry"), Outcome::Pass);
}

#[rstest]
#[case(IssuerForm::Original, "cognito-idp", false)]
#[case(IssuerForm::Original, "issuer-cognito-idp", true)]
#[case(IssuerForm::Updated, "cognito-idp", true)]
#[case(IssuerForm::Updated, "issuer-cognito-idp", false)]
fn another_form_of_the_issuer_than_the_pool_wrote_when_it_was_described_is_said_and_no_fault(
    #[case] form: IssuerForm,
    #[case] host: &str,
    #[case] warns: bool,
) {
    let claims = with(claims(), "iss", format!("https://{host}.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI").into());
    let at = Timestamp::from_second(NOW - 86_400).unwrap();
    let known = Expectation { described: Some(DescribedIssuer { form, at }), ..expected() };
    let (outcome, reason) = check(&claims, &known, "issuer");
    assert_eq!(
        (outcome, reason.contains(&format!("when it was described at {at}"))),
        (Outcome::Pass, warns),
        "{reason}"
    );
    let chosen = Expectation { issuer: Some(form), ..known };
    assert_eq!(check(&claims, &chosen, "issuer").0, if warns { Outcome::Fail } else { Outcome::Pass });
}
