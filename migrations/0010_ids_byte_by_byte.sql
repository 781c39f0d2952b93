-- Ids in text are compared byte by byte: any other collation makes their indexes several times
-- slower to build, and its order means nothing to anybody.
SET LOCAL lock_timeout = '3s';
ALTER TABLE read.feed ALTER COLUMN audience TYPE text COLLATE "C";
ALTER TABLE read.messages ALTER COLUMN room TYPE text COLLATE "C";
