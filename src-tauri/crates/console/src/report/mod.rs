//! The report: one page about a pool's month, as HTML, PDF and CSV. All three say the same.

mod csv;
mod every;
mod health;
mod html;
mod pdf;
mod text;

use jiff::Timestamp;
use model::cost::{Bill, FeatureUse, Forecast, dollars, grouped};
use model::estimate::{Bound, Estimate, Evidence};
use rust_decimal::Decimal;

use crate::activity::{Activity, Months};
use crate::ledger::MonthLedger;
use crate::plans::{MonthAhead, PlanCost, PlansAnswer};

/// In which form a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportFormat {
    /// One self-contained page with a style for printing.
    Html,
    /// One page of A4. What it has no room for is in the other two, and it says so.
    Pdf,
    /// Every number: section, row, column, value.
    Csv,
}

/// A report, ready to be written.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    title: String,
    subtitle: String,
    headline: Vec<(String, String)>,
    bars: Vec<Bar>,
    sections: Vec<Section>,
    /// What only the CSV has room for.
    numbers: Vec<Section>,
}

/// A plan's range, as parts of the dearest.
#[derive(Debug, Clone, PartialEq)]
struct Bar {
    name: String,
    low: Decimal,
    likely: Option<Decimal>,
    high: Option<Decimal>,
}

#[derive(Debug, Clone, PartialEq, Default)]
struct Section {
    heading: String,
    /// What paper does with it when the page is full.
    spare: Spare,
    paragraphs: Vec<String>,
    head: Vec<String>,
    /// Which columns hold numbers.
    numbers: Vec<bool>,
    rows: Vec<Vec<String>>,
}

/// How much of a section may be left out where there is one page. What is less is left out later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
enum Spare {
    /// Nothing.
    #[default]
    Nothing,
    /// All but the first lines, from the end.
    Lines,
    /// All of it.
    Last,
    /// All of it, before others.
    First,
}

/// What a report is made from.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Parts {
    /// The pool's name. Foreign text.
    pub(crate) name: String,
    pub(crate) id: String,
    pub(crate) activity: Activity,
    /// The users that the prices are for: those of `activity`, unless somebody moved the number.
    pub(crate) asked: Estimate<u64>,
    /// Whether no token requests of machines are in the prices.
    pub(crate) without_machines: bool,
    /// Whether no other pools of the account are in the prices.
    pub(crate) without_others: bool,
    pub(crate) months: Months,
    pub(crate) answer: PlansAnswer,
    pub(crate) ledger: Option<MonthLedger>,
    pub(crate) at: Timestamp,
}

impl Report {
    pub(crate) fn new(parts: &Parts) -> Self {
        let month = parts.activity.month;
        let present = parts.activity.plan.and_then(|plan| parts.answer.plans.iter().find(|cost| cost.plan == plan));
        let so_far = if parts.answer.so_far.is_some() { " so far" } else { "" };
        let users = (format!("Monthly active users{so_far}"), number(&parts.asked));
        let cost = present.map(|cost| (format!("Cost on {}{so_far}", cost.plan), money(&cost.cost)));
        let bar = |cost: &PlanCost| Bar {
            name: cost.plan.to_string(),
            low: cost.cost.low,
            likely: cost.cost.likely,
            high: cost.cost.high,
        };
        let mut sections = vec![
            Section {
                heading: "Recommendation".to_owned(),
                paragraphs: parts.answer.so_far.iter().chain(&parts.answer.recommendation).cloned().collect(),
                ..Section::default()
            },
            evidence(&parts.activity, &parts.asked),
            plans(&parts.answer),
        ];
        sections.extend(present.map(|cost| calculation(cost, &parts.answer.others)));
        sections.push(months(&parts.months, &parts.answer.ahead));
        sections.push(ledger(parts.ledger.as_ref()));
        sections.push(assumptions(parts, present));
        sections.push(prices(&parts.answer));
        Self {
            title: format!("Cost and monthly active users, {month}"),
            subtitle: format!("{} ({}), as known on {}", parts.name, parts.id, parts.at.strftime("%Y-%m-%d %H:%M UTC")),
            headline: [Some(users), cost].into_iter().flatten().collect(),
            bars: parts.answer.plans.iter().map(bar).collect(),
            sections,
            numbers: every::sections(parts),
        }
    }

    /// The report in a form.
    #[must_use]
    pub fn write(&self, format: ReportFormat) -> Vec<u8> {
        match format {
            ReportFormat::Html => html::write(self).into_bytes(),
            ReportFormat::Pdf => pdf::write(self),
            ReportFormat::Csv => csv::write(self),
        }
    }
}

/// A table as CSV in which no cell is a formula.
#[must_use]
pub fn table_csv(head: &[String], rows: &[Vec<String>]) -> Vec<u8> {
    csv::table(std::iter::once(head).chain(rows.iter().map(Vec::as_slice)))
}

