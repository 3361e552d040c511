//! What can be sent to whoever helps, with nothing in it about people or accounts.

use std::fmt::Write as _;

use crate::open::{Console, Protection};

impl Console {
    /// Versions, protection, counts, freshness and calls, as text. It holds no account id in full, no pool's or
    /// profile's name, no path and nothing about users.
    pub async fn diagnostics(&self) -> String {
        let mut text = String::new();
        // Writing to a String cannot fail.
        let _ = self.write_diagnostics(&mut text).await;
        text
    }

    async fn write_diagnostics(&self, out: &mut String) -> std::fmt::Result {
        writeln!(
            out,
            "Poolkeeper {} on {} {}",
            env!("CARGO_PKG_VERSION"),
            std::env::consts::OS,
            std::env::consts::ARCH
        )?;
        writeln!(out, "written at {} ({})", self.inner.now(), zone_name(&self.inner.zone))?;
        writeln!(out, "keys: {}", protection(&self.protection()))?;
        let history = self.inner.vault().history.is_some();
        writeln!(out, "history: {}", if history { "readable" } else { "not readable" })?;
        let settings = self.inner.settings();
        writeln!(
            out,
            "settings: share {}, history for {}, {}, {}, {}",
            settings.share,
            several(u64::from(settings.history_days), "day"),
            several(settings.connections.len() as u64, "connection"),
            several(settings.pools.len() as u64, "pool"),
            several(settings.saved_views.len() as u64, "saved view")
        )?;
        writeln!(out, "notices: {}", self.notices().len())?;
        writeln!(out, "\npools:")?;
        for recent in self.recent_pools().await {
            self.write_pool(out, &recent).await?;
        }
        writeln!(out, "\ncalls since the start:")?;
        for count in self.calls() {
            writeln!(
                out,
                "  {} ({}): {} sent, {} throttled, {} failed, {} refused",
                count.operation, count.category, count.attempts, count.throttled, count.failed, count.refused
            )?;
        }
        Ok(())
    }

    async fn write_pool(&self, out: &mut String, recent: &crate::RecentPool) -> std::fmt::Result {
        let account = recent.key.account.as_str();
        let end = account.get(account.len().saturating_sub(4)..).unwrap_or_default();
        let place = if recent.key.place.contains("://") { "an endpoint" } else { &recent.key.place };
        write!(out, "  a pool in …{end}, {}, {place}: ", recent.key.region)?;
        let open = match self.inner.has_cache(&recent.key) {
            true => self.open_cached(&recent.key).await.ok(),
            false => None,
        };
        let Some(pool) = open else { return writeln!(out, "no cache that can be read") };
        match pool.freshness().await {
            Ok(fresh) => {
                let synced = fresh.synced_at.map_or_else(|| "never".to_owned(), |at| at.to_string());
                let estimated = fresh
                    .estimated_users
                    .map_or_else(|| "not estimated".to_owned(), |users| format!("{users} estimated"));
                write!(
                    out,
                    "{} ({estimated}), synced {synced}, {}complete, {}swept, groups {}known",
                    several(fresh.users, "user"),
                    not(fresh.complete),
                    not(fresh.swept),
                    not(fresh.groups_known)
                )?;
            }
            Err(error) => write!(out, "freshness unreadable ({})", error.code.as_str())?,
        }
        if let Some(error) = pool.last_sync_error() {
            write!(out, ", last sync error {}", error.code.as_str())?;
        }
        writeln!(out)
    }
}

/// "1 pool", "2 pools".
fn several(number: u64, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

fn not(holds: bool) -> &'static str {
    if holds { "" } else { "not " }
}

fn zone_name(zone: &jiff::tz::TimeZone) -> &str {
    zone.iana_name().unwrap_or("no named zone")
}

fn protection(protection: &Protection) -> String {
    match protection {
        Protection::Keyring { backend } => format!("keyring ({backend})"),
        Protection::KeyFile { .. } => "key file".to_owned(),
        Protection::Passphrase => "passphrase".to_owned(),
        Protection::Memory => "memory only".to_owned(),
        Protection::Locked { .. } => "locked".to_owned(),
    }
}
