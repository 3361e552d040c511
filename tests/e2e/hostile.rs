//! Attribute values that would like to be more than text.

use serde_json::json;

use crate::Folder;
use crate::window::{Start, Window};

/// Shows every column that the pool has.
async fn show_every_column(window: &Window) {
    window.click("button", "Columns").await;
    let script = "for (const box of document.querySelectorAll('#layers input[type=checkbox], #layers [role=checkbox]')) \
        if (!(box.checked ?? box.getAttribute('aria-checked') === 'true')) box.click()";
    window.run(script, vec![]).await;
    window.press("\u{E00C}").await;
    tokio::time::sleep(std::time::Duration::from_millis(400)).await;
}

/// What a person of the pool may have written about themselves.
const HOSTILE: [&str; 12] = [
    "<img src=x onerror=\"window.broken=1\">",
    "<script>window.broken=1</script>",
    "\"><svg onload=window.broken=1>",
    "javascript:window.broken=1",
    "{{constructor.constructor('window.broken=1')()}}",
    "\u{202E}gnp.exe\u{202C}",
    "zero\u{200B}width\u{FEFF}",
    "=HYPERLINK(\"http://x.example\")",
    "'; DROP TABLE users; --",
    "a\u{0301}\u{0301}\u{0301}\u{0301}\u{0301}\u{0301}\u{0301}\u{0301}",
    "%s%s%n\\\"\\",
    "line\nbreak\tand\u{7}bell",
];

#[tokio::test(flavor = "multi_thread")]
async fn hostile_values_stay_text_in_every_column_tab_tooltip_and_title() {
    let folder = Folder::new();
    let options = sandbox::Options { users: 0, quota: sandbox::Quota::Off, ..sandbox::Options::default() };
    let served = sandbox::Sandbox::new(options);
    let server = served.serve(0).await.unwrap();
    create_people(&server.endpoint(), &served.pool_id());

    let window = Window::start(Start { data: folder.data(), ..Start::default() }).await;
    crate::offline::open_endpoint(&window, &server.endpoint()).await;
    window.sees("14 users").await;
    window.synced().await;
    show_every_column(&window).await;
    let rows = window.row_texts().await;
    assert_eq!(rows.len(), 14, "everybody is drawn");
    for readable in
        ["<img src=x onerror=\"window.broken=1\">", "<script>window.broken=1</script>", "'; DROP TABLE users; --"]
    {
        assert!(rows.iter().any(|row| row.contains(readable)), "{readable} is shown as the text that it is");
    }
    assert!(!rows.iter().any(|row| row.contains('\u{202E}')), "nothing turns the direction of the text around");
    let boxes = window.row_boxes().await;
    assert!(boxes.iter().all(|[_, height, _]| (27.0..=33.0).contains(height)), "one line each: {boxes:?}");
    for place in 0..14 {
        window.click_row(place).await;
        window.get("complementary", "Inspector").await;
        for tab in ["Groups", "Timeline", "Raw", "Profile"] {
            window.click("tab", &format!("/^{tab}/")).await;
        }
    }
    // As texts of a preview, too.
    window.press("\u{E00C}").await;
    window.click("button", "/^Change all/").await;
    window.click("menuitem", "/^Disable/").await;
    window.get("dialog", "/^Disable/").await;
    let state = window
        .run(
            "return { broken: window.broken ?? null, title: document.title.endsWith('Poolkeeper'), wide: document.documentElement.scrollWidth \
             > innerWidth, scripts: document.querySelectorAll('[role=grid] script, aside script, aside img, [role=grid] img').length }",
            vec![],
        )
        .await;
    assert_eq!(state, json!({ "broken": null, "title": true, "wide": false, "scripts": 0 }));
    window.quit().await;
    server.shutdown().await;
}

fn create_people(endpoint: &str, pool: &str) {
    let long = "9".repeat(2_048);
    let values = HOSTILE.iter().map(|value| (*value).to_owned()).chain([long, "ordinary".to_owned()]);
    for (n, value) in values.enumerate() {
        let attributes: Vec<_> = ["name", "given_name", "family_name", "nickname", "picture", "website"]
            .iter()
            .map(|name| json!({ "Name": name, "Value": value }))
            .collect();
        let body = json!({ "UserPoolId": pool, "Username": format!("hostile-{n}"), "MessageAction": "SUPPRESS",
            "UserAttributes": attributes });
        let answer = ureq::post(endpoint)
            .config()
            .http_status_as_error(false)
            .build()
            .header("content-type", "application/x-amz-json-1.1")
            .header("x-amz-target", "AWSCognitoIdentityProviderService.AdminCreateUser")
            .header(
                "authorization",
                "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260101/eu-west-1/cognito-idp/aws4_request",
            )
            .send(body.to_string())
            .unwrap();
        assert!(answer.status().is_success(), "{n}: {:?}", answer.into_body().read_to_string());
    }
}
