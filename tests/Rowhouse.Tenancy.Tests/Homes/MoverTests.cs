using Npgsql;
using Rowhouse.Tenancy.Tests.Notes;
using Rowhouse.Testing;
using Shouldly;

namespace Rowhouse.Tenancy.Tests.Homes;

/// <summary>What the mover's role reaches: one tenant at a time, like the application's, and that tenant's home.</summary>
public sealed class MoverTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    [Fact]
    public async Task It_sees_the_rows_of_the_tenant_that_it_has_bound_and_none_without()
    {
        await using var host = await NotesHost.StartAsync(postgres);
        await host.FillAsync(host.Smith, labels: 2);
        await host.FillAsync(host.Harbor, labels: 3);
        var superuser = await postgres.SuperuserAsync(host.Connections.Application);
        var tables = await NotesHost.ScalarAsync<string[]>(superuser, "SELECT array_agg(a.attrelid::regclass::text) FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid WHERE a.attname = 'tenant_id' AND c.relkind = 'r'");

        tables!.Length.ShouldBe(8);
        foreach (var table in tables)
        {
            var all = await NotesHost.ScalarAsync<long>(superuser, $"SELECT count(*) FROM {table}");
            var own = await NotesHost.ScalarAsync<long>(superuser, $"SELECT count(*) FROM {table} WHERE tenant_id = $1", host.Smith.Id.Value);
            own.ShouldBeInRange(1, all - 1, table);
            (await NotesHost.ScalarAsync<long>(host.Connections.Mover!, $"BEGIN; {Bind(host.Smith)} SELECT count(*) FROM {table}")).ShouldBe(own, table);
            (await NotesHost.ScalarAsync<long>(host.Connections.Mover!, $"SELECT count(*) FROM {table}")).ShouldBe(0, table);
        }
    }

    [Fact]
    public async Task It_changes_no_row_and_no_home_of_another_tenant()
    {
        await using var host = await NotesHost.StartAsync(postgres);
        await host.WriteNoteAsync(host.Smith);
        await host.WriteNoteAsync(host.Harbor);

        await NotesHost.ExecuteAsync(host.Connections.Mover!, $"BEGIN; {Bind(host.Smith)} UPDATE notes.notebooks SET title = 'x'; UPDATE tenancy.homes SET capturing = true; DELETE FROM notes.notes; COMMIT");
        foreach (var sql in new[]
        {
            $"INSERT INTO notes.notebooks (tenant_id, id, title) VALUES ('{host.Harbor.Id}', gen_random_uuid(), 'planted')",
            $"UPDATE notes.notebooks SET tenant_id = '{host.Harbor.Id}'",
            $"INSERT INTO tenancy.homes (tenant_id, generation) VALUES ('{Guid.AllBitsSet}', 1)",
            $"UPDATE tenancy.homes SET tenant_id = '{Guid.AllBitsSet}'",
            "INSERT INTO tenancy.migrations (module, number, name, checksum) VALUES ('x', 1, 'x', 'x')",
        })
        {
            (await Should.ThrowAsync<PostgresException>(NotesHost.ExecuteAsync(host.Connections.Mover!, $"BEGIN; {Bind(host.Smith)} {sql}"))).SqlState.ShouldBe(PostgresErrorCodes.InsufficientPrivilege, sql);
        }

        var superuser = await postgres.SuperuserAsync(host.Connections.Application);
        (await NotesHost.ScalarAsync<long>(superuser, "SELECT count(*) FROM notes.notebooks n JOIN tenancy.homes h USING (tenant_id) JOIN notes.notes t USING (tenant_id) WHERE n.tenant_id = $1 AND n.title <> 'x' AND NOT h.capturing", host.Harbor.Id.Value)).ShouldBe(1);
    }

    [Fact]
    public async Task It_is_held_by_the_fence_unless_it_names_the_token_of_the_home()
    {
        await using var host = await NotesHost.StartAsync(postgres);
        await host.WriteNoteAsync(host.Smith);
        await host.ChangeHomeAsync(host.Smith, $"state = 'purging', token = '{Guid.AllBitsSet}'");

        (await Should.ThrowAsync<PostgresException>(NotesHost.ExecuteAsync(host.Connections.Mover!, $"BEGIN; {Bind(host.Smith)} DELETE FROM notes.notes"))).SqlState.ShouldBe("RH001");
        await NotesHost.ExecuteAsync(host.Connections.Mover!, $"BEGIN; {Bind(host.Smith)} SET LOCAL rowhouse.mover = '{Guid.AllBitsSet}'; DELETE FROM notes.notes; COMMIT");

        (await NotesHost.ScalarAsync<long>(host.Connections.Mover!, $"BEGIN; {Bind(host.Smith)} SELECT count(*) FROM notes.notes")).ShouldBe(0);
    }

    private static string Bind(Tenant tenant) => $"CALL tenancy.bind('{tenant.Id}', 1);";
}
