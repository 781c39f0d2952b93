-- Refresh tokens that were exchanged, for as long as their session is there: one that comes back
-- was copied, and ends it. Of each, as of the current one, the SHA-256.
CREATE TABLE spent_refresh_tokens (
    hash       bytea       PRIMARY KEY,
    session_id uuid        NOT NULL REFERENCES sessions ON DELETE CASCADE,
    spent_at   timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX spent_refresh_tokens_session ON spent_refresh_tokens (session_id);
CREATE INDEX spent_refresh_tokens_age ON spent_refresh_tokens (spent_at);

-- From where a session was opened or last renewed: a network, never a whole address.
ALTER TABLE sessions ADD COLUMN network text;
