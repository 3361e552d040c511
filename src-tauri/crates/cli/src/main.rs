//! `poolctl`: the console without a window. Data goes to stdout, messages and progress to stderr.

mod arguments;
mod change_arguments;
mod commands;
mod cost_arguments;
mod failure;
mod output;
mod place;

use std::process::ExitCode;
use std::time::Duration;

use arguments::{Arguments, ClientsCommand, Command, IdentityPoolsCommand, PoolCommand};
use change_arguments::{Groups, GroupsCommand, UsersCommand};
use failure::Failure;
use wire::WireError;

fn main() -> ExitCode {
    let words = arguments::sought_last(std::env::args_os().collect());
    let arguments = match arguments::parse(&words) {
        Ok(arguments) => arguments,
        Err(exit) => return exit,
    };
    let json = arguments.common.wants_json();
    let done =
        tokio::runtime::Runtime::new().map_err(Failure::from).and_then(|runtime| runtime.block_on(run(arguments)));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever read our output has seen enough.
        Err(failure) if failure.is_closed_pipe() => ExitCode::SUCCESS,
        Err(failure) => failure.tell(json),
    }
}

async fn run(Arguments { common, command }: Arguments) -> Result<(), Failure> {
    let has_pages = matches!(command, Command::Health(_))
        || (matches!(command, Command::Report(_)) && common.report() == Some(arguments::Written::Html));
    if common.report().is_some() && !has_pages {
        let sentence = "sarif is a form of poolctl health alone, html of poolctl health and poolctl report.";
        return Err(Failure::usage(WireError::validation("format", sentence)));
    }
    match command {
        Command::Sandbox(sandbox) => commands::sandbox::run(&common, &sandbox).await,
        Command::Pools => commands::pools::run(&common).await,
        Command::Sync { patience } => commands::sync::run(&common, Duration::from_secs(patience)).await,
        Command::Users(mut users) => match users.command.take() {
            Some(UsersCommand::Change(change)) => commands::change::users(&common, change, users.consent.into()).await,
            Some(look) => commands::looks::run(&common, look, &users.consent.into()).await,
            None => commands::users::list(&common, &users).await,
        },
        Command::Groups(Groups { command: GroupsCommand::List, .. }) => commands::jobs::groups(&common).await,
        Command::Groups(Groups { command: GroupsCommand::Matrix(asked), .. }) => {
            commands::matrix::show(&common, asked).await
        }
        Command::Groups(Groups { command: GroupsCommand::Change(change), consent }) => {
            commands::change::groups(&common, change, consent.into()).await
        }
        Command::Plan(wish) => commands::change::plan(&common, wish).await,
        Command::Apply(apply) => commands::change::apply(&common, apply).await,
        Command::Jobs { what } => commands::jobs::run(&common, what.unwrap_or(change_arguments::Jobs::List)).await,
        Command::Undo(undo) => commands::change::undo(&common, undo).await,
        Command::Audit(audit) => commands::jobs::audit(&common, audit).await,
        Command::Count { query } => commands::users::count(&common, query.as_deref()).await,
        Command::Why(why) => commands::why::run(&common, &why).await,
        Command::Import(import) => commands::import::run(&common, import).await,
        Command::Export(export) => commands::export::run(&common, export).await,
        Command::Show { username, at } => commands::users::show(&common, username, at).await,
        Command::Cost(cost) => commands::cost::run(&common, &cost).await,
        Command::Mau(mau) => commands::mau::run(&common, &mau).await,
        Command::Compare(of) => commands::compare::run(&common, &of).await,
        Command::Forecast => commands::compare::forecast(&common).await,
        Command::Report(report) => commands::compare::report(&common, &report).await,
        Command::Dormant(dormant) => commands::dormant::run(&common, &dormant).await,
        Command::Billing(billing) => commands::billing::run(&common, &billing).await,
        Command::Ledger(ledger) => commands::ledger::run(&common, &ledger).await,
        Command::SignIn(sign_in) => commands::sign_in::run(&common, &sign_in).await,
        Command::Token(token) => commands::token::run(&common, &token).await,
        Command::Credentials(credentials) => commands::credentials::run(&common, &credentials).await,
        Command::Health(health) => commands::health::run(&common, &health).await,
        Command::Pool(PoolCommand::Show) => commands::settings::pool(&common).await,
        Command::Pool(PoolCommand::New(asked)) => commands::making::pool(&common, &asked).await,
        Command::Pool(PoolCommand::Set(set)) => commands::edits::pool(&common, &set).await,
        Command::Pool(PoolCommand::AddAttribute(asked)) => commands::things::add_attribute(&common, asked).await,
        Command::Pool(PoolCommand::Edits) => commands::edits::list(&common).await,
        Command::Pool(PoolCommand::Diff(diff)) => commands::diff::run(&common, &diff).await,
        Command::Clients(ClientsCommand::List) => commands::settings::clients(&common).await,
        Command::Clients(ClientsCommand::Show { client }) => commands::settings::client(&common, &client).await,
        Command::Clients(ClientsCommand::New(asked)) => commands::making::client(&common, &asked).await,
        Command::Clients(ClientsCommand::Delete { client, consent }) => {
            commands::things::delete_client(&common, &client, &consent).await
        }
        Command::Clients(ClientsCommand::Set { client, set }) => commands::edits::client(&common, &client, &set).await,
        Command::Clients(ClientsCommand::Secrets { client }) => commands::client::secrets(&common, &client).await,
        Command::Clients(ClientsCommand::AddSecret { client, show, consent }) => {
            commands::client::add_secret(&common, &client, show, &consent).await
        }
        Command::Clients(ClientsCommand::DeleteSecret { secret, consent }) => {
            commands::client::delete_secret(&common, &secret, &consent).await
        }
        Command::Clients(ClientsCommand::Style { client }) => commands::client::style(&common, &client).await,
        Command::Clients(ClientsCommand::SetStyle(asked)) => commands::client::set_style(&common, &asked).await,
        Command::Providers(what) => commands::things::providers(&common, what).await,
        Command::ResourceServers(what) => commands::things::servers(&common, what).await,
        Command::Domains(what) => commands::things::domains(&common, what).await,
        Command::IdentityPools { what: Some(IdentityPoolsCommand::New(asked)), .. } => {
            commands::making::identity_pool(&common, &asked).await
        }
        Command::IdentityPools { what: Some(IdentityPoolsCommand::Set(asked)), .. } => {
            commands::things::identity_pool(&common, asked).await
        }
        Command::IdentityPools { what: Some(IdentityPoolsCommand::Tags(asked)), .. } => {
            commands::things::principal_tags(&common, &asked).await
        }
        Command::IdentityPools { what: Some(IdentityPoolsCommand::Identities { id, most }), .. } => {
            commands::identities::list(&common, &id, most).await
        }
        Command::IdentityPools { what: Some(IdentityPoolsCommand::Identity { id }), .. } => {
            commands::identities::show(&common, &id).await
        }
        Command::IdentityPools { look: false, .. } => commands::settings::identity_pools(&common).await,
        Command::IdentityPools { look: true, .. } => commands::nearby::roles(&common).await,
        Command::Quotas { look: false, .. } => commands::settings::quotas(&common).await,
        Command::Quotas { look: true, used } => commands::nearby::quotas(&common, used).await,
        Command::Triggers { look: false } => commands::settings::triggers(&common).await,
        Command::Triggers { look: true } => commands::nearby::triggers(&common).await,
        Command::Erase => commands::erase::run(&common).await,
        Command::Diagnostics => commands::diagnostics::run(&common).await,
    }
}
