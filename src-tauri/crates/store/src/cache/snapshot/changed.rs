//! Since when everybody's value of a field is as it is.

use std::collections::HashMap;

use super::block::Block;
use crate::cache::fields::{CREATED, MODIFIED, USERNAME};

/// The revisions in which fields changed last.
#[derive(Clone, Default)]
pub(super) struct Changed {
    /// In which somebody came or went, or everybody was read: older ones count no more.
    all: u64,
    fields: HashMap<u16, u64>,
}

impl Changed {
    pub(super) fn all(revision: u64) -> Self {
        Self { all: revision, fields: HashMap::new() }
    }

    pub(super) fn at(&self, field: u16) -> u64 {
        self.fields.get(&field).copied().unwrap_or(self.all)
    }

    /// Notes the fields whose values differ between a block and what became of it.
    pub(super) fn note(&mut self, before: &Block, after: &Block, row: u32, revision: u64) {
        let columns = before.columns.keys().chain(after.columns.keys()).copied();
        for field in columns.chain([USERNAME, CREATED, MODIFIED]) {
            let same = match field {
                CREATED | MODIFIED => {
                    let created = field == CREATED;
                    before.instant(created, row) == after.instant(created, row)
                }
                _ => before.value(field, row) == after.value(field, row),
            };
            if !same {
                self.fields.insert(field, revision);
            }
        }
    }
}
