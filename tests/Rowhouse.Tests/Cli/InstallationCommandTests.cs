using System.Diagnostics;
using System.Text.Json;
using Npgsql;
using Rowhouse.Cli.Installation;
using Rowhouse.Cli.Terminal;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Tenancy.Postgres.Embedded;
using Rowhouse.Tenancy.Postgres.Roles;
using Rowhouse.Testing;
using Shouldly;

namespace Rowhouse.Tests.Cli;

/// <summary>Commands on a database that somebody configured, each in a process of its own as an operator runs it.</summary>
public sealed class InstallationCommandTests : IDisposable
{
    private readonly DirectoryInfo data = Directory.CreateTempSubdirectory("rowhouse-operator-");

    public InstallationCommandTests()
    {
        // Root's server runs as another user: a folder it cannot reach would send its cluster to /var/lib, where it would stay.
        if (!OperatingSystem.IsWindows())
        {
            data.UnixFileMode |= UnixFileMode.OtherExecute;
        }
    }

    public void Dispose() => data.Delete(recursive: true);

    [Fact]
    public async Task A_database_is_made_migrated_and_verified()
    {
        // A server of its own: the command sets the roles' passwords, and roles belong to the whole server.
        await using var postgres = await EmbeddedPostgres.StartAsync(new() { DataFolder = Path.Combine(data.FullName, "own"), Durable = false }, cancellationToken: TestContext.Current.CancellationToken);
        var made = await RunAsync(["database", "init", "--admin", postgres.Administrator, "--installation", "made_by_command", "--json"]);
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
    public async Task A_second_installation_on_a_server_needs_a_name_of_its_own()
    {
        await using var postgres = await EmbeddedPostgres.StartAsync(new() { DataFolder = Path.Combine(data.FullName, "own"), Databases = DatabaseNames.Of(RoleNames.Default), Durable = false }, cancellationToken: TestContext.Current.CancellationToken);
        var first = Settings(postgres.Connections);
        Dictionary<string, string> admin = new() { ["ROWHOUSE_DATABASE_ADMIN"] = postgres.Administrator };

        var refused = await RunAsync(["database", "init", "--database", "second", "--control-database", "second_control"], admin);
        refused.Status.ShouldBe(ExitCodes.Refused);
        refused.Error.ShouldContain("have rights in other databases of this server: rowhouse_control, rowhouse_shared.");
        (await RunAsync(["migrate", "--status"], first)).Out.ShouldContain("Missing"); // its passwords still open it

        var made = await RunAsync(["database", "init", "--json"], new(admin) { ["ROWHOUSE_INSTALLATION"] = "second" });
        made.Status.ShouldBe(ExitCodes.Done, made.Error);
        var settings = JsonSerializer.Deserialize<Dictionary<string, string>>(made.Out).ShouldNotBeNull();
        settings["ROWHOUSE_INSTALLATION"].ShouldBe("second");
        new NpgsqlConnectionStringBuilder(settings["ROWHOUSE_DATABASE"]).ShouldSatisfyAllConditions(to => to.Username.ShouldBe("second_app"), to => to.Database.ShouldBe("second_shared"));
        new NpgsqlConnectionStringBuilder(settings["ROWHOUSE_DATABASE_CONTROL"]).ShouldSatisfyAllConditions(to => to.Username.ShouldBe("second_platform"), to => to.Database.ShouldBe("second_control"));
        var verified = await RunAsync(["verify", "isolation"], settings);
        verified.Status.ShouldBe(ExitCodes.Done, verified.Out + verified.Error);

        settings.Remove("ROWHOUSE_INSTALLATION");
        var misnamed = await RunAsync(["verify", "isolation"], settings);
        misnamed.Status.ShouldBe(ExitCodes.Refused);
        misnamed.Out.ShouldContain("works as second_app, not as rowhouse_app");
    }

    [Fact]
    public async Task Settings_are_written_for_nobody_else_to_read_and_the_owners_apart()
    {
        await using var postgres = await EmbeddedPostgres.StartAsync(new() { DataFolder = Path.Combine(data.FullName, "own"), Durable = false }, cancellationToken: TestContext.Current.CancellationToken);
        var file = Path.Combine(data.FullName, "settings");
        string[] init = ["database", "init", "--admin", "-", "--installation", "filed", "--output", file];

        var made = await RunAsync(init, input: postgres.Administrator);

        made.Status.ShouldBe(ExitCodes.Done, made.Error);
        (made.Out + made.Error).ShouldNotContain("Password");
        File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.GetUnixFileMode($"{file}.owner").ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var server = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        server.ShouldContain("export ROWHOUSE_DATABASE='");
        server.ShouldContain("export ROWHOUSE_DATABASE_PLATFORM='");
        server.ShouldContain("export ROWHOUSE_DATABASE_CONTROL='");
        server.ShouldContain("export ROWHOUSE_DATABASE_MOVER='");
        server.ShouldContain("export ROWHOUSE_INSTALLATION='filed'");
        server.ShouldNotContain("filed_owner");
        (await File.ReadAllTextAsync($"{file}.owner", TestContext.Current.CancellationToken)).ShouldStartWith("export ROWHOUSE_DATABASE_OWNER='");

        var again = await RunAsync(init, input: postgres.Administrator);
        again.Status.ShouldBe(ExitCodes.Refused);
        again.Error.ShouldContain("never overwritten");
        (await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)).ShouldBe(server);

        // The other of the two stands in the way: neither is made.
        File.Delete(file);
        (await RunAsync(init, input: postgres.Administrator)).Status.ShouldBe(ExitCodes.Refused);
        File.Exists(file).ShouldBeFalse();
    }

