-- Settings that were written whole. `before` and `after` are the whole object as AWS described it, as JSON, secrets masked;
-- `patch` is what was meant, `target` what was written, `found` what describing again showed.
CREATE TABLE edits (
    id TEXT PRIMARY KEY,
    pool TEXT NOT NULL,
    account TEXT NOT NULL,
    arn TEXT NOT NULL,
    target TEXT NOT NULL,
    patch TEXT NOT NULL,
    before TEXT NOT NULL,
    after TEXT,
    found TEXT,
    state TEXT NOT NULL,
    why TEXT,
    rule TEXT,
    reason TEXT,
    undo_of TEXT,
    at INTEGER NOT NULL
) STRICT;

CREATE INDEX edits_by_pool ON edits (pool, at);

-- Risks that somebody accepts until a day. `resource` is the pool, a client or an identity pool.
CREATE TABLE waivers (
    pool TEXT NOT NULL,
    rule TEXT NOT NULL,
    resource TEXT NOT NULL,
    reason TEXT NOT NULL,
    who TEXT NOT NULL,
    until INTEGER NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (pool, rule, resource)
) STRICT, WITHOUT ROWID;

-- How many findings came out how, each time that the rules were held against a pool and something was different.
CREATE TABLE scores (
    pool TEXT NOT NULL,
    at INTEGER NOT NULL,
    counts TEXT NOT NULL,
    PRIMARY KEY (pool, at)
) STRICT, WITHOUT ROWID;
