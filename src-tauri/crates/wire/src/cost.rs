//! What a month costs, as a bill that explains itself. Money is text, because a web view's numbers are floats.

use console::{Besides, CostAnswer, CostQuestion, TableUsed};
use jiff::Timestamp;
use model::Region;
use model::cost::{Line, PoolUsage, PricePlan, Quote, Sms, plain};
use model::estimate::{Bound, Estimate, Evidence, EvidenceKind};
use model::month::Month;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::WireError;
use crate::plans::{plan, sms_price};

/// The largest number of users or requests that is priced: far more than there are people, and exact in a web view.
const MOST: u64 = 1_000_000_000_000;

/// Asks what a month costs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AskCost {
    /// Active users who sign in directly or through a social provider.
    #[serde(default)]
    #[specta(type = u32)]
    pub mau: u64,
    /// Active users of SAML and OIDC providers, in addition.
    #[serde(default)]
    #[specta(type = u32)]
    pub federated: u64,
    /// Successful token requests of machines.
    #[serde(default)]
    #[specta(type = u32)]
    pub m2m: u64,
    /// App clients of machines, where they shall be charged although AWS seems to have withdrawn that; absent for no such
    /// charge.
    #[serde(default)]
    #[specta(type = Option<u32>)]
    pub m2m_clients: Option<u64>,
    /// E-mails through Amazon SES.
    #[serde(default)]
    #[specta(type = u32)]
    pub emails: u64,
    /// SMS.
    #[serde(default)]
    #[specta(type = u32)]
    pub sms: u64,
    /// Dollars for one SMS; needed where there are any.
    #[serde(default)]
    pub sms_price: Option<String>,
    /// Requests a second above the default that were bought.
    #[serde(default)]
    pub extra_rate: u32,
    /// For how many days of the month; absent for all of it, which has another price.
    #[serde(default)]
    pub extra_rate_days: Option<u32>,
    /// Whether the pool is replicated to another Region (Essentials and Plus).
    #[serde(default)]
    pub replicated: bool,
    /// Whether the pool pays for the advanced security from before the plans (legacy).
    #[serde(default)]
    pub advanced_security: bool,
    /// Active users of the account's other pools, who share the free tiers.
    #[serde(default)]
    #[specta(type = u32)]
    pub others: u64,
    /// The plan of those; absent for Essentials.
    #[serde(default)]
    pub others_plan: Option<String>,
    /// `lite`, `essentials`, `plus` or `legacy`; absent for all.
    #[serde(default)]
    pub plan: Option<String>,
    /// Such as `2026-11`; absent for the present month.
    #[serde(default)]
    pub month: Option<String>,
    /// The Region; absent for the one that the price table is built on.
    #[serde(default)]
    pub region: Option<String>,
}

impl AskCost {
    /// Checks it.
    ///
    /// # Errors
    /// A validation error on the field that does not hold.
    pub fn parse(self, now: Timestamp) -> Result<CostQuestion, WireError> {
        let numbers = [
            ("mau", self.mau),
            ("federated", self.federated),
            ("m2m", self.m2m),
            ("m2mClients", self.m2m_clients.unwrap_or_default()),
            ("emails", self.emails),
            ("sms", self.sms),
            ("others", self.others),
        ];
        for (field, number) in numbers {
            if number > MOST {
                return Err(WireError::validation(field, format!("Give at most {MOST} as {field}.")));
            }
        }
        let others_plan = plan(self.others_plan.as_deref(), "othersPlan")?.unwrap_or(PricePlan::Essentials);
        let price = (self.sms > 0).then(|| sms_price(self.sms_price.as_deref())).transpose()?;
        let month =
            |text: String| Month::parse(&text).map_err(|error| WireError::validation("month", error.to_string()));
        let region =
            |text: String| Region::parse(text).map_err(|error| WireError::validation("region", error.to_string()));
        Ok(CostQuestion {
            users: self.mau,
            federated: self.federated,
            besides: Besides {
                token_requests: self.m2m,
                token_clients: self.m2m_clients,
                emails: self.emails,
                sms: price.map(|price| Sms { messages: self.sms, price }),
                extra_rate: self.extra_rate,
                extra_rate_days: self.extra_rate_days,
                replicated: self.replicated,
                advanced_security: self.advanced_security,
            },
            others: (self.others > 0).then(|| PoolUsage::new(others_plan, self.others, 0)),
            plan: plan(self.plan.as_deref(), "plan")?,
            month: self.month.map(month).transpose()?.unwrap_or_else(|| Month::of(now)),
            region: self.region.map(region).transpose()?,
        })
    }
}

/// A month's bill on one plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CostView {
    /// `lite`, `essentials`, `plus` or `legacy`.
    pub plan: String,
    /// Dollars: the exact sum of the lines, rounded half up to cents. With other pools it is the account's.
    pub total: String,
    /// What the account's other pools would cost alone, in dollars; `null` where none were given.
    pub others: Option<String>,
    /// What the pool adds to that: the total without it; `null` where no others were given.
    pub own_total: Option<String>,
    /// What it is made of, in the order of the bill; free quantities, too.
    pub lines: Vec<CostLineView>,
    /// What was assumed where AWS says nothing.
    pub assumptions: Vec<String>,
    /// The month.
    pub month: String,
    /// The prices that were used.
    pub price_table: PriceTableView,
}

