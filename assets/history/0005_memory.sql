-- What a desk remembers: refusals of one kind, what they were in the end, and every word of a call.

-- Refusals of one kind have the same code, class and route, in this order, each on a line.
ALTER TABLE calls ADD COLUMN kind TEXT;
CREATE INDEX calls_by_kind ON calls (kind) WHERE kind IS NOT NULL;

-- What a refusal was in the end. A change is a new revision, and so is taking it back: the past is
-- kept. The call may be gone by then.
CREATE TABLE resolutions (
    id INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    of_call INTEGER,
    -- The support case: as it was written, and to be compared.
    case_name TEXT,
    case_key TEXT,
    cause TEXT NOT NULL,
    note TEXT NOT NULL,
    who TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    withdrawn INTEGER NOT NULL,
    PRIMARY KEY (id, revision)
) WITHOUT ROWID;
CREATE INDEX resolutions_by_call ON resolutions (of_call) WHERE of_call IS NOT NULL;
CREATE INDEX resolutions_by_case ON resolutions (case_key) WHERE of_call IS NULL;

-- The kinds of refusals that a resolution is about, with the API and the cause as it was judged
-- before anybody knew.
CREATE TABLE resolved (
    kind TEXT NOT NULL,
    api TEXT NOT NULL,
    judged TEXT NOT NULL,
    resolution INTEGER NOT NULL,
    PRIMARY KEY (kind, api, judged, resolution)
) WITHOUT ROWID;
CREATE INDEX resolved_by_resolution ON resolved (resolution);

-- Every three letters that stand in a text, with the texts they stand in and nothing of their
-- order: they point out calls, which are then read. A body is one text, whatever the number of
-- calls that brought it; the rest of a call is one text, under the small number that it has here.
CREATE TABLE texts (number INTEGER PRIMARY KEY, call INTEGER NOT NULL UNIQUE);
CREATE VIRTUAL TABLE call_words USING fts5 (
    text, content = '', contentless_delete = 1, tokenize = 'trigram', detail = none
);
CREATE VIRTUAL TABLE body_words USING fts5 (
    text, content = '', contentless_delete = 1, tokenize = 'trigram', detail = none
);
ALTER TABLE bodies ADD COLUMN indexed INTEGER NOT NULL DEFAULT 0;
CREATE INDEX calls_by_sent ON calls (sent_body) WHERE sent_body IS NOT NULL;
CREATE INDEX calls_by_received ON calls (received_body) WHERE received_body IS NOT NULL;

-- Calls that are written and not yet indexed.
CREATE TABLE unindexed (call INTEGER PRIMARY KEY);
CREATE TRIGGER call_unindexed AFTER INSERT ON calls BEGIN
    INSERT OR IGNORE INTO unindexed VALUES (new.id);
END;
CREATE TRIGGER call_let_go AFTER DELETE ON calls BEGIN
    DELETE FROM unindexed WHERE call = old.id;
    DELETE FROM call_words WHERE rowid IN (SELECT number FROM texts WHERE call = old.id);
    DELETE FROM texts WHERE call = old.id;
END;
CREATE TRIGGER body_let_go AFTER DELETE ON bodies WHEN old.indexed > 0 BEGIN
    DELETE FROM body_words WHERE rowid = old.id;
END;

-- The calls of before are indexed from the newest on: the newest that is left, NULL where none is;
-- and how many there were. Those of later versions have numbers above the others.
CREATE TABLE indexing (next INTEGER, calls INTEGER NOT NULL);
INSERT INTO indexing SELECT (SELECT max(id) FROM calls), (SELECT calls FROM totals);
