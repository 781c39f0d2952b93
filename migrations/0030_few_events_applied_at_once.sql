-- What most batches of a busy evening are, one message or a few, is applied by one statement each:
-- the checkpoint's move and its effects, in one round trip in place of six.

-- Whether the checkpoint was there to be moved: no rebuild was swapped in, and nobody else moved it.
CREATE FUNCTION read.move_checkpoint(
    projector     text,
    from_position bigint,
    from_rebuilds bigint,
    to_position   bigint
) RETURNS boolean
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE projection_checkpoints SET position = to_position, moved_at = now()
    WHERE name = projector AND position = from_position AND rebuilds = from_rebuilds;
    RETURN FOUND;
END $$;

-- In these functions the checkpoint comes first, and in a statement of its own: a rebuild that is
-- swapped in holds its row, and then takes the table's place.

CREATE FUNCTION read.add_to_feed(
    from_position bigint,
    from_rebuilds bigint,
    to_position   bigint,
    audience_ids  uuid[],
    positions     bigint[]
) RETURNS boolean
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan
AS $$
BEGIN
    IF NOT move_checkpoint('feed', from_position, from_rebuilds, to_position) THEN
        RETURN false;
    END IF;
    INSERT INTO feed (audience_id, position) SELECT * FROM unnest(audience_ids, positions);
    RETURN true;
END $$;

CREATE FUNCTION read.add_messages(
    from_position bigint,
    from_rebuilds bigint,
    to_position   bigint,
    ids           uuid[],
    room_ids      uuid[],
    in_matches    boolean[],
    authors       uuid[],
    kinds         text[],
    contents      text[],
    times         timestamptz[],
    positions     bigint[]
) RETURNS boolean
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan
AS $$
BEGIN
    IF NOT move_checkpoint('messages', from_position, from_rebuilds, to_position) THEN
        RETURN false;
    END IF;
    INSERT INTO messages (id, room_id, in_match, author, kind, content, created_at, position)
    SELECT * FROM unnest(ids, room_ids, in_matches, authors, kinds, contents, times, positions);
    RETURN true;
END $$;
