using System.Net;
using Rowhouse.ControlPlane.Sessions;
using Rowhouse.Testing;
using Rowhouse.Tests.Server;
using Shouldly;

namespace Rowhouse.Tests.ControlPlane;

/// <summary>How many streams of events one session has at once.</summary>
public sealed class StreamLimitTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private const string Parameters = "/api/parameters/events?path=/platform/";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_session_has_so_many_streams_at_once_of_whatever_kind_and_another_when_one_is_closed()
    {
        using var one = await server.SignInAsync(ServerFixture.AdminEmail, ServerFixture.Password);
        using var other = await server.SignInAsync(ServerFixture.AdminEmail, ServerFixture.Password);
        var streams = new List<HttpResponseMessage>();
        for (var number = 0; number < StreamLimit.Most; number++)
        {
            streams.Add(await OpenAsync(one));
            streams[^1].StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        foreach (var path in new[] { Parameters, $"/api/operations/{Guid.Empty}/events" })
        {
            using var refused = await one.GetAsync(path, Cancelled);
            refused.Headers.RetryAfter.ShouldNotBeNull();
            var problem = await Task.FromResult(refused).ProblemAsync(HttpStatusCode.TooManyRequests, "urn:rowhouse:request:too-many");
            problem.GetProperty("detail").GetString().ShouldNotBeNull().ShouldStartWith("20 streams of events are open in this session");
        }

        using (var beside = await OpenAsync(other))
        {
            beside.StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        await one.GetAsync("/api/parameters?path=/platform/", Cancelled).ShouldBeAsync(HttpStatusCode.OK);
        streams[0].Dispose();
        await Eventually.UntilAsync(
            async () =>
            {
                using var again = await OpenAsync(one);
                return again.StatusCode is HttpStatusCode.OK;
            },
            Cancelled);
        streams.ForEach(stream => stream.Dispose());
    }

    [Fact]
    public async Task What_is_answered_without_a_stream_counts_for_nothing_afterwards()
    {
        using var one = await server.SignInAsync(ServerFixture.AdminEmail, ServerFixture.Password);
        for (var number = 0; number < 2 * StreamLimit.Most; number++)
        {
            await one.GetAsync($"/api/operations/{Guid.Empty}/events", Cancelled).ShouldBeAsync(HttpStatusCode.NotFound);
        }

        using var stream = await OpenAsync(one);
        stream.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    private static Task<HttpResponseMessage> OpenAsync(HttpClient client) => client.GetAsync(Parameters, HttpCompletionOption.ResponseHeadersRead, Cancelled);
}
