//! Hosted login: the authorization code with PKCE, machines' credentials, userInfo (RFC 6749, 7636, 8252, 9700).
//!
//! What OAuth prescribes is done by the `oauth2` crate, over the session's own HTTP client, without redirects. Secrets and
//! tokens go to the pool's own domain and nowhere else.

mod callback;
mod domain;
mod endpoints;

pub use callback::{Callback, CallbackError, Expected, Returned, is_loopback_url, loopback_port};
pub use domain::Hosted;
pub use endpoints::{Authorization, RANDOM_BYTES};
