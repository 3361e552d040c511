//! The ledger: which calls may have made which user billable.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use model::call::MauEffect;
use model::mau::surely_counts;
use model::plan::{Item, Record, Step};
use rusqlite::{Transaction, TransactionBehavior, params};

use super::{Journal, JournalError};

/// A call about one person, before it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerCall {
    /// When.
    pub at: Timestamp,
    /// The endpoint's URL when one is set, else the partition; `sandbox` for the sandbox.
    pub place: String,
    /// The account, where it is known.
    pub account: Option<String>,
    /// The Region.
    pub region: String,
    /// The pool.
    pub pool: String,
    /// The user name or `sub` that the call names; empty when the call does not tell (a refresh token).
    pub person: String,
    /// AWS's name of the operation.
    pub operation: String,
    /// What AWS's list says of it.
    pub effect: MauEffect,
    /// 1 for the first attempt.
    pub attempt: u32,
}

/// How a recorded call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LedgerEnd {
    /// It was sent; what came of it is not known.
    Sent,
    /// AWS answered as wished.
    Done,
    /// AWS refused it, or it was lost.
    Failed,
}

/// Names an entry for the time between sending and answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LedgerId(i64);

/// A line of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The call. Its effect is [`MauEffect::AlreadyCounted`] when an earlier call of this program in the same month
    /// surely counted the person already.
    pub call: LedgerCall,
    /// How it ended.
    pub end: LedgerEnd,
}

fn word(effect: MauEffect) -> &'static str {
    match effect {
        MauEffect::Free => "free",
        MauEffect::MayBill => "may_bill",
        MauEffect::Undocumented => "undocumented",
        MauEffect::AlreadyCounted => "already_counted",
    }
}

fn effect(word: &str) -> MauEffect {
    match word {
        "free" => MauEffect::Free,
        "may_bill" => MauEffect::MayBill,
        "already_counted" => MauEffect::AlreadyCounted,
        _ => MauEffect::Undocumented,
    }
}

fn end_word(end: LedgerEnd) -> &'static str {
    match end {
        LedgerEnd::Sent => "sent",
        LedgerEnd::Done => "done",
        LedgerEnd::Failed => "failed",
    }
}

/// The calendar month of an instant in UTC, in which AWS counts: `2026-11`.
fn month(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).strftime("%Y-%m").to_string()
}

impl Journal {
    /// Writes down a call before it is sent. The person counts as counted already when an earlier call of the month about
    /// the same pool surely made them active; one that may have ended in a challenge has not.
    ///
    /// # Errors
    /// [`JournalError::Failed`]; the call must not be sent then.
    pub fn record_call(&self, call: &LedgerCall) -> Result<LedgerId, JournalError> {
        let mut connection = self.lock();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let month = month(call.at);
        let effect = match call.effect {
            MauEffect::Free => MauEffect::Free,
            _ if is_counted(&transaction, &month, call)? => MauEffect::AlreadyCounted,
            effect => effect,
        };
        transaction
            .prepare_cached(
                "INSERT INTO ledger (at, month, account, region, pool, person, operation, effect, attempt, place, outcome)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 'sent')",
            )?
            .execute(params![
                call.at.as_microsecond(),
                month,
                call.account,
                call.region,
                call.pool,
                call.person,
                call.operation,
                word(effect),
                call.attempt,
                call.place,
            ])?;
        let id = transaction.last_insert_rowid();
        transaction.commit()?;
        Ok(LedgerId(id))
    }

    /// Writes down how a call ended.
    ///
    /// # Errors
    /// [`JournalError::Failed`]; the entry then stays [`LedgerEnd::Sent`].
    pub fn end_call(&self, id: LedgerId, end: LedgerEnd) -> Result<(), JournalError> {
        let connection = self.lock();
        connection
            .prepare_cached("UPDATE ledger SET outcome = ?2 WHERE id = ?1")?
            .execute(params![id.0, end_word(end)])?;
        Ok(())
    }

    /// The entries from `from` on, the oldest first.
    ///
    /// # Errors
    /// [`JournalError::Failed`].
    pub fn ledger(&self, from: Timestamp) -> Result<Vec<Entry>, JournalError> {
        let connection = self.lock();
        let mut statement = connection.prepare_cached(
            "SELECT at, account, region, pool, person, operation, effect, attempt, outcome, place FROM ledger
             WHERE at >= ?1 ORDER BY id",
        )?;
        let rows = statement.query_map([from.as_microsecond()], |row| {
            let micros: i64 = row.get(0)?;
            let effects: String = row.get(6)?;
            let ended: String = row.get(8)?;
            Ok(Entry {
                call: LedgerCall {
                    at: Timestamp::from_microsecond(micros).unwrap_or_default(),
                    place: row.get(9)?,
                    account: row.get(1)?,
                    region: row.get(2)?,
                    pool: row.get(3)?,
                    person: row.get(4)?,
                    operation: row.get(5)?,
                    effect: effect(&effects),
                    attempt: row.get(7)?,
                },
                end: match ended.as_str() {
                    "done" => LedgerEnd::Done,
                    "failed" => LedgerEnd::Failed,
                    _ => LedgerEnd::Sent,
                },
            })
        })?;
        rows.collect::<Result<_, _>>().map_err(Into::into)
    }

