//! The real window under a virtual display: what a person sees and does, from the first launch on.
//!
//! `cargo xtask test --only e2e` starts the display and the session bus that these tests need.
#![expect(clippy::unwrap_used, reason = "a test says what went wrong by panicking")]

mod accessibility;
mod challenges;
mod changes;
mod comforts;
mod cost;
mod damage;
mod health;
mod hostile;
mod imports;
mod keyboard;
mod lab;
mod large;
mod offline;
mod screens;
mod single;
mod tabs;
mod things;
mod thread;
mod tokens;
mod trouble;
mod window;

use std::path::PathBuf;

/// A data folder that goes with the test.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn data(&self) -> PathBuf {
        self.0.path().join("data")
    }
}
