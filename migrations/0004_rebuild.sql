-- A rebuild fills a second copy of a projector's tables, in a schema of its own, and then
-- puts it in the place of the live one.

-- Makes `copy_schema` anew, with an empty copy of each table. Indexes and constraints keep
-- their names (LIKE would invent new ones), so that later migrations find them whether or
-- not a rebuild came in between.
CREATE FUNCTION read.make_second_copy(copy_schema text, table_names text[]) RETURNS void
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
        EXECUTE format('CREATE TABLE %I.%I (LIKE read.%2$I INCLUDING ALL EXCLUDING INDEXES)',
                       copy_schema, table_name);
        FOR made_by IN
            SELECT CASE WHEN c.oid IS NOT NULL
                THEN format('ALTER TABLE %I.%I ADD CONSTRAINT %I %s',
                            copy_schema, table_name, c.conname, pg_get_constraintdef(c.oid))
                ELSE replace(pg_get_indexdef(i.indexrelid),
                             format(' ON read.%I USING ', table_name),
                             format(' ON %I.%I USING ', copy_schema, table_name))
                END
            FROM pg_index i
            LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid AND c.conrelid = i.indrelid
            WHERE i.indrelid = format('read.%I', table_name)::regclass
        LOOP
            EXECUTE made_by;
        END LOOP;
    END LOOP;
END $$;

-- Puts the tables of `copy_schema` in the place of the live ones. Readers wait as long as
-- this transaction takes to commit; all tables are locked at once, so that none of them is
-- caught between two.
CREATE FUNCTION read.swap_in_second_copy(copy_schema text, table_names text[]) RETURNS void
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
    END LOOP;
    EXECUTE format('DROP SCHEMA %I', copy_schema);
END $$;
