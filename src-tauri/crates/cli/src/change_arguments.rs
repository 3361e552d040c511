//! The command line of what changes users and groups.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand};
use console::jobs::PlanError;

/// Whom it is about.
#[derive(Debug, Clone, Args)]
pub(crate) struct People {
    /// User names, e-mail addresses, phone numbers or subs
    pub(crate) names: Vec<String>,
    /// A file of them, one on each line or with commas, semicolons or tabs between; - for standard input
    #[arg(long, value_name = "FILE|-", conflicts_with_all = ["names", "query"])]
    pub(crate) list: Option<PathBuf>,
    /// Everybody whom this query finds in the local copy
    #[arg(long, value_name = "Q", conflicts_with = "names")]
    pub(crate) query: Option<String>,
    /// Everybody in the local copy
    #[arg(long, conflicts_with_all = ["names", "query", "list"])]
    pub(crate) all: bool,
}

/// What somebody agrees to.
#[derive(Debug, Clone, Args)]
pub(crate) struct Agreement {
    /// Approve without asking, also what cannot be taken back
    #[arg(long)]
    pub(crate) yes: bool,
    /// Unlock a pool that is marked Production, by its name or id
    #[arg(long, value_name = "NAME")]
    pub(crate) unlock: Option<String>,
    /// Why, for the audit
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Option<String>,
    /// Only tell what would be done, in any --format: of users csv and jsonl have every entry. Nothing is changed
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// How a job is carried out.
#[derive(Debug, Clone, Args)]
pub(crate) struct Consent {
    #[command(flatten)]
    pub(crate) agreement: Agreement,
    /// Where nobody watches (no terminal): pause when nothing went on for this many seconds
    #[arg(long, value_name = "S", default_value_t = 60)]
    pub(crate) patience: u64,
}

impl Consent {
    pub(crate) fn patience(&self) -> Duration {
        Duration::from_secs(self.patience)
    }
}

/// What settings are to be.
#[derive(Debug, Clone, Args)]
pub(crate) struct SetSettings {
    /// Settings as `show` names them, or any end of such a name that fits one alone. An empty value leaves it to AWS
    #[arg(value_name = "NAME=VALUE", required = true)]
    pub(crate) words: Vec<String>,
    #[command(flatten)]
    pub(crate) consent: Agreement,
}

/// What is made from a blueprint.
#[derive(Debug, Clone, Args)]
pub(crate) struct NewThing {
    /// What it is for; `--dry-run` tells every choice with its reason
    pub(crate) blueprint: String,
    /// What the blueprint asks, such as Name=shop; commas part several values
    #[arg(value_name = "NAME=VALUE")]
    pub(crate) answers: Vec<String>,
    #[command(flatten)]
    pub(crate) consent: Agreement,
}

/// What an identity pool is to be.
#[derive(Debug, Clone, Args)]
pub(crate) struct SetIdentityPool {
    /// Its id
    pub(crate) id: String,
    /// Whether whoever has not signed in gets credentials
    #[arg(long, value_name = "on|off", value_parser = on_or_off)]
    pub(crate) guests: Option<bool>,
    /// Whether the older, wider flow is open
    #[arg(long, value_name = "on|off", value_parser = on_or_off)]
    pub(crate) classic_flow: Option<bool>,
    /// The role of who has signed in (authenticated) or of guests (unauthenticated); an empty ARN takes it away
    #[arg(long = "role", value_name = "KIND=ARN")]
    pub(crate) roles: Vec<String>,
    /// How roles are chosen, by provider, as JSON in AWS's form
    #[arg(long, value_name = "JSON")]
    pub(crate) mappings: Option<String>,
    /// The user pools and clients that it trusts, as JSON in AWS's form; they take the place of all that it has
    #[arg(long, value_name = "JSON")]
    pub(crate) user_pools: Option<String>,
    /// Social providers and what each calls the app, as JSON; they take the place of all that it has
    #[arg(long, value_name = "JSON")]
    pub(crate) login_providers: Option<String>,
    /// A provider of OpenID Connect, by the ARN that IAM has for it; those that are given take the place of all, an empty one
    /// of none
    #[arg(long, value_name = "ARN")]
    pub(crate) oidc: Vec<String>,
    /// A SAML provider; likewise
    #[arg(long, value_name = "ARN")]
    pub(crate) saml: Vec<String>,
    /// What developers' own identities are vouched for as; AWS lets it be set once
    #[arg(long, value_name = "NAME")]
    pub(crate) developer: Option<String>,
    #[command(flatten)]
    pub(crate) consent: Agreement,
}

/// What session tags are to be made of.
#[derive(Debug, Clone, Args)]
pub(crate) struct SetPrincipalTags {
    /// The identity pool's id
    pub(crate) id: String,
    /// The provider, such as cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI
    #[arg(long, value_name = "NAME")]
    pub(crate) provider: String,
    /// Whether AWS chooses: the user name and the client
    #[arg(long, value_name = "on|off", value_parser = on_or_off)]
    pub(crate) defaults: Option<bool>,
    /// A tag and the claim that fills it; an empty claim takes it away; may be given more than once
    #[arg(long = "tag", value_name = "TAG=CLAIM")]
    pub(crate) tags: Vec<String>,
    #[command(flatten)]
    pub(crate) consent: Agreement,
}

/// A custom attribute that is to be.
#[derive(Debug, Clone, Args)]
pub(crate) struct NewAttribute {
    /// Its name, at most 20 characters; custom: may be left out
    pub(crate) name: String,
    /// Its kind
    #[arg(long = "type", value_name = "TYPE", default_value = "String", value_parser = clap::builder::PossibleValuesParser::new(wire::typed_attribute::ATTRIBUTE_KINDS))]
    pub(crate) kind: String,
    /// The shortest text, or the least number
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(crate) least: Option<i64>,
    /// The longest text, or the most
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(crate) most: Option<i64>,
    /// It stays as it was first written
    #[arg(long)]
    pub(crate) fixed: bool,
    #[command(flatten)]
    pub(crate) consent: Agreement,
}

/// How the pages for signing in shall look. One of these at a time.
#[derive(Debug, Clone, Args)]
#[group(id = "look", required = true, multiple = false)]
pub(crate) struct Look {
    /// Managed login: a file with its settings as JSON in AWS's form
    #[arg(long, value_name = "FILE")]
    pub(crate) settings: Option<PathBuf>,
    /// Managed login: as Cognito's own
    #[arg(long)]
    pub(crate) defaults: bool,
    /// Managed login: give it a style, as Cognito's own to begin with
    #[arg(long)]
    pub(crate) new: bool,
    /// Managed login: take its style away
    #[arg(long)]
    pub(crate) delete: bool,
    /// Classic pages: a file of CSS; an empty one takes it away
    #[arg(long, value_name = "FILE")]
    pub(crate) css: Option<PathBuf>,
    /// Classic pages: a picture, PNG or JPEG, 100 KB at most
    #[arg(long, value_name = "FILE")]
    pub(crate) logo: Option<PathBuf>,
}

/// `clients set-style`
#[derive(Debug, Clone, Args)]
pub(crate) struct SetStyle {
    /// The client's id; ALL for the classic pages of clients without a style of their own
    pub(crate) client: String,
    #[command(flatten)]
    pub(crate) look: Look,
    #[command(flatten)]
    pub(crate) consent: Agreement,
}

fn on_or_off(text: &str) -> anyhow::Result<bool> {
    match text {
        "on" => Ok(true),
        "off" => Ok(false),
        _ => Err(anyhow::anyhow!("it is on or off")),
    }
}

/// `poolctl resource-servers`
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum ResourceServers {
    /// List them with their scopes
    List,
    /// Make one
    New {
        /// Its identifier, which begins its scopes; it stays for good
        identifier: String,
        /// Its name
        #[arg(long, value_name = "NAME")]
        name: String,
        /// A scope and what it means; may be given more than once
        #[arg(long = "scope", value_name = "SCOPE=MEANING")]
        scopes: Vec<String>,
        #[command(flatten)]
        consent: Agreement,
    },
    /// Change its name or its scopes
    Set {
        /// Its identifier
        identifier: String,
        /// Its name
        #[arg(long, value_name = "NAME")]
        name: Option<String>,
        /// A scope and what it means; those that are given take the place of all that it has
        #[arg(long = "scope", value_name = "SCOPE=MEANING")]
        scopes: Vec<String>,
        #[command(flatten)]
        consent: Agreement,
    },
    /// Delete one: its scopes are in no token any more
    Delete {
        /// Its identifier
        identifier: String,
        #[command(flatten)]
        consent: Agreement,
    },
}

/// What a provider of identities is told.
#[derive(Debug, Clone, Args)]
pub(crate) struct ProviderWords {
    /// A detail, such as client_id=abc or MetadataURL=https://…; may be given more than once. Secrets have --secret-stdin
    #[arg(long = "detail", value_name = "NAME=VALUE")]
    pub(crate) details: Vec<String>,
    /// An attribute and the claim that fills it; may be given more than once
    #[arg(long = "map", value_name = "ATTRIBUTE=CLAIM")]
    pub(crate) mapping: Vec<String>,
    /// A short name by which it is found; may be given more than once
    #[arg(long = "identifier", value_name = "NAME")]
    pub(crate) identifiers: Vec<String>,
    /// Read its secret (client_secret, of Apple private_key) from standard input
    #[arg(long)]
    pub(crate) secret_stdin: bool,
}

/// `poolctl providers`
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum Providers {
    /// List them with what they are reached with, secrets masked
    List,
    /// Make one
    New {
        /// Its name; of a social provider that of its kind. It stays for good
        name: String,
        /// Its kind; it stays for good
        #[arg(long = "type", value_name = "TYPE", value_parser = clap::builder::PossibleValuesParser::new(wire::typed_things::PROVIDERS))]
        kind: String,
        #[command(flatten)]
        words: ProviderWords,
        #[command(flatten)]
        consent: Agreement,
    },
    /// Change what is named and nothing else; an empty value takes a detail or a mapping away
    Set {
        /// Its name
        name: String,
        #[command(flatten)]
        words: ProviderWords,
        #[command(flatten)]
        consent: Agreement,
    },
    /// Delete one: whoever came through it cannot sign in any more
    Delete {
        /// Its name
        name: String,
        #[command(flatten)]
        consent: Agreement,
    },
}

/// `poolctl domains`
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum Domains {
    /// List them with their pages and how they stand
    List,
    /// Take a prefix of AWS's own domain, or a domain of yours
    New {
        /// The prefix, or with --certificate the whole name
        domain: String,
        /// The ARN of its certificate in us-east-1
        #[arg(long, value_name = "ARN")]
        certificate: Option<String>,
        /// The pages: classic or managed
        #[arg(long, value_name = "PAGES", value_parser = ["classic", "managed"], default_value = "managed")]
        pages: String,
        #[command(flatten)]
        consent: Agreement,
    },
    /// Change its pages or its certificate
    Set {
        /// The prefix, or the whole name
        domain: String,
        /// The ARN of its certificate in us-east-1
        #[arg(long, value_name = "ARN")]
        certificate: Option<String>,
        /// The pages: classic or managed
        #[arg(long, value_name = "PAGES", value_parser = ["classic", "managed"])]
        pages: Option<String>,
        #[command(flatten)]
        consent: Agreement,
    },
    /// Give one up: login pages and OAuth endpoints stop at once
    Delete {
        /// The prefix, or the whole name
        domain: String,
        #[command(flatten)]
        consent: Agreement,
    },
}

/// What is done to users.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum UserChange {
    /// Create a user
    Create {
        /// The user name; in pools that sign in by e-mail or phone that address
        name: String,
        /// Attributes, as name=value
        #[arg(value_name = "NAME=VALUE")]
        attributes: Vec<String>,
        /// The same with a flag, as for `set`
        #[arg(long = "attribute", short = 'a', value_name = "NAME=VALUE")]
        more: Vec<String>,
        /// Send the invitation: email, sms or both
        #[arg(long, value_name = "WAY", value_delimiter = ',', value_parser = ["email", "sms"])]
        invite: Vec<String>,
        /// Read the temporary password from standard input; else Cognito makes one
        #[arg(long)]
        password_stdin: bool,
        /// Make a temporary password that fits the pool's policy, and print it
        #[arg(long, conflicts_with = "password_stdin")]
        generate: bool,
    },
    /// Send invitations again
    Resend {
        #[command(flatten)]
        people: People,
        /// By e-mail or SMS; else by e-mail where there is an address, else by SMS
        #[arg(long, value_name = "WAY", value_parser = ["email", "sms"])]
        by: Option<String>,
    },
    /// Set attributes, as name=value
    Set {
        #[command(flatten)]
        people: People,
        /// An attribute and its value; may be given several times
        #[arg(long = "attribute", short = 'a', value_name = "NAME=VALUE", required = true)]
        attributes: Vec<String>,
    },
    /// Delete attributes
    Unset {
        #[command(flatten)]
        people: People,
        /// An attribute; may be given several times
        #[arg(long = "attribute", short = 'a', value_name = "NAME", required = true)]
        attributes: Vec<String>,
    },
    /// Replace a text inside an attribute
    Replace {
        #[command(flatten)]
        people: People,
        /// The attribute
        #[arg(long, value_name = "NAME")]
        attribute: String,
        /// What is looked for, exactly
        #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
        find: String,
        /// What takes its place
        #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
        with: String,
    },
    /// Copy one attribute to another
    Copy {
        #[command(flatten)]
        people: People,
        /// From this attribute
        #[arg(long, value_name = "NAME")]
        from: String,
        /// To this attribute
        #[arg(long, value_name = "NAME")]
        to: String,
    },
    /// Let users sign in
    Enable(People),
    /// Keep users from signing in
    Disable(People),
    /// Confirm users who signed up
    Confirm {
        #[command(flatten)]
        people: People,
        /// Mark the e-mail address as verified, too
        #[arg(long)]
        verify_email: bool,
    },
    /// End passwords and send codes for new ones
    ResetPassword(People),
    /// Set a password, read from standard input or made
    SetPassword {
        #[command(flatten)]
        people: People,
        /// It stays; else it must be changed at the next sign-in
        #[arg(long)]
        permanent: bool,
        /// Make one that fits the pool's policy, and print it; for one user
        #[arg(long)]
        generate: bool,
    },
    /// Sign users out everywhere
    SignOut(People),
    /// Delete users
    Delete(People),
    /// Turn second factors on or off
    Mfa {
        #[command(flatten)]
        people: People,
        /// Factors to turn on
        #[arg(long, value_delimiter = ',', value_name = "FACTOR", value_parser = ["sms", "totp", "email"])]
        on: Vec<String>,
        /// Factors to turn off
        #[arg(long, value_delimiter = ',', value_name = "FACTOR", value_parser = ["sms", "totp", "email"])]
        off: Vec<String>,
        /// The one that is asked for first
        #[arg(long, value_name = "FACTOR", value_parser = ["sms", "totp", "email"])]
        preferred: Option<String>,
        /// Do not look first at what is on (AdminGetUser, which counts): the change can then not be taken back
        #[arg(long)]
        no_look: bool,
    },
    /// Forget the authenticator app of users who have lost it; they set one up anew
    ResetAuthenticator(People),
    /// Say whether a sign-in was the user's own (plan Plus)
    RateSignIn {
        #[command(flatten)]
        people: People,
        /// The sign-in's id, as `users sign-ins` tells it
        #[arg(long, value_name = "ID")]
        event: String,
        /// Whether it was their own
        #[arg(long, value_name = "yes|no", value_parser = ["yes", "no"])]
        own: String,
    },
    /// Forget a remembered device
    ForgetDevice {
        #[command(flatten)]
        people: People,
        /// Its key
        #[arg(long, value_name = "KEY")]
        device: String,
    },
    /// Link an identity of a provider
    Link {
        #[command(flatten)]
        people: People,
        /// The provider's name in the pool
        #[arg(long, value_name = "NAME")]
        provider: String,
        /// Who the person is there
        #[arg(long, value_name = "ID")]
        subject: String,
    },
    /// Unlink an identity of a provider
    Unlink {
        #[command(flatten)]
        people: People,
        /// The provider's name in the pool
        #[arg(long, value_name = "NAME")]
        provider: String,
        /// Who the person is there
        #[arg(long, value_name = "ID")]
        subject: String,
    },
}

