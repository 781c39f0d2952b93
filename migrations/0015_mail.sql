-- What is to be sent by mail. A plain table: each mail has an id derived from its cause, so that
-- a cause that comes twice sends once, and it holds neither token nor PIN: those are derived
-- from the id, under a key, when the mail is sent.
CREATE TABLE mails (
    id         uuid        PRIMARY KEY,
    -- None for a mail that a stranger asked for: whose address it is, is found out when it is
    -- sent, so that asking takes as long for an address without an account.
    account_id uuid,
    recipient  text        NOT NULL,
    letter     text        NOT NULL,
    made_at    timestamptz NOT NULL DEFAULT now(),
    due        timestamptz NOT NULL DEFAULT now(),
    attempts   int         NOT NULL DEFAULT 0,
    -- Why the last attempt failed.
    error      text,
    sent_at    timestamptz,
    dropped_at timestamptz
);
CREATE INDEX mails_due ON mails (due) WHERE sent_at IS NULL AND dropped_at IS NULL;
CREATE INDEX mails_account ON mails (account_id);

-- What a link or a PIN in a mail stands for. The id is the mail's.
CREATE TABLE mail_tokens (
    id           uuid        PRIMARY KEY,
    account_id   uuid        NOT NULL,
    purpose      text        NOT NULL,
    -- Where it was sent: it is good only while this is the account's address.
    address      text        NOT NULL,
    made_at      timestamptz NOT NULL DEFAULT now(),
    pin_attempts int         NOT NULL DEFAULT 0,
    used_at      timestamptz
);
CREATE INDEX mail_tokens_account ON mail_tokens (account_id, purpose, made_at);

-- As before, and: the mails to the person and what they led to, how far they have read, and what
-- they wished to show.
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
END;
