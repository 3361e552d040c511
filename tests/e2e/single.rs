//! One window for one data folder.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::Folder;
use crate::window::{Start, Window};

#[tokio::test]
async fn a_second_start_focuses_the_first_and_ends() {
    if std::env::var_os("DBUS_SESSION_BUS_ADDRESS").is_none() {
        panic!("there is no session bus: `cargo xtask test --only e2e` starts one");
    }
    let folder = Folder::new();
    let window = Window::start(Start { data: folder.data(), ..Start::default() }).await;
    window.sees("Try it without AWS").await;
    let mut second = Command::new(env!("CARGO_BIN_EXE_poolkeeper"))
        .env("POOLKEEPER_DATA_DIR", folder.data())
        .env("POOLKEEPER_KEY_FILE", folder.data().join("test.keys"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let began = Instant::now();
    let status = loop {
        if let Some(status) = second.try_wait().unwrap() {
            break status;
        }
        if began.elapsed() > Duration::from_secs(20) {
            second.kill().unwrap();
            panic!("the second start did not give way to the first");
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    assert!(status.success(), "{status}");
    window.sees("Try it without AWS").await;

    // Another data folder is another desk, so that one may work while the other is open.
    let other = Folder::new();
    let beside = Window::start(Start { data: other.data(), ..Start::default() }).await;
    beside.sees("Try it without AWS").await;
    beside.quit().await;
    window.quit().await;
}
