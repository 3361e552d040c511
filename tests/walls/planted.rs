//! A breach of each wall, planted, turns it red; what is allowed beside it stays green.

use std::collections::BTreeSet;

use rstest::rstest;

use crate::graph::bare;
use crate::tree::{Dependency, Source, Tree};
use crate::{Wall, breaches};

fn edge(from: &str, to: &str, dev: bool) -> Tree {
    let mut package = bare(from);
    package.dependencies.push(Dependency { name: to.into(), dev });
    Tree { packages: vec![package], sources: Vec::new() }
}

fn file(path: &str, text: &str) -> Tree {
    let mut shell = bare("poolkeeper");
    shell.tests = vec!["tests/wire.rs".into()];
    Tree { packages: vec![shell], sources: vec![Source { path: path.into(), text: text.into() }] }
}

fn climbed(tree: &Tree) -> BTreeSet<Wall> {
    breaches(tree).into_iter().map(|breach| breach.wall).collect()
}

const DEV: bool = true;

#[rstest]
#[case::the_model_on_the_store("poolkeeper-model", "poolkeeper-store", false)]
#[case::the_model_on_the_store_in_tests("poolkeeper-model", "poolkeeper-store", DEV)]
#[case::the_store_on_cognito("poolkeeper-store", "poolkeeper-cognito", false)]
#[case::cognito_on_the_store("poolkeeper-cognito", "poolkeeper-store", DEV)]
#[case::cognito_on_the_sandbox_outside_tests("poolkeeper-cognito", "poolkeeper-sandbox", false)]
#[case::the_console_on_the_sandbox_outside_tests("poolkeeper-console", "poolkeeper-sandbox", false)]
#[case::the_console_on_the_wire("poolkeeper-console", "poolkeeper-wire", false)]
#[case::the_wire_on_the_store("poolkeeper-wire", "poolkeeper-store", false)]
#[case::the_wire_on_the_sandbox_outside_tests("poolkeeper-wire", "poolkeeper-sandbox", false)]
#[case::the_shell_on_the_store("poolkeeper", "poolkeeper-store", false)]
#[case::the_shell_on_the_model_outside_tests("poolkeeper", "poolkeeper-model", false)]
#[case::the_command_line_on_cognito("poolkeeper-cli", "poolkeeper-cognito", DEV)]
#[case::the_store_on_the_sandbox_in_tests("poolkeeper-store", "poolkeeper-sandbox", DEV)]
#[case::the_developers_commands_on_the_model("poolkeeper-xtask", "poolkeeper-model", false)]
fn an_edge_upwards_or_sideways_is_found(#[case] from: &str, #[case] to: &str, #[case] dev: bool) {
    assert_eq!(climbed(&edge(from, to, dev)), BTreeSet::from([Wall::CratesDependDownwards]));
}

#[rstest]
#[case::the_sandbox_on_the_model("poolkeeper-sandbox", "poolkeeper-model", DEV, Wall::SandboxStandsAlone)]
#[case::tauri_in_the_console("poolkeeper-console", "tauri", false, Wall::TauriOnlyInShell)]
#[case::a_plugin_in_the_command_line("poolkeeper-cli", "tauri-plugin-fs", false, Wall::TauriOnlyInShell)]
#[case::tauris_types_in_the_wire("poolkeeper-wire", "tauri-specta", DEV, Wall::TauriOnlyInShell)]
#[case::the_sdk_in_the_console("poolkeeper-console", "aws-sdk-sts", false, Wall::AwsOnlyInCognito)]
#[case::the_sdk_in_tests_of_the_shell("poolkeeper", "aws-sdk-cognitoidentityprovider", DEV, Wall::AwsOnlyInCognito)]
#[case::the_configuration_in_the_sandbox("poolkeeper-sandbox", "aws-config", DEV, Wall::AwsOnlyInCognito)]
#[case::smithys_types_in_the_wire("poolkeeper-wire", "aws-smithy-types", false, Wall::AwsOnlyInCognito)]
#[case::sqlite_in_the_console("poolkeeper-console", "rusqlite", DEV, Wall::SqliteOnlyInStore)]
#[case::migrations_in_the_shell("poolkeeper", "rusqlite_migration", false, Wall::SqliteOnlyInStore)]
#[case::a_server_in_tests_of_cognito("poolkeeper-cognito", "wiremock", DEV, Wall::ServersOnlyInSandbox)]
#[case::a_server_in_the_shell("poolkeeper", "axum", false, Wall::ServersOnlyInSandbox)]
#[case::anyhow_in_the_store("poolkeeper-store", "anyhow", false, Wall::AnyhowOnlyAtTheEdge)]
fn a_dependency_that_has_its_home_elsewhere_is_found(
    #[case] from: &str,
    #[case] to: &str,
    #[case] dev: bool,
    #[case] wall: Wall,
) {
    assert_eq!(climbed(&edge(from, to, dev)), BTreeSet::from([wall]));
}

