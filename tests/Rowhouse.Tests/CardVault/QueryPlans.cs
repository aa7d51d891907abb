using Microsoft.EntityFrameworkCore;
using Npgsql;
using Rowhouse.CardVault.Store;
using Rowhouse.Tenancy.Postgres;

namespace Rowhouse.Tests.CardVault;

/// <summary>How PostgreSQL would run a query of the product: its own SQL and parameters, as the application's role, bound to the tenant.</summary>
internal static class QueryPlans
{
    public static async Task<string> ExplainAsync(PostgresStore store, Guid tenant, IQueryable query)
    {
        await using var connection = await store.Application.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using (var bind = new NpgsqlCommand("call tenancy.bind($1, $2)", connection) { Parameters = { new() { Value = tenant }, new() { Value = 1 } } })
        {
            await bind.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        await using var command = (NpgsqlCommand)query.CreateDbCommand();
        await using var explain = new NpgsqlCommand($"explain (costs off) {command.CommandText}", connection);
        foreach (NpgsqlParameter parameter in command.Parameters)
        {
            explain.Parameters.Add(parameter.Clone());
        }

        List<string> lines = [];
        await using var reader = await explain.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        while (await reader.ReadAsync(TestContext.Current.CancellationToken))
        {
            lines.Add(reader.GetString(0));
        }

        return string.Join('\n', lines);
    }

    public static async Task AnalyzeAsync(PostgresConnections database)
    {
        await using var owner = new NpgsqlConnection(database.Owner);
        await owner.OpenAsync(TestContext.Current.CancellationToken);
        await using var analyze = new NpgsqlCommand($"analyze {CardVaultDbContext.Schema}.cards, {CardVaultDbContext.CatalogueSchema}.cards", owner);
        await analyze.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }
}
