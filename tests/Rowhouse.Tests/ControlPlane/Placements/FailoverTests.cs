using System.Net;
using System.Net.Http.Json;
using Rowhouse.Contracts;
using Rowhouse.Tenancy.Postgres.Roles;
using Rowhouse.Testing;
using Rowhouse.Tests.Server;
using Shouldly;

namespace Rowhouse.Tests.ControlPlane.Placements;

/// <summary>A store of several hosts, of which another one becomes the primary.</summary>
public sealed class FailoverTests(FailoverTests.Fixture server) : IClassFixture<FailoverTests.Fixture>
{
    // What is promised from when there is a primary again.
    private static readonly TimeSpan Promised = TimeSpan.FromSeconds(5);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Tenants_of_a_store_work_on_when_its_standby_has_become_the_primary()
    {
        var store = await DatabaseRoles.EnsureStoreAsync("twin", server.Twin.Administrator, RoleNames.Default, RolePasswords.Generate(), Cancelled);
        var connections = new StoreConnectionsRequest { Platform = store.Platform, Provisioner = store.Provisioner, Owner = store.Owner, Mover = store.Mover };
        var added = await server.SuperAdmin.PostAsJsonAsync("/api/stores", new { name = "twin", connections }, Cancelled).ReadAsync<StoreResponse>(HttpStatusCode.Created);
        added.Address.ShouldNotBeNull().Split(',').Length.ShouldBe(2);
        var (reader, writer) = (await PlaceAsync("Reader"), await PlaceAsync("Writer"));
        await AddAsync(reader, "before").ShouldBeAsync(HttpStatusCode.Created);
        await AddAsync(writer, "before").ShouldBeAsync(HttpStatusCode.Created);

        await server.Twin.KillPrimaryAsync();
        var waiting = reader.Client.GetAsync("/api/cardvault/cards", Cancelled);
        await Task.Delay(500, Cancelled); // so that it has met the hosts without a primary
        waiting.IsCompleted.ShouldBeFalse();
        await server.Twin.PromoteAsync();

        await waiting.WaitAsync(Promised, Cancelled).ShouldBeAsync(HttpStatusCode.OK);
        await AddAsync(writer, "after").WaitAsync(Promised, Cancelled).ShouldBeAsync(HttpStatusCode.Created);
        await AddAsync(reader, "after").WaitAsync(Promised, Cancelled).ShouldBeAsync(HttpStatusCode.Created);
        (await PlayersAsync(reader)).ShouldBe(["after", "before"], ignoreOrder: true);
        (await PlayersAsync(writer)).ShouldBe(["after", "before"], ignoreOrder: true);
        var later = await PlaceAsync("Later");
        await AddAsync(later, "new").ShouldBeAsync(HttpStatusCode.Created);
    }

    private async Task<TestMember> PlaceAsync(string name)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/tenants")
        {
            Headers = { { "Prefer", "wait=60" } },
            Content = JsonContent.Create(new { name, cloudType = "private", products = new[] { "cardvault" }, store = "twin" }),
        };
        var tenant = await server.SuperAdmin.SendAsync(request, Cancelled).ReadAsync<TenantResponse>(HttpStatusCode.Created);
        return await server.AddMemberAsync(tenant.Slug, "admin");
    }

    private static Task<HttpResponseMessage> AddAsync(TestMember member, string player) => member.Client.PostAsJsonAsync("/api/cardvault/cards", new { player }, Cancelled);

    private static async Task<IEnumerable<string>> PlayersAsync(TestMember member) =>
        (await member.Client.GetAsync("/api/cardvault/cards", Cancelled).ReadAsync<Page<CardOf>>()).Items.Select(card => card.Player);

    /// <summary>A server, and a PostgreSQL server with a standby beside it.</summary>
    public sealed class Fixture : ServerFixture
    {
        public ReplicatedServer Twin { get; private set; } = null!; // the runner initialises it before any test

        public override async ValueTask InitializeAsync()
        {
            await base.InitializeAsync();
            Twin = await ReplicatedServer.StartAsync();
        }

        public override async ValueTask DisposeAsync()
        {
            await base.DisposeAsync();
            if (Twin is not null)
            {
                await Twin.DisposeAsync();
            }
        }
    }
}
