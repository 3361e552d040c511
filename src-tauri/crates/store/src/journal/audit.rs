//! The audit: what was done, by whom, where, and what came of it; only ever added to, each record chained to the last.

use std::collections::BTreeMap;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use jiff::Timestamp;
use model::plan::Change;
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Journal, JournalError};

/// Records that are read at once.
const BATCH: u32 = 1_000;

/// What a record is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AuditKind {
    /// A plan was approved.
    Approved,
    /// A call is about to be sent.
    Intent,
    /// What came of a call.
    Outcome,
    /// A job was paused, went on, or its failures were tried again.
    Job,
}

/// A record, before it has its place in the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// When.
    pub at: Timestamp,
    /// What it is about.
    pub kind: AuditKind,
    /// The job.
    pub job: String,
    /// The entry of the job; `None` for what is about the whole job.
    pub item: Option<u64>,
    /// The ARN that AWS says we are.
    pub who: String,
    /// The pool's key: place, account, Region, pool.
    pub pool: String,
    /// AWS's name of the operation, or what was done to the job.
    pub operation: String,
    /// What came of it: an item's state, until when a risk is accepted; `None` for an intent.
    pub outcome: Option<String>,
    /// The code of a failure.
    pub code: Option<String>,
    /// AWS's id of the request.
    pub request_id: Option<String>,
    /// Why, in the words of whoever approved it.
    pub reason: Option<String>,
    /// What was approved; `None` for all other records.
    pub plan: Option<AuditPlan>,
    /// Whom it is about; `None` for what is about nobody.
    pub person: Option<AuditPerson>,
}

/// What was approved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AuditPlan {
    /// The SHA-256 of the whole plan.
    pub digest: String,
    /// How many calls of each operation it has.
    pub calls: BTreeMap<String, u64>,
}

/// Whom a record is about. Kept sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AuditPerson {
    /// The user's or group's name.
    pub name: String,
    /// The `sub`, where there is one.
    pub sub: Option<String>,
    /// Before and after.
    pub changes: Vec<Change>,
}

/// A record as it is kept: with its place and its hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRecord {
    /// Its place, from 1.
    pub seq: u64,
    /// What it says. Whoever was erased is missing.
    pub entry: AuditEntry,
    /// Its hash.
    pub hash: String,
}

/// Records of the audit, the newest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AuditPage {
    /// Those that were let through.
    pub records: Vec<AuditRecord>,
    /// How many of those that were looked at are no records that this version reads: damaged, or of a newer version. Nobody
    /// can tell whether they would have been let through.
    pub unreadable: u64,
    /// Where earlier ones go on, for [`AuditFilter::before`]; `None` when everything was looked at.
    pub earlier: Option<u64>,
}

/// What is wrong with the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditFault {
    /// Where.
    pub seq: u64,
    /// What, as a sentence.
    pub what: String,
}

/// What verifying found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditVerdict {
    /// How many records there are.
    pub records: u64,
    /// The hash of the last; empty when there is none. Kept elsewhere, it proves later that nothing was cut off.
    pub head: String,
    /// Everything that is wrong; empty when the chain is whole.
    pub faults: Vec<AuditFault>,
}

/// Which records are wanted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AuditFilter {
    /// About this user or group, by name or `sub`.
    pub person: Option<String>,
    /// Of this job.
    pub job: Option<String>,
    /// Of the pool with this key, or of all pools with this id.
    pub pool: Option<String>,
    /// From then on.
    pub since: Option<Timestamp>,
    /// By those whose ARN has this in it, case ignored.
    pub who: Option<String>,
    /// Of the operations whose name has this in it, case ignored.
    pub operation: Option<String>,
    /// With this outcome.
    pub outcome: Option<String>,
    /// Before this place alone.
    pub before: Option<u64>,
}

impl AuditFilter {
    /// Whether it lets a record through, as far as that is not sealed.
    fn lets_through(&self, body: &Body) -> bool {
        let has = |text: &str, wanted: &Option<String>| {
            wanted.as_ref().is_none_or(|wanted| text.to_lowercase().contains(&wanted.to_lowercase()))
        };
        self.job.as_ref().is_none_or(|job| *job == body.job)
            && self.pool.as_ref().is_none_or(|pool| is_of(&body.pool, pool))
            && self.since.is_none_or(|since| body.at >= since)
            && has(&body.who, &self.who)
            && has(&body.operation, &self.operation)
            && self.outcome.as_ref().is_none_or(|outcome| body.outcome.as_ref() == Some(outcome))
    }
}

