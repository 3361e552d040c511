//! Whether a token would be accepted: every rule of a careful verifier but the arithmetic of the signature.
//!
//! RFC 8725 applied to what Cognito signs: RS256 alone, a key of this very pool, the exact issuer, the use, the client,
//! the times.

use jiff::SignedDuration;
use jiff::Timestamp;
use serde_json::Value;

use super::decode::Token;
use super::revocation::Standing;
use super::verdict::{Check, Outcome, TokenUse, Verdict};
use crate::{ClientId, PoolId};

/// How far clocks may differ, in seconds. What was needed of it is said.
pub const LEEWAY_SECONDS: i64 = 60;

/// The longest that Cognito lets an ID or access token live, in seconds.
const LONGEST_LIFE_SECONDS: i64 = 86_400;

/// The difference between two clocks that is taken for none: an answer tells its time in whole seconds, and was on its way.
const AGREES_SECONDS: i64 = 2;

/// The form in which a pool writes its issuer (`IssuerConfiguration.Type`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IssuerForm {
    /// `https://cognito-idp.<region>.amazonaws.com/<pool>`.
    Original,
    /// `https://issuer-cognito-idp.<region>.amazonaws.com/<pool>`, since 2026.
    Updated,
}

impl IssuerForm {
    /// The form of that name; `None` when there is none.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Original, Self::Updated].into_iter().find(|form| form.as_str() == name)
    }

    /// `original` or `updated`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Original => "original",
            Self::Updated => "updated",
        }
    }
}

/// The form in which a pool wrote its issuer when it was described.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DescribedIssuer {
    /// The form.
    pub form: IssuerForm,
    /// When that was.
    pub at: Timestamp,
}

/// What the token is held against, and what else is known of it.
#[derive(Debug, Clone)]
pub struct Expectation {
    /// The pool that must have issued it; `None` when nobody said which and the token names none.
    pub pool: Option<PoolId>,
    /// The client that it must be for; `None` when any will do.
    pub client: Option<ClientId>,
    /// What it must be for; `None` when either will do.
    pub token_use: Option<TokenUse>,
    /// The form in which its issuer must be written; `None` when either will do.
    pub issuer: Option<IssuerForm>,
    /// The form in which the pool wrote it when it was described; `None` when that is not known. The setting can change at
    /// any time, so another form is said and no fault.
    pub described: Option<DescribedIssuer>,
    /// What was seen here of its end; `None` when nothing was.
    pub standing: Option<Standing>,
    /// How far this clock was ahead of the server's when that answered last, behind when negative; `None` when it has not
    /// answered yet.
    pub ahead: Option<SignedDuration>,
}

impl Expectation {
    /// Nothing but the pool.
    #[must_use]
    pub fn of(pool: Option<PoolId>) -> Self {
        Self { pool, client: None, token_use: None, issuer: None, described: None, standing: None, ahead: None }
    }

    /// The instant by which the times of a token are judged: `now` by this clock, or what the server's clock shows then
    /// where this one was seen to be further from it than the leeway.
    #[must_use]
    pub fn instant(&self, now: Timestamp) -> Timestamp {
        match self.ahead.filter(|ahead| is_wrong_clock(*ahead)) {
            Some(ahead) => now.saturating_sub(ahead).unwrap_or(now),
            None => now,
        }
    }

    fn issuers(&self) -> Option<[(IssuerForm, String); 2]> {
        let [original, updated] = issuers(self.pool.as_ref()?);
        Some([(IssuerForm::Original, original), (IssuerForm::Updated, updated)])
    }
}

/// The issuers that a pool may write: the original form and the one of 2026 (`IssuerConfiguration.Type`).
#[must_use]
pub fn issuers(pool: &PoolId) -> [String; 2] {
    let id = pool.as_str();
    let region = id.split_once('_').map_or(id, |(region, _)| region);
    let suffix = if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
    ["cognito-idp", "issuer-cognito-idp"].map(|host| format!("https://{host}.{region}.{suffix}/{id}"))
}

