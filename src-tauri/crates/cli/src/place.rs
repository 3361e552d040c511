//! Where this run keeps its data, and which pool is meant.

use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;

use console::{AwsFiles, Code, Console, KeySource, OpenPool, PoolId, Protection, SystemClock};
use jiff::tz::TimeZone;
use wire::connections::ConnectionIdView;
use wire::pools::pool_id;
use wire::{ErrorCode, WireError};

use crate::arguments::GlobalOptions;
use crate::failure::Failure;
use crate::output::safe;

impl GlobalOptions {
    /// What the console is made from. Nothing is opened yet.
    pub(crate) fn config(&self) -> Result<console::Config, Failure> {
        let none = || {
            let sentence = "There is no home directory to keep data in. Give --data-dir.";
            Failure::usage(WireError::validation("dataDir", sentence))
        };
        let data_dir = self.data_folder().ok_or_else(none)?;
        Ok(console::Config {
            data_dir: std::path::absolute(data_dir)?,
            keys: self.absolute_key_file()?.map_or(KeySource::Keyring, KeySource::File),
            aws: AwsFiles::default(),
            sandbox: None,
            clock: Arc::new(SystemClock),
            zone: TimeZone::UTC,
            share: self.share,
        })
    }

    /// The key file that was asked for; `None` where none was.
    pub(crate) fn absolute_key_file(&self) -> io::Result<Option<PathBuf>> {
        let given = self.key_file.as_ref().filter(|file| !file.as_os_str().is_empty());
        given.map(std::path::absolute).transpose()
    }

    /// The folder with the data; `None` where there is no home either.
    fn data_folder(&self) -> Option<PathBuf> {
        let chosen = self.data_dir.clone().filter(|dir| !dir.as_os_str().is_empty());
        chosen.or_else(|| dirs::data_dir().map(|dir| dir.join("poolkeeper")))
    }

    /// The price table that a person keeps in the data folder; `None` when there is none.
    pub(crate) fn kept_prices(&self) -> Result<Option<String>, Failure> {
        Ok(self.data_folder().map(|dir| console::kept_prices(&dir)).transpose()?.flatten())
    }

    /// The console as it is, locked or not.
    pub(crate) async fn console(&self) -> Result<Console, Failure> {
        Ok(console::open(self.config()?).await?)
    }

    /// The console for what can do without the disk: when the keys cannot be had, all of it stays in memory, and that is
    /// said. A key file that was asked for and cannot be used is an error.
    pub(crate) async fn console_or_memory(&self) -> Result<Console, Failure> {
        let console = self.console().await?;
        self.notices(&console, 0);
        if let (Protection::Locked { message, .. }, Some(why)) = (console.protection(), self.nowhere(&console)) {
            if self.key_file.is_some() {
                return Err(Failure::failed(ErrorCode::CacheUnavailable, message));
            }
            let told = console.notices().len();
            console.unlock(KeySource::Memory).await?;
            warn(&format!("Nothing is written to disk in this run. {why}"));
            self.notices(&console, told);
        }
        Ok(console)
    }

    /// The console for what changes something: what was done must be there after this run, to go on and to take it back.
    pub(crate) async fn console_with_journal(&self) -> Result<Console, Failure> {
        let console = self.console().await?;
        self.notices(&console, 0);
        match self.nowhere(&console) {
            None => Ok(console),
            Some(why) => {
                let sentence = format!("Changes need a journal on the disk, so nothing was changed. {why}");
                Err(Failure::failed(ErrorCode::JournalUnavailable, sentence))
            }
        }
    }

    /// The console for what keeps something on the disk: nothing is asked of AWS where there is no place for it.
    pub(crate) async fn console_on_disk(&self, what: &str) -> Result<Console, Failure> {
        let console = self.console().await?;
        self.notices(&console, 0);
        match self.nowhere(&console) {
            None => Ok(console),
            Some(why) => {
                let sentence = format!("{what} Nothing is written to disk, and AWS was not asked. {why}");
                Err(Failure::failed(ErrorCode::CacheUnavailable, sentence))
            }
        }
    }

    /// Why nothing can be kept on the disk, and what to do; `None` when it can.
    fn nowhere(&self, console: &Console) -> Option<String> {
        match console.protection() {
            // What is there already has its way of being opened, which the message names.
            Protection::Locked { message, fresh: false } => Some(message),
            Protection::Locked { message, .. } if self.key_file.is_some() => Some(message),
            Protection::Locked { message, .. } => {
                Some(format!("Give --key-file FILE: it is made on first use, for you alone. {message}"))
            }
            Protection::Memory => Some("Give --key-file FILE.".to_owned()),
            _ => None,
        }
    }

