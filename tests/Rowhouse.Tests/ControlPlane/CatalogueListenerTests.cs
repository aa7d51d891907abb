using Npgsql;
using Rowhouse.ControlPlane.Tenants;
using Rowhouse.Testing;
using Rowhouse.Tests.Server;
using Shouldly;

namespace Rowhouse.Tests.ControlPlane;

public sealed class CatalogueListenerTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private static readonly TimeSpan Poll = TimeSpan.FromMinutes(1);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_pooler_that_takes_what_is_told_is_found_out_and_named()
    {
        Assert.SkipUnless(PgBouncer.IsInstalled || Environment.GetEnvironmentVariable("CI") == "true", "pgbouncer is not installed.");
        await using var pooler = await PgBouncer.StartAsync(server.Database with { Application = server.Database.Control! }, Token);
        await using var others = NpgsqlDataSource.Create(server.Database.Control!);

        var deaf = await Should.ThrowAsync<InvalidOperationException>(CatalogueListener.OpenAsync(pooler.Connections.Application, others, Poll, Token));

        deaf.Message.ShouldContain("ROWHOUSE_DATABASE_DIRECT");
    }

    [Fact]
    public async Task What_is_told_is_heard_of_tenants_and_of_people()
    {
        await using var others = NpgsqlDataSource.Create(server.Database.Control!);
        await using var listener = await CatalogueListener.OpenAsync(server.Database.Control, others, Poll, Token);
        await listener.TransactionsAsync(Token);

        var smith = await server.CreateTenantAsync("Told of");

        var tenants = new HashSet<Guid>();
        var people = new HashSet<Guid>();
        while (!tenants.Contains(smith.Id) || !people.Contains(smith.Admin.Id))
        {
            var news = (await listener.NextAsync(Token)).ShouldNotBeNull();
            tenants.UnionWith(news.Tenants.Select(tenant => tenant.Value));
            people.UnionWith(news.People);
        }
    }
}
