-- Every call that may make a user billable, written before it is sent. `outcome` stays 'sent' when its end is not known.
CREATE TABLE ledger (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    month TEXT NOT NULL,
    place TEXT NOT NULL,
    account TEXT,
    region TEXT NOT NULL,
    pool TEXT NOT NULL,
    person TEXT NOT NULL,
    operation TEXT NOT NULL,
    effect TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    outcome TEXT NOT NULL
) STRICT;

CREATE INDEX ledger_by_month ON ledger (month, pool, person);
CREATE INDEX ledger_by_time ON ledger (at);
