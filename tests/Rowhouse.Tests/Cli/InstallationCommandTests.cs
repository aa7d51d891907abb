using System.Diagnostics;
using System.Text.Json;
using Npgsql;
using Rowhouse.Cli.Terminal;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Tenancy.Postgres.Embedded;
using Rowhouse.Testing;
using Shouldly;

namespace Rowhouse.Tests.Cli;

/// <summary>Commands on a database that somebody configured, each in a process of its own as an operator runs it.</summary>
public sealed class InstallationCommandTests : IDisposable
{
    private readonly DirectoryInfo data = Directory.CreateTempSubdirectory("rowhouse-operator-");

    public void Dispose() => data.Delete(recursive: true);

    [Fact]
    public async Task A_database_is_made_migrated_and_verified()
    {
        // A server of its own: the command sets the roles' passwords, and roles belong to the whole server.
        await using var postgres = await EmbeddedPostgres.StartAsync(new() { DataFolder = Path.Combine(data.FullName, "own"), Durable = false }, cancellationToken: TestContext.Current.CancellationToken);
        var made = await RunAsync(["database", "init", "--admin", postgres.Administrator, "--database", "made_by_command", "--json"]);
        made.Status.ShouldBe(ExitCodes.Done, made.Error);
        var settings = JsonSerializer.Deserialize<Dictionary<string, string>>(made.Out).ShouldNotBeNull();

        (await RunAsync(["migrate", "--status"], settings)).Out.ShouldContain("up to date");
        var verified = await RunAsync(["verify", "isolation"], settings);
        verified.Status.ShouldBe(ExitCodes.Done, verified.Error);

        await DamageAsync(settings["ROWHOUSE_DATABASE_OWNER"], "ALTER TABLE cardvault.cards NO FORCE ROW LEVEL SECURITY");
        var damaged = await RunAsync(["verify", "isolation"], settings);
        damaged.Status.ShouldBe(ExitCodes.Refused);
        damaged.Out.ShouldContain("cardvault.cards");
        var doctor = await RunAsync(["doctor"], settings);
        doctor.Status.ShouldBe(ExitCodes.Refused);
        doctor.Out.ShouldContain("WRONG");

        (await RunAsync(["migrate"], settings)).Status.ShouldBe(ExitCodes.Done);
        (await RunAsync(["verify", "isolation"], settings)).Status.ShouldBe(ExitCodes.Done);
    }

    [Fact]
    public async Task Migrating_without_the_owners_connection_says_which_setting_is_missing()
    {
        var connections = await new PostgresFixture().CreateDatabaseAsync();

        var result = await RunAsync(["migrate"], Settings(connections with { Owner = null }));

        result.Status.ShouldBe(ExitCodes.Refused);
        result.Error.ShouldContain("ROWHOUSE_DATABASE_OWNER");
    }

    [Fact]
    public async Task A_server_on_an_old_schema_refuses_and_names_the_command()
    {
        var connections = await new PostgresFixture().CreateDatabaseAsync();

        var result = await RunAsync(["serve", "--url", "http://127.0.0.1:0"], Settings(connections with { Owner = null }));

        result.Status.ShouldBe(ExitCodes.Refused);
        (result.Out + result.Error).ShouldContain("rowhouse migrate");
    }

    [Fact]
    public async Task A_database_that_cannot_be_reached_is_said_in_a_line()
    {
        const string nowhere = "Host=127.0.0.1;Port=9;Username=u;Password=p;Timeout=2";

        var result = await RunAsync(["migrate", "--status"], new() { ["ROWHOUSE_DATABASE"] = nowhere, ["ROWHOUSE_DATABASE_PLATFORM"] = nowhere });

        result.Status.ShouldBe(ExitCodes.Refused);
        result.Error.ShouldContain("cannot be reached");
        result.Error.ShouldNotContain("   at ");
    }

    private static Dictionary<string, string> Settings(PostgresConnections connections)
    {
        var settings = new Dictionary<string, string> { ["ROWHOUSE_DATABASE"] = connections.Application, ["ROWHOUSE_DATABASE_PLATFORM"] = connections.Platform };
        if (connections.Owner is { } owner)
        {
            settings["ROWHOUSE_DATABASE_OWNER"] = owner;
        }

        return settings;
    }

    private static async Task DamageAsync(string owner, string sql)
    {
        await using var connection = new NpgsqlConnection(owner);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    private async Task<CommandResult> RunAsync(string[] args, Dictionary<string, string>? settings = null)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false, WorkingDirectory = data.FullName };
        foreach (var argument in (string[])[Path.Combine(AppContext.BaseDirectory, "rowhouse.dll"), .. args])
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("ROWHOUSE_", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(name);
        }

        start.Environment["ROWHOUSE_DATA"] = data.FullName;
        start.Environment["ROWHOUSE_URL"] = "http://127.0.0.1:9";
        foreach (var (name, value) in settings ?? [])
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start).ShouldNotBeNull();
        try
        {
            var standardOutput = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            return new(process.ExitCode, await standardOutput, await error, []);
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }
    }
}
