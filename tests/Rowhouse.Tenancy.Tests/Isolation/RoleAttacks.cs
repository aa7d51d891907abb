using Npgsql;
using Rowhouse.Tenancy.Postgres.Roles;
using Shouldly;

namespace Rowhouse.Tenancy.Tests.Isolation;

/// <summary>What the application's role, or the login of a home, may not do, whichever tenant it has bound.</summary>
[Collection<AttackMatrix>]
public sealed class RoleAttacks(AttackServer server)
{
    [Theory]
    [EveryWay("TRUNCATE notes.notes CASCADE")]
    [EveryWay("ALTER TABLE notes.notes DISABLE ROW LEVEL SECURITY")]
    [EveryWay("ALTER TABLE notes.notes NO FORCE ROW LEVEL SECURITY")]
    [EveryWay("ALTER TABLE notes.notes DISABLE TRIGGER fence")]
    [EveryWay("ALTER TABLE notes.notes DISABLE TRIGGER ALL")]
    [EveryWay("ALTER TABLE notes.notes DROP CONSTRAINT fk_notes_notebooks_tenant_id_notebook_id")]
    [EveryWay("ALTER TABLE notes.notes OWNER TO CURRENT_USER")]
    [EveryWay("DROP POLICY tenant ON notes.notes")]
    [EveryWay("ALTER POLICY tenant ON notes.notes USING (true)")]
    [EveryWay("CREATE POLICY more ON notes.notes USING (true)")]
    [EveryWay("DROP TABLE notes.notes CASCADE")]
    public async Task A_guard_is_not_lifted(Way way, string sql) => await RefusedAsync(way, sql);

    [Theory]
    [EveryWay("SET ROLE rowhouse_owner")]
    [EveryWay("SET ROLE rowhouse_platform")]
    [EveryWay("SET ROLE postgres")]
    [EveryWay("SET ROLE pg_read_all_data")]
    [EveryWay("SET SESSION AUTHORIZATION rowhouse_owner")]
    [EveryWay("SET SESSION AUTHORIZATION postgres")]
    [EveryWay("SET LOCAL session_replication_role = replica")]
    [EveryWay("SELECT set_config('session_replication_role', 'replica', true)")]
    [EveryWay("SET LOCAL row_security = off; SELECT text FROM notes.notes")]
    [EveryWay("SET LOCAL row_security = off; COPY notes.notes TO STDOUT")]
    [EveryWay("SET LOCAL lo_compat_privileges = on")]
    [EveryWay("GRANT rowhouse_owner TO CURRENT_USER")]
    [EveryWay("GRANT rowhouse_tenant TO rowhouse_platform")]
    [EveryWay("ALTER ROLE CURRENT_USER BYPASSRLS")]
    [EveryWay("ALTER ROLE CURRENT_USER SET rowhouse.tenant = 'x'")]
    [EveryWay("ALTER ROLE CURRENT_USER SET session_replication_role = replica")]
    [EveryWay("CREATE ROLE accomplice")]
    [EveryWay("ALTER ROLE rowhouse_owner PASSWORD 'x'")]
    [EveryWay("ALTER ROLE ALL SET row_security = off")]
    public async Task Nobody_becomes_somebody_else(Way way, string sql) => await RefusedAsync(way, sql);

    [Theory]
    [EveryWay("CREATE TABLE notes.loot (text text)")]
    [EveryWay("CREATE TABLE public.loot AS SELECT * FROM notes.notes")]
    [EveryWay("CREATE TEMPORARY TABLE loot AS SELECT * FROM notes.notes")]
    [EveryWay("CREATE VIEW notes.loot AS SELECT * FROM notes.notes")]
    [EveryWay("CREATE TEMPORARY VIEW loot AS SELECT * FROM notes.notes")]
    [EveryWay("CREATE MATERIALIZED VIEW public.loot AS SELECT * FROM notes.notes")]
    [EveryWay("CREATE TABLE notes.part () INHERITS (notes.notes)")]
    [EveryWay("CREATE FUNCTION notes.leak() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'")]
    [EveryWay("CREATE FUNCTION pg_temp.leak() RETURNS int LANGUAGE sql AS 'SELECT 1'")]
    [EveryWay("CREATE FUNCTION public.nullif(text, text) RETURNS text LANGUAGE sql AS 'SELECT 1'")]
    [EveryWay("CREATE FUNCTION public.uuid_eq(uuid, uuid) RETURNS boolean LANGUAGE sql AS 'SELECT true'")]
    [EveryWay("CREATE OPERATOR public.= (LEFTARG = uuid, RIGHTARG = uuid, FUNCTION = uuid_eq)")]
    [EveryWay("CREATE CAST (text AS uuid) WITH INOUT AS IMPLICIT")]
    [EveryWay("CREATE SCHEMA mine")]
    [EveryWay("CREATE TRIGGER spy AFTER INSERT ON notes.notes FOR EACH ROW EXECUTE FUNCTION tenancy.fence()")]
    [EveryWay("CREATE RULE spy AS ON INSERT TO notes.notes DO ALSO SELECT 1")]
    [EveryWay("CREATE INDEX spy ON notes.notes (text)")]
    [EveryWay("CREATE STATISTICS notes.spy ON text, revision FROM notes.notes")]
    [EveryWay("CREATE EVENT TRIGGER spy ON ddl_command_end EXECUTE FUNCTION tenancy.fence()")]
    [EveryWay("CREATE PUBLICATION spy FOR TABLE notes.notes")]
    [EveryWay("CREATE EXTENSION pgcrypto")]
    [EveryWay("CREATE EXTENSION dblink")]
    [EveryWay("CREATE EXTENSION postgres_fdw")]
    [EveryWay("CREATE FOREIGN DATA WRAPPER spy")]
    [EveryWay("CREATE LANGUAGE plspy HANDLER plpgsql_call_handler")]
    public async Task Nothing_is_made(Way way, string sql) => await RefusedAsync(way, sql);

