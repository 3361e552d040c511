//! All plans side by side, prices, reports.

use console::{
    Basis, Besides, MonthAhead, PlanCost, PlansAnswer, PlansQuestion, ReportFormat, TableUsed, Taken, ToldBilling,
};
use jiff::Timestamp;
use model::Region;
use model::cost::{Bill, BillPart, FeatureUse, PoolUsage, PricePlan, PriceTable, Sms, grouped, plain};
use model::estimate::Estimate;
use model::mau::Split;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::cost::{CostLineView, PriceTableView};
use crate::{WireError, count};

/// Asks what a month costs on each plan, by numbers that a person may move.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AskPlans {
    /// Such as `2026-11`; `null` for the present one.
    pub month: Option<String>,
    /// At least this many active users.
    pub low: u32,
    /// About this many; `null` when unknown.
    pub likely: Option<u32>,
    /// At most this many; `null` when unknown.
    pub high: Option<u32>,
    /// Of a thousand users so many are of SAML or OIDC providers; `null` for the share that is known.
    pub federated_permille: Option<u32>,
    /// Of a thousand users so many are linked: billed either way; `null` with the one before for the share that is known.
    pub linked_permille: Option<u32>,
    /// Successful token requests of machines.
    pub m2m: u32,
    /// App clients of machines, where they shall be charged although AWS seems to have withdrawn that; `null` for no such
    /// charge.
    pub m2m_clients: Option<u32>,
    /// E-mails through Amazon SES. Those of Cognito's own sender cost nothing.
    pub emails: u32,
    /// Active users of the account's other pools, who share the free tiers: 0 where it has none, `null` where nobody told.
    pub others: Option<u32>,
    /// The plan of those; `null` for Essentials.
    pub others_plan: Option<String>,
    /// SMS.
    pub sms: u32,
    /// Dollars for one SMS; `null` for none.
    pub sms_price: Option<String>,
    /// Requests a second above the default that were bought.
    pub extra_rate: u32,
    /// For how many days of the month; `null` for all of it, which has another price.
    pub extra_rate_days: Option<u32>,
    /// Whether the pool is replicated to another Region (Essentials and Plus); `null` for what its settings tell.
    pub replicated: Option<bool>,
    /// Whether the pool pays for the advanced security from before the plans (legacy).
    pub advanced_security: bool,
    /// What the pool is billed by now; `null` for what AWS says of it.
    pub plan: Option<String>,
    /// Whether a pool on Lite kept the legacy price: then it is `legacy` here; `null` for what a person told before.
    pub legacy: Option<bool>,
}

