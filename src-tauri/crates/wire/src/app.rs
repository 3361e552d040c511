//! The app itself: what protects its data, its settings, erasing.

use std::collections::{BTreeMap, HashSet};
use std::fs::Metadata;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::WireError;
use crate::views::{ColumnChoice, SavedViewView};

/// What the window asks for first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AppInfoView {
    /// Poolkeeper's version.
    pub version: String,
    /// What protects the local copies.
    pub protection: ProtectionView,
    /// Where they are.
    pub data_dir: String,
    /// The time zone that days are understood in, such as `Europe/Madrid`.
    pub zone: String,
    /// `linux`, `windows`, `macos`.
    pub platform: String,
    /// What a person should know, such as files that were set aside.
    pub notices: Vec<String>,
}

/// What protects the local copies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ProtectionView {
    /// The kind.
    pub kind: ProtectionKind,
    /// The keyring's name or the key file's path; while locked, the path of the file that was to be used.
    pub backend: Option<String>,
    /// Why it is locked, or what follows from the kind.
    pub message: Option<String>,
    /// Whether nothing was ever stored here: then a place for the keys is wanted, and nothing is locked up.
    pub fresh: bool,
}

/// Where the keys come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum ProtectionKind {
    /// The desktop's keyring.
    Keyring,
    /// A file that the person chose.
    KeyFile,
    /// A passphrase.
    Passphrase,
    /// Nowhere: nothing is written to disk.
    Memory,
    /// Nowhere yet: see `unlock`.
    Locked,
}

/// Opens the local copies.
#[derive(Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct UnlockRequest {
    /// With what.
    pub kind: UnlockKind,
    /// The passphrase, with [`UnlockKind::Passphrase`].
    pub passphrase: Option<String>,
}

/// The ways to open the local copies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum UnlockKind {
    /// Ask again where the keys are: in the keyring, or in the key file that was chosen at the start.
    Keyring,
    /// With a passphrase; the first one given is the one from then on.
    Passphrase,
    /// Keep everything in memory for this run.
    Memory,
}

/// The settings that the window shows.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SettingsView {
    /// Light or dark.
    pub theme: Theme,
    /// How tall rows are.
    pub density: Density,
    /// Days that changes of people are kept.
    pub history_days: u32,
    /// The share of AWS's quotas that Poolkeeper allows itself, from 0.05 to 1.
    #[specta(type = u32)]
    pub share: f64,
    /// Minutes without anything done after which sign-ins, tokens and credentials are forgotten; 0 for never.
    pub lock_minutes: u32,
    /// What is set for each pool with a local copy.
    pub pools: Vec<KnownPoolView>,
    /// Queries kept by name.
    pub saved_views: Vec<SavedViewView>,
    /// The tabs that were open, in their order.
    pub tabs: Vec<TabView>,
}

/// A pool that is open in a tab, as far as the next start shall know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct TabView {
    /// What names the local copy.
    pub pool_key: String,
    /// The page, such as `users`.
    pub page: String,
    /// The name of the saved view that the page shows; `null` when it shows none. Other searches are not kept.
    pub view: Option<String>,
    /// Whether it is the one in front.
    pub front: bool,
}

/// What is set for one pool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct KnownPoolView {
    /// What names the local copy.
    pub pool_key: String,
    /// The pool's name. Foreign text.
    pub name: String,
    /// Whether changes of people are kept.
    pub history: bool,
    /// The columns in order; empty for the usual ones.
    pub columns: Vec<ColumnChoice>,
    /// Whether it is at hand on the first page.
    pub favourite: bool,
}

/// Changes some settings; what is absent stays.
#[derive(Debug, Clone, Default, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SettingsPatch {
    /// Light or dark.
    #[specta(optional)]
    pub theme: Option<Theme>,
    /// How tall rows are.
    #[specta(optional)]
    pub density: Option<Density>,
    /// Days that changes of people are kept.
    #[specta(optional)]
    pub history_days: Option<u32>,
    /// The share of AWS's quotas, from 0.05 to 1.
    #[specta(optional, type = Option<u32>)]
    pub share: Option<f64>,
    /// Minutes without anything done after which secrets are forgotten, at the most a day; 0 for never.
    #[specta(optional)]
    pub lock_minutes: Option<u32>,
    /// A pool's columns.
    #[specta(optional)]
    pub columns: Option<ColumnsPatch>,
    /// Queries kept by name.
    #[specta(optional)]
    pub saved_views: Option<Vec<SavedViewView>>,
    /// The tabs that are open, in their order.
    #[specta(optional)]
    pub tabs: Option<Vec<TabView>>,
    /// Whether changes of a pool's people are kept.
    #[specta(optional)]
    pub history: Option<HistoryPatch>,
    /// Whether a pool is a favourite.
    #[specta(optional)]
    pub favourite: Option<FavouritePatch>,
}

