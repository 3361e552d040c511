use super::super::*; use rusqlite::Connection;
pub(in crate::cache) fn put_groups(_: &Connection, _: &[Group]) -> Result<()> { todo!() }
pub(in crate::cache) fn begin(_: &Connection, _: &GroupName) -> Result<MemberState> { todo!() }
pub(in crate::cache) fn restart(_: &Connection, _: &GroupName) -> Result<()> { todo!() }
pub(in crate::cache) fn write(_: &Connection, _: &PoolKey, _: &GroupName, _: &[Username], _: &MemberStep, _: Option<&History>, _: Timestamp) -> Result<()> { todo!() }
