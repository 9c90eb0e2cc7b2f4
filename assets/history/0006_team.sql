-- What is still to go to the team, in the order in which it was kept; written in the transaction
-- that keeps the call. `gone`: a call that was forgotten after it may have gone.
CREATE TABLE outbox (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id INTEGER NOT NULL UNIQUE,
    gone INTEGER NOT NULL DEFAULT 0,
    -- Why it cannot go; it is not tried again.
    refused TEXT
);
-- What went.
CREATE TABLE shared (id INTEGER PRIMARY KEY);

-- Words on refusals that are still to go, each revision by itself.
CREATE TABLE words_out (
    id INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    PRIMARY KEY (id, revision)
) WITHOUT ROWID;

-- A call that a person forgot is taken back; one that is only too old here stays there.
CREATE TRIGGER call_withdrawn AFTER DELETE ON calls BEGIN
    INSERT OR REPLACE INTO outbox (id, gone)
    SELECT old.id, 1 WHERE old.forgotten_by IS NOT NULL
        AND (EXISTS (SELECT 1 FROM shared WHERE id = old.id)
             OR EXISTS (SELECT 1 FROM outbox WHERE id = old.id));
    DELETE FROM outbox WHERE id = old.id AND NOT gone;
    DELETE FROM shared WHERE id = old.id;
END;

-- Whose calls these are for the team, and why the last attempt to reach it failed.
CREATE TABLE team (writer BLOB NOT NULL, trouble TEXT, trouble_ms INTEGER);

-- In the file that holds what others share: whose a call is, and its id there.
CREATE TABLE others (
    row INTEGER PRIMARY KEY REFERENCES calls (id) ON DELETE CASCADE,
    writer TEXT NOT NULL,
    id INTEGER NOT NULL,
    name TEXT NOT NULL,
    -- As filters compare it.
    name_key TEXT NOT NULL,
    -- Bytes of bodies that stayed with their owner.
    left_out INTEGER NOT NULL,
    UNIQUE (writer, id)
);
-- Which database it came from, and how far that was read.
CREATE TABLE pulled (team TEXT NOT NULL, change INTEGER NOT NULL);
