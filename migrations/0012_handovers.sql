-- Projector `matches`: what both ends said of a video in the same words.
CREATE TABLE read.match_receipts (
    position bigint      PRIMARY KEY,
    match_id uuid        NOT NULL,
    transfer uuid        NOT NULL,
    sender   uuid        NOT NULL,
    receiver uuid        NOT NULL CHECK (receiver <> sender),
    bytes    bigint      NOT NULL,
    proof    text,
    at       timestamptz NOT NULL
);
CREATE INDEX match_receipts_match ON read.match_receipts (match_id, position);

-- Projector `transfer_statistics`: one row for each report, sorted into the few kinds that are
-- counted. `by` is there to take away what somebody erased told of their browser and why.
CREATE TABLE read.transfer_statistics (
    position         bigint           PRIMARY KEY,
    day              date             NOT NULL,
    by               uuid             NOT NULL,
    transfer         uuid,
    direction        text             NOT NULL,
    outcome          text             NOT NULL,
    path             text             NOT NULL,
    reason           text             NOT NULL,
    browser          text             NOT NULL,
    bytes_per_second double precision,
    connected        boolean,
    connect_seconds  double precision
);
CREATE INDEX transfer_statistics_day ON read.transfer_statistics (day);
CREATE INDEX transfer_statistics_by ON read.transfer_statistics (by);
