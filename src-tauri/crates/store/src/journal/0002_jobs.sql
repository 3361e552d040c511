-- What was approved and is carried out. `head` is the action, its time and notes, as JSON, and names nobody; `digest` is
-- the SHA-256 of the whole plan.
CREATE TABLE jobs (
    id TEXT PRIMARY KEY,
    head TEXT NOT NULL,
    digest TEXT NOT NULL,
    pool TEXT NOT NULL,
    account TEXT NOT NULL,
    arn TEXT NOT NULL,
    reason TEXT,
    undo_of TEXT,
    state TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE INDEX jobs_by_time ON jobs (created_at);

-- One user or group of a job. `body` is the entry as JSON, with what is kept for taking it back; `step` is the call that
-- is next, `sent_at` when the last one was sent, `resent` how often it was queued again after no answer came. An erased
-- person's body is emptied.
CREATE TABLE items (
    job TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    seq INTEGER NOT NULL,
    name TEXT NOT NULL,
    sub TEXT,
    body TEXT NOT NULL,
    step INTEGER NOT NULL DEFAULT 0,
    state TEXT NOT NULL,
    code TEXT,
    why TEXT,
    detail TEXT,
    request_id TEXT,
    at INTEGER NOT NULL,
    sent_at INTEGER,
    resent INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (job, seq)
) STRICT, WITHOUT ROWID;

CREATE INDEX items_by_state ON items (job, state, seq);
CREATE INDEX items_by_name ON items (name);
CREATE INDEX items_by_sub ON items (sub);

-- What was done, by whom, in an order that nobody can change unseen: each hash covers the one before. What is about a
-- person is sealed with a key of their own, so that it can be forgotten while the chain stays whole.
CREATE TABLE audit (
    seq INTEGER PRIMARY KEY,
    body TEXT NOT NULL,
    previous TEXT NOT NULL,
    hash TEXT NOT NULL
) STRICT;

CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit BEGIN SELECT raise(ABORT, 'the audit is only added to'); END;
CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit BEGIN SELECT raise(ABORT, 'the audit is only added to'); END;

-- How many records there are and the hash of the last, so that the end cannot be cut off unseen.
CREATE TABLE audit_head (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    records INTEGER NOT NULL,
    hash TEXT NOT NULL
) STRICT;

INSERT INTO audit_head (one, records, hash) VALUES (1, 0, '');

-- `id` is random and stands before what is sealed with the key.
CREATE TABLE audit_keys (
    id TEXT PRIMARY KEY,
    pool TEXT NOT NULL,
    person TEXT NOT NULL,
    key BLOB NOT NULL,
    UNIQUE (pool, person)
) STRICT, WITHOUT ROWID;
