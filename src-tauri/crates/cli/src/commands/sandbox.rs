//! `poolctl sandbox`

use std::convert::Infallible;
use std::future::Future;
use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use sandbox::{Options, Sandbox, StateLock, SubShape};
use serde_json::{Map, Value, json};
use wire::{ErrorCode, WireError};

use crate::arguments::{GlobalOptions, Sandbox as Asked};
use crate::failure::Failure;
use crate::output;
use crate::place::warn;

/// Serves a sandbox until this process is asked to end.
pub(crate) async fn run(common: &GlobalOptions, asked: &Asked) -> Result<(), Failure> {
    if asked.operations {
        return operations(common);
    }
    let start = common.config()?.clock.now();
    // Held to the end: of two that write one file, each would undo what the other kept.
    let _lock = asked.state.as_deref().map(StateLock::take).transpose()?;
    let sandbox = begin(asked, start)?;
    if let Some(weather) = &asked.weather {
        let wrong = |error: sandbox::Error| Failure::usage(WireError::new(ErrorCode::Validation, error.to_string()));
        sandbox.weather().change(weather.clone()).map_err(wrong)?;
    }
    if let Some(file) = &asked.state {
        // A file that cannot be written is told now and not after an afternoon's work.
        save(&sandbox, file).await?;
    }
    // Listened for before the line is printed: whoever reads it may ask us to end at once.
    let ended = end()?;
    let server = sandbox.serve(asked.port).await?;
    output::json(&sandbox.description())?;
    let every = Duration::from_secs(asked.save_every);
    tokio::select! {
        () = ended => {}
        never = keep(&sandbox, asked.state.as_deref(), every) => match never {},
    }
    server.shutdown().await;
    if let Some(file) = &asked.state {
        save(&sandbox, file).await?;
    }
    Ok(())
}

/// The sandbox of the state file, or a new one where there is none.
fn begin(asked: &Asked, start: Timestamp) -> Result<Sandbox, Failure> {
    let latency = asked.latency_ms.map(Duration::from_millis);
    let Some(file) = asked.state.as_deref().filter(|file| file.exists()) else {
        let usual = Options::default();
        return Ok(Sandbox::new(Options {
            users: asked.users.unwrap_or(usual.users),
            seed: asked.seed.unwrap_or(usual.seed),
            sub_shape: asked.subs.unwrap_or(usual.sub_shape),
            latency: latency.unwrap_or(usual.latency),
            quota: asked.quota.unwrap_or(usual.quota),
            start,
            ..usual
        }));
    };
    let sandbox = Sandbox::load(file, start)?;
    let Options { users, seed, sub_shape, .. } = sandbox.options();
    if asked.users.is_some() || asked.seed.is_some() || asked.subs.is_some() {
        let subs = if *sub_shape == SubShape::Skewed { ", --subs skewed" } else { "" };
        warn(&format!(
            "The state {} exists, so what it was made of holds: --users {users}, --seed {seed}{subs}.",
            file.display()
        ));
    }
    let weather = sandbox.weather();
    if let Some(latency) = latency {
        weather.set_latency(latency, Duration::ZERO);
    }
    if let Some(quota) = asked.quota {
        weather.set_quota(quota);
    }
    Ok(sandbox)
}

/// Prints which operations of both services are implemented and which are not.
fn operations(common: &GlobalOptions) -> Result<(), Failure> {
    let all = Sandbox::operations();
    let services: Vec<&str> = ["cognito-idp", "cognito-identity", "sts"].into();
    let names = |service: &str, implemented: bool| -> Vec<&str> {
        let of = all.iter().filter(|line| line.service == service && line.implemented == implemented);
        of.map(|line| line.name).collect()
    };
    if common.wants_json() {
        let both = |service: &&str| {
            let lists = json!({ "implemented": names(service, true), "notImplemented": names(service, false) });
            ((*service).to_owned(), lists)
        };
        output::json(&services.iter().map(both).collect::<Map<String, Value>>())?;
        return Ok(());
    }
    let mut out = io::stdout().lock();
    for service in services {
        for (implemented, title) in [(true, "implemented"), (false, "not implemented")] {
            let names = names(service, implemented);
            if names.is_empty() {
                continue;
            }
            writeln!(out, "{service}, {title}: {}", names.len())?;
            for name in names {
                writeln!(out, "  {name}")?;
            }
        }
    }
    Ok(())
}

/// Saves from time to time, when there were requests that may have changed something.
async fn keep(sandbox: &Sandbox, file: Option<&Path>, every: Duration) -> Infallible {
    let mut saved = sandbox.requests();
    loop {
        tokio::time::sleep(every).await;
        let requests = sandbox.requests();
        let Some(file) = file.filter(|_| requests != saved) else { continue };
        match save(sandbox, file).await {
            Ok(()) => saved = requests,
            // It is tried again, and the last time it fails the command.
            Err(Failure::Failed(error)) => warn(&error.message),
            Err(_) => {}
        }
    }
}

/// Writes the state, whole or not at all, where it may block.
async fn save(sandbox: &Sandbox, file: &Path) -> Result<(), Failure> {
    let (sandbox, file) = (sandbox.clone(), file.to_owned());
    let saved = tokio::task::spawn_blocking(move || sandbox.save(&file)).await;
    Ok(saved.map_err(io::Error::other)??)
}

/// Ends when this process is asked to end, from now on.
#[cfg(unix)]
fn end() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Ends when this process is asked to end, from now on.
#[cfg(windows)]
fn end() -> io::Result<impl Future<Output = ()>> {
    let mut interrupt = tokio::signal::windows::ctrl_c()?;
    Ok(async move {
        interrupt.recv().await;
    })
}
