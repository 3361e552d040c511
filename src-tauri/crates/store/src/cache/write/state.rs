use super::super::*; use rusqlite::Connection;
pub(in crate::cache) fn put_pool(_: &Connection, _: &Pool) -> Result<()> { todo!() }
pub(in crate::cache) fn sync_state(_: &Connection) -> Result<Option<SyncState>> { todo!() }
pub(in crate::cache) fn begin(_: &Connection, _: SyncKind, _: &[Option<String>], _: Timestamp) -> Result<SyncState> { todo!() }
pub(in crate::cache) fn enter(_: &Connection, _: SyncPhase) -> Result<()> { todo!() }
pub(in crate::cache) fn restart_chain(_: &Connection, _: u32) -> Result<()> { todo!() }
pub(in crate::cache) fn finish(_: &Connection, _: &Finished, _: Timestamp) -> Result<Freshness> { todo!() }
