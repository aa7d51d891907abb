using Npgsql;
using Rowhouse.Testing;

namespace Rowhouse.Tests.Server;

/// <summary>Events that lie in a server's outboxes without anybody having published them.</summary>
internal static class OutboxRows
{
    /// <summary>A kind that no node handles, so that they stay as they are.</summary>
    public const string Kind = "tests.unhandled";

    private static int made;

    /// <summary>An id that no other event of the tests has; of two, the one that was made later is the greater.</summary>
    public static Guid NewId() => Guid.CreateVersion7(DateTimeOffset.UnixEpoch.AddMilliseconds(Interlocked.Increment(ref made)));

    /// <summary>Puts an event into a tenant's home.</summary>
    /// <param name="server">The server.</param>
    /// <param name="tenant">The tenant.</param>
    /// <param name="row">The event.</param>
    /// <param name="home">The database of its home; the shared store by default.</param>
    public static Task AddToHomeAsync(this ServerFixture server, Guid tenant, OutboxRow row, string? home = null) =>
        RunAsync(home is null ? server.Database.Application : new NpgsqlConnectionStringBuilder(server.Database.Application) { Database = home }.ConnectionString, "tenancy.outbox", "(tenant_id, id)", tenant, row);

    /// <summary>Puts many events into a tenant's home that were set aside.</summary>
    public static async Task AddManyToHomeAsync(this ServerFixture server, Guid tenant, int count)
    {
        await using var source = NpgsqlDataSource.Create(await new PostgresFixture().SuperuserAsync(server.Database.Application));
        await using var command = source.CreateCommand(
            $"""
            SET session_replication_role = replica;
            INSERT INTO tenancy.outbox (tenant_id, id, kind, payload, created_at, attempts, not_before, failed_at)
                SELECT '{tenant}', gen_random_uuid(), '{Kind}', jsonb_build_object(), now(), 12, now(), now() FROM generate_series(1, {count}) i
            """);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Puts an event into the control database.</summary>
    public static Task AddToControlAsync(this ServerFixture server, Guid? tenant, OutboxRow row) =>
        RunAsync(server.Database.Control!, "platform.outbox", "(id)", tenant, row); // a server has a control database

    private static async Task RunAsync(string database, string table, string key, Guid? tenant, OutboxRow row)
    {
        await using var source = NpgsqlDataSource.Create(await new PostgresFixture().SuperuserAsync(database));
        await using var connection = await source.OpenConnectionAsync();
        await using var command = new NpgsqlCommand(
            $"""
            SET session_replication_role = replica;
            INSERT INTO {table} (tenant_id, id, kind, payload, created_at, attempts, not_before, failed_at, error)
                VALUES (@tenant, @id, @kind, jsonb_build_object('says', @says), @created, @attempts, @next, @failed, @error)
                ON CONFLICT {key} DO UPDATE SET attempts = excluded.attempts, failed_at = excluded.failed_at;
            RESET session_replication_role
            """,
            connection);
        command.Parameters.Add(new("tenant", NpgsqlTypes.NpgsqlDbType.Uuid) { Value = (object?)tenant ?? DBNull.Value });
        command.Parameters.AddWithValue("id", row.Id);
        command.Parameters.AddWithValue("kind", row.Kind);
        command.Parameters.AddWithValue("says", row.Says);
        command.Parameters.AddWithValue("created", row.CreatedAt);
        command.Parameters.AddWithValue("attempts", row.Failed ? 12 : 1);
        command.Parameters.AddWithValue("next", row.CreatedAt.AddHours(1));
        command.Parameters.Add(new("failed", NpgsqlTypes.NpgsqlDbType.TimestampTz) { Value = row.Failed ? row.CreatedAt.AddHours(2) : DBNull.Value });
        command.Parameters.AddWithValue("error", "tests.handler: System.InvalidOperationException");
        await command.ExecuteNonQueryAsync();
    }
}

/// <summary>An event as it lies there.</summary>
internal sealed record OutboxRow(Guid Id, bool Failed = true)
{
    public string Kind { get; init; } = OutboxRows.Kind;

    public string Says { get; init; } = "secret of the tenant";

    public DateTimeOffset CreatedAt { get; init; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
}
