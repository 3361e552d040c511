-- One row: what is known of the pool and of its syncs. `revision` grows with every change of users, groups or
-- memberships. Instants are microseconds since 1970.
CREATE TABLE state (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    revision INTEGER NOT NULL,
    users INTEGER NOT NULL,
    -- The revision that changed groups or memberships last.
    groups_revision INTEGER NOT NULL DEFAULT 0,
    -- The revision until which `gone` was emptied: whoever holds the users of an earlier one reads everybody anew.
    gone_since INTEGER NOT NULL DEFAULT 0,
    pool TEXT,
    -- When AWS told that.
    pool_at INTEGER,
    synced_at INTEGER,
    complete INTEGER NOT NULL DEFAULT 0,
    swept INTEGER NOT NULL DEFAULT 0,
    estimated_users INTEGER,
    -- Whether the list of groups has been read once.
    groups_listed INTEGER NOT NULL DEFAULT 0,
    -- The running generation; NULL when there is none.
    generation INTEGER,
    kind TEXT,
    phase TEXT,
    started_at INTEGER,
    last_generation INTEGER NOT NULL DEFAULT 0
) STRICT;

-- Revisions begin at a random number, so that a cache that was made anew is never mistaken for the one before.
INSERT INTO state (one, revision, users) VALUES (1, abs(random() / 4194304), 0);

-- `folded` is the user name folded, '' where that is the user name itself, as it is for nearly everybody. Each user is in
-- one of the two indexes, which together have the order that people see.
-- `body` is everything but the user name and the groups (body.rs). Ids are never used twice. `revision` is that of the
-- change that wrote the row last: whoever holds the users in memory reads those that are newer.
CREATE TABLE users (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    username TEXT NOT NULL,
    folded TEXT NOT NULL,
    revision INTEGER NOT NULL,
    body BLOB NOT NULL
) STRICT;

CREATE UNIQUE INDEX users_by_plain_name ON users (username, folded) WHERE folded = '';
CREATE UNIQUE INDEX users_by_folded_name ON users (folded, username) WHERE folded <> '';
CREATE INDEX users_by_revision ON users (revision);

-- Who is gone, by the revision that removed the row. Emptied when a generation begins.
CREATE TABLE gone (
    revision INTEGER NOT NULL,
    user INTEGER NOT NULL,
    PRIMARY KEY (revision, user)
) STRICT, WITHOUT ROWID;

-- The attributes that users have, from 10 on as they are met. Smaller numbers are our own fields (fields.rs).
CREATE TABLE fields (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
) STRICT;

-- The app clients as they were described last, without their secrets.
CREATE TABLE clients (
    id TEXT PRIMARY KEY,
    body TEXT NOT NULL,
    read_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE groups (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    body TEXT NOT NULL,
    -- Whether its members have been listed once.
    listed INTEGER NOT NULL DEFAULT 0,
    -- Whether it came after the pool's groups had been listed: its first members are news.
    news INTEGER NOT NULL DEFAULT 0,
    -- The generation of the listing below, its checkpoint and whether it has ended.
    generation INTEGER,
    token TEXT,
    ended INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE memberships (
    group_id INTEGER NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
    user INTEGER NOT NULL,
    PRIMARY KEY (group_id, user)
) STRICT, WITHOUT ROWID;

CREATE INDEX memberships_by_user ON memberships (user, group_id);

-- Members that were listed before the user was.
CREATE TABLE pending_members (
    username TEXT NOT NULL,
    group_id INTEGER NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
    PRIMARY KEY (username, group_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX pending_members_by_group ON pending_members (group_id);

-- The listing of a group as far as it has come; it replaces the memberships when it has ended.
CREATE TABLE listed_members (
    group_id INTEGER NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
    username TEXT NOT NULL,
    PRIMARY KEY (group_id, username)
) STRICT, WITHOUT ROWID;

CREATE TABLE chains (
    id INTEGER PRIMARY KEY,
    prefix TEXT,
    token TEXT,
    token_at INTEGER,
    users INTEGER NOT NULL DEFAULT 0,
    ended INTEGER NOT NULL DEFAULT 0
) STRICT;

-- Characters of subs among the first eight that are no hexadecimal digits, after what is before them (folded): chains by
-- hexadecimal digits do not list those users. Noted when a user is written; nothing is taken out when one goes.
CREATE TABLE beginnings (
    before TEXT NOT NULL,
    next TEXT NOT NULL,
    PRIMARY KEY (before, next)
) STRICT, WITHOUT ROWID;

-- Users that the running generation has met.
CREATE TABLE seen (
    user INTEGER PRIMARY KEY
) STRICT;