/// Whether a pool's key is this one, or ends in this id.
fn is_of(key: &str, pool: &str) -> bool {
    key.strip_suffix(pool).is_some_and(|before| before.is_empty() || before.ends_with('/'))
}

/// The body as it is hashed and stored.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    at: Timestamp,
    kind: AuditKind,
    job: String,
    item: Option<u64>,
    who: String,
    pool: String,
    operation: String,
    outcome: Option<String>,
    code: Option<String>,
    request_id: Option<String>,
    reason: Option<String>,
    plan: Option<AuditPlan>,
    /// The key's id, nonce and ciphertext in hexadecimal digits.
    sealed: Option<String>,
}

fn hash(seq: u64, previous: &[u8], body: &[u8]) -> String {
    let digest = Sha256::new_with_prefix(b"poolkeeper audit 1\0");
    let digest = digest.chain_update(seq.to_le_bytes()).chain_update(previous).chain_update([0]);
    hex::encode(digest.chain_update(body).finalize())
}

/// A batch of records before a place: all, or those that are sealed with one of some keys, as the index has them.
fn batch_of(some: bool) -> &'static str {
    if some {
        "SELECT seq, body, hash FROM audit WHERE seq < ?1
             AND CASE WHEN json_valid(body) THEN substr(body ->> '$.sealed', 1, 32) END IN (SELECT value FROM json_each(?3))
             ORDER BY seq DESC LIMIT ?2"
    } else {
        "SELECT seq, body, hash FROM audit WHERE seq < ?1 AND ?3 IS NULL ORDER BY seq DESC LIMIT ?2"
    }
}

fn failed(reason: impl std::fmt::Display) -> JournalError {
    JournalError::Failed(reason.to_string())
}

fn number(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}

