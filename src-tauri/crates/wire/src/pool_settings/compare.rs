//! What differs between two pools.

use model::health::{Answer, Snapshot};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use specta::Type;

use super::pool::PoolSettingsView;
use super::setting::{SettingView, UnansweredView};

/// With which pool.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CompareSettings {
    /// The other pool's id.
    pub pool_id: String,
}

/// A setting that two pools have differently.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ComparedSettingView {
    /// What people look for it under.
    pub area: String,
    /// What people call it.
    pub title: String,
    /// Its place, as a JSON pointer.
    pub pointer: String,
    /// What this pool has, as JSON; `null` for nothing. Foreign text.
    pub here: Option<String>,
    /// What the other pool has, as JSON; `null` for nothing. Foreign text.
    pub there: Option<String>,
}

/// What differs between two pools.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ComparedView {
    /// The settings that differ, but for what AWS alone tells (ids, times).
    pub settings: Vec<ComparedSettingView>,
    /// How many settings were compared.
    pub compared: u32,
    /// Questions that one of the pools did not answer.
    pub unanswered: Vec<UnansweredView>,
}

impl ComparedView {
    /// Compares setting by setting, and what this version does not know. What one of the pools was not asked or did not
    /// answer is no difference and not compared.
    #[must_use]
    pub fn new(here: &Snapshot, there: &Snapshot) -> Self {
        let (left, right) = (PoolSettingsView::from(here), PoolSettingsView::from(there));
        let both = |setting: &&SettingView| {
            setting.changing != "told" && is_answered(here, setting) && is_answered(there, setting)
        };
        let place = |setting: &SettingView| (setting.operation.clone(), setting.pointer.clone());
        let mut all: Vec<&SettingView> = left.settings.iter().filter(both).collect();
        let known: Vec<_> = all.iter().map(|setting| place(setting)).collect();
        all.extend(right.settings.iter().filter(both).filter(|setting| !known.contains(&place(setting))));
        let value = |view: &PoolSettingsView, setting: &SettingView| {
            let found = view.settings.iter().find(|other| place(other) == place(setting));
            found.and_then(|found| found.value.clone())
        };
        let differs = |setting: &&SettingView| {
            let (here, there) = (value(&left, setting), value(&right, setting));
            let parsed = |text: Option<String>| {
                text.and_then(|text| serde_json::from_str::<Value>(&text).ok()).unwrap_or(Value::Null)
            };
            let differences = model::edit::differences(&parsed(here.clone()), &parsed(there.clone()));
            let (area, title) = (setting.area.clone(), setting.title.clone());
            let pointer = setting.pointer.clone();
            (!differences.is_empty()).then_some(ComparedSettingView { area, title, pointer, here, there })
        };
        Self {
            settings: all.iter().filter_map(differs).collect(),
            compared: crate::count(all.len() as u64),
            unanswered: left.unanswered.iter().chain(&right.unanswered).cloned().collect(),
        }
    }
}

/// Whether AWS said what a setting is: that threat protection is off says that none is set.
fn is_answered(snapshot: &Snapshot, setting: &SettingView) -> bool {
    snapshot
        .answer(&setting.operation, "")
        .is_some_and(|answer| matches!(answer, Answer::Given(_)) || answer.says_off())
}