    /// The local copy that is meant. No socket is opened, and no file is made when there is no such copy.
    ///
    /// What was never read is no answer, so it fails; what is partial is told on stderr.
    pub(crate) async fn local_copy(&self) -> Result<(Console, Arc<OpenPool>), Failure> {
        let pool = self.pool.as_deref().map(pool_id).transpose()?;
        let connection = self.connection().parse()?;
        // The settings tell which pool is meant, so no keys are asked for yet.
        let keyless = console::open(console::Config { keys: KeySource::Memory, ..self.config()? }).await?;
        self.notices(&keyless, 0);
        let key = keyless.find_cached(pool.as_ref(), &connection).map_err(|error| {
            // Several would do: the caller must say which.
            let unsaid = error.code == Code::Precondition;
            if unsaid { Failure::usage(error.into()) } else { Failure::from(error) }
        })?;
        let console = self.console().await?;
        self.notices(&console, 0);
        if let Protection::Locked { message, .. } = console.protection() {
            return Err(Failure::failed(ErrorCode::CacheUnavailable, message));
        }
        let told = console.notices().len();
        let open = console.open_cached(&key).await;
        // What was set aside is told also when nothing could be opened in its place.
        self.notices(&console, told);
        let open = open?;
        self.judge(&open).await?;
        Ok((console, open))
    }

    /// Whether a local copy can answer. One that is partial can, and that is told.
    async fn judge(&self, pool: &OpenPool) -> Result<(), Failure> {
        let freshness = pool.freshness().await?;
        if freshness.synced_at.is_none() && freshness.users == 0 {
            let id = &pool.key().pool;
            let sentence = format!("The local copy of the pool {id} has not been read yet; run poolctl sync.");
            return Err(Failure::failed(ErrorCode::CacheUnavailable, sentence));
        }
        if !freshness.complete {
            let of = freshness.estimated_users.map(|all| format!(" of about {}", grouped(all))).unwrap_or_default();
            let has = grouped(freshness.users);
            self.note(&format!("the local copy is partial: {has}{of} users have been read; run poolctl sync"));
        }
        Ok(())
    }

    /// The pool that is meant, opened through AWS.
    pub(crate) async fn pool_online(&self, console: &Console) -> Result<Arc<OpenPool>, Failure> {
        let pool = self.pool_id(console).await?;
        Ok(console.open_pool(&self.online().parse()?, &pool).await?)
    }

    /// The pool that was named, or the only one there is (`ListUserPools`; free).
    pub(crate) async fn pool_id(&self, console: &Console) -> Result<PoolId, Failure> {
        if let Some(pool) = &self.pool {
            return Ok(pool_id(pool)?);
        }
        let pools = console.connect(self.connection().parse()?).await?.pools;
        match pools.as_slice() {
            [only] => Ok(only.id.clone()),
            [] => Err(Failure::failed(ErrorCode::NotFound, "There is no user pool there.")),
            several => {
                let list: Vec<String> = several.iter().map(|pool| pool.id.to_string()).collect();
                let sentence = format!("There are several pools; give --pool: {}.", list.join(", "));
                Err(Failure::usage(WireError::validation("pool", sentence)))
            }
        }
    }

    /// The connection that calls go through. Where neither Region nor profile was named, the pool's id tells the Region.
    pub(crate) fn online(&self) -> ConnectionIdView {
        let told = self.pool.as_ref().filter(|_| self.profile.is_none()).and_then(|pool| pool.split_once('_'));
        let region = self.region.clone().or_else(|| told.map(|(region, _)| region.to_owned()));
        ConnectionIdView { region, ..self.connection() }
    }

    /// The connection that the options name.
    pub(crate) fn connection(&self) -> ConnectionIdView {
        ConnectionIdView {
            profile: self.profile.clone(),
            region: self.region.clone(),
            endpoint: self.endpoint.clone(),
            sandbox: false,
        }
    }

    /// Says something on stderr, unless silence was asked for.
    pub(crate) fn note(&self, sentence: &str) {
        if !self.quiet {
            warn(sentence);
        }
    }

    /// Writes lines that belong to what was said last, unless silence was asked for.
    pub(crate) fn lines(&self, lines: &[String]) {
        if !self.quiet {
            let mut out = io::stderr().lock();
            // A closed stderr is no reason to stop.
            let _ = lines.iter().try_for_each(|line| writeln!(out, "{}", safe(line)));
        }
    }

    /// Tells the notices about local data, but for those that were told before.
    fn notices(&self, console: &Console, told: usize) {
        for notice in console.notices().iter().skip(told) {
            self.note(notice);
        }
    }
}

/// Says something on stderr, also when silence was asked for.
pub(crate) fn warn(sentence: &str) {
    // A closed stderr is no reason to stop.
    let _ = writeln!(io::stderr(), "poolctl: {}", safe(sentence));
}

/// A number with a comma between thousands.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
