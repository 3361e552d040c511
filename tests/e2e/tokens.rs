//! Tokens in the real window: what one says, who would accept it, which AWS role it leads to, and what one would say.

use serde_json::json;

use crate::Folder;
use crate::accessibility::clean;
use crate::window::{Start, Window};

/// Signs in through the lab and leaves the page with the ID token that was revealed.
async fn signed_in(window: &Window) -> String {
    window.click("button", "Sign-in lab").await;
    window.get("combobox", "App client").await;
    window.sees("Signing in makes this user a monthly active user.").await;
    let choose = "const list = document.querySelector('#lab-client'); \
        const web = [...list.options].find((option) => option.text.startsWith('web')); \
        list.value = web.value; list.dispatchEvent(new Event('change', { bubbles: true })); return web.text";
    window.run(choose, vec![]).await;
    window.sees("has no secret").await;
    window.click("radio", "/^USER_SRP_AUTH/").await;
    window.fill("textbox", "User name or alias", "maria.keller").await;
    window.fill("password", "Password", "Sandbox-1-keller").await;
    window.click("button", "/^Start/").await;
    window.sees("Signed in").await;
    window.click("button", "Reveal").await;
    window.get("region", "ID token").await;
    let token = window.run("return document.querySelector('pre.shown').textContent", vec![]).await;
    token.as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_developer_follows_a_token_to_its_user_and_to_aws_and_foretells_the_next_one() {
    let folder = Folder::new();
    let window = Window::start(Start { data: folder.data(), theme: Some("light"), ..Start::default() }).await;
    crate::screens::open_sandbox(&window).await;
    let token = signed_in(&window).await;

    // To AWS, with the token that the lab holds.
    window.click("button", "To AWS").await;
    window.sees("lets no guests in").await;
    window.click("button", "Exchange").await;
    window.sees("assumed-role/customers-signed-in").await;
    window.sees("It is the role of who has signed in.").await;
    assert!(!window.text().await.contains("ASIASANDBOX"), "credentials are shown only when they are asked for");
    window.show("tokens-aws").await;
    window.click("button", "Reveal").await;
    window.sees("export AWS_ACCESS_KEY_ID=ASIASANDBOX").await;
    window.click("button", "Copy").await;
    window.sees("It is off the clipboard in 30 seconds.").await;
    window.click("button", "Guest").await;
    window.click("button", "Exchange").await;
    window.sees("NotAuthorizedException").await;

    // What the next one would say, and what a trigger would do to it.
    window.click("tab", "Preview").await;
    window.fill("textbox", "User name", "maria.keller").await;
    window.click("button", "Put in an example").await;
    window.click("button", "Foretell").await;
    window.sees("A prediction").await;
    window.sees("tenant").await;
    window.sees("TokenGeneration_Authentication").await;
    window.show("tokens-preview").await;

    // A pasted one: verified, judged by who would take it, and followed to its user.
    window.click("tab", "Inspect").await;
    let paste = "const box = document.querySelector('#token-text'); box.value = arguments[0]; \
        box.dispatchEvent(new Event('input', { bubbles: true }))";
    window.run(paste, vec![json!(format!("curl -H 'Authorization: Bearer {token}' https://api.example"))]).await;
    window.click("button", "Inspect").await;
    window.sees("The pool's key signed exactly this header and payload.").await;
    // What is expected of it is held to.
    window.click("button", "Access token").await;
    window.sees("This is an id token where an access token is wanted.").await;
    window.show("tokens-expected").await;
    clean(&window, "what is expected of a token").await;
    window.click("button", "ID token").await;
    window.sees("The pool's key signed exactly this header and payload.").await;
    window.get("heading", "Would it be accepted?").await;
    window.sees("A method without scopes takes an ID token of the pools that its authorizer names.").await;
    window.click("checkbox", "/Read the identity pools/").await;
    window.sees("customers-identities trusts this user pool and client").await;
    window.show("tokens-inspect").await;
    window.run("document.querySelector('.accepted').scrollIntoView()", vec![]).await;
    window.show("tokens-accepted").await;
    window.click("button", "/^Open the user maria.keller/").await;
    window.get("complementary", "Inspector").await;
    window.quit().await;
}

#[tokio::test]
async fn a_token_of_another_pool_is_named_in_the_dark_and_nothing_of_it_is_kept() {
    let folder = Folder::new();
    let window = Window::start(Start { data: folder.data(), theme: Some("dark"), ..Start::default() }).await;
    crate::screens::open_sandbox(&window).await;
    let token = signed_in(&window).await;
    window.click("button", "Tokens").await;
    let elsewhere = "const [head, body, sign] = arguments[0].split('.'); \
        const read = (text) => JSON.parse(atob(text.replaceAll('-', '+').replaceAll('_', '/'))); \
        const claims = { ...read(body), iss: 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Elsewhere' }; \
        const box = document.querySelector('#token-text'); \
        const text = btoa(JSON.stringify(claims)).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, ''); \
        box.value = [head, text, sign].join('.'); box.dispatchEvent(new Event('input', { bubbles: true }))";
    window.get("textbox", "/^Paste a token/").await;
    window.run(elsewhere, vec![json!(token)]).await;
    window.click("button", "Inspect").await;
    window.sees("This token comes from another user pool: us-east-1_Elsewhere").await;
    window.sees("It lies in us-east-1").await;
    window.show("tokens-foreign-dark").await;
    window.click("tab", "To AWS").await;
    window.click("button", "Exchange").await;
    window.sees("assumed-role/customers-signed-in").await;
    window.show("tokens-aws-dark").await;
    window.click("tab", "Preview").await;
    window.fill("textbox", "User name", "maria.keller").await;
    window.click("button", "Foretell").await;
    window.sees("A prediction").await;
    window.show("tokens-preview-dark").await;
    window.quit().await;
}
