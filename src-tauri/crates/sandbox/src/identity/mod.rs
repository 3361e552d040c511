//! What identity pools do with a login: believe it, link it, choose a role for it.

mod credentials;
mod linking;
mod logins;
mod open_id;
mod roles;

pub(crate) use credentials::{RoleSessions, issue};
pub(crate) use linking::{Named, identify, merge, register};
pub(crate) use logins::{Login, verify};
pub(crate) use open_id::{read, token};
pub(crate) use roles::choose;

use crate::protocol::ApiError;

/// `cognito-identity.amazonaws.com`: the provider that identity pools are themselves.
pub(crate) const SELF: &str = "cognito-identity.amazonaws.com";

fn refused(message: impl Into<String>) -> ApiError {
    ApiError::new("NotAuthorizedException", message)
}

fn conflict(message: &str) -> ApiError {
    ApiError::new("ResourceConflictException", message)
}