/// Changes whether a pool is a favourite.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FavouritePatch {
    /// What names the local copy.
    pub pool_key: String,
    /// Keep it at hand?
    pub on: bool,
}

/// Changes a pool's columns.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ColumnsPatch {
    /// What names the local copy.
    pub pool_key: String,
    /// The columns in order; empty for the usual ones.
    pub columns: Vec<ColumnChoice>,
}

/// Changes whether a pool's history is kept.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct HistoryPatch {
    /// What names the local copy.
    pub pool_key: String,
    /// Keep changes from now on? What was kept before stays until it is erased.
    pub on: bool,
}

/// Light or dark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum Theme {
    /// As the desktop.
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// How tall rows are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum Density {
    /// 32 px.
    Comfortable,
    /// 28 px.
    Compact,
}

/// Erases every local copy, history and key.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct EraseEverything {
    /// What the person typed: must be `erase everything`.
    pub typed: String,
}

/// The words that must be typed before everything is erased.
pub const ERASE_EVERYTHING: &str = "erase everything";

/// The most views that are kept.
const MOST_VIEWS: usize = 200;

/// The most tabs that are kept.
const MOST_TABS: usize = 100;

/// The file in the data directory that the window keeps its sandbox in.
pub const SANDBOX_FILE: &str = "sandbox.json";

/// Every file of the window's sandbox, what was set aside included, with its length in bytes. Empty when the data
/// directory cannot be read.
#[must_use]
pub fn sandbox_files(data_dir: &Path) -> Vec<(PathBuf, u64)> {
    let Ok(entries) = std::fs::read_dir(data_dir) else { return Vec::new() };
    let ours = |name: &str| name == "sandbox.new" || name == SANDBOX_FILE || name.starts_with("sandbox.json.damaged-");
    let files = entries.flatten().filter(|entry| entry.file_name().to_str().is_some_and(ours));
    files.filter_map(|entry| Some((entry.path(), entry.metadata().ok().filter(Metadata::is_file)?.len()))).collect()
}

impl From<console::Protection> for ProtectionView {
    fn from(protection: console::Protection) -> Self {
        let fresh = matches!(protection, console::Protection::Locked { fresh: true, .. });
        let (kind, backend, message) = match protection {
            console::Protection::Keyring { backend } => (ProtectionKind::Keyring, Some(backend), None),
            console::Protection::KeyFile { path } => (ProtectionKind::KeyFile, Some(path.display().to_string()), None),
            console::Protection::Passphrase => (ProtectionKind::Passphrase, None, None),
            console::Protection::Memory => (ProtectionKind::Memory, None, None),
            console::Protection::Locked { message, .. } => (ProtectionKind::Locked, None, Some(message)),
        };
        Self { kind, backend, message, fresh }
    }
}

impl UnlockRequest {
    /// Where the keys shall come from; `chosen` is what was said at the start, the keyring or a key file.
    ///
    /// # Errors
    /// A validation error when the passphrase is missing or empty.
    pub fn source(self, chosen: console::KeySource) -> Result<console::KeySource, WireError> {
        match (self.kind, self.passphrase) {
            (UnlockKind::Keyring, _) => Ok(chosen),
            (UnlockKind::Memory, _) => Ok(console::KeySource::Memory),
            (UnlockKind::Passphrase, Some(text)) if !text.is_empty() => Ok(console::KeySource::Passphrase(text.into())),
            (UnlockKind::Passphrase, _) => Err(WireError::validation("passphrase", "Type a passphrase.")),
        }
    }
}

impl From<&console::Settings> for SettingsView {
    fn from(settings: &console::Settings) -> Self {
        let pools = settings.pools.iter().map(|pool| {
            let pool_key = pool.key.to_string();
            let columns = settings.columns.get(&pool_key).map_or_else(Vec::new, |c| c.iter().map(Into::into).collect());
            KnownPoolView {
                pool_key,
                name: pool.name.clone(),
                history: pool.history,
                columns,
                favourite: pool.favourite,
            }
        });
        Self {
            theme: match settings.theme {
                console::Theme::System => Theme::System,
                console::Theme::Light => Theme::Light,
                console::Theme::Dark => Theme::Dark,
            },
            density: match settings.density {
                console::Density::Comfortable => Density::Comfortable,
                console::Density::Compact => Density::Compact,
            },
            history_days: settings.history_days,
            share: settings.share,
            lock_minutes: settings.lock_minutes,
            pools: pools.collect(),
            saved_views: settings.saved_views.iter().map(SavedViewView::from).collect(),
            tabs: settings.tabs.iter().map(TabView::from).collect(),
        }
    }
}

