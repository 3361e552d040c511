//! The configuration keeps the window a guest: each test guards one line of the security bar.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeSet;

use serde_json::Value;

fn read(path: &str) -> Value {
    let root = env!("CARGO_MANIFEST_DIR");
    let text = std::fs::read_to_string(format!("{root}/{path}")).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn config() -> Value {
    read("tauri.conf.json")
}

fn permissions() -> BTreeSet<String> {
    let capability = read("src-tauri/capabilities/main.json");
    let listed = capability["permissions"].as_array().unwrap();
    let permissions: BTreeSet<String> = listed.iter().map(|p| p.as_str().unwrap().to_owned()).collect();
    assert_eq!(permissions.len(), listed.len(), "no permission is listed twice");
    permissions
}

#[test]
fn the_content_security_policy_allows_nothing_but_our_own_files_and_the_ipc() {
    let config = config();
    let csp = config["app"]["security"]["csp"].as_str().unwrap();
    let directives: BTreeSet<&str> = csp.split(';').map(str::trim).collect();
    let expected = [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src ipc: http://ipc.localhost",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-src 'none'",
    ];
    assert_eq!(directives, expected.into());
    assert!(!csp.contains("unsafe"), "no inline scripts, styles or eval");
    assert!(config["app"]["security"]["dangerousDisableAssetCspModification"].is_null());
    assert!(config["app"]["security"]["devCsp"].is_null(), "the same policy holds while developing");
}

#[test]
fn prototypes_are_frozen_and_there_is_no_global_tauri_and_no_asset_protocol() {
    let config = config();
    assert_eq!(config["app"]["security"]["freezePrototype"], true);
    assert_eq!(config["app"]["withGlobalTauri"], false);
    assert!(config["app"]["security"]["assetProtocol"].is_null());
}

#[test]
fn only_the_main_window_has_a_capability_and_no_remote_page_has_one() {
    assert_eq!(config()["app"]["security"]["capabilities"], serde_json::json!(["main"]));
    let folder = format!("{}/src-tauri/capabilities", env!("CARGO_MANIFEST_DIR"));
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), 1, "capabilities merge, so there is one file");
    let capability = read("src-tauri/capabilities/main.json");
    assert_eq!(capability["windows"], serde_json::json!(["main"]));
    assert!(capability["webviews"].is_null() && capability["remote"].is_null());
}

#[test]
fn every_registered_command_is_allowed_by_name_and_nothing_else_is() {
    let commands = poolkeeper::command_names().into_iter().map(|name| format!("allow-{}", name.replace('_', "-")));
    let core = ["core:event:allow-listen", "core:event:allow-unlisten"].map(str::to_owned);
    assert_eq!(permissions(), commands.chain(core).collect());
}

#[test]
fn no_plugin_reaches_files_shells_or_the_network() {
    let package = root_package();
    let plugins: Vec<&str> =
        package.dependencies.iter().map(|d| d.name.as_str()).filter(|name| name.starts_with("tauri-plugin-")).collect();
    assert_eq!(plugins, ["tauri-plugin-deep-link", "tauri-plugin-single-instance"]);
    // Links of one scheme are heard of; what they say is read in Rust, and the page is given no command of a plugin.
    assert_eq!(config()["plugins"], serde_json::json!({ "deep-link": { "desktop": { "schemes": ["poolkeeper"] } } }));
    assert!(permissions().iter().all(|permission| !permission.starts_with("deep-link")));
}

#[test]
fn developer_tools_are_left_out_of_release_builds() {
    let package = root_package();
    let tauri = package.dependencies.iter().filter(|d| d.name == "tauri");
    for feature in tauri.flat_map(|d| d.features.clone()).chain(package.features.values().flatten().cloned()) {
        assert!(!feature.contains("devtools"), "{feature}");
        assert!(!feature.contains("asset"), "{feature}");
    }
    assert!(config()["app"]["windows"][0]["devtools"].is_null());
}

fn root_package() -> cargo_metadata::Package {
    let metadata = cargo_metadata::MetadataCommand::new().no_deps().exec().unwrap();
    metadata.packages.into_iter().find(|package| package.name.as_str() == "poolkeeper").unwrap()
}

#[test]
fn the_window_is_made_in_code_so_that_navigation_is_locked_before_the_first_page() {
    let windows = &config()["app"]["windows"];
    assert_eq!(windows.as_array().unwrap().len(), 1);
    assert_eq!(windows[0]["create"], false);
    assert_eq!(windows[0]["title"], "Poolkeeper", "no foreign text reaches the title");
}

#[test]
fn navigation_stays_on_the_apps_own_pages() {
    for own in [
        "tauri://localhost/",
        "tauri://localhost/index.html?q=a",
        "http://tauri.localhost/",
        "https://tauri.localhost/x",
    ] {
        assert!(poolkeeper::is_own_page(&own.parse().unwrap()), "{own}");
    }
    for foreign in [
        "https://example.com/",
        "http://tauri.localhost.example.com/",
        "https://tauri.localhost:8443/",
        "https://user@tauri.localhost/",
        "http://localhost/",
        "tauri://example/",
        "file:///etc/passwd",
        "data:text/html,x",
        "javascript:alert(1)",
        "about:blank",
        "blob:tauri://localhost/1",
    ] {
        assert!(!poolkeeper::is_own_page(&foreign.parse().unwrap()), "{foreign}");
    }
}
