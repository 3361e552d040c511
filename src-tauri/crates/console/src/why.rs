//! "Why can't this person sign in?": the facts that are free to have, and what the rules make of them.

use cognito::{ErrorKind, UserFilter};
use jiff::Timestamp;
use model::call::MauEffect;
use model::client::{AppClient, FLOWS, Flow};
use model::cost::strongest;
use model::estimate::Estimate;
use model::health::Answer;
use model::mau::effect_of;
use model::plan::{Factor, item_for};
use model::pool::Pool;
use model::pool_policy::{PoolPolicy, second_factors};
use model::user::User;
use model::why::{Facts, FieldChange, Fix, Listing, Reason, why};
use model::{ClientId, Sub, Username};
use rust_decimal::Decimal;
use serde_json::Value;
use store::What;

use crate::error::{Code, Error};
use crate::pool::OpenPool;
use crate::reveal::CallPrices;
use crate::sync::find;

/// Why something is not known, in a sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct NotKnown(String);

impl NotKnown {
    fn because(why: impl Into<String>) -> Self {
        Self(why.into())
    }

    fn as_str(&self) -> &str {
        &self.0
    }
}

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WhyQuestion {
    /// The user name, or an e-mail address, phone number or `sub` that one user alone has.
    pub who: String,
    /// The client that they sign in through; `None` when nobody said.
    pub client: Option<ClientId>,
    /// The flow that the app uses (`USER_SRP_AUTH`); `None` when nobody said.
    pub flow: Option<String>,
    /// Whether the app sends a SECRET_HASH; `None` when nobody said.
    pub sends_secret: Option<bool>,
    /// Whether the user's second factors are looked at, by a call that makes them a monthly active user.
    pub look: bool,
}

/// What a rule found, and what its fix may cost.
#[derive(Debug, Clone, PartialEq)]
pub struct PricedReason {
    /// The rule's answer.
    pub reason: Reason,
    /// What the fix, or the call that tells more, does to the count of active users.
    pub effect: MauEffect,
    /// What that may add to the bill, in US dollars; unknown where [`Why::prices_unknown`] says why.
    pub price: Estimate<Decimal>,
}

/// The answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Why {
    /// The user as they are now, or as the local copy has them where AWS did not list them.
    pub user: User,
    /// Whether AWS was asked for the user.
    pub asked: bool,
    /// When AWS listed the user; `None` where it did not, or only the local copy was asked.
    pub listed_at: Option<Timestamp>,
    /// When the local copy was last made equal to the pool.
    pub synced_at: Option<Timestamp>,
    /// Why no price is known, as a sentence; `None` when they are known.
    pub prices_unknown: Option<String>,
    /// Every rule once, what keeps the person out first.
    pub reasons: Vec<PricedReason>,
}

