-- One row: what is known of the pool and of its syncs. `revision` grows with every change of users, groups or
-- memberships. Instants are microseconds since 1970.
CREATE TABLE state (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    revision INTEGER NOT NULL,
    users INTEGER NOT NULL,
    pool TEXT,
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

-- `body` is everything but the user name and the groups. Ids are never used twice.
CREATE TABLE users (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    username TEXT NOT NULL UNIQUE,
    body TEXT NOT NULL
) STRICT;

-- The attributes that users have, from 10 on as they are met. Smaller numbers are our own fields (fields.rs).
CREATE TABLE fields (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
) STRICT;

-- Every value of every user, in the order that searches and sorts want. `value` is folded text, or the 12 bytes of an
-- instant. `raw` is the text as it came, NULL when folding changed nothing.
CREATE TABLE field_values (
    field INTEGER NOT NULL,
    value ANY NOT NULL,
    user INTEGER NOT NULL,
    raw TEXT,
    PRIMARY KEY (field, value, user)
) STRICT, WITHOUT ROWID;

CREATE TABLE groups (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    body TEXT NOT NULL,
    -- Whether its members have been listed once.
    listed INTEGER NOT NULL DEFAULT 0,
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

-- Users that the running generation has met.
CREATE TABLE seen (
    user INTEGER PRIMARY KEY
) STRICT;

-- Users whose text is not yet in the indexes below: they are indexed many at a time, and looked at one by one until
-- then. `was` tells whether an older text of theirs is in there.
CREATE TABLE unindexed (
    user INTEGER PRIMARY KEY,
    was INTEGER NOT NULL
) STRICT;

-- Substrings. One column for each text field, so that nothing is found across values; the last is shared by whatever
-- fields are beyond. The text is folded already: the tokenizer must not fold again.
CREATE VIRTUAL TABLE trigrams USING fts5 (
    f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16, f17, f18, f19, f20, f21, f22, f23, f24, f25, f26, f27, f28, f29, f30, f31, f32, f33, f34, f35, f36, f37, f38, f39, f40, f41, f42, f43, f44, f45, f46, f47, f48, f49, f50, f51, f52, f53, f54, f55, f56, f57, f58, f59, f60, f61, f62, f63, f64, f65, f66, f67, f68, f69, f70, f71, f72, f73, f74, f75, f76, f77, f78, f79,
    tokenize = 'trigram case_sensitive 1 remove_diacritics 0', content = '', contentless_delete = 1
);

-- Single characters and pairs, spelled in hexadecimal digits, for words that are too short for trigrams.
CREATE VIRTUAL TABLE grams USING fts5 (
    f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16, f17, f18, f19, f20, f21, f22, f23, f24, f25, f26, f27, f28, f29, f30, f31, f32, f33, f34, f35, f36, f37, f38, f39, f40, f41, f42, f43, f44, f45, f46, f47, f48, f49, f50, f51, f52, f53, f54, f55, f56, f57, f58, f59, f60, f61, f62, f63, f64, f65, f66, f67, f68, f69, f70, f71, f72, f73, f74, f75, f76, f77, f78, f79,
    tokenize = 'ascii', content = '', contentless_delete = 1, detail = column
);

-- An encrypted page has room for 4,016 bytes; the usual 4,050 would need two pages each.
INSERT INTO trigrams (trigrams, rank) VALUES ('pgsz', 3900), ('automerge', 8);
INSERT INTO grams (grams, rank) VALUES ('pgsz', 3900), ('automerge', 8);
