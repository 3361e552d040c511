-- From when on every change of a pool's users is in here; NULL while nobody watches.
ALTER TABLE pools ADD COLUMN whole_since INTEGER;
