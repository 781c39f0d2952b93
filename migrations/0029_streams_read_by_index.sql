-- A plan is made once for each connection, and may be made while there are few snapshots: then
-- reading them all looks cheap, and is what the connection does until the next ANALYZE.
ALTER FUNCTION read_streams(text[], text[], boolean[], text) SET enable_seqscan = off;
