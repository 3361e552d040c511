//! Changing users and groups in the real window: preview, job, undo; forms; the matrix; Production.

use sandbox::{Fault, Options, Quota, Sandbox, When};
use serde_json::{Value, json};

use crate::Folder;
use crate::offline::open_endpoint;
use crate::screens::{open_sandbox, search};
use crate::window::{Start, Window};

const ESCAPE: &str = "\u{E00C}";

async fn sandbox(folder: &Folder, theme: &'static str) -> Window {
    let start = Start { data: folder.data(), theme: Some(theme), sandbox_users: Some(400), ..Start::default() };
    let window = Window::start(start).await;
    open_sandbox(&window).await;
    window
}

/// How many users the local copy has as disabled.
async fn disabled(window: &Window) -> Value {
    let ask = "const done = arguments[arguments.length - 1]; window.__TAURI_INTERNALS__.invoke('get_overview')\
        .then((view) => done(view.disabled), (why) => done(String(why.message)))";
    window.run_later(ask, vec![]).await
}

#[tokio::test]
async fn everybody_of_a_query_is_disabled_after_a_preview_and_enabled_again_by_undo() {
    let folder = Folder::new();
    let window = sandbox(&folder, "light").await;
    let before = disabled(&window).await;
    search(&window, "status:confirmed").await;
    window.click("button", "/^Change all \\d+$/").await;
    window.get("menuitem", "/^Disable/").await;
    window.show("changes-menu").await;
    window.click("menuitem", "/^Disable/").await;
    window.get("dialog", "/^Disable \\d+ users$/").await;
    window.sees("AdminDisableUser").await;
    window.show("changes-plan").await;
    window.resize(960, 600).await;
    window.show("changes-plan-small").await;
    window.resize(1440, 900).await;
    assert_eq!(disabled(&window).await, before, "a preview changes nothing");
    window.fill("textbox", "Reason", "left the company").await;
    window.click("button", "/^Disable \\d+ users$/").await;
    window.sees("Disable users: ").await;
    assert!(disabled(&window).await.as_u64() > before.as_u64().map(|number| number + 50), "they are disabled");
    window.click("button", "Open").await;
    window.get("complementary", "Job").await;
    window.sees("left the company").await;
    window.show("changes-job").await;

    window.click("button", "Undo").await;
    window.get("dialog", "/^Undo: Disable users$/").await;
    window.show("changes-undo").await;
    window.click("button", "/^Undo: Disable users$/").await;
    window.wait("all are enabled again", async || disabled(&window).await == before).await;

    window.click("button", "Audit").await;
    window.sees("AdminEnableUser").await;
    window.click("button", "Verify").await;
    window.sees("The chain is whole").await;
    window.show("changes-audit").await;
    window.quit().await;
}

