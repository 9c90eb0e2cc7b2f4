-- Calls are masked by rules that find more: those of before are masked anew in the background, and
-- a program of before that has the file open still is refused.
DROP TRIGGER call_masked;
CREATE TRIGGER call_masked BEFORE INSERT ON calls WHEN new.masked < 2 BEGIN
    SELECT RAISE(ABORT, 'a newer program has changed this file');
END;

UPDATE masking SET
    next = (SELECT max(id) FROM calls),
    calls = (SELECT calls FROM totals),
    rewritten = (SELECT max(id) IS NULL FROM calls);