impl AskPlans {
    /// The question, on top of what is known of the pool.
    ///
    /// # Errors
    /// A validation error on the field that does not hold.
    pub fn apply(&self, known: PlansQuestion, now: Timestamp) -> Result<PlansQuestion, WireError> {
        let permille = |field: &str, part: u32| {
            let wrong = || WireError::validation(field, "Of a thousand there are at most a thousand.");
            if part <= 1000 { Ok(u64::from(part)) } else { Err(wrong()) }
        };
        let split = match (self.federated_permille, self.linked_permille) {
            // Of a large pool a thousandth is many people: what is known is not rounded.
            (None, None) => known.split,
            (federated, linked) => {
                let federated = permille("federatedPermille", federated.unwrap_or(0))?;
                let linked = permille("linkedPermille", linked.unwrap_or(0))?.min(1000 - federated);
                Split { direct: 1000 - federated - linked, social: 0, federated, linked }
            }
        };
        let others = match self.others {
            None | Some(0) => Vec::new(),
            Some(users) => {
                let other = plan(self.others_plan.as_deref(), "othersPlan")?.unwrap_or(PricePlan::Essentials);
                vec![PoolUsage::new(other, users.into(), 0)]
            }
        };
        let sms = (self.sms > 0).then(|| sms_price(self.sms_price.as_deref())).transpose()?;
        let users = Estimate::new(self.low.into(), self.likely.map(u64::from), self.high.map(u64::from));
        let numbers = |users: &Estimate<u64>| [Some(users.low), users.likely, users.high].map(|users| users.map(count));
        let basis = if numbers(&users) == numbers(&known.users) { known.basis } else { Basis::Chosen };
        let present = plan(self.plan.as_deref(), "plan")?.or(known.present);
        // What a person gives is not taken for want of anything better.
        let is_taken = |taken: &Taken| match taken {
            Taken::Mixed => self.federated_permille.is_none() && self.linked_permille.is_none(),
            Taken::Legacy => present == known.present,
            Taken::LiteOrLegacy => present == known.present && self.legacy.is_none(),
            Taken::NotReplicated => self.replicated.is_none(),
        };
        let mut taken: Vec<Taken> = known.taken.iter().copied().filter(is_taken).collect();
        // Who chooses Lite and not whether it kept the legacy price asks about either, whatever was told before.
        let either = self.plan.is_some() && self.legacy.is_none() && present == Some(PricePlan::Lite);
        if either && !taken.contains(&Taken::LiteOrLegacy) {
            taken.push(Taken::LiteOrLegacy);
        }
        Ok(PlansQuestion {
            users,
            basis,
            split,
            besides: Besides {
                token_requests: self.m2m.into(),
                token_clients: self.m2m_clients.map(u64::from),
                emails: self.emails.into(),
                sms: sms.map(|price| Sms { messages: self.sms.into(), price }),
                extra_rate: self.extra_rate,
                extra_rate_days: self.extra_rate_days,
                replicated: self.replicated.unwrap_or(known.besides.replicated),
                advanced_security: self.advanced_security,
            },
            others,
            alone: self.others == Some(0),
            present,
            taken,
            month: crate::activity::month(self.month.as_deref(), now)?,
            ..known
        })
    }
}

/// The dollars for one SMS.
pub(crate) fn sms_price(text: Option<&str>) -> Result<Decimal, WireError> {
    let wrong = || WireError::validation("smsPrice", "Give the dollars for one SMS, such as 0.0581.");
    let price: Decimal = text.unwrap_or_default().trim().parse().map_err(|_| wrong())?;
    let believed = !price.is_sign_negative() && price <= Decimal::ONE_HUNDRED && price.scale() <= 8;
    if believed { Ok(price) } else { Err(wrong()) }
}

/// The plan of a word; `None` where there is none.
pub(crate) fn plan(word: Option<&str>, field: &str) -> Result<Option<PricePlan>, WireError> {
    let unknown = || WireError::validation(field, "A plan is lite, essentials, plus or legacy.");
    word.map(|word| PricePlan::of_word(word).ok_or_else(unknown)).transpose()
}

/// What a person told of how a pool is billed, as far as AWS does not tell it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct BillingView {
    /// Whether it kept the legacy price; `null` where nobody told.
    pub legacy: Option<bool>,
    /// Whether it pays for the advanced security from before the plans (legacy).
    pub advanced_security: bool,
    /// Active users of the account's other pools in a month; `null` where nobody told.
    pub others: Option<u32>,
    /// The plan of those; `null` for Essentials.
    pub others_plan: Option<String>,
}

impl BillingView {
    /// What was told.
    ///
    /// # Errors
    /// A validation error on `othersPlan`.
    pub fn parse(&self) -> Result<ToldBilling, WireError> {
        Ok(ToldBilling {
            legacy: self.legacy,
            advanced_security: self.advanced_security,
            others: self.others.map(u64::from),
            others_plan: plan(self.others_plan.as_deref(), "othersPlan")?,
        })
    }
}

/// How a pool is billed, as far as AWS and a person told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PoolBillingView {
    /// What it is billed by: `lite`, `essentials`, `plus` or `legacy`; `null` when nobody told.
    pub plan: Option<String>,
    /// What a person told, with the advanced security that AWS tells of a pool on Lite.
    pub billing: BillingView,
}

