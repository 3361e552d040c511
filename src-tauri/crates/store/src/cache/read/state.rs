use super::super::*; use rusqlite::Connection;
pub(in crate::cache) fn pool(_: &Connection) -> Result<Option<Pool>> { todo!() }
pub(in crate::cache) fn groups(_: &Connection) -> Result<Vec<(Group, u64)>> { todo!() }
pub(in crate::cache) fn freshness(_: &Connection) -> Result<Freshness> { todo!() }
pub(in crate::cache) fn fields(_: &Connection) -> Result<Fields> { todo!() }
