using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Tenancy.Postgres.Roles;
using Rowhouse.Tenancy.Tests.Notes;
using Rowhouse.Tenancy.Tests.Roles;
using Rowhouse.Testing;
using Shouldly;

namespace Rowhouse.Tenancy.Tests.Distribution;

/// <summary>What makes a store a Citus cluster's, on PostgreSQL with functions that refuse what is known that Citus refuses.</summary>
/// <param name="postgres">Where the script fails.</param>
/// <param name="server">Where it does not, and gives roles settings.</param>
public sealed class DistributionTests(PostgresFixture postgres, OwnServer server) : IClassFixture<PostgresFixture>, IClassFixture<OwnServer>
{
    [Fact]
    public async Task Each_table_comes_after_those_that_it_refers_to()
    {
        var connections = await server.CreateDatabaseAsync();
        await NotesHost.MigrateAsync(connections);
        var superuser = server.As(connections, "postgres");
        await CitusStandIn.InstallAsync(superuser);

        var tables = await CitusStandIn.DistributeAsync(superuser, Script(connections));

        tables.ShouldBe(
        [
            ("atlas.countries", null, null),
            ("tenancy.homes", "tenant_id", "tenancy.homes"),
            ("tenancy.changes", "tenant_id", "tenancy.homes"),
            ("tenancy.outbox", "tenant_id", "tenancy.homes"),
            ("tenancy.seen_events", "tenant_id", "tenancy.homes"),
            ("notes.labels", "tenant_id", "tenancy.homes"),
            ("notes.notebooks", "tenant_id", "tenancy.homes"),
            ("notes.notes", "tenant_id", "tenancy.homes"),
            ("notes.label_note", "tenant_id", "tenancy.homes"),
        ]);
    }

    [Fact]
    public async Task The_rows_of_all_tenants_move_to_the_nodes_and_the_coordinators_triggers_are_on_again()
    {
        var connections = await server.CreateDatabaseAsync();
        await NotesHost.MigrateAsync(connections);
        await NotesHost.ExecuteAsync(connections.Platform, "INSERT INTO atlas.countries (code, name) VALUES ('IS', 'Iceland')");
        await using var host = await NotesHost.StartAsync(connections);
        await host.WriteNoteAsync(host.Smith);
        await host.WriteNoteAsync(host.Harbor);
        var superuser = server.As(connections, "postgres");
        await CitusStandIn.InstallAsync(superuser);

        await CitusStandIn.DistributeAsync(superuser, Script(connections));

        foreach (var (table, rows) in new[] { ("atlas.countries", 1L), ("tenancy.homes", 2), ("notes.notebooks", 2), ("notes.notes", 2) })
        {
            (await NotesHost.ScalarAsync<long>(superuser, $"SELECT count(*) FROM citus_shards.\"{table}\"")).ShouldBe(rows, table);
            (await NotesHost.ScalarAsync<long>(superuser, $"SELECT count(*) FROM {table}")).ShouldBe(0, table);
        }

        (await NotesHost.ScalarAsync<string[]>(superuser, "SELECT array_agg(DISTINCT g.tgenabled::text) FROM pg_trigger g WHERE NOT g.tgisinternal AND g.tgrelid IN (SELECT t.relation FROM public.citus_tables t)")).ShouldBe(["O"]);
    }

    [Fact]
    public async Task Rows_that_are_copied_with_the_fence_on_are_refused()
    {
        var connections = await NotesHost.PrepareAsync(postgres);
        await using var host = await NotesHost.StartAsync(connections);
        await host.WriteNoteAsync(host.Smith);
        var superuser = await postgres.SuperuserAsync(connections.Application);
        await CitusStandIn.InstallAsync(superuser);

        var refused = await Should.ThrowAsync<PostgresException>(CitusStandIn.DistributeAsync(superuser, Script(connections).Replace(" DISABLE TRIGGER ", " ENABLE TRIGGER ", StringComparison.Ordinal)));

        refused.MessageText.ShouldBe("no tenant is bound");
    }

