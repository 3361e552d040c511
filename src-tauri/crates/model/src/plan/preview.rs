//! What a plan will do, take, cost and send, counted before anything is sent.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::action::Delivery;
use super::item::{Item, Plan, Record, flag_of};
use super::step::{Step, Undo};
use crate::GroupName;
use crate::call::{MauEffect, QuotaCategory};
use crate::cost::Touched;
use crate::estimate::Estimate;
use crate::pool::{MAILS_A_DAY, Pool};

/// Entries that a preview shows as they are; the others are counted.
const FIRST: usize = 20;

/// In plans of up to so many entries the groups of whoever is deleted are looked at before.
pub const FEW: u32 = 20;

/// Members of a group that a page of `ListUsersInGroup` has at most.
const PAGE: u64 = 60;

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

/// Calls by AWS's name of the operation.
type Operations = BTreeMap<&'static str, u64>;

/// Messages that people will receive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Messages {
    /// At least so many.
    pub low: u64,
    /// At most so many.
    pub high: u64,
    /// So many of the most may be e-mails.
    pub emails: u64,
}

impl std::ops::Add for Messages {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { low: self.low + other.low, high: self.high + other.high, emails: self.emails + other.emails }
    }
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
    /// Calls by quota category; the reads that compare each user and group before a change are in it, with all members of
    /// the groups whose moves are planned. A group of which nobody knows how many are in it counts as one page.
    pub calls: Vec<CategoryCalls>,
    /// Seconds that it takes at least; `None` when nothing limits it.
    pub seconds: Option<f64>,
    /// E-mails and SMS.
    pub messages: Messages,
    /// Users to whom a message would be sent whom none reaches.
    pub unreached: u64,
    /// How many e-mails the whole account may send in a day, where some may go out through Cognito's own sender; `None` where
    /// none does, or nobody knows.
    pub mails_a_day: Option<u32>,
    /// Users by what the calls can do to the bill.
    pub touched: Touched,
    /// What that may add to the bill, in dollars.
    pub price: Estimate<Decimal>,
    /// How much of it can be taken back.
    pub undo: Vec<(Undo, u64)>,
}

/// Counts a plan. `price` tells what calls about so many users may add to the bill, `counted` whether a user has been counted
/// this month already, `members` how many a group has; `None` where nobody knows. `pool` tells who sends its e-mails and by
/// which ways it recovers accounts.
#[must_use]
pub fn preview(
    plan: &Plan,
    price: impl FnOnce(Touched) -> Estimate<Decimal>,
    allowance: Allowance,
    counted: impl Fn(&str) -> bool,
    members: impl Fn(&GroupName) -> Option<u64>,
    pool: Option<&Pool>,
) -> Preview {
    let own_sender = pool.and_then(|pool| pool.own_sender);
    let recovery = pool.and_then(|pool| pool.recovery.as_deref());
    let mut calls = reads(plan, members);
    let mut skipped = BTreeMap::new();
    let mut undo: BTreeMap<Undo, u64> = BTreeMap::new();
    let mut touched = Touched::default();
    let mut messages = Messages::default();
    let mut unreached = 0;
    for item in &plan.items {
        if let Some(why) = &item.skip {
            *skipped.entry(why.clone()).or_default() += 1;
            continue;
        }
        unreached += u64::from(item.unreached);
        for step in &item.steps {
            *calls.entry(step.category()).or_default().entry(step.operation()).or_default() += 1;
            messages = messages + if item.unreached { Messages::default() } else { sends(step, recovery) };
        }
        *undo.entry(item.undo()).or_default() += 1;
        let effect = item.effect();
        let before = effect != MauEffect::Free && counted(item.target.name());
        touched.add(if before { MauEffect::AlreadyCounted } else { effect }, 1);
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
        unreached,
        mails_a_day: (own_sender == Some(true) && messages.emails > 0).then_some(MAILS_A_DAY),
        touched,
        price: price(touched),
        undo: undo.into_iter().collect(),
    }
}

/// The reads that compare what is there with the plan before anything is changed, all of them free.
fn reads(plan: &Plan, members: impl Fn(&GroupName) -> Option<u64>) -> BTreeMap<QuotaCategory, Operations> {
    let (mut users, mut groups, mut pages) = (0, 0, 0);
    let pages_of = |members: u64| members.div_ceil(PAGE).max(1);
    let mut moved: BTreeSet<&GroupName> = BTreeSet::new();
    let few = plan.items.len() <= FEW as usize;
    for item in plan.active() {
        // Who is made by the entry is compared with nothing.
        if item.target.sub().is_some() {
            users += 1;
            moved.extend(item.steps.iter().filter_map(Step::moves));
        }
        if let (Some(Record::User(user)), true) = (&item.record, few) {
            moved.extend(&user.groups);
        }
        match (item.steps.first(), &item.record) {
            (Some(Step::UpdateGroup(_)), _) => groups += 1,
            (Some(Step::DeleteGroup), Some(Record::Group { members, .. })) => {
                groups += 1;
                pages += pages_of(members.len() as u64);
            }
            _ => {}
        }
    }
    pages += moved.into_iter().map(|group| pages_of(members(group).unwrap_or_default())).sum::<u64>();
    let mut calls: BTreeMap<QuotaCategory, Operations> = BTreeMap::new();
    for (category, operation, number) in [
        (QuotaCategory::UserList, "ListUsers", users),
        (QuotaCategory::UserList, "ListUsersInGroup", pages),
        (QuotaCategory::UserPoolResourceRead, "ListGroups", groups),
    ] {
        if number > 0 {
            calls.entry(category).or_default().insert(operation, number);
        }
    }
    calls
}

fn at_rate(category: QuotaCategory, operations: Operations, allowance: Allowance) -> CategoryCalls {
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

fn sends(step: &Step, recovery: Option<&[String]>) -> Messages {
    let by = |delivery: Delivery| u64::from(delivery == Delivery::Email);
    match step {
        Step::CreateUser(new) => {
            let invited = new.invite.len() as u64;
            Messages { low: invited, high: invited, emails: new.invite.iter().copied().map(by).sum() }
        }
        Step::Resend { by: way } => Messages { low: 1, high: 1, emails: by(*way) },
        // The pool's settings say by which way. Where nobody looked at them, the way may be one that does not reach the user.
        Step::ResetPassword => {
            let by_email = recovery.is_none_or(|ways| ways.iter().any(|way| way == "email"));
            Messages { low: u64::from(recovery.is_some()), high: 1, emails: u64::from(by_email) }
        }
        Step::UpdateAttributes { attributes } => {
            let asked = |name: &str| {
                let verified = flag_of(name).and_then(|flag| attributes.get(flag)).is_some_and(|value| value == "true");
                u64::from(attributes.get(name).is_some_and(|value| !value.is_empty()) && !verified)
            };
            let emails = asked("email");
            Messages { low: 0, high: emails + asked("phone_number"), emails }
        }
        _ => Messages::default(),
    }
}
