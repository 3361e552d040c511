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

/// Endings of what tells of a month.
const ACTIVITY: &[&str] = &["csv", "json", "jsonl", "ndjson", "log", "gz"];

/// Endings of the file of a view.
const VIEW: &[&str] = &["json"];

/// Endings of a price table.
const PRICES: &[&str] = &["json"];

/// Endings of a logo, as Cognito takes them.
const LOGO: &[&str] = &["png", "jpg", "jpeg"];

/// What a person is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// A file of people.
    People,
    /// Files that tell of a month: logs, tables, bills.
    Activity,
    /// A folder of them.
    ActivityFolder,
    /// The file of a saved view.
    View,
    /// A price table.
    Prices,
    /// The picture of a logo.
    Logo,
}

/// Asks a person for files; none when nothing was chosen.
pub(crate) type Chooser = Arc<dyn Fn(Wanted) -> Chosen + Send + Sync>;

type Chosen = Pin<Box<dyn Future<Output = Result<Vec<PathBuf>, WireError>> + Send>>;

/// The chooser of an app: the desktop's dialog over the window, or the program that is named in its place.
pub(crate) fn of<R: Runtime>(app: AppHandle<R>, program: Option<PathBuf>) -> Chooser {
    Arc::new(move |wanted| match program.clone() {
        Some(program) => Box::pin(told_by(program)),
        None => Box::pin(asked(app.clone(), wanted)),
    })
}

async fn asked<R: Runtime>(app: AppHandle<R>, wanted: Wanted) -> Result<Vec<PathBuf>, WireError> {
    let (give, get) = oneshot::channel();
    let failed = || WireError::new(ErrorCode::Internal, "The dialog for files could not be opened. Try again.");
    let window = app.get_webview_window("main");
    // GTK and AppKit open windows on the thread of the event loop alone.
    let opened = app.run_on_main_thread(move || {
        let (kinds, endings) = match wanted {
            Wanted::People => ("CSV, JSON Lines", PEOPLE),
            Wanted::Activity | Wanted::ActivityFolder => ("Logs, tables, bills", ACTIVITY),
            Wanted::View => ("JSON", VIEW),
            Wanted::Prices => ("JSON", PRICES),
            Wanted::Logo => ("PNG, JPEG", LOGO),
        };
        let mut dialog = rfd::AsyncFileDialog::new().add_filter(kinds, endings).add_filter("*", &["*"]);
        if let Some(window) = &window {
            dialog = dialog.set_parent(window);
        }
        let picked: Picked = match wanted {
            Wanted::People | Wanted::View | Wanted::Prices | Wanted::Logo => {
                let picked = dialog.pick_file();
                Box::pin(async move { picked.await.into_iter().collect() })
            }
            Wanted::ActivityFolder => {
                let picked = dialog.pick_folder();
                Box::pin(async move { picked.await.into_iter().collect() })
            }
            Wanted::Activity => {
                let picked = dialog.pick_files();
                Box::pin(async move { picked.await.unwrap_or_default() })
            }
        };
        // When the desk has gone meanwhile, nobody waits.
        let _ = give.send(picked);
    });
    opened.map_err(|_| failed())?;
    let chosen = get.await.map_err(|_| failed())?.await;
    Ok(chosen.iter().map(|file| file.path().to_owned()).collect())
}

/// A dialog that is open.
type Picked = Pin<Box<dyn Future<Output = Vec<rfd::FileHandle>> + Send>>;

async fn told_by(program: PathBuf) -> Result<Vec<PathBuf>, WireError> {
    let failed = || {
        let message = "The program that POOLKEEPER_CHOOSER names did not work. Name another one, or unset it.";
        WireError::new(ErrorCode::Precondition, message)
    };
    let output = tokio::task::spawn_blocking(move || Command::new(program).output()).await;
    let output = output.ok().and_then(Result::ok).ok_or_else(failed)?;
    let text = String::from_utf8(output.stdout).map_err(|_| failed())?;
    let named = text.lines().filter(|line| output.status.success() && !line.is_empty());
    Ok(named.map(PathBuf::from).collect())
}
