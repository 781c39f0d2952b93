-- People's pictures, as they are shown: square, small, without what the camera knew. The log only
-- has the address of one.
SET LOCAL lock_timeout = '3s';

CREATE TABLE avatars (
    account_id uuid        PRIMARY KEY,
    -- Made of the person and the picture: another picture has another address.
    id         uuid        NOT NULL UNIQUE,
    -- WebP, never of another type.
    picture    bytea       NOT NULL,
    made_at    timestamptz NOT NULL DEFAULT now()
);
-- It is compressed already.
ALTER TABLE avatars ALTER COLUMN picture SET STORAGE EXTERNAL;

-- As before, and the picture goes too. The person's key comes first: who puts a picture there
-- holds it, so that none is put there afterwards.
CREATE OR REPLACE FUNCTION forget_person(erased uuid) RETURNS void
LANGUAGE sql
BEGIN ATOMIC
    INSERT INTO person_keys (person, secret, erased_at) VALUES (erased, NULL, now())
        ON CONFLICT (person) DO UPDATE SET secret = NULL, erased_at = now();
    DELETE FROM credentials WHERE account_id = erased;
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
