using System.Diagnostics;
using System.Globalization;
using Npgsql;
using Rowhouse.Tenancy;

namespace Rowhouse.ControlPlane.Tenants;

/// <summary>A connection to the control database that listens to what its triggers tell.</summary>
internal sealed class CatalogueListener : IAsyncDisposable
{
    private const string Channel = "rowhouse_catalogue";
    private const string Tenant = "tenant ";
    private const string Person = "person ";
    private const string Stores = "stores";
    private const string Parameter = "parameter ";
    private const string Proof = "proof ";

    // Notices of one transaction come one by one, and are waited for together: the shortest time that the driver can wait.
    private static readonly TimeSpan More = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan ProofWithin = TimeSpan.FromSeconds(5);

    private readonly NpgsqlConnection connection;
    private readonly TimeSpan poll;
    private readonly string proof = $"{Proof}{Guid.CreateVersion7(TimeProvider.System.GetUtcNow())}";
    private HashSet<TenantId> tenants = [];
    private HashSet<Guid> people = [];
    private bool stores;
    private bool parameters;
    private bool proven;
    private long polled;

    private CatalogueListener(NpgsqlConnection connection, TimeSpan poll)
    {
        this.connection = connection;
        this.poll = poll;
        connection.Notification += (_, notice) => Hear(notice.Payload);
    }

    /// <summary>Opens a connection and listens.</summary>
    /// <param name="connectionString">To the control database, around any pooler.</param>
    /// <param name="others">Other connections to it: what is told over the listening one itself is heard through any pooler.</param>
    /// <param name="poll">When to give up waiting for notices.</param>
    /// <param name="cancellationToken">Stops opening.</param>
    /// <exception cref="InvalidOperationException">Nothing is heard over this connection.</exception>
    public static async Task<CatalogueListener> OpenAsync(string? connectionString, NpgsqlDataSource others, TimeSpan poll, CancellationToken cancellationToken)
    {
        var direct = new NpgsqlConnectionStringBuilder(connectionString)
        {
            Pooling = false,
            Timeout = 5,
            CommandTimeout = 5,
            KeepAlive = 10,
            ApplicationName = "rowhouse catalogue",
        };
        var listener = new CatalogueListener(new(direct.ConnectionString), poll);
        try
        {
            await listener.connection.OpenAsync(cancellationToken);
            await listener.ListenAsync(others, cancellationToken);
            return listener;
        }
        catch
        {
            await listener.DisposeAsync();
            throw;
        }
    }

    /// <summary>The oldest transaction that has not ended, and the next that will begin. A sign that the server answers, too.</summary>
    public async Task<(ulong Oldest, ulong Next)> TransactionsAsync(CancellationToken cancellationToken)
    {
        polled = Stopwatch.GetTimestamp();
        await using var command = new NpgsqlCommand("SELECT pg_current_snapshot()::text", connection);

        // xmin:xmax:those between that are running
        var snapshot = ((string)(await command.ExecuteScalarAsync(cancellationToken))!).Split(':'); // a text, never null
        return (ulong.Parse(snapshot[0], CultureInfo.InvariantCulture), ulong.Parse(snapshot[1], CultureInfo.InvariantCulture));
    }

    /// <summary>Waits for the next notices.</summary>
    /// <returns>Whom they tell of, or <see langword="null"/> when it is time to read all that changed.</returns>
    public async Task<CatalogueNews?> NextAsync(CancellationToken cancellationToken)
    {
        if (tenants.Count == 0 && people.Count == 0 && !stores && !parameters)
        {
            var left = poll - Stopwatch.GetElapsedTime(polled);
            if (left < More || !await connection.WaitAsync(left, cancellationToken))
            {
                return null;
            }
        }

        var began = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(began) < Longest && await connection.WaitAsync(More, cancellationToken))
        {
            // Heard; there may be more.
        }

        var news = new CatalogueNews(tenants, people, stores, parameters);
        (tenants, people, stores, parameters) = ([], [], false, false);
        return news;
    }

    public ValueTask DisposeAsync() => connection.DisposeAsync();

    private async Task ListenAsync(NpgsqlDataSource others, CancellationToken cancellationToken)
    {
        await using (var listen = new NpgsqlCommand($"LISTEN {Channel}", connection))
        {
            await listen.ExecuteNonQueryAsync(cancellationToken);
        }

        // A pooler in transaction mode takes LISTEN, and gives the connection that listens to somebody else.
        await using (var tell = others.CreateCommand("SELECT pg_notify($1, $2)"))
        {
            tell.Parameters.Add(new() { Value = Channel });
            tell.Parameters.Add(new() { Value = proof });
            await tell.ExecuteNonQueryAsync(cancellationToken);
        }

        var began = Stopwatch.GetTimestamp();
        while (!proven)
        {
            var left = ProofWithin - Stopwatch.GetElapsedTime(began);
            if (left < More || !await connection.WaitAsync(left, cancellationToken))
            {
                throw new InvalidOperationException("No notices are heard over the connection to the control database: a pooler stands between. Set ROWHOUSE_DATABASE_DIRECT to an address around it.");
            }
        }
    }

    private void Hear(string payload)
    {
        if (payload.StartsWith(Tenant, StringComparison.Ordinal) && Guid.TryParse(payload.AsSpan(Tenant.Length), out var tenant))
        {
            tenants.Add(new(tenant));
        }
        else if (payload.StartsWith(Person, StringComparison.Ordinal) && Guid.TryParse(payload.AsSpan(Person.Length), out var person))
        {
            people.Add(person);
        }
        else if (payload.StartsWith(Parameter, StringComparison.Ordinal))
        {
            parameters = true;
        }
        else
        {
            stores |= payload == Stores;
            proven |= payload == proof;
        }
    }
}

/// <summary>What notices tell of.</summary>
/// <param name="Tenants">Tenants that were changed.</param>
/// <param name="People">People whose sessions or memberships were.</param>
/// <param name="Stores">Whether stores were.</param>
/// <param name="Parameters">Whether parameters of the platform were.</param>
internal sealed record CatalogueNews(IReadOnlyCollection<TenantId> Tenants, IReadOnlySet<Guid> People, bool Stores, bool Parameters);
