-- Who may do what. The names are those of the whole server, so they may be there already.
DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['httriage_owner', 'httriage_writer', 'httriage_reader'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
        END IF;
    END LOOP;
    -- What is made belongs to this role, so that another person can look after it later.
    IF NOT pg_has_role(session_user, 'httriage_owner', 'MEMBER') THEN
        EXECUTE format('GRANT httriage_owner TO %I', session_user);
    END IF;
    IF NOT has_database_privilege('httriage_owner', current_database(), 'CREATE') THEN
        EXECUTE format('GRANT CREATE ON DATABASE %I TO httriage_owner', current_database());
    END IF;
END $$;
