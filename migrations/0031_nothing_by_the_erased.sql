-- As before, and: an append is refused (verdict 6, details: who) where its actor has been erased.
-- Another server may take their session for open still, and hold their key for up to five minutes:
-- sealed under that, what they say would never open again, but that server's own reader takes it up
-- as it was before it was sealed. Of streams that tell of somebody else than the actor, accounts,
-- an erased one has moved on by its erasure.
--
-- Nobody keeps a key for ten minutes, so older erasures are not looked for: mostly there is no newer
-- one, and finding that out is one step down an index.
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
    guard_append    int[],
    guard_type      text[],
    guard_id        text[],
    guard_sequence  bigint[],
    OUT verdicts    int[],
    OUT details     text[],
    OUT positions   bigint[],
    OUT head        bigint,
    OUT appended_at timestamptz
)
LANGUAGE plpgsql
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    found_ record;
    anybody_gone boolean;
    gone text[];
BEGIN
    -- The log's lock, held until commit: positions are handed out and committed one batch
    -- after another, so a reader that has seen position N has seen all before it.
    PERFORM pg_advisory_xact_lock(7306925);
    appended_at := clock_timestamp();
    SELECT coalesce((SELECT max(global_position) FROM events), 0),
           EXISTS (SELECT FROM person_keys WHERE erased_at > appended_at - interval '10 minutes')
    INTO head, anybody_gone;

    verdicts := array_fill(0, ARRAY[cardinality(append_id)]);
    details := array_fill(NULL::text, ARRAY[cardinality(append_id)]);
    positions := array_fill(NULL::bigint, ARRAY[cardinality(append_id)]);

    -- The streams that are appended to, then those that a command was decided on besides.
    FOR found_ IN
        SELECT decided.append, decided.verdict
        FROM (SELECT i AS append, type, id, expected AS sequence, 1 AS verdict
              FROM unnest(append_type, append_id, append_expected)
                   WITH ORDINALITY AS a (type, id, expected, i)
              UNION ALL
              SELECT append, type, id, sequence, 5
              FROM unnest(guard_append, guard_type, guard_id, guard_sequence)
                   AS g (append, type, id, sequence)) AS decided
        WHERE EXISTS (
            SELECT 1 FROM events e
            WHERE e.aggregate_type = decided.type AND e.aggregate_id = decided.id
              AND e.sequence = decided.sequence + 1)
    LOOP
        IF verdicts[found_.append] = 0 THEN
            verdicts[found_.append] := found_.verdict;
        END IF;
    END LOOP;

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

    IF anybody_gone OR 'Erased' = ANY (event_name) THEN
        gone := ARRAY(
            SELECT person::text FROM person_keys
            WHERE erased_at > appended_at - interval '10 minutes'
            UNION ALL
            SELECT e.id
            FROM unnest(event_append, event_stream, event_id, event_name)
                 AS e (append, stream, id, name)
            WHERE e.stream = 'account' AND e.name = 'Erased' AND verdicts[e.append] = 0);
        FOR found_ IN
            -- The actor comes first in metadata, where there is one: taking it out as text costs
            -- little, also where there are many events.
            SELECT DISTINCT e.append, substr(e.metadata, 11, 36) AS actor
            FROM unnest(event_append, event_name, event_metadata) AS e (append, name, metadata)
            WHERE substr(e.metadata, 11, 36) = ANY (gone)
              AND e.name <> 'Erased' AND verdicts[e.append] = 0
        LOOP
            verdicts[found_.append] := 6;
            details[found_.append] := found_.actor;
        END LOOP;
    END IF;

    IF 0 = ALL (verdicts) THEN
        INSERT INTO events (aggregate_type, aggregate_id, sequence, event_type, event_version,
                            payload, metadata, global_position, recorded_at)
        SELECT e.stream, e.id, e.sequence, e.name, e.revision, e.payload::json, e.metadata::json,
               head + e.i, appended_at
        FROM unnest(event_append, event_stream, event_id, event_sequence, event_name,
                    event_revision, event_payload, event_metadata)
             WITH ORDINALITY
             AS e (append, stream, id, sequence, name, revision, payload, metadata, i);
    ELSE
        INSERT INTO events (aggregate_type, aggregate_id, sequence, event_type, event_version,
                            payload, metadata, global_position, recorded_at)
        SELECT e.stream, e.id, e.sequence, e.name, e.revision, e.payload::json, e.metadata::json,
               head + row_number() OVER (ORDER BY e.i), appended_at
        FROM unnest(event_append, event_stream, event_id, event_sequence, event_name,
                    event_revision, event_payload, event_metadata)
             WITH ORDINALITY
             AS e (append, stream, id, sequence, name, revision, payload, metadata, i)
        WHERE verdicts[e.append] = 0;
    END IF;

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
        SELECT c.actor, c.key, c.hash, c.target, e.global_position, appended_at
        FROM unnest(command_append, command_actor, command_key, command_hash, command_stream,
                    command_target, command_last)
             AS c (append, actor, key, hash, stream, target, last)
        JOIN events e ON e.aggregate_type = c.stream AND e.aggregate_id = c.target
                     AND e.sequence = c.last
        WHERE verdicts[c.append] = 0;
    END IF;

    IF 'Erased' = ANY (event_name) THEN
        PERFORM forget_person(e.id::uuid)
        FROM unnest(event_append, event_stream, event_id, event_name) AS e (append, stream, id, name)
        WHERE e.stream = 'account' AND e.name = 'Erased' AND verdicts[e.append] = 0;
    END IF;
END $$;
