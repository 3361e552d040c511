use super::super::*; use rusqlite::Connection;
pub(in crate::cache) fn by_ids(_: &Connection, _: &[u32]) -> Result<Vec<User>> { todo!() }
pub(in crate::cache) fn by_name(_: &Connection, _: &Username) -> Result<Option<User>> { todo!() }
pub(in crate::cache) fn look_up(_: &Connection, _: &[String]) -> Result<LookedUp> { todo!() }
pub(in crate::cache) fn missing(_: &Connection, _: u32) -> Result<Vec<User>> { todo!() }
