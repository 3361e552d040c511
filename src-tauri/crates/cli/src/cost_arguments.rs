//! The command line of what users cost.

use std::path::PathBuf;

use clap::Args;

/// The plans that something can be billed by.
const PLANS: [&str; 4] = ["lite", "essentials", "plus", "legacy"];

#[derive(Debug, Args)]
pub(crate) struct Cost {
    /// Active users who sign in directly or through a social provider
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) mau: u64,
    /// One plan; all of them when it is left out
    #[arg(long, value_parser = PLANS)]
    pub(crate) plan: Option<String>,
    /// Active users of SAML and OIDC providers, in addition
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) federated: u64,
    #[command(flatten)]
    pub(crate) with: With,
    /// Take the account's other pools and advanced security as they were told of the pool (`poolctl billing`), where nothing
    /// else is given; opens no socket
    #[arg(long)]
    pub(crate) told: bool,
    /// The month; the present one when it is left out
    #[arg(long, value_name = "YYYY-MM")]
    pub(crate) month: Option<String>,
    /// Show the calculation, line by line
    #[arg(long)]
    pub(crate) explain: bool,
    /// Use this price table (JSON); otherwise the one that is kept in the data folder, or Poolkeeper's
    #[arg(long, value_name = "FILE")]
    pub(crate) prices: Option<PathBuf>,
}

/// What goes into a price besides the pool's users.
#[derive(Debug, Args)]
pub(crate) struct With {
    /// Successful token requests of machines
    #[arg(long, value_name = "N")]
    pub(crate) m2m: Option<u64>,
    /// Charge for so many app clients of machines, which AWS seems to have withdrawn
    #[arg(long, value_name = "N")]
    pub(crate) m2m_clients: Option<u64>,
    /// E-mails through Amazon SES; those of Cognito's own sender cost nothing
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) emails: u64,
    /// SMS
    #[arg(long, value_name = "N", default_value_t = 0, requires = "sms_price")]
    pub(crate) sms: u64,
    /// Dollars for one SMS; AWS has a price for each destination
    #[arg(long, value_name = "D")]
    pub(crate) sms_price: Option<String>,
    /// Requests a second above the default that were bought, for the whole month unless --extra-rate-days says otherwise
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) extra_rate: u32,
    /// For how many days of the month; less than a month has another price
    #[arg(long, value_name = "D", requires = "extra_rate", value_parser = clap::value_parser!(u32).range(1..=31))]
    pub(crate) extra_rate_days: Option<u32>,
    /// The pool is replicated to another Region (Essentials, Plus)
    #[arg(long)]
    pub(crate) replicated: bool,
    /// The pool pays for the advanced security from before the plans (legacy)
    #[arg(long)]
    pub(crate) advanced_security: bool,
    /// Active users of the account's other pools, which share the free users and the brackets
    #[arg(long, value_name = "N")]
    pub(crate) others: Option<u64>,
    /// The plan of those; essentials when it is left out
    #[arg(long, value_parser = PLANS, requires = "others")]
    pub(crate) others_plan: Option<String>,
}

/// A month of a pool, and what to take instead of what is known of it.
#[derive(Debug, Args)]
pub(crate) struct OfPool {
    /// The month; the present one when it is left out
    #[arg(long, value_name = "YYYY-MM")]
    pub(crate) month: Option<String>,
    /// So many active users, instead of the range that is known
    #[arg(long, value_name = "N")]
    pub(crate) mau: Option<u32>,
    /// Take the pool to be on this plan, instead of the one that it is billed by
    #[arg(long, value_parser = PLANS)]
    pub(crate) plan: Option<String>,
    #[command(flatten)]
    pub(crate) with: With,
}

#[derive(Debug, Args)]
pub(crate) struct Report {
    #[command(flatten)]
    pub(crate) of: OfPool,
    /// The file; its ending tells the form (html, pdf, csv). Standard output when it is left out: html, or csv with --format csv
    #[arg(long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Replace the file if there is one
    #[arg(long, requires = "output")]
    pub(crate) force: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Dormant {
    /// The day, in UTC: whose record did not change since, and of whom nothing else is known since
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(crate) since: String,
    /// List them, as `poolctl users` does
    #[arg(long)]
    pub(crate) list: bool,
    /// With --list: columns of table and csv, by field name
    #[arg(long, value_name = "a,b", value_delimiter = ',', requires = "list")]
    pub(crate) columns: Vec<String>,
    /// With --list: the most people that are listed; 0 for all
    #[arg(long, value_name = "N", default_value_t = 100, requires = "list")]
    pub(crate) limit: u64,
}

#[derive(Debug, Args)]
pub(crate) struct Billing {
    /// Whether the pool kept the legacy price: from before 22 November 2024, and always on Lite; unknown to forget it
    #[arg(long, value_name = "yes|no|unknown", value_parser = ["yes", "no", "unknown"])]
    pub(crate) legacy: Option<String>,
    /// Whether it pays for the advanced security from before the plans
    #[arg(long, value_name = "yes|no", value_parser = ["yes", "no"])]
    pub(crate) advanced_security: Option<String>,
    /// Active users of the account's other pools in a month; 0 where there is no other pool, unknown to forget it
    #[arg(long, value_name = "N|unknown")]
    pub(crate) others: Option<String>,
    /// The plan of those
    #[arg(long, value_parser = PLANS)]
    pub(crate) others_plan: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Mau {
    /// The month; the present one when it is left out
    #[arg(long, value_name = "YYYY-MM")]
    pub(crate) month: Option<String>,
    /// List every month of which something is known, and those to come
    #[arg(long, conflicts_with_all = ["month", "billed", "import", "cloudwatch", "forget_import", "forget_billed", "queries"])]
    pub(crate) history: bool,
    /// Keep this as the number on the month's bill, with the users that are free
    #[arg(long, value_name = "N")]
    pub(crate) billed: Option<u32>,
    /// Read logs (user activity, CloudTrail), a prepared query's table, a bill (CSV), each plain or gzip, or every one of them
    /// in a folder; may be repeated
    #[arg(long, value_name = "FILE|FOLDER")]
    pub(crate) import: Vec<PathBuf>,
    /// The account has no other pool: what names none, and an imported bill, is about this one
    #[arg(long, requires = "import")]
    pub(crate) only_pool: bool,
    /// The number of --billed is about all pools of the account, not about this one alone
    #[arg(long, requires = "billed")]
    pub(crate) account: bool,
    /// The users that are free are not in the number of --billed: a bill has them in a line of their own
    #[arg(long, requires = "billed", conflicts_with = "account")]
    pub(crate) besides_free: bool,
    /// Ask CloudWatch for the month's sums of successes (cloudwatch:GetMetricData; about $0.01 for a thousand metrics)
    #[arg(long)]
    pub(crate) cloudwatch: bool,
    /// Forget the number of the month's bill
    #[arg(long, conflicts_with = "billed")]
    pub(crate) forget_billed: bool,
    /// Print the prepared queries for logs that are too large for one machine, and the command for CloudWatch; opens no socket
    #[arg(long, conflicts_with_all = ["billed", "import", "cloudwatch", "forget_import", "forget_billed"])]
    pub(crate) queries: bool,
    /// Forget what imported logs and CloudWatch told of the month
    #[arg(long)]
    pub(crate) forget_import: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Ledger {
    /// The month; the present one when it is left out
    #[arg(long, value_name = "YYYY-MM")]
    pub(crate) month: Option<String>,
}
