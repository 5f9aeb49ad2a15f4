-- A hub's stations as rows. They stood in settings, one for each and a list of all of them: to enrol
-- one read and wrote the list, and what was asked of all was as many settings.
CREATE TABLE station (
    number INTEGER PRIMARY KEY,        -- the order in which slips were issued
    device INTEGER NOT NULL UNIQUE,    -- 63 bits
    name BLOB NOT NULL,                -- sealed with the team
    team BLOB NOT NULL,
    issued_ms INTEGER NOT NULL,        -- its slip, …
    slip_expires_ms INTEGER NOT NULL,  -- … until when it can be used, …
    slip_code BLOB NOT NULL,           -- … and the hash of its code
    enrolled_ms INTEGER NOT NULL,      -- 0: not yet, and the keys are empty
    sign BLOB NOT NULL,
    seal BLOB NOT NULL,
    revoked INTEGER NOT NULL,
    contact_ms INTEGER NOT NULL,       -- its latest exchange; 0: none so far
    backlog INTEGER NOT NULL           -- entries that it still held then
);
