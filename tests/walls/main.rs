//! The walls of the house, as `docs/architecture.md` draws them under "Who may depend on what".
//!
//! The rules are functions over a tree that is given as data. One test gives them the real tree, which has no breach;
//! the others plant one breach each and see that its wall, by name, turns red.

#![expect(clippy::unwrap_used, reason = "a test ends at the first thing that it cannot read")]

mod api;
mod graph;
mod planted;
mod rust;
mod tree;
mod web;

use std::fmt;

use tree::Tree;

/// One rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Wall {
    /// A crate of ours depends on one that stands above or beside it.
    CratesDependDownwards,
    /// The sandbox knows a crate of ours, so that a shared mistake could hide.
    SandboxStandsAlone,
    /// `tauri` outside the shell.
    TauriOnlyInShell,
    /// AWS's crates outside `cognito`.
    AwsOnlyInCognito,
    /// SQLite outside `store`.
    SqliteOnlyInStore,
    /// Something that listens outside the sandbox.
    ServersOnlyInSandbox,
    /// A type of AWS, SQLite, Tauri or a server in a public signature.
    NoForeignTypeInPublic,
    /// `@tauri-apps/*` outside `ui/src/ipc`.
    TauriApiOnlyInIpc,
    /// Generated types imported outside `ui/src/ipc`.
    GeneratedOnlyInIpc,
    /// Markup from text in the web view.
    NoRawHtml,
    /// A module, type or file whose name says nothing.
    NoVagueName,
    /// A clock or chance in `model`.
    ModelHasNoClock,
    /// `todo!` or `unimplemented!`.
    NothingUnfinished,
    /// `Result<_, String>`.
    ErrorsAreTyped,
    /// `anyhow` where callers need to tell errors apart.
    AnyhowOnlyAtTheEdge,
    /// More than 900 lines.
    NoHugeFile,
    /// A test file that cargo does not run, because the root package lists its tests.
    NoForgottenTest,
}

impl Wall {
    /// All of them.
    pub(crate) const ALL: [Self; 17] = [
        Self::CratesDependDownwards,
        Self::SandboxStandsAlone,
        Self::TauriOnlyInShell,
        Self::AwsOnlyInCognito,
        Self::SqliteOnlyInStore,
        Self::ServersOnlyInSandbox,
        Self::NoForeignTypeInPublic,
        Self::TauriApiOnlyInIpc,
        Self::GeneratedOnlyInIpc,
        Self::NoRawHtml,
        Self::NoVagueName,
        Self::ModelHasNoClock,
        Self::NothingUnfinished,
        Self::ErrorsAreTyped,
        Self::AnyhowOnlyAtTheEdge,
        Self::NoHugeFile,
        Self::NoForgottenTest,
    ];
}

/// Where a wall was climbed.
#[derive(Clone, Debug)]
pub(crate) struct Breach {
    /// Which wall.
    pub(crate) wall: Wall,
    /// A file with its line, or a package.
    pub(crate) place: String,
    /// What stands there.
    pub(crate) what: String,
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}: {}", self.wall, self.place, self.what)
    }
}

/// All breaches of a tree.
pub(crate) fn breaches(tree: &Tree) -> Vec<Breach> {
    let mut found = graph::breaches(tree);
    for source in &tree.sources {
        if source.path.ends_with(".rs") {
            found.extend(rust::breaches(source));
            found.extend(api::breaches(source));
        } else {
            found.extend(web::breaches(source));
        }
    }
    found
}

#[test]
fn the_house_keeps_its_walls() {
    let tree = Tree::read();
    assert!(tree.packages.len() >= 9, "every package of the workspace was read");
    for seen in ["src-tauri/src/lib.rs", "src-tauri/crates/model/src/lib.rs", "ui/src/main.ts", "tests/walls/main.rs"] {
        assert!(tree.sources.iter().any(|source| source.path == seen), "{seen} was read");
    }
    let found = breaches(&tree);
    let list = found.iter().map(|breach| format!("  {breach}\n")).collect::<String>();
    assert!(found.is_empty(), "{} breaches:\n{list}", found.len());
}
