//! All plans side by side on the same evidence: what each costs, where one overtakes another, what a switch would do.

use std::sync::PoisonError;

use model::Region;
use model::cost::{
    Bill, BillPart, BreakEven, Feature, FeatureLoss, FeatureUse, Forecast, MonthCount, PoolUsage, PricePlan, PriceStep,
    Prices, Usage, Varied, bill, break_even, cost_of_either, features_lost, marginal, price_steps, switch_bounds,
};
use model::estimate::Estimate;
use model::mau::Split;
use model::month::Month;
use rust_decimal::Decimal;
use store::ToldBilling;

use crate::activity::{self, Activity};
use crate::advice::{self, Basis, recommendation};
use crate::cost::{Besides, TableUsed};
use crate::error::Error;
use crate::ledger::LedgerOf;
use crate::open::Console;
use crate::pool::OpenPool;
use crate::report::{self, Report};

/// How many points the curves have, besides those where a price changes.
const POINTS: u64 = 64;
/// The fewest users that a chart goes up to.
const LEAST: u64 = 20_000;

/// What somebody wants to see side by side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlansQuestion {
    /// Active users of the pool, of all kinds.
    pub users: Estimate<u64>,
    /// Whether that is of a whole month.
    pub basis: Basis,
    /// The last month that is over and of which enough is known to compare plans by; `None` where there is none.
    pub whole: Option<MonthCount>,
    /// The present month as it may end, and those that follow; empty where there is no forecast.
    pub ahead: Vec<Forecast>,
    /// How they are mixed: only the proportions count.
    pub split: Split,
    /// What else goes into its price.
    pub besides: Besides,
    /// The other pools of the account, who share the free tiers.
    pub others: Vec<PoolUsage>,
    /// Whether somebody told that there are none; else nothing is known of them where `others` is empty.
    pub alone: bool,
    /// What the pool is billed by now; `None` when not known.
    pub present: Option<PricePlan>,
    /// Which features the pool uses.
    pub features: Vec<(Feature, FeatureUse)>,
    /// What was taken of the pool where it is not known, and nobody gave it either.
    pub taken: Vec<Taken>,
    /// The month.
    pub month: Month,
    /// The Region.
    pub region: Region,
}

/// A plan's price, and what goes with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanCost {
    /// The plan.
    pub plan: PricePlan,
    /// Dollars that this pool adds to the account's bill. Nothing is likely where users are unknown, or where linked ones
    /// may be billed either way.
    pub cost: Estimate<Decimal>,
    /// The calculation for the likely number of users (for the least, where nothing is likely), linked ones as direct: of
    /// the whole account, with [`PlansAnswer::others`] in it.
    pub bill: Bill,
    /// What the pool would lose against its present plan.
    pub losses: Vec<FeatureLoss>,
    /// What the month of this pool costs when it changes to it now, for these users, depending on who is active when; `None`
    /// for the present one, for a month that is over, and for what nobody can change to: back to the legacy price, and from
    /// that to Lite, on which such a pool is.
    pub switching: Option<Estimate<Decimal>>,
}

impl PlanCost {
    /// What this pool adds to a part of the account's bill, in exact dollars, beside [`PlansAnswer::others`].
    #[must_use]
    pub fn part(&self, part: BillPart, others: &Bill) -> Decimal {
        self.bill.part(part) - others.part(part)
    }
}

/// A point of the curves: dollars of a month with that many direct users, in the order of [`PricePlan::ALL`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CurvePoint {
    /// Direct users of the pool.
    pub users: u64,
    /// What the pool adds to the month's bill, on each plan.
    pub totals: [Decimal; 4],
    /// What one more user costs, on each plan.
    pub marginals: [Decimal; 4],
}

