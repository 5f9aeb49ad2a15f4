-- Recording writes the entry alone; what is made from own entries follows for many at once.

-- Of an own log: the entries up to here stand in `record` and what belongs to it. The later ones are
-- put there before anybody reads (catch_up.cpp). What there is so far stands there already.
ALTER TABLE log ADD COLUMN projected INTEGER NOT NULL DEFAULT 0;
UPDATE log SET projected = coalesce(
    (SELECT max(key) FROM entry WHERE key BETWEEN number << 40 AND number << 40 | 0xFFFFFFFFFF)
    & 0xFFFFFFFFFF, 0);

-- The caller's name for the record that the entry makes; never leaves this store.
ALTER TABLE entry ADD COLUMN reference TEXT;