impl From<ToldBilling> for BillingView {
    fn from(told: ToldBilling) -> Self {
        Self {
            legacy: told.legacy,
            advanced_security: told.advanced_security,
            others: told.others.map(count),
            others_plan: told.others_plan.map(|plan| plan.as_str().to_owned()),
        }
    }
}

/// All plans side by side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PlansView {
    /// Each plan.
    pub plans: Vec<PlanView>,
    /// That the prices are of a part of the month, as a sentence; `null` where they are of a whole one.
    pub so_far: Option<String>,
    /// Whether the pool is replicated to another Region in these prices.
    pub replicated: bool,
    /// What was taken of the pool where it is not known, as sentences.
    pub taken: Vec<String>,
    /// What to do, in sentences; the first says by which month.
    pub recommendation: Vec<String>,
    /// The present month as it may end and those that follow; empty where there is no forecast.
    pub ahead: Vec<MonthAheadView>,
    /// What the other pools of the account would cost without this one, in dollars; `null` where none were given.
    pub others: Option<String>,
    /// Where one plan becomes cheaper than another.
    pub break_even: Vec<BreakEvenView>,
    /// Where the price of the next user changes.
    pub steps: Vec<PriceStepView>,
    /// The curves.
    pub curve: Vec<CurvePointView>,
    /// The prices that were used.
    pub price_table: PriceTableView,
}

/// A month to come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct MonthAheadView {
    /// The month.
    pub month: String,
    /// At least this many active users.
    pub low: u32,
    /// Likely; `null` when too many to be counted.
    pub likely: Option<u32>,
    /// At most; `null` when unknown.
    pub high: Option<u32>,
    /// How often a month lies between, in percent; `null` where the interval means less.
    pub confidence_percent: Option<u32>,
    /// At least, in dollars, for these users alone on the present plan; `null` where that is not known.
    pub cost_low: Option<String>,
    /// Likely; `null` when nothing is.
    pub cost_likely: Option<String>,
    /// At most; `null` when unknown.
    pub cost_high: Option<String>,
}

/// A plan's month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PlanView {
    /// `lite`, `essentials`, `plus` or `legacy`.
    pub plan: String,
    /// At least, in dollars: what this pool adds to the account's bill.
    pub low: String,
    /// Likely; `null` when nothing is.
    pub likely: Option<String>,
    /// At most; `null` when unknown.
    pub high: Option<String>,
    /// The calculation for the likely number of users (the least, where none is likely), of the whole account.
    pub lines: Vec<CostLineView>,
    /// Its sum.
    pub total: String,
    /// Its sum without what the other pools would cost alone.
    pub own_total: String,
    /// What this pool adds to it is made of, in dollars: `users`, `federated`, `tokens`, `extras`, `messages`.
    pub parts: Vec<PartView>,
    /// What was assumed where AWS says nothing.
    pub assumptions: Vec<String>,
    /// What the pool would lose against its present plan.
    pub losses: Vec<LossView>,
    /// The least that the month costs for these users when the pool changes to it now; `null` for the present plan, for a
    /// month that is over and for what nobody can change to.
    pub switch_low: Option<String>,
    /// The most; `null` when unknown.
    pub switch_high: Option<String>,
}

/// A part of a bill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PartView {
    /// `users`, `federated`, `tokens`, `extras` (request rates, replication, advanced security) or `messages`.
    pub kind: String,
    /// Dollars, exact.
    pub amount: String,
}

/// A feature that the plan does not have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct LossView {
    /// Its name in words.
    pub feature: String,
    /// `used`, `notUsed` or `unknown`.
    pub used: String,
    /// Whether AWS refuses the change until it is off.
    pub must_be_off_first: bool,
}

/// Where one plan becomes cheaper than another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct BreakEvenView {
    /// The cheaper one from here.
    pub cheaper: String,
    /// The dearer one from here.
    pub dearer: String,
    /// The first number of users with which it is.
    pub users: u32,
}

/// Where the price of the next user changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PriceStepView {
    /// The plan.
    pub plan: String,
    /// The first user at the new price.
    pub from: u32,
    /// Dollars for the user before.
    pub before: String,
    /// Dollars for this user.
    pub after: String,
}

