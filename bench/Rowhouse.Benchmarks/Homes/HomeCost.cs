using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using Rowhouse.Contracts;
using Rowhouse.Server;
using Rowhouse.Testing;
using Rowhouse.Tests.Server;
using Npgsql;

namespace Rowhouse.Benchmarks.Homes;

/// <summary>What making a tenant takes, over HTTP before a whole server: in the shared store, and with a home of its own. The baseline is PostgreSQL's own copy of the template.</summary>
internal sealed class HomeCost(ServerFixture server, TextWriter output)
{
    private const int Public = 300;
    private const int Private = 40;
    private const int FromPool = 100;
    private const int AtOnce = 100;
    private const int Ready = 2;

    private int made;

    public static async Task RunAsync(TextWriter output)
    {
        await WithAsync(new ServerFixture(), output, async cost =>
        {
            await cost.InTurnAsync();
            await cost.AtOnceAsync();
        });
        await WithAsync(new Pooled(), output, cost => cost.PooledAsync());
    }

    private static async Task WithAsync(ServerFixture server, TextWriter output, Func<HomeCost, Task> measureAsync)
    {
        await server.InitializeAsync();
        try
        {
            await measureAsync(new(server, output));
        }
        finally
        {
            await server.DisposeAsync();
        }
    }

    private async Task InTurnAsync()
    {
        await output.WriteLineAsync("\n### Making tenants, one after another\n\n| case | median ms | p95 ms | most ms |\n|---|---:|---:|---:|");
        await RowAsync("PostgreSQL's copy of the template alone", Private, CopyAsync);
        await RowAsync("public, active in the answer", Public, () => MakeAsync("public"));
        await RowAsync("private, from nothing to active", Private, () => MakeAsync("private"));
    }

    // Each is asked for when as many are ready as there shall be, so that none is made meanwhile: what it takes for who asks, and not what the machine can do beside it.
    private async Task PooledAsync()
    {
        await output.WriteLineAsync("\n### The same, where homes are made ahead\n\n| case | median ms | p95 ms | most ms |\n|---|---:|---:|---:|");
        await RowAsync("public, active in the answer", FromPool, () => MakeAsync("public"), UntilFullAsync);
        await RowAsync("private, from the pool to active", FromPool, () => MakeAsync("private"), UntilFullAsync);
    }

    private async Task UntilFullAsync()
    {
        while (await server.SuperAdmin.GetFromJsonAsync<StoreResponse>("/api/stores/dedicated") is not { PooledHomes: Ready })
        {
            await Task.Delay(20);
        }
    }

    private async Task AtOnceAsync()
    {
        var began = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => MakeAsync("private")));
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"\n{AtOnce} private tenants asked for at once are all active after {Stopwatch.GetElapsedTime(began).TotalSeconds:F1} s."));
    }

    private async Task RowAsync(string name, int times, Func<Task> act, Func<Task>? beforeAsync = null)
    {
        const int unmeasured = 20; // until the code on the way is compiled
        List<double> measured = [];
        for (var round = -unmeasured; round < times; round++)
        {
            await (beforeAsync?.Invoke() ?? Task.CompletedTask);
            var began = Stopwatch.GetTimestamp();
            await act();
            if (round >= 0)
            {
                measured.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            }
        }

        measured.Sort();
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"| {name} | {measured[times / 2]:F1} | {measured[times * 95 / 100]:F1} | {measured[^1]:F1} |"));
    }

    private async Task MakeAsync(string cloudType)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/tenants")
        {
            Headers = { { "Prefer", "wait=60" } },
            Content = JsonContent.Create(new { name = $"Benchmark {Interlocked.Increment(ref made)}", cloudType, products = new[] { "cardvault" } }),
        };
        using var answer = await server.SuperAdmin.SendAsync(request);
        if (answer.StatusCode is not HttpStatusCode.Created)
        {
            throw new InvalidOperationException(await answer.Content.ReadAsStringAsync());
        }
    }

    private async Task CopyAsync()
    {
        await using var admin = NpgsqlDataSource.Create(await new PostgresFixture().AdminAsync());
        await using var find = admin.CreateCommand("SELECT datname FROM pg_database WHERE datname LIKE 'rowhouse\\_template\\_%' AND datistemplate LIMIT 1");
        var template = (string)(await find.ExecuteScalarAsync())!; // the server has made it
        await using var copy = admin.CreateCommand($"CREATE DATABASE copy_{Interlocked.Increment(ref made)} TEMPLATE {template} STRATEGY FILE_COPY");
        await copy.ExecuteNonQueryAsync();
    }

    private sealed class Pooled : ServerFixture
    {
        protected override ServerSettings Configure(ServerSettings settings) => settings with { PooledHomes = Ready };
    }
}
