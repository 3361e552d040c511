use super::super::*; use rusqlite::Connection;
pub(in crate::cache) fn statuses(_: &Connection) -> Result<Vec<(UserStatus, u64)>> { todo!() }
pub(in crate::cache) fn enabled(_: &Connection) -> Result<(u64, u64)> { todo!() }
pub(in crate::cache) fn frequent_values(_: &Connection, _: &Field, _: &str, _: u32) -> Result<Vec<(String, u64)>> { todo!() }
pub(in crate::cache) fn sign_ups_by_month(_: &Connection) -> Result<Vec<(String, u64)>> { todo!() }
