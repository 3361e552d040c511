//! The bracket engine: usage in, lines that explain themselves out.

use std::fmt;

use rust_decimal::Decimal;

use super::money::{cents, dollars, grouped};
use super::table::{Meter, Prices};
use super::usage::{ExtraRate, PricePlan, Usage};
use crate::month::Month;

/// What a month costs, line by line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bill {
    /// Free quantities, too, at $0.
    pub lines: Vec<Line>,
    /// What was assumed where AWS says nothing, as sentences.
    pub assumptions: Vec<String>,
}

/// A quantity at one price.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What is counted; `None` for what Cognito does not bill itself (SMS).
    pub meter: Option<Meter>,
    /// The same in words, with the bracket ("Lite users 10,001 to 100,000").
    pub what: String,
    /// How many.
    pub quantity: u64,
    /// Dollars for one.
    pub unit_price: Decimal,
    /// Dollars, exact.
    pub amount: Decimal,
    /// The part of the month that it is charged for, as days of days; `None` for all of it.
    pub part: Option<(u32, u32)>,
}

/// What a bill is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BillPart {
    /// Users who sign in directly or through a social provider, on whichever plan.
    Users,
    /// Users of SAML and OIDC providers.
    Federated,
    /// Tokens of machines, and their app clients where they are charged.
    Tokens,
    /// Request rates, replication, advanced security.
    Extras,
    /// SMS and e-mails.
    Messages,
}

impl BillPart {
    /// Every part, in the order of the bill.
    pub const ALL: [Self; 5] = [Self::Users, Self::Federated, Self::Tokens, Self::Extras, Self::Messages];

    fn of(meter: Option<Meter>) -> Self {
        match meter {
            Some(Meter::Lite | Meter::Essentials | Meter::Plus | Meter::Legacy) => Self::Users,
            Some(Meter::Federated) => Self::Federated,
            Some(Meter::TokenRequests | Meter::TokenClients) => Self::Tokens,
            Some(
                Meter::LegacyAdvancedSecurity
                | Meter::ReplicationEssentials
                | Meter::ReplicationPlus
                | Meter::ExtraRateWholeMonth
                | Meter::ExtraRatePartMonth,
            ) => Self::Extras,
            Some(Meter::Emails) | None => Self::Messages,
        }
    }
}

impl Bill {
    /// The exact sum of the lines.
    #[must_use]
    pub fn exact(&self) -> Decimal {
        self.lines.iter().map(|line| line.amount).sum()
    }

    /// The sum, rounded half up to cents.
    #[must_use]
    pub fn total(&self) -> Decimal {
        cents(self.exact())
    }

    /// The exact sum of one part's lines. The parts add up to all of it.
    #[must_use]
    pub fn part(&self, part: BillPart) -> Decimal {
        self.lines.iter().filter(|line| BillPart::of(line.meter) == part).map(|line| line.amount).sum()
    }
}

impl fmt::Display for Line {
    /// `90,000 × $0.0055 = $495.00`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} × {}", grouped(self.quantity), dollars(self.unit_price))?;
        if let Some((days, of)) = self.part {
            write!(f, " × {days} of {of} days")?;
        }
        // A part of a month may have no end of decimals; the amount itself is not cut.
        write!(f, " = {}", dollars(self.amount.round_dp(10)))
    }
}

/// What a month's usage costs.
///
/// Free tiers and brackets are those of the account: the pools of a plan are added up first. Where Lite and Essentials
/// share the free users, Lite takes them first, which is the dearer of the two readings of AWS's page, and that is said.
#[must_use]
pub fn bill(prices: &Prices, usage: &Usage, month: Month) -> Bill {
    let mut bill = Bill { lines: Vec::new(), assumptions: Vec::new() };
    bill.users(prices, usage);
    bill.federated(prices, usage);
    bill.advanced_security(prices, usage);
    bill.tokens(prices, usage);
    for rate in &usage.extra_rates {
        bill.extra_rate(prices, *rate, month);
    }
    bill.replication(prices, usage);
    bill.meter(prices, Meter::Emails, usage.emails, 0);
    for sms in usage.sms.iter().filter(|sms| sms.messages > 0) {
        bill.line(None, "SMS at the price that was given".to_owned(), sms.messages, sms.price);
    }
    bill.doubts(prices);
    bill
}

impl Bill {
    fn users(&mut self, prices: &Prices, usage: &Usage) {
        let users = |plan| usage.sum(plan, |pool| pool.users);
        let (lite, essentials) = (users(PricePlan::Lite), users(PricePlan::Essentials));
        let free = prices.free.users.quantity;
        let free_lite = lite.min(free);
        let free_essentials = essentials.min(free - free_lite);
        self.meter(prices, Meter::Lite, lite, free_lite);
        self.meter(prices, Meter::Essentials, essentials, free_essentials);
        if lite > 0 && essentials > 0 && lite.saturating_add(essentials) > free {
            self.assume(format!(
                "Lite and Essentials share {} free users. AWS does not say which plan takes them first; here Lite does, \
                 which costs the most.",
                grouped(free)
            ));
        }
        self.meter(prices, Meter::Plus, users(PricePlan::Plus), 0);
        let legacy = users(PricePlan::Legacy);
        self.meter(prices, Meter::Legacy, legacy, legacy.min(prices.free.legacy_users.quantity));
        if legacy > 0 && lite.saturating_add(essentials) > 0 {
            self.assume("The legacy pools' free users are taken as apart from those of Lite and Essentials.");
        }
    }

