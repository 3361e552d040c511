//! Before the window: where things are, where the keys come from, the log.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use console::{AwsFiles, KeySource, SystemClock};
use jiff::tz::TimeZone;
use tauri::{Manager, RunEvent};
use tracing::Subscriber;
use tracing_appender::non_blocking::WorkerGuard;
use tracing_appender::rolling::{Builder, RollingFileAppender, Rotation};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

/// Days of logs that are kept.
const LOG_FILES: usize = 7;

/// How often the log's files are made private.
const PRIVATE_EVERY: Duration = Duration::from_secs(60);

/// People in a new sandbox, unless the environment says otherwise.
const SANDBOX_USERS: u32 = 100_000;

/// Our own log is INFO; libraries that could print requests, and with them credentials or people, stay at WARN.
pub const LOG_FILTER: &str = "info,aws=warn,hyper=warn,h2=warn,rustls=warn,reqwest=warn,zbus=warn,tao=warn,wry=warn";

/// Where this run keeps its data, and where its keys come from.
#[derive(Debug, Clone)]
pub struct Place {
    /// The data directory.
    pub data_dir: PathBuf,
    /// Whether the data directory is the usual one.
    pub usual: bool,
    /// Where the keys come from.
    pub keys: KeySource,
    /// Where AWS's configuration is read from.
    pub aws: AwsFiles,
    /// People in a new sandbox.
    pub sandbox_users: u32,
    /// A program that is asked for files in the place of the desktop's dialog: the first line that it writes is the path.
    pub chooser: Option<PathBuf>,
}

impl Place {
    /// What the environment says: `POOLKEEPER_DATA_DIR`, else the platform's data directory; `POOLKEEPER_KEY_FILE`, else
    /// the keyring; `POOLKEEPER_SANDBOX_USERS` people in a new sandbox, else a hundred thousand; `POOLKEEPER_CHOOSER`,
    /// else the desktop's dialog, for choosing files.
    ///
    /// # Errors
    /// When no directory is set and the platform knows none.
    pub fn from_env() -> anyhow::Result<Self> {
        let set = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let chosen = set("POOLKEEPER_DATA_DIR");
        let usual = chosen.is_none();
        let data_dir = chosen
            .or_else(|| dirs::data_dir().map(|dir| dir.join("poolkeeper")))
            .context("There is no home directory to keep data in. Set POOLKEEPER_DATA_DIR.")?;
        let keys = set("POOLKEEPER_KEY_FILE").map_or(KeySource::Keyring, KeySource::File);
        let data_dir = std::path::absolute(data_dir)?;
        let sandbox_users = std::env::var("POOLKEEPER_SANDBOX_USERS").ok().and_then(|text| text.parse().ok());
        let sandbox_users = sandbox_users.unwrap_or(SANDBOX_USERS);
        Ok(Self { data_dir, usual, keys, aws: AwsFiles::default(), sandbox_users, chooser: set("POOLKEEPER_CHOOSER") })
    }

    /// What tells this run's instance from one on another data directory, so that both may run.
    #[must_use]
    pub fn instance(&self, identifier: &str) -> String {
        if self.usual {
            return identifier.to_owned();
        }
        let mut hasher = DefaultHasher::new();
        self.data_dir.hash(&mut hasher);
        format!("{identifier}.Data{:016x}", hasher.finish())
    }

    /// What the console is made from, but for the way into the sandbox.
    pub(crate) fn console(&self) -> console::Config {
        console::Config {
            data_dir: self.data_dir.clone(),
            keys: self.keys.clone(),
            aws: self.aws.clone(),
            sandbox: None,
            clock: Arc::new(SystemClock),
            zone: TimeZone::system(),
            share: None,
        }
    }
}

/// Opens the window and runs until it closes.
///
/// # Errors
/// When there is no place for data or the desktop refuses a window.
pub(crate) fn start() -> anyhow::Result<()> {
    let place = Place::from_env()?;
    let _log = log(&place.data_dir)?;
    let context = crate::context();
    let single = tauri_plugin_single_instance::Builder::new()
        .dbus_id(place.instance(&context.config().identifier))
        .callback(|app, _, _| crate::window::focus(app))
        .build();
    // The one that is told of a second start comes first, so that a link is handed on instead of opening another window.
    let builder = tauri::Builder::default()
        .plugin(single)
        .plugin(tauri_plugin_deep_link::init())
        .setup(|app| Ok(crate::window::open(app)?));
    let app = crate::assemble(builder, &place, context)?;
    crate::links::hear(app.handle());
    app.run(|app, event| {
        if let RunEvent::Exit = event {
            app.state::<crate::Desk>().leave();
        }
    });
    Ok(())
}

