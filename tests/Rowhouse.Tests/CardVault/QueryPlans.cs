using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Rowhouse.CardVault.Store;
using Rowhouse.Tenancy.Postgres;

namespace Rowhouse.Tests.CardVault;

/// <summary>
/// How PostgreSQL would run a query of the product: its own SQL and parameters, as the application's role, bound to the tenant.
/// Statements stay prepared, so both plans count: the one for these values, and the one for any.
/// </summary>
internal static partial class QueryPlans
{
    public static async Task<IReadOnlyList<string>> ExplainAsync(PostgresStore store, Guid tenant, IQueryable query)
    {
        await using var command = (NpgsqlCommand)query.CreateDbCommand();
        List<string> plans = [];
        foreach (var mode in new[] { "force_custom_plan", "force_generic_plan" })
        {
            await using var connection = await store.Application.OpenConnectionAsync(TestContext.Current.CancellationToken);
            await using var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
            await using (var bind = new NpgsqlCommand("call tenancy.bind($1, $2)", connection) { Parameters = { new() { Value = tenant }, new() { Value = 1 } } })
            {
                await bind.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
            }

            plans.Add($"{mode}\n{await ExplainAsync(connection, command, mode)}");
        }

        return plans;
    }

    public static async Task AnalyzeAsync(PostgresConnections database)
    {
        await using var owner = new NpgsqlConnection(database.Owner);
        await owner.OpenAsync(TestContext.Current.CancellationToken);
        await using var analyze = new NpgsqlCommand($"analyze {CardVaultDbContext.Schema}.cards, {CardVaultDbContext.Schema}.collections, {CardVaultDbContext.CatalogueSchema}.cards", owner);
        await analyze.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    private static async Task<string> ExplainAsync(NpgsqlConnection connection, NpgsqlCommand command, string mode)
    {
        var names = command.Parameters.Select(parameter => parameter.ParameterName.TrimStart('@')).ToList();
        var text = Parameter().Replace(command.CommandText, match => $"${names.IndexOf(match.Groups["name"].Value) + 1}");
        var values = string.Join(", ", command.Parameters.Select(parameter => Literal(parameter.Value)));
        await ExecuteAsync($"set local plan_cache_mode = {mode}");
        await ExecuteAsync($"prepare explained as {text}");
        List<string> lines = [];
        await using (var explain = new NpgsqlCommand($"explain (costs off) execute explained{(names.Count == 0 ? "" : $"({values})")}", connection))
        await using (var reader = await explain.ExecuteReaderAsync(TestContext.Current.CancellationToken))
        {
            while (await reader.ReadAsync(TestContext.Current.CancellationToken))
            {
                lines.Add(reader.GetString(0));
            }
        }

        await ExecuteAsync("deallocate explained");
        return string.Join('\n', lines);

        async Task ExecuteAsync(string sql)
        {
            await using var statement = new NpgsqlCommand(sql, connection);
            await statement.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }
    }

    // Without a type: it takes that of the parameter.
    private static string Literal(object? value) => value switch
    {
        null or DBNull => "null",
        string text => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'",
        System.Collections.IEnumerable many and not NpgsqlTypes.NpgsqlTsQuery => $"'{{{string.Join(',', many.Cast<object>().Select(one => string.Create(CultureInfo.InvariantCulture, $"{one}")))}}}'",
        DateTimeOffset time => $"'{time:O}'",
        _ => $"'{string.Create(CultureInfo.InvariantCulture, $"{value}").Replace("'", "''", StringComparison.Ordinal)}'",
    };

    [GeneratedRegex("@(?<name>[A-Za-z_][A-Za-z0-9_]*)", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Parameter();
}