/// What is done to users, or looked at behind its price.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum UsersCommand {
    #[command(flatten)]
    Change(UserChange),
    /// Show a user's second factors; its price is told first
    Factors(LookedAt),
    /// List a user's remembered devices; its price is told first
    Devices(LookedAt),
    /// List a user's sign-ins, the latest first (plan Plus); its price is told first
    SignIns {
        #[command(flatten)]
        of: LookedAt,
        /// The most that are listed; 0 for all
        #[arg(long, value_name = "N", default_value_t = 60)]
        most: usize,
    },
}

/// Who is looked at.
#[derive(Debug, Clone, Args)]
pub(crate) struct LookedAt {
    /// The exact user name
    pub(crate) username: String,
}

/// The number of a precedence, or why there is none.
fn precedence(text: &str) -> Result<u32, PlanError> {
    let bad = || PlanError { field: "precedence".to_owned(), message: "it is a whole number from 0 on".to_owned() };
    if text.trim().is_empty() { Err(PlanError::stays("precedence")) } else { text.parse().map_err(|_| bad()) }
}

/// What a group shall be.
#[derive(Debug, Clone, Args)]
pub(crate) struct GroupWish {
    /// The group
    pub(crate) group: String,
    /// What it is for; an empty text takes it away
    #[arg(long, value_name = "TEXT")]
    pub(crate) description: Option<String>,
    /// Lower wins; AWS lets it be changed, not taken away
    #[arg(long, value_name = "N", value_parser = precedence)]
    pub(crate) precedence: Option<u32>,
    /// The IAM role of its members; AWS lets it be changed, not taken away
    #[arg(long, value_name = "ARN")]
    pub(crate) role: Option<String>,
}

