//! What packages may depend on.

use crate::tree::{Dependency, Package, Tree};
use crate::{Breach, Wall};

/// Crates that answer HTTP requests.
const SERVERS: &[&str] =
    &["actix-web", "axum", "httpmock", "hyper", "mockito", "poem", "rocket", "tiny_http", "warp", "wiremock"];

/// A package's short name, what of ours it may depend on, and what of ours its tests may depend on besides.
const HOUSE: &[(&str, &[&str], &[&str])] = &[
    ("model", &[], &[]),
    ("store", &["model"], &[]),
    ("cognito", &["model"], &["sandbox"]),
    ("console", &["model", "store", "cognito"], &["sandbox"]),
    ("wire", &["model", "console"], &["sandbox"]),
    ("shell", &["wire", "console", "sandbox"], &["model"]),
    ("cli", &["wire", "console", "sandbox"], &["model"]),
    ("sandbox", &[], &[]),
    ("xtask", &[], &[]),
];

/// Breaches in the graph of packages.
pub(crate) fn breaches(tree: &Tree) -> Vec<Breach> {
    let edges = tree.packages.iter().flat_map(|package| {
        package.dependencies.iter().filter_map(|dependency| {
            let wall = climbed(short(&package.name), dependency)?;
            let kind = if dependency.dev { "a dev-dependency" } else { "a dependency" };
            Some(Breach { wall, place: package.name.clone(), what: format!("{} as {kind}", dependency.name) })
        })
    });
    edges.chain(forgotten(tree)).collect()
}

fn climbed(package: &str, dependency: &Dependency) -> Option<Wall> {
    let name = dependency.name.as_str();
    let outside = |home: &[&str]| !home.contains(&package);
    if name == "poolkeeper" || name.starts_with("poolkeeper-") {
        let (_, always, for_tests) = HOUSE.iter().find(|(house, ..)| *house == package)?;
        let allowed = always.contains(&short(name)) || (dependency.dev && for_tests.contains(&short(name)));
        return match (allowed, package) {
            (true, _) => None,
            (false, "sandbox") => Some(Wall::SandboxStandsAlone),
            (false, _) => Some(Wall::CratesDependDownwards),
        };
    }
    match name {
        _ if name == "tauri" || name.starts_with("tauri-") => outside(&["shell"]).then_some(Wall::TauriOnlyInShell),
        "aws-smithy-runtime-api" | "aws-smithy-types" => {
            outside(&["cognito", "sandbox"]).then_some(Wall::AwsOnlyInCognito)
        }
        // A library of ciphers, no part of the SDK.
        "aws-lc-rs" => None,
        _ if name.starts_with("aws-") => outside(&["cognito"]).then_some(Wall::AwsOnlyInCognito),
        _ if name.starts_with("rusqlite") || name == "libsqlite3-sys" => {
            outside(&["store"]).then_some(Wall::SqliteOnlyInStore)
        }
        _ if SERVERS.contains(&name) => outside(&["sandbox"]).then_some(Wall::ServersOnlyInSandbox),
        "anyhow" => outside(&["shell", "cli", "xtask"]).then_some(Wall::AnyhowOnlyAtTheEdge),
        _ => None,
    }
}

/// Tests of the root package that its manifest does not list, so that they would never run.
fn forgotten(tree: &Tree) -> impl Iterator<Item = Breach> + '_ {
    let listed = |path: &str| tree.packages.iter().any(|package| package.tests.iter().any(|test| test == path));
    tree.sources.iter().filter(|source| is_test_root(&source.path)).filter(move |source| !listed(&source.path)).map(
        |source| Breach {
            wall: Wall::NoForgottenTest,
            place: source.path.clone(),
            what: "has no [[test]] in Cargo.toml".into(),
        },
    )
}

fn is_test_root(path: &str) -> bool {
    path.strip_prefix("tests/").is_some_and(|rest| match rest.split_once('/') {
        None => rest.ends_with(".rs"),
        Some((_, file)) => file == "main.rs",
    })
}

fn short(package: &str) -> &str {
    package.strip_prefix("poolkeeper-").unwrap_or(if package == "poolkeeper" { "shell" } else { package })
}

/// A package that depends on nothing, for planting.
pub(crate) fn bare(name: &str) -> Package {
    Package { name: name.into(), dependencies: Vec::new(), tests: Vec::new() }
}
