using Npgsql;

namespace Rowhouse.Testing;

/// <summary>
/// Citus's functions on a plain PostgreSQL server: they give each table one shard, in the schema <c>citus_shards</c> of the
/// same database, note what they were called for, and refuse what is known that Citus refuses.
/// </summary>
public static class CitusStandIn
{
    private const string Functions = """
        CREATE TABLE public.citus_tables (number bigint GENERATED ALWAYS AS IDENTITY, relation regclass PRIMARY KEY, distribution_column text, colocation text);
        CREATE TABLE public.citus_functions (function regprocedure PRIMARY KEY);
        CREATE SCHEMA citus_shards;

        CREATE FUNCTION public.refuse_citus(relation regclass) RETURNS void LANGUAGE plpgsql AS $$
        DECLARE
            bad record;
        BEGIN
            IF EXISTS (SELECT FROM public.citus_tables t WHERE t.relation = $1) THEN
                RAISE EXCEPTION 'table % is already distributed', relation;
            END IF;
            IF (SELECT c.relkind <> 'r' FROM pg_class c WHERE c.oid = relation) OR EXISTS (SELECT FROM pg_inherits i WHERE relation IN (i.inhrelid, i.inhparent)) THEN
                RAISE EXCEPTION '% is no plain table', relation;
            END IF;
            IF coalesce(current_setting('citus.enable_unsafe_triggers', true), 'off') <> 'on' AND EXISTS (SELECT FROM pg_trigger g WHERE g.tgrelid = relation AND NOT g.tgisinternal) THEN
                RAISE EXCEPTION 'triggers are not supported on distributed tables';
            END IF;
            FOR bad IN SELECT p.proname FROM pg_trigger g JOIN pg_proc p ON p.oid = g.tgfoid WHERE g.tgrelid = relation AND NOT g.tgisinternal AND p.proacl IS NOT NULL AND quote_ident(p.proname) <> p.proname LOOP
                RAISE EXCEPTION 'rights on the function % are passed on without quotes', bad.proname;
            END LOOP;
            FOR bad IN SELECT a.attname FROM pg_attribute a WHERE a.attrelid = relation AND a.attidentity <> '' AND a.atttypid <> 'bigint'::regtype LOOP
                RAISE EXCEPTION 'cannot complete operation on % with smallint/int identity column', relation;
            END LOOP;
        END
        $$;

        -- As Citus does it: a shard has the table's triggers as they are, then the rows are copied, by who distributes.
        CREATE FUNCTION public.copy_to_shard(relation regclass) RETURNS void LANGUAGE plpgsql AS $$
        DECLARE
            own record;
            filled boolean;
            name text := (SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = relation);
            shard text := format('citus_shards.%I', name);
        BEGIN
            EXECUTE format('CREATE TABLE %s (LIKE %s)', shard, name);
            FOR own IN SELECT g.tgname, g.tgenabled, pg_get_triggerdef(g.oid) AS definition FROM pg_trigger g WHERE g.tgrelid = relation AND NOT g.tgisinternal LOOP
                EXECUTE replace(own.definition, format(' ON %s ', name), format(' ON %s ', shard));
                IF own.tgenabled = 'D' THEN
                    EXECUTE format('ALTER TABLE %s DISABLE TRIGGER %I', shard, own.tgname);
                END IF;
            END LOOP;
            EXECUTE format('SELECT EXISTS (SELECT FROM %s)', name) INTO filled;
            IF filled THEN
                EXECUTE format('INSERT INTO %s SELECT * FROM %s', shard, name);
            END IF;
        END
        $$;

        CREATE FUNCTION public.truncate_local_data_after_distributing_table(function_table_name regclass) RETURNS void LANGUAGE plpgsql AS $$
        DECLARE
            bad record;
        BEGIN
            IF NOT EXISTS (SELECT FROM public.citus_tables t WHERE t.relation = function_table_name) THEN
                RAISE EXCEPTION 'supplied parameter is not a distributed relation';
            END IF;
            FOR bad IN SELECT k.conrelid::regclass AS name FROM pg_constraint k WHERE k.confrelid = function_table_name AND k.contype = 'f'
                AND NOT EXISTS (SELECT FROM public.citus_tables t WHERE t.relation = k.conrelid) LOOP
                RAISE EXCEPTION 'cannot truncate a table referenced in a foreign key constraint by a local table, %', bad.name;
            END LOOP;
            EXECUTE format('TRUNCATE %s CASCADE', function_table_name);
        END
        $$;

        CREATE FUNCTION public.create_reference_table(table_name regclass) RETURNS void LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM public.refuse_citus(table_name);
            IF EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = table_name AND k.contype = 'f' AND k.confrelid <> table_name
                       AND NOT EXISTS (SELECT FROM public.citus_tables t WHERE t.relation = k.confrelid AND t.colocation IS NULL)) THEN
                RAISE EXCEPTION 'cannot create foreign key constraint since % refers to a table that is no reference table', table_name;
            END IF;
            INSERT INTO public.citus_tables (relation) VALUES (table_name);
            PERFORM public.copy_to_shard(table_name);
        END
        $$;

        CREATE FUNCTION public.create_distributed_table(table_name regclass, distribution_column text, distribution_type text DEFAULT 'hash', colocate_with text DEFAULT 'default')
        RETURNS void LANGUAGE plpgsql AS $$
        DECLARE
            bad record;
            number smallint := (SELECT a.attnum FROM pg_attribute a WHERE a.attrelid = table_name AND a.attname = distribution_column AND NOT a.attisdropped);
            place int;
            colocation text := CASE colocate_with WHEN 'default' THEN table_name::text ELSE (SELECT t.colocation FROM public.citus_tables t WHERE t.relation = colocate_with::regclass) END;
        BEGIN
            PERFORM public.refuse_citus(table_name);
            IF number IS NULL THEN
                RAISE EXCEPTION 'column "%" of % does not exist', distribution_column, table_name;
            END IF;
            IF colocation IS NULL THEN
                RAISE EXCEPTION 'relation % is not distributed', colocate_with;
            END IF;
            -- Where this is on, a table that refers to a reference table has become one of Citus's own kind, which may not refer to distributed ones.
            FOR bad IN SELECT k.conname FROM pg_constraint k WHERE k.confrelid = table_name AND k.contype = 'f' AND coalesce(current_setting('citus.enable_local_reference_table_foreign_keys', true), 'on') = 'on'
                AND NOT EXISTS (SELECT FROM public.citus_tables t WHERE t.relation = k.conrelid)
                AND EXISTS (SELECT FROM pg_constraint r JOIN public.citus_tables t ON t.relation = r.confrelid AND t.colocation IS NULL WHERE r.conrelid = k.conrelid AND r.contype = 'f') LOOP
                RAISE EXCEPTION 'cannot create foreign key constraint % since foreign keys from reference tables and local tables to distributed tables are not supported', bad.conname;
            END LOOP;
            FOR bad IN SELECT i.indexrelid::regclass AS name FROM pg_index i
                WHERE i.indrelid = table_name AND (i.indisunique OR i.indisexclusion) AND number <> ALL ((i.indkey::int2[])[0:i.indnkeyatts - 1]) LOOP
                RAISE EXCEPTION 'cannot create constraint % on %: it does not include the partition column', bad.name, table_name;
            END LOOP;
            FOR bad IN SELECT k.*, t.colocation AS theirs, t.distribution_column AS their_column, t.relation IS NOT NULL OR k.confrelid = table_name AS known
                FROM pg_constraint k LEFT JOIN public.citus_tables t ON t.relation = k.confrelid WHERE k.conrelid = table_name AND k.contype = 'f' LOOP
                place := array_position(bad.conkey, number);
                IF bad.confdelsetcols IS NOT NULL OR bad.confdeltype IN ('n', 'd') AND place IS NOT NULL THEN
                    RAISE EXCEPTION 'cannot create foreign key constraint %: SET NULL or SET DEFAULT is not supported in ON DELETE operation', bad.conname;
                END IF;
                IF bad.confupdtype IN ('n', 'd', 'c') AND place IS NOT NULL THEN
                    RAISE EXCEPTION 'cannot create foreign key constraint %: SET NULL, SET DEFAULT or CASCADE is not supported in ON UPDATE operation', bad.conname;
                END IF;
                CONTINUE WHEN bad.known AND bad.confrelid <> table_name AND bad.theirs IS NULL; -- a reference table
                IF NOT bad.known OR place IS NULL OR coalesce(bad.theirs, colocation) <> colocation OR bad.confkey[place] IS DISTINCT FROM
                    (SELECT a.attnum FROM pg_attribute a WHERE a.attrelid = bad.confrelid AND a.attname = coalesce(bad.their_column, distribution_column)) THEN
                    RAISE EXCEPTION 'cannot create foreign key constraint % since relations are not colocated or not referencing a reference table', bad.conname;
                END IF;
            END LOOP;
            INSERT INTO public.citus_tables (relation, distribution_column, colocation) VALUES (table_name, distribution_column, colocation);
            PERFORM public.copy_to_shard(table_name);
        END
        $$;

        CREATE FUNCTION public.create_distributed_function(function_name regprocedure) RETURNS void LANGUAGE sql AS 'INSERT INTO public.citus_functions VALUES (function_name)';

        -- There are no files of an extension to create it from.
        SET allow_system_table_mods = on;
        INSERT INTO pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion)
            VALUES ('public.citus_tables'::regclass, 'citus', current_user::regrole, 'public'::regnamespace, false, 'none');
        RESET allow_system_table_mods;
        """;

