//! Where things stand in the work tree.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The root of the work tree.
pub(crate) struct Repository {
    root: PathBuf,
}

impl Repository {
    /// The tree that this program was compiled in, or the one that cargo runs it in.
    pub(crate) fn find() -> Result<Self> {
        let manifest = std::env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let root = manifest.ancestors().find(|folder| folder.join("tauri.conf.json").is_file());
        let root = root.context("No tauri.conf.json above this program: run it as `cargo xtask` in the work tree.")?;
        Ok(Self { root: root.to_path_buf() })
    }

    /// The root folder.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// The folder of the user interface.
    pub(crate) fn ui(&self) -> PathBuf {
        self.root.join("ui")
    }

    /// A path below cargo's `target` folder.
    pub(crate) fn target(&self, path: &str) -> PathBuf {
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| self.root.join("target"), PathBuf::from).join(path)
    }
}