impl From<&console::Tab> for TabView {
    fn from(tab: &console::Tab) -> Self {
        Self { pool_key: tab.pool.clone(), page: tab.page.clone(), view: tab.view.clone(), front: tab.front }
    }
}

impl TabView {
    fn into_tab(self, is_view: impl Fn(&String) -> bool) -> console::Tab {
        let view = self.view.filter(is_view);
        console::Tab { pool: self.pool_key, page: self.page, view, front: self.front, other: BTreeMap::new() }
    }
}

impl SettingsPatch {
    /// Checks what a settings file must never hold.
    ///
    /// # Errors
    /// A validation error that names the field.
    pub fn check(&self) -> Result<(), WireError> {
        if self.share.is_some_and(|share| !(0.05..=1.0).contains(&share)) {
            return Err(WireError::validation("share", "The share of AWS's quota lies between 5 % and 100 %."));
        }
        if self.history_days.is_some_and(|days| !(1..=3650).contains(&days)) {
            return Err(WireError::validation("historyDays", "Changes are kept for 1 to 3650 days."));
        }
        if self.lock_minutes.is_some_and(|minutes| minutes > 24 * 60) {
            return Err(WireError::validation("lockMinutes", "Secrets are kept for a day at the most; 0 is for ever."));
        }
        let tabs = self.tabs.as_deref().unwrap_or_default();
        let is_page = |page: &str| page.len() <= 20 && page.bytes().all(|byte| byte.is_ascii_lowercase());
        if tabs.len() > MOST_TABS || !tabs.iter().all(|tab| is_page(&tab.page)) {
            return Err(WireError::validation(
                "tabs",
                format!("At most {MOST_TABS} tabs are kept, each with its page."),
            ));
        }
        self.check_views()
    }

    fn check_views(&self) -> Result<(), WireError> {
        let views = self.saved_views.as_deref().unwrap_or_default();
        if views.len() > MOST_VIEWS {
            return Err(WireError::validation("savedViews", format!("At most {MOST_VIEWS} views are kept.")));
        }
        let mut names = HashSet::new();
        for view in views {
            view.parse()?;
            if !names.insert(view.name.trim()) {
                return Err(WireError::validation("savedViews", "Two views cannot have the same name."));
            }
        }
        Ok(())
    }

    /// Writes what is given into the settings.
    pub fn apply(self, settings: &mut console::Settings) {
        if let Some(theme) = self.theme {
            settings.theme = match theme {
                Theme::System => console::Theme::System,
                Theme::Light => console::Theme::Light,
                Theme::Dark => console::Theme::Dark,
            };
        }
        if let Some(density) = self.density {
            settings.density = match density {
                Density::Comfortable => console::Density::Comfortable,
                Density::Compact => console::Density::Compact,
            };
        }
        settings.history_days = self.history_days.unwrap_or(settings.history_days);
        settings.share = self.share.unwrap_or(settings.share);
        settings.lock_minutes = self.lock_minutes.unwrap_or(settings.lock_minutes);
        if let Some(patch) = self.columns {
            settings.columns.insert(patch.pool_key, patch.columns.iter().map(Into::into).collect());
        }
        if let Some(views) = self.saved_views {
            settings.saved_views = views.iter().map(Into::into).collect();
        }
        if let Some(tabs) = self.tabs {
            // Of pools that are known, and of views by their names alone: a query may have been written in a name's place.
            let known = |tab: &TabView| settings.pools.iter().any(|pool| pool.key.to_string() == tab.pool_key);
            let kept = tabs.into_iter().filter(known).collect::<Vec<_>>();
            let named = |view: &String| settings.saved_views.iter().any(|saved| saved.name == *view);
            settings.tabs = kept.into_iter().map(|tab| tab.into_tab(named)).collect();
        }
        if let Some(patch) = self.history {
            for pool in settings.pools.iter_mut().filter(|pool| pool.key.to_string() == patch.pool_key) {
                pool.history = patch.on;
            }
        }
        if let Some(patch) = self.favourite {
            for pool in settings.pools.iter_mut().filter(|pool| pool.key.to_string() == patch.pool_key) {
                pool.favourite = patch.on;
            }
        }
    }
}
