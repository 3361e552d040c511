//! People from a file and into a file, in the real window.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::Folder;
use crate::keyboard::go_to;
use crate::screens::{open_sandbox, search};
use crate::window::{Start, Window};

const PEOPLE: &str = "Badge,email,name,Favourite colour,group\n\
    zz-ada,zz-ada@postbox.example,Ada Import,blue,beta\n\
    zz-bad,no address at all,Bad Row,red,\n\
    zz-cem,zz-cem@postbox.example,Cem Import,green,\n\
    zz-ada,zz-other@postbox.example,Ada Again,blue,\n";

/// A program that names a file in the place of the desktop's dialog.
fn chooser(folder: &Folder, file: &Path) -> PathBuf {
    std::fs::create_dir_all(folder.data()).unwrap();
    let program = folder.data().join("chooser.sh");
    std::fs::write(&program, format!("#!/bin/sh\necho '{}'\n", file.display())).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    program
}

async fn sandbox(folder: &Folder, theme: &'static str, people: &str) -> Window {
    let file = folder.data().join("people.csv");
    let program = chooser(folder, &file);
    std::fs::write(&file, people).unwrap();
    let env = vec![("POOLKEEPER_CHOOSER", program.display().to_string())];
    let start = Start { data: folder.data(), theme: Some(theme), sandbox_users: Some(400), link: None, env };
    let window = Window::start(start).await;
    open_sandbox(&window).await;
    window
}

#[tokio::test]
async fn a_file_with_errors_is_checked_its_good_rows_become_users_and_are_exported() {
    let folder = Folder::new();
    let window = sandbox(&folder, "light", PEOPLE).await;
    window.click("button", "Import people from a file").await;
    window.get("dialog", "Import people from a file").await;
    window.show("import-start").await;
    window.click("button", "Choose a file…").await;
    window.sees("Say which column is the user name").await;
    window.show("import-columns").await;
    window.choose("combobox", "Column Badge is", "username").await;
    window.click("button", "Check the file").await;
    window.sees("4 rows, 2 can become users").await;
    window.sees("2 rows with problems will be left out").await;
    window.show("import-checked").await;
    window.resize(960, 600).await;
    window.show("import-checked-small").await;
    window.resize(1440, 900).await;
    window.click("button", "Preview 2 users").await;
    window.get("dialog", "Create 2 users from a file").await;
    window.sees("zz-cem@postbox.example").await;
    window.sees("joins").await;
    window.show("import-plan").await;
    window.click("button", "Create 2 users from a file").await;
    window.sees("2 done").await;

    search(&window, "zz-").await;
    window.sees("Ada Import").await;
    window.sees("Cem Import").await;
    window.click("button", "Export").await;
    window.show("import-export-menu").await;
    window.click("menuitem", "/^CSV.*every/").await;
    window.wait("the export is there", async || exported(&folder).is_some()).await;
    let text = std::fs::read_to_string(exported(&folder).unwrap()).unwrap();
    assert_eq!(text.lines().count(), 3, "{text}");
    assert!(text.contains("zz-ada@postbox.example") && !text.contains("zz-bad"), "{text}");
    window.quit().await;
}

fn exported(folder: &Folder) -> Option<PathBuf> {
    let files = std::fs::read_dir(folder.data().join("exports")).ok()?;
    files.flatten().map(|entry| entry.path()).find(|path| path.extension().is_some_and(|ending| ending == "csv"))
}

#[tokio::test]
async fn cognito_s_own_import_takes_a_file_and_tells_how_many_came() {
    let folder = Folder::new();
    let people = "cognito:username,email,email_verified,name\n\
        zz-eve,zz-eve@postbox.example,true,Eve Import\n\
        maria.keller,zz-maria@postbox.example,true,Maria Again\n";
    let window = sandbox(&folder, "dark", people).await;
    window.click("button", "Import people from a file").await;
    window.click("button", "Cognito’s own import").await;
    window.click("button", "Choose a file…").await;
    window.sees("2 rows, 1 can become users").await;
    window.fill("textbox", "Role for its log", "arn:aws:iam::123456789012:role/cognito-import").await;
    window.show("import-job-role").await;
    window.fill("textbox", "/^Type customers/", "customers").await;
    window.show("import-job").await;
    window.click("button", "Import 1 user").await;
    window.sees("1 imported, 0 left out because they exist, 0 failed").await;
    window.show("import-job-ended").await;
    window.quit().await;
}

#[tokio::test]
async fn the_longest_and_most_hostile_values_are_imported_with_the_keyboard_alone_in_a_small_window() {
    let folder = Folder::new();
    let long = "é".repeat(1_023) + "=1";
    let hostile = "\"=cmd|' /C calc'!A0 <img src=x onerror=alert(1)> \u{202e}gnp.exe\"";
    let people = format!(
        "username,email,name,nickname\nzz-long,zz-long@postbox.example,{hostile},{long}\n\
        zz-longer,zz-longer@postbox.example,Too Long,{long}{long}\n"
    );
    let window = sandbox(&folder, "dark", &people).await;
    window.resize(960, 600).await;
    window.press_with("\u{E009}", "k").await;
    window.get("dialog", "").await;
    window.press("import people").await;
    window.sees("Import people from a file").await;
    window.press("\u{E007}").await;
    window.get("dialog", "Import people from a file").await;
    go_to(&window, "button Choose a file").await;
    window.press("\u{E007}").await;
    window.sees("2 rows, 1 can become users").await;
    window.show("import-hostile").await;
    go_to(&window, "button Preview 1 user").await;
    window.press("\u{E007}").await;
    window.get("dialog", "Create 1 user from a file").await;
    window.show("import-hostile-plan").await;
    go_to(&window, "button Create 1 user from a file").await;
    window.press("\u{E007}").await;
    window.sees("Create users: 1 done").await;
    search(&window, "zz-long").await;
    window.sees("1 of 401 users").await;
    window.show("import-hostile-found").await;
    assert_eq!(window.run("return document.querySelectorAll('img').length", vec![]).await, 0);
    window.quit().await;
}