/// What is done to groups.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum GroupChange {
    /// Create a group
    Create(GroupWish),
    /// Change a group; what is left out stays as it is
    Set(GroupWish),
    /// Delete a group; its members stay users
    Delete {
        /// The group
        group: String,
    },
    /// Add users to a group
    Add {
        /// The group
        group: String,
        #[command(flatten)]
        people: People,
    },
    /// Add users to several groups and remove them from others, in one plan
    Change {
        #[command(flatten)]
        people: People,
        /// A group that they join; may be given several times
        #[arg(long, value_name = "GROUP", required_unless_present = "leave")]
        join: Vec<String>,
        /// A group that they leave; may be given several times
        #[arg(long, value_name = "GROUP")]
        leave: Vec<String>,
    },
    /// Let each user join and leave groups as a matrix says: CSV with a column for each group, cells yes or no, empty for as it is
    Arrange {
        /// The file, as `groups matrix --format csv` writes it; - for standard input
        file: PathBuf,
    },
    /// Remove users from a group
    Remove {
        /// The group
        group: String,
        #[command(flatten)]
        people: People,
    },
}

/// What a plan is made for.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum PlanWish {
    #[command(flatten)]
    Users(UserChange),
    /// Something about groups
    #[command(subcommand)]
    Groups(GroupChange),
}

