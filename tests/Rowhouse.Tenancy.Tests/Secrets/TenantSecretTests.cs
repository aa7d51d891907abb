using System.ComponentModel.DataAnnotations;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using Rowhouse.Tenancy.Keys;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Tenancy.Secrets;
using Rowhouse.Tenancy.Tests.Isolation;
using Rowhouse.Tenancy.Tests.Kernel;
using Rowhouse.Tenancy.Tests.Notes;
using Rowhouse.Testing;
using Shouldly;
using static Rowhouse.Tenancy.Tests.Secrets.SecretsNode;

namespace Rowhouse.Tenancy.Tests.Secrets;

public sealed class TenantSecretTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private const string Canary = "canary-7f3a9b";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_secret_is_its_tenants_and_nobody_elses()
    {
        await using var node = await StartAsync(await PrepareAsync(postgres));
        (await node.GetAsync(Smith)).ShouldBeNull();

        await node.SetAsync(Smith, new ShopLogin("smiths", 8443));
        await node.SetAsync(Smith, new PrinterLogin("1234"));

        (await node.GetAsync(Smith)).ShouldBe(new("smiths", 8443));
        (await node.InAsync<PrinterLogin, PrinterLogin?>(Smith, secret => secret.GetAsync(Token))).ShouldBe(new("1234"));
        (await node.GetAsync(Harbor)).ShouldBeNull();
        (await node.DescribeAsync(Harbor)).ShouldBe(new(false, null));

        await node.SetAsync(Harbor, "harbors");
        await node.SetAsync(Smith, "changed");

        (await node.GetAsync(Smith)).ShouldBe(new("changed"));
        (await node.GetAsync(Harbor)).ShouldBe(new("harbors"));
    }

    [Fact]
    public async Task Whether_and_when_it_was_set_is_told_without_opening_it()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(60));
        await using var node = await StartAsync(await PrepareAsync(postgres), clock: clock);
        await node.SetAsync(Smith, Canary);
        node.Keys.Destroy(Smith.Id);

        var state = await node.DescribeAsync(Smith);

        state.ShouldBe(new(true, clock.GetUtcNow()));
        state.ToString().ShouldNotContain(Canary);
    }

    [Fact]
    public async Task What_is_removed_is_gone_and_can_be_set_again()
    {
        var connections = await PrepareAsync(postgres);
        await using var node = await StartAsync(connections);
        await node.SetAsync(Smith, "first");
        await node.SetAsync(Harbor, "harbors");

        (await RemoveAsync(Smith)).ShouldBeTrue();

        (await node.GetAsync(Smith)).ShouldBeNull();
        (await node.DescribeAsync(Smith)).ShouldBe(new(false, null));
        (await RemoveAsync(Smith)).ShouldBeFalse();
        (await RowsAsync(connections)).ShouldBe(1);
        (await node.GetAsync(Harbor)).ShouldBe(new("harbors"));
        await node.SetAsync(Smith, "second");
        (await node.GetAsync(Smith)).ShouldBe(new("second"));

        Task<bool> RemoveAsync(Tenant tenant) => node.InAsync<ShopLogin, bool>(tenant, secret => secret.RemoveAsync(Token));
    }

    [Fact]
    public async Task One_scope_can_set_read_and_remove_more_than_once()
    {
        await using var node = await StartAsync(await PrepareAsync(postgres));

        await node.InAsync<ShopLogin, bool>(Smith, async secret =>
        {
            for (var i = 0; i < 3; i++)
            {
                await secret.SetAsync(new($"one {i}"), Token);
                await secret.SetAsync(new($"two {i}"), Token);
                (await secret.GetAsync(Token)).ShouldBe(new($"two {i}"));
                (await secret.RemoveAsync(Token)).ShouldBeTrue();
                (await secret.GetAsync(Token)).ShouldBeNull();
            }

            return true;
        });
    }

    [Theory]
    [InlineData("tenant")]
    [InlineData("name")]
    [InlineData("version")]
    [InlineData("column")]
    [InlineData("bit")]
    [InlineData("empty")]
    public async Task A_row_that_its_owner_copies_or_changes_does_not_open(string damage)
    {
        var connections = await PrepareAsync(postgres);
        await using var node = await StartAsync(connections);
        await node.SetAsync(Harbor, Canary);
        await node.SetAsync(Smith, "smiths");
        node.Keys.Rotate(Smith.Id);
        node.Keys.Rotate(Harbor.Id);
        var shop = damage is "tenant" or "name" ? Harbor : Smith;
        await ChangeAsync(connections, damage switch
        {
            "tenant" => $"UPDATE secrets.sealed_values SET envelope = (SELECT envelope FROM secrets.sealed_values WHERE tenant_id = '{Smith.Id}' AND name = 'shop') WHERE tenant_id = '{Harbor.Id}'",
            "name" => $"INSERT INTO secrets.sealed_values SELECT tenant_id, 'printer', key_version, envelope, set_at FROM secrets.sealed_values WHERE tenant_id = '{Harbor.Id}'",
            "version" => $"UPDATE secrets.sealed_values SET key_version = 2, envelope = set_byte(envelope, 4, 2) WHERE tenant_id = '{Smith.Id}'",
            "column" => $"UPDATE secrets.sealed_values SET key_version = 2 WHERE tenant_id = '{Smith.Id}'",
            "bit" => $"UPDATE secrets.sealed_values SET envelope = set_bit(envelope, 8 * 20, 1 - get_bit(envelope, 8 * 20)) WHERE tenant_id = '{Smith.Id}'",
            _ => $"UPDATE secrets.sealed_values SET envelope = '' WHERE tenant_id = '{Smith.Id}'",
        });

        var refused = damage == "name"
            ? await Should.ThrowAsync<EnvelopeRefusedException>(() => node.InAsync<PrinterLogin, PrinterLogin?>(shop, secret => secret.GetAsync(Token)))
            : await Should.ThrowAsync<EnvelopeRefusedException>(() => node.GetAsync(shop));

        refused.Purpose.ShouldBe(damage == "name" ? "secret:printer" : "secret:shop");
        refused.ToString().ShouldNotContain(Canary);
        refused.ToString().ShouldNotContain("smiths");
        await node.SetAsync(shop, "mended");
        (await node.GetAsync(shop)).ShouldBe(new("mended"));
    }

    [Fact]
    public async Task A_version_that_there_never_was_is_said()
    {
        var connections = await PrepareAsync(postgres);
        await using var node = await StartAsync(connections);
        await node.SetAsync(Smith, Canary);
        await ChangeAsync(connections, "UPDATE secrets.sealed_values SET key_version = 7");

        (await Should.ThrowAsync<TenantKeyUnavailableException>(() => node.GetAsync(Smith))).Message.ShouldContain("no key 7");
    }

    // As the application's role, past the context.
    [Fact]
    public async Task Row_level_security_holds_for_secrets()
    {
        var connections = await PrepareAsync(postgres);
        await using var node = await StartAsync(connections);
        await node.SetAsync(Smith, "smiths");
        await node.SetAsync(Harbor, "harbors");

        (await NotesHost.ScalarAsync<long>(connections.Application, "SELECT count(*) FROM secrets.sealed_values")).ShouldBe(0);
        await using var connection = new NpgsqlConnection(connections.Application + ";Pooling=false");
        await connection.OpenAsync(Token);
        await using var transaction = await connection.BeginTransactionAsync(Token);
        await using (var bind = new NpgsqlCommand($"CALL tenancy.bind('{Smith.Id}', 1)", connection))
        {
            await bind.ExecuteNonQueryAsync(Token);
        }

        await using (var count = new NpgsqlCommand("SELECT string_agg(tenant_id::text, ',') FROM secrets.sealed_values", connection))
        {
            (await count.ExecuteScalarAsync(Token)).ShouldBe(Smith.Id.ToString());
        }

        await using var steal = new NpgsqlCommand($"INSERT INTO secrets.sealed_values VALUES ('{Harbor.Id}', 'stolen', 1, '', now())", connection);
        (await Should.ThrowAsync<PostgresException>(() => steal.ExecuteNonQueryAsync(Token))).SqlState.ShouldBe(PostgresErrorCodes.InsufficientPrivilege);
    }

    [Fact]
    public async Task Of_many_who_set_it_at_once_one_stays_whole()
    {
        var connections = await PrepareAsync(postgres);
        var keys = new TestKeys();
        await using var one = await StartAsync(connections, keys);
        await using var two = await StartAsync(connections, keys);

        await Parallel.ForEachAsync(Enumerable.Range(0, 20), Token, async (i, _) => await (i % 2 == 0 ? one : two).SetAsync(Smith, $"token {i}"));

        (await one.GetAsync(Smith)).ShouldNotBeNull().Token.ShouldStartWith("token ");
        (await RowsAsync(connections)).ShouldBe(1);
    }

    [Fact]
    public async Task Another_node_sees_what_is_set_at_once()
    {
        var connections = await PrepareAsync(postgres);
        var keys = new TestKeys();
        await using var one = await StartAsync(connections, keys);
        await using var two = await StartAsync(connections, keys);
        await one.SetAsync(Smith, "first");
        (await two.GetAsync(Smith)).ShouldBe(new("first"));

        await one.SetAsync(Smith, "second");

        (await two.GetAsync(Smith)).ShouldBe(new("second"));
    }

    [Fact]
    public async Task What_an_earlier_key_sealed_opens_and_is_sealed_anew_when_it_is_set_or_all_are()
    {
        var connections = await PrepareAsync(postgres);
        var clock = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(60));
        await using var node = await StartAsync(connections, clock: clock);
        await node.SetAsync(Smith, "first");
        await node.SetAsync(Smith, new PrinterLogin("1234"));
        await node.SetAsync(Harbor, "harbors");
        var setAt = clock.GetUtcNow();
        node.Keys.Rotate(Smith.Id);
        clock.Advance(TimeSpan.FromDays(1));
        (await node.GetAsync(Smith)).ShouldBe(new("first"));

        await node.SetAsync(Smith, new PrinterLogin("5678"));
        (await VersionsAsync(connections, Smith)).ShouldBe("printer 2, shop 1");
        (await node.ResealAsync(Smith)).ShouldSatisfyAllConditions(report => report.Resealed.ShouldBe(1), report => report.Closed.ShouldBeEmpty());

        (await VersionsAsync(connections, Smith)).ShouldBe("printer 2, shop 2");
        (await VersionsAsync(connections, Harbor)).ShouldBe("shop 1");
        (await node.GetAsync(Smith)).ShouldBe(new("first"));
        (await node.DescribeAsync(Smith)).SetAt.ShouldBe(setAt);
        (await node.ResealAsync(Smith)).Resealed.ShouldBe(0);
    }

    [Fact]
    public async Task A_secret_that_does_not_open_is_named_and_keeps_no_other_from_being_sealed_anew()
    {
        var connections = await PrepareAsync(postgres);
        await using var node = await StartAsync(connections);
        await node.SetAsync(Smith, new PrinterLogin("1234"));
        await node.SetAsync(Smith, "first");
        await ChangeAsync(connections, "UPDATE secrets.sealed_values SET envelope = set_bit(envelope, 8 * 20, 1 - get_bit(envelope, 8 * 20)) WHERE name = 'printer'");
        node.Keys.Rotate(Smith.Id);

        (await node.ResealAsync(Smith)).ShouldSatisfyAllConditions(report => report.Resealed.ShouldBe(1), report => report.Closed.ShouldBe(["printer"]));

        (await VersionsAsync(connections, Smith)).ShouldBe("printer 1, shop 2");
    }

    [Fact]
    public async Task Without_its_key_a_secret_stays_closed_and_none_can_be_set()
    {
        var connections = await PrepareAsync(postgres);
        await using var node = await StartAsync(connections);
        await node.SetAsync(Smith, Canary);
        await node.SetAsync(Harbor, "harbors");
        node.Keys.Destroy(Smith.Id);

        await Should.ThrowAsync<TenantKeyUnavailableException>(() => node.GetAsync(Smith));
        await Should.ThrowAsync<TenantKeyUnavailableException>(() => node.SetAsync(Smith, "again"));
        await Should.ThrowAsync<TenantKeyUnavailableException>(() => node.ResealAsync(Smith));

        (await node.GetAsync(Harbor)).ShouldBe(new("harbors"));
        (await node.InAsync<ShopLogin, bool>(Smith, secret => secret.RemoveAsync(Token))).ShouldBeTrue();
    }

    [Fact]
    public async Task Secrets_that_are_not_valid_are_refused_by_their_members_and_change_nothing()
    {
        await using var node = await StartAsync(await PrepareAsync(postgres));
        await node.SetAsync(Smith, "first");

        var refused = await Should.ThrowAsync<TenantSecretRefusedException>(() => node.SetAsync(Smith, new ShopLogin("", 123456)));
        refused.Name.ShouldBe("shop");
        refused.Errors.SelectMany(error => error.MemberNames).ShouldBe([nameof(ShopLogin.Token), nameof(ShopLogin.Port)], ignoreOrder: true);
        refused.Message.ShouldContain(nameof(ShopLogin.Port));
        refused.ToString().ShouldNotContain("123456");
        var large = await Should.ThrowAsync<TenantSecretRefusedException>(() => node.SetAsync(Smith, Canary + new string('x', 64 * 1024)));
        large.Errors.ShouldHaveSingleItem().ErrorMessage.ShouldNotBeNull().ShouldContain("64 KB");
        large.ToString().ShouldNotContain(Canary);
        await Should.ThrowAsync<ArgumentNullException>(() => node.SetAsync<ShopLogin>(Smith, null!)); // from code without nullable annotations

        (await node.GetAsync(Smith)).ShouldBe(new("first"));
        var largest = new string('x', (64 * 1024) - JsonSerializer.SerializeToUtf8Bytes(new ShopLogin(""), JsonSerializerOptions.Web).Length);
        await node.SetAsync(Smith, largest);
        (await node.GetAsync(Smith)).ShouldBe(new(largest));
        await Should.ThrowAsync<TenantSecretRefusedException>(() => node.SetAsync(Smith, largest + "x"));
    }

    [Fact]
    public async Task What_cannot_be_written_is_refused_without_what_it_says()
    {
        await using var node = await StartAsync<EndlessLogin>(await PrepareAsync(postgres));

        (await Should.ThrowAsync<TenantSecretRefusedException>(() => node.SetAsync(Smith, new EndlessLogin()))).ToString().ShouldNotContain("hush-in-a-getter");
    }

    [Fact]
    public async Task What_no_longer_fits_its_type_is_said_without_what_it_is_and_can_be_set_or_removed()
    {
        var connections = await PrepareAsync(postgres);
        var keys = new TestKeys();
        await using (var earlier = await StartAsync<EarlierLogin>(connections, keys))
        {
            await earlier.SetAsync(Smith, new EarlierLogin(Canary));
        }

        await using var node = await StartAsync(connections, keys);

        var unreadable = await Should.ThrowAsync<TenantSecretUnreadableException>(() => node.GetAsync(Smith));
        unreadable.Message.ShouldContain("'shop' no longer fits ShopLogin");
        unreadable.ToString().ShouldNotContain(Canary);
        (await node.DescribeAsync(Smith)).IsSet.ShouldBeTrue();
        await node.SetAsync(Smith, "mended");
        (await node.GetAsync(Smith)).ShouldBe(new("mended"));
    }

    [Fact]
    public async Task Neither_the_database_nor_the_log_has_what_was_set()
    {
        var connections = await PrepareAsync(postgres);
        var log = new RecordingLog();
        await using var node = await StartAsync(connections, log: log);

        await node.SetAsync(Smith, Canary);
        await node.GetAsync(Smith);
        await ChangeAsync(connections, "UPDATE secrets.sealed_values SET key_version = 9");
        await Should.ThrowAsync<TenantKeyUnavailableException>(() => node.GetAsync(Smith));

        var logged = log.Take();
        logged.ShouldContain("sealed_values");
        logged.ShouldNotContain(Canary);
        var kept = await NotesHost.ScalarAsync<byte[]>(await postgres.SuperuserAsync(connections.Application), "SELECT envelope FROM secrets.sealed_values");
        kept.AsSpan().IndexOf(Encoding.UTF8.GetBytes(Canary)).ShouldBe(-1);
    }

    [Fact]
    public async Task An_application_that_has_secrets_and_no_keys_does_not_start()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.AddTenancy(tenancy => tenancy.UseCatalogue<TestCatalogue>());
        builder.AddTenantSecret<ShopLogin>("shop");
        builder.AddTenantSecret<PrinterLogin>("printer");
        using var host = builder.Build();

        (await Should.ThrowAsync<InvalidOperationException>(() => host.StartAsync(Token))).Message.ShouldBe(
            "Tenants have secrets here (shop, printer), and nobody keeps keys for them. Say who does, in AddTenancy: tenancy.UseKeys<TKeys>(), where TKeys is an ITenantKeys.");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Keys_are_named_before_or_after_the_secrets(bool before)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new());
        if (!before)
        {
            builder.AddTenantSecret<ShopLogin>("shop");
        }

        builder.AddTenancy(tenancy => tenancy.UseCatalogue<TestCatalogue>().UseKeys<TestKeys>());
        if (before)
        {
            builder.AddTenantSecret<ShopLogin>("shop");
        }

        using var host = builder.Build();

        await host.StartAsync(Token);
        await host.StopAsync(Token);
    }

    [Fact]
    public void Names_and_types_are_looked_at_when_they_are_registered()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new());

        Should.Throw<ArgumentException>(() => builder.AddTenantSecret<ShopLogin>("Shop"));
        Should.Throw<ArgumentException>(() => builder.AddTenantSecret<ShopLogin>(""));
        Should.Throw<ArgumentException>(() => builder.AddTenantSecret<PrintedLogin>("shop")).Message.ShouldContain("public override string ToString() => nameof(PrintedLogin);");
        builder.AddTenantSecret<ShopLogin>("shop");
        Should.Throw<InvalidOperationException>(() => builder.AddTenantSecret<PrinterLogin>("shop")).Message.ShouldContain("'shop'");
        Should.Throw<InvalidOperationException>(() => builder.AddTenantSecret<ShopLogin>("shop-2")).Message.ShouldContain("'shop'");
    }

    private static async Task<string?> VersionsAsync(PostgresConnections connections, Tenant tenant) => await NotesHost.ScalarAsync<string>(
        await new PostgresFixture().SuperuserAsync(connections.Application),
        "SELECT string_agg(name || ' ' || key_version, ', ' ORDER BY name) FROM secrets.sealed_values WHERE tenant_id = $1",
        tenant.Id.Value);

    private static async Task<long> RowsAsync(PostgresConnections connections) =>
        await NotesHost.ScalarAsync<long>(await new PostgresFixture().SuperuserAsync(connections.Application), "SELECT count(*) FROM secrets.sealed_values");

    // Past policies and fence, as whoever owns the server can.
    private static async Task ChangeAsync(PostgresConnections connections, string sql) =>
        (await NotesHost.ExecuteAsync(await new PostgresFixture().SuperuserAsync(connections.Application), $"SET session_replication_role = replica; {sql}")).ShouldBeGreaterThan(0);

    private sealed record PrintedLogin([property: Required] string Token);
}
