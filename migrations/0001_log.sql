-- The log and what is written in its own transaction: unique claims and handled commands.

CREATE TABLE events (
    aggregate_type  text        NOT NULL,
    aggregate_id    text        NOT NULL,
    sequence        bigint      NOT NULL CHECK (sequence >= 1),
    event_type      text        NOT NULL,
    event_version   text        NOT NULL,
    payload         json        NOT NULL,
    metadata        json        NOT NULL,
    -- Ascending in commit order, without gaps: handed out under the log's lock.
    global_position bigint      NOT NULL,
    recorded_at     timestamptz NOT NULL,
    PRIMARY KEY (aggregate_type, aggregate_id, sequence)
);
CREATE UNIQUE INDEX events_global_position ON events (global_position);

-- Values held by one stream at a time: the keyed hash of a case-folded mail address or
-- username, a slug. Written and freed in the transaction of the event that causes it.
CREATE TABLE unique_claims (
    scope        text  NOT NULL,
    value        bytea NOT NULL,
    aggregate_id text  NOT NULL,
    PRIMARY KEY (scope, value)
);
CREATE INDEX unique_claims_holder ON unique_claims (aggregate_id);

-- One row per command that carried an id: sent again, it appends nothing and is answered
-- with what the first one did.
CREATE TABLE handled_commands (
    actor        uuid        NOT NULL,
    command_id   uuid        NOT NULL,
    request_hash bytea       NOT NULL,
    aggregate_id text        NOT NULL,
    position     bigint      NOT NULL,
    recorded_at  timestamptz NOT NULL,
    PRIMARY KEY (actor, command_id)
);

-- Appends many streams' events in one transaction and answers each append by itself.
--
-- An append names its stream and the sequence that should be the stream's last so far. It is
-- all or nothing, and a conflict in one spoils no other. Arrays of one group run in parallel;
-- `claim_append`, `command_append` and `event_append` point into the `append_` group, from 1.
-- The caller never puts two appends that touch the same stream, claim or command into one
-- call. Events are given positions in the order they come in.
--
-- verdicts: 0 appended, 1 conflict (the stream has moved on), 2 taken (details: the claim's
-- scope), 3 repeated (the command was handled already; details: its stream, positions: what it
-- reached), 4 reused (the command id came before with another request).
-- head: the log's last position before this call.
--
-- Seq scans and hash joins are off because the plan is made once and kept: made while the
-- log is empty, it would read the whole log later.
CREATE FUNCTION append_events(
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
END $$;
