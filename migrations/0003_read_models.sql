-- The read side: everything here can be dropped and filled again from the log.
--
-- Each projector owns its tables and is rebuilt alone, so there are no foreign keys between
-- them: a reference may for a moment be ahead of what it refers to.

CREATE SCHEMA read;

-- `public` stays first: it is where migrations make tables that name no schema. Names in
-- `read` never repeat names in `public`, so that both are found unqualified, and a rebuild
-- can put the schema of its second copy before both.
DO $$
BEGIN
    EXECUTE format('ALTER DATABASE %I SET search_path = public, read', current_database());
EXCEPTION WHEN insufficient_privilege THEN
    RAISE NOTICE 'not the owner of this database: connections must set search_path themselves';
END $$;

-- How far each projector has come; moved in the transaction that holds the effects.
CREATE TABLE read.projection_checkpoints (
    name     text        PRIMARY KEY,
    position bigint      NOT NULL,
    moved_at timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 50);

-- Projector `users`.
CREATE TABLE read.users (
    id             uuid        PRIMARY KEY,
    username       text        NOT NULL,
    email          text,
    email_verified boolean     NOT NULL DEFAULT false,
    avatar         text,
    country        text,
    bio            text,
    dance_role     text,
    roles          text[]      NOT NULL DEFAULT '{}',
    suspended      boolean     NOT NULL DEFAULT false,
    erased         boolean     NOT NULL DEFAULT false,
    created_at     timestamptz NOT NULL
);
CREATE UNIQUE INDEX users_username ON read.users (lower(username)) WHERE NOT erased;

CREATE TABLE read.blocks (
    blocker uuid        NOT NULL,
    blocked uuid        NOT NULL,
    at      timestamptz NOT NULL,
    PRIMARY KEY (blocker, blocked)
);
CREATE INDEX blocks_blocked ON read.blocks (blocked);

-- Projector `dance_events`.
CREATE TABLE read.dance_events (
    id                 uuid        PRIMARY KEY,
    slug               text        NOT NULL,
    name               text        NOT NULL,
    location           text        NOT NULL,
    start_date         date        NOT NULL,
    end_date           date        NOT NULL,
    worldsdc_id        text,
    description        text,
    cancelled          boolean     NOT NULL DEFAULT false,
    participants_count bigint      NOT NULL DEFAULT 0 CHECK (participants_count >= 0),
    announced_by       uuid        NOT NULL,
    announced_at       timestamptz NOT NULL
);
CREATE UNIQUE INDEX dance_events_slug ON read.dance_events (slug);
CREATE INDEX dance_events_by_date ON read.dance_events (start_date, id);

CREATE TABLE read.participants (
    event_id      uuid        NOT NULL,
    user_id       uuid        NOT NULL,
    joined_at     timestamptz NOT NULL,
    checked_in_at timestamptz,
    position      bigint      NOT NULL,
    PRIMARY KEY (event_id, user_id)
);
CREATE INDEX participants_newest ON read.participants (event_id, position DESC);
CREATE INDEX participants_user ON read.participants (user_id);

-- Projector `messages`.
CREATE TABLE read.messages (
    id         uuid        PRIMARY KEY,
    room       text        NOT NULL,
    author     uuid        NOT NULL,
    kind       text        NOT NULL,
    content    text        NOT NULL,
    created_at timestamptz NOT NULL,
    edited_at  timestamptz,
    position   bigint      NOT NULL
);
CREATE UNIQUE INDEX messages_newest ON read.messages (room, position DESC);

-- Projector `matches`. `position` is that of the last move, by which lists are ordered.
CREATE TABLE read.matches (
    id           uuid        PRIMARY KEY,
    event_id     uuid        NOT NULL,
    requester    uuid        NOT NULL,
    recipient    uuid        NOT NULL CHECK (recipient <> requester),
    status       text        NOT NULL
        CHECK (status IN ('pending', 'accepted', 'declined', 'cancelled', 'completed')),
    created_at   timestamptz NOT NULL,
    updated_at   timestamptz NOT NULL,
    completed_at timestamptz,
    -- When a single rating shows though the other side gave none.
    reveals_at   timestamptz,
    position     bigint      NOT NULL,
    CHECK ((status = 'completed') = (completed_at IS NOT NULL)),
    CHECK ((completed_at IS NULL) = (reveals_at IS NULL))
);
CREATE UNIQUE INDEX matches_pair
    ON read.matches (event_id, least(requester, recipient), greatest(requester, recipient));
CREATE INDEX matches_requester ON read.matches (requester, position DESC);
CREATE INDEX matches_recipient ON read.matches (recipient, position DESC);

CREATE TABLE read.match_transfers (
    position bigint      PRIMARY KEY,
    match_id uuid        NOT NULL,
    by       uuid        NOT NULL,
    report   jsonb       NOT NULL,
    at       timestamptz NOT NULL
);
CREATE INDEX match_transfers_match ON read.match_transfers (match_id, position);

-- Projector `ratings`.
CREATE TABLE read.ratings (
    match_id                uuid        NOT NULL,
    rater                   uuid        NOT NULL,
    ratee                   uuid        NOT NULL CHECK (ratee <> rater),
    score                   smallint    NOT NULL CHECK (score BETWEEN 1 AND 5),
    comment                 text,
    would_collaborate_again boolean     NOT NULL,
    both_rated              boolean     NOT NULL,
    created_at              timestamptz NOT NULL,
    position                bigint      NOT NULL,
    PRIMARY KEY (match_id, rater)
);
CREATE INDEX ratings_ratee ON read.ratings (ratee, position DESC);

-- Projector `reports`.
CREATE TABLE read.reports (
    id          uuid        PRIMARY KEY,
    reporter    uuid        NOT NULL,
    reported    uuid        NOT NULL,
    grounds     text        NOT NULL,
    details     text,
    match_id    uuid,
    message_id  uuid,
    resolution  text,
    resolved_by uuid,
    created_at  timestamptz NOT NULL,
    resolved_at timestamptz,
    position    bigint      NOT NULL,
    CHECK ((resolution IS NULL) = (resolved_at IS NULL))
);
CREATE UNIQUE INDEX reports_newest ON read.reports (position DESC);

-- Projector `feed`: whom each durable frame concerns, so that a socket that comes back
-- finds what it missed without reading the log.
CREATE TABLE read.feed (
    audience text   NOT NULL,
    position bigint NOT NULL,
    PRIMARY KEY (audience, position)
);
