//! What an operator can do: connect to an account, sync a pool, search it, look at it, erase it.
//!
//! [`open`] is the one composition root of the window and of `poolctl`. Searching reads the encrypted cache and sends
//! nothing; only connecting, listing pools and syncing call AWS, and [`CallCounter`] refuses every call that could
//! make a user billable.

mod activity;
mod advice;
mod clock;
mod complete;
mod confirm;
mod connect;
mod cost;
mod diagnostics;
pub mod edits;
mod erase;
mod error;
pub mod files;
pub mod foreign;
mod health;
pub mod jobs;
mod kept_settings;
mod known;
pub mod lab;
mod leases;
mod ledger;
mod logo;
pub mod logs;
mod meant;
mod near;
mod nearby;
mod open;
mod overview;
mod past;
mod plans;
mod pool;
pub mod preview;
mod prices;
mod report;
mod reveal;
mod search;
mod settings;
mod sink;
mod standings;
mod sync;
pub mod to_aws;
pub mod token;
mod why;

pub use model::PoolId;
pub use model::view::{ColumnChoice, SavedView};

pub use cognito::identity_pools::{AwsCredentials, Identity, IdentityPage};
pub use cognito::{AwsFiles, HttpClient, ProfileKind, QuotaUse, Share};
pub use store::{
    Change, Cursor, Density, Domains, Entry, Erased, KeySource, KnownPool, LedgerCall, LedgerEnd, LookedUp, Page,
    SavedConnection, Settings, Tab, Theme, ToldBilling, What,
};

pub use activity::{Activity, Dormant, GroupCount, ImportedActivity, MetricsPrice, MetricsRead, Missing, Months};
pub use advice::{Basis, recommendation};
pub use clock::SystemClock;
pub use cognito::settings::Limit;
pub use cognito::{SecondFactors, SignInEvent, UserDevice};
pub use complete::{Completion, CompletionItem, CompletionKind};
pub use confirm::Confirmation;
pub use connect::{Connected, Connections, ProfileLine};
pub use cost::{Besides, CostAnswer, CostQuestion, TableUsed, cost, price_table};
pub use erase::Erase;
pub use error::{Code, Error};
pub use health::{Health, Standpoint};
pub use kept_settings::{Comparison, On};
pub use known::RecentPool;
pub use ledger::{LedgerOf, MonthLedger, Standing};
pub use logo::read_logo;
pub use meant::Meant;
pub use model::clock::Clock;
pub use near::Near;
pub use nearby::ServiceQuotas;
pub use open::{Config, Console, Protection, SandboxClient, open};
pub use overview::{Age, Distributions, Overview, at_domain};
pub use plans::{CurvePoint, MonthAhead, PlanCost, PlansAnswer, PlansQuestion, Taken};
pub use pool::OpenPool;
pub use prices::kept_prices;
pub use report::{Report, ReportFormat, rows_csv, table_csv};
pub use reveal::{Reveal, RevealPrice};
pub use search::{ListView, MOST_LISTED, SearchView};
pub use sink::{CallCount, CallCounter, SessionCost};
pub use sync::{SyncHandle, SyncPhase, SyncProgress};
pub use why::{PricedReason, Why, WhyQuestion};