    [Theory]
    [InlineData("Acme")]
    [InlineData("acme; drop role postgres")]
    public async Task An_installation_that_cannot_name_roles_is_refused(string name)
    {
        var refused = await RunAsync(["database", "init", "--installation", name]);

        refused.Status.ShouldNotBe(ExitCodes.Done);
        refused.Error.ShouldContain("cannot name an installation");
    }

    [Fact]
    public async Task Making_a_database_without_an_administrator_says_where_to_name_one()
    {
        var refused = await RunAsync(["database", "init"]);

        refused.Status.ShouldBe(ExitCodes.Refused);
        refused.Error.ShouldContain("ROWHOUSE_DATABASE_ADMIN");
    }

    [Fact]
    public async Task A_superuser_in_the_place_of_the_application_is_refused_by_all_that_looks()
    {
        var postgres = new PostgresFixture();
        var connections = await postgres.CreateDatabaseAsync(withControl: true);
        var superuser = await postgres.SuperuserAsync(connections.Application);
        var settings = Settings(connections with { Application = superuser, Owner = null });

        foreach (var command in new string[][] { ["serve", "--url", "http://127.0.0.1:0"], ["verify", "isolation"], ["doctor"] })
        {
            var refused = await RunAsync(command, settings);

            refused.Status.ShouldBe(ExitCodes.Refused, string.Join(' ', command));
            (refused.Out + refused.Error).ShouldContain("works as postgres, not as rowhouse_app", customMessage: string.Join(' ', command));
        }
    }

    [Fact]
    public async Task What_is_not_seen_of_a_store_that_Citus_distributes_is_said_by_all_that_looks()
    {
        var postgres = new PostgresFixture();
        var connections = await postgres.CreateDatabaseAsync(withControl: true);
        var settings = Settings(connections);
        (await RunAsync(["migrate"], settings)).Status.ShouldBe(ExitCodes.Done);
        await CitusStandIn.InstallAsync(await postgres.SuperuserAsync(connections.Application));

        foreach (var command in new string[][] { ["verify", "isolation"], ["doctor"] })
        {
            var said = await RunAsync(command, settings);

            said.Status.ShouldBe(ExitCodes.Done, said.Out + said.Error);
            said.Out.ShouldContain("The store has Citus", customMessage: string.Join(' ', command));
        }
    }

