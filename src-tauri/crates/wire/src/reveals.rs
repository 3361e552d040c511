//! What only a call about one user tells: its price first, then what was seen.

use console::{Reveal, RevealPrice, SecondFactors, SignInEvent, UserDevice};
use model::Username;
use model::call::MauEffect;
use model::cost::plain;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::WireError;
use crate::users::OneUser;

/// What no listing shows of a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum RevealKind {
    /// Second factors.
    SecondFactors,
    /// Remembered devices.
    Devices,
    /// Sign-ins, in the plan Plus.
    SignIns,
}

impl From<RevealKind> for Reveal {
    fn from(kind: RevealKind) -> Self {
        match kind {
            RevealKind::SecondFactors => Self::SecondFactors,
            RevealKind::Devices => Self::Devices,
            RevealKind::SignIns => Self::SignIns,
        }
    }
}

/// Looks at something of a user, or asks what that costs.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct LookAt {
    /// The exact user name.
    pub username: String,
    /// What is looked at.
    pub what: RevealKind,
    /// Where a page of sign-ins goes on, as given by [`LookView`]; `null` for the first.
    pub next: Option<String>,
}

impl LookAt {
    /// Whom it is about.
    ///
    /// # Errors
    /// A validation error on `username`.
    pub fn username(&self) -> Result<Username, WireError> {
        OneUser { username: self.username.clone() }.parse()
    }
}

/// Asks what it costs at most to look at something of several users.
#[derive(Debug, Clone, Copy, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PriceLooks {
    /// How many they are.
    pub users: u32,
    /// What is looked at.
    pub what: RevealKind,
}

/// What a look costs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RevealPriceView {
    /// AWS's name of the call.
    pub operation: String,
    /// `free`, `mayBill`, `undocumented`, or `alreadyCounted` where this console counted the user in this month.
    pub effect: String,
    /// The least that it adds to the bill, in US dollars.
    pub price_low: String,
    /// What is likely, by what is known of the present month; `null` where nothing is.
    pub price_likely: Option<String>,
    /// The most; `null` where that is not known.
    pub price_high: Option<String>,
    /// Why it cannot be had in this pool; `null` when it can.
    pub refused: Option<String>,
}

impl From<&RevealPrice> for RevealPriceView {
    fn from(price: &RevealPrice) -> Self {
        Self {
            operation: price.operation.to_owned(),
            effect: effect(price.effect).to_owned(),
            price_low: plain(price.price.low),
            price_likely: price.price.likely.map(plain),
            price_high: price.price.high.map(plain),
            refused: price.refused.clone(),
        }
    }
}

/// What a call does to the count of active users, as a word.
pub(crate) fn effect(effect: MauEffect) -> &'static str {
    match effect {
        MauEffect::Free => "free",
        MauEffect::MayBill => "mayBill",
        MauEffect::Undocumented => "undocumented",
        MauEffect::AlreadyCounted => "alreadyCounted",
    }
}

/// What was seen. All texts are foreign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum LookView {
    /// Second factors, by AWS's names (`SMS_MFA`, `SOFTWARE_TOKEN_MFA`, `EMAIL_OTP`).
    SecondFactors {
        /// Those that are turned on.
        on: Vec<String>,
        /// The one that is asked for first; `null` where none is.
        preferred: Option<String>,
    },
    /// Remembered devices.
    Devices {
        /// All of them.
        devices: Vec<DeviceView>,
    },
    /// A page of sign-ins, the latest first.
    SignIns {
        /// The events.
        events: Vec<SignInEventView>,
        /// Where the next page begins; `null` at the end.
        next: Option<String>,
    },
}

impl From<SecondFactors> for LookView {
    fn from(factors: SecondFactors) -> Self {
        Self::SecondFactors { on: factors.on, preferred: factors.preferred }
    }
}

impl From<Vec<UserDevice>> for LookView {
    fn from(devices: Vec<UserDevice>) -> Self {
        let view = |device: UserDevice| DeviceView { key: device.key, name: device.name };
        Self::Devices { devices: devices.into_iter().map(view).collect() }
    }
}

impl From<(Vec<SignInEvent>, Option<String>)> for LookView {
    fn from((events, next): (Vec<SignInEvent>, Option<String>)) -> Self {
        Self::SignIns { events: events.into_iter().map(SignInEventView::from).collect(), next }
    }
}

/// A remembered device. All texts are foreign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DeviceView {
    /// Its key.
    pub key: String,
    /// The name that it was given; `null` where it has none.
    pub name: Option<String>,
}

/// A sign-in, sign-up or the like that threat protection has seen. All texts are foreign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SignInEventView {
    /// Names it.
    pub id: String,
    /// `SignIn`, `SignUp`, `ForgotPassword` …
    pub kind: String,
    /// When; `null` where AWS does not say.
    pub at: Option<String>,
    /// `Pass`, `Fail` or `InProgress`; `null` where AWS does not say.
    pub response: Option<String>,
    /// `NoRisk`, `AccountTakeover` or `Block`; `null` where AWS does not say.
    pub risk: Option<String>,
    /// Whether the password was found among those that were stolen elsewhere.
    pub compromised: bool,
    /// The address that it came from; `null` where AWS does not say.
    pub ip: Option<String>,
    /// City and country; `null` where AWS does not say.
    pub place: Option<String>,
    /// The device's name; `null` where AWS does not say.
    pub device: Option<String>,
    /// What was said of it, `Valid` or `Invalid`; `null` when nobody has.
    pub feedback: Option<String>,
}

impl From<SignInEvent> for SignInEventView {
    fn from(event: SignInEvent) -> Self {
        Self {
            id: event.id,
            kind: event.kind,
            at: event.at.map(|at| at.to_string()),
            response: event.response,
            risk: event.risk,
            compromised: event.compromised,
            ip: event.ip,
            place: event.place,
            device: event.device,
            feedback: event.feedback,
        }
    }
}
