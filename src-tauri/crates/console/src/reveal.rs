//! What only a call about one user can tell, each behind its price, and passwords that fit the pool.

use std::collections::BTreeSet;

use cognito::{SecondFactors, SignInEvent, UserDevice};
use model::Username;
use model::call::MauEffect;
use model::cost::Touched;
use model::estimate::Estimate;
use model::health::Answer;
use model::mau::{effect_of, event_counts};
use model::month::Month;
use model::password::PasswordRules;
use model::pool::Pool;
use model::user::User;
use rust_decimal::Decimal;
use secrecy::SecretString;

use crate::activity::TouchPrices;
use crate::error::{Code, Error};
use crate::open::blocking;
use crate::pool::{Live, OpenPool};

/// The pool's plan that keeps sign-ins.
const PLUS: &str = "PLUS";

/// The length that fits nearly every pool, for one whose settings may not be read.
const UNKNOWN: PasswordRules = PasswordRules { shortest: 32 };

/// What no listing shows of a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reveal {
    /// Their second factors.
    SecondFactors,
    /// Their remembered devices.
    Devices,
    /// Their sign-ins; in the plan Plus.
    SignIns,
}

impl Reveal {
    /// AWS's name of the call.
    #[must_use]
    pub fn operation(self) -> &'static str {
        match self {
            Self::SecondFactors => "AdminGetUser",
            Self::Devices => "AdminListDevices",
            Self::SignIns => "AdminListUserAuthEvents",
        }
    }
}

/// What a look costs.
#[derive(Debug, Clone, PartialEq)]
pub struct RevealPrice {
    /// AWS's name of the call.
    pub operation: &'static str,
    /// What it does to the count of active users; [`MauEffect::AlreadyCounted`] when this program counted the user in this
    /// month, so that it is free.
    pub effect: MauEffect,
    /// What it may add to the bill, in US dollars: as a preview of a change of many says it.
    pub price: Estimate<Decimal>,
    /// Why it cannot be had in this pool, as a sentence; `None` when it can.
    pub refused: Option<String>,
}

impl OpenPool {
    /// What it costs to look at something of a user. Opens no socket.
    ///
    /// # Errors
    /// [`Code::JournalUnavailable`] when the ledger cannot be read; [`Code::CacheUnavailable`]; [`Code::Validation`] on
    /// `prices` for a price table of a person's own that does not hold.
    pub async fn reveal_price(&self, username: &Username, what: Reveal) -> Result<RevealPrice, Error> {
        let pool = self.pool().await?;
        self.prices_of(username).await?.reveal(what, 1, pool.as_ref())
    }

    /// What it costs at most to look at something of several users, for each may be new this month. Opens no socket.
    ///
    /// # Errors
    /// [`Code::CacheUnavailable`]; [`Code::Validation`] on `prices` for a price table of a person's own that does not hold.
    pub async fn reveals_price(&self, users: u32, what: Reveal) -> Result<RevealPrice, Error> {
        let pool = self.pool().await?;
        CallPrices { prices: self.touch_prices().await, counted: false }.reveal(what, users.into(), pool.as_ref())
    }

    /// What calls about a user cost: by what is known of the present month, as a preview of a change of many says it, and by
    /// whether they count already. What stands in the way, such as a table that does not hold, makes them unknown.
    ///
    /// # Errors
    /// [`Code::JournalUnavailable`].
    pub(crate) async fn prices_of(&self, username: &Username) -> Result<CallPrices, Error> {
        Ok(CallPrices { prices: self.touch_prices().await, counted: self.is_counted(username).await? })
    }

    /// A user's second factors (`AdminGetUser`; makes the user a monthly active user; in the ledger before it is sent).
    ///
    /// # Errors
    /// [`Code::NotFound`] for an unknown user; [`Code::AccessDenied`]; [`Code::JournalUnavailable`] when it cannot be
    /// written down, and nothing is sent then; [`Code::Precondition`] without AWS.
    pub async fn second_factors(&self, username: &Username) -> Result<SecondFactors, Error> {
        Ok(self.may_reveal(Reveal::SecondFactors).await?.session.second_factors(&self.key.pool, username).await?)
    }

    /// A user's remembered devices (`AdminListDevices`; AWS does not say whether it counts).
    ///
    /// # Errors
    /// As [`OpenPool::second_factors`].
    pub async fn devices(&self, username: &Username) -> Result<Vec<UserDevice>, Error> {
        Ok(self.may_reveal(Reveal::Devices).await?.session.devices(&self.key.pool, username).await?)
    }