/// The pool that a token says it comes from; `None` when its issuer is no user pool, in either form.
#[must_use]
pub fn pool_of(token: &Token) -> Option<PoolId> {
    let iss = token.text("iss")?;
    let pool = PoolId::parse(iss.rsplit_once('/')?.1).ok()?;
    issuers(&pool).iter().any(|issuer| issuer == iss).then_some(pool)
}

/// Why a token holds at `now` only thanks to the leeway, in a sentence; `None` when it does not need it.
#[must_use]
pub(super) fn on_leeway(token: &Token, now: Timestamp) -> Option<&'static str> {
    let now = now.as_second();
    let is_early = |claim| matches!(time(token, claim), Time::At(at) if at > now && at <= now + LEEWAY_SECONDS);
    match time(token, "exp") {
        Time::At(at) if (at..at + LEEWAY_SECONDS).contains(&now) => Some("It ended within the last minute"),
        _ if is_early("nbf") || is_early("iat") => Some("By this clock it begins within the next minute"),
        _ => None,
    }
}

/// What the pool's keys say of the signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignatureFact {
    /// The key of that id signed exactly this.
    Holds,
    /// The key of that id did not sign this.
    Broken,
    /// The pool has no key of that id.
    NoSuchKey,
    /// The keys could not be had: why, in a sentence.
    KeysUnknown(String),
    /// Not tried, since algorithm or key id rule it out.
    NotTried,
}

/// Holds a token against what is expected at `now` by this clock.
#[must_use]
pub fn judge(token: &Token, expected: &Expectation, signature: &SignatureFact, now: Timestamp) -> Verdict {
    let token_use = match token.text("token_use") {
        Some("id") => Some(TokenUse::Id),
        Some("access") => Some(TokenUse::Access),
        _ => None,
    };
    let mut checks = vec![
        Check::new("format", Outcome::Pass, "Three parts of strict base64url; header and payload are JSON objects."),
        algorithm(token),
        header(token),
        key(token, signature),
        signed(signature),
        issuer(token, expected),
        purpose(token, token_use, expected),
        client(token, token_use, expected),
    ];
    checks.extend(times(token, expected.instant(now)));
    checks.push(clock(expected.ahead));
    checks.push(Standing::check(expected.standing, now.as_second()));
    Verdict { token_use, checks }
}

fn algorithm(token: &Token) -> Check {
    let name = "algorithm";
    match token.header.get("alg") {
        Some(Value::String(alg)) if alg == "RS256" => Check::new(name, Outcome::Pass, "RS256, as Cognito signs."),
        Some(Value::String(alg)) if alg.eq_ignore_ascii_case("none") => {
            Check::new(name, Outcome::Fail, "The token says that it is not signed (alg none).")
        }
        Some(Value::String(alg)) if alg.starts_with("HS") => Check::new(
            name,
            Outcome::Fail,
            "HMAC: whoever knows the pool's public key could have made this token. Cognito signs with RS256 only.",
        ),
        Some(Value::String(_)) => Check::new(name, Outcome::Fail, "Cognito signs with RS256 only; this names another."),
        Some(_) => Check::new(name, Outcome::Fail, "The algorithm (alg) is not text."),
        None => Check::new(name, Outcome::Fail, "The header names no algorithm (alg)."),
    }
}

fn header(token: &Token) -> Check {
    let name = "header";
    if token.header.contains_key("crit") {
        return Check::new(name, Outcome::Fail, "The header demands extensions (crit) that Cognito does not use.");
    }
    let own: Vec<&str> =
        ["jku", "jwk", "x5u", "x5c"].into_iter().filter(|member| token.header.contains_key(*member)).collect();
    if own.is_empty() {
        return Check::new(name, Outcome::Pass, "It brings no key of its own.");
    }
    let sentence =
        format!("The token brings or points to a key of its own ({}), which Cognito never does.", own.join(", "));
    Check::new(name, Outcome::Fail, sentence)
}

