-- What came of a report, for its reporter; and what moderators did about people.
SET LOCAL lock_timeout = '3s';

ALTER TABLE read.reports
    ADD COLUMN outcome           text,
    -- Where in the log it was resolved; none where that was before this column.
    ADD COLUMN resolved_position bigint;
CREATE INDEX reports_reporter ON read.reports (reporter);
CREATE INDEX reports_reported ON read.reports (reported, position DESC);

-- Projector `moderation`.
CREATE TABLE read.moderation_acts (
    position bigint      PRIMARY KEY,
    user_id  uuid        NOT NULL,
    kind     text        NOT NULL CHECK (kind IN ('warned', 'suspended', 'lifted')),
    -- The warning, or why somebody was suspended.
    words    text,
    until    timestamptz,
    by       uuid        NOT NULL,
    at       timestamptz NOT NULL
);
CREATE INDEX moderation_acts_user ON read.moderation_acts (user_id, position DESC);
