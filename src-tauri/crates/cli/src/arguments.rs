//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::anyhow;
use clap::builder::PossibleValuesParser;
use clap::error::ErrorKind;
use clap::{Arg, Args, CommandFactory, Parser, Subcommand, ValueEnum};
use console::Share;
use wire::WireError;

use crate::change_arguments;
use crate::cost_arguments::{Billing, Cost, Dormant, Ledger, Mau, OfPool, Report};
use crate::failure::Failure;

/// Search and look after Amazon Cognito user pools without a window.
#[derive(Debug, Parser)]
#[command(name = "poolctl", version, about, disable_help_subcommand = true)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) common: GlobalOptions,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What every command accepts.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Options of every command")]
pub(crate) struct GlobalOptions {
    /// The profile of the shared AWS configuration
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) profile: Option<String>,
    /// The Region; the profile's own when it is not given
    #[arg(long, global = true, value_name = "R")]
    pub(crate) region: Option<String>,
    /// Call every AWS service at this URL (an emulator, the sandbox)
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) endpoint: Option<String>,
    /// The user pool; may be left out when there is only one
    #[arg(long, global = true, value_name = "ID")]
    pub(crate) pool: Option<String>,
    /// The share of AWS's quota that may be used, 0.05 to 1; `off` for no limit of our own [default: 0.5]
    #[arg(long, global = true, value_name = "F", value_parser = share)]
    pub(crate) share: Option<Share>,
    /// Where local copies are kept
    #[arg(long, global = true, value_name = "DIR", env = "POOLKEEPER_DATA_DIR")]
    pub(crate) data_dir: Option<PathBuf>,
    /// Keep the keys of local copies in this file (made on first use, 0600) and not in the keyring
    #[arg(long, global = true, value_name = "FILE", env = "POOLKEEPER_KEY_FILE")]
    pub(crate) key_file: Option<PathBuf>,
    /// How data is written
    #[arg(long, global = true, value_enum)]
    pub(crate) format: Option<Written>,
    /// The same as --format json
    #[arg(long, global = true, conflicts_with = "format")]
    pub(crate) json: bool,
    /// Say nothing on stderr but errors
    #[arg(long, global = true)]
    pub(crate) quiet: bool,
}

/// What `--format` may say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Written {
    /// For people
    Table,
    /// One JSON value
    Json,
    /// One JSON object a line
    Jsonl,
    /// For spreadsheets; values that would be formulas begin with '
    Csv,
    /// For tools that show findings (`health` alone)
    Sarif,
    /// A page (`health` and `report`)
    Html,
}