/// All plans side by side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlansAnswer {
    /// Each plan.
    pub plans: Vec<PlanCost>,
    /// What the other pools of the account would cost without this one. They share the free users and the brackets.
    pub others: Bill,
    /// That the prices are of a part of the month, as a sentence; `None` where they are of a whole one.
    pub so_far: Option<String>,
    /// Whether the pool is replicated to another Region in these prices.
    pub replicated: bool,
    /// What was taken of the pool where it is not known, as sentences. They are among the assumptions of each bill, too.
    pub taken: Vec<String>,
    /// What to do, in sentences; the first says by which month.
    pub recommendation: Vec<String>,
    /// The months to come, with what their users cost on the present plan.
    pub ahead: Vec<MonthAhead>,
    /// Where one becomes cheaper than another.
    pub break_even: Vec<BreakEven>,
    /// Where the price of the next user changes.
    pub steps: Vec<(PricePlan, PriceStep)>,
    /// The curves.
    pub curve: Vec<CurvePoint>,
    /// The prices that were used.
    pub table: TableUsed,
}

/// A month to come, and what its users would cost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MonthAhead {
    /// Its users.
    pub forecast: Forecast,
    /// Dollars that they add to the account's bill on the present plan, without tokens of machines and messages; `None`
    /// where that plan is not known.
    pub cost: Option<Estimate<Decimal>>,
}

impl Console {
    /// Answers what the pool's month costs on each plan. Sends nothing.
    ///
    /// # Errors
    /// As [`Console::prices`].
    pub fn plans(&self, question: &PlansQuestion) -> Result<PlansAnswer, Error> {
        let (table, used) = self.prices()?;
        let prices = table.prices(&question.region);
        let asked = Asked { prices: &prices, question };
        let counts = [Some(question.users.low), question.users.likely, question.users.high];
        let most = (counts.into_iter().flatten().max().unwrap_or_default().saturating_mul(2)).max(LEAST);
        let usage = asked.usage(question.present.unwrap_or(PricePlan::Essentials), 0);
        let steps = |plan: PricePlan| {
            let on = usage.on(plan, Varied::One(0));
            price_steps(&prices, &on, 0, most, question.month).into_iter().map(move |step| (plan, step))
        };
        let steps: Vec<(PricePlan, PriceStep)> = PricePlan::ALL.into_iter().flat_map(steps).collect();
        let mut points: Vec<u64> = (0..=POINTS).map(|at| most / POINTS * at).collect();
        points.extend(steps.iter().flat_map(|(_, step)| [step.from.saturating_sub(1), step.from]));
        points.sort_unstable();
        points.dedup();
        let plans = PricePlan::ALL.map(|plan| asked.plan(plan)).to_vec();
        let whole = question.whole.as_ref().filter(|_| matches!(question.basis, Basis::Part { .. }));
        let by = whole.map(|whole| {
            let question = PlansQuestion { users: whole.users.clone(), month: whole.month, ..question.clone() };
            PricePlan::ALL.map(|plan| Asked { prices: &prices, question: &question }.plan(plan)).to_vec()
        });
        let mut told = vec![advice::told_by(question.basis, question.month, whole.map(|whole| whole.month))];
        told.extend(recommendation(question.present, by.as_ref().unwrap_or(&plans)));
        Ok(PlansAnswer {
            plans,
            others: asked.others(),
            so_far: advice::so_far(question.basis, question.month),
            replicated: question.besides.replicated,
            taken: question.taken.iter().map(|taken| taken.sentence().to_owned()).collect(),
            recommendation: told,
            ahead: question.ahead.iter().map(|forecast| asked.ahead(forecast)).collect(),
            break_even: break_even(&prices, &usage, 0, most, question.month),
            steps,
            curve: points.into_iter().map(|users| asked.point(&usage, users)).collect(),
            table: TableUsed { region: prices.region.clone(), ..used },
        })
    }
}

/// Whether a pool can change from a plan to another one. A pool with the legacy price is on Lite, and whoever has left Lite
/// does not get that price again.
pub(crate) fn can_change(from: PricePlan, to: PricePlan) -> bool {
    from != to && to != PricePlan::Legacy && (from, to) != (PricePlan::Legacy, PricePlan::Lite)
}