    [Fact]
    public async Task A_role_that_the_database_refuses_is_a_finding()
    {
        var connections = await new PostgresFixture().CreateDatabaseAsync(withControl: true);
        var settings = Settings(connections with { Platform = new NpgsqlConnectionStringBuilder(connections.Platform) { Username = "nobody_here" }.ConnectionString });

        foreach (var command in new string[][] { ["verify", "isolation"], ["doctor"] })
        {
            var refused = await RunAsync(command, settings);

            refused.Status.ShouldBe(ExitCodes.Refused);
            refused.Out.ShouldContain("ROWHOUSE_DATABASE_PLATFORM: the server refuses it");
        }
    }

    [Fact]
    public async Task Migrating_without_the_owners_connection_says_which_setting_is_missing()
    {
        var connections = await new PostgresFixture().CreateDatabaseAsync(withControl: true);

        var result = await RunAsync(["migrate"], Settings(connections with { Owner = null }));

        result.Status.ShouldBe(ExitCodes.Refused);
        result.Error.ShouldContain("ROWHOUSE_DATABASE_OWNER");
    }

    [Theory]
    [InlineData("serve", "--url", "http://127.0.0.1:0")]
    [InlineData("migrate")]
    [InlineData("migrate", "--status")]
    [InlineData("doctor")]
    public async Task A_configuration_without_the_control_database_says_which_setting_is_missing(params string[] command)
    {
        var connections = await new PostgresFixture().CreateDatabaseAsync();

        var result = await RunAsync(command, Settings(connections));

        result.Status.ShouldBe(ExitCodes.Refused, result.Error);
        (result.Out + result.Error).ShouldContain("ROWHOUSE_DATABASE_CONTROL is not set");
        (result.Out + result.Error).ShouldNotContain("   at ");
    }

    [Fact]
    public async Task A_configuration_without_the_mover_says_which_setting_is_missing()
    {
        var connections = await new PostgresFixture().CreateDatabaseAsync(withControl: true);

        var result = await RunAsync(["serve", "--url", "http://127.0.0.1:0"], Settings(connections with { Mover = null }));

        result.Status.ShouldBe(ExitCodes.Refused, result.Error);
        (result.Out + result.Error).ShouldContain("ROWHOUSE_DATABASE_MOVER is not set");
    }

    [Fact]
    public async Task The_store_and_the_control_database_cannot_be_one()
    {
        var refused = await RunAsync(["database", "init", "--database", "one", "--control-database", "one"], new() { ["ROWHOUSE_DATABASE_ADMIN"] = "Host=127.0.0.1;Port=9" });

        refused.Status.ShouldBe(ExitCodes.Refused);
        refused.Error.ShouldContain("are two databases");
    }

    [Fact]
    public async Task A_server_on_an_old_schema_refuses_and_names_the_command_though_it_could_migrate()
    {
        var connections = await new PostgresFixture().CreateDatabaseAsync(withControl: true);

        var result = await RunAsync(["serve", "--url", "http://127.0.0.1:0"], Settings(connections));

        result.Status.ShouldBe(ExitCodes.Refused);
        (result.Out + result.Error).ShouldContain("rowhouse migrate");
    }

    [Fact]
    public async Task Doctor_says_of_scripts_that_are_not_applied_whether_the_next_start_applies_them()
    {
        var embedded = await RunAsync(["doctor"], new() { ["ROWHOUSE_DATA"] = Path.Combine(data.FullName, "fresh") });
        var configured = await RunAsync(["doctor"], Settings(await new PostgresFixture().CreateDatabaseAsync(withControl: true)));

        embedded.Status.ShouldBe(ExitCodes.Done, embedded.Out + embedded.Error);
        embedded.Out.ShouldContain("The next start applies them.");
        configured.Status.ShouldBe(ExitCodes.Refused, configured.Out + configured.Error);
        configured.Out.ShouldContain("Run 'rowhouse migrate'.");
    }

