-- Streams of the log that are asked for together, each from its snapshot on where it has one and
-- that is wanted. A function, so that its statement is planned once for each connection: for so
-- few rows planning takes several times as long as reading, and by itself PostgreSQL would plan
-- it anew for every call, as it cannot tell how long the lists will be.
CREATE FUNCTION read_streams(
    aggregate_types text[], aggregate_ids text[], from_snapshots boolean[], snapshots_by text
) RETURNS TABLE (
    -- Place in the lists, from 1.
    number        bigint,
    sequence      bigint,
    -- None for a snapshot, whose state is in `json`.
    event_type    text,
    event_version text,
    json          json
)
LANGUAGE plpgsql STABLE
SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH asked AS (
        SELECT * FROM unnest(aggregate_types, aggregate_ids, from_snapshots) WITH ORDINALITY
            AS asked (aggregate_type, aggregate_id, from_snapshot, number)),
    snapshot AS (
        SELECT asked.number, snapshots.sequence, snapshots.state
        FROM asked JOIN snapshots USING (aggregate_type, aggregate_id)
        WHERE asked.from_snapshot AND snapshots.made_by = snapshots_by)
    SELECT snapshot.number, snapshot.sequence, NULL::text, NULL::text, snapshot.state
    FROM snapshot
    UNION ALL
    -- Apart from the others, each stream is a few steps down an index.
    SELECT asked.number, event.sequence, event.event_type, event.event_version, event.payload
    FROM asked LEFT JOIN snapshot USING (number)
    CROSS JOIN LATERAL (
        SELECT events.sequence, events.event_type, events.event_version, events.payload
        FROM events
        WHERE events.aggregate_type = asked.aggregate_type
          AND events.aggregate_id = asked.aggregate_id
          AND events.sequence > coalesce(snapshot.sequence, 0)
        OFFSET 0) AS event;
END
$$;
