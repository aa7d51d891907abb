using Npgsql;

namespace Rowhouse.Tenancy.Postgres.Verification;

/// <summary>A schema as lines of text, with everything that may differ between two of them; <c>schema.sql</c> asks for it.</summary>
internal static class SchemaText
{
    public static async Task<IReadOnlyList<string>> ReadAsync(NpgsqlConnection connection, IEnumerable<string> schemas, CancellationToken cancellationToken)
    {
        var lines = new List<string>();
        var command = new NpgsqlCommand(await KernelResource.ReadAsync("schema.sql", cancellationToken).ConfigureAwait(false), connection) { Parameters = { new() { Value = schemas.ToArray() } } };
        await using var disposeCommand = command.ConfigureAwait(false);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var disposeReader = reader.ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            lines.Add(reader.GetString(0));
        }

        return lines;
    }
}