/// A point of the curves, in the order of the plans.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CurvePointView {
    /// Direct users of the pool.
    pub users: u32,
    /// What they add to the bill, in dollars, plan by plan.
    pub totals: Vec<String>,
    /// What one more costs, plan by plan.
    pub marginals: Vec<String>,
}

impl PlansView {
    /// The answer, and what to do.
    #[must_use]
    pub fn new(answer: &PlansAnswer) -> Self {
        let others = (!answer.others.lines.is_empty()).then(|| plain(answer.others.total()));
        Self {
            plans: answer.plans.iter().map(|cost| PlanView::new(cost, &answer.others)).collect(),
            so_far: answer.so_far.clone(),
            replicated: answer.replicated,
            taken: answer.taken.clone(),
            recommendation: answer.recommendation.clone(),
            ahead: answer.ahead.iter().map(MonthAheadView::from).collect(),
            others,
            break_even: answer
                .break_even
                .iter()
                .map(|point| BreakEvenView {
                    cheaper: point.cheaper.as_str().to_owned(),
                    dearer: point.dearer.as_str().to_owned(),
                    users: count(point.users),
                })
                .collect(),
            steps: answer
                .steps
                .iter()
                .map(|(plan, step)| PriceStepView {
                    plan: plan.as_str().to_owned(),
                    from: count(step.from),
                    before: plain(step.before),
                    after: plain(step.after),
                })
                .collect(),
            curve: answer
                .curve
                .iter()
                .map(|point| CurvePointView {
                    users: count(point.users),
                    totals: point.totals.map(plain).to_vec(),
                    marginals: point.marginals.map(plain).to_vec(),
                })
                .collect(),
            price_table: PriceTableView::from(&answer.table),
        }
    }
}

/// What a pool's bill is made of, without what the others would be billed alone.
fn parts(cost: &PlanCost, others: &Bill) -> Vec<PartView> {
    let view = |part| PartView {
        kind: match part {
            BillPart::Users => "users",
            BillPart::Federated => "federated",
            BillPart::Tokens => "tokens",
            BillPart::Extras => "extras",
            BillPart::Messages => "messages",
        }
        .to_owned(),
        amount: plain(cost.part(part, others)),
    };
    BillPart::ALL.map(view).to_vec()
}

impl From<&MonthAhead> for MonthAheadView {
    fn from(ahead: &MonthAhead) -> Self {
        let users = &ahead.forecast.users;
        let cost = ahead.cost.as_ref();
        Self {
            month: ahead.forecast.month.to_string(),
            low: count(users.low),
            likely: users.likely.map(count),
            high: users.high.map(count),
            confidence_percent: ahead.forecast.confidence_percent,
            cost_low: cost.map(|cost| plain(cost.low)),
            cost_likely: cost.and_then(|cost| cost.likely).map(plain),
            cost_high: cost.and_then(|cost| cost.high).map(plain),
        }
    }
}

impl PlanView {
    fn new(cost: &PlanCost, others: &Bill) -> Self {
        let loss = |loss: &model::cost::FeatureLoss| LossView {
            feature: loss.feature.words().to_owned(),
            used: match loss.used {
                FeatureUse::Used => "used",
                FeatureUse::NotUsed => "notUsed",
                FeatureUse::Unknown => "unknown",
            }
            .to_owned(),
            must_be_off_first: loss.must_be_off_first,
        };
        Self {
            plan: cost.plan.as_str().to_owned(),
            low: plain(cost.cost.low),
            likely: cost.cost.likely.map(plain),
            high: cost.cost.high.map(plain),
            lines: cost.bill.lines.iter().map(CostLineView::from).collect(),
            total: plain(cost.bill.total()),
            own_total: plain(cost.bill.total() - others.total()),
            parts: parts(cost, others),
            assumptions: cost.bill.assumptions.clone(),
            losses: cost.losses.iter().map(loss).collect(),
            switch_low: cost.switching.as_ref().map(|switch| plain(switch.low)),
            switch_high: cost.switching.as_ref().and_then(|switch| switch.high).map(plain),
        }
    }
}

