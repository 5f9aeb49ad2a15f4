-- Record names are keyed hashes from here on (core/store/sealed, which puts those of a store that is
-- there in their place). Each new one falls on another page, so they are as short as is safe.

-- A record's reference is its entry's, and stands there once. Entries of before 0004 lack it.
UPDATE entry SET reference = (SELECT reference FROM record WHERE record.key = entry.key)
    WHERE reference IS NULL
      AND NOT EXISTS (SELECT 1 FROM setting WHERE name = 'store.sealed');
ALTER TABLE record DROP COLUMN reference;
