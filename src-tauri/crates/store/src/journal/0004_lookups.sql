-- That the message of an earlier call could not be sent, as a sentence: it stays said whatever becomes of later calls.
ALTER TABLE items ADD COLUMN undelivered TEXT;

-- What the audit says of one person, by the id of their key: the first 32 characters of what is sealed. A record that was
-- damaged is found by nobody's key, and stays writable for whoever damages it.
CREATE INDEX audit_by_key ON audit (
    CASE WHEN json_valid(body) THEN substr(body ->> '$.sealed', 1, 32) END, seq
);
CREATE INDEX audit_keys_by_person ON audit_keys (person);
