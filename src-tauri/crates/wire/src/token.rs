//! The token workbench: what a token says and whether it holds.

use console::token::{Verified, Wanted};
use model::token::{self, Check, DescribedIssuer, Difference, Explained, Found, IssuerForm, Outcome, Token, TokenUse};
use model::{ClientId, PoolId};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use specta::Type;

use crate::{ErrorCode, WireError};

/// Holds a token against a pool and a client.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct VerifyToken {
    /// The compact token.
    #[specta(type = String)]
    pub token: SecretString,
    /// The pool that must have issued it; `null` for the one that it names.
    pub pool_id: Option<String>,
    /// The client that it must be for; `null` for any.
    pub client_id: Option<String>,
    /// `id` or `access`; `null` for either.
    pub token_use: Option<String>,
    /// The form of its issuer, `original` or `updated`; `null` for either.
    pub issuer: Option<String>,
}

impl VerifyToken {
    /// What `console` is asked.
    ///
    /// # Errors
    /// The field that does not hold.
    pub fn wanted(&self) -> Result<Wanted, WireError> {
        let pool = self.pool_id.clone().map(PoolId::parse).transpose();
        let client = self.client_id.clone().map(ClientId::parse).transpose();
        let token_use = match self.token_use.as_deref() {
            None => None,
            Some("id") => Some(TokenUse::Id),
            Some("access") => Some(TokenUse::Access),
            Some(_) => return Err(WireError::validation("tokenUse", "A token is used as id or as access.")),
        };
        let issuer = self.issuer.as_deref().map(|form| {
            let neither =
                || WireError::validation("issuer", "An issuer is written in the original or the updated form.");
            IssuerForm::parse(form).ok_or_else(neither)
        });
        Ok(Wanted {
            issuer: issuer.transpose()?,
            pool: pool.map_err(|error| WireError::validation("poolId", error.to_string()))?,
            client: client.map_err(|error| WireError::validation("clientId", error.to_string()))?,
            token_use,
            described: None,
        })
    }
}

/// What came of verifying.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct VerdictView {
    /// Whether a verifier may accept it.
    pub valid: bool,
    /// `id` or `access`; `null` when the token says neither.
    pub token_use: Option<String>,
    /// The pool whose keys were used; `null` when there was none to ask.
    pub pool: Option<String>,
    /// Check by check, in the order in which a verifier should make them.
    pub checks: Vec<CheckView>,
}

/// One check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CheckView {
    /// What was looked at: `signature`, `issuer`.
    pub name: String,
    /// How it ended.
    pub result: CheckResult,
    /// Why, in a sentence.
    pub reason: String,
}

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "lowercase")]
pub enum CheckResult {
    /// It holds.
    Pass,
    /// It does not.
    Fail,
    /// It does not concern this token.
    #[serde(rename = "n/a")]
    NotApplicable,
    /// It cannot be known.
    Unknown,
}

impl From<&Check> for CheckView {
    fn from(check: &Check) -> Self {
        Self {
            name: check.name.to_owned(),
            result: match check.outcome {
                Outcome::Pass => CheckResult::Pass,
                Outcome::Fail => CheckResult::Fail,
                Outcome::NotApplicable => CheckResult::NotApplicable,
                Outcome::Unknown => CheckResult::Unknown,
            },
            reason: check.reason.clone(),
        }
    }
}

impl From<&Verified> for VerdictView {
    fn from(verified: &Verified) -> Self {
        Self {
            valid: verified.verdict.valid(),
            token_use: verified.verdict.token_use.map(|token_use| token_use.as_str().to_owned()),
            pool: verified.pool.as_ref().map(|pool| pool.as_str().to_owned()),
            checks: verified.verdict.checks.iter().map(CheckView::from).collect(),
        }
    }
}

/// Every token that a text holds.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DecodedView {
    /// In the order in which they stand there.
    pub tokens: Vec<DecodedTokenView>,
}

/// A token taken out of a text.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DecodedTokenView {
    /// What it was called there (`idToken`, `Authorization: Bearer`); `null` when it stood alone.
    pub label: Option<String>,
    /// The header; `null` when the token cannot be read.
    pub header: Option<Map<String, Value>>,
    /// The claims; `null` when the token cannot be read.
    pub claims: Option<Map<String, Value>>,
    /// The pool that it names; `null` when it is no token of a user pool.
    pub pool: Option<String>,
    /// Why it cannot be read; `null` when it can.
    pub error: Option<String>,
}

