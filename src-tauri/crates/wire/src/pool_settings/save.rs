//! Settings as a file.

use model::health::Snapshot;
use serde::Deserialize;
use specta::Type;

use crate::settings::SettingsView;
use crate::{ErrorCode, WireError};

/// In which form settings are written into a file.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SaveSettings {
    /// `json`, `terraform`.
    pub format: String,
}

impl SaveSettings {
    /// The end of the file's name, and its bytes.
    ///
    /// # Errors
    /// `validation` on `format`.
    pub fn write(&self, snapshots: &[&Snapshot]) -> Result<(&'static str, Vec<u8>), WireError> {
        match self.format.as_str() {
            "json" => {
                let views: Vec<SettingsView> = snapshots.iter().map(|snapshot| SettingsView::from(*snapshot)).collect();
                let bytes = serde_json::to_vec_pretty(&views)
                    .map_err(|error| WireError::new(ErrorCode::Internal, format!("It cannot be written: {error}.")))?;
                Ok(("json", bytes))
            }
            "terraform" => Ok(("tf", model::terraform::written(snapshots).into_bytes())),
            _ => Err(WireError::validation("format", "Settings are written as json or terraform.")),
        }
    }
}
