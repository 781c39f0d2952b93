-- How much was done lately of what is limited, on all nodes together. Not logged: a crash forgets
-- it and everybody begins anew, and taking costs no write to disk. Which bucket is whose cannot be
-- read from it: an id is the hash of its name under a key of the deployment.
CREATE UNLOGGED TABLE rate_limits (
    bucket  uuid        PRIMARY KEY,
    -- When it will be full again: that alone says how much is in it.
    full_at timestamptz NOT NULL
) WITH (fillfactor = 50);

-- Takes one of the `burst` tokens of a bucket, of which one comes back `every` so long. Answers
-- null, or the seconds until there is one.
CREATE FUNCTION take_token(wanted uuid, burst int, every interval) RETURNS double precision
LANGUAGE plpgsql AS $$
DECLARE
    wait_ double precision;
BEGIN
    -- The clock is read once the row is locked: who waited for it did not come first.
    INSERT INTO rate_limits AS held (bucket, full_at) VALUES (wanted, clock_timestamp() + every)
    ON CONFLICT (bucket) DO UPDATE SET full_at = greatest(held.full_at, clock_timestamp()) + every
        WHERE held.full_at + every <= clock_timestamp() + burst * every;
    IF FOUND THEN
        RETURN NULL;
    END IF;
    SELECT extract(epoch FROM full_at + every - burst * every - clock_timestamp()) INTO wait_
        FROM rate_limits WHERE bucket = wanted;
    RETURN greatest(coalesce(wait_, 0), 0);
END $$;

-- Passwords that were guessed at lately, by whose they are and from where.
CREATE UNLOGGED TABLE guesses (
    bucket       uuid        PRIMARY KEY,
    failures     int         NOT NULL,
    -- When the next guess may be made.
    open_at      timestamptz NOT NULL,
    forgotten_at timestamptz NOT NULL
) WITH (fillfactor = 50);

-- Counts one more guess, before it is known whether it is right. Five are free within 15 minutes;
-- after that one has to wait 15 minutes, and twice as long after each more, up to four hours, until
-- there has been none for a day. Answers null, or the seconds until the next may be made.
CREATE FUNCTION take_guess(wanted uuid) RETURNS double precision
LANGUAGE plpgsql AS $$
DECLARE
    held_ guesses;
    at_   timestamptz;
    wait_ interval := '0';
    kept_ interval := '15 minutes';
BEGIN
    INSERT INTO guesses (bucket, failures, open_at, forgotten_at)
    VALUES (wanted, 0, '-infinity', 'infinity')
    ON CONFLICT (bucket) DO NOTHING;
    SELECT * INTO held_ FROM guesses WHERE bucket = wanted FOR UPDATE;
    IF NOT FOUND THEN
        -- Somebody was right in between.
        RETURN take_guess(wanted);
    END IF;
    at_ := clock_timestamp();
    IF held_.open_at > at_ THEN
        RETURN extract(epoch FROM held_.open_at - at_);
    END IF;
    held_.failures := CASE WHEN held_.forgotten_at <= at_ THEN 1 ELSE held_.failures + 1 END;
    IF held_.failures >= 5 THEN
        wait_ := interval '15 minutes' * 2 ^ least(held_.failures - 5, 4);
        kept_ := '1 day';
    END IF;
    UPDATE guesses
    SET failures = held_.failures, open_at = at_ + wait_, forgotten_at = at_ + wait_ + kept_
    WHERE bucket = wanted;
    RETURN NULL;
END $$;
