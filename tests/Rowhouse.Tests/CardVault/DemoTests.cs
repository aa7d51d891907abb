using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using Rowhouse.CardVault.Demo;
using Rowhouse.Contracts;
using Rowhouse.Contracts.CardVault;
using Rowhouse.Modules.Access;
using Rowhouse.Modules.Demo;
using Rowhouse.Server;
using Rowhouse.Tenancy;
using Rowhouse.Testing;
using Rowhouse.Tests.Server;
using Shouldly;

namespace Rowhouse.Tests.CardVault;

public sealed class DemoTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private const string Waiting = "pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";

    private readonly Dictionary<string, TestTenant> tenants = [];

    [Fact]
    public async Task Each_demo_tenant_gets_hundreds_of_cards_of_its_own_in_collections_of_different_people()
    {
        var smith = await SeedAsync("Smith");
        var harbor = await SeedAsync("Harbor");

        foreach (var demo in new[] { smith, harbor })
        {
            demo.Cards.ShouldNotBeNull().ShouldBeInRange(200, 1000);
            demo.Collections.Count.ShouldBeInRange(3, 6);
            demo.Collections.Select(collection => collection.OwnerId).Distinct().Count().ShouldBeGreaterThan(1);
            demo.Collections.ShouldAllBe(collection => collection.Cards > 0);
        }

        smith.Collections.Select(collection => collection.Name).ShouldNotBe(harbor.Collections.Select(collection => collection.Name));
        smith.Found.CardNumber.ShouldBe("1");
    }

    [Fact]
    public async Task A_second_start_changes_nothing()
    {
        var first = await SeedAsync("Twice");

        (await SeedAsync("Twice")).Cards.ShouldBe(first.Cards);
    }

    [Fact]
    public async Task Two_servers_that_start_at_once_make_one_demo()
    {
        var settings = server.Settings with { Demo = true, Database = await new PostgresFixture().CreateDatabaseAsync(withControl: true) };
        var folders = new[] { Directory.CreateTempSubdirectory("rowhouse-test-"), Directory.CreateTempSubdirectory("rowhouse-test-") };
        await using var first = ServerHost.Build(settings with { DataFolder = folders[0].FullName }, builder => builder.Logging.ClearProviders());
        await using var second = ServerHost.Build(settings with { DataFolder = folders[1].FullName }, builder => builder.Logging.ClearProviders());

        await Task.WhenAll(first.StartAsync(TestContext.Current.CancellationToken), second.StartAsync(TestContext.Current.CancellationToken));

        await using var database = NpgsqlDataSource.Create(settings.Database.Control!);
        (await CountAsync(database, "platform.tenants"), await CountAsync(database, "platform.members")).ShouldBe((2, 8));
        Array.ForEach(folders, folder => folder.Delete(recursive: true));
    }

    [Fact]
    public async Task A_server_waits_with_the_demos_people_while_another_one_makes_them()
    {
        var settings = server.Settings with { Demo = true, Database = await new PostgresFixture().CreateDatabaseAsync(withControl: true) };
        var folder = Directory.CreateTempSubdirectory("rowhouse-test-");
        await using (var first = ServerHost.Build(settings with { DataFolder = folder.FullName }, builder => builder.Logging.ClearProviders()))
        {
            await first.StartAsync(TestContext.Current.CancellationToken);
        }

        await using var database = NpgsqlDataSource.Create(settings.Database.Control!);
        await ExecuteAsync(database, "DELETE FROM platform.members; DELETE FROM platform.people WHERE NOT super_admin");
        await using var second = ServerHost.Build(settings with { DataFolder = folder.FullName }, builder => builder.Logging.ClearProviders());
        Task start;
        await using (var other = await database.OpenConnectionAsync(TestContext.Current.CancellationToken))
        await using (await other.BeginTransactionAsync(TestContext.Current.CancellationToken))
        {
            await using var hold = new NpgsqlCommand("SELECT FROM platform.tenants FOR NO KEY UPDATE", other);
            await hold.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
            start = second.StartAsync(TestContext.Current.CancellationToken);
            await Eventually.UntilAsync(async () => start.IsCompleted || await CountAsync(database, Waiting) > 0, TestContext.Current.CancellationToken);
            start.Exception.ShouldBeNull();
            start.IsCompleted.ShouldBeFalse();
        }

        await start;
        (await CountAsync(database, "platform.members")).ShouldBe(8);
        folder.Delete(recursive: true);
    }

    private static async Task ExecuteAsync(NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    private static async Task<long> CountAsync(NpgsqlDataSource database, string rows)
    {
        await using var command = database.CreateCommand($"SELECT count(*) FROM {rows}");
        return (long)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken) ?? 0L);
    }

    private async Task<(long? Cards, IReadOnlyList<CollectionResponse> Collections, CatalogueCardResponse Found)> SeedAsync(string name)
    {
        var tenant = tenants.TryGetValue(name, out var known) ? known : tenants[name] = await server.CreateTenantAsync(name, "cardvault");
        var (editor, member) = (await tenant.AddMemberAsync("editor"), await tenant.AddMemberAsync("member"));
        await using (var scope = await server.Services.GetRequiredService<ITenantScopes>().EnterAsync(new TenantId(tenant.Id), TestContext.Current.CancellationToken))
        {
            await scope.Get<IEnumerable<IDemoData>>().OfType<CardVaultDemo>().Single().SeedAsync(
                new(scope.Tenant, [new(tenant.Admin.Id, "Admin", Role.Admin), new(editor.Id, "Editor", Role.Editor), new(member.Id, "Member", Role.Member)]), TestContext.Current.CancellationToken);
        }

        return (
            (await tenant.Admin.GetAsync("cards?count=true&limit=1").ReadAsync<Page<CardResponse>>()).Total,
            (await tenant.Admin.GetAsync("collections").ReadAsync<Page<CollectionResponse>>()).Items,
            (await tenant.Admin.GetAsync("catalogue/search?q=griffey%2089%20ud").ReadAsync<CatalogueSearchResponse>()).Items[0]);
    }
}
