-- Events that a projector could not apply, set aside so that the others go on.
--
-- Written in the transaction that moves the projector's checkpoint past them, and cleared by
-- the one that swaps a rebuilt copy in.
CREATE TABLE read.parked_events (
    projector      text        NOT NULL,
    position       bigint      NOT NULL,
    aggregate_type text        NOT NULL,
    aggregate_id   text        NOT NULL,
    -- Why it was parked; none where it only waits behind an earlier event of its stream.
    error          text,
    attempts       integer     NOT NULL,
    parked_at      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (projector, position),
    CHECK ((error IS NULL) = (attempts = 0))
);

-- How often the read model was replaced by a rebuilt one: tells a follower to look again
-- which streams are parked, also where the position is the same.
ALTER TABLE read.projection_checkpoints ADD COLUMN rebuilds bigint NOT NULL DEFAULT 0;

-- A copy is filled faster without indexes that nothing is found by while it is filled. The
-- keys stay: what happens to a row later finds it by its key.
CREATE FUNCTION read.make_bare_copy(copy_schema text, table_names text[]) RETURNS void
LANGUAGE plpgsql
SET client_min_messages = warning
AS $$
DECLARE
    table_name text;
    made_by text;
BEGIN
    EXECUTE format('DROP SCHEMA IF EXISTS %I CASCADE', copy_schema);
    EXECUTE format('CREATE SCHEMA %I', copy_schema);
    FOREACH table_name IN ARRAY table_names LOOP
        EXECUTE format('CREATE TABLE %I.%I (LIKE read.%2$I INCLUDING ALL EXCLUDING INDEXES)',
                       copy_schema, table_name);
        FOR made_by IN
            SELECT format('ALTER TABLE %I.%I ADD CONSTRAINT %I %s',
                          copy_schema, table_name, conname, pg_get_constraintdef(oid))
            FROM pg_constraint
            WHERE conrelid = format('read.%I', table_name)::regclass AND contype = 'p'
        LOOP
            EXECUTE made_by;
        END LOOP;
    END LOOP;
END $$;

-- Makes the indexes that a bare copy lacks.
CREATE FUNCTION read.index_copy(copy_schema text, table_names text[]) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    table_name text;
    made_by text;
BEGIN
    FOREACH table_name IN ARRAY table_names LOOP
        FOR made_by IN
            SELECT CASE WHEN c.oid IS NOT NULL
                THEN format('ALTER TABLE %I.%I ADD CONSTRAINT %I %s',
                            copy_schema, table_name, c.conname, pg_get_constraintdef(c.oid))
                ELSE replace(pg_get_indexdef(i.indexrelid),
                             format(' ON read.%I USING ', table_name),
                             format(' ON %I.%I USING ', copy_schema, table_name))
                END
            FROM pg_index i
            LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid AND c.conrelid = i.indrelid
            WHERE i.indrelid = format('read.%I', table_name)::regclass AND NOT i.indisprimary
        LOOP
            EXECUTE made_by;
        END LOOP;
    END LOOP;
END $$;

-- Nothing finds a row of the feed by its key while it is filled, so its key is a plain index.
-- The lock is short on a small table; on a large one, this is what rebuilding it would cost.
ALTER TABLE read.feed DROP CONSTRAINT feed_pkey;
CREATE UNIQUE INDEX feed_place ON read.feed (audience, position);