/// The price table in use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PricesView {
    /// What it is.
    pub price_table: PriceTableView,
    /// Every figure with its source.
    pub figures: Vec<FigureView>,
    /// What holds for the whole table.
    pub notes: Vec<String>,
    /// The table as JSON, to be edited.
    pub json: String,
}

/// One number of the table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FigureView {
    /// The Region.
    pub region: String,
    /// What it is about.
    pub what: String,
    /// Dollars for one, or a free quantity.
    pub value: String,
    /// Where it was read, and when.
    pub sources: Vec<String>,
    /// What is in doubt or special; `null` when nothing is.
    pub note: Option<String>,
}

/// Uses another price table.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SetPrices {
    /// The table as JSON; `null` for the one that came with Poolkeeper.
    pub json: Option<String>,
}

/// The longest file of a price table, in bytes. The one that came with Poolkeeper has about a hundredth of it.
pub const LONGEST_TABLE: u64 = 1024 * 1024;

/// The text of a price table's file. Whether the table holds is said when it is to be used.
///
/// # Errors
/// [`WireError`] on `prices` for one that is longer than [`LONGEST_TABLE`] or no text.
pub fn table_text(file: Vec<u8>) -> Result<String, WireError> {
    if file.len() as u64 > LONGEST_TABLE {
        return Err(WireError::validation("prices", "This file is too long for a price table: 1 MiB at most."));
    }
    let no_text = |_| WireError::validation("prices", "This file is no text in UTF-8, so it is no price table.");
    String::from_utf8(file).map_err(no_text)
}

impl PricesView {
    /// The table in use.
    #[must_use]
    pub fn new(table: &PriceTable, used: &TableUsed) -> Self {
        let figures = table.figures().into_iter().map(|figure| FigureView {
            region: Region::to_string(&figure.region),
            value: match u64::try_from(figure.value) {
                // How many are free, not dollars.
                Ok(free) if figure.what.starts_with("Free ") => grouped(free),
                _ => plain(figure.value),
            },
            what: figure.what,
            sources: figure
                .sources
                .iter()
                .map(|source| format!("{}, read on {}", source.what, source.read_on))
                .collect(),
            note: figure.note,
        });
        Self {
            price_table: PriceTableView::from(used),
            figures: figures.collect(),
            notes: table.note.iter().chain(&table.base.notes).cloned().collect(),
            json: serde_json::to_string_pretty(table).unwrap_or_default(),
        }
    }
}

/// Writes a report.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SaveReport {
    /// The numbers as they are shown.
    pub plans: AskPlans,
    /// `html`, `pdf` or `csv`.
    pub format: String,
}

impl SaveReport {
    /// The form.
    ///
    /// # Errors
    /// A validation error on `format`.
    pub fn format(&self) -> Result<ReportFormat, WireError> {
        match self.format.as_str() {
            "html" => Ok(ReportFormat::Html),
            "pdf" => Ok(ReportFormat::Pdf),
            "csv" => Ok(ReportFormat::Csv),
            _ => Err(WireError::validation("format", "A report is html, pdf or csv.")),
        }
    }
}

/// Writes a table that the window shows as CSV.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SaveTable {
    /// What it is called: letters, digits and minus.
    pub name: String,
    /// The head.
    pub head: Vec<String>,
    /// The rows.
    pub rows: Vec<Vec<String>>,
}

impl SaveTable {
    /// The file's name and its bytes. No cell is a formula.
    ///
    /// # Errors
    /// A validation error on `name`.
    pub fn write(&self) -> Result<(String, Vec<u8>), WireError> {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if self.name.is_empty() || self.name.len() > 60 || !self.name.chars().all(plain) {
            return Err(WireError::validation("name", "A table's name has small letters, digits and minus."));
        }
        Ok((self.name.clone(), console::table_csv(&self.head, &self.rows)))
    }
}

/// A file that was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SavedFileView {
    /// Where it is.
    pub path: String,
}
