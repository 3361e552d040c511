-- Calls about Cognito's own imports of which the audit has the intent and not yet how they ended. What a program left that was
-- killed is looked after by the next.
CREATE TABLE intents (
    id INTEGER PRIMARY KEY,
    pool TEXT NOT NULL,
    import TEXT NOT NULL,
    operation TEXT NOT NULL,
    arn TEXT NOT NULL,
    reason TEXT,
    at INTEGER NOT NULL
) STRICT;

CREATE INDEX intents_by_pool ON intents (pool, at);
