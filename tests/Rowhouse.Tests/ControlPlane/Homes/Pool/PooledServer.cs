using Npgsql;
using Rowhouse.Contracts;
using Rowhouse.Server;
using Rowhouse.Tenancy.Postgres.Roles;
using Rowhouse.Testing;
using Rowhouse.Tests.ControlPlane.Placements;

namespace Rowhouse.Tests.ControlPlane.Homes.Pool;

/// <summary>A server that keeps two homes ready in each store.</summary>
public sealed class PooledServer : StoreServerFixture
{
    public const int Size = 2;

    protected override string CloudType => "private";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>A connection string of a superuser to the control database.</summary>
    public async Task<string> ControlAsync() => await new PostgresFixture().SuperuserAsync(Database.Control!);

    /// <summary>The names of the homes that are ready in a store, the next one first.</summary>
    public async Task<string[]> ReadyAsync(string store = "dedicated") => await HomeWork.ScalarAsync<string[]>(
        await ControlAsync(), "SELECT array(SELECT name::text FROM platform.pooled_homes WHERE store = $1 AND is_ready ORDER BY name)", store);

    /// <summary>Waits until a store has as many ready homes as it is to have.</summary>
    public async Task<string[]> UntilFullAsync(string store = "dedicated")
    {
        string[] ready = [];
        await Eventually.UntilAsync(async () => (ready = await ReadyAsync(store)).Length == Size && await CountAsync(store) == Size, Cancelled);
        return ready;
    }

    /// <summary>How many rows the pool of a store has.</summary>
    public async Task<long> CountAsync(string store) => await HomeWork.ScalarAsync<long>(await ControlAsync(), "SELECT count(*) FROM platform.pooled_homes WHERE store = $1", store);

    /// <summary>Lets nobody make homes ahead on the first server until it is disposed of.</summary>
    public static async Task<NpgsqlConnection> HoldAsync()
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(await new PostgresFixture().AdminAsync()) { Database = "postgres", Pooling = false }.ConnectionString);
        await connection.OpenAsync(Cancelled);
        await using var command = new NpgsqlCommand("SELECT pg_advisory_lock(hashtextextended($1, 0))", connection) { Parameters = { new() { Value = $"rowhouse pool {RoleNames.Default.Installation}" } } };
        await command.ExecuteNonQueryAsync(Cancelled);
        return connection;
    }

    /// <summary>The steps that an operation has really done.</summary>
    public async Task<IReadOnlyList<string>> DoneAsync(TenantResponse tenant) => await HomeWork.ScalarAsync<string[]>(
        await ControlAsync(),
        "SELECT array(SELECT a.name::text FROM platform.operation_attempts a JOIN platform.operations o ON o.id = a.operation_id WHERE o.tenant_id = $1::uuid AND a.error IS NULL AND NOT a.is_undo ORDER BY o.created_at, a.number)",
        tenant.Id.ToString());

    protected override ServerSettings Configure(ServerSettings settings) => settings with { PooledHomes = Size };
}
