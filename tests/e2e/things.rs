//! What a pool consists of in the real window: a provider with its secret, a resource server, a domain.

use crate::Folder;
use crate::accessibility::clean;
use crate::window::{Start, Window};

const ENTER: &str = "\u{E007}";
const WRITTEN: &str = "The settings were read again: this changed and nothing else.";

async fn write(window: &Window) {
    window.click("button", "Write it").await;
    window.sees(WRITTEN).await;
    window.click("button", "/^Close$/").await;
}

#[tokio::test]
async fn a_provider_a_resource_server_and_a_domain_come_change_and_go() {
    let folder = Folder::new();
    let window = Window::start(Start { data: folder.data(), theme: Some("light"), ..Start::default() }).await;
    crate::screens::open_sandbox(&window).await;
    window.click("button", "Pool settings").await;
    window.click("button", "Providers and domains").await;
    window.get("heading", "Domains").await;

    window.click("button", "Add a provider").await;
    window.fill("textbox", "/^Name/", "Corp").await;
    window
        .fill(
            "textbox",
            "/^Details/",
            &["client_id = a", "oidc_issuer = https://corp.example", "authorize_scopes = openid"].join(ENTER),
        )
        .await;
    window.fill("password", "/^client_secret/", "hush-hush").await;
    window.show("provider").await;
    clean(&window, "adding a provider").await;
    window.click("button", "Preview").await;
    window.sees("One call to CreateIdentityProvider").await;
    assert!(!window.text().await.contains("hush-hush"));
    window.show("provider-preview").await;
    write(&window).await;
    window.get("button", "Change Corp").await;
    assert!(!window.text().await.contains("hush-hush"));

    window.click("button", "Add a domain").await;
    window.fill("textbox", "/^Prefix/", "a-shop-of-ours").await;
    window.show("domain").await;
    clean(&window, "adding a domain").await;
    window.click("button", "Preview").await;
    write(&window).await;

    window.click("button", "/^Change sandbox.example/").await;
    window
        .fill(
            "textbox",
            "/^Scopes/",
            &["read = See everything", "write = Change everything", "all = Everything"].join(ENTER),
        )
        .await;
    window.show("server").await;
    window.click("button", "Preview").await;
    write(&window).await;
    window.sees("sandbox.example/all").await;
    window.show("providers").await;
    clean(&window, "providers and domains").await;

    window.click("button", "Delete a-shop-of-ours").await;
    window.sees("Somebody else can take the name at once").await;
    window.fill("textbox", "/^This cannot be taken back/", "customers").await;
    window.show("domain-delete").await;
    write(&window).await;
    window.wait("the domain is gone", async || !window.text().await.contains("a-shop-of-ours")).await;
    window.quit().await;
}

#[tokio::test]
async fn an_app_client_is_made_from_a_blueprint_and_taken_back() {
    let folder = Folder::new();
    let window = Window::start(Start { data: folder.data(), theme: Some("dark"), ..Start::default() }).await;
    crate::screens::open_sandbox(&window).await;
    window.click("button", "App clients").await;
    window.get("heading", "Who may do what").await;
    window.click("button", "New app client").await;
    window.sees("Has a secret").await;
    window.show("blueprint").await;
    clean(&window, "a blueprint").await;
    window.choose("combobox", "What it is for", "client-machine").await;
    window.fill("textbox", "Name", "nightly").await;
    window.fill("textbox", "/^Scopes/", "sandbox.example/read").await;
    window.show("blueprint-machine").await;
    window.click("button", "Preview").await;
    window.sees("One call to CreateUserPoolClient").await;
    window.show("blueprint-preview").await;
    window.click("button", "Write it").await;
    window.sees(WRITTEN).await;
    window.show("blueprint-made").await;
    window.click("button", "Undo").await;
    window.sees("Its id and its secret never come again").await;
    window.fill("textbox", "/^This cannot be taken back/", "customers").await;
    write(&window).await;
    window.wait("the client is gone", async || !window.text().await.contains("nightly")).await;
    window.click("button", "Pool settings").await;
    window.click("button", "Providers and domains").await;
    window.click("button", "Add a provider").await;
    window.show("provider-dark").await;
    window.quit().await;
}

