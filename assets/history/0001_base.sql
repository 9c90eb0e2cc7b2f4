-- What is searched stands apart from what is only fetched, so that looking through a million
-- calls reads few pages. An id is its number, so the newest call is the last row.
CREATE TABLE calls (
    id INTEGER PRIMARY KEY,
    -- Set while a forgotten call may still be brought back: by whom it was forgotten.
    forgotten_by INTEGER,
    started_ms INTEGER NOT NULL,
    -- NULL where no whole answer came.
    status INTEGER,
    class TEXT NOT NULL,
    -- From here to codes: lower case, as filters compare them.
    method TEXT NOT NULL,
    host TEXT NOT NULL,
    environment TEXT NOT NULL,
    token TEXT,
    -- Each code between two line breaks.
    codes TEXT NOT NULL,
    typed_body INTEGER,
    sent_body INTEGER,
    received_body INTEGER,
    search TEXT NOT NULL
);
CREATE INDEX calls_by_status ON calls (status);
CREATE INDEX calls_by_class ON calls (class);
CREATE INDEX calls_by_environment ON calls (environment);
CREATE INDEX calls_by_token ON calls (token) WHERE token IS NOT NULL;
CREATE INDEX calls_forgotten ON calls (forgotten_by) WHERE forgotten_by IS NOT NULL;
-- Calls whose id tells another time than their start; while there are none, a filter by time is
-- a range of ids.
CREATE INDEX calls_astray ON calls (id) WHERE abs((id >> 16) - started_ms) > 3600000;

CREATE TABLE records (
    id INTEGER PRIMARY KEY REFERENCES calls (id) ON DELETE CASCADE,
    summary TEXT NOT NULL,
    record BLOB NOT NULL
);

-- Equal bodies are kept once. The bytes stand apart, since counting a use rewrites the whole row.
CREATE TABLE bodies (
    id INTEGER PRIMARY KEY,
    digest BLOB NOT NULL UNIQUE,
    size INTEGER NOT NULL,
    uses INTEGER NOT NULL
);
CREATE TABLE contents (
    id INTEGER PRIMARY KEY REFERENCES bodies (id) ON DELETE CASCADE,
    packed INTEGER NOT NULL,
    bytes BLOB NOT NULL
);

-- Counting a million rows takes long; this is always right.
CREATE TABLE totals (calls INTEGER NOT NULL);
INSERT INTO totals VALUES (0);

CREATE TRIGGER call_added AFTER INSERT ON calls BEGIN
    UPDATE totals SET calls = calls + 1;
    UPDATE bodies SET uses = uses + 1
    WHERE id IN (new.typed_body, new.sent_body, new.received_body);
END;

CREATE TRIGGER call_removed AFTER DELETE ON calls BEGIN
    UPDATE totals SET calls = calls - 1;
    UPDATE bodies SET uses = uses - 1
    WHERE id IN (old.typed_body, old.sent_body, old.received_body);
    DELETE FROM bodies
    WHERE id IN (old.typed_body, old.sent_body, old.received_body) AND uses = 0;
END;
