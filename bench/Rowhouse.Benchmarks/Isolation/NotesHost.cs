using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Rowhouse.Tenancy;
using Rowhouse.Tenancy.AspNetCore;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Tenancy.Postgres.Embedded;
using Rowhouse.Tenancy.Postgres.Outbox;

namespace Rowhouse.Benchmarks.Isolation;

/// <summary>A web application with 50 tenants of 1,000 notes each, guarded and not.</summary>
internal sealed class NotesHost : IAsyncDisposable
{
    public const int TenantCount = 50;
    public const int NotesPerTenant = 1_000;

    // The same table without any isolation: what the figures are compared with. Made after the start, because a host
    // refuses a database in which the application can use a table that no model knows.
    private const string Plain = """
        CREATE SCHEMA plain;
        CREATE TABLE plain.notes (LIKE bench.notes INCLUDING ALL);
        GRANT USAGE ON SCHEMA plain TO rowhouse_app;
        GRANT SELECT, INSERT, UPDATE, DELETE ON plain.notes TO rowhouse_app;
        DROP TRIGGER fence ON bench.unfenced_notes;
        """;

    private readonly EmbeddedPostgres postgres;
    private readonly string folder;
    private readonly WebApplication host;
    private readonly NpgsqlDataSource prepared;
    private readonly NpgsqlDataSource unprepared;

