-- The store's first form. What is committed here is never edited: a change is a new migration.

-- Small values of the programs' own, and the ledger's ("ledger.…").
CREATE TABLE setting (
    name TEXT PRIMARY KEY,
    value BLOB NOT NULL
) WITHOUT ROWID;

-- A log known here. Its tip is its last row in `entry`, so that to append dirties no page here.
CREATE TABLE log (
    number INTEGER PRIMARY KEY,           -- ours alone: leads the keys of `entry` and `record`;
                                          -- at most 2^20
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
    commitment BLOB NOT NULL,   -- so that the chain verifies when the payload can't be read
    payload BLOB NOT NULL       -- salt and intent
);

-- Entries that may not be applied. A table, as hardly any entry is here.
CREATE TABLE quarantine (
    entry INTEGER PRIMARY KEY,
    code TEXT NOT NULL
);

-- What the entries amount to. The key is that of the entry that made the record, so that a new one
-- goes to the end of the table: in the middle, SQLite would even out the pages around it.
CREATE TABLE record (
    key INTEGER PRIMARY KEY,
    place INTEGER NOT NULL,  -- of its name, in the order of an export
    made_ms INTEGER NOT NULL,
    conflicts INTEGER NOT NULL DEFAULT 0,
    reference TEXT,          -- the caller's name for it; never leaves this store
    subject BLOB,            -- whose key seals json and document; null: they hold no personal data
    json BLOB NOT NULL,
    document BLOB            -- its changes; the saved document, too, if they are many; null: one
);

-- From the caller's names to the records. Not an index on `record`, which holds none at a hub.
CREATE TABLE reference (
    place INTEGER NOT NULL,
    name TEXT NOT NULL,
    record INTEGER NOT NULL,
    PRIMARY KEY (place, name)
) WITHOUT ROWID;

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