/// Takes every token out of `text`. A text without any is read as one token, so that its fault is told.
///
/// # Errors
/// [`ErrorCode::Validation`] when nothing in it is like a token.
pub fn decode(text: &str) -> Result<DecodedView, WireError> {
    let found = token::find(text);
    if found.is_empty() {
        let token = token::decode(text.trim()).map_err(|error| WireError::validation("token", error.to_string()))?;
        return Ok(DecodedView { tokens: vec![decoded(None, Ok(token))] });
    }
    let tokens = found.into_iter().map(|Found { compact, label }| decoded(label, token::decode(&compact)));
    Ok(DecodedView { tokens: tokens.collect() })
}

fn decoded(label: Option<String>, token: Result<Token, token::DecodeError>) -> DecodedTokenView {
    match token {
        Ok(token) => DecodedTokenView {
            label,
            pool: token::pool_of(&token).map(|pool| pool.as_str().to_owned()),
            header: Some(token.header),
            claims: Some(token.claims),
            error: None,
        },
        Err(error) => {
            DecodedTokenView { label, header: None, claims: None, pool: None, error: Some(error.to_string()) }
        }
    }
}

/// A claim in words.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ClaimView {
    /// Its name.
    pub name: String,
    /// Its value: text as it is, anything else as JSON. Foreign text.
    pub value: String,
    /// What it says.
    pub meaning: String,
    /// Where that is written.
    pub source: String,
    /// The value as an instant; `null` when it is none.
    pub at: Option<String>,
}

impl From<Explained> for ClaimView {
    fn from(claim: Explained) -> Self {
        let instant = |seconds: i64| jiff::Timestamp::from_second(seconds).ok().map(|at| at.to_string());
        Self {
            at: claim.value.as_i64().filter(|_| claim.time).and_then(instant),
            name: claim.name,
            value: text(&claim.value),
            meaning: claim.meaning.to_owned(),
            source: claim.source.to_owned(),
        }
    }
}

/// Claims in words, those that say the most first.
#[must_use]
pub fn claims_in_words(claims: &Map<String, Value>) -> Vec<ClaimView> {
    token::explain(claims).into_iter().map(ClaimView::from).collect()
}

/// Every claim of one token in words.
///
/// # Errors
/// [`ErrorCode::Validation`] when it cannot be read.
pub fn explain(compact: &str) -> Result<Vec<ClaimView>, WireError> {
    let token = one(compact)?;
    Ok(claims_in_words(&token.claims))
}

/// A member in which two tokens differ.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DifferenceView {
    /// `header.kid`, `claims.exp`.
    pub path: String,
    /// What the first has, as JSON; `null` when it lacks it.
    pub left: Option<String>,
    /// What the second has, as JSON; `null` when it lacks it.
    pub right: Option<String>,
}

/// What differs between two tokens.
///
/// # Errors
/// [`ErrorCode::Validation`] when one cannot be read.
pub fn compare(left: &str, right: &str) -> Result<Vec<DifferenceView>, WireError> {
    let json = |value: Option<Value>| value.map(|value| value.to_string());
    let view = |Difference { path, left, right }| DifferenceView { path, left: json(left), right: json(right) };
    Ok(token::compare(&one(left)?, &one(right)?).into_iter().map(view).collect())
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn one(compact: &str) -> Result<Token, WireError> {
    token::decode(compact.trim()).map_err(|error| WireError {
        field: Some("token".to_owned()),
        ..WireError::new(ErrorCode::Validation, error.to_string())
    })
}

/// The form in which a token's issuer is expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum IssuerWanted {
    /// Either; another one than the pool wrote when it was described is said.
    OfPool,
    /// `https://cognito-idp.…`.
    Original,
    /// `https://issuer-cognito-idp.…`.
    Updated,
    /// Either.
    Either,
}

/// What is expected of a token.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ExpectedToken {
    /// The client of the open pool that it must be for; `null` for any, and of any pool.
    pub client_id: Option<String>,
    /// `id` or `access`; `null` for either.
    pub token_use: Option<String>,
    /// The form of its issuer.
    pub issuer: IssuerWanted,
}

