-- What must never enter the log: secrets, and what only serves sessions and requests.

CREATE TABLE credentials (
    account_id    uuid        PRIMARY KEY,
    -- argon2id, PHC string
    password_hash text        NOT NULL,
    changed_at    timestamptz NOT NULL DEFAULT now()
);

-- One row per signed-in device. `refresh_hash` is the SHA-256 of its current refresh token.
CREATE TABLE sessions (
    id           uuid        PRIMARY KEY,
    account_id   uuid        NOT NULL,
    refresh_hash bytea       NOT NULL UNIQUE,
    user_agent   text,
    created_at   timestamptz NOT NULL DEFAULT now(),
    refreshed_at timestamptz NOT NULL DEFAULT now(),
    expires_at   timestamptz NOT NULL,
    revoked_at   timestamptz
);
CREATE INDEX sessions_account ON sessions (account_id) WHERE revoked_at IS NULL;

-- What a write with an Idempotency-Key answered, so that the same request gets the same answer.
CREATE TABLE idempotent_answers (
    actor        uuid        NOT NULL,
    key          text        NOT NULL,
    request_hash bytea       NOT NULL,
    status       smallint    NOT NULL,
    body         bytea       NOT NULL,
    answered_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (actor, key)
);

-- Keys every node of one deployment shares: they are made at the first start, unless the
-- environment gives them.
CREATE TABLE deployment_keys (
    name    text  PRIMARY KEY,
    secret  bytea NOT NULL,
    made_at timestamptz NOT NULL DEFAULT now()
);