fn key(token: &Token, signature: &SignatureFact) -> Check {
    let name = "key";
    match (token.header.get("kid"), signature) {
        (None, _) => Check::new(name, Outcome::Fail, "The header names no key (kid)."),
        (Some(Value::String(_)), SignatureFact::Holds | SignatureFact::Broken) => {
            Check::new(name, Outcome::Pass, "The key id is one of this pool's keys.")
        }
        (Some(Value::String(_)), SignatureFact::NoSuchKey) => Check::new(
            name,
            Outcome::Fail,
            "No key of this pool has that id: the token comes from another pool, or the pool has changed its keys.",
        ),
        (Some(Value::String(_)), SignatureFact::KeysUnknown(why)) => Check::new(name, Outcome::Unknown, why.clone()),
        (Some(Value::String(_)), SignatureFact::NotTried) => {
            Check::new(name, Outcome::NotApplicable, "It was not looked up, because the algorithm is refused already.")
        }
        (Some(_), _) => Check::new(name, Outcome::Fail, "The key id (kid) is not text."),
    }
}

fn signed(signature: &SignatureFact) -> Check {
    let name = "signature";
    match signature {
        SignatureFact::Holds => {
            Check::new(name, Outcome::Pass, "The pool's key signed exactly this header and payload.")
        }
        SignatureFact::Broken => Check::new(
            name,
            Outcome::Fail,
            "The pool's key did not sign this: the token was altered or is not complete.",
        ),
        SignatureFact::NoSuchKey => {
            Check::new(name, Outcome::Fail, "Without a key of this pool no signature can hold.")
        }
        SignatureFact::KeysUnknown(_) => {
            Check::new(name, Outcome::Unknown, "It cannot be checked without the pool's keys.")
        }
        SignatureFact::NotTried => Check::new(name, Outcome::Fail, "No signature that Cognito would make is there."),
    }
}

fn issuer(token: &Token, expected: &Expectation) -> Check {
    let name = "issuer";
    let Some(issuers) = expected.issuers() else {
        return Check::new(name, Outcome::Fail, "It is no user pool of Cognito's. Say which pool you expect.");
    };
    let iss = match token.claims.get("iss") {
        Some(Value::String(iss)) => iss,
        Some(_) => return Check::new(name, Outcome::Fail, "The issuer (iss) is not text."),
        None => return Check::new(name, Outcome::Fail, "The token names no issuer (iss)."),
    };
    let form = issuers.iter().find(|(_, issuer)| issuer == iss).map(|(form, _)| *form);
    let expected_one = expected.issuer.and_then(|wanted| issuers.iter().find(|(form, _)| *form == wanted));
    match (form, expected_one) {
        (Some(form), Some((wanted, issuer))) if form != *wanted => {
            let (form, wanted) = (form.as_str(), wanted.as_str());
            let sentence = format!("It is this pool in the {form} form, where the {wanted} one is expected: {issuer}.");
            Check::new(name, Outcome::Fail, sentence)
        }
        (Some(form), None) if expected.described.is_some_and(|described| described.form != form) => {
            let at = expected.described.map(|described| described.at.to_string()).unwrap_or_default();
            let (form, other) = match form {
                IssuerForm::Original => ("original", "updated"),
                IssuerForm::Updated => ("updated", "original"),
            };
            let sentence = format!(
                "It is this pool, in the {form} form, though the pool wrote the {other} one when it was described at {at}: \
                 the setting has changed since, or the token is from before. Verifiers with a fixed issuer take only one."
            );
            Check::new(name, Outcome::Pass, sentence)
        }
        (Some(form), Some(_)) => {
            Check::new(name, Outcome::Pass, format!("It is this pool, in the {} form, as expected.", form.as_str()))
        }
        (Some(IssuerForm::Original), None) => Check::new(name, Outcome::Pass, "It is this pool, in the original form."),
        (Some(IssuerForm::Updated), None) => Check::new(
            name,
            Outcome::Pass,
            "It is this pool, in the updated form; verifiers with a fixed issuer of the original form refuse it.",
        ),
        (None, Some((_, issuer))) => Check::new(name, Outcome::Fail, format!("It is not {issuer}.")),
        (None, None) => Check::new(name, Outcome::Fail, format!("It is not {} (nor the updated form).", issuers[0].1)),
    }
}

