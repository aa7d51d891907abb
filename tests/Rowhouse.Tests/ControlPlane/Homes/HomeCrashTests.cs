using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using Rowhouse.Contracts;
using Rowhouse.ControlPlane.Homes;
using Shouldly;

namespace Rowhouse.Tests.ControlPlane.Homes;

/// <summary>Real servers that are killed while they make homes. The one that answers the tests works on no operations itself.</summary>
public sealed class HomeCrashTests(CrashServer server) : IClassFixture<CrashServer>
{
    /// <summary>How often a server is killed at random; more by ROWHOUSE_TEST_CRASHES.</summary>
    private static readonly int Crashes = int.Parse(Environment.GetEnvironmentVariable("ROWHOUSE_TEST_CRASHES") ?? "8", CultureInfo.InvariantCulture);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private static readonly (string Point, string When)[][] Batches = [.. CrashServer.PointsOf<Provision>().Chunk(CrashServer.AtOnce)];

    public static IEnumerable<TheoryDataRow<int, string>> Numbers => Batches.Select((batch, number) => new TheoryDataRow<int, string>(number, string.Join(", ", batch.Select(at => at.Point))));

    [Theory]
    [MemberData(nameof(Numbers))]
    public async Task A_server_that_is_killed_between_two_steps_leaves_what_the_next_one_makes_whole(int number, string points)
    {
        await server.NodeAsync();
        List<(TenantResponse Tenant, Uri Operation)> asked = [];
        foreach (var (point, when) in Batches[number])
        {
            await server.HoldAsync(when, $"Killed {point}");
            using var answer = await server.AskAsync($"Killed {point}");
            var tenant = (await answer.Content.ReadFromJsonAsync<TenantResponse>(Cancelled)).ShouldNotBeNull();
            asked.Add((tenant, answer.Headers.Location.ShouldNotBeNull()));
        }

        await server.UntilHeldAsync(asked.Count);
        await server.StopNodesAsync();
        await server.ReleaseAsync();
        foreach (var (tenant, _) in asked)
        {
            (await server.TenantAsync(tenant.Slug)).Status.ShouldBe("creating", points);
        }

        await server.StartNodeAsync();
        foreach (var (tenant, location) in asked)
        {
            var operation = await server.EndOfAsync(location);
            (operation.Status, operation.Reason).ShouldBe(("succeeded", null), tenant.Name);
            (await server.TenantAsync(tenant.Slug)).Status.ShouldBe("active", tenant.Name);
            (await HomeWork.RemainsAsync(tenant.TableName)).ShouldBe((1, 1), tenant.Name);
            await server.WriteAsync(tenant);
        }
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
        await server.HoldAsync("BEFORE UPDATE ON platform.operations FOR EACH ROW WHEN (old.step = 1 AND new.step = 2)", "Sleeper");
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
}