/// Rows of a table as CSV in which no cell is a formula, without the names of columns.
#[must_use]
pub fn rows_csv(rows: &[Vec<String>]) -> Vec<u8> {
    csv::table(rows.iter().map(Vec::as_slice))
}

fn evidence(activity: &Activity, asked: &Estimate<u64>) -> Section {
    let bound = |bound: Bound| match bound {
        Bound::AtLeast => "at least",
        Bound::About => "about",
        Bound::AtMost => "at most",
        Bound::Exactly => "exactly",
        Bound::Hint => "bounds nothing",
    };
    let mut known_by: Vec<&Evidence> = activity.users.evidence.iter().collect();
    // Paper leaves out the last lines, so what settles the number comes first.
    known_by.sort_by_key(|item| match item.bound {
        Bound::Exactly => 0,
        Bound::Hint => 2,
        _ => 1,
    });
    let rows = known_by.into_iter().map(|item| {
        let says = item.caveat.iter().fold(item.says.clone(), |says, caveat| format!("{says} {caveat}"));
        vec![bound(item.bound).to_owned(), grouped(item.users), says]
    });
    let (direct, federated, linked) = activity.split.priced();
    let all = [direct, federated, linked].map(grouped);
    let known = &activity.users;
    let mut paragraphs = Vec::new();
    if (asked.low, asked.likely, asked.high) != (known.low, known.likely, known.high) {
        let sentence =
            format!("The prices are for {}, as somebody chose. What is known is {}.", number(asked), number(known));
        paragraphs.push(sentence);
    }
    paragraphs.push(format!(
        "Everybody in the local copy: {} direct or social, {} of SAML or OIDC providers, {} linked (billed either way).",
        all[0], all[1], all[2]
    ));
    paragraphs.extend(activity.missing.iter().map(|missing| format!("Unknown: {} {}", missing.what, missing.remedy)));
    Section {
        heading: "How many, and how that is known".to_owned(),
        spare: Spare::Lines,
        paragraphs,
        head: words(["bound", "users", "evidence"]),
        numbers: vec![false, true, false],
        rows: rows.collect(),
    }
}

fn plans(answer: &PlansAnswer) -> Section {
    let row = |cost: &PlanCost| {
        let lost: Vec<&str> = cost
            .losses
            .iter()
            .filter(|loss| loss.used != FeatureUse::NotUsed)
            .map(|loss| loss.feature.words())
            .collect();
        vec![
            cost.plan.to_string(),
            dollars(cost.cost.low),
            cost.cost.likely.map_or_else(unknown, dollars),
            cost.cost.high.map_or_else(unknown, dollars),
            lost.join("; "),
        ]
    };
    Section {
        heading: "The same month on each plan".to_owned(),
        paragraphs: vec!["Legacy is a price that only pools from before 22 November 2024 keep.".to_owned()],
        head: words(["plan", "low", "likely", "high", "would be lost"]),
        numbers: vec![false, true, true, true, false],
        rows: answer.plans.iter().map(row).collect(),
        ..Section::default()
    }
}

fn calculation(cost: &PlanCost, others: &Bill) -> Section {
    let row = |line: &model::cost::Line| vec![line.what.clone(), line.to_string()];
    let mut rows: Vec<Vec<String>> = cost.bill.lines.iter().map(row).collect();
    let sum = |what: &str, amount: Decimal| vec![what.to_owned(), dollars(amount)];
    let (account, others_alone) = (cost.bill.total(), others.total());
    if others.lines.is_empty() {
        rows.push(sum("Total", account));
    } else {
        rows.push(sum("Total of the account", account));
        rows.push(sum("The other pools without this one", others_alone));
        rows.push(sum("This pool", account - others_alone));
    }
    Section {
        heading: format!("How {} is worked out", cost.plan),
        spare: Spare::Last,
        head: words(["what", "calculation"]),
        numbers: vec![false, true],
        rows,
        ..Section::default()
    }
}

fn months(months: &Months, to_come: &[MonthAhead]) -> Section {
    let row = |month: String, users: &Estimate<u64>, kind: String| {
        let [likely, high] = [users.likely, users.high].map(|users| users.map_or_else(unknown, grouped));
        let low = if users.is_unknown() { unknown() } else { grouped(users.low) };
        vec![month, low, likely, high, kind]
    };
    let known = months.known.iter().map(|count| row(count.month.to_string(), &count.users, "seen".to_owned()));
    let ahead = months.ahead.iter().map(|next| {
        let sure = next.confidence_percent.map(|percent| format!(", {percent} % between"));
        row(next.month.to_string(), &next.users, format!("forecast{}", sure.unwrap_or_default()))
    });
    let paragraphs = if to_come.is_empty() {
        vec!["There is no forecast: it needs two months in a row that are over and have a likely number.".to_owned()]
    } else {
        to_come.iter().take(2).map(foreseen).collect()
    };
    Section {
        heading: "Months".to_owned(),
        spare: Spare::Lines,
        paragraphs,
        head: words(["month", "low", "likely", "high", "kind"]),
        numbers: vec![false, true, true, true, false],
        // The latest first: paper leaves out the last lines.
        rows: known.chain(ahead).rev().collect(),
    }
}

