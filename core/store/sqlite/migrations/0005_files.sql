-- Files that requests name, on their way from the station to the hub.

-- At the hub, one row for each that a request of a station has named. A file is one by who sends it,
-- whom it is about and what it is: so what several requests of a person name comes once, also
-- where they were written again in a later epoch.
CREATE TABLE file (
    number INTEGER PRIMARY KEY,
    device INTEGER NOT NULL,              -- of the requests' author
    subject BLOB NOT NULL,                -- whose key seals `key`
    hash BLOB NOT NULL,                   -- that the content has to have, …
    bytes INTEGER NOT NULL,               -- … and its length, as the request says
    state INTEGER NOT NULL DEFAULT 0,     -- Ledger::FileState
    have INTEGER NOT NULL DEFAULT 0,      -- bytes on disk, from the beginning
    failures INTEGER NOT NULL DEFAULT 0,  -- how often it was whole and something else
    key BLOB NOT NULL DEFAULT x'',        -- of its pieces, sealed; empty: none came yet
    UNIQUE (device, subject, hash, bytes)
);
-- What is not whole: at any time little, however many files there are.
CREATE INDEX file_open ON file (device) WHERE state <> 1;
CREATE TABLE file_of (
    entry INTEGER NOT NULL,               -- of the request
    hash BLOB NOT NULL,
    file INTEGER NOT NULL REFERENCES file (number),
    PRIMARY KEY (entry, hash)
) WITHOUT ROWID;
CREATE INDEX file_of_file ON file_of (file, entry);

-- The key is file.number << 23 | offset: a file's pieces lie together in order, and each that comes
-- goes to the end of its file's. An ordinary table, as rows are large.
CREATE TABLE piece (
    key INTEGER PRIMARY KEY,
    content BLOB NOT NULL                 -- sealed under the file's key
);

-- At a station: what the hub has said of a request's file, as Ledger::FileState. 0: nothing, or that
-- it waits for it.
ALTER TABLE attached ADD COLUMN told INTEGER NOT NULL DEFAULT 0;
CREATE INDEX attached_untold ON attached (owner, hash) WHERE subject IS NOT NULL AND told <> 1;
