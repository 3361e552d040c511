//! What monthly active users, tokens and requests cost: prices as dated data, and a bill that explains itself.
//!
//! Money is decimal throughout. Nothing here rounds but [`Bill::total`]: lines are exact, they are summed, and the sum is
//! rounded half up to cents.

mod bill;
mod check;
mod compare;
mod feature_use;
mod features;
mod forecast;
mod meter;
mod money;
mod range;
mod switch;
mod table;
mod usage;

pub use bill::{Bill, BillPart, Line, bill};
pub use check::InvalidPriceTable;
pub use compare::{BreakEven, PriceStep, Quote, Varied, break_even, marginal, price_steps, quotes};
pub use feature_use::features_used;
pub use features::{Feature, FeatureLoss, FeatureUse, features_lost};
pub use forecast::{Forecast, MonthCount, WhatIf, forecast};
pub use meter::{
    BilledBy, Touched, dearest_user, requests_bill, session_bill, session_bill_of_any_plan, strongest, touching,
};
pub use money::{dollars, grouped, plain};
pub use range::{cost_of, cost_of_either};
pub use switch::{PlanSwitch, switch_bill, switch_bounds};
pub use table::{
    BasePrices, Bracket, Figure, FreeTier, FreeTiers, Meter, PriceTable, Prices, RegionPrices, RegionTariffs, Source,
    Tariff, Tariffs,
};
pub use usage::{ExtraRate, PoolUsage, PricePlan, Sms, TokenUse, Usage};
