using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using Npgsql;
using Rowhouse.Testing;
using Rowhouse.Tests.Cli;
using Rowhouse.Tests.ControlPlane.Homes;
using Rowhouse.Tests.Server;
using Shouldly;

namespace Rowhouse.Tests.ControlPlane.Parameters;

/// <summary>Watching parameters at another server than the one where they change. It polls once in ten minutes, so whatever it learns it was told.</summary>
public sealed class ParameterNodesTests(ParameterNodesTests.TwoNodes nodes) : IClassFixture<ParameterNodesTests.TwoNodes>
{
    private const string Setting = "/platform/postgres/shared-store";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_changes_here_is_told_there()
    {
        var (watch, _) = await ParameterWatch.OpenAsync(nodes.There, "/");
        using var open = watch;
        var tenant = await nodes.CreateTenantAsync("Here Not There");
        await watch.UntilAsync(line => line == $"put /accounts/{tenant.Id}/provisioning-status = active");
        await nodes.SuperAdmin.PatchAsJsonAsync($"/api/tenants/{tenant.Id}", new { deletionProtection = false }, Cancelled).ShouldBeAsync(HttpStatusCode.OK);

        var began = Stopwatch.GetTimestamp();
        await nodes.SuperAdmin.DeleteAsync($"/api/tenants/{tenant.Id}?confirm={tenant.Slug}", Cancelled).ShouldBeAsync(HttpStatusCode.OK);
        await watch.UntilAsync(line => line == $"delete /accounts/{tenant.Id}/provisioning-status");
        Stopwatch.GetElapsedTime(began).ShouldBeLessThan(TimeSpan.FromSeconds(5)); // it takes milliseconds where the machine has time
    }

    [Fact]
    public async Task What_is_set_here_is_told_there()
    {
        var (watch, there) = await ParameterWatch.OpenAsync(nodes.There, Setting);
        using var open = watch;
        there.ShouldBe([$"put {Setting} = shared", $"current {Setting}"]);

        // By hand to another value: this installation knows of one store.
        await HomeWork.ExecuteAsync(nodes.Database.Control!, $"INSERT INTO platform.parameters (path, value, version, updated_at) VALUES ('{Setting}', 'elsewhere', 7, now())");
        (await watch.NextAsync()).ShouldBe($"put {Setting} = elsewhere");
        await nodes.SuperAdmin.DeleteAsync($"/api/parameters?path={Setting}", Cancelled).ShouldBeAsync(HttpStatusCode.OK);
        (await watch.NextAsync()).ShouldBe($"put {Setting} = shared");
    }

    [Fact]
    public async Task What_changes_while_the_line_is_dead_is_told_when_it_is_back()
    {
        var gone = await nodes.CreateTenantAsync("Goes Unheard");
        await nodes.SuperAdmin.PatchAsJsonAsync($"/api/tenants/{gone.Id}", new { deletionProtection = false }, Cancelled).ShouldBeAsync(HttpStatusCode.OK);
        var (watch, _) = await ParameterWatch.OpenAsync(nodes.There, "/accounts/");
        using var open = watch;
        var admin = await new PostgresFixture().AdminAsync();
        var name = new NpgsqlConnectionStringBuilder(nodes.Database.Control).Database;

        await HomeWork.ExecuteAsync(admin, $"ALTER DATABASE {name} ALLOW_CONNECTIONS false");
        try
        {
            await HomeWork.ExecuteAsync(admin, $"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}' AND application_name = 'rowhouse catalogue'");
            await nodes.SuperAdmin.DeleteAsync($"/api/tenants/{gone.Id}?confirm={gone.Slug}", Cancelled).ShouldBeAsync(HttpStatusCode.OK); // over connections that are open still
        }
        finally
        {
            await HomeWork.ExecuteAsync(admin, $"ALTER DATABASE {name} ALLOW_CONNECTIONS true");
        }

        // All that it was told is told to be there or gone, and then that this is all.
        (await watch.UntilAsync(line => line == "current /accounts/")).Where(line => line.Contains(gone.Id.ToString())).Count().ShouldBe(5);
    }

    /// <summary>Two servers on the same databases.</summary>
    public sealed class TwoNodes : ServerFixture
    {
        private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("rowhouse-node-");
        private CommandProcess? process;

        /// <summary>The super-admin at the other server.</summary>
        public HttpClient There { get; private set; } = null!; // the runner initialises it before any test

        public override async ValueTask InitializeAsync()
        {
            await base.InitializeAsync();
            process = CommandProcess.Serve(folder.FullName, Database, new Dictionary<string, string?> { ["ROWHOUSE_PLATFORM_KEY_FILE"] = Settings.PlatformKeyFile, ["Directory__Poll"] = "00:10:00", ["Directory__MaxStale"] = "00:45:00" });
            There = new(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = await process.ReadyAsync() };
            There.DefaultRequestHeaders.Authorization = SuperAdmin.DefaultRequestHeaders.Authorization;
        }

        public override async ValueTask DisposeAsync()
        {
            There?.Dispose();
            process?.Dispose();
            folder.Delete(recursive: true);
            await base.DisposeAsync();
        }
    }
}