    fn federated(&mut self, prices: &Prices, usage: &Usage) {
        let of = |plan| usage.sum(plan, |pool| pool.federated);
        let federated = PricePlan::ALL.into_iter().map(of).fold(0, u64::saturating_add);
        self.meter(prices, Meter::Federated, federated, federated.min(prices.free.federated.quantity));
        if of(PricePlan::Plus) > 0 {
            self.assume("SAML and OIDC users of Plus pools are taken at the price of every plan.");
        }
    }

    fn advanced_security(&mut self, prices: &Prices, usage: &Usage) {
        let of = |pool: &super::PoolUsage| {
            if pool.advanced_security { pool.users.saturating_add(pool.federated) } else { 0 }
        };
        self.meter(prices, Meter::LegacyAdvancedSecurity, usage.sum(PricePlan::Legacy, of), 0);
        if usage.sum(PricePlan::Lite, of).saturating_add(usage.sum(PricePlan::Essentials, of)) > 0 {
            self.assume("Lite and Essentials have no threat protection; only Plus and legacy pools do.");
        }
    }

    fn tokens(&mut self, prices: &Prices, usage: &Usage) {
        self.meter(prices, Meter::TokenRequests, usage.tokens.requests, 0);
        if let Some(clients) = usage.tokens.clients {
            self.meter(prices, Meter::TokenClients, clients, 0);
            self.assume("App clients of machines are charged because that was asked for; AWS seems not to any more.");
        }
    }

    fn extra_rate(&mut self, prices: &Prices, rate: ExtraRate, month: Month) {
        let quantity = u64::from(rate.requests_per_second);
        let Some(days) = rate.days.filter(|days| *days < month.days()) else {
            return self.meter(prices, Meter::ExtraRateWholeMonth, quantity, 0);
        };
        let begin = self.lines.len();
        self.meter(prices, Meter::ExtraRatePartMonth, quantity, 0);
        for line in &mut self.lines[begin..] {
            line.part = Some((days, month.days()));
            line.amount = line.amount * Decimal::from(days) / Decimal::from(month.days());
        }
    }

    fn replication(&mut self, prices: &Prices, usage: &Usage) {
        let of = |pool: &super::PoolUsage| if pool.replicated { pool.users.saturating_add(pool.federated) } else { 0 };
        let (essentials, plus) = (usage.sum(PricePlan::Essentials, of), usage.sum(PricePlan::Plus, of));
        self.meter(prices, Meter::ReplicationEssentials, essentials, 0);
        self.meter(prices, Meter::ReplicationPlus, plus, 0);
        if essentials.saturating_add(plus) > 0 {
            self.assume("Replication is priced by one source, and no user of it is taken to be free.");
        }
        if usage.sum(PricePlan::Lite, of).saturating_add(usage.sum(PricePlan::Legacy, of)) > 0 {
            self.assume("Replication needs Essentials or Plus; pools on Lite are taken to have none.");
        }
    }

    /// Adds a meter's lines: what is free, then bracket by bracket.
    fn meter(&mut self, prices: &Prices, meter: Meter, quantity: u64, free: u64) {
        if free > 0 {
            let what = format!("{} 1 to {}, free", meter.words(), grouped(free));
            self.line(Some(meter), what, free, Decimal::ZERO);
        }
        let paid = quantity - free;
        let tariff = prices.tariffs.of(meter);
        let single = tariff.brackets.len() == 1;
        let mut below = 0;
        for bracket in &tariff.brackets {
            if paid <= below {
                break;
            }
            let last = bracket.up_to.map_or(paid, |up_to| up_to.min(paid));
            let (from, to) = (free + below + 1, free + last);
            let what = match meter.words() {
                words if single && free == 0 => words.to_owned(),
                words if from == to => format!("{words}, number {}", grouped(from)),
                words => format!("{words} {} to {}", grouped(from), grouped(to)),
            };
            self.line(Some(meter), what, last - below, bracket.price);
            below = last;
        }
    }

    fn line(&mut self, meter: Option<Meter>, what: String, quantity: u64, unit_price: Decimal) {
        let amount = Decimal::from(quantity) * unit_price;
        self.lines.push(Line { meter, what, quantity, unit_price, amount, part: None });
    }

    fn assume(&mut self, sentence: impl Into<String>) {
        self.assumptions.push(sentence.into());
    }

    /// Says whose prices stand in, and what the Region's note is.
    fn doubts(&mut self, prices: &Prices) {
        let unread = |line: &Line| line.meter.is_some_and(|meter| !prices.is_confirmed(meter));
        if self.lines.iter().any(unread) {
            let (region, base) = (&prices.region, &prices.base_region);
            self.assume(format!("Not every price was read for {region}; where it was not, that of {base} stands in."));
        }
        self.assumptions.extend(prices.note.clone());
    }
}
