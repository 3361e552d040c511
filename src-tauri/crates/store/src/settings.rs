//! What a person set up, in `settings.json`. No secrets and no data of the pool's users.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use jiff::Timestamp;
use model::PoolKey;
use model::connection::{ConnectionId, Environment};
use model::cost::PricePlan;
use model::view::{ColumnChoice, SavedView};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::data_dir::{DataDir, pool_hash, write_atomically};

/// The settings. Fields that this version does not know are kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Settings {
    /// Connections that were used or labelled.
    pub connections: Vec<SavedConnection>,
    /// Pools that were opened.
    pub pools: Vec<KnownPool>,
    /// Light or dark.
    pub theme: Theme,
    /// How close the rows are.
    pub density: Density,
    /// Days after which history is dropped.
    pub history_days: u32,
    /// The share of AWS's quota that a sync may take, above 0 and up to 1.
    pub share: f64,
    /// Minutes without anything done after which the window forgets sign-ins, tokens and credentials; 0 for never.
    pub lock_minutes: u32,
    /// The columns of each pool's table, by the pool key written out. A pool that is absent has the usual ones.
    pub columns: BTreeMap<String, Vec<ColumnChoice>>,
    /// Named searches.
    pub saved_views: Vec<SavedView>,
    /// The tabs of the window, in their order.
    pub tabs: Vec<Tab>,
    /// What a person told of how pools are billed, by the pool key written out.
    pub billing: BTreeMap<String, ToldBilling>,
    /// What a newer version wrote.
    #[serde(flatten)]
    pub other: BTreeMap<String, Value>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            connections: Vec::new(),
            pools: Vec::new(),
            theme: Theme::default(),
            density: Density::default(),
            history_days: 30,
            share: 0.5,
            lock_minutes: 15,
            columns: BTreeMap::new(),
            saved_views: Vec::new(),
            tabs: Vec::new(),
            billing: BTreeMap::new(),
            other: BTreeMap::new(),
        }
    }
}

/// A pool that was open in the window when it was last used. Nothing of what was searched there is in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Tab {
    /// The pool key written out.
    pub pool: String,
    /// The page, such as `users`.
    pub page: String,
    /// The name of the saved view that the page showed; `None` when it showed none.
    #[serde(default)]
    pub view: Option<String>,
    /// Whether it was the one in front.
    #[serde(default)]
    pub front: bool,
    /// What a newer version wrote.
    #[serde(flatten)]
    pub other: BTreeMap<String, Value>,
}

/// How a pool is billed, as far as AWS does not tell it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, from = "WrittenBilling")]
pub struct ToldBilling {
    /// Whether it kept the legacy price: a pool from before 22 November 2024 that stayed on Lite. `None` where nobody told.
    #[serde(rename = "keptLegacy")]
    pub legacy: Option<bool>,
    /// Whether it pays for the advanced security from before the plans. Only a legacy pool does.
    pub advanced_security: bool,
    /// Active users of the account's other pools in a month, who share the free users and the brackets; `None` where nobody
    /// told.
    pub others: Option<u64>,
    /// The plan of those; `None` for Essentials.
    pub others_plan: Option<PricePlan>,
}

/// [`ToldBilling`] as it is written. It was `legacy: false` where nobody had told.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct WrittenBilling {
    legacy: bool,
    kept_legacy: Option<bool>,
    advanced_security: bool,
    others: Option<u64>,
    others_plan: Option<PricePlan>,
}

impl From<WrittenBilling> for ToldBilling {
    fn from(written: WrittenBilling) -> Self {
        let WrittenBilling { legacy, kept_legacy, advanced_security, others, others_plan } = written;
        Self { legacy: kept_legacy.or(legacy.then_some(true)), advanced_security, others, others_plan }
    }
}

/// A connection that a person has used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SavedConnection {
    /// Which.
    pub id: ConnectionId,
    /// What the person calls it; `None` for the profile's name.
    #[serde(default)]
    pub label: Option<String>,
    /// What it is for.
    #[serde(default)]
    pub environment: Environment,
    /// When it was last opened; `None` when only labelled.
    #[serde(default)]
    pub last_used: Option<Timestamp>,
    /// What a newer version wrote.
    #[serde(flatten)]
    pub other: BTreeMap<String, Value>,
}

