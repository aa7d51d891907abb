using Microsoft.Extensions.Hosting;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Tenancy.Settings;
using Rowhouse.Tenancy.Tests.Binding;
using Rowhouse.Tenancy.Tests.Notes;
using Rowhouse.Testing;
using Shouldly;
using StackExchange.Redis;
using static Rowhouse.Tenancy.Tests.Settings.SettingsNode;

namespace Rowhouse.Tenancy.Tests.Settings;

public sealed class TenantSettingsTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_a_tenant_has_not_set_is_the_default_and_nobody_elses()
    {
        await using var node = await StartAsync(await PrepareAsync(postgres));
        (await node.GetAsync(Smith)).ShouldSatisfyAllConditions(settings => settings.Version.ShouldBe(0), settings => settings.Value.Text.ShouldBe("Hello"));

        var changed = await node.ChangeAsync(Smith, settings => settings with { Text = "Ahoy", Open = new(8, 12) });

        changed.Version.ShouldBe(1);
        foreach (var settings in new[] { changed, await node.GetAsync(Smith) })
        {
            settings.Value.Text.ShouldBe("Ahoy");
            settings.Value.Open.ShouldBe(new(8, 12));
            settings.Value.Discount.ShouldBe(10);
            settings.Value.Signature.ShouldBe("The team");
        }

        (await node.GetAsync(Harbor)).ShouldSatisfyAllConditions(settings => settings.Version.ShouldBe(0), settings => settings.Value.Text.ShouldBe("Hello"));
    }

    [Fact]
    public async Task What_a_tenant_has_not_set_follows_the_default_when_that_changes()
    {
        var connections = await PrepareAsync(postgres);
        await using (var before = await StartAsync(connections))
        {
            await before.ChangeAsync(Smith, settings => settings with { Text = "Ahoy", Discount = 5 });
            await before.ChangeAsync(Smith, settings => settings with { Discount = 10 });
        }

        await using var after = await StartAsync(connections, defaults: Defaults with { Text = "Hi", Discount = 20 });

        (await after.GetAsync(Smith)).Value.ShouldSatisfyAllConditions(settings => settings.Text.ShouldBe("Ahoy"), settings => settings.Discount.ShouldBe(20));
    }

    [Fact]
    public async Task Releases_that_share_a_Redis_keep_to_their_own_defaults_and_see_each_others_changes()
    {
        await using var redis = await RedisServer.StartAsync(Token);
        var connections = await PrepareAsync(postgres);
        await using var old = await StartAsync(connections, redis.ConnectionString);
        await using var next = await StartAsync(connections, redis.ConnectionString, Defaults with { Discount = 20 });
        (await old.GetAsync(Smith)).Value.Discount.ShouldBe(10);
        await using var multiplexer = await ConnectionMultiplexer.ConnectAsync(redis.ConnectionString);
        await Eventually.UntilAsync(() => Task.FromResult(multiplexer.GetServers()[0].Keys().Any(key => $"{key}".Contains(nameof(Greeting), StringComparison.Ordinal))), Token);
        (await next.GetAsync(Smith)).Value.Discount.ShouldBe(20);

        await old.ChangeAsync(Smith, settings => settings with { Text = @"Ahoy \u0000" });

        await Eventually.UntilAsync(async () => (await next.GetAsync(Smith)).Version > 0, Token);
        (await next.GetAsync(Smith)).Value.ShouldSatisfyAllConditions(settings => settings.Text.ShouldBe(@"Ahoy \u0000"), settings => settings.Discount.ShouldBe(20));
    }

    [Fact]
    public async Task Nothing_at_all_is_a_setting_too()
    {
        await using var node = await StartAsync(await PrepareAsync(postgres));

        await node.ChangeAsync(Smith, settings => settings with { Signature = null, Phrases = new Dictionary<string, string>() });

        (await node.GetAsync(Smith)).Value.ShouldSatisfyAllConditions(settings => settings.Signature.ShouldBeNull(), settings => settings.Phrases.ShouldBeEmpty());
    }

    [Fact]
    public async Task A_section_that_is_reset_follows_the_defaults_again()
    {
        await using var node = await StartAsync(await PrepareAsync(postgres));
        await node.ChangeAsync(Smith, settings => settings with { Text = "Ahoy" });

        (await node.InAsync(Smith, settings => settings.ResetAsync(Token))).Version.ShouldBe(2);

        (await node.GetAsync(Smith)).Value.Text.ShouldBe("Hello");
    }

    [Fact]
    public async Task A_change_to_what_is_there_is_none()
    {
        await using var node = await StartAsync(await PrepareAsync(postgres));
        await node.ChangeAsync(Smith, settings => settings with { Text = "Ahoy" });

        (await node.ChangeAsync(Smith, settings => settings with { Text = "Ahoy" })).Version.ShouldBe(1);
        (await node.InAsync(Harbor, settings => settings.ResetAsync(Token))).Version.ShouldBe(0);
    }

    [Fact]
    public async Task Settings_that_are_not_valid_are_refused_with_the_reasons_and_change_nothing()
    {
        await using var node = await StartAsync(await PrepareAsync(postgres));

        var refused = await Should.ThrowAsync<TenantSettingsRefusedException>(() => node.ChangeAsync(Smith, settings => settings with { Text = new('x', 2001), Discount = 101 }));
        refused.Section.ShouldBe("greeting");
        refused.Errors.SelectMany(error => error.MemberNames).ShouldBe([nameof(Greeting.Text), nameof(Greeting.Discount)], ignoreOrder: true);
        (await Should.ThrowAsync<TenantSettingsRefusedException>(() => node.ChangeAsync(Smith, settings => settings with { Open = new(17, 9) }))).Message.ShouldContain("Opening comes before closing.");
        (await Should.ThrowAsync<TenantSettingsRefusedException>(() => node.ChangeAsync(Smith, settings => settings with { Open = null! }))).Message.ShouldContain("Open"); // from code without nullable annotations
        (await Should.ThrowAsync<TenantSettingsRefusedException>(() => node.ChangeAsync(Smith, settings => settings with { Share = double.NaN }))).Message.ShouldContain("greeting");
        await Should.ThrowAsync<InvalidOperationException>(() => node.ChangeAsync(Smith, _ => null!)); // from code without nullable annotations
        (await Should.ThrowAsync<TenantSettingsRefusedException>(() => node.ChangeAsync(Smith, settings => settings with { Text = "\0" }))).Message.ShouldContain("U+0000");
        var large = Enumerable.Range(0, 2000).ToDictionary(number => $"{number}", _ => new string('é', 20));
        (await Should.ThrowAsync<TenantSettingsRefusedException>(() => node.ChangeAsync(Smith, settings => settings with { Phrases = large }))).Message.ShouldContain("64 KB");

        (await node.GetAsync(Smith)).Version.ShouldBe(0);
    }

    [Fact]
    public async Task A_change_that_throws_changes_nothing()
    {
        await using var node = await StartAsync(await PrepareAsync(postgres));

        await Should.ThrowAsync<TimeoutException>(() => node.ChangeAsync(Smith, _ => throw new TimeoutException()));

        (await node.GetAsync(Smith)).Version.ShouldBe(0);
    }

    [Fact]
    public async Task Of_many_changes_at_once_none_is_lost()
    {
        var connections = await PrepareAsync(postgres);
        await using var one = await StartAsync(connections);
        await using var two = await StartAsync(connections);

        await Parallel.ForEachAsync(Enumerable.Range(0, 20), Token, async (i, _) =>
            await (i % 2 == 0 ? one : two).ChangeAsync(Smith, settings => settings with { Phrases = new Dictionary<string, string>(settings.Phrases) { [$"{i}"] = "x" } }));

        var (settings, version) = await one.ChangeAsync(Smith, settings => settings);
        version.ShouldBe(20);
        settings.Phrases.Count.ShouldBe(21);
    }

    [Fact]
    public async Task Settings_that_were_read_cost_no_query()
    {
        var connections = await PrepareAsync(postgres);
        await using var trips = RoundTrips.To(connections.Application);
        await using var node = await StartAsync(connections with { Application = trips.ConnectionString });

        (await trips.CountAsync(() => node.GetAsync(Smith))).ShouldBe(1);
        (await trips.CountAsync(() => node.GetAsync(Smith))).ShouldBe(0);
    }

    [Fact]
    public async Task Sections_are_apart()
    {
        await using var node = await StartAsync(await PrepareAsync(postgres));
        await node.ChangeAsync(Smith, settings => settings with { Text = "Ahoy" });

        await node.InAsync<Hours, bool>(Smith, async settings =>
        {
            (await settings.GetAsync(Token)).ShouldBe(new(SettingsNode.Hours, 0));
            (await settings.ChangeAsync(_ => new(7, 8), Token)).Version.ShouldBe(1);
            (await settings.ResetAsync(Token)).Version.ShouldBe(2);
            return true;
        });

        (await node.GetAsync(Smith)).Value.Text.ShouldBe("Ahoy");
    }

    [Fact]
    public async Task One_scope_can_change_more_than_once()
    {
        await using var node = await StartAsync(await PrepareAsync(postgres));

        await node.InAsync(Smith, async settings =>
        {
            await settings.ChangeAsync(current => current.Value with { Discount = 1 }, Token);
            await settings.ChangeAsync(current => current.Value with { Discount = current.Value.Discount + 1 }, Token);
            (await settings.GetAsync(Token)).Value.Discount.ShouldBe(2);
            return true;
        });
    }

    [Fact]
    public async Task Who_changes_what_a_change_is_given_does_not_change_what_others_read()
    {
        await using var node = await StartAsync(await PrepareAsync(postgres));
        var read = await node.GetAsync(Smith);

        await Should.ThrowAsync<TimeoutException>(() => node.ChangeAsync(Smith, settings =>
        {
            ((IDictionary<string, string>)settings.Phrases).Clear();
            throw new TimeoutException();
        }));

        read.Value.Phrases.Count.ShouldBe(1);
        (await node.GetAsync(Harbor)).Value.Phrases.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("""{"discount": 1000}""", "between 0 and 100")]
    [InlineData("""{"discount": "much"}""", "discount")]
    [InlineData("""{"open": null}""", "open")]
    public async Task What_no_longer_fits_is_said_and_can_be_reset(string members, string reason)
    {
        var connections = await PrepareAsync(postgres);
        await using var node = await StartAsync(connections);
        await node.ChangeAsync(Smith, settings => settings with { Discount = 1 });
        await KeepAsync(connections, members);
        await using var later = await StartAsync(connections);

        var unreadable = await Should.ThrowAsync<TenantSettingsUnreadableException>(() => later.GetAsync(Smith));
        unreadable.Message.ShouldContain(reason, Case.Insensitive);
        unreadable.Message.ShouldContain("'greeting'");
        await Should.ThrowAsync<TenantSettingsUnreadableException>(() => later.ChangeAsync(Smith, settings => settings with { Discount = 2 }));
        (await later.GetAsync(Harbor)).Version.ShouldBe(0);

        (await later.InAsync(Smith, settings => settings.ResetAsync(Token))).Value.Discount.ShouldBe(10);
        (await later.GetAsync(Smith)).Value.Discount.ShouldBe(10);
    }

    [Fact]
    public async Task What_the_section_no_longer_has_is_passed_over()
    {
        var connections = await PrepareAsync(postgres);
        await using var node = await StartAsync(connections);
        await node.ChangeAsync(Smith, settings => settings with { Discount = 1 });
        await KeepAsync(connections, """{"discount": 3, "gone": true}""");
        await using var later = await StartAsync(connections);

        (await later.GetAsync(Smith)).Value.Discount.ShouldBe(3);
    }

    [Fact]
    public async Task Nodes_that_share_a_Redis_see_a_change_at_once()
    {
        await using var redis = await RedisServer.StartAsync(Token);
        var connections = await PrepareAsync(postgres);
        await using var one = await StartAsync(connections, redis.ConnectionString);
        await using var two = await StartAsync(connections, redis.ConnectionString);
        (await two.GetAsync(Smith)).Version.ShouldBe(0);

        await one.ChangeAsync(Smith, settings => settings with { Text = "Ahoy", Signature = null });

        await Eventually.UntilAsync(async () => (await two.GetAsync(Smith)).Version > 0, Token);
        (await two.GetAsync(Smith)).Value.ShouldSatisfyAllConditions(settings => settings.Text.ShouldBe("Ahoy"), settings => settings.Signature.ShouldBeNull());
    }

    [Fact]
    public void Defaults_and_names_are_looked_at_when_they_are_registered()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new());

        Should.Throw<ArgumentException>(() => builder.AddTenantSettings("greeting", Defaults with { Discount = 101 })).Message.ShouldContain("Discount");
        Should.Throw<ArgumentException>(() => builder.AddTenantSettings("Greeting", Defaults));
        Should.Throw<ArgumentException>(() => builder.AddTenantSettings("list", new List<int>()));
        builder.AddTenantSettings("greeting", Defaults);
        Should.Throw<InvalidOperationException>(() => builder.AddTenantSettings("greeting", new Hours(1, 2))).Message.ShouldContain("'greeting'");
        Should.Throw<InvalidOperationException>(() => builder.AddTenantSettings("greeting-2", Defaults)).Message.ShouldContain("'greeting'");
    }

    // As an earlier version of the application left it.
    private static async Task KeepAsync(PostgresConnections connections, string members) =>
        await NotesHost.ExecuteAsync(connections.Application, $"BEGIN; CALL tenancy.bind('{Smith.Id}', 1); UPDATE settings.overrides SET members = '{members}'; COMMIT");
}
