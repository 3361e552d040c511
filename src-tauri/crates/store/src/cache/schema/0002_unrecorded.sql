-- Whether rows have changed while the history could not be read, so that it lacks what changed.
ALTER TABLE state ADD COLUMN unrecorded INTEGER NOT NULL DEFAULT 0;