/// How data is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// For people.
    Table,
    /// One JSON value.
    Json,
    /// One JSON object a line.
    Jsonl,
    /// For spreadsheets.
    Csv,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve a made-up Cognito on the loopback interface until ended
    Sandbox(Sandbox),
    /// List the user pools with plan and estimated size
    Pools,
    /// Make the local copy of a pool equal to the pool
    Sync {
        /// Where nobody watches (no terminal): give up when nothing went on for this many seconds
        #[arg(long, value_name = "S", default_value_t = 60)]
        patience: u64,
    },
    /// Search the local copy, or change users: create, set, enable, disable, delete and more (which may bill, and says so)
    Users(Users),
    /// List and change groups, add and remove members (which may bill, and says so)
    #[command(disable_help_subcommand = true)]
    Groups(change_arguments::Groups),
    /// Make a plan of a change and write it as JSON; nothing is changed
    #[command(subcommand)]
    Plan(change_arguments::PlanWish),
    /// Carry out a plan that was written before; one that was begun goes on. It may bill what the plan says
    Apply(change_arguments::Apply),
    /// List jobs, show one, go on with one, try failures again (which may bill)
    Jobs {
        #[command(subcommand)]
        what: Option<change_arguments::Jobs>,
    },
    /// Take a job or a change of settings back, as far as that can be, by a plan of its own, which may bill and says so
    Undo(change_arguments::UndoJob),
    /// List or verify the audit of every change
    #[command(subcommand)]
    Audit(change_arguments::Audit),
    /// Tell why somebody cannot sign in, with the evidence and what to do; free unless --look, which may bill
    Why(Why),
    /// Count people in the local copy
    Count {
        /// As in `users`
        query: Option<String>,
    },
    /// Check a file of people and make them users, one by one (which bills) or by Cognito's own import (which does not)
    Import(Import),
    /// Write whom a query finds in the local copy into a file, or to standard output
    Export(Export),
    /// Show one person of the local copy
    Show {
        /// The exact user name
        username: String,
        /// As the local copy had them then, by what syncs and this program saw since: 2026-11-22, or a full time
        #[arg(long, value_name = "TIME")]
        at: Option<String>,
    },
    /// Tell what a month costs, by the price table alone
    Cost(Cost),
    /// Tell how many users were active in a month, as a range with its evidence; makes nobody active
    Mau(Mau),
    /// Compare all plans on what is known of the pool's month, and say what to do; makes nobody active
    Compare(OfPool),
    /// Tell how many users this month and the next ones may have, and what they would cost; makes nobody active
    Forecast,
    /// Tell who has no evidence of activity since a day, and what touching them would cost; opens no socket
    Dormant(Dormant),
    /// Write the page about the pool's month for whoever pays: html, pdf or csv; makes nobody active
    Report(Report),
    /// Show how the pool is billed, or tell what AWS does not: the legacy price, the account's other pools
    Billing(Billing),
    /// List the calls of this program that may have been billed
    Ledger(Ledger),
    /// Sign in as a user would and record every step; makes the user a monthly active user
    SignIn(SignIn),
    /// Read, verify, explain, compare and foretell tokens
    #[command(subcommand)]
    Token(TokenCommand),
    /// Exchange an ID token, or being a guest, for AWS credentials at an identity pool
    Credentials(Credentials),
    /// Hold seventy rules against a pool, its clients and its identity pools; changes nothing and bills nothing
    Health(Health),
    /// Show a pool's settings as AWS sends them, secrets masked, what differs from another pool or another day, or change them
    #[command(subcommand)]
    Pool(PoolCommand),
    /// List a pool's app clients, show or change one
    #[command(subcommand)]
    Clients(ClientsCommand),
    /// List a pool's identity providers, make, change or delete one
    #[command(subcommand)]
    Providers(change_arguments::Providers),
    /// List a pool's resource servers, make, change or delete one
    #[command(subcommand)]
    ResourceServers(change_arguments::ResourceServers),
    /// List the domains of a pool's login pages, take, change or give up one
    #[command(subcommand)]
    Domains(change_arguments::Domains),
    /// List the identity pools of the account, and which trust the pool, or make one
    #[command(args_conflicts_with_subcommands = true)]
    IdentityPools {
        #[command(subcommand)]
        what: Option<IdentityPoolsCommand>,
        /// Ask IAM instead who may take the roles of identity pools and groups, and what they may do (iam:GetRole and five more;
        /// free)
        #[arg(long)]
        look: bool,
    },
    /// Show the request rates that the account has; one request a second
    Quotas {
        /// Ask Service Quotas instead for every limit of user pools that the account has (servicequotas:ListServiceQuotas; free)
        #[arg(long)]
        look: bool,
        /// With --look: ask CloudWatch as well how much of them the whole account used at its busiest in the last day
        /// (cloudwatch:GetMetricData; $0.01 for a thousand metrics, one for each limit)
        #[arg(long, requires = "look")]
        used: bool,
    },
    /// List a pool's Lambda triggers and when they run
    Triggers {
        /// Ask Lambda as well whether Cognito may call them and what runs there (lambda:GetPolicy and
        /// lambda:GetFunctionConfiguration; free)
        #[arg(long)]
        look: bool,
    },
    /// Erase local copies, history, settings, logs, keys and the sandbox's state, after their name is typed
    Erase,
    /// Print a redacted account of this installation
    Diagnostics,
}

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Health {
    #[command(subcommand)]
    pub(crate) risk: Option<Risk>,
    /// End with 1 when something fails that is at least as bad as this and nobody accepts
    #[arg(long, value_name = "SEVERITY", value_parser = PossibleValuesParser::new(wire::health::SEVERITIES))]
    pub(crate) fail_on: Option<String>,
    /// Ask Lambda and IAM as well, for the rules about triggers and roles (lambda:GetPolicy, iam:GetRole and more; free)
    #[arg(long)]
    pub(crate) beyond: bool,
}