impl ExpectedToken {
    /// What `console` is asked of a token that names the pool `named`, while `open` is open, which wrote its issuer in
    /// a form when it was described. A client belongs to the open pool, so with one no other pool will do.
    ///
    /// # Errors
    /// The field that does not hold.
    pub fn wanted(
        &self,
        named: Option<&PoolId>,
        open: &PoolId,
        described: Option<DescribedIssuer>,
    ) -> Result<Wanted, WireError> {
        let (issuer, described) = match self.issuer {
            IssuerWanted::OfPool => (None, described.filter(|_| named == Some(open))),
            IssuerWanted::Original => (Some(IssuerForm::Original), None),
            IssuerWanted::Updated => (Some(IssuerForm::Updated), None),
            IssuerWanted::Either => (None, None),
        };
        let request = VerifyToken {
            token: SecretString::default(),
            pool_id: self.client_id.as_ref().map(|_| open.as_str().to_owned()),
            client_id: self.client_id.clone(),
            token_use: self.token_use.clone(),
            issuer: None,
        };
        Ok(Wanted { issuer, described, ..request.wanted()? })
    }
}

/// A pasted text, and what is expected of the tokens in it.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct InspectTokens {
    /// Anything: a token, a header, a curl command, a cookie, JSON.
    #[specta(type = String)]
    pub text: SecretString,
    /// What is expected of each.
    pub expected: ExpectedToken,
}

/// The pool that a compact token names; `None` when it names none or cannot be read.
#[must_use]
pub fn pool_named(compact: &str) -> Option<PoolId> {
    token::pool_of(&token::decode(compact).ok()?)
}

/// Two tokens.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CompareTokens {
    /// The one.
    #[specta(type = String)]
    pub left: SecretString,
    /// The other.
    #[specta(type = String)]
    pub right: SecretString,
}

/// A token that was looked at: what it is, what it says, whether it holds.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct InspectedView {
    /// What it was called where it was found; `null` when it stood alone.
    pub label: Option<String>,
    /// The header's members; empty when the token cannot be read.
    pub header: Vec<ClaimView>,
    /// The claims in words; empty when the token cannot be read.
    pub claims: Vec<ClaimView>,
    /// When it was issued; `null` when it does not say.
    pub issued_at: Option<String>,
    /// When it ends; `null` when it does not say.
    pub expires_at: Option<String>,
    /// Check by check.
    pub verdict: VerdictView,
    /// Whom and what it names.
    pub subject: SubjectView,
}

/// Whom and what a token names, to go there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SubjectView {
    /// The user pool; `null` when it is no token of one.
    pub pool: Option<String>,
    /// The user name; `null` for a machine's token. Foreign text.
    pub username: Option<String>,
    /// The app client; `null` when none is named. Foreign text.
    pub client: Option<String>,
    /// The groups. Foreign text.
    pub groups: Vec<String>,
}

impl SubjectView {
    fn of(token: &Token) -> Self {
        let text = |name: &str| token.text(name).map(str::to_owned);
        let groups = token.claims.get("cognito:groups").and_then(Value::as_array);
        Self {
            pool: token::pool_of(token).map(|pool| pool.as_str().to_owned()),
            username: text("cognito:username").or_else(|| text("username")),
            client: text("client_id").or_else(|| text("aud")),
            groups: groups.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect(),
        }
    }
}

impl InspectedView {
    /// Joins what a token says with what came of verifying it.
    #[must_use]
    pub fn new(label: Option<String>, compact: &str, verified: &Verified) -> Self {
        let (verdict, subject) = (VerdictView::from(verified), SubjectView::default());
        let Ok(token) = token::decode(compact) else {
            let (header, claims) = (Vec::new(), Vec::new());
            return Self { label, header, claims, issued_at: None, expires_at: None, verdict, subject };
        };
        let claims = claims_in_words(&token.claims);
        let at = |name: &str| claims.iter().find(|claim| claim.name == name).and_then(|claim| claim.at.clone());
        let header = token.header.iter().map(|(name, value)| ClaimView {
            name: name.clone(),
            value: text(value),
            meaning: header_meaning(name).to_owned(),
            source: "RFC 7515 section 4.1".to_owned(),
            at: None,
        });
        let subject = SubjectView::of(&token);
        Self { label, header: header.collect(), issued_at: at("iat"), expires_at: at("exp"), claims, verdict, subject }
    }
}

fn header_meaning(name: &str) -> &'static str {
    match name {
        "alg" => "How it is signed. Cognito uses RS256 only.",
        "kid" => "Which of the pool's keys signed it.",
        "typ" => "What it is.",
        _ => "Not something that Cognito writes.",
    }
}

/// The tokens in a pasted text, each as it stands there with its label. A text without any is taken for one token.
#[must_use]
pub fn taken_out(text: &str) -> Vec<(Option<String>, String)> {
    let found = token::find(text);
    if found.is_empty() {
        return vec![(None, text.trim().to_owned())];
    }
    found.into_iter().map(|found| (found.label, found.compact)).collect()
}
