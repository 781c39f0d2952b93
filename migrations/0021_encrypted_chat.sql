-- What the two of a match write, for their devices alone: which devices there are, and how far a
-- match has come with it.
SET LOCAL lock_timeout = '3s';

-- The public keys of browsers, one for each session. A key serves while its session is open, and
-- again when the same person signs in there anew. It goes with its session, and so with its person.
CREATE TABLE chat_devices (
    public_key    bytea       PRIMARY KEY CHECK (length(public_key) = 32),
    account_id    uuid        NOT NULL,
    session_id    uuid        NOT NULL REFERENCES sessions ON DELETE CASCADE,
    registered_at timestamptz NOT NULL DEFAULT now(),
    -- Taken out of use for good.
    removed_at    timestamptz
);
CREATE UNIQUE INDEX chat_devices_session ON chat_devices (session_id) WHERE removed_at IS NULL;
CREATE INDEX chat_devices_account ON chat_devices (account_id);

ALTER TABLE read.matches
    ADD COLUMN encryption    text NOT NULL DEFAULT 'off'
        CHECK (encryption IN ('off', 'offered', 'on')),
    -- Who asked for it first.
    ADD COLUMN encryption_by uuid;

-- What opens the reported message, where it is encrypted and its reporter revealed it.
ALTER TABLE read.reports ADD COLUMN message_key text;