/// What is done about risks that somebody accepts.
#[derive(Debug, Subcommand)]
pub(crate) enum Risk {
    /// List the risks that are accepted, those too whose time is over
    Accepted,
    /// Accept that a rule fails, until the end of a day; the audit has who and why
    Accept {
        #[command(flatten)]
        finding: RiskOf,
        /// Why
        #[arg(long, value_name = "TEXT")]
        reason: String,
        /// Until the end of this day, within a year
        #[arg(long, value_name = "YYYY-MM-DD")]
        until: String,
    },
    /// Accept it no longer
    Withdraw {
        #[command(flatten)]
        finding: RiskOf,
    },
}

/// A rule that fails on something.
#[derive(Debug, Args)]
pub(crate) struct RiskOf {
    /// The rule, such as UP-09
    pub(crate) rule: String,
    /// The app client's or the identity pool's id; the pool when it is left out
    pub(crate) resource: Option<String>,
    /// Unlock a pool that is marked Production, by its name or id
    #[arg(long, value_name = "NAME")]
    pub(crate) unlock: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PoolCommand {
    /// Show every setting
    Show,
    /// Make a pool from a blueprint: web, mobile, machine, staff. Free; who is active in it later is billed
    New(crate::change_arguments::NewThing),
    /// Change settings: read whole, patched, written back whole, read again. Free; what it changes may have a price, and says so
    Set(crate::change_arguments::SetSettings),
    /// Add a custom attribute, which stays for good. Free
    AddAttribute(crate::change_arguments::NewAttribute),
    /// List the changes of settings that were made from here, the newest first
    Edits,
    /// Show what differs: from another pool, between two clients, or from another day
    Diff(Diff),
}

#[derive(Debug, Args)]
pub(crate) struct Diff {
    /// The other pool's id; this pool when it is left out
    pub(crate) other: Option<String>,
    /// Compare this app client of the pool, not the pool's own settings
    #[arg(long, value_name = "ID")]
    pub(crate) client: Option<String>,
    /// With this app client of the other pool; the same one when it is left out
    #[arg(long, value_name = "ID", requires = "client")]
    pub(crate) other_client: Option<String>,
    /// The pool as it was at the end of this day, or at this time; each sync keeps a copy when something changed
    #[arg(long, value_name = "YYYY-MM-DD|TIME", conflicts_with = "other")]
    pub(crate) since: Option<String>,
    /// Up to the end of this day, or this time; now when it is left out
    #[arg(long, value_name = "YYYY-MM-DD|TIME", requires = "since")]
    pub(crate) until: Option<String>,
    /// List the times at which copies were kept
    #[arg(long, conflicts_with_all = ["other", "client", "since"])]
    pub(crate) kept: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ClientsCommand {
    /// List the clients with their ways in
    List,
    /// Show every setting of one, and the dates of its secrets
    Show {
        /// The client's id
        client: String,
    },
    /// Make one from a blueprint: web, mobile, machine, staff
    New(crate::change_arguments::NewThing),
    /// Delete one: apps that use it stop at once
    Delete {
        /// The client's id
        client: String,
        #[command(flatten)]
        consent: crate::change_arguments::Agreement,
    },
    /// Change settings of one, as `pool set` does
    Set {
        /// The client's id
        client: String,
        #[command(flatten)]
        set: crate::change_arguments::SetSettings,
    },
    /// List the ids and dates of its secrets, which may be two
    Secrets {
        /// The client's id
        client: String,
    },
    /// Make a second secret and print it. Both hold until one is deleted
    AddSecret {
        /// The client's id
        client: String,
        /// Print the secret: AWS tells it this once, so it is needed
        #[arg(long)]
        show: bool,
        #[command(flatten)]
        consent: crate::change_arguments::Agreement,
    },
    /// Delete one of two secrets: apps that still use it stop at once
    DeleteSecret {
        /// The secret's id, as `secrets` lists it
        secret: String,
        #[command(flatten)]
        consent: crate::change_arguments::Agreement,
    },
    /// Show how the pages for signing in look for one: managed login and the classic ones
    Style {
        /// The client's id
        client: String,
    },
    /// Change how they look
    SetStyle(crate::change_arguments::SetStyle),
}

#[derive(Debug, Subcommand)]
pub(crate) enum IdentityPoolsCommand {
    /// Make one that trusts the pool, from a blueprint: web, mobile, staff
    New(crate::change_arguments::NewThing),
    /// Change guests, flows and providers of one, or its roles; what is not named stays
    Set(crate::change_arguments::SetIdentityPool),
    /// Change which claims of a provider become session tags; what is not named stays
    Tags(crate::change_arguments::SetPrincipalTags),
    /// List who is in one, page by page at five requests a second
    Identities {
        /// Its id
        id: String,
        /// The most that are listed; 0 for all
        #[arg(long, value_name = "N", default_value_t = 60)]
        most: usize,
    },
    /// Show one identity: its logins and its dates
    Identity {
        /// The identity's id
        id: String,
    },
}

#[derive(Debug, Args)]
pub(crate) struct SignIn {
    /// The app client's id
    #[arg(long, value_name = "ID")]
    pub(crate) client: String,
    /// The user name or an alias; flows of machines have none
    #[arg(long, value_name = "U")]
    pub(crate) user: Option<String>,
    /// The flow
    #[arg(long, value_name = "F", default_value = "USER_SRP_AUTH", value_parser = PossibleValuesParser::new(console::lab::flow_names()))]
    pub(crate) flow: String,
    /// Read the password (or the refresh token) from standard input; one final newline does not belong to it
    #[arg(long)]
    pub(crate) password_stdin: bool,
    /// An OAuth scope of a machine's token; may be given more than once; without it all that the client may have
    #[arg(long = "scope", value_name = "S")]
    pub(crate) scopes: Vec<String>,
    /// The secret of an authenticator app in base 32: its code is then made here
    #[arg(long, value_name = "SECRET")]
    pub(crate) totp: Option<String>,
    /// Show the tokens
    #[arg(long)]
    pub(crate) tokens: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum TokenCommand {
    /// Show header and claims of every token in a text; nothing is verified
    Decode {
        /// Any text with tokens in it; standard input when it is left out
        token: Option<String>,
    },
    /// Verify exactly one compact token with its pool's keys
    Verify {
        /// The token; standard input when it is left out
        token: Option<String>,
        /// The client that it must be for
        #[arg(long, value_name = "ID")]
        client: Option<String>,
        /// What it must be for: id or access
        #[arg(long = "use", value_name = "USE", value_parser = ["id", "access"])]
        token_use: Option<String>,
        /// The form of its issuer: original or updated (issuer-cognito-idp)
        #[arg(long, value_name = "FORM", value_parser = ["original", "updated"])]
        issuer: Option<String>,
        /// Say as well what API Gateway, load balancers, AppSync and identity pools would do with it
        #[arg(long)]
        consumers: bool,
        /// With --consumers: a scope of the method or route; any one will do
        #[arg(long, value_name = "SCOPE", requires = "consumers")]
        scope: Vec<String>,
        /// With --consumers: an audience that a JWT authorizer lists
        #[arg(long, value_name = "AUDIENCE", requires = "consumers")]
        audience: Vec<String>,
        /// With --consumers: a group that a field of AppSync demands
        #[arg(long, value_name = "GROUP", requires = "consumers")]
        group: Vec<String>,
    },
    /// Say in words what each claim means
    Explain {
        /// The token; standard input when it is left out
        token: Option<String>,
    },
    /// Show in what two tokens differ
    Diff {
        /// The one
        left: String,
        /// The other
        right: String,
    },
    /// Foretell the tokens of a user from the local copy; nobody signs in
    Preview(Preview),
}

#[derive(Debug, Args)]
pub(crate) struct Preview {
    /// The exact user name
    #[arg(long, value_name = "U")]
    pub(crate) user: String,
    /// The app client's id
    #[arg(long, value_name = "ID")]
    pub(crate) client: String,
    /// A scope that is granted; none for a sign-in through the API
    #[arg(long, value_name = "SCOPE")]
    pub(crate) scope: Vec<String>,
    /// How the user comes to the tokens
    #[arg(long, value_name = "SOURCE", default_value = "TokenGeneration_Authentication", value_parser = PossibleValuesParser::new(console::preview::occasions()))]
    pub(crate) occasion: String,
    /// Metadata for the trigger
    #[arg(long, value_name = "NAME=VALUE", value_parser = named_value)]
    pub(crate) metadata: Vec<(String, String)>,
    /// What the pre token generation trigger answers: a file with JSON, or - for standard input
    #[arg(long, value_name = "FILE|-")]
    pub(crate) trigger: Option<String>,
    /// The version of the trigger; the pool's own when it is left out
    #[arg(long, value_name = "V", value_parser = ["V1", "V2", "V3"], ignore_case = true)]
    pub(crate) trigger_version: Option<String>,
    /// Print only the event that the trigger would get
    #[arg(long)]
    pub(crate) event: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Credentials {
    /// The ID token; standard input when it is left out
    pub(crate) token: Option<String>,
    /// The identity pool; may be left out when there is only one
    #[arg(long, value_name = "ID")]
    pub(crate) identity_pool: Option<String>,
    /// Be a guest, without a token
    #[arg(long, conflicts_with = "token")]
    pub(crate) guest: bool,
    /// How: enhanced (the identity pool chooses the role) or basic (through STS)
    #[arg(long, value_name = "FLOW", default_value = "enhanced", value_parser = ["enhanced", "basic"])]
    pub(crate) flow: String,
    /// Ask for this role
    #[arg(long, value_name = "ARN")]
    pub(crate) role: Option<String>,
    /// Print the credentials in this form
    #[arg(long = "as", value_name = "FORM", value_enum)]
    pub(crate) form: Option<CredentialsForm>,
}

/// In which form credentials are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum CredentialsForm {
    /// Lines for a shell
    Environment,
    /// A profile of ~/.aws/credentials
    Profile,
    /// What a credential_process prints
    Process,
    /// An address that signs a browser in to AWS's console
    ConsoleUrl,
}

#[derive(Debug, Args)]
pub(crate) struct Sandbox {
    /// The port on 127.0.0.1; 0 for any free one
    #[arg(long, value_name = "P", default_value_t = 0)]
    pub(crate) port: u16,
    /// People in the pool, 100000 unless said otherwise
    #[arg(long, value_name = "N")]
    pub(crate) users: Option<u32>,
    /// The same seed gives the same people; 1 unless said otherwise
    #[arg(long, value_name = "S")]
    pub(crate) seed: Option<u64>,
    /// Delay before every answer, none unless said otherwise
    #[arg(long, value_name = "L")]
    pub(crate) latency_ms: Option<u64>,
    /// AWS's quotas: default, off, or a factor
    #[arg(long, value_name = "default|off|FACTOR", value_parser = quota)]
    pub(crate) quota: Option<sandbox::Quota>,
    /// How the sub values of people begin: even unless said otherwise, or skewed, where nine in ten begin alike
    #[arg(long, value_name = "even|skewed", value_parser = subs)]
    pub(crate) subs: Option<sandbox::SubShape>,
    /// Keep changes in this file and begin with what it holds
    #[arg(long, value_name = "FILE")]
    pub(crate) state: Option<PathBuf>,
    /// The weather at the start: the JSON of /_sandbox/weather, or @FILE. Everything in it can be changed there later
    #[arg(long, value_name = "JSON|@FILE", value_parser = weather)]
    pub(crate) weather: Option<serde_json::Value>,
    /// Print which operations of both services are implemented, and end
    #[arg(long)]
    pub(crate) operations: bool,
    /// Seconds between two savings of what has changed
    #[arg(long, value_name = "S", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..), hide = true)]
    pub(crate) save_every: u64,
}

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Users {
    #[command(subcommand)]
    pub(crate) command: Option<change_arguments::UsersCommand>,
    #[command(flatten)]
    pub(crate) consent: change_arguments::GlobalConsent,
    /// What is searched for, as in docs/guide/searching.md (kel, email:acme, status:confirmed, -group:admins, created<30d; "or" is the word);
    /// everybody when it is left out
    pub(crate) query: Option<String>,
    /// Order by this field; -FIELD for downwards
    #[arg(long, value_name = "F", allow_hyphen_values = true, default_value = "username")]
    pub(crate) sort: String,
    /// Columns of table and csv, by field name
    #[arg(long, value_name = "a,b", value_delimiter = ',')]
    pub(crate) columns: Vec<String>,
    /// The most people that are listed; 0 for all
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub(crate) limit: u64,
}

#[derive(Debug, Args)]
pub(crate) struct Import {
    /// CSV, or JSON Lines where its name ends in .jsonl; what `export` wrote is read back as it was
    #[arg(required_unless_present_any = ["status", "list", "stop"])]
    pub(crate) file: Option<PathBuf>,
    /// Imports nothing, but looks how far a job of Cognito's own import has come
    #[arg(long, value_name = "JOB", conflicts_with = "file")]
    pub(crate) status: Option<String>,
    /// Imports nothing, but lists the newest ten jobs of Cognito's own import, whoever began them
    #[arg(long, conflicts_with_all = ["file", "status"])]
    pub(crate) list: bool,
    /// Stops a job of Cognito's own import, whoever began it; who is in stays, and it cannot go on
    #[arg(long, value_name = "JOB", conflicts_with_all = ["file", "status", "list", "check"])]
    pub(crate) stop: Option<String>,
    /// How: create one by one (each user becomes active; 10,000 at most, so that the plan can be looked through and taken
    /// back), or Cognito's own import job (500,000)
    #[arg(long, value_name = "WAY", default_value = "create", value_parser = ["create", "job"])]
    pub(crate) way: String,
    /// What a column is: username, group, enabled, an attribute, or - for nothing; may be repeated, the others are guessed
    #[arg(long, value_name = "COLUMN=TARGET")]
    pub(crate) map: Vec<String>,
    /// Only check the file; nothing is sent
    #[arg(long)]
    pub(crate) check: bool,
    /// Import the good rows where others have problems
    #[arg(long)]
    pub(crate) skip_invalid: bool,
    /// With create: send invitations: email, sms or both
    #[arg(long, value_name = "WAY", value_delimiter = ',', value_parser = ["email", "sms"])]
    pub(crate) invite: Vec<String>,
    /// With job: how the passwords of the file are hashed
    #[arg(long, value_name = "ALGORITHM", ignore_case = true, value_parser = ["BCRYPT", "SCRYPT", "ARGON2ID", "PBKDF2_SHA256"])]
    pub(crate) hashes: Option<String>,
    /// With job: the role with which Cognito writes its log
    #[arg(long, value_name = "ARN", required_if_eq("way", "job"))]
    pub(crate) role: Option<String>,
    /// With job: what it is called
    #[arg(long, value_name = "NAME", default_value = "poolkeeper")]
    pub(crate) name: String,
    #[command(flatten)]
    pub(crate) consent: change_arguments::Consent,
}

#[derive(Debug, Args)]
pub(crate) struct Why {
    /// The user name, or an address, number or sub that one user alone has
    pub(crate) username: String,
    /// The app client that they sign in through
    #[arg(long, value_name = "ID")]
    pub(crate) client: Option<String>,
    /// The flow that the app uses
    #[arg(long, value_name = "F", value_parser = PossibleValuesParser::new(console::lab::flow_names()))]
    pub(crate) flow: Option<String>,
    /// Whether the app sends a SECRET_HASH
    #[arg(long, value_name = "yes|no", value_parser = PossibleValuesParser::new(["yes", "no"]))]
    pub(crate) sends_secret: Option<String>,
    /// Show also the rules that found nothing
    #[arg(long)]
    pub(crate) all: bool,
    /// Look at the user's second factors, too (AdminGetUser); its price is told first
    #[arg(long)]
    pub(crate) look: bool,
    /// With --look: agree to the price without being asked
    #[arg(long, requires = "look")]
    pub(crate) yes: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Export {
    /// What is searched for, as in docs/guide/searching.md (kel, email:acme, status:confirmed, -group:admins, created<30d; "or" is the word);
    /// everybody when it is left out
    pub(crate) query: Option<String>,
    /// Order by this field; -FIELD for downwards
    #[arg(long, value_name = "F", allow_hyphen_values = true, default_value = "username")]
    pub(crate) sort: String,
    /// Fields, in order; all of them when it is left out
    #[arg(long, value_name = "a,b", value_delimiter = ',')]
    pub(crate) columns: Vec<String>,
    /// The file; it is complete or absent. Its ending tells the form (csv, jsonl, json) unless --format does
    #[arg(long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Replace the file if there is one
    #[arg(long, requires = "output")]
    pub(crate) force: bool,
}

impl GlobalOptions {
    /// How data is written; a table unless said otherwise.
    pub(crate) fn format(&self) -> Format {
        match self.format {
            _ if self.json => Format::Json,
            Some(Written::Json) => Format::Json,
            Some(Written::Jsonl) => Format::Jsonl,
            Some(Written::Csv) => Format::Csv,
            Some(Written::Table | Written::Sarif | Written::Html) | None => Format::Table,
        }
    }

