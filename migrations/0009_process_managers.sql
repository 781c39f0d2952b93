-- What follows from events by rule, and when. Filled by a follower of the log and worked off
-- with commands whose ids are derived from the event, so that doing a task twice is doing it
-- once. It is no read model: what is done is deleted, and nothing is built anew.
CREATE TABLE agenda (
    -- Derived from the event's position and the step.
    id       uuid        PRIMARY KEY,
    position bigint      NOT NULL,
    task     json        NOT NULL,
    due      timestamptz NOT NULL,
    attempts int         NOT NULL DEFAULT 0,
    -- Why the last attempt failed.
    error    text
);
CREATE INDEX agenda_due ON agenda (due);

-- When somebody who asked for it will be erased.
ALTER TABLE read.users ADD COLUMN erases_at timestamptz;
