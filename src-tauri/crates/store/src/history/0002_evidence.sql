-- What was known of a pool's month: counts, never people. One row for each kind, replaced while more is learnt.
CREATE TABLE evidence (
    pool INTEGER NOT NULL REFERENCES pools (id),
    month TEXT NOT NULL,
    kind TEXT NOT NULL,
    at INTEGER NOT NULL,
    json TEXT NOT NULL,
    PRIMARY KEY (pool, month, kind)
) STRICT;

-- Who had a sign-in event in which month, as somebody's looks at their events told.
CREATE TABLE seen (
    pool INTEGER NOT NULL REFERENCES pools (id),
    month TEXT NOT NULL,
    person TEXT NOT NULL,
    PRIMARY KEY (pool, month, person)
) STRICT, WITHOUT ROWID;
