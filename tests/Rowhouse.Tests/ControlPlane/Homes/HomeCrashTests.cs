using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Rowhouse.Contracts;
using Rowhouse.ControlPlane.Homes;
using Rowhouse.ControlPlane.Operations;
using Rowhouse.Testing;
using Rowhouse.Tests.Cli;
using Rowhouse.Tests.Server;
using Shouldly;

namespace Rowhouse.Tests.ControlPlane.Homes;

/// <summary>Real servers that are killed while they make homes. The one that answers the tests works on no operations itself.</summary>
public sealed class HomeCrashTests(HomeCrashTests.Fixture server) : IClassFixture<HomeCrashTests.Fixture>
{
    /// <summary>How often a server is killed at random; more by ROWHOUSE_TEST_CRASHES.</summary>
    private static readonly int Crashes = int.Parse(Environment.GetEnvironmentVariable("ROWHOUSE_TEST_CRASHES") ?? "8", CultureInfo.InvariantCulture);

    private static readonly int Steps = new Provision(stores: null!, products: null!, directory: null!, signal: null!).StepNames.Count; // which do not depend on them

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public static TheoryData<string, string> Points()
    {
        var points = new TheoryData<string, string>();
        for (var step = 0; step < Steps; step++)
        {
            points.Add($"before step {step} is recorded", $"BEFORE INSERT ON platform.operation_attempts FOR EACH ROW WHEN (new.step = {step})");
            points.Add($"after step {step} is done", $"BEFORE UPDATE ON platform.operations FOR EACH ROW WHEN (old.step = {step} AND new.step = {step + 1})");
        }

        points.Add("before it is recorded that all is done", "BEFORE UPDATE ON platform.operations FOR EACH ROW WHEN (new.state = 2)");
        return points;
    }

    [Theory]
    [MemberData(nameof(Points))]
    public async Task A_server_that_is_killed_between_two_steps_leaves_what_the_next_one_makes_whole(string point, string when)
    {
        await server.StopNodesAsync();
        await server.StartNodeAsync();
        await server.HoldAsync(when);
        using var answer = await server.AskAsync($"Killed {point}");
        var begun = (await answer.Content.ReadFromJsonAsync<TenantResponse>(Cancelled)).ShouldNotBeNull();
        await server.UntilHeldAsync();

        await server.StopNodesAsync();
        await server.ReleaseAsync();
        (await server.TenantAsync(begun.Slug)).Status.ShouldBe("creating");
        await server.StartNodeAsync();

        var operation = await server.EndOfAsync(answer.Headers.Location);
        (operation.Status, operation.Reason).ShouldBe(("succeeded", null));
        (await server.TenantAsync(begun.Slug)).Status.ShouldBe("active");
        (await HomeWork.RemainsAsync(begun.TableName)).ShouldBe((1, 1));
        await server.WriteAsync(begun);
    }

    [Fact]
    public async Task Servers_that_are_killed_at_random_leave_homes_that_are_whole_or_not_there()
    {
        List<(TenantResponse Tenant, Uri Operation)> asked = [];
        for (var crash = 0; crash < Crashes; crash++)
        {
            await server.StartNodeAsync();
            foreach (var number in Enumerable.Range(0, 2))
            {
                using var answer = await server.AskAsync($"Random {crash} {number}");
                asked.Add(((await answer.Content.ReadFromJsonAsync<TenantResponse>(Cancelled))!, answer.Headers.Location!));
            }

            // Some are cancelled while they are made.
            if (crash % 4 == 3)
            {
                using var cancelled = await server.SuperAdmin.PostAsync($"{asked[^1].Operation}/cancel", content: null, Cancelled);
                cancelled.StatusCode.ShouldBeOneOf(HttpStatusCode.Accepted, HttpStatusCode.Conflict);
            }

            await Task.Delay(RandomNumberGenerator.GetInt32(0, 300), Cancelled);
            await server.StopNodesAsync();
        }

        await server.StartNodeAsync();
        await server.UntilDoneAsync();
        var made = 0;
        foreach (var (tenant, location) in asked)
        {
            var operation = await server.EndOfAsync(location);
            operation.Status.ShouldBeOneOf("succeeded", "cancelled");
            var whole = operation.Status is "succeeded" ? 1 : 0;
            made += whole;
            (await server.TenantAsync(tenant.Slug)).Status.ShouldBe(whole is 1 ? "active" : "failed");
            (await HomeWork.RemainsAsync(tenant.TableName)).ShouldBe((whole, whole));
        }

        made.ShouldBeGreaterThan(asked.Count / 2);
    }