/// A quantity at one price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CostLineView {
    /// What is counted, with its bracket.
    pub what: String,
    /// How many.
    #[specta(type = u32)]
    pub quantity: u64,
    /// Dollars for one.
    pub unit_price: String,
    /// Dollars, exact.
    pub amount: String,
    /// The line as a calculation: `90,000 × $0.0055 = $495.00`.
    pub text: String,
}

/// Which price table was used, and how old it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PriceTableView {
    /// What it calls itself.
    pub name: String,
    /// Its edition.
    pub version: String,
    /// The day when AWS's prices were last read for it.
    pub read_on: String,
    /// How many days ago that was.
    pub age_days: u32,
    /// Whether it came with Poolkeeper; otherwise it is the person's own.
    pub built_in: bool,
    /// The Region whose prices were asked for.
    pub region: String,
}

impl CostView {
    /// A bill for each plan that was asked for.
    #[must_use]
    pub fn all(answer: &CostAnswer) -> Vec<Self> {
        let view = |quote: &Quote| Self {
            plan: quote.plan.as_str().to_owned(),
            total: plain(quote.bill.total()),
            others: answer.others.as_ref().map(|others| plain(others.total())),
            own_total: answer.others.as_ref().map(|others| plain(quote.bill.total() - others.total())),
            lines: quote.bill.lines.iter().map(CostLineView::from).collect(),
            assumptions: quote.bill.assumptions.clone(),
            month: answer.month.to_string(),
            price_table: PriceTableView::from(&answer.table),
        };
        answer.quotes.iter().map(view).collect()
    }
}

impl From<&Line> for CostLineView {
    fn from(line: &Line) -> Self {
        Self {
            what: line.what.clone(),
            quantity: line.quantity,
            unit_price: plain(line.unit_price),
            amount: plain(line.amount),
            text: line.to_string(),
        }
    }
}

impl From<&TableUsed> for PriceTableView {
    fn from(table: &TableUsed) -> Self {
        Self {
            name: table.name.clone(),
            version: table.version.clone(),
            read_on: table.read_on.to_string(),
            age_days: table.age_in_days,
            built_in: table.built_in,
            region: table.region.to_string(),
        }
    }
}

/// How many users were active in a month, as far as that can be told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct MauView {
    /// The month.
    pub month: String,
    /// At least this many; `null` when nothing is known.
    pub low: Option<u32>,
    /// The best single number; `null` when unknown.
    pub likely: Option<u32>,
    /// At most this many; `null` when unknown.
    pub high: Option<u32>,
    /// What it rests on.
    pub evidence: Vec<EvidenceView>,
}

/// One thing that is known, and what follows from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct EvidenceView {
    /// What kind of evidence: `created`, `changed`, `ledger`, `logs`, `estimatedUsers`, `billed` and the like.
    pub kind: String,
    /// `atLeast`, `about`, `atMost`, `exactly`, or `hint` for what bounds nothing.
    pub bound: String,
    /// The number that it gives.
    pub users: u32,
    /// What was seen.
    pub says: String,
    /// What makes it less than certain; `null` when nothing does.
    pub caveat: Option<String>,
}

impl MauView {
    /// A month's estimate.
    #[must_use]
    pub fn new(month: Month, users: &Estimate<u64>) -> Self {
        Self {
            month: month.to_string(),
            low: (!users.is_unknown()).then(|| crate::count(users.low)),
            likely: users.likely.map(crate::count),
            high: users.high.map(crate::count),
            evidence: users.evidence.iter().map(EvidenceView::from).collect(),
        }
    }
}

impl From<&Evidence> for EvidenceView {
    fn from(evidence: &Evidence) -> Self {
        Self {
            kind: kind(evidence.kind).to_owned(),
            bound: bound(evidence.bound).to_owned(),
            users: crate::count(evidence.users),
            says: evidence.says.clone(),
            caveat: evidence.caveat.clone(),
        }
    }
}

fn kind(kind: EvidenceKind) -> &'static str {
    match kind {
        EvidenceKind::Created => "created",
        EvidenceKind::Changed => "changed",
        EvidenceKind::Ledger => "ledger",
        EvidenceKind::SignInEvents => "signInEvents",
        EvidenceKind::Sessions => "sessions",
        EvidenceKind::Union => "union",
        EvidenceKind::Metrics => "metrics",
        EvidenceKind::Logs => "logs",
        EvidenceKind::EstimatedUsers => "estimatedUsers",
        EvidenceKind::Billed => "billed",
        EvidenceKind::BilledBefore => "billedBefore",
        EvidenceKind::Forecast => "forecast",
    }
}

fn bound(bound: Bound) -> &'static str {
    match bound {
        Bound::AtLeast => "atLeast",
        Bound::About => "about",
        Bound::AtMost => "atMost",
        Bound::Exactly => "exactly",
        Bound::Hint => "hint",
    }
}
