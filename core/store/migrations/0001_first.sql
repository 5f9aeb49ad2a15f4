-- The store's first form. What is committed here is never edited: a change is a new migration.

-- Small values of the programs' own, and the ledger's ("ledger.…").
CREATE TABLE setting (
    name TEXT PRIMARY KEY,
    value BLOB NOT NULL
) WITHOUT ROWID;

-- A log known here. Its tip is its last row in `entry`, so that to append dirties no page here.
CREATE TABLE log (
    number INTEGER PRIMARY KEY,           -- ours alone: leads the keys of `entry` and `record`
    device INTEGER NOT NULL,              -- 64 bits; the hub's bit makes it negative
    epoch INTEGER NOT NULL,
    settled INTEGER NOT NULL DEFAULT 0,   -- entries of another party that stay, up to here, …
    executed INTEGER NOT NULL DEFAULT 0,  -- … and that were executed
    receipts INTEGER NOT NULL DEFAULT 0,  -- the highest receipt number so far
    acked_seq INTEGER NOT NULL DEFAULT 0,      -- what the other party has on disk, …
    acked_hash BLOB NOT NULL DEFAULT x'',
    backed_up_seq INTEGER NOT NULL DEFAULT 0,  -- … and in a backup
    backed_up_hash BLOB NOT NULL DEFAULT x'',
    UNIQUE (device, epoch)
);

-- The truth: one row an entry, written once and never changed.
-- The key is log.number << 40 | seq: rows of one log lie together in order, and one new entry
-- dirties one page. An ordinary table, as a WITHOUT ROWID one moves rows over 1 kB to pages of
-- their own.
CREATE TABLE entry (
    key INTEGER PRIMARY KEY,
    kind INTEGER NOT NULL,
    run INTEGER NOT NULL,
    seen_epoch INTEGER NOT NULL,
    seen_seq INTEGER NOT NULL,
    "check" INTEGER NOT NULL,
    user TEXT NOT NULL,
    subject BLOB,               -- whose key seals the payload; null: it holds no personal data
    hash BLOB NOT NULL,
    commitment BLOB NOT NULL,   -- so that the chain verifies when the payload can't be read any more
    payload BLOB NOT NULL       -- salt and intent
);

-- Entries that may not be applied. A table, as hardly any entry is here.
CREATE TABLE quarantine (
    entry INTEGER PRIMARY KEY,
    code TEXT NOT NULL
);

-- What the entries amount to. The key is the record's place in the order of names (3 bits) before
-- the key of the entry that made it, so that an export reads it from front to back.
CREATE TABLE record (
    key INTEGER PRIMARY KEY,
    made_ms INTEGER NOT NULL,
    conflicts INTEGER NOT NULL DEFAULT 0,
    reference TEXT,      -- the caller's name for it; never leaves this store
    subject BLOB,        -- whose key seals json and document; null: they hold no personal data
    json BLOB NOT NULL,
    document BLOB        -- its changes and the saved document; null: only its first entry so far
);
CREATE INDEX record_reference ON record (reference) WHERE reference IS NOT NULL;

-- The secrets that the salts of entries come from; each goes when nobody needs it any more.
CREATE TABLE period (
    log INTEGER NOT NULL,
    period INTEGER NOT NULL,
    secret BLOB NOT NULL,
    PRIMARY KEY (log, period)
) WITHOUT ROWID;

-- The unit of erasure: without its key here, nothing that is sealed for this person can be read.
CREATE TABLE subject (
    id BLOB PRIMARY KEY,  -- keyed hash of the person's NIF, and of how often it was erased
    key BLOB NOT NULL     -- empty: erased
) WITHOUT ROWID;
