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
    at_ timestamptz := clock_timestamp();
    wait_ double precision;
BEGIN
    INSERT INTO rate_limits AS held (bucket, full_at) VALUES (wanted, at_ + every)
    ON CONFLICT (bucket) DO UPDATE SET full_at = greatest(held.full_at, at_) + every
        WHERE held.full_at + every <= at_ + burst * every;
    IF FOUND THEN
        RETURN NULL;
    END IF;
    SELECT extract(epoch FROM full_at + every - burst * every - at_) INTO wait_
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
    at_ timestamptz := clock_timestamp();
    wait_ double precision;
BEGIN
    INSERT INTO guesses AS held (bucket, failures, open_at, forgotten_at)
    VALUES (wanted, 1, at_, at_ + interval '15 minutes')
    ON CONFLICT (bucket) DO UPDATE
    SET (failures, open_at, forgotten_at) = (
            SELECT failures, at_ + wait, at_ + wait + remembered
            FROM (SELECT CASE WHEN held.forgotten_at <= at_ THEN 1 ELSE held.failures + 1 END)
                     AS counted (failures),
                 LATERAL (SELECT CASE WHEN failures < 5 THEN interval '0'
                                 ELSE interval '15 minutes' * 2 ^ least(failures - 5, 4) END,
                                 CASE WHEN failures < 5 THEN interval '15 minutes'
                                 ELSE interval '1 day' END)
                     AS then_ (wait, remembered)
        )
        WHERE held.open_at <= at_;
    IF FOUND THEN
        RETURN NULL;
    END IF;
    SELECT extract(epoch FROM open_at - at_) INTO wait_ FROM guesses WHERE bucket = wanted;
    RETURN greatest(coalesce(wait_, 0), 0);
END $$;
