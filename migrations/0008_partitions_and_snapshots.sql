-- The log in parts of ten million positions each, so that indexes stay small, old parts can be
-- moved to cheaper disks, and vacuum never walks all of it.

ALTER TABLE events RENAME TO events_from_0;
ALTER TABLE events_from_0 RENAME CONSTRAINT events_pkey TO events_from_0_pkey;
ALTER INDEX events_global_position RENAME TO events_from_0_global_position;

-- Uniqueness of (stream, sequence) across parts is kept by append_events, which alone appends
-- and holds the log's lock; each part's own key keeps it within.
CREATE TABLE events (LIKE events_from_0 INCLUDING CONSTRAINTS) PARTITION BY RANGE (global_position);
CREATE UNIQUE INDEX events_global_position ON events (global_position);

-- Sees to it that the part which holds `up_to` is there, and the one after it. A part is made
-- aside and then attached, which makes nobody wait.
CREATE FUNCTION make_event_partitions(up_to bigint) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    size CONSTANT bigint := 10000000;
    made_up_to bigint;
    part text;
BEGIN
    -- Of several nodes that see the need, one makes it.
    PERFORM pg_advisory_xact_lock(7306928);
    SELECT max(substring(pg_get_expr(c.relpartbound, c.oid) FROM $re$TO \('(\d+)'\)$re$)::bigint)
    INTO made_up_to
    FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'events'::regclass;
    WHILE made_up_to <= up_to + size LOOP
        part := format('events_from_%s', made_up_to);
        EXECUTE format('CREATE TABLE public.%I (LIKE events INCLUDING CONSTRAINTS,
                            PRIMARY KEY (aggregate_type, aggregate_id, sequence))', part);
        EXECUTE format('ALTER TABLE events ATTACH PARTITION public.%I FOR VALUES FROM (%s) TO (%s)',
                       part, made_up_to, made_up_to + size);
        made_up_to := made_up_to + size;
    END LOOP;
END $$;

DO $$
DECLARE
    head bigint := (SELECT coalesce(max(global_position), 0) FROM events_from_0);
BEGIN
    EXECUTE format('ALTER TABLE events ATTACH PARTITION events_from_0
                        FOR VALUES FROM (MINVALUE) TO (%s)', (head / 10000000 + 1) * 10000000);
    PERFORM make_event_partitions(head);
END $$;

-- What a long stream has come to, so that loading it need not replay all of it. All of these
-- can be deleted at any time.
CREATE TABLE snapshots (
    aggregate_type text   NOT NULL,
    aggregate_id   text   NOT NULL,
    sequence       bigint NOT NULL,
    -- The version of the product whose states these are; another's are not read.
    made_by        text   NOT NULL,
    state          json   NOT NULL,
    PRIMARY KEY (aggregate_type, aggregate_id)
);
CREATE INDEX person_keys_erased ON person_keys (erased_at) WHERE erased_at IS NOT NULL;

-- As before, and: what somebody erased may have gone into.
CREATE OR REPLACE FUNCTION forget_person(erased uuid) RETURNS void
LANGUAGE sql
BEGIN ATOMIC
    INSERT INTO person_keys (person, secret, erased_at) VALUES (erased, NULL, now())
        ON CONFLICT (person) DO UPDATE SET secret = NULL, erased_at = now();
    DELETE FROM credentials WHERE account_id = erased;
    DELETE FROM sessions WHERE account_id = erased;
    -- Answers to others may name the person, and wherever they do, they hold the id.
    DELETE FROM idempotent_answers
        WHERE actor = erased OR position(convert_to(erased::text, 'UTF8') IN body) > 0;
    DELETE FROM snapshots;
END;
