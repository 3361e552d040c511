//! Tables that AWS gives: results of the prepared queries, and usage on a bill.

use std::collections::BTreeMap;
use std::io::Read;

use model::cost::Meter;
use model::month::Month;

use crate::Error;

/// The most rows of a result that are read. Of a bill all are: its sums are small.
const MOST_ROWS: usize = 1_000_000;

/// What a CSV turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImportedTable {
    /// The result of a prepared query.
    Result {
        /// Its rows.
        rows: Vec<ResultRow>,
        /// Numbers of the lines that could not be read.
        damaged: Vec<u64>,
        /// Whether there were more rows than are read.
        cut_off: bool,
    },
    /// Usage from a bill: a cost and usage report, or another table with a usage type and a usage quantity in each row.
    Usage {
        /// Cognito's part of it, summed by month and kind.
        usage: Vec<BilledUsage>,
        /// Numbers of the lines that could not be read.
        damaged: Vec<u64>,
        /// How many of its lines are no usage but credits, refunds, discounts or fees, and not in the sums.
        no_usage: u64,
        /// Whether it could not be read to its end: the sums are then of a part.
        cut_off: bool,
    },
}

/// A row of a prepared query's result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResultRow {
    /// The month; `None` where the query was limited to one.
    pub month: Option<Month>,
    /// The app client; `None` for all of them.
    pub client: Option<String>,
    /// Different active users; `None` in a table of token requests.
    pub users: Option<u64>,
    /// Token requests of machines; `None` in a table of users.
    pub token_requests: Option<u64>,
    /// Whether other pools of the account may be in the numbers.
    pub whole_account: bool,
}

/// What a bill counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BilledKind {
    /// Something with a price.
    Billed(Meter),
    /// Users of the free tier, who are listed apart.
    FreeUsers,
}

/// A quantity on a bill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BilledUsage {
    /// The month; `None` where the table tells none.
    pub month: Option<Month>,
    /// What is counted.
    pub kind: BilledKind,
    /// How many, rounded to whole ones.
    pub quantity: u64,
}

/// Reads a CSV with a header: the result of a prepared query, or usage from a bill.
///
/// # Errors
/// [`Code::Validation`](crate::Code::Validation) on `file` when its columns are those of neither, or a result is cut off.
pub fn read_table(file: impl Read) -> Result<ImportedTable, Error> {
    let mut csv = csv::ReaderBuilder::new().flexible(true).from_reader(file);
    let header = csv.headers().map_err(|error| Error::invalid("file", format!("This is not a CSV: {error}.")))?;
    let names: Vec<String> = header.iter().map(normal).collect();
    let column = |wanted: &[&str]| names.iter().position(|name| wanted.contains(&name.as_str()));
    let month = column(&["month", "usagestartdate", "billingperiodstartdate", "startdate"]);
    if let (Some(kind), Some(quantity)) =
        (column(&["usagetype"]), column(&["usagequantity", "usageamount", "quantity"]))
    {
        let line_type = column(&["lineitemtype"]);
        return Ok(usage(&mut csv, &UsageColumns { kind, quantity, month, line_type }));
    }
    let (users, tokens) = (column(&["users"]), column(&["tokenrequests"]));
    if users.or(tokens).is_none() {
        let sentence = "Its columns are neither those of a prepared query (users, tokenRequests, client, month) nor of a \
                        bill (usage type and usage quantity).";
        return Err(Error::invalid("file", sentence));
    }
    let (client, scope) = (column(&["client"]), column(&["scope"]));
    let (mut rows, mut damaged, mut cut_off) = (Vec::new(), Vec::new(), false);
    for (at, record) in csv.records().enumerate() {
        if at == MOST_ROWS {
            cut_off = true;
            break;
        }
        let line = at as u64 + 2;
        let record = match record {
            Ok(record) => record,
            // The line with the sum of all may be in what is missing.
            Err(error) if error.is_io_error() => {
                let sentence = "It ends in the middle or is damaged, so its numbers were not used.";
                return Err(Error::invalid("file", sentence));
            }
            Err(_) => {
                damaged.push(line);
                continue;
            }
        };
        let text =
            |column: Option<usize>| column.and_then(|at| record.get(at)).map(str::trim).filter(|t| !t.is_empty());
        let row = ResultRow {
            month: text(month).and_then(month_of),
            client: text(client).map(str::to_owned),
            users: text(users).and_then(whole),
            token_requests: text(tokens).and_then(whole),
            whole_account: text(scope).is_some_and(|scope| scope.eq_ignore_ascii_case("account")),
        };
        let wrong_month = text(month).is_some() && row.month.is_none();
        if wrong_month || (row.users.is_none() && row.token_requests.is_none()) {
            damaged.push(line);
        } else {
            rows.push(row);
        }
    }
    Ok(ImportedTable::Result { rows, damaged, cut_off })
}

