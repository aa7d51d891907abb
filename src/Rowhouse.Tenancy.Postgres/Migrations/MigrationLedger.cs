using Npgsql;
using Rowhouse.Tenancy.Postgres.Roles;

namespace Rowhouse.Tenancy.Postgres.Migrations;

/// <summary>What a database says of the scripts that made it: the table <c>tenancy.migrations</c>.</summary>
internal static class MigrationLedger
{
    public static Task EnsureAsync(NpgsqlConnection owner, IReadOnlyList<string> readers, CancellationToken cancellationToken) => owner.ExecuteAsync(
        $"""
        CREATE SCHEMA IF NOT EXISTS tenancy;
        CREATE TABLE IF NOT EXISTS tenancy.migrations (
            module text NOT NULL,
            number integer NOT NULL,
            name text NOT NULL,
            checksum text NOT NULL,
            applied_at timestamptz NOT NULL DEFAULT now(),
            CONSTRAINT pk_migrations PRIMARY KEY (module, number)
        );
        GRANT USAGE ON SCHEMA tenancy TO {string.Join(", ", readers)};
        GRANT SELECT ON tenancy.migrations TO {string.Join(", ", readers)};
        """,
        cancellationToken);

    /// <summary>What was applied; nothing on a database that was never migrated.</summary>
    public static async Task<IReadOnlyList<AppliedScript>> ReadAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        if (!await connection.ScalarAsync<bool>("select to_regclass('tenancy.migrations') is not null", cancellationToken).ConfigureAwait(false))
        {
            return [];
        }

        var applied = new List<AppliedScript>();
        var command = new NpgsqlCommand("SELECT module, number, name, checksum FROM tenancy.migrations ORDER BY module, number", connection);
        await using var disposeCommand = command.ConfigureAwait(false);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var disposeReader = reader.ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            applied.Add(new(reader.GetString(0), reader.GetInt32(1), reader.GetString(2), reader.GetString(3)));
        }

        return applied;
    }

    public static async Task AddAsync(NpgsqlConnection owner, SqlScript script, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand("INSERT INTO tenancy.migrations (module, number, name, checksum) VALUES ($1, $2, $3, $4)", owner)
        {
            Parameters = { new() { Value = script.Module }, new() { Value = script.Number }, new() { Value = script.Name }, new() { Value = script.Checksum } },
        };
        await using var dispose = command.ConfigureAwait(false);
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }
}

/// <summary>A script that a database has had.</summary>
internal sealed record AppliedScript(string Module, int Number, string Name, string Checksum)
{
    public override string ToString() => $"{Module}/{Number:D4}_{Name}";
}
