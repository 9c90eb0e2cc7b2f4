-- By which rules a call was masked before it was kept. The calls of before are masked anew in the
-- background, from the newest on.
ALTER TABLE calls ADD COLUMN masked INTEGER NOT NULL DEFAULT 0;

-- A program of before that has the file open still would add calls by its own rules: it is
-- refused, looks at the file again, and finds that a newer program has changed it.
CREATE TRIGGER call_masked BEFORE INSERT ON calls WHEN new.masked < 1 BEGIN
    SELECT RAISE(ABORT, 'a newer program has changed this file');
END;

-- How far that is: the newest call that is still to be masked, NULL where none is; how many there
-- were; and whether the file was written anew since, so that no old text is left between its pages.
CREATE TABLE masking (next INTEGER, calls INTEGER NOT NULL, rewritten INTEGER NOT NULL);
INSERT INTO masking
SELECT max(id), (SELECT calls FROM totals), max(id) IS NULL FROM calls;
