//! What a plan will do, take, cost and send, counted before anything is sent.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::action::Delivery;
use super::item::{Item, Plan};
use super::step::{Step, Undo};
use crate::call::{MauEffect, QuotaCategory};
use crate::cost::{BilledBy, Prices, Touched, session_bill};
use crate::estimate::Estimate;

/// Entries that a preview shows as they are; the others are counted.
const FIRST: usize = 20;

/// Calls of one quota category.
#[derive(Debug, Clone, PartialEq)]
pub struct CategoryCalls {
    /// The category.
    pub category: QuotaCategory,
    /// How many calls, by operation.
    pub operations: BTreeMap<&'static str, u64>,
    /// All of them.
    pub calls: u64,
    /// Requests a second that may be sent; `None` for as many as come.
    pub per_second: Option<f64>,
    /// Requests a second that AWS takes, by default; `None` where it does not say.
    pub quota: Option<u32>,
    /// Seconds that they take at least; `None` without a rate.
    pub seconds: Option<f64>,
}

/// How fast calls may be made.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Allowance {
    /// This part of each quota.
    Share(f64),
    /// As fast as they come.
    Unlimited,
}

/// Messages that people will receive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Messages {
    /// At least so many.
    pub low: u64,
    /// At most so many.
    pub high: u64,
}

/// Everything that a person should know before approving.
#[derive(Debug, Clone, PartialEq)]
pub struct Preview {
    /// Users and groups with something to do.
    pub active: u64,
    /// Why nothing is done about others, with their number.
    pub skipped: BTreeMap<String, u64>,
    /// The first entries with something to do.
    pub first: Vec<Item>,
    /// Calls by quota category; the reads that compare each user before a change are in it.
    pub calls: Vec<CategoryCalls>,
    /// Seconds that it takes at least; `None` when nothing limits it.
    pub seconds: Option<f64>,
    /// E-mails and SMS.
    pub messages: Messages,
    /// Users by what the calls can do to the bill.
    pub touched: Touched,
    /// What that may add to the bill, in dollars.
    pub price: Estimate<Decimal>,
    /// How much of it can be taken back.
    pub undo: Vec<(Undo, u64)>,
}

/// Counts a plan. `counted` tells whether a user has been counted this month already.
#[must_use]
pub fn preview(
    plan: &Plan,
    prices: &Prices,
    billed_by: BilledBy,
    allowance: Allowance,
    counted: impl Fn(&str) -> bool,
) -> Preview {
    let mut calls: BTreeMap<QuotaCategory, BTreeMap<&'static str, u64>> = BTreeMap::new();
    let mut skipped = BTreeMap::new();
    let mut undo: BTreeMap<Undo, u64> = BTreeMap::new();
    let mut touched = Touched::default();
    let mut messages = Messages::default();
    for item in &plan.items {
        if let Some(why) = &item.skip {
            *skipped.entry(why.clone()).or_default() += 1;
            continue;
        }
        if item.target.sub().is_some() {
            *calls.entry(QuotaCategory::UserList).or_default().entry("ListUsers").or_default() += 1;
        }
        for step in &item.steps {
            *calls.entry(step.category()).or_default().entry(step.operation()).or_default() += 1;
            let Messages { low, high } = sends(step);
            messages = Messages { low: messages.low + low, high: messages.high + high };
        }
        *undo.entry(item.undo()).or_default() += 1;
        let effect = item.effect();
        let before = effect != MauEffect::Free && counted(item.target.name());
        touched.add(if before { MauEffect::AlreadyCounted } else { effect });
    }
    let calls: Vec<CategoryCalls> =
        calls.into_iter().map(|(category, operations)| at_rate(category, operations, allowance)).collect();
    let seconds = calls.iter().filter_map(|category| category.seconds).reduce(f64::max);
    Preview {
        active: plan.active().count() as u64,
        skipped,
        first: plan.active().take(FIRST).cloned().collect(),
        seconds,
        calls,
        messages,
        touched,
        price: session_bill(prices, billed_by, touched),
        undo: undo.into_iter().collect(),
    }
}

fn at_rate(category: QuotaCategory, operations: BTreeMap<&'static str, u64>, allowance: Allowance) -> CategoryCalls {
    let calls = operations.values().sum();
    let limit = category.rate_per_pool().or(category.default_rate());
    let per_second = match allowance {
        Allowance::Share(share) => limit.map(|limit| f64::from(limit) * share),
        Allowance::Unlimited => None,
    };
    // Counts of calls are far below what a float holds exactly.
    let seconds = per_second.map(|rate| f64::from(u32::try_from(calls).unwrap_or(u32::MAX)) / rate);
    CategoryCalls { category, operations, calls, per_second, quota: limit, seconds }
}

fn sends(step: &Step) -> Messages {
    match step {
        Step::CreateUser(new) => {
            let by = |delivery: Delivery| u64::from(new.invite.contains(&delivery));
            let invited = by(Delivery::Email) + by(Delivery::Sms);
            Messages { low: invited, high: invited }
        }
        Step::Resend { .. } | Step::ResetPassword => Messages { low: 1, high: 1 },
        Step::UpdateAttributes { attributes } => {
            let asked = |name: &str| {
                let verified = attributes.get(&format!("{name}_verified")).is_some_and(|value| value == "true");
                u64::from(attributes.contains_key(name) && !verified)
            };
            Messages { low: 0, high: asked("email") + asked("phone_number") }
        }
        _ => Messages::default(),
    }
}
