//! Signing in as a user in the real window, and reading what came of it.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::Folder;
use crate::accessibility::clean;
use crate::window::{Start, Window};

/// What stands in for a browser: it follows hosted login to the callback as a person would, with curl.
const BROWSER: &str = include_str!("browser.sh");

fn scripted_browser(folder: &Path) -> PathBuf {
    let program = folder.join("browser");
    std::fs::write(&program, BROWSER).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    program
}

#[tokio::test]
async fn a_developer_signs_in_through_the_browser_signs_somebody_up_and_sees_what_works() {
    let folder = Folder::new();
    std::fs::create_dir_all(folder.data()).unwrap();
    let browser = scripted_browser(&folder.data());
    let env = vec![("BROWSER", browser.display().to_string())];
    let window = Window::start(Start { data: folder.data(), env, ..Start::default() }).await;
    crate::screens::open_sandbox(&window).await;
    window.click("button", "Sign-in lab").await;
    window.get("combobox", "App client").await;
    choose_client(&window, "web").await;

    // Hosted login: the browser is sent away and comes back with a code.
    window.click("radio", "/^authorization_code/").await;
    window.sees("comes back to http://localhost:3000/callback").await;
    window.click("button", "Open the browser").await;
    window.sees("Signed in").await;
    window.sees("oauth2/authorize").await;
    window.sees("as maria.keller").await;
    let page = browser.with_extension("page");
    let closes = async || std::fs::read_to_string(&page).is_ok_and(|text| text.contains("You can close this page."));
    window.wait("the browser was told that it is done", closes).await;
    window.click("button", "userInfo").await;
    window.sees("The pool's domain tells").await;
    clean(&window, "hosted login").await;
    window.show("lab-hosted").await;
    window.click("button", "Copy as…").await;
    window.sees("grant_type=authorization_code").await;
    window.show("lab-copy").await;
    let shown = window.text().await;
    assert!(!shown.contains("eyJ"), "no token is shown unasked");
    window.press("\u{E00C}").await;

    // Somebody signs up; the code is asked for next.
    window.click("button", "Sign up and recovery").await;
    window.fill("textbox", "User name or alias", "newcomer").await;
    window.fill("password", "Password", "Newcomer-Horse-1").await;
    window.fill("textbox", "E-mail (optional)", "newcomer@people.example").await;
    window.click("button", "Send").await;
    window.sees("The account is made. A code was sent to").await;
    window.fill("textbox", "Code", "000000").await;
    window.click("button", "Send").await;
    window.sees("CodeMismatchException").await;
    window.click("radio", "Forgot password").await;
    window.fill("textbox", "User name or alias", "maria.keller").await;
    window.click("button", "Send").await;
    window.sees("unless Cognito hides").await;
    clean(&window, "a forgotten password").await;
    window.show("lab-errands").await;

    window.click("button", "What works").await;
    window.get("button", "works").await;
    window.run("document.querySelector('.matrix button.ok').click()", vec![]).await;
    window.sees("It led to tokens here.").await;
    clean(&window, "what works").await;
    window.show("lab-matrix").await;
    window.quit().await;
}

pub(crate) async fn choose_client(window: &Window, name: &str) {
    let choose = format!(
        "const list = document.querySelector('#lab-client'); \
         const one = [...list.options].find((option) => option.text.startsWith('{name} ')); \
         list.value = one.value; list.dispatchEvent(new Event('change', {{ bubbles: true }})); return one.text"
    );
    window.run(&choose, vec![]).await;
    window.sees("has no secret").await;
}

#[tokio::test]
async fn a_developer_signs_in_step_by_step_and_sees_why_a_token_holds() {
    let folder = Folder::new();
    let window = Window::start(Start { data: folder.data(), ..Start::default() }).await;
    crate::screens::open_sandbox(&window).await;
    window.click("button", "Sign-in lab").await;
    window.get("combobox", "App client").await;
    window.sees("Signing in makes this user a monthly active user.").await;
    choose_client(&window, "web").await;
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
    window.sees("would bill 2 users").await;

    clean(&window, "signed in").await;

    // The refresh token is used where it is held.
    window.click("button", "Refresh").await;
    window.sees("GetTokensFromRefreshToken").await;
    window.sees("as omar.hassan").await;
    assert!(!window.text().await.contains("eyJ"), "no token is shown for that");
    window.click("radio", "/^REFRESH_TOKEN_AUTH/").await;
    window.sees("Use the refresh token that the lab holds, of omar.hassan").await;
    window.show("lab-refresh").await;
    window.click("button", "/^Start/").await;
    window.sees("REFRESH_TOKEN_AUTH").await;

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