/// A month to come in a sentence: its users, and what they cost on the present plan.
fn foreseen(ahead: &MonthAhead) -> String {
    let Forecast { month, users, confidence_percent } = &ahead.forecast;
    let sure = confidence_percent.map(|percent| format!(" ({percent} % of months lie between)")).unwrap_or_default();
    let cost = ahead.cost.as_ref().map(|cost| format!("; {} for them on the present plan", money(cost)));
    format!("All of {month} may have {} users{sure}{}.", number(users), cost.unwrap_or_default())
}

/// What this app's own calls cost; `None` where the journal cannot be read.
fn ledger(ledger: Option<&MonthLedger>) -> Section {
    let heading = "What this app itself has cost".to_owned();
    let Some(ledger) = ledger else {
        let unknown = "Unknown: the journal of this app's calls cannot be read.".to_owned();
        return Section { heading, spare: Spare::First, paragraphs: vec![unknown], ..Section::default() };
    };
    let calls = ledger.entries.len() as u64;
    let users = ledger.touched.may_bill.saturating_add(ledger.touched.undocumented);
    let cost = format!("{} to {}", dollars(ledger.cost.low), ledger.cost.high.map_or_else(unknown, dollars));
    let elsewhere =
        "These calls went to the sandbox or an emulator, where nobody is billed. AWS would have billed this.";
    Section {
        heading,
        spare: Spare::First,
        paragraphs: (calls > 0 && !ledger.billed).then(|| elsewhere.to_owned()).into_iter().collect(),
        head: words(["what", "number"]),
        numbers: vec![false, true],
        rows: vec![
            vec!["Calls about one person".to_owned(), grouped(calls)],
            vec!["People who may have been billed by them".to_owned(), grouped(users)],
            vec!["Cost of that".to_owned(), cost],
        ],
    }
}

fn assumptions(parts: &Parts, present: Option<&PlanCost>) -> Section {
    let mut paragraphs = vec!["AWS counts by calendar month and names no time zone; UTC is taken.".to_owned()];
    if parts.activity.split.linked > 0 {
        let sentence = "Of linked users one page of AWS says that they always count as federated, another that it depends \
                        on the way of signing in: both are within the range, and nothing is likely.";
        paragraphs.push(sentence.to_owned());
    }
    if parts.without_machines && parts.activity.token_requests.is_none() {
        let sentence =
            "How many tokens machines asked for is not known, and none are in these prices; each request is billed.";
        paragraphs.push(sentence.to_owned());
    }
    if parts.without_others {
        let sentence =
            "Other pools of the account are left out; they share the free users and the brackets with this one.";
        paragraphs.push(sentence.to_owned());
    }
    if !parts.answer.others.lines.is_empty() {
        let others = dollars(parts.answer.others.total());
        paragraphs.push(format!(
            "The account's other pools would cost {others} without this one. What is told of this pool is what it adds: they \
             take the free users first."
        ));
    }
    let shown = present.or(parts.answer.plans.first());
    paragraphs.extend(shown.map(|cost| cost.bill.assumptions.clone()).unwrap_or_default());
    Section { heading: "Assumptions".to_owned(), spare: Spare::Lines, paragraphs, ..Section::default() }
}

fn prices(answer: &PlansAnswer) -> Section {
    let table = &answer.table;
    let whose = if table.built_in { "It came with Poolkeeper." } else { "It is your own." };
    let sentence = format!(
        "{} {}, prices of AWS read on {} ({} days ago), for {}. {whose} Without tax, discounts and credits.",
        table.name, table.version, table.read_on, table.age_in_days, table.region
    );
    Section { heading: "Prices".to_owned(), paragraphs: vec![sentence], ..Section::default() }
}

fn words<const N: usize>(words: [&str; N]) -> Vec<String> {
    words.map(str::to_owned).to_vec()
}

fn unknown() -> String {
    "unknown".to_owned()
}

/// `1,200 – 3,400, likely 2,000`.
fn number(users: &Estimate<u64>) -> String {
    range(users, grouped)
}

fn money(cost: &Estimate<Decimal>) -> String {
    range(cost, dollars)
}

fn range<T: Copy + Ord + Default>(estimate: &Estimate<T>, written: impl Fn(T) -> String) -> String {
    if estimate.high == Some(estimate.low) {
        return written(estimate.low);
    }
    let high = estimate.high.map_or_else(|| "no upper bound".to_owned(), &written);
    let likely = estimate.likely.map(|likely| format!(", likely {}", written(likely)));
    format!("{} – {high}{}", written(estimate.low), likely.unwrap_or_default())
}