#[rstest]
#[case::console_to_store("poolkeeper-console", "poolkeeper-store", false)]
#[case::wire_to_console("poolkeeper-wire", "poolkeeper-console", false)]
#[case::shell_serves_the_sandbox("poolkeeper", "poolkeeper-sandbox", false)]
#[case::command_line_serves_the_sandbox("poolkeeper-cli", "poolkeeper-sandbox", false)]
#[case::tests_of_cognito("poolkeeper-cognito", "poolkeeper-sandbox", DEV)]
#[case::tests_of_the_wire("poolkeeper-wire", "poolkeeper-sandbox", DEV)]
#[case::the_sdk_at_home("poolkeeper-cognito", "aws-sdk-sts", false)]
#[case::ciphers_in_the_sandbox("poolkeeper-sandbox", "aws-lc-rs", false)]
#[case::the_connector_of_the_sandbox("poolkeeper-sandbox", "aws-smithy-runtime-api", false)]
#[case::sqlite_at_home("poolkeeper-store", "rusqlite", false)]
#[case::tauri_at_home("poolkeeper", "tauri", false)]
fn an_edge_of_the_plan_is_no_breach(#[case] from: &str, #[case] to: &str, #[case] dev: bool) {
    assert_eq!(climbed(&edge(from, to, dev)), BTreeSet::new());
}

/// A file of a crate.
const CONSOLE: &str = "src-tauri/crates/console/src/sync.rs";
const STORE: &str = "src-tauri/crates/store/src/cache.rs";
const COGNITO: &str = "src-tauri/crates/cognito/src/users.rs";
const MODEL: &str = "src-tauri/crates/model/src/user.rs";
const SANDBOX: &str = "src-tauri/crates/sandbox/src/lib.rs";
const PAGE: &str = "ui/src/pages/users/UsersPage.svelte";

#[rstest]
#[case::tauri_named(CONSOLE, "use tauri::Manager;", Wall::TauriOnlyInShell)]
#[case::tauri_in_a_path(STORE, "fn f() { let x = tauri::VERSION; }", Wall::TauriOnlyInShell)]
#[case::the_sdk_named(CONSOLE, "use aws_sdk_sts::Client;", Wall::AwsOnlyInCognito)]
#[case::the_sdk_in_a_group(CONSOLE, "use {aws_config::Region, std::fs};", Wall::AwsOnlyInCognito)]
#[case::the_sdk_in_the_sandbox(SANDBOX, "fn f() { aws_runtime::go(); }", Wall::AwsOnlyInCognito)]
#[case::sqlite_named(CONSOLE, "fn f() -> u8 { rusqlite::version_number() }", Wall::SqliteOnlyInStore)]
#[case::our_crate_in_the_sandbox(SANDBOX, "use model::User;", Wall::SandboxStandsAlone)]
#[case::a_listener(CONSOLE, "async fn f() { TcpListener::bind(0).await; }", Wall::ServersOnlyInSandbox)]
#[case::a_server(COGNITO, "use hyper::server::conn::http1;", Wall::ServersOnlyInSandbox)]
#[case::a_reexport_of_the_sdk(COGNITO, "pub use aws_sdk_sts::Client;", Wall::NoForeignTypeInPublic)]
#[case::the_sdk_in_a_signature(COGNITO, "pub fn f() -> aws_types::Region {}", Wall::NoForeignTypeInPublic)]
#[case::an_imported_type_in_a_signature(
    COGNITO,
    "use aws_sdk_sts::{Client as Sts}; pub fn f(client: &Sts) {}",
    Wall::NoForeignTypeInPublic
)]
#[case::sqlite_in_a_variant(STORE, "pub enum E { Sql(rusqlite::Error) }", Wall::NoForeignTypeInPublic)]
#[case::sqlite_in_a_method(
    STORE,
    "use rusqlite::Connection; struct S; impl S { pub fn c(&self) -> Option<&Connection> { None } }",
    Wall::NoForeignTypeInPublic
)]
#[case::sqlite_in_a_field(STORE, "pub struct S { pub c: rusqlite::Connection }", Wall::NoForeignTypeInPublic)]
#[case::the_api_in_a_page(PAGE, "import { invoke } from '@tauri-apps/api/core'", Wall::TauriApiOnlyInIpc)]
#[case::generated_in_a_page(PAGE, "import { commands } from '../../ipc/generated/bindings'", Wall::GeneratedOnlyInIpc)]
#[case::generated_by_its_short_name(PAGE, "import { commands } from \"#bindings\";", Wall::GeneratedOnlyInIpc)]
#[case::markup_in_svelte(PAGE, "<p>{@html row.name}</p>", Wall::NoRawHtml)]
#[case::markup_in_script("ui/src/table/cell.ts", "cell.innerHTML = name", Wall::NoRawHtml)]
#[case::a_vague_type(CONSOLE, "struct SyncManager;", Wall::NoVagueName)]
#[case::a_vague_module(STORE, "mod common { }", Wall::NoVagueName)]
#[case::a_vague_file("src-tauri/crates/store/src/query_utils.rs", "", Wall::NoVagueName)]
#[case::a_vague_folder("ui/src/helpers/date.ts", "", Wall::NoVagueName)]
#[case::the_systems_clock(MODEL, "fn f() { jiff::Timestamp::now(); }", Wall::ModelHasNoClock)]
#[case::chance(MODEL, "fn f() -> u8 { rand::random() }", Wall::ModelHasNoClock)]
#[case::to_be_done(CONSOLE, "fn f() { todo!() }", Wall::NothingUnfinished)]
#[case::not_done(STORE, "fn f() { unimplemented!(\"later\") }", Wall::NothingUnfinished)]
#[case::a_text_as_error(CONSOLE, "fn f() -> Result<Vec<u8>, String> { Err(x) }", Wall::ErrorsAreTyped)]
#[case::any_error(CONSOLE, "fn f() -> anyhow::Result<()> { Ok(()) }", Wall::AnyhowOnlyAtTheEdge)]
#[case::any_error_in_a_command("src-tauri/src/commands/users.rs", "use anyhow::Context;", Wall::AnyhowOnlyAtTheEdge)]
#[case::a_test_that_never_runs("tests/forgotten.rs", "", Wall::NoForgottenTest)]
#[case::a_folder_of_tests_that_never_runs("tests/forgotten/main.rs", "", Wall::NoForgottenTest)]
fn a_breach_in_a_file_is_found(#[case] path: &str, #[case] text: &str, #[case] wall: Wall) {
    let found = breaches(&file(path, text));
    let walls: BTreeSet<Wall> = found.iter().map(|breach| breach.wall).collect();
    assert_eq!(walls, BTreeSet::from([wall]));
    assert!(found[0].place.starts_with(path), "the breach names its file: {}", found[0]);
}

