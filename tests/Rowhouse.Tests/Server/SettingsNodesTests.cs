using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using Rowhouse.Server;
using Rowhouse.Tenancy;
using Rowhouse.Tenancy.Settings;
using Shouldly;

namespace Rowhouse.Tests.Server;

/// <summary>What a tenant changes on one node, another one without Redis sees: by an event, the tenant's row and the notice of the catalogue.</summary>
public sealed class SettingsNodesTests(SettingsNodesTests.TwoNodes nodes) : IClassFixture<SettingsNodesTests.TwoNodes>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_change_of_settings_is_seen_by_another_node_long_before_what_it_keeps_is_over()
    {
        var tenant = new TenantId((await nodes.CreateTenantAsync("Settings of two nodes")).Id);
        (await TwoNodes.GreetingAsync(nodes.Services, tenant)).ShouldBe("Hello");
        (await TwoNodes.GreetingAsync(nodes.There, tenant)).ShouldBe("Hello");

        foreach (var text in new[] { "Hi", "Ahoy" })
        {
            var begin = Stopwatch.GetTimestamp();
            await using (var scope = await nodes.Services.GetRequiredService<ITenantScopes>().EnterAsync(tenant, Token))
            {
                await scope.Get<ITenantSettings<Greeting>>().ChangeAsync(_ => new(text), Token);
            }

            while (await TwoNodes.GreetingAsync(nodes.There, tenant) != text)
            {
                // A minute is what it would be without the event; the promise is a second, on a machine that is not busy with other tests.
                Stopwatch.GetElapsedTime(begin).ShouldBeLessThan(TimeSpan.FromSeconds(15));
                await Task.Delay(10, Token);
            }

            TestContext.Current.SendDiagnosticMessage($"seen by the other node after {Stopwatch.GetElapsedTime(begin).TotalMilliseconds:F0} ms");
        }

        (await TwoNodes.GreetingAsync(nodes.Services, tenant)).ShouldBe("Ahoy");
    }

    [Fact]
    public async Task A_change_of_settings_is_no_change_of_the_tenant()
    {
        var made = await nodes.CreateTenantAsync("Same version");
        var tenant = new TenantId(made.Id);

        await using (var scope = await nodes.Services.GetRequiredService<ITenantScopes>().EnterAsync(tenant, Token))
        {
            await scope.Get<ITenantSettings<Greeting>>().ChangeAsync(_ => new("Hi"), Token);
        }

        await Testing.Eventually.UntilAsync(
            async () => await ScalarAsync(nodes.Database.Control!, $"SELECT settings_version FROM platform.tenants WHERE id = '{made.Id}'") == 1, Token);
        (await ScalarAsync(nodes.Database.Control!, $"SELECT version FROM platform.tenants WHERE id = '{made.Id}'")).ShouldBe(made.Tenant.Version);
    }

    private static async Task<long> ScalarAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync(Token);
        await using var command = new NpgsqlCommand(sql, connection);
        return (long)(await command.ExecuteScalarAsync(Token)).ShouldNotBeNull();
    }

    public sealed record Greeting(string Text);

    public sealed class TwoNodes : ServerFixture
    {
        private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("rowhouse-node-");
        private WebApplication? there;

        public IServiceProvider There => there!.Services;

        protected override string Template => "rowhouse_settings";

        protected override void Configure(WebApplicationBuilder builder) => builder.AddTenantSettings("greeting", new Greeting("Hello"));

        public override async ValueTask InitializeAsync()
        {
            await base.InitializeAsync();
            there = ServerHost.Build(Settings with { DataFolder = folder.FullName }, builder =>
            {
                builder.Logging.ClearProviders();
                Configure(builder);
            });
            await there.StartAsync(Token);
        }

        public override async ValueTask DisposeAsync()
        {
            if (there is not null)
            {
                await there.StopAsync();
                await there.DisposeAsync();
            }

            folder.Delete(recursive: true);
            await base.DisposeAsync();
        }

        public static async Task<string> GreetingAsync(IServiceProvider node, TenantId tenant)
        {
            await using var scope = await node.GetRequiredService<ITenantScopes>().EnterAsync(tenant, Token);
            return (await scope.Get<ITenantSettings<Greeting>>().GetAsync(Token)).Value.Text;
        }
    }
}