struct Asked<'a> {
    prices: &'a Prices,
    question: &'a PlansQuestion,
}

impl Asked<'_> {
    /// The account with that many active users in this pool.
    fn usage(&self, plan: PricePlan, users: u64) -> Usage {
        let (direct, federated, linked) = self.question.split.shared_out(users).priced();
        let own = PoolUsage::new(plan, direct.saturating_add(linked), federated);
        self.question.besides.usage(own, self.question.others.iter().copied())
    }

    /// The other pools of the account, as if this one were not.
    fn others(&self) -> Bill {
        let usage = Usage { pools: self.question.others.clone(), ..Usage::default() };
        bill(self.prices, &usage, self.question.month)
    }

    /// The part of an account's bill that this pool adds to that of the others. Costs of the account never fall below theirs.
    fn own(&self, account: &Estimate<Decimal>) -> Estimate<Decimal> {
        let others = self.others().total();
        let own = |total: Decimal| total - others;
        Estimate::new(own(account.low), account.likely.map(own), account.high.map(own))
    }

    /// A month to come, for its users alone.
    fn ahead(&self, forecast: &Forecast) -> MonthAhead {
        let (users, month) = (forecast.users.clone(), forecast.month);
        let question = self.question.clone();
        let Besides { replicated, advanced_security, .. } = question.besides;
        let besides = Besides { replicated, advanced_security, ..Besides::default() };
        let alone = PlansQuestion { users, month, besides, ..question };
        let asked = Asked { prices: self.prices, question: &alone };
        MonthAhead { forecast: forecast.clone(), cost: alone.present.map(|plan| asked.cost_of_either(plan)) }
    }

    fn plan(&self, plan: PricePlan) -> PlanCost {
        let question = self.question;
        let users = &question.users;
        let shown = self.usage(plan, users.likely.unwrap_or(users.low));
        let mut bill = bill(self.prices, &shown, question.month);
        bill.assumptions.extend(question.taken.iter().map(|taken| taken.sentence().to_owned()));
        PlanCost {
            plan,
            cost: self.cost_of_either(plan),
            bill,
            losses: question.present.map_or_else(Vec::new, |from| {
                let used = |feature| {
                    let known = question.features.iter().find(|(named, _)| *named == feature);
                    known.map_or(FeatureUse::Unknown, |(_, used)| *used)
                };
                features_lost(from, plan, used)
            }),
            switching: question
                .present
                .filter(|from| question.basis != Basis::Whole && can_change(*from, plan))
                .map(|from| either(self.may_be(from).map(|from| self.switching(from, plan)))),
        }
    }

    /// What a plan of the pool may be: Lite also the legacy price, where nobody told.
    fn may_be(&self, plan: PricePlan) -> impl Iterator<Item = PricePlan> {
        let legacy = plan == PricePlan::Lite && self.question.taken.contains(&Taken::LiteOrLegacy);
        [plan].into_iter().chain(legacy.then_some(PricePlan::Legacy))
    }

    /// What a plan costs; of a pool that may have the legacy price, Lite costs either.
    fn cost_of_either(&self, plan: PricePlan) -> Estimate<Decimal> {
        either(self.may_be(plan).map(|plan| self.cost(plan)))
    }

    /// From the least users at the cheaper reading of linked ones to the most at the dearer.
    fn cost(&self, plan: PricePlan) -> Estimate<Decimal> {
        let at = |users: u64| {
            let split = self.question.split.shared_out(users).priced();
            cost_of_either(self.prices, &self.usage(plan, users), 0, split, self.question.month)
        };
        let users = &self.question.users;
        let high = users.high.and_then(|high| at(high).high);
        self.own(&Estimate::new(at(users.low).low, users.likely.and_then(|likely| at(likely).likely), high))
    }

    /// A change in the middle of the month: each active user is billed once, at the dearer plan if they were active then.
    /// Linked users by either reading of AWS's pages, and with as many of them federated as are free.
    fn switching(&self, from: PricePlan, to: PricePlan) -> Estimate<Decimal> {
        let users = &self.question.users;
        let at = |count: u64| {
            let usage = self.usage(from, count);
            let federated = usage.pools.iter().map(|pool| pool.federated).fold(0, u64::saturating_add);
            let own = usage.pools.first().map_or_else(|| PoolUsage::new(from, 0, 0), |pool| *pool);
            let rest = Usage { pools: usage.pools.iter().skip(1).copied().collect(), ..usage };
            let linked = self.question.split.shared_out(count).linked;
            let free = self.prices.free.federated.quantity.saturating_sub(federated);
            let readings = [0, linked, free.min(linked)].map(|as_federated| {
                let users = own.users.saturating_sub(as_federated);
                let own = PoolUsage { users, federated: own.federated.saturating_add(as_federated), ..own };
                switch_bounds(self.prices, &rest, (from, to), own, self.question.month)
            });
            let low = readings.iter().map(|bounds| bounds.low).min().unwrap_or_default();
            (low, readings.iter().filter_map(|bounds| bounds.high).max())
        };
        self.own(&Estimate::new(at(users.low).0, None, users.high.and_then(|high| at(high).1)))
    }

    /// What the pool's direct users add, alone.
    fn point(&self, usage: &Usage, users: u64) -> CurvePoint {
        let month = self.question.month;
        let on = |plan| usage.on(plan, Varied::One(0)).with_users(0, users);
        let none = |plan| bill(self.prices, &usage.on(plan, Varied::One(0)), month).exact();
        CurvePoint {
            users,
            totals: PricePlan::ALL.map(|plan| bill(self.prices, &on(plan), month).exact() - none(plan)),
            marginals: PricePlan::ALL.map(|plan| marginal(self.prices, &on(plan), 0, month)),
        }
    }
}

