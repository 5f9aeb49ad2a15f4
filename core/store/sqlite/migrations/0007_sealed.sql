-- From here on what these columns hold is sealed by the store above (core/store/sealed), which
-- also seals, in one transaction, what an older program wrote. No table changes; that the form has
-- a new number keeps older programs away:
--   entry.user, entry.payload and entry.reference (one seal; the payload of a subject's stays apart)
--   record.reference; record.json and record.document without a subject
--   reference.name, period.secret, setting.value, kept.key, kept.owner, kept.value
--   subject.key, and attached.key without a subject: wrapped by an erasure epoch's key
SELECT 1;