impl OpenPool {
    /// Holds every rule against a user, the pool and a client. Asks AWS only for what is free (`ListUsers` by `sub`,
    /// `DescribeUserPool`, `GetUserPoolMfaConfig`, `DescribeUserPoolClient`), and nothing where the pool was opened from its copy alone: what is
    /// then not known stays unknown. Second factors alone need a call that counts (`AdminGetUser`), which is made only where
    /// the question says so and a rule wants to know.
    ///
    /// # Errors
    /// [`Code::NotFound`] when there is no such user; [`Code::Precondition`] when several are meant; [`Code::Validation`]
    /// with field `flow`; what stands in the way of every call.
    pub async fn why(&self, question: &WhyQuestion) -> Result<Why, Error> {
        let flow = question.flow.as_deref().map(known_flow).transpose()?;
        let cached = self.meant(&question.who).await?;
        let (user, listing) = self.as_listed(cached).await?;
        let now = self.now();
        let empty = || Error::new(Code::CacheUnavailable, "The local copy is empty. Connect to the pool first.");
        let pool = self.pool().await?.ok_or_else(empty)?;
        let policy = self.policy().await?;
        let client = self.client_of(question.client.as_ref()).await?;
        let freshness = self.freshness().await?;
        let others = self.namesakes(&user, freshness.complete).await?;
        let changed = self.changed(&user).await;
        let takes = self.factors_taken(&pool).await?;
        let mut facts = Facts {
            now,
            user: &user,
            listing,
            pool: &pool,
            policy: policy.as_ref().map_err(NotKnown::as_str),
            client: client.as_ref().map_err(NotKnown::as_str),
            flow,
            sends_secret: question.sends_secret,
            others: others.as_deref().map_err(NotKnown::as_str),
            changed: &changed,
            second_factors: takes.as_deref().map_err(NotKnown::as_str),
            factors: None,
        };
        let mut reasons = why(&facts);
        // What no rule wants to know is not paid for.
        let wants = |reason: &Reason| reason.fix.as_ref().is_some_and(|fix| fix.reveal.is_some());
        let factors = match question.look && reasons.iter().any(wants) {
            true => Some(self.second_factors(&user.username).await?.on),
            false => None,
        };
        if factors.is_some() {
            facts.factors = factors.as_deref();
            reasons = why(&facts);
        }
        let prices = self.prices_of(&user.username).await?;
        let prices_unknown = prices.unknown().map(|error| error.message.clone());
        let reasons = reasons.into_iter().map(|reason| priced(reason, &prices, &user, &pool)).collect();
        let listed_at = (listing == Listing::Listed).then_some(now);
        let (asked, synced_at) = (listing != Listing::NotAsked, freshness.synced_at);
        Ok(Why { user, asked, listed_at, synced_at, prices_unknown, reasons })
    }

    /// What the pool demands (`DescribeUserPool`; free); the inner error says why that is not known.
    pub(crate) async fn policy(&self) -> Result<Result<PoolPolicy, NotKnown>, Error> {
        let Some(live) = self.live.get() else { return Ok(Err(NotKnown::because("AWS was not asked."))) };
        Ok(given(live.session.pool_as_sent(&self.key.pool).await?).and_then(|body| {
            PoolPolicy::read(&body).ok_or_else(|| NotKnown::because("The pool's settings cannot be read."))
        }))
    }

    /// The second factors that the pool takes (`GetUserPoolMfaConfig`; free), where it asks for any; the inner error says why
    /// they are not known.
    async fn factors_taken(&self, pool: &Pool) -> Result<Result<Vec<Factor>, NotKnown>, Error> {
        if pool.mfa.as_deref() == Some("OFF") {
            return Ok(Ok(Vec::new()));
        }
        let Some(live) = self.live.get() else { return Ok(Err(NotKnown::because("AWS was not asked."))) };
        let answer = live.session.mfa_as_sent(&self.key.pool).await?;
        Ok(given(answer).map(|body| second_factors(&body)))
    }

    /// The user whom a text names: exactly by user name, else the only one who has it as address, number or `sub`.
    async fn meant(&self, who: &str) -> Result<User, Error> {
        let nobody = || Error::new(Code::NotFound, "There is no such user in this pool.");
        let name = Username::parse(who).map_err(|error| Error::invalid("username", format!("{error}.")))?;
        if let Some(user) = self.user(&name).await? {
            return Ok(user);
        }
        let entry = who.to_owned();
        let mut found = self.read(move |cache| cache.look_up(&[entry])).await?.found;
        if found.is_empty()
            && let Some(live) = self.live.get()
        {
            for filter in std::iter::once(UserFilter::UsernameIs(name)).chain(UserFilter::of_address(who)) {
                let filter = &filter;
                let page = |token: Option<String>| async move {
                    live.session.users(&self.key.pool, filter.clone(), Some(2), token).await
                };
                // Two of them are enough to ask who is meant.
                if let Some(first) = find(page, |_| true).await? {
                    let other = find(page, |user| user.username != first.username).await?;
                    found.extend([first].into_iter().chain(other));
                }
            }
            // Whose name is their address was found by both.
            found.sort_by(|a, b| a.username.cmp(&b.username));
            found.dedup_by(|a, b| a.username == b.username);
        }
        match found.len() {
            0 => Err(nobody()),
            1 => found.pop().ok_or_else(nobody),
            several => {
                let message = format!("{several} users have this name, address or number. Give the exact user name.");
                Err(Error::new(Code::Precondition, message))
            }
        }
    }

