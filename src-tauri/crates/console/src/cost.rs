//! What a month costs: needs no pool, account or network.

use jiff::civil::Date;
use model::Region;
use model::cost::{
    Bill, ExtraRate, PoolUsage, PricePlan, PriceTable, Quote, Sms, TokenUse, Usage, Varied, bill, quotes,
};
use model::month::Month;

use crate::{Code, Error};

/// What somebody wants to know the price of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CostQuestion {
    /// Active users who sign in directly or through a social provider.
    pub users: u64,
    /// Active users of SAML and OIDC providers, in addition.
    pub federated: u64,
    /// What else goes into the price.
    pub besides: Besides,
    /// The other pools of the account, who share the free tiers; `None` where there are none.
    pub others: Option<PoolUsage>,
    /// One plan; `None` for all of them.
    pub plan: Option<PricePlan>,
    /// The month.
    pub month: Month,
    /// The Region; `None` for the one that the table is built on.
    pub region: Option<Region>,
}

/// What goes into the price of a pool's month besides users.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Besides {
    /// Successful token requests of machines.
    pub token_requests: u64,
    /// App clients of machines, where they shall be charged although AWS seems to have withdrawn that; `None` for no such
    /// charge.
    pub token_clients: Option<u64>,
    /// E-mails through Amazon SES. Those of Cognito's own sender cost nothing.
    pub emails: u64,
    /// SMS at the price that the person gives.
    pub sms: Option<Sms>,
    /// Requests a second above the default that were bought.
    pub extra_rate: u32,
    /// For how many days of the month; `None` for all of it, which has another price.
    pub extra_rate_days: Option<u32>,
    /// Whether the pool is replicated to another Region. Only Essentials and Plus can be.
    pub replicated: bool,
    /// Whether it pays for the advanced security from before the plans. Only a legacy pool does.
    pub advanced_security: bool,
}

impl Besides {
    /// The account's usage: that of the pool, which comes first, and of the others.
    pub(crate) fn usage(self, own: PoolUsage, others: impl IntoIterator<Item = PoolUsage>) -> Usage {
        let Self { replicated, advanced_security, .. } = self;
        let rate = ExtraRate { requests_per_second: self.extra_rate, days: self.extra_rate_days };
        Usage {
            pools: [PoolUsage { replicated, advanced_security, ..own }].into_iter().chain(others).collect(),
            tokens: TokenUse { requests: self.token_requests, clients: self.token_clients },
            emails: self.emails,
            sms: self.sms.into_iter().collect(),
            extra_rates: [rate].into_iter().filter(|rate| rate.requests_per_second > 0).collect(),
        }
    }
}

/// What it costs, and by which prices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CostAnswer {
    /// A bill for each plan that was asked for: of the whole account, where it has other pools.
    pub quotes: Vec<Quote>,
    /// What the other pools would cost alone; `None` where there are none.
    pub others: Option<Bill>,
    /// The month.
    pub month: Month,
    /// The prices that were used.
    pub table: TableUsed,
}

/// Which price table an answer rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableUsed {
    /// What it calls itself.
    pub name: String,
    /// Its edition.
    pub version: String,
    /// When AWS's prices were last read for it.
    pub read_on: Date,
    /// How many days ago that was.
    pub age_in_days: u32,
    /// Whether it came with Poolkeeper.
    pub built_in: bool,
    /// The Region whose prices were asked for.
    pub region: Region,
}

impl TableUsed {
    pub(crate) fn of(table: &PriceTable, region: Region, own: bool, today: Date) -> Self {
        Self {
            age_in_days: table.age_in_days(today),
            name: table.name.clone(),
            version: table.version.clone(),
            read_on: table.read_on,
            built_in: !own,
            region,
        }
    }
}

/// The table to use: a person's own, or the one that came with Poolkeeper.
///
/// # Errors
/// [`Code::Validation`] on `prices` with every reason why a table is refused. None is refused silently.
pub fn price_table(own: Option<&str>, today: Date) -> Result<PriceTable, Error> {
    match own {
        Some(text) => PriceTable::parse(text, today).map_err(|error| Error::invalid("prices", error.to_string())),
        None => PriceTable::built_in().map_err(|error| Error::new(Code::Internal, error.to_string())),
    }
}

/// Answers what a month costs. `own` is the text of a person's own price table; `None` for the one that came with
/// Poolkeeper.
///
/// # Errors
/// As [`price_table`].
pub fn cost(question: &CostQuestion, own: Option<&str>, today: Date) -> Result<CostAnswer, Error> {
    let table = price_table(own, today)?;
    let prices = question.region.as_ref().map_or_else(|| table.base_prices(), |region| table.prices(region));
    let alone = PoolUsage::new(PricePlan::Lite, question.users, question.federated);
    let usage = question.besides.usage(alone, question.others);
    let others = |pool| bill(&prices, &Usage { pools: vec![pool], ..Usage::default() }, question.month);
    let others = question.others.map(others);
    let mut quotes = quotes(&prices, &usage, Varied::One(0), question.month);
    quotes.retain(|quote| question.plan.is_none_or(|plan| plan == quote.plan));
    for quote in &mut quotes {
        if question.month.first() < Date::constant(2024, 11, 1) && quote.plan != PricePlan::Legacy {
            quote
                .bill
                .assumptions
                .push("The plans began on 22 November 2024; before, there was the legacy price.".into());
        }
    }
    let used = TableUsed::of(&table, prices.region, own.is_some(), today);
    Ok(CostAnswer { quotes, others, month: question.month, table: used })
}