/// Adds a record within a transaction.
pub(super) fn add(transaction: &Transaction<'_>, entry: &AuditEntry) -> Result<(), JournalError> {
    let sealed = match &entry.person {
        Some(person) => Some(seal(transaction, &entry.pool, person)?),
        None => None,
    };
    let body = Body {
        at: entry.at,
        kind: entry.kind,
        job: entry.job.clone(),
        item: entry.item,
        who: entry.who.clone(),
        pool: entry.pool.clone(),
        operation: entry.operation.clone(),
        outcome: entry.outcome.clone(),
        code: entry.code.clone(),
        request_id: entry.request_id.clone(),
        reason: entry.reason.clone(),
        plan: entry.plan.clone(),
        sealed,
    };
    let body = serde_json::to_string(&body).map_err(failed)?;
    let (records, previous): (i64, String) = transaction
        .prepare_cached("SELECT records, hash FROM audit_head")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let seq = records + 1;
    let hash = hash(number(seq), previous.as_bytes(), body.as_bytes());
    transaction
        .prepare_cached("INSERT INTO audit (seq, body, previous, hash) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![seq, body, previous, hash])?;
    transaction.prepare_cached("UPDATE audit_head SET records = ?1, hash = ?2")?.execute(params![seq, hash])?;
    Ok(())
}

/// Who it is in the table of keys: the `sub` stays when a name is given to somebody else.
fn identity(person: &AuditPerson) -> &str {
    person.sub.as_deref().unwrap_or(&person.name)
}

/// The digits of a key's id.
const KEY_ID: usize = 32;

fn seal(connection: &Connection, pool: &str, person: &AuditPerson) -> Result<String, JournalError> {
    let (id, key) = match key_of(connection, pool, identity(person))? {
        Some(known) => known,
        None => {
            let (mut id, mut key) = ([0; KEY_ID / 2], vec![0; 32]);
            getrandom::fill(&mut id).map_err(failed)?;
            getrandom::fill(&mut key).map_err(failed)?;
            let id = hex::encode(id);
            connection
                .prepare_cached("INSERT INTO audit_keys (id, pool, person, key) VALUES (?1, ?2, ?3, ?4)")?
                .execute(params![id, pool, identity(person), key])?;
            (id, key)
        }
    };
    let mut nonce = [0; 24];
    getrandom::fill(&mut nonce).map_err(failed)?;
    let text = serde_json::to_vec(person).map_err(failed)?;
    let cipher = XChaCha20Poly1305::new_from_slice(&key).map_err(failed)?;
    let sealed = cipher
        .encrypt(&XNonce::from(nonce), Payload { msg: &text, aad: pool.as_bytes() })
        .map_err(|_| failed("a record could not be sealed"))?;
    Ok(format!("{id}{}{}", hex::encode(nonce), hex::encode(sealed)))
}

fn key_of(connection: &Connection, pool: &str, person: &str) -> Result<Option<(String, Vec<u8>)>, JournalError> {
    let mut statement = connection.prepare_cached("SELECT id, key FROM audit_keys WHERE pool = ?1 AND person = ?2")?;
    Ok(statement.query_row(params![pool, person], |row| Ok((row.get(0)?, row.get(1)?))).optional()?)
}

/// Whom a sealed text is about; `None` once the key is gone.
fn unseal(connection: &Connection, sealed: &str, pool: &str) -> Result<Option<AuditPerson>, JournalError> {
    let Some((id, sealed)) = sealed.split_at_checked(KEY_ID) else { return Ok(None) };
    let mut statement = connection.prepare_cached("SELECT key FROM audit_keys WHERE id = ?1")?;
    let key: Option<Vec<u8>> = statement.query_row([id], |row| row.get(0)).optional()?;
    Ok(key.and_then(|key| opened(sealed, pool, &key)))
}

fn opened(sealed: &str, pool: &str, key: &[u8]) -> Option<AuditPerson> {
    let bytes = hex::decode(sealed).ok()?;
    let (nonce, text) = bytes.split_first_chunk::<24>()?;
    let cipher = XChaCha20Poly1305::new_from_slice(key).ok()?;
    let plain = cipher.decrypt(&XNonce::from(*nonce), Payload { msg: text, aad: pool.as_bytes() }).ok()?;
    serde_json::from_slice(&plain).ok()
}

impl Journal {
    /// Adds a record of its own.
    ///
    /// # Errors
    /// [`JournalError::Failed`]; what it tells of must then not happen.
    pub fn record_audit(&self, entry: &AuditEntry) -> Result<(), JournalError> {
        let mut connection = self.lock();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        add(&transaction, entry)?;
        Ok(transaction.commit()?)
    }

    /// The last `limit` records that a filter lets through, the newest first.
    ///
    /// # Errors
    /// [`JournalError::Failed`].
    pub fn audit(&self, filter: &AuditFilter, limit: usize) -> Result<AuditPage, JournalError> {
        let mut page = AuditPage::default();
        let mut before = filter.before.map_or(i64::MAX, |before| i64::try_from(before).unwrap_or(i64::MAX));
        let keys = match &filter.person {
            Some(person) => Some(self.keys_about(person)?),
            None => None,
        };
        while page.records.len() < limit {
            // Whoever writes a record waits for a batch and not for the whole audit.
            let Some(first) = self.audit_batch(filter, keys.as_ref(), limit, before, &mut page)? else {
                return Ok(page);
            };
            before = first;
        }
        // Whether there is one more at all.
        let (mut more, mut at) = (AuditPage::default(), before);
        while more.records.is_empty() {
            let Some(first) = self.audit_batch(filter, keys.as_ref(), 1, at, &mut more)? else {
                page.unreadable += more.unreadable;
                return Ok(page);
            };
            at = first;
        }
        page.earlier = Some(number(before));
        Ok(page)
    }

    /// The ids of the keys with which records of a person may be sealed, as a JSON array: by name or `sub`, and by the `sub`
    /// that the entries of jobs have with the name.
    fn keys_about(&self, person: &str) -> Result<String, JournalError> {
        let connection = self.lock();
        let mut statement = connection.prepare_cached(
            "SELECT id FROM audit_keys WHERE person = ?1
                 OR person IN (SELECT sub FROM items WHERE name = ?1 AND sub IS NOT NULL)",
        )?;
        let keys: Vec<String> = statement.query_map([person], |row| row.get(0))?.collect::<Result<_, _>>()?;
        serde_json::to_string(&keys).map_err(failed)
    }

    /// Looks at the records before a place; the place of the first of them, `None` when there was none.
    fn audit_batch(
        &self,
        filter: &AuditFilter,
        keys: Option<&String>,
        limit: usize,
        before: i64,
        page: &mut AuditPage,
    ) -> Result<Option<i64>, JournalError> {
        let connection = self.lock();
        let mut statement = connection.prepare_cached(batch_of(keys.is_some()))?;
        let mut rows = statement.query(params![before, BATCH, keys])?;
        let mut first = None;
        while let Some(row) = rows.next()? {
            let seq: i64 = row.get(0)?;
            first = Some(seq);
            let Ok(body) = serde_json::from_slice::<Body>(row.get_ref(1)?.as_bytes().unwrap_or_default()) else {
                page.unreadable += 1;
                continue;
            };
            if !filter.lets_through(&body) {
                continue;
            }
            let person = match &body.sealed {
                Some(sealed) => unseal(&connection, sealed, &body.pool)?,
                None => None,
            };
            let meant = |wanted: &String| {
                person.as_ref().is_some_and(|who| who.name == *wanted || who.sub.as_ref() == Some(wanted))
            };
            if filter.person.as_ref().is_none_or(meant) {
                page.records.push(AuditRecord { seq: number(seq), entry: entry(body, person), hash: row.get(2)? });
            }
            if page.records.len() >= limit {
                break;
            }
        }
        Ok(first)
    }

    /// Walks the chain as far as it goes when this begins. `known_head` is a hash that was noted earlier and must still be in
    /// it. Whoever writes a record meanwhile waits for a batch and not for the whole audit.
    ///
    /// # Errors
    /// [`JournalError::Failed`] when it cannot be read; what is wrong with the chain is in the verdict.
    pub fn verify_audit(&self, known_head: Option<&str>) -> Result<AuditVerdict, JournalError> {
        let (told, head): (i64, Vec<u8>) =
            self.lock().query_row("SELECT records, CAST(hash AS BLOB) FROM audit_head", [], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })?;
        let mut walk = Walk { told, head_seen: known_head.is_none_or(str::is_empty), ..Walk::default() };
        while self.walk_batch(&mut walk, known_head)? {}
        let Walk { last, records, previous, mut faults, head_seen, .. } = walk;
        let mut fault = |what: &str| faults.push(AuditFault { seq: last, what: what.to_owned() });
        if number(told) != records || head != previous {
            fault("The end of the audit is not where it was written: records were cut off or added.");
        }
        if !head_seen {
            fault("The hash that was noted earlier is not in the audit: it was cut off, replaced or rolled back.");
        }
        Ok(AuditVerdict { records, head: String::from_utf8_lossy(&previous).into_owned(), faults })
    }

    /// Walks on over the next records; whether there may be more.
    fn walk_batch(&self, walk: &mut Walk, known_head: Option<&str>) -> Result<bool, JournalError> {
        let connection = self.lock();
        // What is added after the walk began is not looked at; what stands behind the end all the same was never written. A
        // record that is no text any more is a fault and no error.
        let mut statement = connection.prepare_cached(
            "SELECT seq, CAST(body AS BLOB), CAST(previous AS BLOB), CAST(hash AS BLOB) FROM audit
                 WHERE seq > ?1 AND (seq <= ?2 OR seq > (SELECT records FROM audit_head)) ORDER BY seq LIMIT ?3",
        )?;
        let mut rows = statement.query(params![walk.at, walk.told, BATCH])?;
        let mut more = false;
        while let Some(row) = rows.next()? {
            more = true;
            walk.at = row.get(0)?;
            let (body, before, told): (Vec<u8>, Vec<u8>, Vec<u8>) = (row.get(1)?, row.get(2)?, row.get(3)?);
            walk.next(number(walk.at), &body, &before, told, known_head);
        }
        Ok(more)
    }
}

