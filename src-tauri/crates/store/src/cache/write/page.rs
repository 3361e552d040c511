use super::super::*; use rusqlite::Connection;
pub(in crate::cache) fn write(_: &Connection, _: &PoolKey, _: u32, _: &[User], _: &ChainStep, _: Option<&History>, _: Timestamp) -> Result<PageEffect> { todo!() }
pub(in crate::cache) fn keep(_: &Connection, _: &[Username]) -> Result<()> { todo!() }
pub(in crate::cache) fn remove(_: &Connection, _: &PoolKey, _: &[Username], _: Option<&History>, _: Timestamp) -> Result<()> { todo!() }
