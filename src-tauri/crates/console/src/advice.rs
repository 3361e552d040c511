//! What to do about a pool's plan, and by which month that is told.

use jiff::Timestamp;
use model::cost::{FeatureUse, PricePlan, dollars};
use model::month::Month;
use rust_decimal::Decimal;

use crate::plans::{PlanCost, can_change};

/// What the users of a question are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// Those of a month that is over.
    Whole,
    /// Those of a month that goes on: what was seen of it so far.
    Part {
        /// Up to when; `None` where the pool was never copied.
        until: Option<Timestamp>,
    },
    /// As many as somebody chose, for a whole month.
    Chosen,
}

/// That the prices are of a part of the month, as a sentence; `None` where they are of a whole one.
pub(crate) fn so_far(basis: Basis, month: Month) -> Option<String> {
    let Basis::Part { until } = basis else { return None };
    let seen = match until {
        Some(at) => format!("what was seen by {} UTC", at.strftime("%F %H:%M")),
        None => "what was seen so far".to_owned(),
    };
    Some(format!("{month} is not over: its users and their cost are of {seen}, and not of a whole month."))
}

/// By which month a recommendation is made, as a sentence. `whole` is the month that stands in for one that goes on.
pub(crate) fn told_by(basis: Basis, month: Month, whole: Option<Month>) -> String {
    match (basis, whole) {
        (Basis::Whole, _) => format!("By {month}, which is over."),
        (Basis::Chosen, _) => "For a whole month with the users that were chosen.".to_owned(),
        (Basis::Part { .. }, Some(whole)) => {
            format!("By {whole}, the last whole month of which enough is known; {month} is not over.")
        }
        (Basis::Part { .. }, None) => {
            format!("By a part of {month}, which is not over: of no whole month enough is known, so take it with care.")
        }
    }
}

/// What to do about a pool on that plan, in sentences, and why, by what a month costs on each.
#[must_use]
pub fn recommendation(present: Option<PricePlan>, plans: &[PlanCost]) -> Vec<String> {
    let Some(present) = present else {
        return vec!["Which plan the pool is on is not known, so nothing is recommended.".to_owned()];
    };
    let find = |plan: PricePlan| plans.iter().find(|cost| cost.plan == plan);
    let Some(now) = find(present) else { return Vec::new() };
    // A price that is bought with a feature in use is no saving, and the legacy price cannot be chosen.
    let possible = |cost: &&PlanCost| {
        let changes = cost.plan == present || can_change(present, cost.plan);
        changes && cost.plan != PricePlan::Legacy && cost.losses.iter().all(|loss| loss.used != FeatureUse::Used)
    };
    let bounded = plans.iter().all(|cost| cost.cost.high.is_some());
    let known = |cost: &PlanCost| if bounded { cost.cost.high } else { cost.cost.likely };
    // A plan of which less is known must not win by that.
    if plans.iter().any(|cost| known(cost).is_none()) {
        let sentence = "How many users were active is not known well enough to recommend a plan; import logs or type the \
                        bill's number.";
        return vec![sentence.to_owned()];
    }
    let worst = |cost: &PlanCost| known(cost).unwrap_or_default();
    let likely = "By the likely number of users; how many there were at most is not known.".to_owned();
    let mut told: Vec<String> = if bounded { Vec::new() } else { vec![likely] };
    let best = plans.iter().filter(possible).min_by_key(|cost| (worst(cost), cost.cost.low));
    let Some(best) = best.filter(|best| best.plan != present && worst(best) < worst(now)) else {
        told.push(format!("Stay on {present}: no plan that has what this pool uses costs less."));
        return told;
    };
    let least = now.cost.low - best.cost.low;
    let most = worst(now) - worst(best);
    let (least, most) = (least.min(most).max(Decimal::ZERO), least.max(most));
    let less = if least == most { dollars(most) } else { format!("{} to {}", dollars(least), dollars(most)) };
    told.insert(0, format!("{} would cost {less} less in such a month.", best.plan));
    let unknown: Vec<&str> =
        best.losses.iter().filter(|loss| loss.used == FeatureUse::Unknown).map(|loss| loss.feature.words()).collect();
    if !unknown.is_empty() {
        told.push(format!("Make sure first that nobody uses what it lacks: {}.", unknown.join("; ")));
    }
    if present == PricePlan::Legacy {
        let sentence = "Leaving Lite gives up the legacy price and its 50,000 free users for good: going back to Lite does not \
                        bring them back.";
        told.push(sentence.to_owned());
    }
    told.push(
        "A change takes effect for whoever is active after it; everybody active before it in the same month is still \
         billed at the dearer plan."
            .to_owned(),
    );
    told
}
