//! The settings of `DescribeUserPool` and `GetUserPoolMfaConfig`.

mod accounts;
mod around;
mod messages;
mod passwords;

use super::Setting;

/// One of `DescribeUserPool`.
macro_rules! pool {
    ($area:expr, $pointer:literal, $title:literal, $form:expr, $changing:expr, $default:literal, $what:literal) => {
        Setting {
            area: $area,
            operation: "DescribeUserPool",
            pointer: concat!("/UserPool/", $pointer),
            title: $title,
            what: $what,
            default: $default,
            changing: $changing,
            form: $form,
        }
    };
}
use pool;

/// One of `GetUserPoolMfaConfig`.
macro_rules! mfa {
    ($pointer:literal, $title:literal, $form:expr, $default:literal, $what:literal) => {
        Setting {
            area: Passwords,
            operation: "GetUserPoolMfaConfig",
            pointer: concat!("/", $pointer),
            title: $title,
            what: $what,
            default: $default,
            changing: Always,
            form: $form,
        }
    };
}
use mfa;

/// Every setting, in the order in which they are read.
pub(super) fn settings() -> impl Iterator<Item = &'static Setting> {
    [accounts::SETTINGS, passwords::SETTINGS, messages::SETTINGS, around::SETTINGS].into_iter().flatten()
}
