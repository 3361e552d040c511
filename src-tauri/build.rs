//! Tells Tauri which of our commands exist, so that the access-control list covers them too.
fn main() {
    tauri_build::build();
}
