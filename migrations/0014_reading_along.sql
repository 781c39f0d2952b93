-- How far each person has read in each room, and what of that they wish to show. Neither is a
-- fact that anybody replays: plain tables, and gone with their person (0015).

CREATE TABLE read_marks (
    account_id uuid        NOT NULL,
    -- As clients name rooms: `event:ID` or `match:ID`.
    room       text        NOT NULL COLLATE "C",
    -- Everything up to here has been read.
    position   bigint      NOT NULL,
    at         timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (account_id, room)
);

-- Who is not in it has everything on.
CREATE TABLE preferences (
    account_id    uuid    PRIMARY KEY,
    typing        boolean NOT NULL DEFAULT true,
    read_receipts boolean NOT NULL DEFAULT true,
    unread_counts boolean NOT NULL DEFAULT true
);
