//! The tree as data: packages with what they depend on, and source files.

use std::fs;
use std::path::Path;

use cargo_metadata::{DependencyKind, MetadataCommand};

/// What the rules look at.
#[derive(Clone, Default)]
pub(crate) struct Tree {
    /// The packages of the workspace.
    pub(crate) packages: Vec<Package>,
    /// Rust, TypeScript and Svelte files, with `/` between folders.
    pub(crate) sources: Vec<Source>,
}

/// A package of the workspace.
#[derive(Clone)]
pub(crate) struct Package {
    /// Its name, `poolkeeper-store`.
    pub(crate) name: String,
    /// What it depends on.
    pub(crate) dependencies: Vec<Dependency>,
    /// The root files of its integration tests, relative to the root of the tree.
    pub(crate) tests: Vec<String>,
}

/// An edge of the graph.
#[derive(Clone)]
pub(crate) struct Dependency {
    /// The package that is needed.
    pub(crate) name: String,
    /// For tests and benches alone.
    pub(crate) dev: bool,
}

/// A file.
#[derive(Clone)]
pub(crate) struct Source {
    /// Relative to the root of the tree.
    pub(crate) path: String,
    /// All of it.
    pub(crate) text: String,
}

impl Source {
    /// The short name of the package: `model`, `store`, … or `shell` for the root package.
    pub(crate) fn package(&self) -> &str {
        self.path.strip_prefix("src-tauri/crates/").and_then(|rest| rest.split('/').next()).unwrap_or("shell")
    }

    /// Whether it is an integration test or a bench.
    pub(crate) fn is_test(&self) -> bool {
        self.path.starts_with("tests/") || self.path.contains("/tests/") || self.path.contains("/benches/")
    }
}

impl Tree {
    /// The real one.
    pub(crate) fn read() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut sources = Vec::new();
        for folder in ["src-tauri", "tests", "ui/src"] {
            collect(root, &root.join(folder), &mut sources);
        }
        Self { packages: packages(root), sources }
    }
}

fn packages(root: &Path) -> Vec<Package> {
    let metadata = MetadataCommand::new().current_dir(root).no_deps().exec().unwrap();
    let package = |package: &cargo_metadata::Package| Package {
        name: package.name.to_string(),
        dependencies: package
            .dependencies
            .iter()
            .map(|dependency| Dependency {
                name: dependency.name.clone(),
                dev: dependency.kind == DependencyKind::Development,
            })
            .collect(),
        tests: package
            .targets
            .iter()
            .filter(|target| target.is_test())
            .map(|target| relative(root, target.src_path.as_std_path()))
            .collect(),
    };
    metadata.packages.iter().map(package).collect()
}

fn collect(root: &Path, folder: &Path, sources: &mut Vec<Source>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() {
            if !["node_modules", "dist", "gen", "target"].contains(&name.as_str()) {
                collect(root, &path, sources);
            }
        } else if [".rs", ".ts", ".svelte", ".js"].iter().any(|end| name.ends_with(end)) {
            sources.push(Source { path: relative(root, &path), text: fs::read_to_string(&path).unwrap() });
        }
    }
}

fn relative(root: &Path, path: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).to_string_lossy().replace('\\', "/")
}
