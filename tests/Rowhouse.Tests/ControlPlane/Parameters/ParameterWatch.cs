using System.Diagnostics;
using System.Net.ServerSentEvents;
using System.Text.Json;
using Rowhouse.Contracts;
using Rowhouse.Tests.Server;
using Shouldly;

namespace Rowhouse.Tests.ControlPlane.Parameters;

/// <summary>Reading parameters, and a stream of what becomes of them.</summary>
internal sealed class ParameterWatch : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly HttpResponseMessage answer;
    private readonly IAsyncEnumerator<SseItem<ParameterEvent>> events;

    private ParameterWatch(HttpResponseMessage answer, Stream stream)
    {
        this.answer = answer;
        events = SseParser.Create(stream, (_, data) => JsonSerializer.Deserialize<ParameterEvent>(data, JsonSerializerOptions.Web)!).EnumerateAsync(Cancelled).GetAsyncEnumerator(Cancelled);
    }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>Opens a stream and reads what is there.</summary>
    public static async Task<(ParameterWatch Watch, IReadOnlyList<string> There)> OpenAsync(HttpClient client, string path)
    {
        var opened = await client.GetAsync($"/api/parameters/events?path={path}", HttpCompletionOption.ResponseHeadersRead, Cancelled);
        opened.EnsureSuccessStatusCode();
        opened.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        var watch = new ParameterWatch(opened, await opened.Content.ReadAsStreamAsync(Cancelled));
        return (watch, await watch.UntilAsync(line => line == $"current {path}"));
    }

    /// <summary>What is told until something is, each on a line: <c>put /a = b</c>.</summary>
    public async Task<IReadOnlyList<string>> UntilAsync(Predicate<string> isLast)
    {
        List<string> told = [];
        var began = Stopwatch.GetTimestamp(); // that it says now and then that there is nothing is no reason to wait on
        while (Stopwatch.GetElapsedTime(began) < Patience && await NextAsync() is { } line)
        {
            told.Add(line);
            if (isLast(line))
            {
                return told;
            }
        }

        throw new InvalidOperationException($"It was not told. What was:\n{string.Join('\n', told)}");
    }

    /// <summary>The next event; none where the stream has ended.</summary>
    public async Task<string?> NextAsync() => await events.MoveNextAsync().AsTask().WaitAsync(Patience, Cancelled)
        ? $"{events.Current.EventType} {events.Current.Data.Path}{(events.Current.Data.Value is { } value ? $" = {value}" : "")}"
        : null;

    public void Dispose() => answer.Dispose();
}

internal static class ParameterReading
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>Parameters by path.</summary>
    public static async Task<Dictionary<string, ParameterResponse>> ParametersAsync(this ServerFixture server, string path) =>
        (await server.SuperAdmin.GetAsync($"/api/parameters?path={path}&limit=200", Cancelled).ReadAsync<Page<ParameterResponse>>()).Items.ToDictionary(parameter => parameter.Path);

    /// <summary>The parameters of a tenant, without what all of its paths begin with.</summary>
    public static async Task<Dictionary<string, string>> OfAccountAsync(this ServerFixture server, Guid tenant) =>
        (await server.ParametersAsync($"/accounts/{tenant}/")).ToDictionary(named => named.Key.Replace($"/accounts/{tenant}/", "", StringComparison.Ordinal), named => named.Value.Value);
}
