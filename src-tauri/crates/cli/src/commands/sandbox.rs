//! `poolctl sandbox`

use std::future::Future;
use std::io;
use std::time::Duration;

use sandbox::{Options, Sandbox};

use crate::arguments::{GlobalOptions, Sandbox as Asked};
use crate::failure::Failure;
use crate::output;

/// Serves a sandbox until this process is asked to end.
pub(crate) async fn run(common: &GlobalOptions, asked: &Asked) -> Result<(), Failure> {
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
    // Listened for before the line is printed: whoever reads it may ask us to end at once.
    let ended = end()?;
    let server = sandbox.serve(asked.port).await?;
    output::json(&sandbox.description())?;
    ended.await;
    server.shutdown().await;
    if let Some(file) = &asked.state {
        sandbox.save(file)?;
    }
    Ok(())
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
