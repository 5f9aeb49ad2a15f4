-- What a desk asks of a store with 100,000 records, each answered from a few rows.

-- At a station only: what was made when, and in which session. A hub, which holds a country's
-- records, asks other questions. Both grow at their ends: an append dirties a page of each.
CREATE TABLE made (
    place INTEGER NOT NULL,   -- of the record's name
    ms INTEGER NOT NULL,
    record INTEGER NOT NULL,
    PRIMARY KEY (place, ms, record)
) WITHOUT ROWID;
CREATE TABLE part (
    session INTEGER NOT NULL,
    record INTEGER NOT NULL,
    PRIMARY KEY (session, record)
) WITHOUT ROWID;

-- What needs a person. Hardly any record is in these.
ALTER TABLE record ADD COLUMN route INTEGER NOT NULL DEFAULT 0;  -- place in kRoutes (keys.h)
CREATE INDEX record_route ON record (route) WHERE route > 0;
CREATE INDEX record_conflicts ON record (conflicts) WHERE conflicts > 0;

-- What a program keeps beside the log: drafts, people, the state of a print. It never travels.
CREATE TABLE kept (
    number INTEGER PRIMARY KEY AUTOINCREMENT,  -- the order in which they were first kept
    shelf TEXT NOT NULL,
    key TEXT NOT NULL,
    owner TEXT NOT NULL,
    value BLOB NOT NULL,
    UNIQUE (shelf, key)
);
CREATE INDEX kept_owner ON kept (shelf, owner);

-- Files that people handed in, under keys of their own: what becomes a request's takes along the
-- key, sealed under the person's, and leaves the large row alone.
CREATE TABLE attachment (
    number INTEGER PRIMARY KEY,
    content BLOB NOT NULL     -- sealed
);
CREATE TABLE attached (
    owner TEXT NOT NULL,      -- a draft's key on its shelf, or a request's id
    hash BLOB NOT NULL,       -- of the content
    attachment INTEGER NOT NULL REFERENCES attachment (number),
    subject BLOB,             -- whose key seals `key`; null: a draft's, which nothing else seals
    key BLOB NOT NULL,
    PRIMARY KEY (owner, hash)
) WITHOUT ROWID;
