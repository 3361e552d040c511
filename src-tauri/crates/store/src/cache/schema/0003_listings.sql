-- What a listing has met is kept page by page, in the order in which the pages came: a page is written to one place, and
-- not to one for each user. A listing that was under way begins anew.
DROP TABLE seen;
DROP TABLE listed_members;
DELETE FROM chains;
UPDATE state SET generation = NULL, kind = NULL, phase = NULL, started_at = NULL;
UPDATE groups SET generation = NULL, token = NULL, ended = 0;

-- Users that the running generation has met: the ids of a page, four bytes each, the lowest first.
CREATE TABLE seen (
    page INTEGER PRIMARY KEY,
    users BLOB NOT NULL
) STRICT;

-- The listing of a group as far as it has come; it replaces the memberships when it has ended. User names as JSON.
CREATE TABLE listed_members (
    page INTEGER PRIMARY KEY,
    group_id INTEGER NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
    usernames TEXT NOT NULL
) STRICT;

CREATE INDEX listed_members_by_group ON listed_members (group_id);

-- What we changed ourselves while a listing was on its way: AWS may have put it together before. Instants are microseconds
-- since 1970.
CREATE TABLE our_users (
    username TEXT PRIMARY KEY,
    at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE our_members (
    group_id INTEGER NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
    username TEXT NOT NULL,
    inside INTEGER NOT NULL,
    PRIMARY KEY (group_id, username)
) STRICT, WITHOUT ROWID;
