using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Tenancy.Postgres.Guards;
using Rowhouse.Tenancy.Tests.Model;
using Rowhouse.Tenancy.Tests.Notes;
using Rowhouse.Testing;
using Shouldly;

namespace Rowhouse.Tenancy.Tests.Homes;

/// <summary>What is left of a tenant in a store when it is purged: nothing of it, and all of the others.</summary>
public sealed class PurgeTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private const string Fenced = "RH001";

    /// <summary>More than go in one transaction.</summary>
    private const int Many = 12_000;

    private static readonly Guid Mover = new("0199d2a4-0000-7000-8000-000000000001");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task All_rows_of_the_tenant_go_and_all_of_another_stay()
    {
        await using var host = await NotesHost.StartAsync(postgres);
        foreach (var tenant in new[] { host.Smith, host.Harbor })
        {
            await host.FillAsync(tenant, labels: Many);
        }

        var (smith, harbor) = (await RowsAsync(host, host.Smith), await RowsAsync(host, host.Harbor));
        smith.Values.ShouldAllBe(rows => rows > 0);
        smith.ShouldBe(harbor);
        smith["notes.labels"].ShouldBe(Many + 1);

        await PurgeAsync(host, host.Smith);

        (await RowsAsync(host, host.Smith)).Values.ShouldAllBe(rows => rows == 0);
        (await RowsAsync(host, host.Harbor)).ShouldBe(harbor);
        (await HomeAsync(host, host.Smith)).ShouldBeNull();
        (await HomeAsync(host, host.Harbor)).ShouldBe("open false");
    }

    [Fact]
    public async Task Without_the_movers_connection_nothing_is_removed_and_what_sets_it_is_said()
    {
        await using var host = await NotesHost.StartAsync(postgres, connections => connections with { Mover = null });
        await host.WriteNoteAsync(host.Smith);

        (await Should.ThrowAsync<InvalidOperationException>(PurgeAsync(host, host.Smith))).Message.ShouldSatisfyAllConditions(said => said.ShouldContain("ROWHOUSE_DATABASE_MOVER is not set"), said => said.ShouldContain("rowhouse database init"));

        (await RowsAsync(host, host.Smith))["notes.notes"].ShouldBe(1);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_mover_that_is_led_to_another_database_removes_nothing_and_does_not_say_that_it_is_done(bool isCopy)
    {
        await using var other = await NotesHost.StartAsync(postgres);
        await using var host = await NotesHost.StartAsync(postgres, connections => connections with { Mover = other.Connections.Mover });
        await host.WriteNoteAsync(host.Smith);
        if (isCopy)
        {
            await other.OpenHomeAsync(host.Smith);
            await WriteAsync(other, host.Smith);
        }

        (await Should.ThrowAsync<InvalidOperationException>(PurgeAsync(host, host.Smith))).Message.ShouldContain("ROWHOUSE_DATABASE_MOVER leads to another database");

        (await RowsAsync(host, host.Smith))["notes.notes"].ShouldBe(1);
        (await HomeAsync(host, host.Smith)).ShouldBe("open false");
        (await RowsAsync(other, host.Smith))["notes.notebooks"].ShouldBe(isCopy ? 1 : 0);
        (await HomeAsync(other, host.Smith)).ShouldBe(isCopy ? "open false" : null);
    }

    [Fact]
    public async Task What_goes_is_not_noted_as_a_change_though_the_home_was_capturing()
    {
        await using var host = await NotesHost.StartAsync(postgres);
        await host.ChangeHomeAsync(host.Smith, "capturing = true");
        await host.WriteNoteAsync(host.Smith);
        await NotesHost.ExecuteAsync(await postgres.SuperuserAsync(host.Connections.Application), "CREATE FUNCTION public.no() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''noted''; END'; CREATE TRIGGER no BEFORE INSERT ON tenancy.changes EXECUTE FUNCTION public.no()");

        await PurgeAsync(host, host.Smith);

        (await RowsAsync(host, host.Smith)).Values.ShouldAllBe(rows => rows == 0);
    }

    [Fact]
    public async Task Who_writes_is_waited_for_and_whoever_comes_later_is_refused_also_when_the_home_is_gone()
    {
        await using var host = await NotesHost.StartAsync(postgres);
        await host.WriteNoteAsync(host.Smith);
        await using var first = await OpenAsync(host, host.Smith);
        await ExecuteAsync(first, Insert);

        var purging = PurgeAsync(host, host.Smith);
        await WaitForLocksAsync(host);
        await ExecuteAsync(first, Insert + "; COMMIT");

        await purging;

        (await Should.ThrowAsync<PostgresException>(WriteAsync(host, host.Smith))).SqlState.ShouldBe(Fenced);
        await WriteAsync(host, host.Harbor);
        (await RowsAsync(host, host.Smith)).Values.ShouldAllBe(rows => rows == 0);
    }

    [Fact]
    public async Task While_it_goes_nobody_else_writes_and_what_was_broken_off_goes_on()
    {
        await using var host = await NotesHost.StartAsync(postgres);
        var note = await host.WriteNoteAsync(host.Smith);
        await host.FillAsync(host.Smith, labels: Many);
        await using var holder = new NpgsqlConnection(await postgres.SuperuserAsync(host.Connections.Application));
        await holder.OpenAsync(Token);
        await ExecuteAsync(holder, $"BEGIN; SELECT FROM notes.notebooks WHERE id = '{note.NotebookId}' FOR UPDATE");

        var purging = PurgeAsync(host, host.Smith);
        await WaitForPurgesAsync(host, 1);
        (await HomeAsync(host, host.Smith)).ShouldBe("purging false");
        (await Should.ThrowAsync<PostgresException>(WriteAsync(host, host.Smith))).SqlState.ShouldBe(Fenced);
        await NotesHost.ExecuteAsync(await postgres.AdminAsync(), "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'rowhouse purge' AND datname = $1", new NpgsqlConnectionStringBuilder(host.Connections.Application).Database!);
        await Should.ThrowAsync<NpgsqlException>(purging);
        var left = await RowsAsync(host, host.Smith);
        left["notes.notes"].ShouldBe(0);
        left["notes.notebooks"].ShouldBeGreaterThan(0);
        (await Should.ThrowAsync<PostgresException>(WriteAsync(host, host.Smith))).SqlState.ShouldBe(Fenced);
        await ExecuteAsync(holder, "ROLLBACK");

        await PurgeAsync(host, host.Smith);
        await PurgeAsync(host, host.Smith);

        (await RowsAsync(host, host.Smith)).Values.ShouldAllBe(rows => rows == 0);
        (await HomeAsync(host, host.Smith)).ShouldBeNull();
    }

    [Fact]
    public async Task Two_at_once_leave_nothing_and_the_home_goes_after_the_last_row()
    {
        await using var host = await NotesHost.StartAsync(postgres);
        await host.FillAsync(host.Smith, labels: Many);

        // While one waits inside its transaction, the other finds nothing to delete that it had not deleted: and yet not the end.
        await using var holder = await HoldLastLabelAsync(host);
        var both = Task.WhenAll(PurgeAsync(host, host.Smith), PurgeAsync(host, host.Smith));
        await WaitForPurgesAsync(host, 2);
        await ExecuteAsync(holder, "ROLLBACK");
        await both;

        (await RowsAsync(host, host.Smith)).Values.ShouldAllBe(rows => rows == 0);
        (await HomeAsync(host, host.Smith)).ShouldBeNull();
    }

    [Fact]
    public async Task One_that_still_deletes_when_the_other_has_removed_the_home_is_done_too()
    {
        await using var host = await NotesHost.StartAsync(postgres);
        await host.FillAsync(host.Smith, labels: Many);
        await using var other = await HoldLastLabelAsync(host);
        var purging = PurgeAsync(host, host.Smith);
        await WaitForPurgesAsync(host, 1);

        var tables = (await RowsAsync(host, host.Smith)).Keys.Append("tenancy.homes");
        await ExecuteAsync(other, $"SET LOCAL session_replication_role = replica; {string.Concat(tables.Select(table => $"DELETE FROM {table} WHERE tenant_id = '{host.Smith.Id}';"))} COMMIT");
        await purging;

        (await RowsAsync(host, host.Smith)).Values.ShouldAllBe(rows => rows == 0);
        (await HomeAsync(host, host.Smith)).ShouldBeNull();
    }

    [Fact]
    public async Task A_home_that_is_opened_meanwhile_is_left_alone_from_then_on()
    {
        await using var host = await NotesHost.StartAsync(postgres);
        await host.FillAsync(host.Smith, labels: Many);
        await using var other = await HoldLastLabelAsync(host);
        var purging = PurgeAsync(host, host.Smith);
        await WaitForPurgesAsync(host, 1);

        await ExecuteAsync(other, $"SET LOCAL session_replication_role = replica; UPDATE tenancy.homes SET state = 'open', token = NULL WHERE tenant_id = '{host.Smith.Id}'; COMMIT");

        (await Should.ThrowAsync<PostgresException>(purging)).SqlState.ShouldBe(Fenced);
        (await RowsAsync(host, host.Smith))["notes.labels"].ShouldBeGreaterThan(0);
        await WriteAsync(host, host.Smith);
    }

    [Fact]
    public async Task What_a_later_home_has_noted_stays()
    {
        await using var host = await NotesHost.StartAsync(postgres);
        await host.InAsync(host.Smith, db =>
        {
            db.Add(new Note { Text = "one", Notebook = new() { Title = "one" }, Labels = { new() { Name = "one" } } });
            return db.SaveChangesAsync(Token);
        });

        // When the last table is empty.
        await NotesHost.ExecuteAsync(await postgres.SuperuserAsync(host.Connections.Application), """
            CREATE FUNCTION public.moves() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET session_replication_role = replica AS $$
            BEGIN
                UPDATE tenancy.homes SET state = 'open', token = NULL, generation = 2, capturing = true WHERE tenant_id = old.tenant_id;
                INSERT INTO tenancy.changes (tenant_id, relation, key) VALUES (old.tenant_id, 'notes.notes', '{1}');
                RETURN NULL;
            END $$;
            CREATE CONSTRAINT TRIGGER moves AFTER DELETE ON notes.notebooks DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.moves();
            """);

        await Should.ThrowAsync<HomeMismatchException>(PurgeAsync(host, host.Smith));

        (await RowsAsync(host, host.Smith))["tenancy.changes"].ShouldBe(1);
        (await HomeAsync(host, host.Smith)).ShouldBe("open true");
    }

    [Fact]
    public async Task A_home_is_not_removed_while_there_are_tables_that_this_program_does_not_know()
    {
        await using var host = await NotesHost.StartAsync(postgres);
        await host.FillAsync(host.Smith, labels: Many);
        var superuser = await postgres.SuperuserAsync(host.Connections.Application);
        await NotesHost.ExecuteAsync(superuser, $"CREATE TABLE notes.newer (tenant_id uuid PRIMARY KEY, notebook_id uuid NOT NULL, FOREIGN KEY (tenant_id, notebook_id) REFERENCES notes.notebooks (tenant_id, id)); INSERT INTO notes.newer SELECT tenant_id, id FROM notes.notebooks WHERE tenant_id = '{host.Smith.Id}' LIMIT 1; CREATE POLICY tenant ON notes.newer TO rowhouse_tenant USING (true)");

        (await Should.ThrowAsync<UnknownTablesException>(PurgeAsync(host, host.Smith))).Tables.ShouldBe("notes.newer");
        (await HomeAsync(host, host.Smith)).ShouldBe("purging false");
        await NotesHost.ExecuteAsync(superuser, "DROP TABLE notes.newer");
        (await RowsAsync(host, host.Smith)).Values.ShouldAllBe(rows => rows > 0);

        await PurgeAsync(host, host.Smith);
        (await HomeAsync(host, host.Smith)).ShouldBeNull();
    }

    [Fact]
    public async Task A_table_that_is_made_meanwhile_keeps_the_home()
    {
        await using var host = await NotesHost.StartAsync(postgres);
        await host.FillAsync(host.Smith, labels: Many);
        await using var holder = await HoldLastLabelAsync(host);
        var purging = PurgeAsync(host, host.Smith);
        await WaitForPurgesAsync(host, 1);
        var superuser = await postgres.SuperuserAsync(host.Connections.Application);
        await NotesHost.ExecuteAsync(superuser, "CREATE TABLE notes.newer (tenant_id uuid PRIMARY KEY); CREATE POLICY tenant ON notes.newer TO rowhouse_tenant USING (true)");
        await ExecuteAsync(holder, "ROLLBACK");

        (await Should.ThrowAsync<UnknownTablesException>(purging)).Tables.ShouldBe("notes.newer");

        (await HomeAsync(host, host.Smith)).ShouldBe("purging false");
        await NotesHost.ExecuteAsync(superuser, "DROP TABLE notes.newer");
        (await RowsAsync(host, host.Smith))["notes.labels"].ShouldBe(0);
    }

    [Fact]
    public async Task A_part_of_a_known_table_is_emptied_with_it()
    {
        await using var host = await NotesHost.StartAsync(postgres);
        await host.WriteNoteAsync(host.Smith);
        var superuser = await postgres.SuperuserAsync(host.Connections.Application);
        await NotesHost.ExecuteAsync(superuser, $"CREATE TABLE notes.part () INHERITS (notes.labels); CREATE POLICY tenant ON notes.part TO rowhouse_tenant USING (true); INSERT INTO notes.part (tenant_id, id, name) VALUES ('{host.Smith.Id}', 1, 'in the part')");

        await PurgeAsync(host, host.Smith);

        (await HomeAsync(host, host.Smith)).ShouldBeNull();
        (await CountAsync(host, "SELECT count(*) FROM notes.part")).ShouldBe(0);
    }

    [Theory]
    [InlineData("generation = 2")]
    [InlineData("state = 'receiving', token = '0199d2a4-0000-7000-8000-000000000001'")]
    public async Task A_home_that_is_another_is_left_alone(string change)
    {
        await using var host = await NotesHost.StartAsync(postgres);
        await host.WriteNoteAsync(host.Smith);
        await host.ChangeHomeAsync(host.Smith, change);
        var (rows, home) = (await RowsAsync(host, host.Smith), await HomeAsync(host, host.Smith));

        var refused = await Should.ThrowAsync<HomeMismatchException>(PurgeAsync(host, host.Smith));

        (refused.TenantId, refused.Generation).ShouldBe((host.Smith.Id, 1));
        (await RowsAsync(host, host.Smith)).ShouldBe(rows);
        (await HomeAsync(host, host.Smith)).ShouldBe(home);
    }

    [Fact]
    public async Task Whoever_takes_it_over_under_another_token_stops_the_first()
    {
        await using var host = await NotesHost.StartAsync(postgres);
        await host.FillAsync(host.Smith, labels: Many);
        await using var holder = await HoldLastLabelAsync(host);
        var first = PurgeAsync(host, host.Smith);
        await WaitForPurgesAsync(host, 1);

        var second = host.Services.GetRequiredService<HomePurge>().RunAsync(host.Smith.Id, 1, new("0199d2a4-0000-7000-8000-000000000002"), Token);
        await WaitForLocksAsync(host);
        await ExecuteAsync(holder, "ROLLBACK");
        await second;

        (await Should.ThrowAsync<PostgresException>(first)).SqlState.ShouldBe(Fenced);
        (await RowsAsync(host, host.Smith)).Values.ShouldAllBe(rows => rows == 0);
    }

    [Fact]
    public async Task The_mover_takes_out_what_was_noted_of_the_tenant_it_has_bound_and_the_platform_nothing()
    {
        await using var host = await NotesHost.StartAsync(postgres);
        foreach (var tenant in new[] { host.Smith, host.Harbor })
        {
            await host.ChangeHomeAsync(tenant, "capturing = true");
            await host.WriteNoteAsync(tenant);
        }

        foreach (var sql in new[] { "SELECT key FROM tenancy.changes", "DELETE FROM tenancy.changes", "SELECT token FROM tenancy.homes", "UPDATE tenancy.homes SET state = 'closed'", "DELETE FROM tenancy.homes" })
        {
            (await Should.ThrowAsync<PostgresException>(NotesHost.ExecuteAsync(host.Connections.Platform, $"BEGIN; CALL tenancy.bind('{host.Smith.Id}', 1); {sql}"))).SqlState.ShouldBe(PostgresErrorCodes.InsufficientPrivilege, sql);
        }

        (await NotesHost.ExecuteAsync(host.Connections.Mover!, "DELETE FROM tenancy.changes")).ShouldBe(0);
        await NotesHost.ExecuteAsync(host.Connections.Mover!, $"BEGIN; CALL tenancy.bind('{host.Smith.Id}', 1); DELETE FROM tenancy.changes; COMMIT");

        (await RowsAsync(host, host.Smith))["tenancy.changes"].ShouldBe(0);
        (await RowsAsync(host, host.Harbor))["tenancy.changes"].ShouldBeGreaterThan(0);
    }

    [Fact]
    public void No_table_is_emptied_before_those_that_refer_to_it()
    {
        using var services = new ServiceCollection().BuildServiceProvider();
        var models = new TenantModels([new(typeof(ZooDb)), new(typeof(NotesDb))], services);

        var stages = EmptyingOrder.Of(models);

        var names = stages.SelectMany(stage => stage.Tables).Select(table => $"{table}").ToList();
        names.Order().ShouldBe(KernelTables.All.Concat(models.Tables.Where(table => !table.IsShared)).Select(table => $"{table}").Order());
        foreach (var key in models.Models.SelectMany(model => model.Tables).SelectMany(table => table.ForeignKeyConstraints))
        {
            var (from, to) = ($"{key.Table.Schema}.{key.Table.Name}", $"{key.PrincipalTable.Schema}.{key.PrincipalTable.Name}");
            var (first, then) = (names.IndexOf(from), names.IndexOf(to));
            if (then >= 0 && from != to)
            {
                first.ShouldBeLessThan(then, $"{from} refers to {to}.");
            }
        }

        stages.Where(stage => stage.IsCircle).SelectMany(stage => stage.Tables).Select(table => $"{table}").Order().ShouldBe(["notes.notes", "zoo.animals"]);
    }

    private const string Insert = "INSERT INTO notes.notebooks (tenant_id, id, title) VALUES (current_setting('rowhouse.tenant')::uuid, gen_random_uuid(), gen_random_uuid()::text)";

    private static Task PurgeAsync(NotesHost host, Tenant tenant) => host.Services.GetRequiredService<HomePurge>().RunAsync(tenant.Id, tenant.Placement.Generation, Mover, Token);

    /// <summary>How many rows of the tenant each table has that has any tenant's, but for homes.</summary>
    private async Task<SortedDictionary<string, long>> RowsAsync(NotesHost host, Tenant tenant)
    {
        var superuser = await postgres.SuperuserAsync(host.Connections.Application);
        var tables = await NotesHost.ScalarAsync<string[]>(
            superuser,
            "SELECT array_agg(format('%s.%s', n.nspname, c.relname)) FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE a.attname = 'tenant_id' AND c.relkind = 'r' AND c.relname <> 'homes'");
        SortedDictionary<string, long> rows = [];
        foreach (var table in tables!)
        {
            rows[table] = await NotesHost.ScalarAsync<long>(superuser, $"SELECT count(*) FROM {table} WHERE tenant_id = $1", tenant.Id.Value);
        }

        rows.Count.ShouldBe(7);
        return rows;
    }

    private static Task<string?> HomeAsync(NotesHost host, Tenant tenant) => NotesHost.ScalarAsync<string>(host.Connections.Platform, "SELECT state || ' ' || capturing FROM tenancy.homes WHERE tenant_id = $1", tenant.Id.Value);

    private async Task<long> CountAsync(NotesHost host, string sql) => await NotesHost.ScalarAsync<long>(await postgres.SuperuserAsync(host.Connections.Application), sql);

    private static Task WriteAsync(NotesHost host, Tenant tenant) => ExecuteAsync(host, tenant, Insert);

    private static async Task ExecuteAsync(NotesHost host, Tenant tenant, string sql)
    {
        await using var connection = await OpenAsync(host, tenant);
        await ExecuteAsync(connection, $"{sql}; COMMIT");
    }

    /// <summary>A connection in a transaction that is bound.</summary>
    private static async Task<NpgsqlConnection> OpenAsync(NotesHost host, Tenant tenant)
    {
        var connection = new NpgsqlConnection(host.Connections.Application + ";Pooling=false");
        await connection.OpenAsync(Token);
        await ExecuteAsync(connection, $"BEGIN; CALL tenancy.bind('{tenant.Id}', {tenant.Placement.Generation})");
        return connection;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Token);
    }

    /// <summary>Lets nobody remove one of the tenant's labels, until the connection rolls back.</summary>
    private async Task<NpgsqlConnection> HoldLastLabelAsync(NotesHost host)
    {
        var holder = new NpgsqlConnection(await postgres.SuperuserAsync(host.Connections.Application));
        await holder.OpenAsync(Token);
        await ExecuteAsync(holder, $"BEGIN; SELECT FROM notes.labels WHERE tenant_id = '{host.Smith.Id}' AND name = 'last' FOR UPDATE");
        return holder;
    }

    /// <summary>Waits until so many purges wait for what another session holds.</summary>
    private Task WaitForPurgesAsync(NotesHost host, int purges) =>
        Eventually.UntilAsync(async () => await CountAsync(host, "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'rowhouse purge' AND wait_event_type = 'Lock' AND datname = current_database()") == purges, Token);

    /// <summary>Waits until a session of this database waits for the tenant's lock.</summary>
    private Task WaitForLocksAsync(NotesHost host) =>
        Eventually.UntilAsync(async () => await CountAsync(host, "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())") > 0, Token);
}