    /// A page of a user's sign-ins, the latest first, and the token of the next (`AdminListUserAuthEvents`; AWS does not
    /// say whether it counts). In which months they were active is kept as evidence, where the pool's history is on.
    ///
    /// # Errors
    /// As [`OpenPool::second_factors`]; [`Code::NotInPlan`] but for the plan Plus.
    pub async fn sign_in_events(
        &self,
        username: &Username,
        next: Option<String>,
    ) -> Result<(Vec<SignInEvent>, Option<String>), Error> {
        let live = self.may_reveal(Reveal::SignIns).await?;
        let (events, next) = live.session.sign_in_events(&self.key.pool, username, next).await?;
        // What was shown is worth having also where it cannot be kept.
        if let Err(error) = self.keep_seen(username, &events).await {
            tracing::warn!(%error, "what sign-ins tell of the month was not kept");
        }
        Ok((events, next))
    }

    /// Keeps in which months a user was active by these events.
    async fn keep_seen(&self, username: &Username, events: &[SignInEvent]) -> Result<(), Error> {
        let Some(history) = self.recording() else { return Ok(()) };
        let counts = |event: &&SignInEvent| event_counts(&event.kind, event.response.as_deref().unwrap_or_default());
        let months = events.iter().filter(counts).filter_map(|event| Some(Month::of(event.at?)));
        let months: BTreeSet<Month> = months.collect();
        if months.is_empty() {
            return Ok(());
        }
        // A name may be given to somebody else, so who is not in the local copy with their `sub` is not kept.
        let user = self.user(username).await?;
        let Some(person) = user.as_ref().and_then(User::sub).map(str::to_owned) else { return Ok(()) };
        let key = self.key.clone();
        let months: Vec<Month> = months.into_iter().collect();
        blocking(move || history.keep_seen(&key, &person, &months)).await
    }

    /// A new password that fits the pool's policy (`DescribeUserPool`; free). Where the policy may not be read it is a long
    /// one of all kinds of characters.
    ///
    /// # Errors
    /// What stands in the way of every call.
    pub async fn new_password(&self) -> Result<SecretString, Error> {
        let rules = match self.live.get() {
            Some(live) => match live.session.pool_as_sent(&self.key.pool).await? {
                Answer::Given(body) => PasswordRules::read(&body),
                _ => UNKNOWN,
            },
            None => UNKNOWN,
        };
        Ok(rules.made(rand::random::<u32>).into())
    }

    async fn may_reveal(&self, what: Reveal) -> Result<&Live, Error> {
        let tier = self.pool().await?.and_then(|pool| pool.tier);
        if let Some(why) = refused(what, tier.as_deref()) {
            return Err(Error::new(Code::NotInPlan, why));
        }
        self.live.get().ok_or_else(|| Error::new(Code::Precondition, "Connect to AWS to look at this."))
    }

    /// Whether this program has counted the user in this month.
    async fn is_counted(&self, username: &Username) -> Result<bool, Error> {
        let Some(journal) = self.console.vault().journal.clone() else { return Ok(false) };
        let (key, month) = (self.key.clone(), Month::of(self.now()).to_string());
        Ok(blocking(move || journal.counted(&key, &month)).await?.contains(username.as_str()))
    }
}

/// What calls about one user cost.
pub(crate) struct CallPrices {
    /// The error says why they are not known.
    prices: Result<TouchPrices, Error>,
    counted: bool,
}

impl CallPrices {
    /// What a call of this effect does to the count, and what that may add to the bill.
    pub(crate) fn of(&self, effect: MauEffect) -> (MauEffect, Estimate<Decimal>) {
        self.of_many(effect, 1)
    }

    /// The same of so many users.
    fn of_many(&self, effect: MauEffect, users: u64) -> (MauEffect, Estimate<Decimal>) {
        let counted = self.counted && effect != MauEffect::Free;
        let effect = if counted { MauEffect::AlreadyCounted } else { effect };
        let mut touched = Touched::default();
        touched.add(effect, users);
        let price = match &self.prices {
            Ok(prices) => prices.now(touched),
            Err(_) if matches!(effect, MauEffect::Free | MauEffect::AlreadyCounted) => Estimate::exactly(Decimal::ZERO),
            Err(_) => Estimate::unknown(),
        };
        (effect, price)
    }

    /// What it costs to look at something of so many users.
    fn reveal(&self, what: Reveal, users: u64, pool: Option<&Pool>) -> Result<RevealPrice, Error> {
        if let Some(error) = self.unknown() {
            return Err(error.clone());
        }
        let (effect, price) = self.of_many(effect_of(what.operation()), users);
        Ok(RevealPrice {
            operation: what.operation(),
            effect,
            price,
            refused: refused(what, pool.and_then(|pool| pool.tier.as_deref())),
        })
    }

    /// Why no prices are known; `None` when they are.
    pub(crate) fn unknown(&self) -> Option<&Error> {
        self.prices.as_ref().err()
    }
}

fn refused(what: Reveal, tier: Option<&str>) -> Option<String> {
    let lacks = what == Reveal::SignIns && tier.is_some_and(|tier| tier != PLUS);
    lacks.then(|| "Sign-ins are kept only with the feature plan Plus.".to_owned())
}
