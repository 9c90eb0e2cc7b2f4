-- The support case a call was made for: as it was written, and as filters compare it.
ALTER TABLE calls ADD COLUMN case_name TEXT;
ALTER TABLE calls ADD COLUMN case_key TEXT;
CREATE INDEX calls_by_case ON calls (case_key) WHERE case_key IS NOT NULL;
