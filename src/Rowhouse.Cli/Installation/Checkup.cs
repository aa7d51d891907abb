using System.Runtime.CompilerServices;
using System.Text.Json.Serialization;
using Microsoft.Extensions.DependencyInjection;
using Rowhouse.Cli.Terminal;
using Rowhouse.Server;
using Rowhouse.Tenancy.Postgres;

namespace Rowhouse.Cli.Installation;

/// <summary>How one thing was found.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Verdict>))]
internal enum Verdict
{
    Good,
    Notice,
    Wrong,
}

/// <summary>One thing that was looked at.</summary>
internal sealed record Check(string What, Verdict Verdict, string Found, string? Mend = null);

/// <summary>Looks at an installation from the outside in: the data folder, the database, the schema, the isolation, the server.</summary>
internal sealed class Checkup(ServerSettings settings, CliEnvironment environment)
{
    public async IAsyncEnumerable<Check> RunAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return DataFolder();
        yield return Console();
        await foreach (var check in DatabaseAsync(cancellationToken))
        {
            yield return check;
        }

        if (settings.ReadFirstPassword() is not null)
        {
            yield return new("first password", Verdict.Notice, "still the one made at the first start.", "Change it in the console before others can reach the server.");
        }

        yield return await TryAsync("server", () => ServerAsync(cancellationToken));
    }

    private Check DataFolder()
    {
        const string what = "data folder";
        if (!Directory.Exists(settings.DataFolder))
        {
            return new(what, Verdict.Notice, $"{settings.DataFolder} is not there yet.", "The first start makes it.");
        }

        if (!OperatingSystem.IsWindows() && File.GetUnixFileMode(settings.DataFolder).HasFlag(UnixFileMode.OtherWrite))
        {
            return new(what, Verdict.Wrong, $"{settings.DataFolder} can be written by everybody.", $"Run: chmod o-w '{settings.DataFolder}'");
        }

        return new(what, Verdict.Good, settings.DataFolder);
    }

    private static Check Console() => File.Exists(Path.Combine(AppContext.BaseDirectory, "console", "index.html"))
        ? new("console", Verdict.Good, "built.")
        : new("console", Verdict.Notice, "not built; the API works without it.", "Run './rowhouse up', or 'npm ci && npm run build' in web/ before the build.");

    private async IAsyncEnumerable<Check> DatabaseAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var server = InstallationRunner.Build(settings);
        var database = server.Services.GetRequiredService<PostgresDatabase>();
        var connections = await TryAsync("connections", async () =>
        {
            await database.OpenAsync(cancellationToken);
            return Judge("connections", await database.VerifyConnectionsAsync(cancellationToken), "each works in its own role.");
        });
        yield return connections;
        if (connections.Verdict is Verdict.Wrong)
        {
            yield break;
        }

        var reached = await TryAsync("database", async () =>
        {
            await using var connection = await server.Services.GetRequiredService<PostgresStore>().Application.OpenConnectionAsync(cancellationToken);
            return new("database", Verdict.Good, $"PostgreSQL {connection.PostgreSqlVersion}, {(database.IsEmbedded ? "embedded" : "configured")}.");
        });
        yield return reached;
        if (reached.Verdict is Verdict.Wrong)
        {
            yield break;
        }

        var schema = await TryAsync("schema", async () =>
            await database.Migrations.FindPendingAsync(server.Services.GetRequiredService<PostgresStore>(), cancellationToken) is [var first, ..] pending
                ? database.IsEmbedded
                    ? new("schema", Verdict.Notice, $"{(pending.Count == 1 ? "one script is" : $"{pending.Count} scripts are")} not applied yet, the first is {first}.", "The next start applies them.")
                    : new("schema", Verdict.Wrong, $"{(pending.Count == 1 ? "one script is" : $"{pending.Count} scripts are")} missing, the first is {first}.", "Run 'rowhouse migrate'.")
                : new("schema", Verdict.Good, "up to date."));
        yield return schema;
        if (schema.Verdict is not Verdict.Good)
        {
            yield break;
        }

        yield return await TryAsync("isolation", async () => Judge("isolation", await database.VerifyIsolationAsync(cancellationToken), "the database keeps tenants apart."));
        yield return await TryAsync("homes", async () => Judge(await database.Homes.VerifyHomesAsync(cancellationToken)));
    }

    // Homes that others may enter are findings of isolation.
    private static Check Judge(HomesReport report)
    {
        const string what = "homes";
        return report switch
        {
            _ when report.SayFaults() is { } faults => new(what, Verdict.Wrong, faults, "Run 'rowhouse verify isolation' for all of them."),
            _ when report.SayBehind() is { } behind => new(what, Verdict.Wrong, behind),
            _ => new(what, Verdict.Good, report.Homes is 0 ? "no dedicated ones." : $"{report.Homes} dedicated ones, as they were made."),
        };
    }

    private static Check Judge(string what, IsolationReport report, string good) => report.IsSound
        ? report.IsDistributed
            ? new(what, Verdict.Notice, "The store has Citus, and shards on its nodes were not looked at.", "Look at them on the coordinator, as docs/scale-out.md says.")
            : new(what, Verdict.Good, good)
        : new(what, Verdict.Wrong, $"{(report.Findings.Count == 1 ? "one finding" : $"{report.Findings.Count} findings, the first")}: {report.Findings[0].Where}: {report.Findings[0].What}", "Run 'rowhouse verify isolation' for all of them.");

    private async Task<Check> ServerAsync(CancellationToken cancellationToken)
    {
        using var http = new HttpClient(environment.CreateHandler()) { BaseAddress = settings.LocalUrl(), Timeout = TimeSpan.FromSeconds(5) };
        try
        {
            using var answer = await http.GetAsync(new Uri("health/ready", UriKind.Relative), cancellationToken);
            return answer.IsSuccessStatusCode
                ? new("server", Verdict.Good, $"ready at {settings.Url}.")
                : new("server", Verdict.Wrong, $"{settings.Url} answers {(int)answer.StatusCode}.", "Its log says why.");
        }
        catch (Exception silent) when (silent is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return new("server", Verdict.Notice, $"nothing answers at {settings.Url}.", "Start it with './rowhouse up' or 'rowhouse serve'.");
        }
    }

    private static async Task<Check> TryAsync(string what, Func<Task<Check>> look)
    {
        try
        {
            return await look();
        }
        catch (Exception known) when (InstallationRunner.Explain(known) is { } reason)
        {
            return new(what, Verdict.Wrong, reason);
        }
    }
}
