-- What events tell of a person is sealed under that person's key. The row of somebody who is
-- erased stays, without its secret: so no new key is ever made for them.
CREATE TABLE person_keys (
    person    uuid        PRIMARY KEY,
    -- AES-256
    secret    bytea       CHECK (octet_length(secret) = 32),
    made_at   timestamptz NOT NULL DEFAULT now(),
    erased_at timestamptz,
    CHECK ((secret IS NULL) = (erased_at IS NOT NULL))
);

-- Ends what is known of a person outside the read models, which follow the log by themselves.
CREATE FUNCTION forget_person(erased uuid) RETURNS void
LANGUAGE sql
BEGIN ATOMIC
    INSERT INTO person_keys (person, secret, erased_at) VALUES (erased, NULL, now())
        ON CONFLICT (person) DO UPDATE SET secret = NULL, erased_at = now();
    DELETE FROM credentials WHERE account_id = erased;
    DELETE FROM sessions WHERE account_id = erased;
    -- Answers to others may name the person, and wherever they do, they hold the id.
    DELETE FROM idempotent_answers
        WHERE actor = erased OR position(convert_to(erased::text, 'UTF8') IN body) > 0;
END;

-- Erased people are all called the same, also where a read model that is filled anew has not
-- come to their erasure yet.
DROP INDEX read.users_username;
CREATE UNIQUE INDEX users_username ON read.users (lower(username))
    WHERE NOT erased AND username <> 'deleted dancer';

-- As before, and: an account's `Erased` takes what is known of the person with it, in the
-- transaction that stores it.
CREATE OR REPLACE FUNCTION append_events(
    append_type     text[],
    append_id       text[],
    append_expected bigint[],
    event_append    int[],
    event_stream    text[],
    event_id        text[],
    event_sequence  bigint[],
    event_name      text[],
    event_revision  text[],
    event_payload   text[],
    event_metadata  text[],
    claim_append    int[],
    claim_scope     text[],
    claim_value     bytea[],
    claim_id        text[],
    claim_release   boolean[],
    command_append  int[],
    command_actor   uuid[],
    command_key     uuid[],
    command_hash    bytea[],
    command_stream  text[],
    command_target  text[],
    command_last    bigint[],
    OUT verdicts    int[],
    OUT details     text[],
    OUT positions   bigint[],
    OUT head        bigint
)
LANGUAGE plpgsql
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
DECLARE
    now_ timestamptz;
    found_ record;
BEGIN
    -- The log's lock, held until commit: positions are handed out and committed one batch
    -- after another, so a reader that has seen position N has seen all before it.
    PERFORM pg_advisory_xact_lock(7306925);
    now_ := clock_timestamp();
    SELECT coalesce(max(global_position), 0) INTO head FROM events;

    SELECT array_agg(CASE WHEN EXISTS (
               SELECT 1 FROM events e
               WHERE e.aggregate_type = a.type AND e.aggregate_id = a.id
                 AND e.sequence = a.expected + 1) THEN 1 ELSE 0 END ORDER BY a.i),
           array_agg(NULL::text), array_agg(NULL::bigint)
    INTO verdicts, details, positions
    FROM unnest(append_type, append_id, append_expected)
         WITH ORDINALITY AS a (type, id, expected, i);

    IF cardinality(claim_append) > 0 THEN
        FOR found_ IN
            SELECT c.append, c.scope
            FROM unnest(claim_append, claim_scope, claim_value, claim_id, claim_release)
                 AS c (append, scope, value, id, release)
            JOIN unique_claims held ON held.scope = c.scope AND held.value = c.value
            WHERE NOT c.release AND held.aggregate_id <> c.id
        LOOP
            IF verdicts[found_.append] = 0 THEN
                verdicts[found_.append] := 2;
                details[found_.append] := found_.scope;
            END IF;
        END LOOP;
    END IF;

    IF cardinality(command_append) > 0 THEN
        FOR found_ IN
            SELECT c.append, h.request_hash = c.hash AS same, h.aggregate_id, h.position
            FROM unnest(command_append, command_actor, command_key, command_hash)
                 AS c (append, actor, key, hash)
            JOIN handled_commands h ON h.actor = c.actor AND h.command_id = c.key
        LOOP
            verdicts[found_.append] := CASE WHEN found_.same THEN 3 ELSE 4 END;
            details[found_.append] := found_.aggregate_id;
            positions[found_.append] := found_.position;
        END LOOP;
    END IF;

    INSERT INTO events (aggregate_type, aggregate_id, sequence, event_type, event_version,
                        payload, metadata, global_position, recorded_at)
    SELECT e.stream, e.id, e.sequence, e.name, e.revision, e.payload::json, e.metadata::json,
           head + row_number() OVER (ORDER BY e.i), now_
    FROM unnest(event_append, event_stream, event_id, event_sequence, event_name,
                event_revision, event_payload, event_metadata)
         WITH ORDINALITY AS e (append, stream, id, sequence, name, revision, payload, metadata, i)
    WHERE verdicts[e.append] = 0;

    IF cardinality(claim_append) > 0 THEN
        DELETE FROM unique_claims held
        USING unnest(claim_append, claim_scope, claim_value, claim_id, claim_release)
              AS c (append, scope, value, id, release)
        WHERE c.release AND verdicts[c.append] = 0
          AND held.scope = c.scope AND held.value = c.value AND held.aggregate_id = c.id;
        INSERT INTO unique_claims (scope, value, aggregate_id)
        SELECT c.scope, c.value, c.id
        FROM unnest(claim_append, claim_scope, claim_value, claim_id, claim_release)
             AS c (append, scope, value, id, release)
        WHERE NOT c.release AND verdicts[c.append] = 0
        ON CONFLICT DO NOTHING;
    END IF;

    IF cardinality(command_append) > 0 THEN
        INSERT INTO handled_commands
            (actor, command_id, request_hash, aggregate_id, position, recorded_at)
        SELECT c.actor, c.key, c.hash, c.target, e.global_position, now_
        FROM unnest(command_append, command_actor, command_key, command_hash, command_stream,
                    command_target, command_last)
             AS c (append, actor, key, hash, stream, target, last)
        JOIN events e ON e.aggregate_type = c.stream AND e.aggregate_id = c.target
                     AND e.sequence = c.last
        WHERE verdicts[c.append] = 0;
    END IF;

    PERFORM forget_person(e.id::uuid)
    FROM unnest(event_append, event_stream, event_id, event_name) AS e (append, stream, id, name)
    WHERE e.stream = 'account' AND e.name = 'Erased' AND verdicts[e.append] = 0;
END $$;
