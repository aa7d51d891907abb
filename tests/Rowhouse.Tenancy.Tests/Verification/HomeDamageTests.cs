using Shouldly;

namespace Rowhouse.Tenancy.Tests.Verification;

public sealed class HomeDamageTests(SoundDatabase sound) : IClassFixture<SoundDatabase>
{
    private const string Login = "CREATE ROLE rowhouse_home_smith LOGIN IN ROLE rowhouse_tenant; ";

    // A home: its own login works here, and the application's does not.
    private const string Home = Login + """
        DO $$ BEGIN
            EXECUTE format('REVOKE CONNECT ON DATABASE %I FROM rowhouse_app', current_database());
            EXECUTE format('GRANT CONNECT ON DATABASE %I TO rowhouse_home_smith', current_database());
        END $$;
        """;

    private const string Enter = "DO $$ BEGIN EXECUTE format('GRANT CONNECT ON DATABASE %I TO rowhouse_home_harbor', current_database()); END $$";

    /// <summary>What is done to the login of a home and to what it could reach.</summary>
    public static TheoryData<string, string, string, string> Damages => new()
    {
        { $"{Login.Replace("smith", "harbor", StringComparison.Ordinal)}{Enter}", "grant", "database test_1", "rowhouse_app and rowhouse_home_harbor may connect" },
        { $"{Home}{Login.Replace("smith", "harbor", StringComparison.Ordinal)}{Enter}", "grant", "database test_1", "rowhouse_home_harbor and rowhouse_home_smith may connect" },
        { Home + "ALTER ROLE rowhouse_home_smith BYPASSRLS", "role", "rowhouse_home_smith", "BYPASSRLS" },
        { Home + "ALTER ROLE rowhouse_home_smith SUPERUSER", "role", "rowhouse_home_smith", "SUPERUSER" },
        { Home + "ALTER ROLE rowhouse_home_smith NOINHERIT", "role", "rowhouse_home_smith", "does not inherit" },
        { Home + "REVOKE rowhouse_tenant FROM rowhouse_home_smith", "role", "rowhouse_home_smith", "no member of rowhouse_tenant" },
        { Home + "GRANT rowhouse_owner TO rowhouse_home_smith", "role", "rowhouse_home_smith", "member of rowhouse_owner" },
        { Home + "GRANT rowhouse_app TO rowhouse_home_smith", "role", "rowhouse_home_smith", "member of rowhouse_app" },
        { Home + "GRANT rowhouse_tenant TO rowhouse_home_smith WITH ADMIN OPTION", "role", "rowhouse_home_smith", "admit others to rowhouse_tenant" },
        { Home + "CREATE ROLE mallory LOGIN; GRANT rowhouse_home_smith TO mallory", "role", "mallory", "member of rowhouse_home_smith" },
        { Home + "ALTER ROLE rowhouse_home_smith SET row_security = off", "role", "rowhouse_home_smith", "row_security = off" },
        { Home + "ALTER ROLE rowhouse_home_smith SET rowhouse.tenant = 'x'", "role", "rowhouse_home_smith", "rowhouse.tenant = x" },
        { Home + "GRANT CREATE ON SCHEMA notes TO rowhouse_home_smith", "role", "rowhouse_home_smith", "make objects in the schema notes" },
        { Home + "GRANT DELETE ON tenancy.homes TO rowhouse_home_smith", "kernel", "tenancy.homes", "DELETE to rowhouse_home_smith" },
        { Home + "GRANT TRUNCATE ON notes.notes TO rowhouse_home_smith", "grant", "notes.notes", "rowhouse_home_smith" },
        { Home + "CREATE SCHEMA aside; GRANT USAGE ON SCHEMA aside TO rowhouse_home_smith; CREATE TABLE aside.copies AS SELECT * FROM notes.notes; GRANT SELECT ON aside.copies TO rowhouse_home_smith", "unknown-table", "aside.copies", "can use it" },
        { Home + "ALTER DEFAULT PRIVILEGES FOR ROLE rowhouse_owner GRANT SELECT ON TABLES TO rowhouse_home_smith", "default-grant", "database test_1", "SELECT to rowhouse_home_smith" },
        { Login + "CREATE ROLE mallory LOGIN; GRANT rowhouse_home_smith TO mallory", "role", "mallory", "member of rowhouse_home_smith" },
        { Login + "CREATE ROLE between; GRANT between TO rowhouse_home_smith; DO $$ BEGIN EXECUTE format('GRANT CONNECT ON DATABASE %I TO between', current_database()); END $$", "role", "rowhouse_home_smith", "member of between" },
        { Login + "ALTER ROLE rowhouse_home_smith BYPASSRLS", "role", "rowhouse_home_smith", "BYPASSRLS" },
        { "CREATE ROLE rowhouse_homesmith LOGIN IN ROLE rowhouse_tenant", "role", "rowhouse_homesmith", "member of rowhouse_tenant" },
    };

    [Fact]
    public async Task A_home_is_sound_and_so_is_a_store_beside_it()
    {
        (await sound.DamageAsync(Home)).Findings.ShouldBeEmpty();
        (await sound.DamageAsync(Login)).Findings.ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Damages))]
    public Task Damage_is_found_and_named(string sql, string rule, string where, string says) => sound.ShouldFindAsync(sql, rule, where, says);
}
