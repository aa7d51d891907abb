using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Tenancy.Tests.Notes;
using Rowhouse.Tenancy.Tests.Roles;
using Shouldly;

namespace Rowhouse.Tenancy.Tests.Verification;

/// <summary>Who the server is to PostgreSQL, with real roles over real connections.</summary>
public sealed class ConnectionTests(OwnServer postgres) : IClassFixture<OwnServer>
{
    [Fact]
    public async Task Connections_in_their_roles_are_sound()
    {
        var connections = await MigratedAsync();

        (await FindAsync(connections)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_superuser_in_the_place_of_the_application_is_found()
    {
        var connections = await MigratedAsync();

        var findings = await FindAsync(connections with { Application = postgres.As(connections, "postgres") });

        findings.ShouldContain("ROWHOUSE_DATABASE: it works as postgres, not as rowhouse_app.");
        findings.ShouldContain("postgres: it has SUPERUSER.");
        findings.ShouldContain("postgres: it has BYPASSRLS.");
    }

    [Fact]
    public async Task The_owner_in_the_place_of_the_application_is_found()
    {
        var connections = await MigratedAsync();

        var findings = await FindAsync(connections with { Application = connections.Owner! });

        findings.ShouldContain("ROWHOUSE_DATABASE: it works as rowhouse_owner, not as rowhouse_app.");
        findings.ShouldContain(finding => finding.StartsWith("rowhouse_owner: it owns the ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Swapped_connections_are_found()
    {
        var connections = await MigratedAsync();

        var findings = await FindAsync(connections with { Application = connections.Platform, Platform = connections.Application });

        findings.ShouldBe(["ROWHOUSE_DATABASE: it works as rowhouse_platform, not as rowhouse_app.", "ROWHOUSE_DATABASE_PLATFORM: it works as rowhouse_app, not as rowhouse_platform."]);
    }

    [Theory]
    [InlineData("ALTER ROLE rowhouse_app BYPASSRLS", "ALTER ROLE rowhouse_app NOBYPASSRLS", "rowhouse_app: it has BYPASSRLS.")]
    [InlineData("ALTER ROLE rowhouse_app SUPERUSER", "ALTER ROLE rowhouse_app NOSUPERUSER", "rowhouse_app: it has SUPERUSER.")]
    [InlineData("ALTER ROLE rowhouse_platform CREATEROLE", "ALTER ROLE rowhouse_platform NOCREATEROLE", "rowhouse_platform: it has CREATEROLE.")]
    [InlineData("ALTER ROLE rowhouse_platform REPLICATION", "ALTER ROLE rowhouse_platform NOREPLICATION", "rowhouse_platform: it has REPLICATION.")]
    [InlineData("GRANT rowhouse_owner TO rowhouse_app", "REVOKE rowhouse_owner FROM rowhouse_app", "rowhouse_app: it is a member of rowhouse_owner, which owns the ")]
    [InlineData("CREATE ROLE middle; GRANT rowhouse_owner TO middle; ALTER ROLE rowhouse_app NOINHERIT; GRANT middle TO rowhouse_app", "DROP ROLE middle; ALTER ROLE rowhouse_app INHERIT", "rowhouse_app: it is a member of rowhouse_owner, which owns the ")]
    [InlineData("ALTER ROLE rowhouse_app SET rowhouse.tenant = 'x'", "ALTER ROLE rowhouse_app RESET ALL", "ROWHOUSE_DATABASE: a session over it begins with a tenant bound.")]
    [InlineData("ALTER ROLE rowhouse_app SET row_security = off", "ALTER ROLE rowhouse_app RESET ALL", "ROWHOUSE_DATABASE: a session over it begins with row_security off.")]
    [InlineData("ALTER ROLE rowhouse_platform SET session_replication_role = replica", "ALTER ROLE rowhouse_platform RESET ALL", "ROWHOUSE_DATABASE_PLATFORM: a session over it begins with session_replication_role set")]
    [InlineData("ALTER ROLE rowhouse_app SET search_path = public, pg_catalog", "ALTER ROLE rowhouse_app RESET ALL", "ROWHOUSE_DATABASE: a session over it has a search_path that finds other functions")]
    public async Task A_role_that_was_given_too_much_is_found(string sql, string undo, string finding)
    {
        var connections = await MigratedAsync();
        await NotesHost.ExecuteAsync(postgres.Admin, sql);
        try
        {
            var findings = await FindAsync(connections);

            findings.ShouldContain(found => found.StartsWith(finding, StringComparison.Ordinal));
            (await Should.ThrowAsync<IsolationException>(StartAsync(connections))).Message.ShouldContain(finding);
        }
        finally
        {
            await NotesHost.ExecuteAsync(postgres.Admin, undo);
        }

        (await FindAsync(connections)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("Options=-c rowhouse.tenant=x", "ROWHOUSE_DATABASE: a session over it begins with a tenant bound.")]
    [InlineData("Options=-c row_security=off", "ROWHOUSE_DATABASE: a session over it begins with row_security off.")]
    public async Task What_the_connection_string_itself_sets_is_found(string option, string finding)
    {
        var connections = await MigratedAsync();

        (await FindAsync(connections with { Application = $"{connections.Application};{option}" })).ShouldBe([finding]);
    }

    [Fact]
    public async Task A_role_that_is_missing_or_refused_is_a_finding_and_the_rest_is_still_looked_at()
    {
        var connections = await MigratedAsync();
        await NotesHost.ExecuteAsync(postgres.Admin, "ALTER ROLE rowhouse_app RENAME TO gone");
        try
        {
            var findings = await FindAsync(connections);

            findings.ShouldContain(finding => finding.StartsWith("ROWHOUSE_DATABASE: the server refuses it: ", StringComparison.Ordinal));
            findings.ShouldContain("rowhouse_app: there is no such role.");
            await Should.ThrowAsync<IsolationException>(StartAsync(connections));
        }
        finally
        {
            await NotesHost.ExecuteAsync(postgres.Admin, "ALTER ROLE gone RENAME TO rowhouse_app");
        }
    }

    [Fact]
    public async Task Nothing_to_look_with_is_a_finding_too()
    {
        var connections = await MigratedAsync();
        var stranger = new NpgsqlConnectionStringBuilder(connections.Application) { Username = "nobody" }.ConnectionString;

        (await FindAsync(connections with { Application = stranger, Platform = stranger })).Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_host_refuses_to_serve_as_a_superuser()
    {
        var connections = await MigratedAsync();

        var refused = await Should.ThrowAsync<IsolationException>(StartAsync(connections with { Application = postgres.As(connections, "postgres") }));

        refused.Message.ShouldContain("ROWHOUSE_DATABASE: it works as postgres, not as rowhouse_app.");
    }

    [Fact]
    public async Task The_roles_of_another_installation_are_the_wrong_ones()
    {
        var connections = await MigratedAsync();

        (await FindAsync(connections with { Roles = new("acme") })).ShouldContain("ROWHOUSE_DATABASE: it works as rowhouse_app, not as acme_app.");
    }

    [Fact]
    public async Task A_migration_as_a_superuser_is_refused()
    {
        var connections = await postgres.CreateDatabaseAsync();

        var refused = await Should.ThrowAsync<InvalidOperationException>(NotesHost.MigrateAsync(connections with { Owner = postgres.As(connections, "postgres") }));

        refused.Message.ShouldContain("works as postgres, not as rowhouse_owner");
    }

    private async Task<PostgresConnections> MigratedAsync()
    {
        var connections = await postgres.CreateDatabaseAsync();
        await NotesHost.MigrateAsync(connections);
        return connections;
    }

    private static async Task<IReadOnlyList<string>> FindAsync(PostgresConnections connections)
    {
        using var host = NotesHost.Build(connections, migrate: false);
        var database = host.Services.GetRequiredService<PostgresDatabase>();
        await database.OpenAsync(TestContext.Current.CancellationToken);
        return [.. (await database.VerifyIsolationAsync(TestContext.Current.CancellationToken)).Findings.Select(finding => $"{finding.Where}: {finding.What}")];
    }

    private static async Task StartAsync(PostgresConnections connections)
    {
        using var host = NotesHost.Build(connections, migrate: false);
        await host.StartAsync(TestContext.Current.CancellationToken);
    }
}