/// `poolctl apply`
#[derive(Debug, Args)]
pub(crate) struct Apply {
    /// The file that `plan` wrote; - for standard input
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) consent: Consent,
    /// Read the password that is to be set from standard input
    #[arg(long)]
    pub(crate) password_stdin: bool,
}

/// `poolctl groups`
#[derive(Debug, Args)]
pub(crate) struct Groups {
    #[command(subcommand)]
    pub(crate) command: GroupsCommand,
    #[command(flatten)]
    pub(crate) consent: GlobalConsent,
}

/// The same consent, accepted behind every word.
#[derive(Debug, Clone, Args)]
pub(crate) struct GlobalConsent {
    /// Approve without asking, also what cannot be taken back
    #[arg(long, global = true)]
    pub(crate) yes: bool,
    /// Unlock a pool that is marked Production, by its name or id
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) unlock: Option<String>,
    /// Why, for the audit
    #[arg(long, global = true, value_name = "TEXT")]
    pub(crate) reason: Option<String>,
    /// Only tell what would be done, in any --format: csv and jsonl have every entry. Nothing is changed
    #[arg(long, global = true)]
    pub(crate) dry_run: bool,
    /// Where nobody watches (no terminal): pause when nothing went on for this many seconds
    #[arg(long, global = true, value_name = "S", default_value_t = 60)]
    pub(crate) patience: u64,
}

