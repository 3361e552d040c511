//! A picture of an authenticator app's secret.

use secrecy::{ExposeSecret, SecretString};

/// A QR code as modules, to be drawn. It shows a secret.
#[derive(Clone, PartialEq, Eq)]
pub struct QrCode {
    /// Modules on a side, without the quiet zone.
    pub size: usize,
    /// The path of an SVG: one unit square for each run of dark modules.
    pub path: String,
}

impl std::fmt::Debug for QrCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("QrCode").field("size", &self.size).finish_non_exhaustive()
    }
}

impl QrCode {
    /// What authenticator apps scan: `otpauth://totp/…` with the pool as issuer. `None` when it is too long for one.
    #[must_use]
    pub fn of_authenticator(pool: &str, username: &str, secret: &SecretString) -> Option<Self> {
        let escaped = |text: &str| text.bytes().map(escape).collect::<String>();
        let (issuer, account) = (escaped(pool), escaped(username));
        let uri = format!("otpauth://totp/{issuer}:{account}?secret={}&issuer={issuer}", secret.expose_secret());
        let code = qrcode::QrCode::new(uri).ok()?;
        let size = code.width();
        let mut path = String::new();
        for (row, modules) in code.to_colors().chunks(size).enumerate() {
            let mut column = 0;
            while column < size {
                let dark = modules[column..].iter().take_while(|color| **color == qrcode::Color::Dark).count();
                if dark > 0 {
                    path.push_str(&format!("M{column} {row}h{dark}v1h-{dark}z"));
                }
                column += dark.max(1);
            }
        }
        Some(Self { size, path })
    }
}

/// RFC 3986: everything but the unreserved characters is escaped.
fn escape(byte: u8) -> String {
    match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    }
}