    [Theory]
    [EveryWay("COPY (SELECT 1) TO '/tmp/rowhouse-loot'")]
    [EveryWay("COPY (SELECT 1) TO PROGRAM 'cat'")]
    [EveryWay("SELECT pg_read_file('postgresql.conf')")]
    [EveryWay("SELECT pg_read_binary_file('PG_VERSION')")]
    [EveryWay("SELECT pg_ls_dir('.')")]
    [EveryWay("SELECT pg_ls_logdir()")]
    [EveryWay("SELECT pg_ls_waldir()")]
    [EveryWay("SELECT pg_stat_file('PG_VERSION')")]
    [EveryWay("SELECT pg_current_logfile()")]
    [EveryWay("SELECT lo_import('/etc/hostname')")]
    [EveryWay("SELECT lo_export(1, '/tmp/rowhouse-loot')")]
    [EveryWay("SELECT rolpassword FROM pg_authid")]
    [EveryWay("SELECT passwd FROM pg_shadow")]
    [EveryWay("TABLE pg_hba_file_rules")]
    [EveryWay("TABLE pg_file_settings")]
    [EveryWay("SELECT umoptions FROM pg_user_mapping")]
    [EveryWay("SELECT data FROM pg_largeobject")]
    [EveryWay("LOAD 'auto_explain'; SET auto_explain.log_min_duration = 0")]
    [EveryWay("SELECT pg_reload_conf()")]
    [EveryWay("SELECT pg_rotate_logfile()")]
    [EveryWay("SELECT pg_switch_wal()")]
    [EveryWay("SELECT pg_create_physical_replication_slot('spy')")]
    public async Task Neither_files_nor_passwords_nor_the_log_are_reached(Way way, string sql) => await RefusedAsync(way, sql);

    [Theory]
    [EveryWay("UPDATE tenancy.homes SET state = 'open'")]
    [EveryWay("INSERT INTO tenancy.homes VALUES (gen_random_uuid(), 1)")]
    [EveryWay("DELETE FROM tenancy.homes")]
    [EveryWay("SELECT token FROM tenancy.homes")]
    [EveryWay("SELECT h FROM tenancy.homes h")]
    [EveryWay("SELECT count(*) FROM tenancy.changes")]
    [EveryWay("INSERT INTO tenancy.changes (tenant_id, relation, key) VALUES (current_setting('rowhouse.tenant')::uuid, 'notes.notes', '{x}')")]
    [EveryWay("DELETE FROM tenancy.changes")]
    [EveryWay("INSERT INTO tenancy.migrations VALUES ('notes', 2, 'x', 'x')")]
    [EveryWay("SELECT tenancy.fence()")]
    [EveryWay("SELECT tenancy.lock_home()")]
    [EveryWay("SELECT tenancy.lock_key(gen_random_uuid())")]
    [EveryWay("SELECT tenancy.capture_notes_notes()")]
    [EveryWay("CREATE OR REPLACE PROCEDURE tenancy.bind(tenant uuid, generation integer) LANGUAGE sql AS 'SELECT 1'")]
    public async Task The_kernels_own_tables_and_functions_are_not_touched(Way way, string sql) => await RefusedAsync(way, sql);

    [Theory]
    [EveryWay("SELECT nextval('notes.labels_id_seq')")]
    [EveryWay("SELECT currval('notes.labels_id_seq')")]
    [EveryWay("SELECT setval('notes.labels_id_seq', 1)")]
    [EveryWay("SELECT last_value FROM notes.labels_id_seq")]
    [EveryWay("SELECT nextval('tenancy.changes_number_seq')")]
    [EveryWay("SELECT pg_sequence_last_value('notes.labels_id_seq'::regclass)")]
    public async Task A_sequence_tells_nothing(Way way, string sql) => await RefusedAsync(way, sql);

    [Theory, EveryWay]
    public async Task What_the_catalogue_says_of_sequences_has_no_values(Way way)
    {
        var ground = await server.OnAsync(way);

        (await ground.SqlAsync("SELECT count(*) FROM pg_sequences WHERE last_value IS NOT NULL")).ShouldGiveNothing();
    }

    [Theory]
    [EveryWay("CREATE DATABASE loot")]
    [EveryWay("ALTER SYSTEM SET row_security = off")]
    [EveryWay("CREATE SUBSCRIPTION spy CONNECTION 'dbname=postgres' PUBLICATION p")]
    public async Task The_server_is_not_touched(Way way, string sql)
    {
        var ground = await server.OnAsync(way);

        (await ground.UnboundAsync(sql)).ShouldBeRefused("42501");
    }

    [Theory, EveryWay]
    public async Task The_group_of_tenants_tables_is_held_by_the_same_policies(Way way)
    {
        var ground = await server.OnAsync(way);

        (await ground.SqlAsync($"SET LOCAL ROLE {RoleNames.Default.Tenants}; SELECT text FROM notes.notes")).ShouldGiveOwn("own");
        (await ground.UnboundAsync($"BEGIN; SET LOCAL ROLE {RoleNames.Default.Tenants}; SELECT text FROM notes.notes; COMMIT")).ShouldGiveNothing();
    }

    private async Task RefusedAsync(Way way, string sql)
    {
        var ground = await server.OnAsync(way);

        (await ground.SqlAsync(sql)).ShouldBeRefused("42501");
        (await ground.UnboundAsync(sql)).Thrown.ShouldBeOfType<PostgresException>();
    }
}