    /// The user as AWS lists them now, with the groups of the local copy.
    async fn as_listed(&self, cached: User) -> Result<(User, Listing), Error> {
        let sub = cached.sub().and_then(|sub| Sub::parse(sub).ok());
        let (Some(live), Some(sub)) = (self.live.get(), sub) else { return Ok((cached, Listing::NotAsked)) };
        let filter = &UserFilter::SubIs(sub);
        let page = |token: Option<String>| async move {
            live.session.users(&self.key.pool, filter.clone(), Some(1), token).await
        };
        Ok(match find(page, |_| true).await? {
            Some(now) => (User { groups: cached.groups, ..now }, Listing::Listed),
            None => (cached, Listing::Missing),
        })
    }

    async fn client_of(&self, client: Option<&ClientId>) -> Result<Result<AppClient, NotKnown>, Error> {
        let Some(client) = client else { return Ok(Err(NotKnown::because("No app client was named."))) };
        let Some(live) = self.live.get() else {
            return Ok(Err(NotKnown::because("AWS was not asked about the app client.")));
        };
        match live.session.describe_client(&self.key.pool, client).await {
            Ok((client, _)) => Ok(Ok(client)),
            Err(error) => match &error.kind {
                ErrorKind::AccessDenied { iam_action } => {
                    Ok(Err(NotKnown::because(format!("The permission {iam_action} is missing."))))
                }
                _ => Err(error.into()),
            },
        }
    }

    /// Who else has the user's name, address or number, case ignored.
    async fn namesakes(&self, user: &User, complete: bool) -> Result<Result<Vec<User>, NotKnown>, Error> {
        if !complete {
            return Ok(Err(NotKnown::because(
                "The local copy is not complete, so other users may be missing. Sync the pool.",
            )));
        }
        let mut entries = vec![user.username.as_str().to_owned()];
        entries.extend(["email", "phone_number"].iter().filter_map(|name| user.attribute(name).map(str::to_owned)));
        entries.retain(|entry| !entry.is_empty());
        let mut others = self.read(move |cache| cache.look_up(&entries)).await?.found;
        others.retain(|other| other.username != user.username);
        Ok(Ok(others))
    }

    /// Fields that were changed here or that syncs saw changing, the latest first; nothing where there is no history.
    async fn changed(&self, user: &User) -> Vec<FieldChange> {
        let told = self.timeline(user.username.as_str()).await.unwrap_or_default();
        let field = |change: store::Change| match change.what {
            What::Field { name, .. } => Some(FieldChange { field: name, at: change.at, here: change.here }),
            _ => None,
        };
        told.into_iter().filter_map(field).collect()
    }
}

/// What AWS answered, or why it is not known.
fn given(answer: Answer) -> Result<Value, NotKnown> {
    match answer {
        Answer::Given(body) => Ok(body),
        Answer::Denied { iam_action } => Err(NotKnown::because(format!("The permission {iam_action} is missing."))),
        Answer::Throttled => Err(NotKnown::because("AWS had too many requests; ask again.")),
        Answer::Refused { code } => Err(NotKnown::because(format!("AWS answered {code}."))),
        Answer::Failed { reason } => Err(NotKnown::because(reason)),
    }
}

/// A reason with what its fix costs.
fn priced(reason: Reason, prices: &CallPrices, user: &User, pool: &Pool) -> PricedReason {
    let effect = match &reason.fix {
        Some(Fix { action: Some(action), .. }) => {
            let item = item_for(action, user, pool).ok();
            item.map_or(MauEffect::MayBill, |item| strongest(item.steps.iter().map(model::plan::Step::effect)))
        }
        Some(Fix { reveal: Some(operation), .. }) => effect_of(operation),
        _ => MauEffect::Free,
    };
    let (effect, price) = prices.of(effect);
    PricedReason { reason, effect, price }
}

fn known_flow(name: &str) -> Result<&'static Flow, Error> {
    let known = FLOWS.iter().find(|flow| flow.name == name);
    known.ok_or_else(|| Error::invalid("flow", format!("There is no sign-in flow {name}.")))
}
