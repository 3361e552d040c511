CREATE TABLE pools (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE
) STRICT;

-- One thing that happened to one user. `name` is '' where there is none, so that the key tells repeats.
CREATE TABLE changes (
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
    after TEXT,
    UNIQUE (pool, person, generation, kind, name)
) STRICT;

CREATE INDEX changes_by_username ON changes (pool, username);
CREATE INDEX changes_by_time ON changes (at);
