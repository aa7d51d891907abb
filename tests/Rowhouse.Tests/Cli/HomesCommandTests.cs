using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using Rowhouse.Cli.Installation;
using Rowhouse.Cli.Terminal;
using Rowhouse.Server;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Tenancy.Postgres.Embedded;
using Rowhouse.Tenancy.Postgres.Homes;
using Rowhouse.Tenancy.Postgres.Roles;
using Shouldly;

namespace Rowhouse.Tests.Cli;

/// <summary>What commands and a server's start say of dedicated homes, on a server of its own: a home that is open to others stops all that share one.</summary>
public sealed class HomesCommandTests(HomesCommandTests.Fixture installation) : IClassFixture<HomesCommandTests.Fixture>
{
    private const string PublicMay = "every role of the server may CONNECT";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_home_that_others_may_enter_is_named_by_all_that_looks_and_nothing_is_served()
    {
        var home = await installation.MakeHomeAsync();
        (await installation.RunAsync("verify", "isolation")).ShouldSatisfyAllConditions(sound => sound.Status.ShouldBe(ExitCodes.Done, sound.Out), sound => sound.Out.ShouldMatch("[1-9][0-9]* dedicated homes? looked at"));
        (await installation.RunAsync("doctor")).Out.ShouldContain("as they were made");

        await installation.ExecuteAsync($"GRANT CONNECT ON DATABASE {home} TO PUBLIC");

        var verified = await installation.RunAsync("verify", "isolation");
        (verified.Status, verified.Out.Contains($"database {home}: {PublicMay}", StringComparison.Ordinal)).ShouldBe((ExitCodes.Refused, true), verified.Out);
        var doctor = await installation.RunAsync("doctor");
        (doctor.Status, doctor.Out.Contains(PublicMay, StringComparison.Ordinal)).ShouldBe((ExitCodes.Refused, true), doctor.Out);
        (await Should.ThrowAsync<IsolationException>(() => installation.StartAsync())).Message.ShouldContain($"database {home}: {PublicMay}");

        await installation.ExecuteAsync($"REVOKE CONNECT ON DATABASE {home} FROM PUBLIC");
        (await installation.RunAsync("verify", "isolation")).Status.ShouldBe(ExitCodes.Done);
    }