#[tokio::test]
async fn a_pool_is_made_from_a_blueprint_and_opened() {
    let folder = Folder::new();
    let theme = std::env::var("POOLKEEPER_SCREENS_THEME").ok();
    let window = Window::start(Start { data: folder.data(), theme: theme.as_deref(), ..Start::default() }).await;
    crate::screens::open_sandbox(&window).await;
    window.click("button", "Identity pools").await;
    window.click("button", "New identity pool").await;
    window.sees("Classic flow").await;
    window.show("new-identity-pool").await;
    clean(&window, "a new identity pool").await;
    window.click("button", "Close").await;
    window.press_with("\u{E009}", "w").await;
    window.click("button", "New user pool").await;
    window.sees("Deletion protection").await;
    window.show("new-pool").await;
    clean(&window, "a new pool").await;
    window.fill("textbox", "Name", "tull").await;
    window.click("button", "Preview").await;
    window.click("button", "Back to what you typed").await;
    window.fill("textbox", "Name", "till").await;
    window.click("button", "Preview").await;
    window.sees("One call to SetUserPoolMfaConfig").await;
    window.show("new-pool-preview").await;
    clean(&window, "a pool before it is made").await;
    window.resize(960, 600).await;
    window.show("new-pool-preview-960x600").await;
    window.click("button", "Make it").await;
    window.sees("The pool is there").await;
    window.show("new-pool-made").await;
    window.click("button", "Open it").await;
    window.get("button", "Pool till").await;
    window.synced().await;
    window.show("new-pool-open").await;
    window.click("button", "Cost & MAU").await;
    window.get("heading", "/Cost/").await;
    window.show("new-pool-cost").await;
    window.quit().await;
}

#[tokio::test]
async fn an_attribute_a_second_secret_a_look_and_identities_are_seen_and_made() {
    let folder = Folder::new();
    let theme = std::env::var("POOLKEEPER_SCREENS_THEME").ok();
    let window = Window::start(Start { data: folder.data(), theme: theme.as_deref(), ..Start::default() }).await;
    crate::screens::open_sandbox(&window).await;
    window.click("button", "Pool settings").await;
    window.click("button", "Attributes").await;
    window.click("button", "Add an attribute").await;
    window.fill("textbox", "/^Name/", "loyalty").await;
    window.show("attribute").await;
    clean(&window, "adding an attribute").await;
    window.click("button", "Preview").await;
    window.sees("One call to AddCustomAttributes").await;
    window.show("attribute-preview").await;
    window.fill("textbox", "/^This cannot be taken back/", "customers").await;
    write(&window).await;
    window.sees("custom:loyalty").await;

    window.click("button", "App clients").await;
    window.click("button", "/^server/").await;
    window.sees("An app client can have two secrets").await;
    clean(&window, "a client with its secrets").await;
    window.click("button", "Add a second secret").await;
    window.sees("One call to AddUserPoolClientSecret").await;
    window.show("secret-preview").await;
    window.click("button", "Write it").await;
    window.sees("AWS tells it this once").await;
    window.show("secret-made").await;
    clean(&window, "a secret that was made").await;
    window.click("button", "/^Close$/").await;
    window.show("secrets").await;
    window.click("button", "Look").await;
    window.sees("Classic hosted pages").await;
    window.show("client-look").await;
    clean(&window, "the look of a client").await;

    window.click("button", "Identity pools").await;
    window.click("button", "List identities").await;
    window.sees("Nobody has an identity here.").await;
    window.show("identities").await;
    window.resize(960, 600).await;
    window.show("identities-960x600").await;
    clean(&window, "identities").await;
    window.quit().await;
}

#[tokio::test]
async fn logs_have_a_form_second_factors_go_off_and_on_and_two_app_clients_are_compared() {
    let folder = Folder::new();
    let theme = std::env::var("POOLKEEPER_SCREENS_THEME").ok();
    let window = Window::start(Start { data: folder.data(), theme: theme.as_deref(), ..Start::default() }).await;
    crate::screens::open_sandbox(&window).await;
    window.click("button", "Pool settings").await;
    window.fill("searchbox", "Search the settings", "export of logs").await;
    window.click("button", "/^Change.*Export of logs/").await;
    window.sees("Messages that could not be sent").await;
    window.click("checkbox", "Export it").await;
    window.show("logs").await;
    clean(&window, "the export of logs").await;
    window.fill("textbox", "ARN", "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/vendedlogs/shop").await;
    window.click("button", "Preview").await;
    window.sees("One call to SetLogDeliveryConfiguration").await;
    write(&window).await;

    window.fill("searchbox", "Search the settings", "second factor").await;
    let mode = "Change: Second factor";
    for (value, shot) in [("OFF", "factors-off"), ("OPTIONAL", "factors-on")] {
        window.click("button", mode).await;
        window.choose("combobox", "Second factor", value).await;
        window.click("button", "Preview").await;
        window.sees("One call to SetUserPoolMfaConfig").await;
        window.sees("SoftwareTokenMfaConfiguration").await;
        window.show(shot).await;
        write(&window).await;
    }
    window.click("button", "Triggers").await;
    window.show("triggers").await;
    window.click("button", "Compare").await;
    window.show("compare").await;
    clean(&window, "comparing").await;
    window.click("button", "App clients").await;
    window.get("heading", "Who may do what").await;
    window.show("who-may-do-what").await;
    clean(&window, "who may do what").await;
    window.quit().await;
}