/// Starts the log. Dropping the guard writes what is left.
///
/// # Errors
/// When the log's directory cannot be made.
pub(crate) fn log(data_dir: &Path) -> anyhow::Result<WorkerGuard> {
    let (writer, guard) = tracing_appender::non_blocking(LogFiles::open(data_dir)?);
    // A test process may have a log already; then that one stays.
    let _ = tracing::subscriber::set_global_default(subscriber(writer, LOG_FILTER));
    Ok(guard)
}

/// What writes the log: JSON lines of what the filter lets through.
pub fn subscriber<W>(writer: W, filter: &str) -> impl Subscriber + Send + Sync + use<W>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    tracing_subscriber::fmt().json().with_env_filter(EnvFilter::new(filter)).with_writer(writer).finish()
}

/// The log's files in `logs/`: one a day, the last seven kept, for their owner alone.
pub struct LogFiles {
    folder: PathBuf,
    files: RollingFileAppender,
    /// When the files were made private last; `None` before the first line.
    private: Option<Instant>,
}

impl LogFiles {
    /// Opens today's file; older ones than the last seven go.
    ///
    /// # Errors
    /// When the folder or the file cannot be made, or not be made private.
    pub fn open(data_dir: &Path) -> anyhow::Result<Self> {
        let folder = data_dir.join("logs");
        private_folder(&folder)?;
        let files = Builder::new()
            .rotation(Rotation::DAILY)
            .filename_prefix("poolkeeper")
            .filename_suffix("jsonl")
            .max_log_files(LOG_FILES)
            .build(&folder)?;
        private_files(&folder)?;
        Ok(Self { folder, files, private: None })
    }
}

impl Write for LogFiles {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let written = self.files.write(line)?;
        // A new day's file is made as the umask says, in a folder that is private anyway.
        if self.private.is_none_or(|last| last.elapsed() > PRIVATE_EVERY) {
            private_files(&self.folder)?;
            self.private = Some(Instant::now());
        }
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.files.flush()
    }
}

/// Makes a folder, and what is missing on the way to it, for its owner alone; also when it exists.
fn private_folder(path: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)?;
    allow(path, 0o700)
}

/// Makes the log's files their owner's alone.
fn private_files(folder: &Path) -> io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_file() && entry.file_name().to_string_lossy().starts_with("poolkeeper") {
            allow(&entry.path(), 0o600)?;
        }
    }
    Ok(())
}

#[cfg(unix)]
fn allow(path: &Path, mode: u32) -> io::Result<()> {
    std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(mode))
}

/// Elsewhere a person's own folder is private already.
#[cfg(not(unix))]
fn allow(_: &Path, _: u32) -> io::Result<()> {
    Ok(())
}

/// Has the C library take large pieces of memory from the system one by one, so that they go back to it when they are
/// free. By itself it keeps what sorting a million people needed for a moment.
///
/// Must run first: what is taken before stays as it is.
pub(crate) fn give_memory_back() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        use std::ffi::c_int;

        /// `M_TRIM_THRESHOLD` and `M_MMAP_THRESHOLD` of `malloc.h`, with numbers of bytes.
        const SETTINGS: [(c_int, c_int); 2] = [(-1, 256 << 10), (-3, 128 << 10)];
        #[expect(unsafe_code, reason = "the C library has no other way to say this")]
        // SAFETY: as the manual page mallopt(3) declares it; it may be called at any time, with any numbers.
        unsafe extern "C" {
            safe fn mallopt(parameter: c_int, value: c_int) -> c_int;
        }
        for (parameter, value) in SETTINGS {
            // One that is refused is as it was.
            let _ = mallopt(parameter, value);
        }
    }
}

/// Lets WebKitGTK draw without DMA-BUF where there is no GPU: scrolling is seven times faster there.
///
/// Must run first, while this is the only thread.
pub(crate) fn prefer_software_drawing() {
    let name = "WEBKIT_DISABLE_DMABUF_RENDERER";
    if cfg!(target_os = "linux") && !Path::new("/dev/dri").exists() && std::env::var_os(name).is_none() {
        #[expect(unsafe_code, reason = "called first in main, so no other thread reads the environment meanwhile")]
        // SAFETY: no other thread exists yet.
        unsafe {
            std::env::set_var(name, "1");
        }
    }
}

/// The last word to a person at a terminal, when there is no window to say it in.
#[expect(clippy::print_stderr, reason = "the window could not be opened, so this is the only place left")]
pub(crate) fn say(sentence: &str) {
    eprintln!("{sentence}");
}
