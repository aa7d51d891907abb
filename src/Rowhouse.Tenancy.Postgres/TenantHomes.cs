using Npgsql;
using Rowhouse.Tenancy.Postgres.Homes;

namespace Rowhouse.Tenancy.Postgres;

/// <summary>
/// The homes of tenants in this store: what the fence asks before every write. For whoever registers tenants; safe for
/// concurrent use.
/// </summary>
public sealed class TenantHomes
{
    private readonly PostgresStore store;
    private readonly HomeSources sources;
    private readonly SqlMigrations migrations;

    internal TenantHomes(PostgresStore store, HomeSources sources, SqlMigrations migrations)
    {
        this.store = store;
        this.sources = sources;
        this.migrations = migrations;
    }

    /// <summary>
    /// Lets a new tenant write here. Without its home a tenant can write nothing, so open the home before the catalogue
    /// makes the tenant known; a home whose tenant then never comes to be lets nobody in.
    /// </summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="generation">The generation of its placement.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="PostgresException">The tenant has a home here already.</exception>
    public async Task OpenAsync(TenantId tenant, int generation, CancellationToken cancellationToken = default)
    {
        var command = store.Platform.CreateCommand("INSERT INTO tenancy.homes (tenant_id, generation) VALUES ($1, $2)");
        await using var dispose = command.ConfigureAwait(false);
        command.Parameters.Add(new() { Value = tenant.Value });
        command.Parameters.Add(new() { Value = generation });
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Lets a tenant write in a dedicated home, where it is there with this program's schema and nobody else's; done again it changes nothing.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="home">Its home.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What is found of it.</returns>
    public async Task<OpenedHome> OpenAsync(TenantId tenant, Placement home, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(home);
        const string isCurrent = $"EXISTS (SELECT FROM pg_database d WHERE d.datname = current_database() AND d.datallowconn AND {Fingerprint.LiveSql} = $3)";
        const string isAnothers = "EXISTS (SELECT FROM tenancy.homes WHERE tenant_id <> $1)";
        try
        {
            var connection = await sources.OpenPlatformAsync(home, cancellationToken).ConfigureAwait(false);
            await using var disposeConnection = connection.ConfigureAwait(false);
            var batch = new NpgsqlBatch(connection)
            {
                BatchCommands =
                {
                    Of($"INSERT INTO tenancy.homes (tenant_id, generation) SELECT $1, $2 WHERE {isCurrent} AND NOT {isAnothers} ON CONFLICT DO NOTHING"),
                    Of($"SELECT {isCurrent} AND EXISTS (SELECT FROM tenancy.homes WHERE tenant_id = $1 AND generation = $2 AND state = 'open'), {isAnothers}, {ReferenceData.CopiedSql}"),
                },
            };
            await using var disposeBatch = batch.ConfigureAwait(false);
            var reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using var disposeReader = reader.ConfigureAwait(false);
            await reader.ReadAsync(cancellationToken).ConfigureAwait(false); // an INSERT has no rows, and the SELECT has one
            return new(reader.GetBoolean(0), reader.GetBoolean(1), await reader.IsDBNullAsync(2, cancellationToken).ConfigureAwait(false) ? null : reader.GetString(2));
        }
        catch (PostgresException exception) when (IsAbsent(exception))
        {
            return new(IsOpen: false, IsAnothers: false, ReferenceVersion: null);
        }

        NpgsqlBatchCommand Of(string sql) => new(sql) { Parameters = { new() { Value = tenant.Value }, new() { Value = home.Generation }, new() { Value = migrations.StoreFingerprint } } };
    }

    /// <summary>Whether the database of a dedicated home is the home of anybody else: then nothing of it may be removed or made anew.</summary>
    /// <param name="tenant">The tenant whose home it should be; none where it should be nobody's.</param>
    /// <param name="home">The home.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns><see langword="false"/> also where it is not there, or lets nobody in any more.</returns>
    public async Task<bool> IsAnothersAsync(TenantId? tenant, Placement home, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(home);
        try
        {
            var connection = sources.ConnectPlatform(home);
            await using var disposeConnection = connection.ConfigureAwait(false);
            await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
            var command = new NpgsqlCommand("SELECT EXISTS (SELECT FROM tenancy.homes WHERE tenant_id IS DISTINCT FROM $1)", connection) { Parameters = { new NpgsqlParameter<Guid?> { TypedValue = tenant?.Value } } };
            await using var disposeCommand = command.ConfigureAwait(false);
            return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is true;
        }
        catch (PostgresException exception) when (IsAbsent(exception))
        {
            return false;
        }
    }

    /// <summary>Keeps connections open to dedicated homes that will be opened for a tenant next, in the platform's role, and closes those to others of the store.</summary>
    /// <param name="store">The store.</param>
    /// <param name="next">Homes in it, few.</param>
    /// <param name="cancellationToken">Gives up; those that were opened stay.</param>
    public Task KeepConnectionsAsync(string store, IReadOnlyCollection<Placement> next, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(next);
        return sources.KeepOpenAsync(store, next, cancellationToken);
    }

    // There is no such database, or it lets nobody in.
    private static bool IsAbsent(PostgresException exception) => exception.SqlState is PostgresErrorCodes.InvalidCatalogName or PostgresErrorCodes.ObjectNotInPrerequisiteState;
}

/// <summary>What was found of a dedicated home that was to be opened for a tenant.</summary>
/// <param name="IsOpen">Whether the tenant may write there. Not where it has no database, or another schema than this program's.</param>
/// <param name="IsAnothers">Whether it is the home of anybody else.</param>
/// <param name="ReferenceVersion">The state of the reference data that it has a copy of, see <see cref="ReferenceData.FindVersionAsync"/>; <see langword="null"/> where it has none, or that was not known.</param>
public sealed record OpenedHome(bool IsOpen, bool IsAnothers, string? ReferenceVersion);
