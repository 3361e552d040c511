//! How many users were active in a month. Only the bill knows; everything here is evidence of it.

mod effect;
mod evidence;
mod log;
mod log_month;
mod metrics;
mod named;
mod query;
mod sketch;
mod split;

pub use effect::{effect_of, event_counts, surely_counts};
pub use evidence::{
    BillScope, BilledNumber, Created, Facts, LONGEST_UNSEEN, LedgerFacts, MetricSums, PART_OF_MONTH, estimate,
    final_bill, seen_and_given,
};
pub use log::{Damage, LogCounter, TextRead};
pub use log_month::{Counted, Imported, LogMonth};
pub use metrics::{
    MetricMonth, MetricReading, MetricsError, NO_DELETED_CLIENTS, NOTHING_OLD, SuccessSeries, asking_price,
    is_metrics_answer, metrics_answer, success_series,
};
pub use named::{Named, NotNamed};
pub use query::{LogGroup, PreparedQuery, metrics_command, prepared_queries};
pub use split::{SignInKind, Split};
