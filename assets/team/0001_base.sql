CREATE SCHEMA httriage;
GRANT USAGE ON SCHEMA httriage TO httriage_writer, httriage_reader;

-- Which team this is, and for whom: an older program still reads from `reads_from` on, and writes
-- from `writes_from` on.
CREATE TABLE httriage.about (
    is_one boolean PRIMARY KEY DEFAULT true CHECK (is_one),
    team uuid NOT NULL DEFAULT gen_random_uuid(),
    version integer NOT NULL,
    reads_from integer NOT NULL,
    writes_from integer NOT NULL,
    keep_months integer NOT NULL DEFAULT 24 CHECK (keep_months BETWEEN 1 AND 1200)
);
INSERT INTO httriage.about (version, reads_from, writes_from) VALUES (0, 1, 1);

-- A home of a person: its random id, the login that owns it, and the name that colleagues see.
CREATE TABLE httriage.writers (
    writer uuid PRIMARY KEY,
    login name NOT NULL DEFAULT session_user,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 40)
);

-- The calls, masked before they left. The id tells the time, so a range of ids is a month.
CREATE TABLE httriage.calls (
    writer uuid NOT NULL,
    id bigint NOT NULL CHECK (id >= 0),
    -- Given by the server in the order of the commits, whatever the clocks say.
    change bigint NOT NULL,
    started_ms bigint NOT NULL,
    status integer,
    class text NOT NULL,
    method text NOT NULL,
    host text NOT NULL,
    environment text NOT NULL,
    token text,
    codes text[] NOT NULL,
    case_name text,
    case_key text,
    summary text NOT NULL,
    record bytea NOT NULL,
    typed bytea,
    sent bytea,
    received bytea,
    -- Bytes of bodies that stayed with their owner.
    left_out bigint NOT NULL DEFAULT 0,
    -- Taken back by its owner; nothing else of it is left.
    gone boolean NOT NULL DEFAULT false,
    PRIMARY KEY (writer, id)
) PARTITION BY RANGE (id);
-- They are packed already.
ALTER TABLE httriage.calls
    ALTER COLUMN record SET STORAGE EXTERNAL,
    ALTER COLUMN typed SET STORAGE EXTERNAL,
    ALTER COLUMN sent SET STORAGE EXTERNAL,
    ALTER COLUMN received SET STORAGE EXTERNAL;
CREATE INDEX calls_by_change ON httriage.calls (change);
CREATE INDEX calls_by_case ON httriage.calls (case_key, id) WHERE case_key IS NOT NULL;
CREATE INDEX calls_by_status ON httriage.calls (status, id);
CREATE INDEX calls_by_host ON httriage.calls (host, id);
CREATE INDEX calls_by_code ON httriage.calls USING gin (codes) WHERE codes <> '{}';
-- What no month takes: ids of clocks that are far off.
CREATE TABLE httriage.calls_other PARTITION OF httriage.calls DEFAULT;

-- What refusals were in the end, each revision a row: they are few, and stay.
CREATE TABLE httriage.resolutions (
    writer uuid NOT NULL,
    id bigint NOT NULL CHECK (id >= 0),
    revision integer NOT NULL CHECK (revision > 0),
    change bigint NOT NULL,
    of_call bigint,
    case_name text,
    case_key text,
    cause text NOT NULL,
    note text NOT NULL,
    who text NOT NULL,
    at_ms bigint NOT NULL,
    withdrawn boolean NOT NULL,
    -- The kinds of refusals that it is about: code, class and route; API; cause as it was judged.
    kinds jsonb NOT NULL,
    PRIMARY KEY (writer, id, revision)
);
CREATE INDEX resolutions_by_change ON httriage.resolutions (change);
CREATE INDEX resolutions_by_case ON httriage.resolutions (case_key) WHERE case_key IS NOT NULL;

CREATE SEQUENCE httriage.changes AS bigint;

-- Commits follow each other in the order of `change`: who has read up to a number has missed
-- nothing below it. The lock is held until the commit.
CREATE FUNCTION httriage.stamp() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(7017565571);
    NEW.change := nextval('httriage.changes');
    RETURN NEW;
END $$;
CREATE TRIGGER stamp BEFORE INSERT OR UPDATE ON httriage.calls
FOR EACH ROW EXECUTE FUNCTION httriage.stamp();
CREATE TRIGGER stamp BEFORE INSERT OR UPDATE ON httriage.resolutions
FOR EACH ROW EXECUTE FUNCTION httriage.stamp();

