using Shouldly;

namespace Rowhouse.Tenancy.Tests.Verification;

public sealed class RoleDamageTests(SoundDatabase sound) : IClassFixture<SoundDatabase>
{
    /// <summary>What is done to the roles and to the database as a whole.</summary>
    public static TheoryData<string, string, string, string> Damages => new()
    {
        { "GRANT CREATE ON SCHEMA notes TO rowhouse_app", "role", "rowhouse_app", "make objects in the schema notes" },
        { "DO $$ BEGIN EXECUTE format('GRANT TEMP ON DATABASE %I TO rowhouse_app', current_database()); END $$", "role", "rowhouse_app", "temporary tables" },
        { "GRANT CREATE ON SCHEMA notes TO rowhouse_mover", "role", "rowhouse_mover", "make objects in the schema notes" },
        { "DO $$ BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO rowhouse_mover', current_database()); END $$", "role", "rowhouse_mover", "make schemas" },
        { "DO $$ BEGIN EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM rowhouse_mover', current_database()); END $$", "role", "rowhouse_mover", "cannot make temporary tables" },
        { "DO $$ BEGIN EXECUTE format('GRANT CONNECT ON DATABASE %I TO rowhouse_mover WITH GRANT OPTION', current_database()); END $$", "grant", "database test_1", "rowhouse_mover may give rights on it to others" },
        { "ALTER ROLE rowhouse_mover BYPASSRLS", "role", "rowhouse_mover", "BYPASSRLS" },
        { "GRANT rowhouse_platform TO rowhouse_mover", "role", "rowhouse_mover", "member of rowhouse_platform" },
        { "GRANT rowhouse_mover TO rowhouse_app", "role", "rowhouse_app", "member of rowhouse_mover" },
        { "CREATE ROLE mallory LOGIN; GRANT rowhouse_mover TO mallory", "role", "mallory", "member of rowhouse_mover" },
        { "GRANT rowhouse_tenant TO rowhouse_mover WITH ADMIN OPTION", "role", "rowhouse_mover", "admit others to rowhouse_tenant" },
        { "ALTER ROLE rowhouse_mover SET rowhouse.tenant = '01890a5d-ac96-774b-bcce-b302099a8057'", "role", "rowhouse_mover", "rowhouse.tenant = 01890a5d" },
        { "REVOKE rowhouse_tenant FROM rowhouse_mover", "role", "rowhouse_mover", "no member of rowhouse_tenant" },
        { "ALTER ROLE rowhouse_mover RENAME TO gone", "role", "rowhouse_mover", "there is no such role" },
        { "ALTER ROLE rowhouse_app BYPASSRLS", "role", "rowhouse_app", "BYPASSRLS" },
        { "ALTER ROLE rowhouse_platform CREATEROLE", "role", "rowhouse_platform", "CREATEROLE" },
        { "GRANT rowhouse_owner TO rowhouse_app", "role", "rowhouse_app", "member of rowhouse_owner" },
        { "ALTER ROLE rowhouse_app SUPERUSER", "role", "rowhouse_app", "SUPERUSER" },
        { "ALTER ROLE rowhouse_app REPLICATION", "role", "rowhouse_app", "REPLICATION" },
        { "ALTER ROLE rowhouse_platform CREATEDB", "role", "rowhouse_platform", "CREATEDB" },
        { "CREATE ROLE between; GRANT rowhouse_owner TO between; ALTER ROLE rowhouse_app NOINHERIT; GRANT between TO rowhouse_app", "role", "rowhouse_app", "rowhouse_owner, which owns the" },
        { "GRANT postgres TO rowhouse_app", "role", "rowhouse_app", "postgres, which has SUPERUSER" },
        { "GRANT pg_write_server_files TO rowhouse_platform", "role", "rowhouse_platform", "member of pg_write_server_files" },
        { "CREATE ROLE seer BYPASSRLS; GRANT seer TO rowhouse_app", "role", "rowhouse_app", "seer, which has BYPASSRLS" },
        { "CREATE FUNCTION notes.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'; ALTER FUNCTION notes.mine() OWNER TO rowhouse_app", "role", "rowhouse_app", "owns the function notes.mine()" },
        { "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I OWNER TO rowhouse_app', current_database()); END $$", "role", "rowhouse_app", "owns the database" },
        { "ALTER ROLE rowhouse_app SET row_security = off", "role", "rowhouse_app", "row_security = off" },
        { "ALTER ROLE rowhouse_app SET search_path = public, pg_catalog", "role", "rowhouse_app", "search_path = public, pg_catalog" },
        { "ALTER ROLE rowhouse_app SET rowhouse.tenant = '01890a5d-ac96-774b-bcce-b302099a8057'", "role", "rowhouse_app", "rowhouse.tenant = 01890a5d" },
        { "ALTER ROLE ALL SET rowhouse.generation = '1'", "role", "rowhouse_platform", "rowhouse.generation = 1" },
        { "ALTER ROLE rowhouse_app SET session_replication_role = replica", "role", "rowhouse_app", "session_replication_role = replica" },
        { "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET rowhouse.tenant = ''x''', current_database()); END $$", "role", "rowhouse_app", "rowhouse.tenant = x" },
        { "DO $$ BEGIN EXECUTE format('GRANT CONNECT ON DATABASE %I TO PUBLIC', current_database()); END $$", "grant", "database test_1", "may CONNECT" },
        { "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I OWNER TO postgres', current_database()); END $$", "owner", "database test_1", "belongs to postgres" },
        { "CREATE FUNCTION public.e() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'; CREATE EVENT TRIGGER watch ON ddl_command_end EXECUTE FUNCTION public.e()", "event-trigger", "watch", "ddl_command_end" },
        { "ALTER DEFAULT PRIVILEGES FOR ROLE rowhouse_owner GRANT SELECT ON TABLES TO rowhouse_app", "default-grant", "database test_1", "SELECT to rowhouse_app" },
        { "ALTER DEFAULT PRIVILEGES FOR ROLE rowhouse_owner IN SCHEMA notes GRANT SELECT ON TABLES TO PUBLIC", "default-grant", "notes", "SELECT to public" },
        { "ALTER ROLE rowhouse_tenant LOGIN", "role", "rowhouse_tenant", "sign in as it" },
        { "ALTER ROLE rowhouse_tenant BYPASSRLS", "role", "rowhouse_tenant", "BYPASSRLS" },
        { "GRANT pg_read_all_data TO rowhouse_tenant", "role", "rowhouse_app", "member of pg_read_all_data" },
        { "CREATE ROLE reporting LOGIN; GRANT rowhouse_tenant TO reporting", "role", "reporting", "member of rowhouse_tenant" },
        { "GRANT rowhouse_tenant TO rowhouse_platform", "role", "rowhouse_platform", "member of rowhouse_tenant" },
        { "CREATE ROLE mallory LOGIN; GRANT rowhouse_app TO mallory", "role", "mallory", "member of rowhouse_app" },
        { "CREATE ROLE mallory LOGIN; GRANT rowhouse_platform TO mallory", "role", "mallory", "member of rowhouse_platform" },
        { "CREATE ROLE mallory LOGIN; GRANT rowhouse_owner TO mallory", "role", "mallory", "member of rowhouse_owner" },
        { "GRANT rowhouse_tenant TO rowhouse_app WITH ADMIN OPTION", "role", "rowhouse_app", "admit others to rowhouse_tenant" },
        { "ALTER ROLE rowhouse_app NOINHERIT", "role", "rowhouse_app", "does not inherit" },
        { "GRANT SET ON PARAMETER session_replication_role TO rowhouse_app", "role", "rowhouse_app", "may set session_replication_role" },
        { "GRANT SET ON PARAMETER session_replication_role TO PUBLIC", "role", "rowhouse_platform", "may set session_replication_role" },
        { "DO $$ BEGIN EXECUTE format('GRANT CONNECT ON DATABASE %I TO rowhouse_tenant', current_database()); END $$", "grant", "database test_1", "rowhouse_tenant may connect" },
        { "CREATE FUNCTION public.u(text) RETURNS uuid LANGUAGE sql IMMUTABLE AS 'SELECT uuid_in($1::cstring)'; CREATE CAST (text AS uuid) WITH FUNCTION public.u(text)", "cast", "text AS uuid", "what policies and the fence compare" },
        { "REVOKE rowhouse_tenant FROM rowhouse_app", "role", "rowhouse_app", "no member of rowhouse_tenant" },
        { "ALTER ROLE rowhouse_tenant RENAME TO gone", "role", "rowhouse_tenant", "there is no such role" },
        { "ALTER ROLE rowhouse_platform RENAME TO gone", "role", "rowhouse_platform", "there is no such role" },
        { "ALTER ROLE rowhouse_app RENAME TO gone", "role", "rowhouse_app", "there is no such role" },
    };

    [Theory]
    [MemberData(nameof(Damages))]
    public Task Damage_is_found_and_named(string sql, string rule, string where, string says) => sound.ShouldFindAsync(sql, rule, where, says);

    [Fact]
    public async Task What_the_mover_makes_for_a_session_is_no_damage()
    {
        (await sound.DamageAsync("SET LOCAL ROLE rowhouse_mover; CREATE TEMPORARY TABLE passing (id int PRIMARY KEY, note text); RESET ROLE")).Findings.ShouldBeEmpty();
        (await sound.DamageAsync("CREATE TABLE public.staying (id int); ALTER TABLE public.staying OWNER TO rowhouse_mover")).Findings.ShouldContain(finding => finding.Where == "rowhouse_mover" && finding.What.Contains("owns the table", StringComparison.Ordinal));
    }
}