/// How far a walk over the chain has come.
struct Walk {
    /// The place in the table that was looked at last.
    at: i64,
    /// How many records there were when it began.
    told: i64,
    last: u64,
    records: u64,
    previous: Vec<u8>,
    head_seen: bool,
    faults: Vec<AuditFault>,
}

impl Default for Walk {
    fn default() -> Self {
        Self { at: i64::MIN, told: 0, last: 0, records: 0, previous: Vec::new(), head_seen: false, faults: Vec::new() }
    }
}

impl Walk {
    fn next(&mut self, seq: u64, body: &[u8], before: &[u8], told: Vec<u8>, known_head: Option<&str>) {
        let mut fault = |what: &str| self.faults.push(AuditFault { seq, what: what.to_owned() });
        if seq != self.last + 1 {
            fault("A record before this one is missing or out of its place.");
        }
        if before != self.previous {
            fault("This record does not follow the one before it.");
        }
        if hash(seq, before, body).as_bytes() != told {
            fault("This record is not as it was written.");
        }
        self.records += 1;
        self.head_seen |= known_head.is_some_and(|head| head.as_bytes() == told);
        (self.last, self.previous) = (seq, told);
    }
}

fn entry(body: Body, person: Option<AuditPerson>) -> AuditEntry {
    let Body { at, kind, job, item, who, pool, operation, outcome, code, request_id, reason, plan, sealed: _ } = body;
    AuditEntry { at, kind, job, item, who, pool, operation, outcome, code, request_id, reason, plan, person }
}