-- Drops what is older than the policy keeps: whole months, and rows that no month took.
CREATE FUNCTION httriage.retire() RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    oldest timestamp := date_trunc('month', now() AT TIME ZONE 'UTC')
        - (SELECT make_interval(months => keep_months) FROM httriage.about);
    part name;
    dropped integer := 0;
BEGIN
    FOR part IN
        SELECT relname FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
        WHERE inhparent = 'httriage.calls'::regclass AND relname ~ '^calls_\d{4}_\d{2}$'
            AND relname < 'calls_' || to_char(oldest, 'YYYY_MM')
    LOOP
        EXECUTE format('DROP TABLE httriage.%I', part);
        dropped := dropped + 1;
    END LOOP;
    DELETE FROM httriage.calls_other
    WHERE id < (extract(epoch FROM oldest) * 1000)::bigint << 16;
    RETURN dropped;
END $$;

-- Makes the months of these ids. Ids that are too old to be kept, and ids of clocks that are far
-- ahead, get none of their own. A new month is also when old ones go, so nobody has to remember it.
CREATE FUNCTION httriage.make_room(ids bigint[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    this_month timestamp := date_trunc('month', now() AT TIME ZONE 'UTC');
    oldest timestamp := this_month
        - (SELECT make_interval(months => keep_months) FROM httriage.about);
    month timestamp;
    part name;
BEGIN
    FOR month IN
        SELECT DISTINCT date_trunc('month', to_timestamp((id >> 16) / 1000.0) AT TIME ZONE 'UTC')
        FROM unnest(ids) AS id
    LOOP
        CONTINUE WHEN month < oldest OR month > this_month + interval '1 month';
        part := 'calls_' || to_char(month, 'YYYY_MM');
        CONTINUE WHEN to_regclass('httriage.' || part) IS NOT NULL;
        PERFORM pg_advisory_xact_lock(7017565572);
        CONTINUE WHEN to_regclass('httriage.' || part) IS NOT NULL;
        BEGIN
            EXECUTE format(
                'CREATE TABLE httriage.%I PARTITION OF httriage.calls FOR VALUES FROM (%s) TO (%s)',
                part,
                (extract(epoch FROM month) * 1000)::bigint << 16,
                (extract(epoch FROM month + interval '1 month') * 1000)::bigint << 16
            );
            PERFORM httriage.retire();
        EXCEPTION WHEN check_violation THEN
            -- Rows of that month stand among the others already, and stay there.
            NULL;
        END;
    END LOOP;
END $$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA httriage FROM PUBLIC;
GRANT EXECUTE ON FUNCTION httriage.make_room(bigint[]) TO httriage_writer;
GRANT SELECT ON httriage.about, httriage.writers, httriage.calls, httriage.resolutions
    TO httriage_writer, httriage_reader;
GRANT INSERT (writer, name), UPDATE (name) ON httriage.writers TO httriage_writer;
GRANT INSERT, UPDATE ON httriage.calls TO httriage_writer;
-- A revision is never changed.
GRANT INSERT ON httriage.resolutions TO httriage_writer;

-- Everybody reads all; a row is written by the login that owns its home.
ALTER TABLE httriage.writers ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON httriage.writers FOR SELECT
    TO httriage_writer, httriage_reader USING (true);
CREATE POLICY added ON httriage.writers FOR INSERT
    TO httriage_writer WITH CHECK (login = session_user);
CREATE POLICY changed ON httriage.writers FOR UPDATE
    TO httriage_writer USING (login = session_user) WITH CHECK (login = session_user);
ALTER TABLE httriage.calls ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON httriage.calls FOR SELECT
    TO httriage_writer, httriage_reader USING (true);
CREATE POLICY added ON httriage.calls FOR INSERT TO httriage_writer WITH CHECK (EXISTS (
    SELECT FROM httriage.writers AS own
    WHERE own.writer = calls.writer AND own.login = session_user
));
CREATE POLICY changed ON httriage.calls FOR UPDATE TO httriage_writer USING (EXISTS (
    SELECT FROM httriage.writers AS own
    WHERE own.writer = calls.writer AND own.login = session_user
)) WITH CHECK (EXISTS (
    SELECT FROM httriage.writers AS own
    WHERE own.writer = calls.writer AND own.login = session_user
));
ALTER TABLE httriage.resolutions ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON httriage.resolutions FOR SELECT
    TO httriage_writer, httriage_reader USING (true);
CREATE POLICY added ON httriage.resolutions FOR INSERT TO httriage_writer WITH CHECK (EXISTS (
    SELECT FROM httriage.writers AS own
    WHERE own.writer = resolutions.writer AND own.login = session_user
));
