using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Rowhouse.CardVault.CardFiles;
using Rowhouse.Contracts;
using Rowhouse.Contracts.CardVault;
using Rowhouse.Server;
using Rowhouse.Tests.Server;
using Shouldly;

namespace Rowhouse.Tests.CardVault;

/// <summary>Exports of more than a socket holds, on a server that has three connections for all tenants.</summary>
public sealed class ExportTests(ExportTests.Narrow vault) : IClassFixture<ExportTests.Narrow>
{
    private const int Cards = 3_001;
    private const int Connections = 3;

    [Fact]
    public async Task Readers_that_do_not_read_keep_no_connection_from_others()
    {
        List<HttpResponseMessage> stalled = [];
        foreach (var person in Enumerable.Range(0, ExportTurns.TenantLimit / ExportTurns.PersonLimit))
        {
            var viewer = await vault.Smith.AddMemberAsync("viewer");
            stalled.Add(await StartAsync(viewer));
            stalled.Add(await StartAsync(viewer));
        }

        stalled.Count.ShouldBeGreaterThan(Connections);

        // Each has sent what the sockets take, and waits.
        await Task.Delay(TimeSpan.FromSeconds(2), TestContext.Current.CancellationToken);
        var others = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => vault.Harbor.Admin.GetAsync("cards?count=true").ReadAsync<Page<CardResponse>>()));

        others.ShouldAllBe(page => page.Total == 0);
        foreach (var answer in stalled)
        {
            answer.StatusCode.ShouldBe(HttpStatusCode.OK);
            Lines(await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)).ShouldBe(Cards + 1);
            answer.Dispose();
        }
    }

    [Fact]
    public async Task A_person_exports_two_files_at_once_and_the_next_when_one_has_ended()
    {
        var viewer = await vault.Smith.AddMemberAsync("viewer");
        using var first = await StartAsync(viewer);
        using var second = await StartAsync(viewer);

        using var third = await viewer.GetAsync("cards/export");
        third.Headers.RetryAfter.ShouldNotBeNull();
        await Task.FromResult(third).ProblemAsync(HttpStatusCode.TooManyRequests, "urn:rowhouse:request:too-many");
        await vault.Smith.Admin.GetAsync("cards/export?player=nobody").ShouldBeAsync(HttpStatusCode.OK);

        Lines(await first.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)).ShouldBe(Cards + 1);
        for (var i = 0; i < 5; i++)
        {
            await viewer.GetAsync("cards/export?player=nobody").ShouldBeAsync(HttpStatusCode.OK);
        }
    }

    [Fact]
    public async Task An_export_that_is_read_too_slowly_is_broken_off_and_never_looks_whole()
    {
        var viewer = await vault.Smith.AddMemberAsync("viewer");
        using var slow = await StartAsync(viewer);

        vault.Clock.Strike();

        await Should.ThrowAsync<HttpRequestException>(() => slow.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Over_many_pages_every_card_comes_once()
    {
        var file = await (await vault.Smith.Admin.GetAsync("cards/export")).Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        var players = file.Split('\n').Skip(1).Where(line => line.Length > 0).Select(line => line.Split(',')[3]).ToList();
        players.Order(StringComparer.Ordinal).ShouldBe(Enumerable.Range(0, Cards).Select(i => $"Player {i}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task One_tenants_readers_leave_room_for_other_tenants()
    {
        List<HttpResponseMessage> stalled = [];
        foreach (var person in Enumerable.Range(0, ExportTurns.TenantLimit / ExportTurns.PersonLimit))
        {
            var viewer = await vault.Smith.AddMemberAsync("viewer");
            stalled.Add(await StartAsync(viewer));
            stalled.Add(await StartAsync(viewer));
        }

        await vault.Smith.Admin.GetAsync("cards/export?player=nobody").ProblemAsync(HttpStatusCode.TooManyRequests, "urn:rowhouse:request:too-many");
        await vault.Harbor.Admin.GetAsync("cards/export?player=nobody").ShouldBeAsync(HttpStatusCode.OK);
        stalled.ForEach(answer => answer.Dispose());

        // Their turns come back when the server has noticed that they left.
        for (var attempt = 0; attempt < 200; attempt++)
        {
            using var again = await vault.Smith.Admin.GetAsync("cards/export?player=nobody");
            if (again.IsSuccessStatusCode)
            {
                return;
            }

            await Task.Delay(50, TestContext.Current.CancellationToken);
        }

        Assert.Fail("the turns did not come back");
    }

    private static int Lines(byte[] file) => file.Count(letter => letter == (byte)'\n');

    private static async Task<HttpResponseMessage> StartAsync(TestMember member) =>
        await member.Client.GetAsync("/api/cardvault/cards/export", HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);

    /// <summary>A server with few connections, and a tenant whose export is larger than what sockets take unread.</summary>
    public sealed class Narrow : ServerFixture, IAsyncLifetime
    {
        internal TestTenant Smith { get; private set; } = null!;

        internal TestTenant Harbor { get; private set; } = null!;

        internal Hasty Clock { get; } = new();

        async ValueTask IAsyncLifetime.InitializeAsync()
        {
            await InitializeAsync();
            Smith = await CreateTenantAsync("Smith Cards", "cardvault");
            Harbor = await CreateTenantAsync("Harbor City Collectors", "cardvault");
            var notes = new string('n', 4_000);
            var file = "player,notes\n" + string.Concat(Enumerable.Range(0, Cards).Select(i => $"Player {i},{notes}\n"));
            (await Smith.Admin.ImportAsync(Encoding.UTF8.GetBytes(file)).ReadAsync<CardImportResponse>()).Imported.ShouldBe(Cards);
        }

        protected override ServerSettings Configure(ServerSettings settings)
        {
            ArgumentNullException.ThrowIfNull(settings);
            var database = settings.Database!;
            return settings with { Database = database with { Application = new NpgsqlConnectionStringBuilder(database.Application) { MaxPoolSize = Connections, Timeout = 5 }.ConnectionString } };
        }

        protected override void Configure(WebApplicationBuilder builder)
        {
            ArgumentNullException.ThrowIfNull(builder);
            builder.Services.AddSingleton<TimeProvider>(Clock);
        }
    }

    /// <summary>A clock on which the deadline of an export comes when the test says so.</summary>
    internal sealed class Hasty : TimeProvider
    {
        private Action? strike;

        public void Strike() => strike.ShouldNotBeNull()();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime == ExportCards.Deadline)
            {
                strike = () => callback(state);
            }

            return base.CreateTimer(callback, state, dueTime, period);
        }
    }
}
