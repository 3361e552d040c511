//! What a month costs: needs no pool, account or network.

use jiff::civil::Date;
use model::Region;
use model::cost::{PricePlan, PriceTable, Quote, TokenUse, Usage, Varied, quotes};
use model::month::Month;

use crate::{Code, Error};

/// What somebody wants to know the price of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CostQuestion {
    /// Active users who sign in directly or through a social provider.
    pub users: u64,
    /// Active users of SAML and OIDC providers, in addition.
    pub federated: u64,
    /// Successful token requests of machines.
    pub token_requests: u64,
    /// One plan; `None` for all of them.
    pub plan: Option<PricePlan>,
    /// The month.
    pub month: Month,
    /// The Region; `None` for the one that the table is built on.
    pub region: Option<Region>,
}

/// What it costs, and by which prices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CostAnswer {
    /// A bill for each plan that was asked for.
    pub quotes: Vec<Quote>,
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
    let one = Usage::one(PricePlan::Lite, question.users, question.federated);
    let usage = Usage { tokens: TokenUse { requests: question.token_requests, clients: None }, ..one };
    let mut quotes = quotes(&prices, &usage, Varied::All, question.month);
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
    Ok(CostAnswer { quotes, month: question.month, table: used })
}