    [Theory]
    [InlineData("CREATE UNIQUE INDEX of_all ON notes.notebooks (title)", "it does not include the partition column")]
    [InlineData("ALTER TABLE notes.notebooks ADD CONSTRAINT of_all EXCLUDE (title WITH =)", "it does not include the partition column")]
    [InlineData("ALTER TABLE notes.notes ADD CONSTRAINT loose FOREIGN KEY (tenant_id, answer_to_id) REFERENCES notes.notes (tenant_id, id) ON DELETE SET NULL (answer_to_id)", "SET NULL or SET DEFAULT is not supported")]
    [InlineData("ALTER TABLE notes.notes ADD CONSTRAINT loose FOREIGN KEY (tenant_id, notebook_id) REFERENCES notes.notebooks (tenant_id, id) ON UPDATE CASCADE", "is not supported in ON UPDATE")]
    [InlineData("CREATE TABLE notes.moods (id uuid PRIMARY KEY); ALTER TABLE notes.notes ADD COLUMN mood uuid REFERENCES notes.moods (id)", "not colocated or not referencing a reference table")]
    [InlineData("ALTER TABLE notes.notebooks ADD COLUMN likes uuid; ALTER TABLE notes.notebooks ADD FOREIGN KEY (likes, id) REFERENCES notes.notebooks (tenant_id, id)", "not colocated or not referencing a reference table")]
    [InlineData("ALTER TABLE atlas.countries ADD COLUMN t uuid, ADD COLUMN n uuid, ADD FOREIGN KEY (t, n) REFERENCES notes.notebooks (tenant_id, id)", "refers to a table that is no reference table")]
    [InlineData("ALTER TABLE notes.labels ALTER COLUMN id SET DATA TYPE integer", "int identity column")]
    [InlineData("ALTER FUNCTION tenancy.capture_notes_notes RENAME TO \"capture notes\"", "are passed on without quotes")]
    [InlineData("CREATE TABLE notes.more () INHERITS (notes.notebooks)", "is no plain table")]
    public async Task What_Citus_refuses_is_refused(string damage, string says)
    {
        var (connections, superuser) = await PrepareAsync();
        await NotesHost.ExecuteAsync(superuser, damage);

        var refused = await Should.ThrowAsync<PostgresException>(CitusStandIn.DistributeAsync(superuser, Script(connections)));

        refused.MessageText.ShouldContain(says);
    }

    [Theory]
    [InlineData("citus.enable_unsafe_triggers = on", "citus.enable_unsafe_triggers = off", "triggers are not supported")]
    [InlineData("citus.enable_local_reference_table_foreign_keys = off", "citus.enable_local_reference_table_foreign_keys = on", "from reference tables and local tables to distributed tables")]
    [InlineData("SELECT create_reference_table('\"atlas\".\"countries\"');", "", "not colocated or not referencing a reference table")]
    [InlineData("SELECT create_distributed_table('\"notes\".\"notebooks\"', 'tenant_id', colocate_with => 'tenancy.homes');", "", "not colocated or not referencing a reference table")]
    [InlineData("SELECT create_distributed_table('tenancy.homes', 'tenant_id');", "", "relation tenancy.homes is not distributed")]
    [InlineData("'\"notes\".\"notes\"', 'tenant_id', colocate_with => 'tenancy.homes'", "'\"notes\".\"notes\"', 'tenant_id'", "not colocated or not referencing a reference table")]
    [InlineData("'\"notes\".\"notes\"', 'tenant_id'", "'\"notes\".\"notes\"', 'id'", "not colocated or not referencing a reference table")]
    public async Task A_script_that_lacks_what_Citus_asks_for_is_refused(string line, string instead, string says)
    {
        var (connections, superuser) = await PrepareAsync();
        var script = Script(connections);
        script.ShouldContain(line);

        var refused = await Should.ThrowAsync<PostgresException>(CitusStandIn.DistributeAsync(superuser, script.Replace(line, instead, StringComparison.Ordinal)));

        refused.MessageText.ShouldContain(says);
    }

    private static string Script(PostgresConnections connections)
    {
        using var host = NotesHost.Build(connections, migrate: false);
        return host.Services.GetRequiredService<PostgresDatabase>().WriteDistribution(RoleNames.Default);
    }

    private async Task<(PostgresConnections Connections, string Superuser)> PrepareAsync()
    {
        var connections = await NotesHost.PrepareAsync(postgres);
        var superuser = await postgres.SuperuserAsync(connections.Application);
        await CitusStandIn.InstallAsync(superuser);
        return (connections, superuser);
    }
}
