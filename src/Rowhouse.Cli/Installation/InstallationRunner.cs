using System.CommandLine;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using Rowhouse.Cli.Terminal;
using Rowhouse.Server;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Tenancy.Postgres.Embedded;

namespace Rowhouse.Cli.Installation;

/// <summary>Runs commands that work on the installation itself, and turns what stands in their way into words.</summary>
internal sealed class InstallationRunner(CommandRunner runner)
{
    public CliEnvironment Environment => runner.Environment;

    public Output OutputOf(ParseResult parsed) => runner.OutputOf(parsed);

    /// <summary>What a server started here would be told.</summary>
    public ServerSettings SettingsOf(ParseResult parsed)
    {
        var settings = ServerSettings.From(Environment.Configuration);
        return runner.GivenUrlOf(parsed) is { } url ? settings with { Url = url.GetLeftPart(UriPartial.Authority) } : settings;
    }

    /// <summary>
    /// Makes a command work on the database of this installation, without a server: the configured one, or the embedded
    /// one, which is started if it is down and joined if it is up.
    /// </summary>
    public void OnDatabase(Command command, Func<ParseResult, IServiceProvider, Output, CancellationToken, Task<int>> action) =>
        command.SetAction((parsed, cancellationToken) => ExplainAsync(async () =>
        {
            await using var server = Build(SettingsOf(parsed));
            await server.Services.GetRequiredService<PostgresDatabase>().OpenAsync(cancellationToken);
            return await action(parsed, server.Services, OutputOf(parsed), cancellationToken);
        }));

    /// <summary>
    /// A server that is built and never started: its registrations say which scripts and models this program has. What a
    /// command has to say goes to its own output, so nothing is logged.
    /// </summary>
    public static WebApplication Build(ServerSettings settings) => ServerHost.Build(settings, builder => builder.Logging.ClearProviders());

    /// <summary>Runs something, and says in words what an operator can mend.</summary>
    public async Task<int> ExplainAsync(Func<Task<int>> action)
    {
        try
        {
            return await action();
        }
        catch (Exception known) when (Explain(known) is { } reason)
        {
            await Environment.Error.WriteLineAsync(reason);
            return ExitCodes.Refused;
        }
    }

    /// <summary>The words for a failure that an operator can mend; <see langword="null"/> for any other.</summary>
    public static string? Explain(Exception exception) => exception switch
    {
        MigrationException or EmbeddedPostgresException or ServerSettingsException => exception.Message,
        UnauthorizedAccessException or IOException => $"{exception.Message} Is ROWHOUSE_DATA a folder that this user may write to?",
        PostgresException refused => $"The database refused: {refused.MessageText} ({refused.SqlState}).",
        NpgsqlException unreachable => $"The database cannot be reached: {unreachable.Message}",
        ArgumentException { Source: "Npgsql" } malformed => $"The connection string cannot be read: {malformed.Message}",
        InvalidOperationException { TargetSite.DeclaringType.Namespace: { } place } when place.StartsWith("Rowhouse.", StringComparison.Ordinal) => exception.Message,
        _ => null,
    };
}