/// A pool that was opened, so that its cache can be opened without a network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct KnownPool {
    /// Which.
    pub key: PoolKey,
    /// How it was reached.
    pub connection: ConnectionId,
    /// Its name. Foreign text.
    pub name: String,
    /// Its raw feature plan; `None` when not told.
    #[serde(default)]
    pub tier: Option<String>,
    /// Whether changes of its users are kept.
    #[serde(default = "yes")]
    pub history: bool,
    /// When it was last opened.
    #[serde(default)]
    pub opened_at: Option<Timestamp>,
    /// Whether a person wants it at hand.
    #[serde(default)]
    pub favourite: bool,
    /// What a newer version wrote.
    #[serde(flatten)]
    pub other: BTreeMap<String, Value>,
}

impl KnownPool {
    /// What the pools' own folders tell, for when the settings are lost. What is not whole is passed over.
    fn in_folders(dir: &DataDir) -> Vec<Self> {
        let Ok(folders) = fs::read_dir(dir.root().join("pools")) else { return Vec::new() };
        let told = folders.flatten().filter_map(|folder| {
            let known: Self = serde_json::from_slice(&fs::read(folder.path().join("pool.json")).ok()?).ok()?;
            (folder.file_name().to_str() == Some(&pool_hash(&known.key))).then_some(known)
        });
        told.collect()
    }

    /// Writes itself into its folder where there is one that tells otherwise.
    fn note(&self, dir: &DataDir) -> Result<(), SettingsError> {
        let folder = dir.pool_dir(&self.key);
        let path = folder.join("pool.json");
        let fail = |source| SettingsError { path: path.clone(), source };
        let json = serde_json::to_vec_pretty(self).map_err(|error| fail(error.into()))?;
        if !folder.is_dir() || fs::read(&path).is_ok_and(|noted| noted == json) {
            return Ok(());
        }
        write_atomically(&path, &json).map_err(fail)
    }
}

fn yes() -> bool {
    true
}

/// Light or dark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// As the desktop has it.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// How close the rows of a table are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Density {
    /// Roomy.
    #[default]
    Comfortable,
    /// As many rows as fit.
    Compact,
}

/// Why the settings could not be read or written.
#[derive(Debug, thiserror::Error)]
#[error("The settings file {} could not be used: {source}. Check that you may read and write it.", path.display())]
pub struct SettingsError {
    /// The file.
    pub path: PathBuf,
    /// The system's words.
    pub source: std::io::Error,
}

/// A settings file that could not be understood and was renamed; the usual settings took its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokenSettings {
    /// Where the file is now.
    pub path: PathBuf,
}

impl std::fmt::Display for BrokenSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let path = self.path.display();
        write!(f, "The settings could not be understood and were kept as {path}. The usual settings are used.")
    }
}

impl Settings {
    /// Reads the settings; the usual ones when there is no file. A file that cannot be understood is renamed to
    /// `settings.json.broken-<n>`, and said. Pools that it does not name but that have a folder are taken from there,
    /// so that their caches are found.
    ///
    /// # Errors
    /// [`SettingsError`] when the file exists and cannot be read, or the broken one cannot be renamed.
    pub fn load(dir: &DataDir) -> Result<(Self, Option<BrokenSettings>), SettingsError> {
        let (mut settings, broken) = Self::read(dir)?;
        for known in KnownPool::in_folders(dir) {
            if !settings.pools.iter().any(|pool| pool.key == known.key) {
                settings.pools.push(known);
            }
        }
        Ok((settings, broken))
    }

    fn read(dir: &DataDir) -> Result<(Self, Option<BrokenSettings>), SettingsError> {
        let path = dir.settings_file();
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok((Self::default(), None)),
            Err(source) => return Err(SettingsError { path, source }),
        };
        if let Ok(settings) = serde_json::from_slice(&bytes) {
            return Ok((settings, None));
        }
        let aside = crate::db::free_name(&path, "broken");
        fs::rename(&path, &aside).map_err(|source| SettingsError { path, source })?;
        Ok((Self::default(), Some(BrokenSettings { path: aside })))
    }

    /// Writes the settings in one step, for their owner alone (0600), and each pool into its folder's `pool.json`.
    ///
    /// # Errors
    /// [`SettingsError`] when they cannot be written; the old file is whole then.
    pub fn save(&self, dir: &DataDir) -> Result<(), SettingsError> {
        for pool in &self.pools {
            pool.note(dir)?;
        }
        let path = dir.settings_file();
        let json = serde_json::to_vec_pretty(self).map_err(std::io::Error::from);
        json.and_then(|bytes| write_atomically(&path, &bytes)).map_err(|source| SettingsError { path, source })
    }
}
