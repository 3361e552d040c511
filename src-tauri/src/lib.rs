//! The shell: the only code that names Tauri. It carries requests from the web view to `console` and views back.
//!
//! The web view is a hostile guest: it may call the commands of `commands`, hear the events of `events` and load our
//! own files. Everything else is refused, by the access-control list and here.

mod browser;
mod chooser;
mod clipboard;
mod commands;
mod events;
mod follow;
mod importing;
mod links;
mod opened;
mod playground;
mod setup;
mod state;
mod window;

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use tauri::{App, Manager, Runtime};
use tauri_specta::{Commands, collect_commands, collect_events};

pub use setup::{LOG_FILTER, LogFiles, Place, subscriber};
pub use state::Desk;
pub use window::is_own_page;

/// Runs the app until its window closes.
#[must_use]
pub fn run() -> ExitCode {
    setup::give_memory_back();
    setup::prefer_software_drawing();
    match setup::start() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(%error, "the app could not start");
            setup::say(&format!("Poolkeeper could not start: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

/// The app without its window: commands, events and state, on any of Tauri's runtimes.
///
/// # Errors
/// When the runtime or a plugin cannot start.
pub fn assemble<R: Runtime>(
    builder: tauri::Builder<R>,
    place: &Place,
    context: tauri::Context<R>,
) -> tauri::Result<App<R>> {
    let wire = wire::<R>();
    let app = builder.invoke_handler(wire.invoke_handler()).build(context)?;
    wire.mount_events(&app);
    let handle = app.handle().clone();
    let chooser = chooser::of(handle.clone(), place.chooser.clone());
    let shielded = app.handle().clone();
    let shield = Arc::new(move |on| window::shield(&shielded, on));
    app.manage(Desk::new(place, Arc::new(move |told| events::emit(&handle, told)), chooser, shield));
    Ok(app)
}

/// What the build knows: configuration, access-control list and the window's files.
#[must_use]
pub fn context<R: Runtime>() -> tauri::Context<R> {
    tauri::generate_context!()
}

/// What every generated command gives; TypeScript callers want a name for it.
const RESULT: &str = "export type Result<T, E> = { status: \"ok\"; data: T } | { status: \"error\"; error: E };\n";

/// Tauri's way of calling a command, as it is written for TypeScript.
const INVOKE: &str = "import { invoke as __TAURI_INVOKE } from \"@tauri-apps/api/core\";";

/// The window's own way in its place, which says which of the open pools a call is about.
const OUR_INVOKE: &str = "import { invoke as __TAURI_INVOKE } from \"../invoke\";";

/// Writes the TypeScript for every command, event and type of the wire.
///
/// # Errors
/// When a type cannot be told in TypeScript, or the file cannot be written.
pub fn write_typescript(path: &Path) -> Result<(), specta_typescript::Error> {
    let typescript = specta_typescript::Typescript::default().with_raw(RESULT);
    wire::<tauri::Wry>().disable_serde_phases().export(typescript, path)?;
    let written = std::fs::read_to_string(path)?;
    if !written.contains(INVOKE) {
        // Without it no call would say which pool it is about, and all would be about the one that was opened last.
        return Err(std::io::Error::other("the bindings call commands in an unexpected way").into());
    }
    std::fs::write(path, written.replacen(INVOKE, OUR_INVOKE, 1))?;
    Ok(())
}

/// The name of every registered command. The capability file must list the same.
#[must_use]
pub fn command_names() -> Vec<String> {
    let collected = (commands::<tauri::Wry>().1)(&mut specta::Types::default());
    collected.functions.iter().map(|function| function.name().to_string()).collect()
}

fn wire<R: Runtime>() -> tauri_specta::Builder<R> {
    tauri_specta::Builder::new().commands(commands()).events(collect_events![
        events::SyncProgress,
        events::CacheChanged,
        events::SessionExpired,
        events::SecretForgotten,
        events::LinkOpened
    ])
}

/// The one list of commands. The capability file has the same, which a test compares; a new one goes into both.
fn commands<R: Runtime>() -> Commands<R> {
    collect_commands![
        commands::app::get_app_info,
        commands::app::unlock,
        commands::app::get_settings,
        commands::app::update_settings,
        commands::app::open_logs_folder,
        commands::app::get_diagnostics,
        commands::app::erase_everything,
        commands::app::erase_pool,
        commands::app::erase_person,
        commands::connections::list_connections,
        commands::connections::connect,
        commands::connections::label_connection,
        commands::connections::check_credentials,
        commands::pools::describe_pool,
        commands::pools::open_pool,
        commands::pools::open_cached_pool,
        commands::pools::get_open_pool,
        commands::pools::close_pool,
        commands::pools::open_sandbox,
        commands::pools::reset_sandbox,
        commands::users::search_users,
        commands::users::count_users,
        commands::users::get_rows,
        commands::users::get_user,
        commands::users::get_timeline,
        commands::users::look_up,
        commands::users::who_is_meant,
        commands::users::search_list,
        commands::users::get_near,
        commands::users::parse_query,
        commands::users::complete_query,
        commands::users::get_overview,
        commands::users::get_distributions,
        commands::users::ask_why,
        commands::views::read_link,
        commands::views::take_link,
        commands::views::link_to_user,
        commands::views::link_to_view,
        commands::views::save_view,
        commands::views::choose_view,
        commands::reveals::price_look,
        commands::reveals::price_looks,
        commands::reveals::look_at,
        commands::files::start_export,
        commands::files::get_export,
        commands::files::cancel_export,
        commands::imports::choose_import,
        commands::imports::guess_import_columns,
        commands::imports::check_import,
        commands::imports::save_import_problems,
        commands::imports::follow_import_check,
        commands::imports::cancel_import_check,
        commands::imports::plan_import,
        commands::imports::start_import,
        commands::imports::get_import,
        commands::imports::list_imports,
        commands::imports::stop_import,
        commands::sync::start_sync,
        commands::sync::pause_sync,
        commands::sync::resume_sync,
        commands::sync::cancel_sync,
        commands::sync::get_status,
        commands::tokens::inspect_tokens,
        commands::tokens::compare_tokens,
        commands::tokens::judge_acceptance,
        commands::tokens::preview_tokens,
        commands::tokens::copy_token,
        commands::to_aws::list_identity_pools,
        commands::to_aws::describe_identity_pool,
        commands::to_aws::list_identities,
        commands::to_aws::describe_identity,
        commands::to_aws::exchange_token,
        commands::to_aws::reveal_credentials,
        commands::to_aws::copy_credentials,
        commands::to_aws::forget_credentials,
        commands::lab::list_clients,
        commands::lab::describe_client,
        commands::lab::start_sign_in,
        commands::lab::answer_challenge,
        commands::lab::enrol_authenticator,
        commands::lab::copy_enrolment,
        commands::lab::verify_enrolment,
        commands::lab::reveal_token,
        commands::lab::inspect_lab_token,
        commands::lab::hosted_sign_in,
        commands::lab::leave_browser,
        commands::lab::replay_sign_in,
        commands::lab::do_in_lab,
        commands::lab::sign_out_in_browser,
        commands::lab::run_errand,
        commands::lab::write_recording,
        commands::lab::get_lab_matrix,
        commands::lab::forget_sign_in,
        commands::lab::forget_secrets,
        commands::secrets::confirm_secrets,
        commands::secrets::shows_secrets,
        commands::cost::get_activity,
        commands::cost::get_months,
        commands::cost::set_billed,
        commands::cost::tell_billing,
        commands::cost::import_activity,
        commands::cost::price_metrics,
        commands::cost::read_metrics,
        commands::cost::forget_import,
        commands::cost::get_prepared_queries,
        commands::cost::compare_plans,
        commands::cost::find_dormant,
        commands::cost::get_ledger,
        commands::cost::get_prices,
        commands::cost::choose_prices,
        commands::cost::set_prices,
        commands::cost::save_report,
        commands::cost::save_table,
        commands::settings::get_pool_settings,
        commands::settings::get_client_settings,
        commands::settings::get_client_configuration,
        commands::settings::reveal_client_secret,
        commands::settings::copy_client_secret,
        commands::settings::get_client_secrets,
        commands::settings::get_client_style,
        commands::settings::get_identity_pool_settings,
        commands::settings::get_quotas,
        commands::settings::get_functions,
        commands::settings::get_roles,
        commands::settings::get_service_quotas,
        commands::settings::get_health,
        commands::settings::save_health,
        commands::settings::save_settings,
        commands::settings::compare_settings,
        commands::settings::list_kept_settings,
        commands::edits::plan_edit,
        commands::edits::list_blueprints,
        commands::edits::plan_blueprint,
        commands::edits::plan_pool,
        commands::edits::list_unanswered_pools,
        commands::edits::make_pool,
        commands::edits::plan_fix,
        commands::edits::plan_undo_edit,
        commands::edits::make_edit,
        commands::edits::reveal_made_secret,
        commands::edits::copy_made_secret,
        commands::edits::choose_logo,
        commands::edits::list_edits,
        commands::edits::accept_risk,
        commands::edits::accept_risk_no_longer,
        commands::edits::get_health_record,
        commands::changes::make_plan,
        commands::changes::plan_undo,
        commands::changes::save_plan,
        commands::changes::make_password,
        commands::changes::approve_plan,
        commands::changes::apply_plan,
        commands::changes::unlock_changes,
        commands::changes::lock_changes,
        commands::changes::list_jobs,
        commands::changes::follow_jobs,
        commands::changes::get_job_items,
        commands::changes::pause_job,
        commands::changes::resume_job,
        commands::changes::give_up_job,
        commands::changes::save_job,
        commands::changes::list_groups,
        commands::changes::list_audit,
        commands::changes::get_person_audit,
        commands::changes::save_audit,
        commands::changes::verify_audit,
    ]
}