    [Fact]
    public async Task A_home_of_another_schema_is_told_of_wherever_it_matters_until_it_is_migrated_and_stops_nobody()
    {
        var home = await installation.MakeHomeAsync();
        await installation.ExecuteAsync($"COMMENT ON DATABASE {home} IS 'rowhouse schema 00'");

        var status = await installation.RunAsync("migrate", "--status");
        (status.Status, status.Out.Contains("The schema is up to date.", StringComparison.Ordinal), status.Out.Contains($"One dedicated home has another schema than this release, {home}", StringComparison.Ordinal)).ShouldBe((ExitCodes.Refused, true, true), status.Out);
        var doctor = await installation.RunAsync("doctor");
        (doctor.Status, doctor.Out.Contains(home, StringComparison.Ordinal)).ShouldBe((ExitCodes.Refused, true), doctor.Out);
        var verified = await installation.RunAsync("verify", "isolation");
        (verified.Status, verified.Out.Contains(home, StringComparison.Ordinal)).ShouldBe((ExitCodes.Done, true), verified.Out);
        (await installation.StartAsync()).ShouldContain(line => line.Level == LogLevel.Warning && line.Text.Contains(home, StringComparison.Ordinal) && line.Text.Contains("rowhouse migrate", StringComparison.Ordinal));

        var without = await installation.RunAsync(["migrate"], "ROWHOUSE_DATABASE_PROVISIONER");
        (without.Status, without.Error.Contains($"{home}. Run `rowhouse migrate` with ROWHOUSE_DATABASE_OWNER and ROWHOUSE_DATABASE_PROVISIONER set.", StringComparison.Ordinal)).ShouldBe((ExitCodes.Done, true), without.Error);

        var migrated = await installation.RunAsync("migrate");
        (migrated.Status, migrated.Error).ShouldBe((ExitCodes.Done, ""));
        (await installation.RunAsync("migrate", "--status")).Status.ShouldBe(ExitCodes.Done);
        (await installation.StartAsync()).ShouldNotContain(line => line.Level == LogLevel.Warning && line.Text.Contains(home, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_home_in_which_its_tenant_cannot_work_is_told_of_and_stops_nobody_else()
    {
        var home = await installation.MakeHomeAsync();
        await installation.ExecuteAsync($"ALTER ROLE {home} NOLOGIN");

        var verified = await installation.RunAsync("verify", "isolation");
        (verified.Status, verified.Out.Contains($"{home}: it may not sign in", StringComparison.Ordinal)).ShouldBe((ExitCodes.Done, true), verified.Out);
        (await installation.RunAsync("doctor")).ShouldSatisfyAllConditions(doctor => doctor.Status.ShouldBe(ExitCodes.Refused), doctor => doctor.Out.ShouldContain($"One thing keeps tenants from working in a dedicated home: {home}: it may not sign in"));
        (await installation.StartAsync()).ShouldContain(line => line.Level == LogLevel.Warning && line.Text.Contains($"{home}: it may not sign in", StringComparison.Ordinal));

        await installation.ExecuteAsync($"ALTER ROLE {home} LOGIN");
        (await installation.RunAsync("doctor")).Status.ShouldBe(ExitCodes.Done);
    }

    public sealed class Fixture : IAsyncLifetime
    {
        private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("rowhouse-homes-");
        private EmbeddedPostgres? postgres;
        private PostgresConnections connections = null!; // the runner initialises it before any test

        public async ValueTask InitializeAsync()
        {
            if (!OperatingSystem.IsWindows())
            {
                folder.UnixFileMode |= UnixFileMode.OtherExecute; // the server's user has to get through
            }

            postgres = await EmbeddedPostgres.StartAsync(new() { DataFolder = Path.Combine(folder.FullName, "own"), Databases = DatabaseNames.Of(RoleNames.Default), Durable = false }, cancellationToken: Cancelled);
            connections = postgres.Connections;
            (await RunAsync("migrate")).Status.ShouldBe(ExitCodes.Done);
        }

        public async ValueTask DisposeAsync()
        {
            if (postgres is not null)
            {
                await postgres.DisposeAsync();
            }

            folder.Delete(recursive: true);
        }

        public async Task<string> MakeHomeAsync()
        {
            var home = RoleNames.Default.HomeOf(Guid.CreateVersion7(TimeProvider.System.GetUtcNow()));
            await using var server = Build([]);
            await using var provisioner = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connections.Provisioner) { Pooling = false }.ConnectionString);
            await provisioner.OpenAsync(Cancelled);
            var maker = new HomeMaker(provisioner, RoleNames.Default, server.Services.GetRequiredService<PostgresDatabase>().Migrations);
            await maker.EnsureLoginAsync(home, HomeMaker.MakePassword(), Cancelled);
            await maker.EnsureDatabaseAsync(home, Cancelled);
            return home;
        }

        public async Task ExecuteAsync(string sql)
        {
            await using var source = NpgsqlDataSource.Create(postgres!.Administrator);
            await using var command = source.CreateCommand(sql);
            await command.ExecuteNonQueryAsync(Cancelled);
        }

        public Task<CommandResult> RunAsync(params string[] args) => RunAsync(args, without: null);

        public async Task<CommandResult> RunAsync(string[] args, string? without)
        {
            var settings = DatabaseSettings.Of(connections).All.Where(setting => setting.Key != without).ToDictionary(setting => setting.Key, setting => (string?)setting.Value);
            settings["ROWHOUSE_DATA"] = folder.FullName;
            settings["ROWHOUSE_URL"] = "http://127.0.0.1:9";
            using var process = CommandProcess.Start(folder.FullName, settings, args);
            return await process.EndAsync();
        }

        /// <summary>Starts a server and stops it.</summary>
        /// <returns>What it logged.</returns>
        public async Task<IReadOnlyCollection<(LogLevel Level, string Text)>> StartAsync()
        {
            ConcurrentQueue<(LogLevel, string)> logged = [];
            await using var server = Build(logged);
            await server.StartAsync(Cancelled);
            await server.StopAsync(Cancelled);
            return logged;
        }

        private WebApplication Build(ConcurrentQueue<(LogLevel Level, string Text)> logged) => ServerHost.Build(
            new() { Url = "http://127.0.0.1:0", DataFolder = folder.FullName, AdminEmail = "admin@rowhouse.localhost", AdminPassword = "correct horse battery staple", Database = connections with { Owner = null, ControlOwner = null } },
            builder => builder.Logging.ClearProviders().AddProvider(new Recorder(logged)));
    }

    private sealed class Recorder(ConcurrentQueue<(LogLevel Level, string Text)> logged) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => logged.Enqueue((logLevel, formatter(state, exception)));

        public void Dispose()
        {
        }
    }
}