#[tokio::test]
async fn a_user_is_created_and_edited_put_into_a_group_by_the_matrix_and_deleted_once_production_is_unlocked() {
    let folder = Folder::new();
    let window = sandbox(&folder, "dark").await;
    window.click("button", "New user").await;
    window.fill("textbox", "Username", "zz-new").await;
    window.fill("textbox", "/^E-mail/", "zz-new@postbox.example").await;
    window.fill("textbox", "Name", "Zora New").await;
    window.show("changes-new-user").await;
    window.click("button", "Preview").await;
    window.get("dialog", "Create zz-new").await;
    window.sees("zz-new@postbox.example").await;
    window.click("button", "Create zz-new").await;
    window.sees("Create a user: 1 done").await;

    search(&window, "zz-new").await;
    window.click_first_row().await;
    window.click("button", "Edit").await;
    window.fill("textbox", "Name", "Zora Newer").await;
    window.show("changes-edit").await;
    window.click("button", "Preview the changes").await;
    window.get("dialog", "/^Change attributes of Zora New/").await;
    window.show("changes-edit-plan").await;
    window.click("button", "/^Change attributes of Zora New/").await;
    window.sees("Set attributes: 1 done").await;
    window.get("heading", "Zora Newer").await;
    window.click("tab", "Sign-in").await;
    window.click("button", "Why can’t this person sign in?").await;
    window.sees("As AWS listed the user at").await;
    window.show("changes-why").await;
    window.press(ESCAPE).await;

    window.click("button", "Groups").await;
    window.get("heading", "Groups").await;
    window.show("changes-groups").await;
    window.click("button", "Matrix").await;
    window.fill("textbox", "Users of the matrix", "zz-new").await;
    window.click("button", "Find").await;
    window.click("checkbox", "Zora Newer in beta").await;
    window.click("checkbox", "Zora Newer in newsletter").await;
    window.sees("2 changes").await;
    window.show("changes-matrix").await;
    window.click("button", "Preview").await;
    window.get("dialog", "Change the groups of 1 user").await;
    window.show("changes-matrix-plan").await;
    window.click("button", "Change the groups of 1 user").await;
    window.sees("Change groups: 1 done").await;

    production(&window).await;
    window.click("button", "Users").await;
    search(&window, "zz-new group:beta group:newsletter").await;
    window.click("button", "Change all 1").await;
    window.click("menuitem", "/^Delete$/").await;
    window.get("dialog", "Delete 1 user").await;
    window.sees("Production is read-only").await;
    window.fill("textbox", "Name of the pool", "customers").await;
    window.show("changes-locked").await;
    window.click("button", "Unlock").await;
    window.sees("This cannot be taken back").await;
    window.fill("textbox", "Name of the pool", "customers").await;
    window.show("changes-delete").await;
    window.click("button", "Delete 1 user").await;
    window.sees("Delete users: 1 done").await;
    window.get("heading", "/^Nobody matches/").await;
    window.quit().await;
}

/// Says that the sandbox is Production, as a person does at the start.
async fn production(window: &Window) {
    let label = "const done = arguments[arguments.length - 1]; window.__TAURI_INTERNALS__.invoke('label_connection', \
        { request: { connection: { profile: null, region: arguments[0], endpoint: null, sandbox: true }, \
        environment: 'production', label: null } }).then(() => done('said'), (why) => done(String(why.message)))";
    assert_eq!(window.run_later(label, vec![json!("eu-west-1")]).await, json!("said"));
}

#[tokio::test]
async fn what_only_a_call_about_a_person_tells_has_its_price_and_waits_to_be_asked_for() {
    let folder = Folder::new();
    let window = sandbox(&folder, "light").await;
    search(&window, "username:maria.keller").await;
    window.click_first_row().await;
    window.click("tab", "Sign-in").await;
    window.sees("AdminGetUser may bill").await;
    window.show("changes-reveals").await;
    window.click("button", "Look at second factors").await;
    window.sees("AdminGetUser is free: this person is counted this month already.").await;
    window.click("button", "Look at remembered devices").await;
    window.sees("No device is remembered.").await;
    window.show("changes-revealed").await;
    window.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_waits_where_aws_throttles_and_says_so_where_the_network_is_gone() {
    let folder = Folder::new();
    let place = Sandbox::new(Options { users: 60, quota: Quota::Off, ..Options::default() });
    let server = place.serve(0).await.unwrap();
    let start = Start { data: folder.data(), theme: Some("dark"), ..Start::default() };
    let window = Window::start(start).await;
    open_endpoint(&window, &server.endpoint()).await;
    window.synced().await;
    window.resize(960, 600).await;
    search(&window, "username:maria.keller").await;
    window.click_first_row().await;
    window.click("tab", "Sign-in").await;
    place.weather().plan_fault(Some("AdminGetUser"), When::First(2), Fault::Throttle);
    window.click("button", "Look at second factors").await;
    window.sees("None is turned on.").await;
    assert_eq!(place.calls().of("AdminGetUser"), 3, "it was tried again, and not without end");

    place.weather().set_offline(true);
    window.click("button", "Look at remembered devices").await;
    window.wait("it says so", async || window.text().await.contains("cannot be reached")).await;
    window.show("changes-reveal-offline").await;
    place.weather().set_offline(false);
    window.click("button", "Look at remembered devices").await;
    window.sees("No device is remembered.").await;
    window.quit().await;
}
