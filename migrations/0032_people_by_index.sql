-- Erasing and exporting look for what is of one person: by index, as nobody may wait while all of
-- a table is read.
SET LOCAL lock_timeout = '3s';

CREATE INDEX messages_author ON read.messages (author);
CREATE INDEX ratings_rater ON read.ratings (rater);
CREATE INDEX match_transfers_by ON read.match_transfers (by);

-- Those that had ended were not in it.
DROP INDEX sessions_account;
CREATE INDEX sessions_account ON sessions (account_id);

-- A session takes its devices with it, those out of use too.
CREATE INDEX chat_devices_of_session ON chat_devices (session_id);
