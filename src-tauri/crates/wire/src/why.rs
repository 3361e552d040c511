//! Why somebody cannot sign in: what each rule found, with evidence, fix and reply.

use std::collections::BTreeMap;

use console::{PricedReason, Why, WhyQuestion};
use model::cost::plain;
use model::plan::Action;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::WireError;
use crate::lab::client_id;
use crate::reveals::effect;

/// Asks why somebody cannot sign in.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AskWhy {
    /// The user name, or an address, number or `sub` that one user alone has.
    pub username: String,
    /// The client that they sign in through; `null` when nobody said.
    pub client_id: Option<String>,
    /// The flow that the app uses (`USER_SRP_AUTH`); `null` when nobody said.
    pub flow: Option<String>,
    /// Whether the app sends a SECRET_HASH; `null` when nobody said.
    pub sends_secret: Option<bool>,
    /// Whether the user's second factors are looked at (`AdminGetUser`, which counts); its price has been agreed to.
    pub look: bool,
}

impl AskWhy {
    /// What is asked.
    ///
    /// # Errors
    /// A validation error on `client`.
    pub fn parse(self) -> Result<WhyQuestion, WireError> {
        let named = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
        let client = named(&self.client_id).map(|id| client_id(&id)).transpose()?;
        let flow = named(&self.flow);
        Ok(WhyQuestion { who: self.username, client, flow, sends_secret: self.sends_secret, look: self.look })
    }
}

/// A change that repairs, in the form in which a plan is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum FixAction {
    /// Lets the user sign in.
    EnableUsers,
    /// Confirms the user.
    ConfirmUsers {
        /// Whether the e-mail address is marked as verified, too.
        verify_email: bool,
    },
    /// Sends the invitation again.
    ResendInvitation {
        /// Always `null`: by e-mail where there is an address, else by SMS.
        by: Option<String>,
    },
    /// Sends a code for a new password.
    ResetPassword,
    /// Sets a password, which is handed over with the approval.
    SetPassword {
        /// Whether it stays.
        permanent: bool,
    },
    /// Sets attributes.
    SetAttributes {
        /// The values, by AWS's names.
        attributes: BTreeMap<String, String>,
    },
}

impl FixAction {
    /// The same as a plan's action; `None` for what no rule proposes.
    fn of(action: &Action) -> Option<Self> {
        Some(match action {
            Action::EnableUsers => Self::EnableUsers,
            Action::ConfirmUsers { verify_email } => Self::ConfirmUsers { verify_email: *verify_email },
            Action::ResendInvitation { .. } => Self::ResendInvitation { by: None },
            Action::ResetPassword => Self::ResetPassword,
            Action::SetPassword { permanent } => Self::SetPassword { permanent: *permanent },
            Action::SetAttributes { attributes } => Self::SetAttributes { attributes: attributes.clone() },
            _ => return None,
        })
    }

    /// The words of `poolctl` that plan it, without the user's name.
    fn words(&self) -> Vec<String> {
        let words: &[&str] = match self {
            Self::EnableUsers => &["users", "enable"],
            Self::ConfirmUsers { verify_email: false } => &["users", "confirm"],
            Self::ConfirmUsers { verify_email: true } => &["users", "confirm", "--verify-email"],
            Self::ResendInvitation { .. } => &["users", "resend"],
            Self::ResetPassword => &["users", "reset-password"],
            Self::SetPassword { permanent: false } => &["users", "set-password"],
            Self::SetPassword { permanent: true } => &["users", "set-password", "--permanent"],
            Self::SetAttributes { attributes } => {
                let pairs = attributes.iter().flat_map(|(name, value)| ["-a".to_owned(), format!("{name}={value}")]);
                return ["users", "set"].map(str::to_owned).into_iter().chain(pairs).collect();
            }
        };
        words.iter().map(|word| (*word).to_owned()).collect()
    }
}

/// What can be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FixView {
    /// What, in a sentence.
    pub say: String,
    /// What a plan would do; `null` when no plan helps.
    pub action: Option<FixAction>,
    /// The words after `poolctl` that do it, but for the user's name, which belongs behind a `--` at the end so that
    /// it is never taken for an option; empty when no plan helps.
    pub command: Vec<String>,
    /// The priced operation that would tell more; `null` when none is needed.
    pub reveal: Option<String>,
    /// `free`, `mayBill`, `undocumented` or `alreadyCounted`.
    pub effect: String,
    /// The least that it adds to the bill, in US dollars.
    pub price_low: String,
    /// The most, in US dollars; `null` when unknown.
    pub price_high: Option<String>,
}

/// What a rule found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ReasonView {
    /// The rule's name, which stays the same.
    pub rule: String,
    /// What it asks about.
    pub title: String,
    /// `blocks`, `hinders`, `unknown` or `clear`.
    pub verdict: String,
    /// Why.
    pub cause: String,
    /// What it rests on. Foreign text may be in it.
    pub evidence: Vec<String>,
    /// What can be done; `null` when nothing needs to be.
    pub fix: Option<FixView>,
    /// What can be sent to the person; `null` when there is nothing to say. Foreign text may be in it.
    pub reply: Option<String>,
}

impl From<&PricedReason> for ReasonView {
    fn from(priced: &PricedReason) -> Self {
        let effect = effect(priced.effect);
        let reason = &priced.reason;
        let fix = reason.fix.as_ref().map(|fix| {
            let action = fix.action.as_ref().and_then(FixAction::of);
            FixView {
                say: fix.say.clone(),
                command: action.as_ref().map(FixAction::words).unwrap_or_default(),
                action,
                reveal: fix.reveal.map(str::to_owned),
                effect: effect.to_owned(),
                price_low: plain(priced.price.low),
                price_high: priced.price.high.map(plain),
            }
        });
        Self {
            rule: reason.rule.to_owned(),
            title: reason.title.to_owned(),
            verdict: reason.verdict.as_str().to_owned(),
            cause: reason.cause.clone(),
            evidence: reason.evidence.clone(),
            fix,
            reply: reason.reply.clone(),
        }
    }
}

/// Why somebody cannot sign in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct WhyView {
    /// The user name. Foreign text.
    pub username: String,
    /// Whether AWS was asked for the user.
    pub asked: bool,
    /// When AWS listed the user; `null` where it did not, or only the local copy was asked.
    pub listed_at: Option<String>,
    /// When the local copy was last made equal to the pool; `null` when it never was.
    pub synced_at: Option<String>,
    /// Why no price is known, as a sentence; `null` when they are known. Parts of a person's own price table may be in it.
    pub prices_unknown: Option<String>,
    /// Every rule once, what keeps the person out first.
    pub reasons: Vec<ReasonView>,
}

impl From<&Why> for WhyView {
    fn from(why: &Why) -> Self {
        Self {
            username: why.user.username.to_string(),
            asked: why.asked,
            listed_at: why.listed_at.map(|at| at.to_string()),
            synced_at: why.synced_at.map(|at| at.to_string()),
            prices_unknown: why.prices_unknown.clone(),
            reasons: why.reasons.iter().map(ReasonView::from).collect(),
        }
    }
}
