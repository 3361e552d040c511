//! Every number of the page of cost that the report's one sheet has no room for. Only the CSV has them.

use model::cost::{BillPart, Line, PricePlan, dollars, grouped, plain};
use rust_decimal::Decimal;

use super::{Parts, Section, unknown, words};
use crate::plans::{PlanCost, PlansAnswer};

/// In the order of the page.
pub(super) fn sections(parts: &Parts) -> Vec<Section> {
    let mut all = vec![ahead(parts), split(parts)];
    all.extend([clients(parts), events(parts), groups(parts)]);
    all.extend([losses(&parts.answer), switching(&parts.answer)]);
    all.extend(parts.answer.plans.iter().flat_map(|cost| [lines(cost), composition(cost, &parts.answer)]));
    all.extend([break_even(&parts.answer), steps(&parts.answer), curve(&parts.answer)]);
    all.retain(|section| !section.rows.is_empty());
    all
}

/// A table whose first column names its rows.
fn table<const N: usize>(heading: &str, head: [&str; N], rows: impl IntoIterator<Item = [String; N]>) -> Section {
    let mut numbers = vec![true; N];
    numbers[0] = false;
    let rows = rows.into_iter().map(Vec::from).collect();
    Section { heading: heading.to_owned(), head: words(head), numbers, rows, ..Section::default() }
}

fn known(amount: Option<Decimal>) -> String {
    amount.map_or_else(unknown, dollars)
}

fn ahead(parts: &Parts) -> Section {
    let row = |ahead: &crate::plans::MonthAhead| {
        let cost = ahead.cost.as_ref();
        [
            ahead.forecast.month.to_string(),
            known(cost.map(|cost| cost.low)),
            known(cost.and_then(|cost| cost.likely)),
            known(cost.and_then(|cost| cost.high)),
        ]
    };
    let head = ["month", "low", "likely", "high"];
    table("What the users of months to come cost on the present plan", head, parts.answer.ahead.iter().map(row))
}

fn split(parts: &Parts) -> Section {
    let split = parts.activity.split;
    let kinds = [
        ("direct", split.direct),
        ("social", split.social),
        ("SAML and OIDC", split.federated),
        ("linked", split.linked),
    ];
    let rows = kinds.map(|(kind, users)| [kind.to_owned(), grouped(users)]);
    table("Everybody in the local copy by price", ["kind", "users"], rows)
}

fn clients(parts: &Parts) -> Section {
    let rows = parts.activity.clients.iter().map(|(client, users)| [client.to_string(), grouped(*users)]);
    table("Active users by app client", ["app client", "users"], rows)
}

fn events(parts: &Parts) -> Section {
    let rows = parts.activity.client_events.iter().map(|(client, events)| [client.to_string(), grouped(*events)]);
    table("Events by app client", ["app client", "events"], rows)
}

fn groups(parts: &Parts) -> Section {
    let rows = parts.activity.groups.iter();
    let rows = rows.map(|group| [group.group.clone(), grouped(group.members), grouped(group.changed)]);
    table("By group", ["group", "members", "changed in the month"], rows)
}

fn losses(answer: &PlansAnswer) -> Section {
    let row = |cost: &PlanCost, loss: &model::cost::FeatureLoss| {
        let used = match loss.used {
            model::cost::FeatureUse::Used => "in use",
            model::cost::FeatureUse::NotUsed => "not in use",
            model::cost::FeatureUse::Unknown => "use unknown",
        };
        let first = if loss.must_be_off_first { "must be off first" } else { "" };
        [cost.plan.to_string(), loss.feature.words().to_owned(), used.to_owned(), first.to_owned()]
    };
    let rows = answer.plans.iter().flat_map(|cost| cost.losses.iter().map(move |loss| row(cost, loss)));
    table("What would be lost", ["plan", "feature", "use", "before"], rows)
}

fn switching(answer: &PlansAnswer) -> Section {
    let row = |cost: &PlanCost| {
        let switch = cost.switching.as_ref()?;
        Some([cost.plan.to_string(), dollars(switch.low), known(switch.high)])
    };
    table("Changing to a plan in the middle of the month", ["plan", "low", "high"], answer.plans.iter().filter_map(row))
}

fn lines(cost: &PlanCost) -> Section {
    let row = |line: &Line| {
        let amount = line.amount.round_dp(10);
        [line.what.clone(), grouped(line.quantity), dollars(line.unit_price), dollars(amount)]
    };
    let head = ["what", "quantity", "price of one", "amount"];
    table(&format!("The lines of {}", cost.plan), head, cost.bill.lines.iter().map(row))
}

fn composition(cost: &PlanCost, answer: &PlansAnswer) -> Section {
    let row = |part| {
        let name = match part {
            BillPart::Users => "direct and social users",
            BillPart::Federated => "SAML and OIDC users",
            BillPart::Tokens => "tokens of machines",
            BillPart::Extras => "rates, replication, security",
            BillPart::Messages => "messages",
        };
        [name.to_owned(), dollars(cost.part(part, &answer.others).round_dp(10))]
    };
    let rows = BillPart::ALL.map(row);
    table(&format!("What the bill of {} is made of", cost.plan), ["part", "amount"], rows)
}

fn break_even(answer: &PlansAnswer) -> Section {
    let rows = answer.break_even.iter();
    let rows = rows.map(|point| [point.cheaper.to_string(), point.dearer.to_string(), grouped(point.users)]);
    table("Where plans overtake each other", ["cheaper", "dearer", "from users"], rows)
}

fn steps(answer: &PlansAnswer) -> Section {
    let row = |(plan, step): &(PricePlan, model::cost::PriceStep)| {
        [plan.to_string(), grouped(step.from), dollars(step.before), dollars(step.after)]
    };
    let head = ["plan", "from user", "price before", "price after"];
    table("Where the price changes", head, answer.steps.iter().map(row))
}

fn curve(answer: &PlansAnswer) -> Section {
    let rows = answer.curve.iter().map(|point| {
        let mut row = vec![grouped(point.users)];
        row.extend(point.totals.iter().map(|total| plain(total.round_dp(10))));
        row.extend(point.marginals.iter().map(|price| plain(*price)));
        row
    });
    let named = |what: &str| PricePlan::ALL.map(|plan| format!("{plan}, {what}"));
    let head: Vec<String> = [vec!["users".to_owned()], named("cost").to_vec(), named("next user").to_vec()].concat();
    let numbers = vec![true; head.len()];
    let heading = "Cost and price of the next user by users".to_owned();
    Section { heading, numbers, head, rows: rows.collect(), ..Section::default() }
}