/// One of several amounts, and nobody knows which: likely only where all say the same.
fn either(amounts: impl Iterator<Item = Estimate<Decimal>>) -> Estimate<Decimal> {
    let both = |a: Estimate<Decimal>, b: Estimate<Decimal>| {
        let high = a.high.zip(b.high).map(|(a, b)| a.max(b));
        Estimate::new(a.low.min(b.low), a.likely.filter(|likely| b.likely == Some(*likely)), high)
    };
    amounts.reduce(both).unwrap_or_else(Estimate::unknown)
}

/// What is taken of a pool where it is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// That active users are mixed like everybody in the local copy.
    Mixed,
    /// That a pool on Lite with advanced security has the legacy price.
    Legacy,
    /// That another pool on Lite may have it, or not: its price is of either.
    LiteOrLegacy,
    /// That it is not replicated.
    NotReplicated,
}

impl Taken {
    /// It, as a sentence.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Mixed => {
                "Active users are taken to be mixed like everybody in the local copy: how many of them were of SAML or OIDC \
                 providers, no bill tells."
            }
            Self::Legacy => {
                "The pool is on Lite with advanced security on, which only pools with the legacy price can have, so that \
                 price is taken."
            }
            Self::LiteOrLegacy => {
                "AWS does not tell whether a pool on Lite kept the price from before 22 November 2024, with 50,000 free \
                 users, so what Lite costs goes from the one to the other. Say which it is under \"This pool is billed by\", \
                 or with poolctl billing --legacy yes or no."
            }
            Self::NotReplicated => {
                "Whether the pool is replicated to another Region could not be read; it is taken not to be."
            }
        }
    }
}

