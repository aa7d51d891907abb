using System.Net;
using System.Net.Http.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using Rowhouse.ControlPlane.Keys;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Tenancy;
using Rowhouse.Tenancy.Keys;
using Rowhouse.Tests.Server;
using Shouldly;

namespace Rowhouse.Tests.ControlPlane.Keys;

public sealed class TenantKeysTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private TenantKeys Keys => (TenantKeys)server.Services.GetRequiredService<ITenantKeys>();

    [Fact]
    public async Task A_tenant_has_a_key_from_its_creation_on_and_one_that_is_refused_leaves_none()
    {
        var before = await CountAsync("");
        var tenant = await server.CreateTenantAsync("Keyed");
        await server.SuperAdmin.PostAsJsonAsync("/api/tenants", new { name = "Keyed", slug = "keyed" }, Token).ShouldBeAsync(HttpStatusCode.Conflict);

        (await CountAsync("")).ShouldBe(before + 1);
        (await CountAsync($"WHERE tenant_id = '{tenant.Id}' AND version = 1 AND length(wrapped) = {Envelope.KeyLength + Envelope.Overhead}")).ShouldBe(1);
        var key = await Keys.GetCurrentAsync(new(tenant.Id), Token);
        key.ShouldSatisfyAllConditions(one => one.TenantId.Value.ShouldBe(tenant.Id), one => one.Version.ShouldBe(1));
    }

    [Fact]
    public async Task Tenants_that_are_made_at_once_have_a_key_each()
    {
        var before = await CountAsync("");

        var made = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => server.SuperAdmin.PostAsJsonAsync("/api/tenants", new { name = "Many keys" }, Token)));

        made.ShouldAllBe(answer => answer.StatusCode == HttpStatusCode.Created);
        (await CountAsync("")).ShouldBe(before + 6);
    }

    [Fact]
    public async Task A_tenant_that_has_none_gets_one_key_however_many_ask_on_however_many_servers()
    {
        var tenant = await WithoutKeyAsync("Lazy");
        var nodes = Enumerable.Range(0, 8).Select(_ => Node()).ToList();

        var envelopes = await Task.WhenAll(nodes.SelectMany(node => Enumerable.Range(0, 4).Select(async i => (await node.GetCurrentAsync(tenant, Token)).Seal("secret:x", [(byte)i]))));

        (await CountAsync($"WHERE tenant_id = '{tenant}'")).ShouldBe(1);
        var key = await Node().GetCurrentAsync(tenant, Token);
        envelopes.Select(envelope => key.Open("secret:x", envelope).Length).ShouldAllBe(length => length == 1);
    }

    [Fact]
    public async Task Who_is_no_tenant_gets_no_key()
    {
        var stranger = TenantId.New(TimeProvider.System);

        await Should.ThrowAsync<TenantKeyUnavailableException>(async () => await Keys.GetCurrentAsync(stranger, Token));
        await Should.ThrowAsync<TenantKeyUnavailableException>(() => Keys.RotateAsync(stranger, Token));
        (await CountAsync($"WHERE tenant_id = '{stranger}'")).ShouldBe(0);
    }

    [Fact]
    public async Task A_new_key_seals_from_now_on_and_the_earlier_ones_still_open()
    {
        var tenant = await MakeAsync("Rotated");
        var other = Node();
        var first = (await Keys.GetCurrentAsync(tenant, Token)).Seal("secret:x", [1]);
        await other.GetCurrentAsync(tenant, Token);

        (await Keys.RotateAsync(tenant, Token)).ShouldBe(2);

        var key = await Keys.GetCurrentAsync(tenant, Token);
        key.Version.ShouldBe(2);
        Should.Throw<EnvelopeRefusedException>(() => key.Open("secret:x", first));
        (await Keys.GetAsync(tenant, 1, Token)).Open("secret:x", first).ShouldBe([1]);

        // What a server has not heard of yet it looks for when it meets it.
        (await other.GetAsync(tenant, 2, Token)).Open("secret:x", key.Seal("secret:x", [2])).ShouldBe([2]);
        (await other.GetCurrentAsync(tenant, Token)).Version.ShouldBe(2);
        await Should.ThrowAsync<TenantKeyUnavailableException>(async () => await Keys.GetAsync(tenant, 3, Token));
    }

    [Fact]
    public async Task Of_rotations_at_once_each_makes_a_key()
    {
        var tenant = await MakeAsync("Rotated at once");

        var versions = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Node().RotateAsync(tenant, Token)));

        versions.Order().ShouldBe(Enumerable.Range(2, 8));
    }

    [Fact]
    public async Task Destroyed_keys_are_gone_here_at_once_and_elsewhere_within_a_minute_and_none_comes_after_them()
    {
        var tenant = await MakeAsync("Destroyed");
        await Keys.RotateAsync(tenant, Token);
        var clock = new FakeTimeProvider();
        var other = Node(clock);
        await Keys.GetCurrentAsync(tenant, Token);
        await other.GetCurrentAsync(tenant, Token);

        await Keys.DestroyAsync(tenant, Token);
        await Keys.DestroyAsync(tenant, Token);

        await ShouldBeGoneAsync(Keys);
        await ShouldBeGoneAsync(Node());
        (await other.GetCurrentAsync(tenant, Token)).Version.ShouldBe(2);
        clock.Advance(TimeSpan.FromMinutes(1));
        await ShouldBeGoneAsync(other);
        (await CountAsync($"WHERE tenant_id = '{tenant}' AND wrapped IS NOT NULL")).ShouldBe(0);

        async Task ShouldBeGoneAsync(TenantKeys keys)
        {
            await Should.ThrowAsync<TenantKeyUnavailableException>(async () => await keys.GetCurrentAsync(tenant, Token));
            await Should.ThrowAsync<TenantKeyUnavailableException>(async () => await keys.GetAsync(tenant, 1, Token));
            await Should.ThrowAsync<TenantKeyUnavailableException>(async () => await keys.GetAsync(tenant, 2, Token));
            await Should.ThrowAsync<TenantKeyUnavailableException>(() => keys.RotateAsync(tenant, Token));
        }
    }

    [Fact]
    public async Task A_tenant_that_never_had_a_key_gets_none_after_its_keys_were_destroyed()
    {
        var tenant = await WithoutKeyAsync("Destroyed before");

        await Keys.DestroyAsync(tenant, Token);

        await Should.ThrowAsync<TenantKeyUnavailableException>(async () => await Keys.GetCurrentAsync(tenant, Token));
    }

    [Fact]
    public async Task Keys_that_are_made_and_destroyed_at_once_are_all_destroyed()
    {
        for (var round = 0; round < 5; round++)
        {
            var tenant = await WithoutKeyAsync($"Raced {round}");

            await Task.WhenAll(Enumerable.Range(0, 9).Select(async i =>
            {
                try
                {
                    await (i == 4 ? Node().DestroyAsync(tenant, Token) : i % 2 == 0 ? Node().RotateAsync(tenant, Token) : Node().GetCurrentAsync(tenant, Token).AsTask());
                }
                catch (TenantKeyUnavailableException)
                {
                    // Came after.
                }
            }));

            (await CountAsync($"WHERE tenant_id = '{tenant}'")).ShouldBe(1);
            (await CountAsync($"WHERE tenant_id = '{tenant}' AND wrapped IS NULL")).ShouldBe(1);
        }
    }

    [Fact]
    public async Task A_wrapped_key_that_is_put_under_another_tenant_does_not_open()
    {
        var (smith, harbor) = (await MakeAsync("Smith key"), await MakeAsync("Harbor key"));

        await ExecuteAsync($"UPDATE platform.tenant_keys SET wrapped = (SELECT wrapped FROM platform.tenant_keys WHERE tenant_id = '{smith}') WHERE tenant_id = '{harbor}'");

        await Should.ThrowAsync<EnvelopeRefusedException>(async () => await Node().GetCurrentAsync(harbor, Token));
        (await Node().GetCurrentAsync(smith, Token)).Version.ShouldBe(1);
    }

    private TenantKeys Node(TimeProvider? clock = null) => new(
        server.Services.GetRequiredService<IDbContextFactory<PlatformDbContext>>(),
        server.Services.GetRequiredService<PlatformKeys>(),
        server.Services.GetRequiredService<KeyMaker>(),
        new(clock ?? TimeProvider.System),
        TimeProvider.System);

    private async Task<TenantId> MakeAsync(string name) => new((await server.CreateTenantAsync(name)).Id);

    // As those were made before there were keys.
    private async Task<TenantId> WithoutKeyAsync(string name)
    {
        var tenant = await MakeAsync(name);
        await ExecuteAsync($"DELETE FROM platform.tenant_keys WHERE tenant_id = '{tenant}'");
        return tenant;
    }

    private async Task<long> CountAsync(string where)
    {
        await using var control = NpgsqlDataSource.Create(server.Database.Control!); // a server has a control database
        await using var count = control.CreateCommand($"SELECT count(*) FROM platform.tenant_keys {where}");
        return (long)(await count.ExecuteScalarAsync(Token)).ShouldNotBeNull();
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var control = NpgsqlDataSource.Create(server.Database.Control!); // a server has a control database
        await using var command = control.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Token);
    }
}