impl From<GlobalConsent> for Consent {
    fn from(GlobalConsent { yes, unlock, reason, dry_run, patience }: GlobalConsent) -> Self {
        Self { agreement: Agreement { yes, unlock, reason, dry_run }, patience }
    }
}

/// Groups of a pool.
#[derive(Debug, Subcommand)]
pub(crate) enum GroupsCommand {
    /// List the groups of the local copy with their number of members
    List,
    /// Show who is in which groups; as CSV it can be edited and given to `groups arrange`
    Matrix(Matrix),
    #[command(flatten)]
    Change(GroupChange),
}

/// `poolctl groups matrix`
#[derive(Debug, Args)]
pub(crate) struct Matrix {
    #[command(flatten)]
    pub(crate) people: People,
    /// A group that is a column; may be given several times. Without it all groups are, up to forty
    #[arg(long = "group", value_name = "GROUP")]
    pub(crate) groups: Vec<String>,
    /// The most users that are shown; 0 for all
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub(crate) limit: u64,
}

/// Jobs of a pool.
#[derive(Debug, Subcommand)]
pub(crate) enum Jobs {
    /// List the jobs, the newest first
    List,
    /// Show a job with its entries
    Show {
        /// The job
        id: String,
        /// Entries of this state alone
        #[arg(long, value_parser = ["queued", "sent", "done", "failed", "unknown", "skipped"])]
        state: Option<String>,
    },
    /// Go on with a job that was interrupted
    Resume {
        /// The job
        id: String,
        #[command(flatten)]
        again: Again,
    },
    /// Give up what is left of a job that does not run: nothing more of it is sent
    GiveUp {
        /// The job
        id: String,
    },
    /// Try the failed entries of a job again
    Retry {
        /// The job
        id: String,
        /// Also those of which it is not known whether they were applied
        #[arg(long)]
        unknown: bool,
        #[command(flatten)]
        again: Again,
    },
}

