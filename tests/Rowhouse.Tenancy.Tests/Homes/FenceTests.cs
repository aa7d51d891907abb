using Npgsql;
using Rowhouse.Tenancy.Tests.Notes;
using Rowhouse.Testing;
using Shouldly;

namespace Rowhouse.Tenancy.Tests.Homes;

/// <summary>What the home does by itself, whatever a node believes: asked for in plain SQL.</summary>
public sealed class FenceTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private const string Fenced = "RH001";
    private const string Insert = "INSERT INTO notes.notebooks (tenant_id, id, title) VALUES (current_setting('rowhouse.tenant')::uuid, gen_random_uuid(), gen_random_uuid()::text)";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Closing_a_home_waits_for_the_writers_that_came_first_and_stops_those_that_come_later()
    {
        await using var host = await NotesHost.StartAsync(postgres);
        await using var first = await OpenAsync(host.Connections.Application, host.Smith);
        await ExecuteAsync(first, Insert);

        var closing = host.ChangeHomeAsync(host.Smith, "state = 'closed'");
        await WaitForLocksAsync(host, waiting: 1);
        var late = Should.ThrowAsync<PostgresException>(WriteAsync(host, host.Smith));
        await WaitForLocksAsync(host, waiting: 2);
        await WriteAsync(host, host.Harbor);
        closing.IsCompleted.ShouldBeFalse();
        await ExecuteAsync(first, Insert + "; COMMIT");
        await closing;

        (await late).SqlState.ShouldBe(Fenced);
        (await CountAsync(host, host.Smith)).ShouldBe(2);
    }

    [Theory]
    [InlineData("REPEATABLE READ")]
    [InlineData("SERIALIZABLE")]
    public async Task A_snapshot_that_is_older_than_the_fence_does_not_write_past_it(string isolation)
    {
        await using var host = await NotesHost.StartAsync(postgres);
        await using var old = new NpgsqlConnection(host.Connections.Application + ";Pooling=false");
        await old.OpenAsync(Token);
        await ExecuteAsync(old, $"BEGIN ISOLATION LEVEL {isolation}; CALL tenancy.bind('{host.Smith.Id}', 1); SELECT count(*) FROM notes.notes");

        await host.ChangeHomeAsync(host.Smith, "state = 'closed'");

        (await Should.ThrowAsync<PostgresException>(ExecuteAsync(old, Insert))).SqlState.ShouldBe(PostgresErrorCodes.SerializationFailure);
    }

    [Theory]
    [InlineData("receiving")]
    [InlineData("purging")]
    public async Task Into_a_home_that_is_not_open_only_who_has_the_token_writes(string state)
    {
        await using var host = await NotesHost.StartAsync(postgres);
        var token = Guid.CreateVersion7(TimeProvider.System.GetUtcNow());
        await host.ChangeHomeAsync(host.Smith, $"state = '{state}', token = '{token}'");

        (await Should.ThrowAsync<PostgresException>(WriteAsync(host, host.Smith))).SqlState.ShouldBe(Fenced);
        (await Should.ThrowAsync<PostgresException>(WriteAsync(host, host.Smith, $"SET LOCAL rowhouse.mover = '{Guid.CreateVersion7(TimeProvider.System.GetUtcNow())}'"))).SqlState.ShouldBe(Fenced);
        await WriteAsync(host, host.Smith, $"SET LOCAL rowhouse.mover = '{token}'");

        await host.ChangeHomeAsync(host.Smith, "state = 'closed'");
        (await Should.ThrowAsync<PostgresException>(WriteAsync(host, host.Smith, $"SET LOCAL rowhouse.mover = '{token}'"))).SqlState.ShouldBe(Fenced);
    }

    [Theory]
    [InlineData("UPDATE tenancy.homes SET state = 'closed'", PostgresErrorCodes.InsufficientPrivilege)]
    [InlineData("DELETE FROM tenancy.homes", PostgresErrorCodes.InsufficientPrivilege)]
    public async Task A_change_of_homes_without_a_tenant_is_refused(string sql, string state)
    {
        await using var host = await NotesHost.StartAsync(postgres);

        (await Should.ThrowAsync<PostgresException>(NotesHost.ExecuteAsync(host.Connections.Mover!, sql))).SqlState.ShouldBe(state);

        await WriteAsync(host, host.Smith);
        await WriteAsync(host, host.Harbor);
    }

    [Theory]
    [InlineData("state = 'half'")]
    [InlineData("state = 'receiving'")]
    [InlineData("generation = 0")]
    public async Task A_home_is_in_a_state_that_makes_sense(string change)
    {
        await using var host = await NotesHost.StartAsync(postgres);

        (await Should.ThrowAsync<PostgresException>(host.ChangeHomeAsync(host.Smith, change))).SqlState.ShouldBe(PostgresErrorCodes.CheckViolation);

        await WriteAsync(host, host.Smith);
    }

    [Fact]
    public async Task The_mover_changes_the_home_of_the_tenant_it_has_bound_and_no_other()
    {
        await using var host = await NotesHost.StartAsync(postgres);

        await NotesHost.ExecuteAsync(host.Connections.Mover!, $"BEGIN; CALL tenancy.bind('{host.Smith.Id}', 1); UPDATE tenancy.homes SET state = 'closed'; COMMIT");

        (await Should.ThrowAsync<PostgresException>(WriteAsync(host, host.Smith))).SqlState.ShouldBe(Fenced);
        await WriteAsync(host, host.Harbor);
    }

    private static async Task WriteAsync(NotesHost host, Tenant tenant, string before = "")
    {
        await using var connection = await OpenAsync(host.Connections.Application, tenant);
        await ExecuteAsync(connection, $"{before}; {Insert}; COMMIT");
    }

    private static async Task<long> CountAsync(NotesHost host, Tenant tenant)
    {
        await using var connection = await OpenAsync(host.Connections.Application, tenant);
        await using var count = new NpgsqlCommand("SELECT count(*) FROM notes.notebooks", connection);
        return (long)(await count.ExecuteScalarAsync(Token))!; // count is never null
    }

    /// <summary>A connection in a transaction that is bound.</summary>
    private static async Task<NpgsqlConnection> OpenAsync(string connectionString, Tenant tenant)
    {
        var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync(Token);
        await ExecuteAsync(connection, $"BEGIN; CALL tenancy.bind('{tenant.Id}', {tenant.Placement.Generation})");
        return connection;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Token);
    }

    /// <summary>Waits until so many sessions of this database wait for an advisory lock.</summary>
    private static async Task WaitForLocksAsync(NotesHost host, int waiting)
    {
        var begin = TimeProvider.System.GetTimestamp();
        while (await NotesHost.ScalarAsync<long>(
            host.Connections.Owner!, "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())") < waiting)
        {
            TimeProvider.System.GetElapsedTime(begin).ShouldBeLessThan(TimeSpan.FromSeconds(60), "nobody waits for the lock");
            await Task.Delay(10, Token);
        }
    }
}
