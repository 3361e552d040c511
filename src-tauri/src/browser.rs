//! The system's browser: the only code that opens a page outside of the window.

use std::net::IpAddr;

use tauri::Url;
use wire::{ErrorCode, WireError};

/// Opens a page of hosted login: `https`, or `http` on this machine, and nothing else. `BROWSER` names another program
/// than the desktop's own.
pub(crate) async fn open(address: String) -> Result<(), WireError> {
    if !may_open(&address) {
        return Err(WireError::new(ErrorCode::Precondition, "Only pages of https or of this machine are opened."));
    }
    let failed = |_| WireError::new(ErrorCode::Precondition, "The browser could not be started. Set BROWSER to one.");
    let opened = tokio::task::spawn_blocking(move || opener::open_browser(address)).await;
    opened.map_or(Ok(()), |opened| opened.map_err(failed))
}

fn may_open(address: &str) -> bool {
    let Ok(url) = Url::parse(address) else { return false };
    let bare = url.username().is_empty() && url.password().is_none();
    // Whatever a shell or a program might take for something else.
    let plain = address.bytes().all(|byte| byte.is_ascii_graphic());
    let here = url.host_str().is_some_and(|host| {
        let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        host == "localhost" || address.is_ok_and(|address| address.is_loopback())
    });
    plain && bare && url.has_host() && (url.scheme() == "https" || (url.scheme() == "http" && here))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_and_this_machine_are_opened() {
        for good in [
            "https://shop.auth.eu-west-1.amazoncognito.com/oauth2/authorize?client_id=a&scope=openid+email",
            "http://localhost:3000/x",
            "http://127.0.0.1:4566/oauth2/authorize",
            "http://[::1]:4566/",
        ] {
            assert!(may_open(good), "{good}");
        }
        for bad in [
            "http://shop.example/",
            "http://localhost.evil.example/",
            "http://localhost@evil.example/",
            "https://user:secret@shop.example/",
            "file:///etc/passwd",
            "javascript:alert(1)",
            "myapp://callback",
            "--help",
            "https://shop.example/ --no-sandbox",
            "https://shop.example/\nx",
            "https://",
            "",
        ] {
            assert!(!may_open(bad), "{bad}");
        }
    }
}
