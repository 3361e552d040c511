//! `poolctl erase`

use std::io::{self, BufRead, Write};
use std::path::{Path, PathBuf};

use console::{Console, Erase, Erased};
use serde_json::json;
use wire::ErrorCode;
use wire::app::ERASE_EVERYTHING;
use wire::pools::pool_id;

use crate::arguments::GlobalOptions;
use crate::failure::Failure;
use crate::output::{self, safe};

/// The name of everything.
const NAME: &str = "poolkeeper";

/// Erases local copies, history, settings, logs, keys and the sandbox's state once their name is typed; with `--pool`, the
/// local copy and history of that pool alone. Nothing in AWS changes.
pub(crate) async fn run(common: &GlobalOptions) -> Result<(), Failure> {
    let console = common.console().await?;
    let (what, names) = match &common.pool {
        Some(pool) => one(common, &console, pool)?,
        None => (Erase::All, everything(&console)),
    };
    let subject = match &what {
        Erase::All => {
            format!(
                "every local copy, the history, the settings, the logs, the keys and the sandbox's state in {}",
                console.data_dir().display()
            )
        }
        Erase::Pool(key) => format!("the local copy and the history of the pool {}", key.pool),
    };
    let elsewhere = if what == Erase::All { keys_elsewhere(common, &console.data_dir())? } else { String::new() };
    let typed = ask(&format!(
        "This erases {subject}{elsewhere}. Nothing in AWS changes.\nType the name {} to go on: ",
        names[0]
    ))?;
    if !names.iter().any(|name| name.eq_ignore_ascii_case(typed.trim())) {
        let sentence = format!("Nothing was erased: the name {} was not typed.", names[0]);
        return Err(Failure::failed(ErrorCode::Cancelled, sentence));
    }
    let all = what == Erase::All;
    let mut erased = console.erase(what).await?;
    if all {
        erase_sandbox(&console.data_dir(), &mut erased)?;
    }
    if common.wants_json() {
        let paths = |files: &[PathBuf]| files.iter().map(|file| file.display().to_string()).collect::<Vec<_>>();
        let told = json!({
            "files": erased.files,
            "bytes": erased.bytes,
            "keysRemoved": paths(&erased.keys_removed),
            "keysKept": paths(&erased.keys_kept),
        });
        return Ok(output::json(&told)?);
    }
    let mut out = io::stdout().lock();
    writeln!(out, "Erased {}: {} files, {} bytes.", safe(&subject), erased.files, erased.bytes)?;
    for file in &erased.keys_removed {
        writeln!(out, "Key file removed: {}", safe(&file.display().to_string()))?;
    }
    for file in &erased.keys_kept {
        writeln!(out, "Key file kept, because its keys are not this data's: {}", safe(&file.display().to_string()))?;
    }
    Ok(())
}

/// Says where the keys are when that is outside of the data folder: what else they open cannot be read any more then.
fn keys_elsewhere(common: &GlobalOptions, data_dir: &Path) -> io::Result<String> {
    let file = common.absolute_key_file()?.filter(|file| !file.starts_with(data_dir));
    Ok(file.map_or_else(String::new, |file| {
        format!(
            ", and the key file {} if it has this data's keys, without which no other data folder that it opens can be read",
            file.display()
        )
    }))
}

/// Removes what the window keeps of its sandbox.
fn erase_sandbox(data_dir: &Path, erased: &mut Erased) -> Result<(), Failure> {
    for (path, bytes) in wire::app::sandbox_files(data_dir) {
        std::fs::remove_file(&path).map_err(|error| {
            let sentence = format!("{} could not be removed: {error}. Remove it by hand.", path.display());
            Failure::failed(ErrorCode::CacheUnavailable, sentence)
        })?;
        erased.files += 1;
        erased.bytes += bytes;
    }
    Ok(())
}

fn one(common: &GlobalOptions, console: &Console, pool: &str) -> Result<(Erase, Vec<String>), Failure> {
    let id = pool_id(pool)?;
    let key = console.find_cached(Some(&id), &common.connection().parse()?)?;
    Ok((Erase::Pool(key), vec![id.to_string()]))
}

/// What may be typed for everything: the program's name or, when one pool is all there is, that pool's id.
fn everything(console: &Console) -> Vec<String> {
    let mut names = vec![NAME.to_owned(), ERASE_EVERYTHING.to_owned()];
    if let [only] = console.settings().pools.as_slice() {
        names.push(only.key.pool.to_string());
    }
    names
}

/// Asks on stderr, reads one line from stdin.
fn ask(question: &str) -> io::Result<String> {
    let mut err = io::stderr().lock();
    for (at, line) in question.split('\n').enumerate() {
        write!(err, "{}{}", if at > 0 { "\n" } else { "" }, safe(line))?;
    }
    err.flush()?;
    let mut typed = String::new();
    io::stdin().lock().read_line(&mut typed)?;
    Ok(typed)
}
