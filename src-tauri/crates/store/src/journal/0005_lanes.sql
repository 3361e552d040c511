-- What the calls of an entry draw on: those of one lane do not wait for those of another. Empty for entries that were
-- written before there were lanes, but for those about a group, which are done alone.
ALTER TABLE items ADD COLUMN lane TEXT NOT NULL DEFAULT '';
UPDATE items SET lane = 'group' WHERE json_valid(body) AND body ->> '$.target.group' IS NOT NULL;

CREATE INDEX items_by_lane ON items (job, state, lane, seq);