/// Throws away the keys of a person, so that nobody can read what records say of them. The chain stays whole.
pub(super) fn forget(transaction: &Transaction<'_>, pool: &str, names: &[&str]) -> Result<(), JournalError> {
    for name in names {
        transaction
            .prepare_cached("DELETE FROM audit_keys WHERE (pool = ?1 OR pool LIKE '%/' || ?1) AND person = ?2")?
            .execute(params![pool, name])?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data_dir::DataDir;
    use crate::keys::{KeySource, Keys};

    fn journal(dir: &std::path::Path) -> Journal {
        let dir = DataDir::open(dir).unwrap();
        let keys = Keys::unlock(&KeySource::Memory, &dir).unwrap();
        Journal::open(&dir, &keys).unwrap()
    }

    fn filled(dir: &std::path::Path) -> Journal {
        let journal = journal(dir);
        for number in 0..30 {
            let person = AuditPerson { name: format!("user-{}", number % 3), sub: None, changes: Vec::new() };
            journal
                .record_audit(&AuditEntry {
                    at: Timestamp::from_second(1_800_000_000 + number).unwrap(),
                    kind: AuditKind::Outcome,
                    job: "job".to_owned(),
                    item: u64::try_from(number).ok(),
                    who: "arn:aws:iam::123456789012:user/alice".to_owned(),
                    pool: "sandbox/123456789012/eu-west-1/eu-west-1_A".to_owned(),
                    operation: "AdminDisableUser".to_owned(),
                    outcome: Some("done".to_owned()),
                    code: None,
                    request_id: Some(format!("request-{number}")),
                    reason: None,
                    plan: None,
                    person: Some(person),
                })
                .unwrap();
        }
        journal
    }

    fn faults_after(change: &str) -> Vec<AuditFault> {
        let dir = tempfile::tempdir().unwrap();
        let journal = filled(dir.path());
        assert_eq!(journal.verify_audit(None).unwrap().faults, []);
        let connection = journal.lock();
        connection.execute_batch("DROP TRIGGER audit_is_not_changed; DROP TRIGGER audit_is_not_deleted;").unwrap();
        connection.execute_batch(change).unwrap();
        drop(connection);
        journal.verify_audit(None).unwrap().faults
    }

    #[test]
    fn every_flipped_bit_of_every_column_is_found() {
        let dir = tempfile::tempdir().unwrap();
        let journal = filled(dir.path());
        journal.lock().execute_batch("DROP TRIGGER audit_is_not_changed;").unwrap();
        for column in ["body", "previous", "hash"] {
            let text: String = journal
                .lock()
                .query_row(&format!("SELECT {column} FROM audit WHERE seq = 17"), [], |row| row.get(0))
                .unwrap();
            for at in 0..text.len() {
                // The highest bit leaves no text.
                for bit in 0..8 {
                    let mut bytes = text.clone().into_bytes();
                    bytes[at] ^= 1 << bit;
                    let sql = format!("UPDATE audit SET {column} = CAST(?1 AS TEXT) WHERE seq = 17");
                    journal.lock().execute(&sql, [&bytes]).unwrap();
                    assert_ne!(journal.verify_audit(None).unwrap().faults, [], "{column}, byte {at}, bit {bit}");
                }
            }
            journal.lock().execute(&format!("UPDATE audit SET {column} = ?1 WHERE seq = 17"), [&text]).unwrap();
        }
        assert_eq!(journal.verify_audit(None).unwrap().faults, []);
    }

    #[test]
    fn what_is_deleted_doubled_reordered_or_cut_off_is_found() {
        for seq in 1..=30 {
            assert_ne!(faults_after(&format!("DELETE FROM audit WHERE seq = {seq}")), [], "deleted {seq}");
        }
        let doubled = "INSERT INTO audit SELECT 31, body, previous, hash FROM audit WHERE seq = 30";
        assert_ne!(faults_after(doubled), []);
        let swapped = "UPDATE audit SET seq = 100 WHERE seq = 4; UPDATE audit SET seq = 4 WHERE seq = 5;
                       UPDATE audit SET seq = 5 WHERE seq = 100;";
        assert_ne!(faults_after(swapped), []);
        let moved_up = "DELETE FROM audit WHERE seq = 7; UPDATE audit SET seq = seq - 1 WHERE seq > 7;";
        assert_ne!(faults_after(moved_up), []);
        assert_ne!(faults_after("DELETE FROM audit WHERE seq > 20"), []);
    }

    #[test]
    fn records_are_written_while_the_chain_is_walked_and_are_no_fault_of_it() {
        let dir = tempfile::tempdir().unwrap();
        let journal = filled(dir.path());
        let entry = journal.audit(&AuditFilter::default(), 1).unwrap().records.remove(0).entry;
        for _ in 0..3 * BATCH {
            journal.record_audit(&entry).unwrap();
        }
        let (other, more) = (journal.clone(), entry.clone());
        let walking = std::thread::spawn(move || other.verify_audit(None).unwrap());
        for _ in 0..200 {
            journal.record_audit(&more).unwrap();
        }
        let verdict = walking.join().unwrap();
        assert_eq!(verdict.faults, []);
        // A walk that has come half way leaves room for a record, and does not look at it.
        let mut walk = Walk { told: 30 + 3 * i64::from(BATCH), head_seen: true, ..Walk::default() };
        assert!(journal.walk_batch(&mut walk, None).unwrap());
        assert_eq!(walk.records, u64::from(BATCH), "a batch at a time");
        journal.record_audit(&entry).unwrap();
        while journal.walk_batch(&mut walk, None).unwrap() {}
        assert_eq!((walk.records, walk.faults), (30 + 3 * u64::from(BATCH), Vec::new()));
    }

    #[test]
    fn a_head_that_was_noted_proves_that_nothing_was_rolled_back() {
        let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let noted = filled(one.path()).verify_audit(None).unwrap().head;
        let replaced = filled(other.path());
        assert_eq!(replaced.verify_audit(None).unwrap().faults, []);
        assert_ne!(replaced.verify_audit(Some(&noted)).unwrap().faults, []);
    }

    #[test]
    fn who_is_erased_cannot_be_read_and_the_chain_stays_whole() {
        let dir = tempfile::tempdir().unwrap();
        let journal = filled(dir.path());
        let of = |name: &str| {
            let filter = AuditFilter { person: Some(name.to_owned()), ..AuditFilter::default() };
            journal.audit(&filter, 100).unwrap().records.len()
        };
        assert_eq!((of("user-0"), of("user-1")), (10, 10));
        journal.forget_person("eu-west-1_A", &["user-1"]).unwrap();
        assert_eq!((of("user-0"), of("user-1")), (10, 0));
        assert_eq!(journal.audit(&AuditFilter::default(), 100).unwrap().records.len(), 30);
        assert_eq!(journal.verify_audit(None).unwrap().faults, []);
    }

    #[test]
    fn what_is_said_of_one_person_is_found_by_their_key_and_not_by_reading_everything() {
        let dir = tempfile::tempdir().unwrap();
        let journal = filled(dir.path());
        let keys = journal.keys_about("user-1").unwrap();
        assert_eq!(serde_json::from_str::<Vec<String>>(&keys).unwrap().len(), 1);
        assert_eq!(journal.keys_about("nobody").unwrap(), "[]");
        let connection = journal.lock();
        let of: Vec<String> = connection
            .prepare(&format!("EXPLAIN QUERY PLAN {}", batch_of(true)))
            .unwrap()
            .query_map(params![i64::MAX, BATCH, keys], |row| row.get(3))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        assert!(of.iter().any(|line| line.contains("audit_by_key")), "{of:?}");
    }

    #[test]
    fn an_audit_of_several_batches_is_read_whole_and_the_newest_first() {
        let dir = tempfile::tempdir().unwrap();
        let journal = filled(dir.path());
        let entry = journal.audit(&AuditFilter::default(), 1).unwrap().records.remove(0).entry;
        let mut connection = journal.lock();
        let transaction = connection.transaction().unwrap();
        for at in 0..2 * BATCH {
            let person = AuditPerson { name: format!("one-of-many-{at}"), sub: None, changes: Vec::new() };
            add(&transaction, &AuditEntry { person: Some(person), ..entry.clone() }).unwrap();
        }
        transaction.commit().unwrap();
        drop(connection);
        let all = journal.audit(&AuditFilter::default(), 10_000).unwrap().records;
        assert!(all.iter().map(|record| record.seq).eq((1..=30 + 2 * u64::from(BATCH)).rev()));
        let first = AuditFilter { person: Some("user-0".to_owned()), ..AuditFilter::default() };
        assert_eq!(journal.audit(&first, 3).unwrap().records.len(), 3);
        assert_eq!(journal.audit(&first, 10_000).unwrap().records.len(), 10);
    }

    #[test]
    fn what_is_read_page_by_page_is_what_is_read_at_once() {
        let dir = tempfile::tempdir().unwrap();
        let journal = filled(dir.path());
        for person in [None, Some("user-1".to_owned())] {
            let mut filter = AuditFilter { person, ..AuditFilter::default() };
            let all = journal.audit(&filter, 100).unwrap();
            assert_eq!(all.earlier, None);
            let mut pages = Vec::new();
            loop {
                let page = journal.audit(&filter, 4).unwrap();
                pages.extend(page.records);
                filter.before = page.earlier;
                if filter.before.is_none() {
                    break;
                }
            }
            assert_eq!(pages, all.records);
        }
    }

    #[test]
    fn records_that_cannot_be_read_are_counted_and_the_others_are_listed() {
        let dir = tempfile::tempdir().unwrap();
        let journal = filled(dir.path());
        journal.lock().execute_batch("DROP TRIGGER audit_is_not_changed;").unwrap();
        // One that was damaged, and two of a version that knows more: one is about user-2.
        for change in [
            "UPDATE audit SET body = substr(body, 2) WHERE seq = 9",
            "UPDATE audit SET body = json_set(body, '$.kind', 'signed') WHERE seq IN (10, 12)",
        ] {
            journal.lock().execute_batch(change).unwrap();
        }
        let all = journal.audit(&AuditFilter::default(), 100).unwrap();
        assert_eq!((all.records.len(), all.unreadable), (27, 3));
        let newest = journal.audit(&AuditFilter::default(), 18).unwrap();
        assert_eq!((newest.records.len(), newest.unreadable), (18, 0));
        let next = AuditFilter { before: newest.earlier, ..AuditFilter::default() };
        assert_eq!(journal.audit(&next, 100).unwrap().unreadable, 3);
        let of = AuditFilter { person: Some("user-2".to_owned()), ..AuditFilter::default() };
        let told = journal.audit(&of, 100).unwrap();
        assert_eq!((told.records.len(), told.unreadable), (8, 1), "who is damaged is nobody's");
    }

    #[test]
    fn records_can_neither_be_changed_nor_deleted() {
        let dir = tempfile::tempdir().unwrap();
        let journal = filled(dir.path());
        for sql in ["UPDATE audit SET body = '' WHERE seq = 1", "DELETE FROM audit WHERE seq = 1"] {
            assert!(journal.lock().execute(sql, []).is_err(), "{sql}");
        }
    }
}
