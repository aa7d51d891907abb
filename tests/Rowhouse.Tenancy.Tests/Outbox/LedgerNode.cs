using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Tenancy.Postgres.Outbox;
using Rowhouse.Tenancy.Tests.Notes;
using Rowhouse.Testing;
using Rowhouse.Testing.Host.Ledger;

namespace Rowhouse.Tenancy.Tests.Outbox;

/// <summary>One node of the ledger's application, on a database that it may share with others.</summary>
internal sealed class LedgerNode : IAsyncDisposable
{
    private readonly IHost host;

    private LedgerNode(IHost host) => this.host = host;

    public IServiceProvider Services => host.Services;

    public LedgerProbe Probe => Services.GetRequiredService<LedgerProbe>();

    public PostgresConnections Connections => Services.GetRequiredService<PostgresStore>().Connections;

    /// <summary>A migrated database with homes for some tenants.</summary>
    public static async Task<PostgresConnections> PrepareAsync(PostgresFixture postgres, params Guid[] tenants)
    {
        var connections = await postgres.CreateDatabaseAsync("ledger", async empty =>
        {
            using var migrating = LedgerHost.Build(empty, migrate: true);
            await migrating.StartAsync();
            await migrating.StopAsync();
        });
        foreach (var tenant in tenants)
        {
            await NotesHost.ExecuteAsync(connections.Platform, "INSERT INTO tenancy.homes (tenant_id, generation) VALUES ($1, 1)", tenant);
        }

        return connections;
    }

    public static Guid NewTenant() => Guid.CreateVersion7(TimeProvider.System.GetUtcNow());

    public static async Task<LedgerNode> StartAsync(PostgresConnections connections, IReadOnlyList<Guid> tenants, bool handles = true, Action<OutboxOptions>? options = null, Action<HostApplicationBuilder>? configure = null, Action<LedgerProbe>? probe = null)
    {
        var node = new LedgerNode(LedgerHost.Build(connections, handles: handles, options: options, configure: configure));
        foreach (var tenant in tenants)
        {
            node.Know(LedgerHost.Tenant(tenant));
        }

        probe?.Invoke(node.Probe);
        await node.host.StartAsync();
        return node;
    }

    /// <summary>Lets the node know what has become of a tenant.</summary>
    public void Know(Tenant tenant) => Services.GetRequiredService<TenantDirectory>().Apply(new(tenant, []));

    public async Task<T> InAsync<T>(Guid tenant, Func<LedgerDb, Task<T>> work)
    {
        await using var scope = await Services.GetRequiredService<ITenantScopes>().EnterAsync(new TenantId(tenant));
        return await work(scope.Get<LedgerDb>());
    }

    /// <summary>Makes an entry and publishes that, in one batch.</summary>
    public Task PublishAsync(Guid tenant, params int[] numbers) => InAsync(tenant, async db =>
    {
        foreach (var number in numbers)
        {
            db.Add(new Entry { Number = number, By = "publisher" });
            db.Publish(new Recorded(number));
        }

        return await db.SaveChangesAsync();
    });

    /// <summary>The numbers that somebody entered, in their order.</summary>
    public Task<List<int>> EnteredAsync(Guid tenant, string by = "handler") =>
        InAsync(tenant, db => db.Entries.Where(entry => entry.By == by).OrderBy(entry => entry.Id).Select(entry => entry.Number).ToListAsync());

    /// <summary>How many events wait, over all tenants.</summary>
    public Task<long> WaitingAsync() => NotesHost.ScalarAsync<long>(Connections.Platform, "SELECT count(tenant_id) FROM tenancy.outbox");

    public Task DrainedAsync(CancellationToken cancellationToken) => Eventually.UntilAsync(async () => await WaitingAsync() == 0, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await host.StopAsync();
        host.Dispose();
    }
}
