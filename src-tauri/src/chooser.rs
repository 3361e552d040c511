//! The desktop's dialog for files: the only way by which a person names a file that the app reads.

use std::path::PathBuf;
use std::pin::Pin;
use std::process::Command;
use std::sync::Arc;

use tauri::{AppHandle, Manager, Runtime};
use tokio::sync::oneshot;
use wire::{ErrorCode, WireError};

/// Endings of files of people.
const PEOPLE: &[&str] = &["csv", "jsonl", "ndjson"];

/// Asks a person for a file of people; `None` when no file was chosen.
pub(crate) type Chooser = Arc<dyn Fn() -> Chosen + Send + Sync>;

type Chosen = Pin<Box<dyn Future<Output = Result<Option<PathBuf>, WireError>> + Send>>;

/// The chooser of an app: the desktop's dialog over the window, or the program that is named in its place.
pub(crate) fn of<R: Runtime>(app: AppHandle<R>, program: Option<PathBuf>) -> Chooser {
    Arc::new(move || match program.clone() {
        Some(program) => Box::pin(told_by(program)),
        None => Box::pin(asked(app.clone())),
    })
}

async fn asked<R: Runtime>(app: AppHandle<R>) -> Result<Option<PathBuf>, WireError> {
    let (give, get) = oneshot::channel();
    let failed = || WireError::new(ErrorCode::Internal, "The dialog for files could not be opened. Try again.");
    let window = app.get_webview_window("main");
    // GTK and AppKit open windows on the thread of the event loop alone.
    let opened = app.run_on_main_thread(move || {
        let mut dialog = rfd::AsyncFileDialog::new().add_filter("CSV, JSON Lines", PEOPLE).add_filter("*", &["*"]);
        if let Some(window) = &window {
            dialog = dialog.set_parent(window);
        }
        // When the desk has gone meanwhile, nobody waits.
        let _ = give.send(dialog.pick_file());
    });
    opened.map_err(|_| failed())?;
    let chosen = get.await.map_err(|_| failed())?.await;
    Ok(chosen.map(|file| file.path().to_owned()))
}

async fn told_by(program: PathBuf) -> Result<Option<PathBuf>, WireError> {
    let failed = || {
        let message = "The program that POOLKEEPER_CHOOSER names did not work. Name another one, or unset it.";
        WireError::new(ErrorCode::Precondition, message)
    };
    let output = tokio::task::spawn_blocking(move || Command::new(program).output()).await;
    let output = output.ok().and_then(Result::ok).ok_or_else(failed)?;
    let text = String::from_utf8(output.stdout).map_err(|_| failed())?;
    let first = text.lines().next().unwrap_or_default();
    Ok((output.status.success() && !first.is_empty()).then(|| PathBuf::from(first)))
}