    private NotesHost(EmbeddedPostgres postgres, string folder, WebApplication host, IReadOnlyList<Tenant> tenants, IReadOnlyList<Guid> ids)
    {
        this.postgres = postgres;
        this.folder = folder;
        this.host = host;
        var application = postgres.Connections.Application;
        prepared = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(application) { MaxAutoPrepare = 300, AutoPrepareMinUsages = 2, NoResetOnClose = true, ApplicationName = "plain" });
        unprepared = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(application) { ApplicationName = "unprepared" });
        Tenants = tenants;
        NoteIds = ids;
        Scopes = host.Services.GetRequiredService<ITenantScopes>();
        Prepared = ServicesOn(prepared);
        Unprepared = ServicesOn(unprepared);
    }

    public IReadOnlyList<Tenant> Tenants { get; }

    /// <summary>The ids of the notes; every tenant has the same, as only composite keys allow.</summary>
    public IReadOnlyList<Guid> NoteIds { get; }

    public ITenantScopes Scopes { get; }

    public NpgsqlDataSource PreparedSource => prepared;

    public NpgsqlDataSource UnpreparedSource => unprepared;

    /// <summary>Where its endpoints are: <c>/hello</c>, which reads nothing, and <c>/notes/{id}</c>, each of the tenant in the header <c>X-Tenant-Id</c>.</summary>
    public Uri Url => new(host.Urls.Single());

    /// <summary>An application without isolation, its statements prepared like ours.</summary>
    public ServiceProvider Prepared { get; }

    /// <summary>An application without isolation, with Npgsql as it comes.</summary>
    public ServiceProvider Unprepared { get; }

    /// <summary>Starts it, on a server of its own.</summary>
    /// <param name="durable">Whether each commit is flushed to disk, as where data matters.</param>
    public static async Task<NotesHost> StartAsync(bool durable = true)
    {
        var place = Directory.CreateTempSubdirectory("rowhouse-bench-").FullName;
        File.SetUnixFileMode(place, File.GetUnixFileMode(place) | UnixFileMode.OtherExecute); // the server's user has to get through
        var server = await EmbeddedPostgres.StartAsync(new() { DataFolder = place, Durable = durable });
        var builder = Web.Builder();
        builder.AddTenancy(tenancy => tenancy.FromHost("{tenant}.example.com").FromPath("/t/{tenant}").FromHeader("X-Tenant-Id").OnPostgres(options =>
        {
            options.Connections = server.Connections;
            options.MigrateAtStart = true;
        }));
        builder.AddTenantDbContext<NotesDb>();
        builder.AddEvent<NoteAdded>(NoteAdded.Kind); // nobody handles it here, so nothing is delivered
        var catalogue = new FixedCatalogue([.. Enumerable.Range(0, TenantCount).Select(MakeTenant)]);
        builder.Services.AddSingleton<ITenantCatalogue>(catalogue);
        var built = builder.Build();
        built.UseTenancy();
        built.MapGet("/hello", (TenantScope scope) => scope.Tenant.Name);
        built.MapGet("/notes/{id:guid}", (Guid id, NotesDb db) => IsolationCost.ReadAsync(db, id));
        await built.StartAsync();

        var ids = Enumerable.Range(0, NotesPerTenant).Select(_ => Guid.CreateVersion7(TimeProvider.System.GetUtcNow())).ToList();
        await FillAsync(built.Services.GetRequiredService<PostgresStore>(), server.Connections, catalogue.Tenants, ids);
        return new(server, place, built, catalogue.Tenants, ids);
    }

    public async ValueTask DisposeAsync()
    {
        await host.StopAsync();
        await host.DisposeAsync();
        await Prepared.DisposeAsync();
        await Unprepared.DisposeAsync();
        await prepared.DisposeAsync();
        await unprepared.DisposeAsync();
        await postgres.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    private static ServiceProvider ServicesOn(NpgsqlDataSource source) =>
        new ServiceCollection().AddDbContext<PlainDb>(options => options.UseNpgsql(source)).BuildServiceProvider();

    private static Tenant MakeTenant(int number) => new()
    {
        Id = TenantId.New(TimeProvider.System),
        Slug = Slug.Parse($"tenant-{number}", provider: null),
        Name = $"Tenant {number}",
        Status = TenantStatus.Active,
        Placement = new(PlacementKind.Shared, Placement.SharedStore, "rowhouse", 1),
    };

    private static async Task FillAsync(PostgresStore store, PostgresConnections connections, IReadOnlyList<Tenant> tenants, IReadOnlyList<Guid> ids)
    {
        await using var owner = NpgsqlDataSource.Create(connections.Owner!); // the server of one's own makes all roles
        await using (var plain = owner.CreateCommand(Plain))
        {
            await plain.ExecuteNonQueryAsync();
        }

        await using var homes = store.Platform.CreateCommand("INSERT INTO tenancy.homes (tenant_id, generation) SELECT unnest($1), 1");
        homes.Parameters.AddWithValue(tenants.Select(tenant => tenant.Id.Value).ToArray());
        await homes.ExecuteNonQueryAsync();

        const string notes = "SELECT $1, id, 'Title ' || number, repeat('text ', 20), timestamptz '2026-01-01' + number * interval '1 minute' FROM unnest($2) WITH ORDINALITY AS given (id, number)";
        foreach (var tenant in tenants)
        {
            await using var connection = await store.Application.OpenConnectionAsync();
            await using var batch = new NpgsqlBatch(connection);
            batch.BatchCommands.Add(new("CALL tenancy.bind($1, 1)") { Parameters = { new() { Value = tenant.Id.Value } } });
            foreach (var table in (string[])["bench.notes", "bench.unfenced_notes", "plain.notes"])
            {
                batch.BatchCommands.Add(new($"INSERT INTO {table} {notes}") { Parameters = { new() { Value = tenant.Id.Value }, new() { Value = ids.ToArray() } } });
            }

            // One batch is one transaction, which the binding lasts for.
            await batch.ExecuteNonQueryAsync();
        }

        await using var analyze = owner.CreateCommand("ANALYZE bench.notes, bench.unfenced_notes, plain.notes");
        await analyze.ExecuteNonQueryAsync();
    }

    private sealed class FixedCatalogue(IReadOnlyList<Tenant> tenants) : ITenantCatalogue
    {
        public IReadOnlyList<Tenant> Tenants => tenants;

        public IAsyncEnumerable<CatalogueEntry> ReadAsync(CancellationToken cancellationToken = default) =>
            tenants.Select(tenant => new CatalogueEntry(tenant, [])).ToAsyncEnumerable();

        public ValueTask<IReadOnlyList<CatalogueEntry>> FindAsync(IReadOnlyCollection<Identifier> identifiers, CancellationToken cancellationToken = default) => new([]);

        public async IAsyncEnumerable<IReadOnlyList<CatalogueEntry>> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            yield return [];
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }
    }
}
