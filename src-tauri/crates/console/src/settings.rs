//! Reading and changing what `settings.json` remembers.

use std::sync::PoisonError;
use std::time::Duration;

use cognito::Share;
use model::connection::{ConnectionId, Environment};
use store::{Lease, SavedConnection, Settings};

use crate::error::Error;
use crate::open::{Console, Inner, blocking};

impl Console {
    /// The settings as they are now.
    #[must_use]
    pub fn settings(&self) -> Settings {
        self.inner.settings()
    }

    /// Changes the settings and writes them; the new ones are returned. A new share holds for calls from now on.
    ///
    /// # Errors
    /// [`Code::CacheUnavailable`](crate::Code::CacheUnavailable) when they cannot be written; they then stay as they were.
    pub async fn update_settings(
        &self,
        change: impl FnOnce(&mut Settings) + Send + 'static,
    ) -> Result<Settings, Error> {
        let inner = self.inner.clone();
        let settings = blocking(move || inner.change_settings(change, true)).await?;
        Ok(settings)
    }

    /// Says what a connection is for, and what it is called.
    ///
    /// # Errors
    /// As [`Console::update_settings`].
    pub async fn label(
        &self,
        connection: &ConnectionId,
        environment: Environment,
        label: Option<String>,
    ) -> Result<(), Error> {
        let connection = connection.clone();
        self.update_settings(move |settings| {
            let saved = saved_mut(settings, &connection);
            saved.environment = environment;
            saved.label = label.filter(|label| !label.trim().is_empty());
        })
        .await?;
        Ok(())
    }

    /// What a person said the connection is for; Development unless said otherwise.
    #[must_use]
    pub fn environment(&self, connection: &ConnectionId) -> Environment {
        self.inner.environment(connection)
    }
}

impl Inner {
    pub(crate) fn settings(&self) -> Settings {
        self.settings.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn environment(&self, connection: &ConnectionId) -> Environment {
        environment_of(&self.settings.lock().unwrap_or_else(PoisonError::into_inner), connection)
    }

    /// Changes the settings in memory and on disk. Where nothing may be written about pools, only what somebody asked
    /// for is written, without the pools.
    ///
    /// What another process has written in the meantime is kept.
    pub(crate) fn change_settings(
        &self,
        change: impl FnOnce(&mut Settings),
        asked_for: bool,
    ) -> Result<Settings, Error> {
        let memory_only = self.memory_only();
        let mut settings = self.settings.lock().unwrap_or_else(PoisonError::into_inner);
        let _lease = self.settings_lease()?;
        let mut changed = if memory_only { settings.clone() } else { self.written_settings()? };
        change(&mut changed);
        if !memory_only {
            changed.save(&self.data)?;
        } else if asked_for {
            let pools = self.written_settings()?.pools;
            Settings { pools, ..changed.clone() }.save(&self.data)?;
        }
        if !self.share_given {
            self.gate.set_share(Share::Fraction(changed.share));
        }
        *settings = changed.clone();
        Ok(changed)
    }

    /// Takes in what another process has written.
    pub(crate) fn reread_settings(&self) -> Result<(), Error> {
        if !self.memory_only() {
            let mut settings = self.settings.lock().unwrap_or_else(PoisonError::into_inner);
            *settings = self.written_settings()?;
        }
        Ok(())
    }

    fn written_settings(&self) -> Result<Settings, Error> {
        let (settings, broken) = Settings::load(&self.data)?;
        if let Some(broken) = broken {
            self.notice(broken.to_string());
        }
        Ok(settings)
    }

    /// Waits for its turn among the processes that write settings; after a second it goes on without.
    fn settings_lease(&self) -> Result<Option<Lease>, Error> {
        for _ in 0..100 {
            if let Some(lease) = self.data.try_lease("settings")? {
                return Ok(Some(lease));
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        Ok(None)
    }
}

/// What a person said the connection is for. A profile that looks into another Region is for what the profile is for,
/// until something else is said: Production stays read-only there.
fn environment_of(settings: &Settings, connection: &ConnectionId) -> Environment {
    let said = |id: &ConnectionId| settings.connections.iter().find(|saved| saved.id == *id);
    let plain = || ConnectionId { region: None, ..connection.clone() };
    said(connection).or_else(|| said(&plain())).map_or_else(Environment::default, |saved| saved.environment)
}

/// The connection's entry, made when there is none.
pub(crate) fn saved_mut<'a>(settings: &'a mut Settings, id: &ConnectionId) -> &'a mut SavedConnection {
    let at = match settings.connections.iter().position(|saved| saved.id == *id) {
        Some(at) => at,
        None => {
            let environment = environment_of(settings, id);
            settings.connections.push(SavedConnection {
                id: id.clone(),
                label: None,
                environment,
                last_used: None,
                other: std::collections::BTreeMap::new(),
            });
            settings.connections.len() - 1
        }
    };
    &mut settings.connections[at]
}
