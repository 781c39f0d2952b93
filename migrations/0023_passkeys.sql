-- Passkeys: public keys of devices that may sign their person in.
SET LOCAL lock_timeout = '3s';

CREATE TABLE passkeys (
    id            uuid        PRIMARY KEY,
    account_id    uuid        NOT NULL,
    -- As the device names it; it signs in nobody else.
    credential_id bytea       NOT NULL UNIQUE,
    -- What was learnt of it: public key, counter, whether it is backed up.
    credential    jsonb       NOT NULL,
    -- As its person calls it.
    name          text        NOT NULL,
    added_at      timestamptz NOT NULL DEFAULT now(),
    last_used_at  timestamptz
);
CREATE INDEX passkeys_account ON passkeys (account_id);

-- What the server asked of a device and has no answer to yet. Each is good once, for minutes, and
-- worth nothing afterwards, so it may get lost.
CREATE UNLOGGED TABLE passkey_ceremonies (
    id         uuid        PRIMARY KEY,
    -- Whose passkey is to be added; none where somebody signs in.
    account_id uuid,
    state      jsonb       NOT NULL,
    begun_at   timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX passkey_ceremonies_begun ON passkey_ceremonies (begun_at);

-- As before, and the passkeys go too.
CREATE OR REPLACE FUNCTION forget_person(erased uuid) RETURNS void
LANGUAGE sql
BEGIN ATOMIC
    INSERT INTO person_keys (person, secret, erased_at) VALUES (erased, NULL, now())
        ON CONFLICT (person) DO UPDATE SET secret = NULL, erased_at = now();
    DELETE FROM credentials WHERE account_id = erased;
    DELETE FROM passkeys WHERE account_id = erased;
    DELETE FROM passkey_ceremonies WHERE account_id = erased;
    DELETE FROM sessions WHERE account_id = erased;
    -- Answers to others may name the person, and wherever they do, they hold the id.
    DELETE FROM idempotent_answers
        WHERE actor = erased OR position(convert_to(erased::text, 'UTF8') IN body) > 0;
    DELETE FROM snapshots;
    DELETE FROM mails WHERE account_id = erased;
    DELETE FROM mail_tokens WHERE account_id = erased;
    DELETE FROM read_marks WHERE account_id = erased;
    DELETE FROM preferences WHERE account_id = erased;
    DELETE FROM avatars WHERE account_id = erased;
END;
