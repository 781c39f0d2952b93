-- How far each person has read in each room, and what of that they wish to show. Neither is a
-- fact that anybody replays: plain tables, and gone with their person.

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

-- As before, and: how far somebody read, and what they wished to show.
CREATE OR REPLACE FUNCTION forget_person(erased uuid) RETURNS void
LANGUAGE sql
BEGIN ATOMIC
    INSERT INTO person_keys (person, secret, erased_at) VALUES (erased, NULL, now())
        ON CONFLICT (person) DO UPDATE SET secret = NULL, erased_at = now();
    DELETE FROM credentials WHERE account_id = erased;
    DELETE FROM sessions WHERE account_id = erased;
    DELETE FROM read_marks WHERE account_id = erased;
    DELETE FROM preferences WHERE account_id = erased;
    -- Answers to others may name the person, and wherever they do, they hold the id.
    DELETE FROM idempotent_answers
        WHERE actor = erased OR position(convert_to(erased::text, 'UTF8') IN body) > 0;
    DELETE FROM snapshots;
END;
