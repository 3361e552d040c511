//! Tells Tauri which of our commands exist, so that the access-control list covers them too.
//!
//! The list is read from the one capability file: a command that is missing there is not only unlisted but refused, and
//! `tests/config.rs` compares it with the commands that are registered.

use std::error::Error;
use std::fs;

use tauri_build::{AppManifest, Attributes};

const CAPABILITY: &str = "src-tauri/capabilities/main.json";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed={CAPABILITY}");
    let commands: Vec<&'static str> = commands(&fs::read_to_string(CAPABILITY)?)?;
    let manifest = AppManifest::new().commands(commands.leak());
    tauri_build::try_build(
        Attributes::new().capabilities_path_pattern("src-tauri/capabilities/*.json").app_manifest(manifest),
    )?;
    Ok(())
}

/// The commands behind the capability's `allow-…` permissions.
fn commands(capability: &str) -> Result<Vec<&'static str>, Box<dyn Error>> {
    let capability: serde_json::Value = serde_json::from_str(capability)?;
    let permissions = capability["permissions"].as_array().ok_or("the capability lists no permissions")?;
    Ok(permissions
        .iter()
        .filter_map(|permission| permission.as_str()?.strip_prefix("allow-"))
        .map(|command| &*command.replace('-', "_").leak())
        .collect())
}
