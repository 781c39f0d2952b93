-- The statements of `append_events` are planned once for each connection. By itself PostgreSQL
-- planned them anew for every call, as it cannot tell how long the lists will be, and a call with
-- one event spent more time on that than on all else.
ALTER FUNCTION append_events(
    text[], text[], bigint[], int[], text[], text[], bigint[], text[], text[], text[], text[],
    int[], text[], bytea[], text[], boolean[], int[], uuid[], uuid[], bytea[], text[], text[],
    bigint[], int[], text[], text[], bigint[]
) SET plan_cache_mode = force_generic_plan;
