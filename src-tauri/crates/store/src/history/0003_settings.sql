-- A pool's settings as AWS told them, as JSON, secrets masked: one copy each time that something was different.
CREATE TABLE settings (
    pool INTEGER NOT NULL REFERENCES pools (id),
    at INTEGER NOT NULL,
    json TEXT NOT NULL,
    PRIMARY KEY (pool, at)
) STRICT;