fn purpose(token: &Token, token_use: Option<TokenUse>, expected: &Expectation) -> Check {
    let name = "token_use";
    match (token_use, expected.token_use) {
        (None, _) if token.claims.contains_key("token_use") => {
            Check::new(name, Outcome::Fail, "It is neither an ID nor an access token of a user pool.")
        }
        (None, _) => Check::new(name, Outcome::Fail, "token_use is missing: no ID or access token of a user pool."),
        (Some(is), Some(wanted)) if is != wanted => {
            Check::new(name, Outcome::Fail, format!("This is an {is} token where an {wanted} token is wanted."))
        }
        (Some(TokenUse::Id), _) => Check::new(name, Outcome::Pass, "An ID token: it says who the user is."),
        (Some(TokenUse::Access), _) => {
            Check::new(name, Outcome::Pass, "An access token: it says what its bearer may do.")
        }
    }
}

fn client(token: &Token, token_use: Option<TokenUse>, expected: &Expectation) -> Check {
    let name = "client";
    let claim = match token_use {
        Some(TokenUse::Id) => "aud",
        Some(TokenUse::Access) => "client_id",
        None => return Check::new(name, Outcome::NotApplicable, "Which claim names the client depends on token_use."),
    };
    match (token.claims.get(claim), &expected.client) {
        (None, _) => Check::new(name, Outcome::Fail, format!("The claim {claim}, which names the client, is missing.")),
        (Some(Value::String(is)), Some(wanted)) if is == wanted.as_str() => {
            Check::new(name, Outcome::Pass, format!("{claim} is the client that was given."))
        }
        (Some(Value::String(_)), Some(_)) => {
            Check::new(name, Outcome::Fail, format!("{claim} is another client than the one that was given."))
        }
        (Some(Value::String(_)), None) => {
            Check::new(name, Outcome::NotApplicable, format!("No client was given to hold {claim} against."))
        }
        (Some(_), _) => Check::new(name, Outcome::Fail, format!("{claim} is not text; Cognito writes one client id.")),
    }
}

/// A claim that is a time: absent, a whole number of seconds, or not a time.
enum Time {
    Absent,
    At(i64),
    Wrong,
}

fn time(token: &Token, claim: &str) -> Time {
    // Beyond the year 9999 nothing can be shown, and nothing is meant.
    let sensible = |seconds: &i64| (0..=253_402_300_799).contains(seconds);
    match token.claims.get(claim) {
        None => Time::Absent,
        Some(value) => value.as_i64().filter(sensible).map_or(Time::Wrong, Time::At),
    }
}

/// What is said where clocks that agree would refuse the token.
const ON_LEEWAY: &str = "valid only thanks to the leeway of 60 seconds for clocks that differ";

const NOT_A_TIME: &str = "is not a whole number of seconds since 1970";

fn times(token: &Token, now: Timestamp) -> Vec<Check> {
    let now = now.as_second();
    let expires = time(token, "exp");
    let issued = time(token, "iat");
    let mut checks = vec![expiry(&expires, now), issue(&issued, now)];
    checks.push(match (&issued, &expires) {
        (Time::At(from), Time::At(to)) if to <= from => {
            Check::new("lifetime", Outcome::Fail, "It expires before it was issued.")
        }
        (Time::At(from), Time::At(to)) if to - from > LONGEST_LIFE_SECONDS => {
            Check::new("lifetime", Outcome::Fail, "It would live for more than a day, which Cognito does not allow.")
        }
        (Time::At(from), Time::At(to)) => {
            Check::new("lifetime", Outcome::Pass, format!("Issued for {}.", span(to - from)))
        }
        _ => Check::new("lifetime", Outcome::NotApplicable, "It takes iat and exp to know it."),
    });
    checks.push(past("not_before", "nbf", &time(token, "nbf"), now));
    checks.push(past("auth_time", "auth_time", &time(token, "auth_time"), now));
    checks
}

fn expiry(expires: &Time, now: i64) -> Check {
    let name = "expiry";
    match expires {
        Time::Absent => Check::new(name, Outcome::Fail, "The token names no end (exp)."),
        Time::Wrong => Check::new(name, Outcome::Fail, format!("exp {NOT_A_TIME}.")),
        Time::At(at) if now < *at => {
            Check::new(name, Outcome::Pass, format!("It holds for another {}.", span(at - now)))
        }
        Time::At(at) if now < at + LEEWAY_SECONDS => {
            Check::new(name, Outcome::Pass, format!("It ended {} ago: {ON_LEEWAY}.", span(now - at)))
        }
        Time::At(at) => {
            Check::new(name, Outcome::Fail, format!("It expired {} ago. Sign in again or refresh.", span(now - at)))
        }
    }
}

