-- A generation may meet a user twice, and find the same field different each time: what repeats the last that was told of it
-- is left out when it is written, so that no key has to tell repeats.
CREATE TABLE changes_of_all (
    id INTEGER PRIMARY KEY,
    pool INTEGER NOT NULL REFERENCES pools (id),
    person TEXT NOT NULL,
    username TEXT NOT NULL,
    generation INTEGER NOT NULL,
    at INTEGER NOT NULL,
    since INTEGER,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    before TEXT,
    after TEXT
) STRICT;

INSERT INTO changes_of_all SELECT id, pool, person, username, generation, at, since, kind, name, before, after FROM changes;
DROP TABLE changes;
ALTER TABLE changes_of_all RENAME TO changes;

CREATE INDEX changes_by_person ON changes (pool, person, generation, name);
CREATE INDEX changes_by_username ON changes (pool, username);
CREATE INDEX changes_by_time ON changes (at);
