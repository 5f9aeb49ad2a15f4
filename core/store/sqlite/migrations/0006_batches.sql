-- Keys of the entries that changed a record, 8 bytes each, big-endian: what its document is made
-- from is found without opening the sealed columns. Null: the document is saved, nothing changed the
-- record, or its row is older than this column.
ALTER TABLE record ADD COLUMN changed_by BLOB;

-- The logs in which something waits to be executed: few, however many logs there are.
CREATE INDEX log_unexecuted ON log (device, epoch) WHERE executed < settled;