#[test]
fn a_file_of_901_lines_is_found_and_one_of_900_is_not() {
    assert_eq!(climbed(&file(MODEL, &"//\n".repeat(901))), BTreeSet::from([Wall::NoHugeFile]));
    assert_eq!(climbed(&file(MODEL, &"//\n".repeat(900))), BTreeSet::new());
}

#[rstest]
#[case::a_comment(CONSOLE, "// rusqlite::Connection, todo!(), anyhow::Result\n/* tauri::App */ fn f() {}")]
#[case::a_text(CONSOLE, "const C: &str = \"use aws_sdk_sts::Client; todo!()\";")]
#[case::the_one_type_that_passes(
    COGNITO,
    "pub use aws_smithy_runtime_api::client::http::SharedHttpClient as HttpClient;"
)]
#[case::a_private_signature(STORE, "use rusqlite::Connection; pub(crate) fn f(c: &Connection) {}")]
#[case::a_private_field(STORE, "pub struct S { c: rusqlite::Connection }")]
#[case::a_free_port_in_a_test("tests/wire.rs", "fn f() { TcpListener::bind(0); }")]
#[case::the_listener_of_the_sign_in(
    "src-tauri/crates/cognito/src/oauth/listener.rs",
    "fn f() { TcpListener::bind(0); }"
)]
#[case::the_start_of_the_shell("src-tauri/src/setup.rs", "use anyhow::Context;")]
#[case::a_name_with_a_vague_word_in_front(CONSOLE, "struct CommonName; struct ServiceQuota; mod score {}")]
#[case::tauris_trait_in_the_shell("src-tauri/src/state.rs", "use tauri::Manager;")]
#[case::the_ipc(
    "ui/src/ipc/client.ts",
    "import { invoke } from '@tauri-apps/api/core'\nexport * from './generated/bindings'"
)]
fn what_the_plan_allows_is_no_breach(#[case] path: &str, #[case] text: &str) {
    let found = breaches(&file(path, text));
    assert!(found.is_empty(), "{}", found[0]);
}

/// A wall without a planted breach in this file is a wall that nobody has seen turn red.
#[test]
fn every_wall_has_a_planted_breach() {
    let this = include_str!("planted.rs");
    for wall in Wall::ALL {
        assert!(this.contains(&format!("Wall::{wall:?}")), "{wall:?} has none");
    }
}
