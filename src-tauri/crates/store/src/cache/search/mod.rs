use super::*; use rusqlite::Connection;
#[derive(Default)] pub(super) struct Memo;
impl Memo { pub(super) fn note(&self, _: u64) {} pub(super) fn last(&self) -> u64 { 0 } }
pub(super) fn page(_: &Connection, _: &Memo, _: &UserQuery, _: &Sort, _: Option<&Cursor>, _: u32) -> Result<Page> { todo!() }
pub(super) fn count(_: &Connection, _: &Memo, _: &UserQuery) -> Result<u64> { todo!() }
pub(super) fn order(_: &Connection, _: &Memo, _: &UserQuery, _: &Sort) -> Result<Arc<[u32]>> { todo!() }
pub(super) fn plans(_: &Connection) -> Result<Vec<(String, String)>> { todo!() }
