-- Seals of the log: each covers a range of positions without gaps and holds to the one
-- before it. What they are made of is in docs/adr/0005-seals.md.

CREATE TABLE seals (
    number         bigint      PRIMARY KEY CHECK (number >= 1),
    first_position bigint      NOT NULL UNIQUE CHECK (first_position >= 1),
    last_position  bigint      NOT NULL UNIQUE CHECK (last_position >= first_position),
    -- Hash of the seal before; zeros in the first.
    previous       bytea       NOT NULL CHECK (octet_length(previous) = 32),
    -- Of the Merkle tree over the range's leaves.
    root           bytea       NOT NULL CHECK (octet_length(root) = 32),
    sealed_at      timestamptz NOT NULL,
    public_key     bytea       NOT NULL CHECK (octet_length(public_key) = 32),
    signature      bytea       NOT NULL CHECK (octet_length(signature) = 64),
    -- The hash of each event in the range, in order, so that one which no longer fits can be
    -- named.
    leaves         bytea       NOT NULL
                   CHECK (octet_length(leaves) = 32 * (last_position - first_position + 1))
);
-- Hashes do not compress.
ALTER TABLE seals ALTER COLUMN leaves SET STORAGE EXTERNAL;
