-- What a log's row tells without a look at its records.

-- How many records of each name its entries up to `tallied` made: numbers in the order of
-- kRecordNames (keys.h). Written when the row is written anyway; later entries are counted.
ALTER TABLE log ADD COLUMN tallied INTEGER NOT NULL DEFAULT 0;
ALTER TABLE log ADD COLUMN tally BLOB NOT NULL DEFAULT x'';

-- The entry of an earlier epoch up to which this log's author knew its own: what stands after it
-- was written in another copy of the store. No epoch: everything in the earlier ones.
ALTER TABLE log ADD COLUMN branch_epoch INTEGER NOT NULL DEFAULT 0;
ALTER TABLE log ADD COLUMN branch_seq INTEGER NOT NULL DEFAULT 0;

-- Of an own log of an earlier epoch: its last entry that counts. Those after it were written again
-- in the next epoch's log, as the hub has others under their numbers. Null: all count.
ALTER TABLE log ADD COLUMN ended INTEGER;
