-- Autovacuum does not begin on a copy that is being filled: nothing in it is dead yet, its
-- indexes waited for the vacuum to be over, and the swap did.
CREATE OR REPLACE FUNCTION read.make_bare_copy(copy_schema text, table_names text[]) RETURNS void
LANGUAGE plpgsql
SET client_min_messages = warning
AS $$
DECLARE
    table_name text;
    made_by text;
BEGIN
    EXECUTE format('DROP SCHEMA IF EXISTS %I CASCADE', copy_schema);
    EXECUTE format('CREATE SCHEMA %I', copy_schema);
    FOREACH table_name IN ARRAY table_names LOOP
        EXECUTE format('CREATE TABLE %I.%I (LIKE read.%2$I INCLUDING ALL EXCLUDING INDEXES)
                        WITH (autovacuum_enabled = false)',
                       copy_schema, table_name);
        FOR made_by IN
            SELECT format('ALTER TABLE %I.%I ADD CONSTRAINT %I %s',
                          copy_schema, table_name, conname, pg_get_constraintdef(oid))
            FROM pg_constraint
            WHERE conrelid = format('read.%I', table_name)::regclass AND contype = 'p'
        LOOP
            EXECUTE made_by;
        END LOOP;
    END LOOP;
END $$;

CREATE OR REPLACE FUNCTION read.swap_in_second_copy(copy_schema text, table_names text[])
RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    table_name text;
BEGIN
    EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE',
                   (SELECT string_agg(format('read.%I', t), ', ') FROM unnest(table_names) t));
    FOREACH table_name IN ARRAY table_names LOOP
        EXECUTE format('DROP TABLE read.%I', table_name);
        EXECUTE format('ALTER TABLE %I.%I SET SCHEMA read', copy_schema, table_name);
        EXECUTE format('ALTER TABLE read.%I RESET (autovacuum_enabled)', table_name);
    END LOOP;
    EXECUTE format('DROP SCHEMA %I', copy_schema);
END $$;