    [Fact]
    public async Task A_server_that_sleeps_past_its_lease_does_no_harm_when_it_wakes()
    {
        await server.StopNodesAsync();
        var sleeper = await server.StartNodeAsync();
        await server.HoldAsync("BEFORE UPDATE ON platform.operations FOR EACH ROW WHEN (old.step = 1 AND new.step = 2)");
        using var answer = await server.AskAsync("Sleeper");
        var begun = (await answer.Content.ReadFromJsonAsync<TenantResponse>(Cancelled)).ShouldNotBeNull();
        await server.UntilHeldAsync();
        await sleeper.SleepAsync();
        await server.ReleaseAsync();
        await server.StartNodeAsync();
        (await server.EndOfAsync(answer.Headers.Location)).Status.ShouldBe("succeeded");
        await server.WriteAsync(begun);

        await sleeper.WakeAsync();
        await Task.Delay(TimeSpan.FromSeconds(2), Cancelled); // time in which it could do harm

        (await server.EndOfAsync(answer.Headers.Location)).Status.ShouldBe("succeeded");
        (await HomeWork.RemainsAsync(begun.TableName)).ShouldBe((1, 1));
        (await server.CardsAsync(begun)).ShouldBe(1);
    }

    public sealed class Fixture : ServerFixture
    {
        private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("rowhouse-crash-");
        private readonly List<CommandProcess> nodes = [];
        private string superuser = "";

        public override async ValueTask InitializeAsync()
        {
            await base.InitializeAsync();
            superuser = await new PostgresFixture().SuperuserAsync(Database.Control!);
        }

        public override async ValueTask DisposeAsync()
        {
            nodes.ForEach(node => node.Dispose());
            folder.Delete(recursive: true);
            await base.DisposeAsync();
        }

        protected override void Configure(WebApplicationBuilder builder) => builder.Services.AddSingleton(new OperationOptions { Workers = 0 });

        /// <summary>Starts a server that works on operations, those of dead ones at once.</summary>
        internal async Task<CommandProcess> StartNodeAsync()
        {
            // The lease of whoever was killed would end by itself, in some seconds.
            await HomeWork.ExecuteAsync(superuser, "UPDATE platform.operations SET lease_until = clock_timestamp(), not_before = NULL WHERE state IN (0, 1)");
            var node = CommandProcess.Serve(folder.FullName, Database, new Dictionary<string, string?> { ["ROWHOUSE_PLATFORM_KEY_FILE"] = Settings.PlatformKeyFile });
            nodes.Add(node);
            await node.ReadyAsync();
            return node;
        }

        /// <summary>Kills all of them.</summary>
        public async Task StopNodesAsync()
        {
            foreach (var node in nodes)
            {
                await node.KillAsync();
                node.Dispose();
            }

            nodes.Clear();
        }

        /// <summary>Lets a write to the control database wait at this point.</summary>
        public Task HoldAsync(string when) => HomeWork.ExecuteAsync(
            superuser,
            $"""
            CREATE OR REPLACE FUNCTION public.hold() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(600); RETURN new; END';
            CREATE OR REPLACE TRIGGER hold {when} EXECUTE FUNCTION public.hold();
            """);

        /// <summary>Waits until one waits there.</summary>
        public Task UntilHeldAsync() => Eventually.UntilAsync(() => HomeWork.ScalarAsync<bool>(superuser, "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep')"), Cancelled);

        /// <summary>Ends whoever waits there, and lets nobody wait any more.</summary>
        public async Task ReleaseAsync()
        {
            await HomeWork.ExecuteAsync(superuser, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'");
            await HomeWork.ExecuteAsync(superuser, "DROP TRIGGER IF EXISTS hold ON platform.operations; DROP TRIGGER IF EXISTS hold ON platform.operation_attempts; DROP FUNCTION IF EXISTS public.hold()");
        }

        /// <summary>Waits until no operation is under way, as long as they become fewer.</summary>
        public async Task UntilDoneAsync()
        {
            for (var left = long.MaxValue; left > 0;)
            {
                var before = left;
                await Eventually.UntilAsync(async () => (left = await HomeWork.ScalarAsync<long>(superuser, "SELECT count(*) FROM platform.operations WHERE state IN (0, 1)")) < before, Cancelled);
            }
        }

        /// <summary>Lets the tenant keep a card.</summary>
        public async Task WriteAsync(TenantResponse tenant)
        {
            // Another server made it, and this one hears of that within a second.
            using var look = Client(SuperAdmin.DefaultRequestHeaders.Authorization!.Parameter, tenant.Slug);
            await Eventually.UntilAsync(async () => (await look.GetAsync("/api/cardvault/cards", Cancelled)).StatusCode == HttpStatusCode.OK, Cancelled);
            await (await AddMemberAsync(tenant.Slug, "admin")).Client.PostAsJsonAsync("/api/cardvault/cards", new { player = "Satchel Paige" }, Cancelled).ShouldBeAsync(HttpStatusCode.Created);
        }

        public async Task<long> CardsAsync(TenantResponse tenant) =>
            await HomeWork.ScalarAsync<long>(new NpgsqlConnectionStringBuilder(superuser) { Database = tenant.TableName }.ConnectionString, "SELECT count(*) FROM cardvault.cards");
    }
}
