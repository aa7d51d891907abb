using System.Buffers;
using System.Data;
using Npgsql;
using Rowhouse.Tenancy.Postgres.Guards;
using Rowhouse.Tenancy.Postgres.Roles;

namespace Rowhouse.Tenancy.Postgres.Homes;

/// <summary>The shared reference data of all modules, which every home has a copy of. Safe for concurrent use.</summary>
public sealed class ReferenceData
{
    private const int Buffer = 128 * 1024;

    // On a distributed store no trigger gives tables a version.
    private const string Version =
        "SELECT CASE WHEN EXISTS (SELECT FROM pg_extension WHERE extname = 'citus') THEN NULL ELSE md5(coalesce(string_agg(relation || version, ',' ORDER BY relation), '')) END FROM tenancy.reference_versions";

    /// <summary>An expression for the state that a home has a copy of; null where it has none, or that was not known.</summary>
    internal const string CopiedSql = "(SELECT version FROM tenancy.reference_copy)";

    private readonly PostgresStore store;
    private readonly HomeSources sources;
    private readonly TenantModels models;

    internal ReferenceData(PostgresStore store, HomeSources sources, TenantModels models)
    {
        this.store = store;
        this.sources = sources;
        this.models = models;
    }

    /// <summary>The state that the rows of the shared store are in, as a short text that is another one after each change.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns><see langword="null"/> where it is not known: on a distributed store.</returns>
    public async Task<string?> FindVersionAsync(CancellationToken cancellationToken = default)
    {
        var command = store.Platform.CreateCommand(Version);
        await using var dispose = command.ConfigureAwait(false);
        return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) as string;
    }

    /// <summary>Gives a dedicated home the rows that the shared store has at this moment, in place of those that it had: all of them or none.</summary>
    /// <param name="home">The home, with the schema of the shared store.</param>
    /// <param name="cancellationToken">Leaves it as it was.</param>
    /// <returns>The state that they are in, see <see cref="FindVersionAsync"/>.</returns>
    public async Task<string?> CopyAsync(Placement home, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(home);
        var tables = TableOrder.Of(models.Models, table => table.IsShared).Select(table => table.SqlName).ToList();
        var from = await store.Platform.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var disposeFrom = from.ConfigureAwait(false);
        var snapshot = await from.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken).ConfigureAwait(false);
        await using var disposeSnapshot = snapshot.ConfigureAwait(false);
        var version = await from.ScalarAsync<string>(Version, cancellationToken).ConfigureAwait(false);
        var into = await sources.OpenPlatformAsync(home, cancellationToken).ConfigureAwait(false);
        await using var disposeInto = into.ConfigureAwait(false);
        var transaction = await into.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await using var disposeTransaction = transaction.ConfigureAwait(false);
        foreach (var table in tables.Reverse<string>())
        {
            await into.ExecuteAsync($"DELETE FROM {table}", cancellationToken).ConfigureAwait(false);
        }

        foreach (var table in tables)
        {
            await CopyAsync(from, into, table, cancellationToken).ConfigureAwait(false);
        }

        await into.ExecuteAsync("DELETE FROM tenancy.reference_copy", cancellationToken).ConfigureAwait(false);
        if (version is not null)
        {
            await into.ExecuteAsync($"INSERT INTO tenancy.reference_copy (version) VALUES ('{version}')", cancellationToken).ConfigureAwait(false); // hexadecimal
        }

        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        return version;
    }

    // The same schema on both sides, so the bytes go through as they come.
    private static async Task CopyAsync(NpgsqlConnection from, NpgsqlConnection into, string table, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(Buffer);
        try
        {
            var source = await from.BeginRawBinaryCopyAsync($"COPY {table} TO STDOUT (FORMAT BINARY)", cancellationToken).ConfigureAwait(false);
            await using var disposeSource = source.ConfigureAwait(false);
            var target = await into.BeginRawBinaryCopyAsync($"COPY {table} FROM STDIN (FORMAT BINARY)", cancellationToken).ConfigureAwait(false);
            await using var disposeTarget = target.ConfigureAwait(false);
            while (await source.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is > 0 and var read)
            {
                await target.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