    /// The names that jobs of a pool have for a person who is named by user name or `sub`: both of these, and the one that they
    /// were created under. Of a name that several people had, the names of all of them.
    ///
    /// # Errors
    /// [`JournalError::Failed`].
    pub fn known_as(&self, pool: &str, person: &str) -> Result<BTreeSet<String>, JournalError> {
        let connection = self.lock();
        let mut statement = connection.prepare_cached(
            "SELECT name, sub, body FROM items
             WHERE (name = ?2 OR sub = ?2) AND job IN (SELECT id FROM jobs WHERE pool = ?1 OR pool LIKE '%/' || ?1)",
        )?;
        let mut rows = statement.query(params![pool, person])?;
        let mut names = BTreeSet::new();
        while let Some(row) = rows.next()? {
            names.insert(row.get(0)?);
            names.extend(row.get::<_, Option<String>>(1)?);
            let item = serde_json::from_str::<Item>(&row.get::<_, String>(2)?).ok();
            if let Some(Step::CreateUser(new)) = item.and_then(|item| item.steps.into_iter().next()) {
                names.insert(new.username);
            }
        }
        Ok(names)
    }

    /// Forgets who was meant by every entry of a pool about this person: in the ledger, in jobs that have ended or ended
    /// with them, also as members of deleted groups, and in the audit. The calls stay counted and the audit's chain stays
    /// whole.
    ///
    /// # Errors
    /// [`JournalError::Failed`]; nothing is forgotten then.
    pub fn forget_person(&self, pool: &str, names: &[&str]) -> Result<(), JournalError> {
        let mut connection = self.lock();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for name in names {
            transaction
                .prepare_cached("UPDATE ledger SET person = '' WHERE pool = ?1 AND person = ?2")?
                .execute(params![pool, name])?;
            transaction
                .prepare_cached(
                    "UPDATE items SET name = '', sub = NULL, body = '', why = NULL, detail = NULL, undelivered = NULL
                     WHERE (name = ?2 OR sub = ?2)
                         AND job IN (SELECT id FROM jobs WHERE pool = ?1 OR pool LIKE '%/' || ?1)
                         AND (state IN ('done', 'failed', 'skipped')
                              OR job IN (SELECT id FROM jobs WHERE state = 'ended'))",
                )?
                .execute(params![pool, name])?;
        }
        forget_members(&transaction, pool, names)?;
        super::audit::forget(&transaction, pool, names)?;
        transaction.commit()?;
        Ok(())
    }
}

/// Whether an operation that went well leaves no doubt that its user counts. What an answer to a challenge ended in is not
/// in the ledger: it may be another challenge, before which somebody goes away.
pub(super) fn leaves_no_doubt(operation: &str) -> bool {
    surely_counts(operation) && !["RespondToAuthChallenge", "AdminRespondToAuthChallenge"].contains(&operation)
}

/// Whether an earlier call of the month surely counted the person in the same pool of the same account, Region and place.
fn is_counted(transaction: &Transaction<'_>, month: &str, call: &LedgerCall) -> Result<bool, JournalError> {
    let mut statement = transaction.prepare_cached(
        "SELECT DISTINCT operation FROM ledger WHERE month = ?1 AND pool = ?2 AND person = ?3 AND person <> ''
             AND place = ?4 AND account = ?5 AND region = ?6 AND outcome = 'done'",
    )?;
    let mut rows = statement.query(params![month, call.pool, call.person, call.place, call.account, call.region])?;
    while let Some(row) = rows.next()? {
        if leaves_no_doubt(row.get_ref(0)?.as_str().unwrap_or_default()) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Takes people out of the records of deleted groups.
fn forget_members(transaction: &Transaction<'_>, pool: &str, names: &[&str]) -> Result<(), JournalError> {
    let mut found: Vec<(String, i64, String)> = Vec::new();
    {
        let mut statement = transaction.prepare_cached(
            "SELECT job, seq, body FROM items
             WHERE job IN (SELECT id FROM jobs WHERE pool = ?1 OR pool LIKE '%/' || ?1) AND instr(body, '\"members\"') > 0",
        )?;
        let rows = statement.query_map([pool], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        for row in rows {
            found.push(row?);
        }
    }
    for (job, seq, body) in found {
        let Ok(mut item) = serde_json::from_str::<Item>(&body) else { continue };
        let Some(Record::Group { members, .. }) = &mut item.record else { continue };
        let before = members.len();
        members
            .retain(|member| !names.contains(&member.name()) && member.sub().is_none_or(|sub| !names.contains(&sub)));
        if members.len() < before {
            let body = serde_json::to_string(&item).map_err(|error| JournalError::Failed(error.to_string()))?;
            transaction
                .prepare_cached("UPDATE items SET body = ?3 WHERE job = ?1 AND seq = ?2")?
                .execute(params![job, seq, body])?;
        }
    }
    Ok(())
}