fn issue(issued: &Time, now: i64) -> Check {
    let name = "issued_at";
    match issued {
        Time::Absent => Check::new(name, Outcome::Fail, "The token does not say when it was issued (iat)."),
        Time::Wrong => Check::new(name, Outcome::Fail, format!("iat {NOT_A_TIME}.")),
        Time::At(at) if *at > now + LEEWAY_SECONDS => Check::new(
            name,
            Outcome::Fail,
            format!("It was issued {} in the future: this clock or the issuer's is wrong.", span(at - now)),
        ),
        Time::At(at) if *at > now => Check::new(
            name,
            Outcome::Pass,
            format!(
                "It was issued {} in the future: {ON_LEEWAY}, so this clock is behind the issuer's.",
                span(at - now)
            ),
        ),
        Time::At(at) => Check::new(name, Outcome::Pass, format!("It was issued {} ago.", span(now - at))),
    }
}

fn past(name: &'static str, claim: &str, time: &Time, now: i64) -> Check {
    match time {
        Time::Absent => Check::new(name, Outcome::NotApplicable, format!("The token has no {claim}.")),
        Time::Wrong => Check::new(name, Outcome::Fail, format!("{claim} {NOT_A_TIME}.")),
        Time::At(at) if *at > now + LEEWAY_SECONDS => {
            Check::new(name, Outcome::Fail, format!("{claim} lies {} in the future.", span(at - now)))
        }
        Time::At(at) if *at > now => {
            let sentence = format!("{claim} lies {} in the future: {ON_LEEWAY}.", span(at - now));
            Check::new(name, Outcome::Pass, sentence)
        }
        Time::At(at) => Check::new(name, Outcome::Pass, format!("{claim} lies {} in the past.", span(now - at))),
    }
}

/// Whether a clock that is so far ahead of the server's, behind it when negative, is not to be believed.
#[must_use]
pub fn is_wrong_clock(ahead: SignedDuration) -> bool {
    ahead.as_secs().abs() > LEEWAY_SECONDS
}

/// Whether this clock can be believed: how far it is from that of the server.
fn clock(ahead: Option<SignedDuration>) -> Check {
    let name = "clock";
    let Some(ahead) = ahead.map(|ahead| ahead.as_secs()) else {
        return Check::new(
            name,
            Outcome::NotApplicable,
            "No server has told its time yet, so this clock was believed.",
        );
    };
    let (far, side) = (span(ahead), if ahead < 0 { "behind" } else { "ahead of" });
    match ahead.abs() {
        0..=AGREES_SECONDS => Check::new(name, Outcome::Pass, "This clock and the server's agree."),
        ..=LEEWAY_SECONDS => Check::new(
            name,
            Outcome::Pass,
            format!("This clock is {far} {side} the server's, which is within the leeway of {LEEWAY_SECONDS} seconds."),
        ),
        _ => Check::new(
            name,
            Outcome::Unknown,
            format!(
                "This clock is {far} {side} the server's, so the times here were judged by the server's. Set it right."
            ),
        ),
    }
}

/// Seconds as people say them.
pub(super) fn span(seconds: i64) -> String {
    let duration = SignedDuration::from_secs(seconds.abs());
    let (days, rest) = (duration.as_hours() / 24, duration.as_secs() % 86_400);
    let (hours, minutes, seconds) = (rest / 3_600, rest % 3_600 / 60, rest % 60);
    let parts = [(days, "day"), (hours, "hour"), (minutes, "minute"), (seconds, "second")];
    let said: Vec<String> = parts
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .take(2)
        .map(|(number, unit)| format!("{number} {unit}{}", if number == 1 { "" } else { "s" }))
        .collect();
    if said.is_empty() { "0 seconds".to_owned() } else { said.join(" ") }
}