/// Where the columns of a bill are.
struct UsageColumns {
    kind: usize,
    quantity: usize,
    month: Option<usize>,
    line_type: Option<usize>,
}

/// Types of lines that are usage. The others repeat its usage type and quantity: a `Credit`, a `Refund`, a discount.
const USAGE: [&str; 2] = ["Usage", "DiscountedUsage"];

fn usage(csv: &mut csv::Reader<impl Read>, columns: &UsageColumns) -> ImportedTable {
    let (mut no_usage, mut cut_off) = (0, false);
    let mut sums: BTreeMap<(Option<Month>, BilledKind), rust_decimal::Decimal> = BTreeMap::new();
    let mut damaged = Vec::new();
    for (at, record) in csv.records().enumerate() {
        let line = at as u64 + 2;
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                damaged.push(line);
                if error.is_io_error() {
                    cut_off = true;
                    break;
                }
                continue;
            }
        };
        // Other services, taxes and totals are not of interest.
        let Some(kind) = record.get(columns.kind).and_then(kind_of) else { continue };
        // What has no type is not said to be anything else than usage.
        let line_type = columns.line_type.and_then(|at| record.get(at)).map(str::trim).filter(|text| !text.is_empty());
        if line_type.is_some_and(|line_type| !USAGE.contains(&line_type)) {
            no_usage += 1;
            continue;
        }
        let month = columns.month.and_then(|at| record.get(at)).and_then(month_of);
        match record.get(columns.quantity).and_then(decimal) {
            Some(quantity) => {
                let sum: &mut rust_decimal::Decimal = sums.entry((month, kind)).or_default();
                *sum = sum.saturating_add(quantity);
            }
            None => damaged.push(line),
        }
    }
    let usage = sums.into_iter().map(|((month, kind), quantity)| BilledUsage {
        month,
        kind,
        quantity: quantity.round().try_into().unwrap_or(u64::MAX),
    });
    ImportedTable::Usage { usage: usage.collect(), damaged, no_usage, cut_off }
}

/// `lineItem/UsageType`, `line_item_usage_type` and `Usage type` are the same column.
fn normal(name: &str) -> String {
    let last = name.rsplit('/').next().unwrap_or(name);
    let plain: String = last.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    // The one column that is called so by itself.
    if plain.ends_with("lineitemtype") {
        return "lineitemtype".to_owned();
    }
    let plain = plain.strip_prefix("lineitem").or(plain.strip_prefix("bill")).unwrap_or(&plain);
    if plain == "ingperiodstartdate" { "billingperiodstartdate".to_owned() } else { plain.to_owned() }
}

/// What a usage type such as `EUW2-CognitoEssentialsMAU` counts; `None` when it is not Cognito's.
fn kind_of(usage_type: &str) -> Option<BilledKind> {
    let known = [
        ("CognitoLiteMAU", BilledKind::Billed(Meter::Lite)),
        ("CognitoEssentialsMAU", BilledKind::Billed(Meter::Essentials)),
        ("CognitoPlusMAU", BilledKind::Billed(Meter::Plus)),
        ("CognitoUserPoolsMAU", BilledKind::Billed(Meter::Legacy)),
        ("CognitoUserPoolMAU", BilledKind::FreeUsers),
        ("CognitoFreeTierMAU", BilledKind::FreeUsers),
        ("EnterpriseMAU", BilledKind::Billed(Meter::Federated)),
        ("CUPM2MTokenRequestsFull", BilledKind::Billed(Meter::TokenRequests)),
    ];
    known.into_iter().find(|(suffix, _)| usage_type.trim().ends_with(suffix)).map(|(_, kind)| kind)
}

/// `2026-11`, or the month of `2026-11-03T…` and `2026/11/03`.
fn month_of(text: &str) -> Option<Month> {
    Month::parse(&text.trim().replace('/', "-").chars().take(7).collect::<String>()).ok()
}

/// A whole number; thousands may be parted by commas.
fn whole(text: &str) -> Option<u64> {
    text.replace(',', "").parse().ok()
}

fn decimal(text: &str) -> Option<rust_decimal::Decimal> {
    let text = text.trim().replace(',', "");
    let number = rust_decimal::Decimal::from_scientific(&text).ok().or_else(|| text.parse().ok())?;
    // More than a trillion of anything is no quantity of a bill.
    (!number.is_sign_negative() && number <= rust_decimal::Decimal::from(1_000_000_000_000_u64)).then_some(number)
}