/// How a job is gone on with that was approved before.
#[derive(Debug, Clone, Args)]
pub(crate) struct Again {
    /// Accepted as everywhere; the job was approved when it began, so nothing is asked
    #[arg(long)]
    pub(crate) yes: bool,
    /// Unlock a pool that is marked Production, by its name or id
    #[arg(long, value_name = "NAME")]
    pub(crate) unlock: Option<String>,
    /// Read the password that is to be set from standard input
    #[arg(long)]
    pub(crate) password_stdin: bool,
    /// Where nobody watches (no terminal): pause when nothing went on for this many seconds
    #[arg(long, value_name = "S", default_value_t = 60)]
    pub(crate) patience: u64,
}

/// `poolctl undo`
#[derive(Debug, Args)]
pub(crate) struct UndoJob {
    /// The job, or the change of settings, that is taken back
    pub(crate) job: String,
    #[command(flatten)]
    pub(crate) consent: Consent,
}

/// The audit.
#[derive(Debug, Subcommand)]
pub(crate) enum Audit {
    /// List records, the newest first: of all pools, or of the one that --pool names
    List {
        /// About this user or group, by name or sub
        #[arg(long, value_name = "NAME")]
        about: Option<String>,
        /// Of this job
        #[arg(long, value_name = "ID")]
        job: Option<String>,
        /// From this day on (UTC), as 2026-11-22
        #[arg(long, value_name = "DAY")]
        since: Option<String>,
        /// By those whose ARN has this in it
        #[arg(long, value_name = "ARN")]
        by: Option<String>,
        /// Of the operations whose name has this in it, such as AdminDisableUser
        #[arg(long, value_name = "NAME")]
        operation: Option<String>,
        /// With this outcome
        #[arg(long, value_parser = ["done", "failed", "unknown", "skipped"])]
        outcome: Option<String>,
        /// The most records that are listed; 0 for all
        #[arg(long, value_name = "N", default_value_t = 100)]
        limit: usize,
    },
    /// Walk the whole chain: exit 1 when anything was flipped, deleted, doubled, reordered or cut off
    Verify {
        /// A hash that was noted earlier and must still be in it
        #[arg(long, value_name = "HASH")]
        head: Option<String>,
    },
}
