//! Reading and changing what `settings.json` remembers.

use std::sync::PoisonError;

use cognito::Share;
use model::connection::{ConnectionId, Environment};
use store::{SavedConnection, Settings};

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
        let settings = self.settings.lock().unwrap_or_else(PoisonError::into_inner);
        settings
            .connections
            .iter()
            .find(|saved| saved.id == *connection)
            .map_or_else(Environment::default, |saved| saved.environment)
    }

    /// Changes the settings in memory and, unless nothing may be written and nobody asked for it, on disk.
    pub(crate) fn change_settings(
        &self,
        change: impl FnOnce(&mut Settings),
        asked_for: bool,
    ) -> Result<Settings, Error> {
        let mut settings = self.settings.lock().unwrap_or_else(PoisonError::into_inner);
        let mut changed = settings.clone();
        change(&mut changed);
        if asked_for || !self.memory_only() {
            changed.save(&self.data)?;
        }
        if !self.share_given {
            self.gate.set_share(Share::Fraction(changed.share));
        }
        *settings = changed.clone();
        Ok(changed)
    }
}

/// The connection's entry, made when there is none.
pub(crate) fn saved_mut<'a>(settings: &'a mut Settings, id: &ConnectionId) -> &'a mut SavedConnection {
    let at = match settings.connections.iter().position(|saved| saved.id == *id) {
        Some(at) => at,
        None => {
            settings.connections.push(SavedConnection {
                id: id.clone(),
                label: None,
                environment: Environment::default(),
                last_used: None,
                other: std::collections::BTreeMap::new(),
            });
            settings.connections.len() - 1
        }
    };
    &mut settings.connections[at]
}