fn taken(activity: &Activity, replicated: Option<FeatureUse>, told: ToldBilling) -> Vec<Taken> {
    let mixed = activity.billed_split.is_none() && activity.split.federated.saturating_add(activity.split.linked) > 0;
    let legacy = activity.plan == Some(PricePlan::Legacy) && told.legacy.is_none();
    let either = activity::may_be_legacy(told, activity.plan);
    let can_be = !matches!(activity.plan, Some(PricePlan::Lite | PricePlan::Legacy));
    let unread = can_be && replicated.is_none_or(|used| used == FeatureUse::Unknown);
    [(Taken::Mixed, mixed), (Taken::Legacy, legacy), (Taken::LiteOrLegacy, either), (Taken::NotReplicated, unread)]
        .into_iter()
        .filter_map(|(taken, is)| is.then_some(taken))
        .collect()
}

impl OpenPool {
    /// The question about this pool's month that all plans are compared by, with what is known of it.
    ///
    /// # Errors
    /// As [`OpenPool::activity`].
    pub async fn plans_question(&self, activity: &Activity) -> Result<PlansQuestion, Error> {
        let present = Month::of(self.now());
        let months = self.months().await?;
        let enough =
            |count: &&MonthCount| count.month < present && (count.users.high.is_some() || count.users.likely.is_some());
        let (told, features) = (activity.billing, self.features().await);
        let replicated = features.iter().find(|(feature, _)| *feature == Feature::Replication).map(|(_, used)| *used);
        Ok(PlansQuestion {
            users: activity.users.clone(),
            basis: if activity.over { Basis::Whole } else { Basis::Part { until: activity.synced_at } },
            whole: months.known.iter().rfind(enough).cloned(),
            ahead: months.ahead,
            taken: taken(activity, replicated, self.told_billing()),
            split: activity.billed_split.unwrap_or(activity.split),
            besides: Besides {
                token_requests: activity.token_requests.unwrap_or_default(),
                replicated: replicated == Some(FeatureUse::Used),
                advanced_security: activity.advanced_security,
                ..Besides::default()
            },
            others: activity::others(told),
            alone: told.others == Some(0),
            present: activity.plan,
            features,
            month: activity.month,
            region: self.key.region.clone(),
        })
    }

    /// The question about a month and what is known of it, looked at anew, and kept for [`OpenPool::question`].
    ///
    /// # Errors
    /// As [`OpenPool::activity`].
    pub async fn look(&self, month: Month) -> Result<(PlansQuestion, Activity), Error> {
        let activity = self.activity(month).await?;
        let looked = (self.plans_question(&activity).await?, activity);
        *self.looked.lock().unwrap_or_else(PoisonError::into_inner) = Some(looked.clone());
        Ok(looked)
    }

    /// The question about a month and what is known of it, as they were looked at last; looked at only where they were
    /// not. Who moves numbers about asks AWS nothing.
    ///
    /// # Errors
    /// As [`OpenPool::activity`].
    pub async fn question(&self, month: Month) -> Result<(PlansQuestion, Activity), Error> {
        let looked = self.looked.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match looked.filter(|(question, _)| question.month == month) {
            Some(looked) => Ok(looked),
            None => self.look(month).await,
        }
    }

    /// The report of a month, on a question that may differ from what is known (sliders).
    ///
    /// # Errors
    /// As [`OpenPool::activity`] and [`Console::plans`].
    pub async fn report(&self, activity: Activity, question: &PlansQuestion) -> Result<Report, Error> {
        let console = Console { inner: self.console.clone() };
        let parts = report::Parts {
            name: self.pool().await?.map(|pool| pool.name).unwrap_or_default(),
            id: self.key.pool.to_string(),
            months: self.months().await?,
            answer: console.plans(question)?,
            // Without a journal the report says that this app's calls are unknown.
            ledger: console.ledger(activity.month, &LedgerOf::from(&self.key)).await.ok(),
            at: self.now(),
            activity: Activity { plan: question.present, ..activity },
            asked: question.users.clone(),
            without_machines: question.besides.token_requests == 0,
            without_others: question.others.is_empty() && !question.alone,
        };
        Ok(Report::new(&parts))
    }
}