    /// <summary>Puts the functions into a database, and says there that it has the extension.</summary>
    /// <param name="superuser">Opens the database as a superuser.</param>
    public static async Task InstallAsync(string superuser)
    {
        await using var connection = new NpgsqlConnection(superuser);
        await connection.OpenAsync();
        await using var install = new NpgsqlCommand(Functions, connection);
        await install.ExecuteNonQueryAsync();
    }

    /// <summary>Runs what distributes a store, in a database that has the functions.</summary>
    /// <param name="superuser">Opens the database as a superuser.</param>
    /// <param name="sql">As <c>rowhouse database distribute</c> prints it, or what goes before that.</param>
    /// <returns>The tables in the order in which they were distributed, the column <see langword="null"/> for a reference table, and what each is kept together with.</returns>
    /// <exception cref="PostgresException">Citus would refuse it.</exception>
    public static async Task<IReadOnlyList<(string Table, string? Column, string? With)>> DistributeAsync(string superuser, string sql)
    {
        await using var connection = new NpgsqlConnection(superuser);
        await connection.OpenAsync();
        await using (var distribute = new NpgsqlCommand(sql, connection))
        {
            await distribute.ExecuteNonQueryAsync();
        }

        List<(string, string?, string?)> tables = [];
        await using var read = new NpgsqlCommand("SELECT relation::text, distribution_column, colocation FROM public.citus_tables ORDER BY number", connection);
        await using var reader = await read.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            tables.Add((reader.GetString(0), await reader.IsDBNullAsync(1) ? null : reader.GetString(1), await reader.IsDBNullAsync(2) ? null : reader.GetString(2)));
        }

        return tables;
    }
}