    [Theory]
    [InlineData("--database")]
    [InlineData("--control-database")]
    public async Task A_database_without_a_name_is_refused_before_anything_is_made(string option)
    {
        var refused = await RunAsync(["database", "init", option, ""], new() { ["ROWHOUSE_DATABASE_ADMIN"] = "Host=127.0.0.1;Port=9" });

        refused.Status.ShouldBe(ExitCodes.Usage);
        refused.Error.ShouldContain($"{option} needs the name of a database");
    }

    [Fact]
    public async Task A_database_that_cannot_be_reached_is_said_in_a_line()
    {
        const string nowhere = "Host=127.0.0.1;Port=9;Username=u;Password=p;Timeout=2";

        var result = await RunAsync(["migrate", "--status"], new() { ["ROWHOUSE_DATABASE"] = nowhere, ["ROWHOUSE_DATABASE_PLATFORM"] = nowhere, ["ROWHOUSE_DATABASE_CONTROL"] = nowhere, ["ROWHOUSE_DATABASE_MOVER"] = nowhere });

        result.Status.ShouldBe(ExitCodes.Refused);
        result.Error.ShouldContain("cannot be reached");
        result.Error.ShouldNotContain("   at ");
    }

    [Theory]
    [InlineData("a file", "serve")]
    [InlineData("a file", "migrate --status")]
    [InlineData("a file", "doctor")]
    [InlineData("below a file", "serve")]
    [InlineData("a cluster of no version", "serve")]
    [InlineData("a cluster of no version", "doctor")]
    [InlineData("a location that is nowhere", "serve")]
    [InlineData("passwords that are a folder", "serve")]
    public async Task A_foreign_data_folder_is_named_in_words(string what, string command)
    {
        var folder = Path.Combine(data.FullName, "foreign");
        if (what.EndsWith("file", StringComparison.Ordinal))
        {
            await File.WriteAllTextAsync(folder, "somebody's notes", TestContext.Current.CancellationToken);
            folder = what == "a file" ? folder : Path.Combine(folder, "data");
        }
        else
        {
            Directory.CreateDirectory(Path.Combine(folder, "postgres", "cluster"));
            await File.WriteAllTextAsync(
                Path.Combine(folder, what.Contains("location", StringComparison.Ordinal) ? "postgres-location" : "postgres/cluster/PG_VERSION"),
                what.Contains("location", StringComparison.Ordinal) ? "/nowhere/at/all" : what.Contains("version", StringComparison.Ordinal) ? "somebody's" : "15",
                TestContext.Current.CancellationToken);
            if (what.Contains("passwords", StringComparison.Ordinal))
            {
                Directory.CreateDirectory(Path.Combine(folder, "postgres-passwords.json"));
            }
        }

        var result = await RunAsync(command.Split(' '), new() { ["ROWHOUSE_DATA"] = folder, ["ROWHOUSE_URL"] = "http://127.0.0.1:0" });

        result.Status.ShouldBe(ExitCodes.Refused, result.Error);
        (result.Out + result.Error).ShouldContain("ROWHOUSE_DATA");
        (result.Out + result.Error).ShouldNotContain("   at ");
    }

    private static Dictionary<string, string> Settings(PostgresConnections connections) => new(DatabaseSettings.Of(connections).All);

    private static async Task DamageAsync(string owner, string sql)
    {
        await using var connection = new NpgsqlConnection(owner);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    private async Task<CommandResult> RunAsync(string[] args, Dictionary<string, string>? settings = null, string input = "")
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false, WorkingDirectory = data.FullName };
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
            await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
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