    /// The form of a report that was asked for; `None` when it is one of data.
    pub(crate) fn report(&self) -> Option<Written> {
        self.format.filter(|format| matches!(format, Written::Sarif | Written::Html))
    }

    /// Whether a single thing, or a failure, is written as JSON.
    pub(crate) fn wants_json(&self) -> bool {
        matches!(self.format(), Format::Json | Format::Jsonl)
    }
}

fn share(text: &str) -> anyhow::Result<Share> {
    if text == "off" {
        return Ok(Share::Off);
    }
    let share = text.parse().ok().filter(|share| (0.05..=1.0).contains(share));
    share.map(Share::Fraction).ok_or_else(|| anyhow!("a share lies between 0.05 and 1, or is off"))
}

fn named_value(text: &str) -> anyhow::Result<(String, String)> {
    let (name, value) = text.split_once('=').ok_or_else(|| anyhow!("metadata is written NAME=VALUE"))?;
    Ok((name.to_owned(), value.to_owned()))
}

fn quota(text: &str) -> anyhow::Result<sandbox::Quota> {
    match text {
        "default" => Ok(sandbox::Quota::Default),
        "off" => Ok(sandbox::Quota::Off),
        factor => factor
            .parse()
            .ok()
            .filter(|factor: &f64| factor.is_finite() && *factor > 0.0)
            .map(sandbox::Quota::Factor)
            .ok_or_else(|| anyhow!("a quota is default, off or a factor above 0")),
    }
}

fn subs(text: &str) -> anyhow::Result<sandbox::SubShape> {
    match text {
        "even" => Ok(sandbox::SubShape::Plain),
        "skewed" => Ok(sandbox::SubShape::Skewed),
        _ => Err(anyhow!("sub values are even or skewed")),
    }
}

fn weather(text: &str) -> anyhow::Result<serde_json::Value> {
    match text.strip_prefix('@') {
        Some(file) => Ok(serde_json::from_str(&std::fs::read_to_string(file)?)?),
        None => Ok(serde_json::from_str(text)?),
    }
}

/// Reads the command line. Help and version are printed here, as is what is wrong.
pub(crate) fn parse(words: &[OsString]) -> Result<Arguments, ExitCode> {
    Arguments::try_parse_from(words).map_err(|error| {
        if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
            return if error.print().is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
        }
        let said = |word: &str| words.iter().any(|given| given == word);
        let after = |name: &str| words.windows(2).any(|two| two[0] == name && (two[1] == "json" || two[1] == "jsonl"));
        let json = said("--json") || said("--format=json") || said("--format=jsonl") || after("--format");
        let text = error.render().to_string();
        let sentence = text.trim().trim_start_matches("error: ").to_owned();
        Failure::usage(WireError::new(wire::ErrorCode::Validation, sentence)).tell(json)
    })
}

/// Puts what `users`, `count`, `show` and `export` look for behind `--` where it begins with a minus (`-email:acme`, `-a`), so that
/// it is not taken for an option. Only what is no option of the command is meant so.
pub(crate) fn sought_last(words: Vec<OsString>) -> Vec<OsString> {
    let program = Arguments::command();
    let mut known: Vec<&Arg> = program.get_arguments().collect();
    let (mut command, mut inner) = (None, None);
    let (mut kept, mut sought) = (Vec::new(), Vec::new());
    let mut left = words.iter().peekable();
    kept.extend(left.next());
    while let Some(word) = left.next_if(|word| *word != "--") {
        let text = word.to_string_lossy();
        let option = option(&known, &text);
        let own = matches!(&*text, "-" | "-h" | "-V" | "--help" | "--version");
        if command.is_none() && !text.starts_with('-') {
            let Some(found) = program.find_subcommand(&*text) else { return words };
            known.extend(found.get_arguments());
            command = Some(found.get_name());
            inner = Some(found);
        } else if !text.starts_with('-') && inner.is_some_and(|found| found.find_subcommand(&*text).is_some()) {
            // A command of its own, with options that are not known here.
            return words;
        }
        if text.starts_with('-') && option.is_none() && !own {
            sought.push(word);
            continue;
        }
        kept.push(word);
        if option.is_some_and(|arg| arg.get_action().takes_values()) && !text.contains('=') {
            kept.extend(left.next());
        }
    }
    if sought.is_empty() || !matches!(command, Some("users" | "count" | "show" | "export")) {
        return words;
    }
    let ends = OsString::from("--");
    let after = left.skip(1);
    kept.into_iter().chain([&ends]).chain(sought).chain(after).cloned().collect()
}

/// The option that a word names; `None` when it names none.
fn option<'a>(known: &[&'a Arg], word: &str) -> Option<&'a Arg> {
    let name = word.strip_prefix("--")?;
    let name = name.split_once('=').map_or(name, |(name, _)| name);
    known.iter().find(|arg| arg.get_long() == Some(name)).copied()
}
