//! Time, passed in.

use jiff::Timestamp;

/// Where the present comes from. Real programs read the system's clock; tests and the sandbox bring their own.
pub trait Clock: Send + Sync {
    /// The present instant.
    fn now(&self) -> Timestamp;
}
