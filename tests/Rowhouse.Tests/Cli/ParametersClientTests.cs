using System.Net;
using System.Text;
using Rowhouse.Client;
using Shouldly;

namespace Rowhouse.Tests.Cli;

/// <summary>Watching parameters over lines that end and break.</summary>
public sealed class ParametersClientTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_has_changed_between_two_lines_is_told_and_what_has_not_is_not()
    {
        using var lines = new Lines(
            Event("put", "/a", "1") + Event("put", "/b", "1") + Event("put", "/c", "1") + Event("current", "/"),
            HttpStatusCode.BadGateway,
            Event("put", "/a", "2") + Event("put", "/c", "1"), // it breaks before all is told
            Event("put", "/c", "1") + Event("put", "/d", "1") + Event("current", "/") + Event("delete", "/d") + Event("later", "/e", "1"),
            HttpStatusCode.Forbidden);
        using var http = new HttpClient(lines) { BaseAddress = new("http://lines.example") };
        List<string> told = [];

        var refused = await Should.ThrowAsync<RowhouseProblemException>(async () =>
        {
            await foreach (var change in new RowhouseClient(http).Parameters.WatchAsync("/", Cancelled))
            {
                told.Add($"{change.Path} {change.Value ?? "gone"}");
            }
        });

        refused.Status.ShouldBe(HttpStatusCode.Forbidden);
        told.ShouldBe(["/a 1", "/b 1", "/c 1", "/a 2", "/d 1", "/a gone", "/b gone", "/d gone"]);
    }

    [Fact]
    public async Task A_server_that_fails_at_the_first_time_is_told_at_once()
    {
        using var lines = new Lines(HttpStatusCode.ServiceUnavailable);
        using var http = new HttpClient(lines) { BaseAddress = new("http://lines.example") };

        await Should.ThrowAsync<RowhouseProblemException>(async () => await new RowhouseClient(http).Parameters.WatchAsync("/", Cancelled).GetAsyncEnumerator(Cancelled).MoveNextAsync());
    }

    private static string Event(string kind, string path, string? value = null) =>
        $"event: {kind}\ndata: {{\"path\":\"{path}\",\"value\":{(value is null ? "null" : $"\"{value}\"")},\"version\":{(value is null ? "null" : "1")}}}\n\n";

    /// <summary>Answers with one stream or status after the other.</summary>
    private sealed class Lines(params object[] answers) : HttpMessageHandler
    {
        private int next;

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => Task.FromResult(answers[next++] switch
        {
            HttpStatusCode status => new HttpResponseMessage(status),
            var stream => new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent((string)stream, Encoding.UTF8, "text/event-stream") },
        });
    }
}
