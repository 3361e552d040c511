//! Signing in as a user in the real window, and reading what came of it.

use crate::Folder;
use crate::accessibility::clean;
use crate::window::{Start, Window};

#[tokio::test]
async fn a_developer_signs_in_step_by_step_and_sees_why_a_token_holds() {
    let folder = Folder::new();
    let window = Window::start(Start { data: folder.data(), ..Start::default() }).await;
    crate::screens::open_sandbox(&window).await;
    window.click("button", "Sign-in lab").await;
    window.get("combobox", "App client").await;
    window.sees("Signing in makes this user a monthly active user.").await;
    let choose = "const list = document.querySelector('#lab-client'); \
        const web = [...list.options].find((option) => option.text.startsWith('web')); \
        list.value = web.value; list.dispatchEvent(new Event('change', { bubbles: true })); return web.text";
    window.run(choose, vec![]).await;
    window.sees("has no secret").await;
    window.click("radio", "/^USER_SRP_AUTH/").await;

    // A wrong password is explained, and says no more than Cognito does.
    sign_in(&window, "maria.keller", "wrong").await;
    window.sees("NotAuthorizedException").await;
    window.sees("this client hides which").await;

    // A temporary password leads to a new one, and that to tokens.
    sign_in(&window, "omar.hassan", "Sandbox-4-hassan").await;
    window.sees("NEW_PASSWORD_REQUIRED").await;
    clean(&window, "a challenge").await;
    window.fill("password", "New password", "Better-Than-1").await;
    window.click("button", "Answer").await;
    window.sees("Signed in").await;
    let shown = window.text().await;
    assert!(!shown.contains("eyJ"), "no token is shown unasked");
    assert!(!shown.contains("Better-Than-1") && !shown.contains("Sandbox-4-hassan"), "no password is shown");
    // Both were called about; the one with the wrong password may count all the same.
    window.sees("may bill 2 users").await;

    clean(&window, "signed in").await;

    // Inspecting one verifies it with the pool's own keys.
    window.click("button", "Inspect").await;
    window.sees("The pool's key signed exactly this header and payload.").await;
    window.show("lab-tokens").await;
    clean(&window, "a token").await;
    window.quit().await;
}

async fn sign_in(window: &Window, user: &str, password: &str) {
    window.fill("textbox", "User name or alias", user).await;
    window.fill("password", "Password", password).await;
    window.click("button", "/^Start/").await;
}
