-- Conversations of stations with the hub, kept for operators (hub/registry.cpp says how long). The
-- numbers rise; the oldest ones go first.
CREATE TABLE exchange (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    device INTEGER NOT NULL,
    began_ms INTEGER NOT NULL,
    duration_ms INTEGER NOT NULL,
    carrier INTEGER NOT NULL,  -- ExchangeRow::Carrier
    end INTEGER NOT NULL,      -- ExchangeRow::End
    received_bytes INTEGER NOT NULL,
    sent_bytes INTEGER NOT NULL,
    received_entries INTEGER NOT NULL,
    sent_entries INTEGER NOT NULL
);
CREATE INDEX exchange_device ON exchange (device, number);
