//! `poolctl sandbox`

use std::time::Duration;

use sandbox::{Options, Sandbox};

use crate::arguments::{Common, Sandbox as Asked};
use crate::failure::Failure;
use crate::output;

/// Serves a sandbox until this process is asked to end.
pub(crate) async fn run(common: &Common, asked: &Asked) -> Result<(), Failure> {
    let start = common.config()?.clock.now();
    let sandbox = match &asked.state {
        Some(file) if file.exists() => Sandbox::load(file, start)?,
        _ => Sandbox::new(Options {
            users: asked.users,
            seed: asked.seed,
            latency: Duration::from_millis(asked.latency_ms),
            quota: asked.quota,
            start,
            ..Options::default()
        }),
    };
    let server = sandbox.serve(asked.port).await?;
    output::json(&sandbox.description())?;
    ended().await?;
    server.shutdown().await;
    if let Some(file) = &asked.state {
        sandbox.save(file)?;
    }
    Ok(())
}

/// Waits until this process is asked to end.
#[cfg(unix)]
async fn ended() -> Result<(), Failure> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted?,
        _ = terminate.recv() => {}
    }
    Ok(())
}

/// Waits until this process is asked to end.
#[cfg(not(unix))]
async fn ended() -> Result<(), Failure> {
    Ok(tokio::signal::ctrl_c().await?)
}
