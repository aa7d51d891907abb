using Shouldly;

namespace Rowhouse.Tenancy.Tests.Verification;

public sealed class KernelDamageTests(SoundDatabase sound) : IClassFixture<SoundDatabase>
{
    /// <summary>What is done to the kernel's own schema.</summary>
    public static TheoryData<string, string, string, string> Damages => new()
    {
        { "ALTER TABLE tenancy.homes FORCE ROW LEVEL SECURITY", "kernel", "tenancy.homes", "homes forced" },
        { "GRANT UPDATE ON tenancy.homes TO rowhouse_app", "kernel", "tenancy.homes", "UPDATE to rowhouse_app" },
        { "GRANT INSERT ON tenancy.migrations TO rowhouse_app", "kernel", "tenancy.migrations", "INSERT to rowhouse_app" },
        { "CREATE OR REPLACE FUNCTION tenancy.fence() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN RETURN NULL; END'", "kernel", "tenancy.fence()", "text" },
        { "ALTER FUNCTION tenancy.fence() SECURITY INVOKER", "kernel", "tenancy.fence()", "security definer" },
        { "ALTER POLICY tenant ON tenancy.homes USING (true)", "kernel", "tenancy.homes", "using true" },
        { "ALTER POLICY platform_changes ON tenancy.homes WITH CHECK (true)", "kernel", "tenancy.homes", "check true" },
        { "ALTER POLICY platform_changes ON tenancy.homes USING (true)", "kernel", "tenancy.homes", "platform_changes for w to rowhouse_platform using true" },
        { "ALTER POLICY platform_removes ON tenancy.homes USING (true)", "kernel", "tenancy.homes", "platform_removes for d to rowhouse_platform using true" },
        { "ALTER POLICY tenant ON tenancy.homes TO PUBLIC", "kernel", "tenancy.homes", "to public" },
        { "ALTER POLICY platform_reads ON tenancy.homes TO PUBLIC", "kernel", "tenancy.homes", "platform_reads for r to public" },
        { "CREATE POLICY more ON tenancy.homes USING (true)", "kernel", "tenancy.homes", "policy on tenancy.homes more" },
        { "DROP POLICY tenant ON tenancy.homes", "kernel", "tenancy.homes", "lacks [policy on tenancy.homes tenant" },
        { "ALTER TABLE tenancy.homes DISABLE ROW LEVEL SECURITY", "kernel", "tenancy.homes", "lacks [row security" },
        { "ALTER TABLE tenancy.homes OWNER TO rowhouse_platform", "kernel", "tenancy.homes", "of rowhouse_platform" },
        { "GRANT UPDATE (state) ON tenancy.homes TO rowhouse_app", "kernel", "tenancy.homes", "UPDATE (state) to rowhouse_app" },
        { "GRANT SELECT ON tenancy.homes TO PUBLIC", "kernel", "tenancy.homes", "SELECT to public" },
        { "REVOKE SELECT (state) ON tenancy.homes FROM rowhouse_tenant", "kernel", "tenancy.homes", "lacks [grant on tenancy.homes SELECT (state) to rowhouse_tenant" },
        { "ALTER TABLE tenancy.homes ALTER COLUMN capturing SET DEFAULT true", "kernel", "tenancy.homes", "default true" },
        { "ALTER TABLE tenancy.homes ADD note text", "kernel", "tenancy.homes", "note text" },
        { "ALTER TABLE tenancy.homes DROP CONSTRAINT ck_homes_generation", "kernel", "tenancy.homes", "CHECK" },
        { "CREATE RULE kept AS ON DELETE TO tenancy.homes DO INSTEAD NOTHING", "kernel", "tenancy.homes", "RULE kept" },
        { "CREATE FUNCTION public.f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; CREATE TRIGGER f BEFORE UPDATE ON tenancy.homes FOR EACH ROW EXECUTE FUNCTION public.f()", "kernel", "tenancy.homes", "TRIGGER f" },
        { "ALTER TABLE tenancy.migrations OWNER TO rowhouse_app", "kernel", "tenancy.migrations", "of rowhouse_app" },
        { "GRANT DELETE ON tenancy.migrations TO PUBLIC", "kernel", "tenancy.migrations", "DELETE to public" },
        { "GRANT UPDATE (checksum) ON tenancy.migrations TO rowhouse_platform", "kernel", "tenancy.migrations", "UPDATE (checksum)" },
        { "ALTER TABLE tenancy.migrations DROP COLUMN checksum", "kernel", "tenancy.migrations", "lacks [column tenancy.migrations.checksum" },
        { "ALTER TABLE tenancy.migrations ENABLE ROW LEVEL SECURITY; CREATE POLICY part ON tenancy.migrations USING (number < 2)", "kernel", "tenancy.migrations", "number < 2" },
        { "CREATE TABLE tenancy.more (id int)", "kernel", "tenancy.more", "table tenancy.more" },
        { "ALTER FUNCTION tenancy.fence() SET search_path = public", "kernel", "tenancy.fence()", "search_path=public" },
        { "ALTER FUNCTION tenancy.fence() RESET search_path", "kernel", "tenancy.fence()", "settings none" },
        { "ALTER FUNCTION tenancy.fence() SET session_replication_role = replica", "kernel", "tenancy.fence()", "session_replication_role=replica" },
        { "ALTER FUNCTION tenancy.fence() STABLE", "kernel", "tenancy.fence()", "plpgsql s" },
        { "ALTER FUNCTION tenancy.fence() LEAKPROOF", "kernel", "tenancy.fence()", "leakproof" },
        { "ALTER FUNCTION tenancy.fence() STRICT", "kernel", "tenancy.fence()", "strict" },
        { "ALTER FUNCTION tenancy.fence() OWNER TO rowhouse_platform", "kernel", "tenancy.fence()", "of rowhouse_platform" },
        { "GRANT EXECUTE ON FUNCTION tenancy.fence() TO PUBLIC", "kernel", "tenancy.fence()", "to public" },
        { "ALTER PROCEDURE tenancy.bind(uuid, integer) SECURITY DEFINER", "kernel", "tenancy.bind(uuid,integer)", "security definer" },
        { "CREATE OR REPLACE PROCEDURE tenancy.bind(tenant uuid, generation integer) LANGUAGE plpgsql AS 'BEGIN END'", "kernel", "tenancy.bind(uuid,integer)", "text" },
        { "DROP PROCEDURE tenancy.bind", "kernel", "tenancy.bind(uuid,integer)", "lacks [function" },
        { "GRANT EXECUTE ON PROCEDURE tenancy.bind TO PUBLIC", "kernel", "tenancy.bind(uuid,integer)", "to public" },
        { "GRANT SELECT (token) ON tenancy.homes TO rowhouse_tenant", "kernel", "tenancy.homes", "SELECT (token) to rowhouse_tenant" },
        { "GRANT SELECT ON tenancy.changes TO rowhouse_tenant", "kernel", "tenancy.changes", "SELECT to rowhouse_tenant" },
        { "ALTER TABLE tenancy.changes DISABLE ROW LEVEL SECURITY", "kernel", "tenancy.changes", "lacks [row security" },
        { "ALTER POLICY tenant ON tenancy.changes USING (true)", "kernel", "tenancy.changes", "using true" },
        { "GRANT USAGE ON SEQUENCE tenancy.changes_number_seq TO rowhouse_tenant", "kernel", "tenancy.changes_number_seq", "USAGE to rowhouse_tenant" },
        { "DROP TRIGGER lock_home ON tenancy.homes", "kernel", "tenancy.homes", "lacks [trigger" },
        { "ALTER TABLE tenancy.homes DISABLE TRIGGER lock_home", "kernel", "tenancy.homes", "disabled" },
        { "CREATE OR REPLACE FUNCTION tenancy.lock_home() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS 'BEGIN RETURN NULL; END'", "kernel", "tenancy.lock_home()", "text" },
        { "CREATE OR REPLACE FUNCTION tenancy.lock_key(tenant uuid) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT 1::bigint'", "kernel", "tenancy.lock_key(uuid)", "text" },
        { "GRANT EXECUTE ON FUNCTION tenancy.\"capture_notes.notes\"() TO PUBLIC", "kernel", "tenancy.\"capture_notes.notes\"()", "to public" },
        { "CREATE FUNCTION tenancy.\"capture_notes.more\"() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'", "kernel", "tenancy.\"capture_notes.more\"()", "has [function" },
        { "CREATE FUNCTION tenancy.bind(text) RETURNS void LANGUAGE sql AS ''", "kernel", "tenancy.bind(text)", "has [function" },
        { "GRANT CREATE ON SCHEMA tenancy TO rowhouse_owner, PUBLIC", "kernel", "tenancy", "schema tenancy CREATE to public" },
        { "ALTER SCHEMA tenancy OWNER TO rowhouse_app", "kernel", "tenancy", "schema tenancy of rowhouse_app" },
    };

    [Theory]
    [MemberData(nameof(Damages))]
    public async Task Damage_is_found_and_named(string sql, string rule, string where, string says)
    {
        var report = await sound.DamageAsync(sql);

        report.Findings.ShouldContain(finding => finding.Rule == rule && finding.Where == where && finding.What.Contains(says, StringComparison.Ordinal), report.ToString());
        report.Findings.ShouldAllBe(finding => finding.Mend.Length > 0);
    }
}
