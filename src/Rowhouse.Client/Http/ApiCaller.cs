using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Rowhouse.Client.Http;

/// <summary>Sends requests, with the token where somebody signed in and the tenant's header where there is a tenant, and turns refusals into exceptions.</summary>
internal sealed class ApiCaller(HttpClient http, BearerToken token, string? tenant = null)
{
    private const int CopyBufferBytes = 81_920;

    public ApiCaller For(string name) => new(http, token, name);

    public void Use(string bearer) => token.Value = bearer;

    public Task<T> GetAsync<T>(string address, CancellationToken cancellationToken) => SendAsync<T>(HttpMethod.Get, address, body: null, cancellationToken);

    public async Task<T> SendAsync<T>(HttpMethod method, string address, object? body, CancellationToken cancellationToken)
    {
        using var response = await AnswerAsync(method, address, Json(body), cancellationToken).ConfigureAwait(false);
        return await ReadAsync<T>(response, cancellationToken).ConfigureAwait(false);
    }

    public async Task SendAsync(HttpMethod method, string address, object? body, CancellationToken cancellationToken)
    {
        using var response = await AnswerAsync(method, address, Json(body), cancellationToken).ConfigureAwait(false);
    }

    public async Task<T> UploadAsync<T>(string address, Stream content, MediaTypeHeaderValue mediaType, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        using var body = new StreamContent(progress is null ? content : new ReportingStream(content, progress), CopyBufferBytes);
        body.Headers.ContentType = mediaType;
        using var response = await AnswerAsync(HttpMethod.Post, address, body, cancellationToken).ConfigureAwait(false);
        return await ReadAsync<T>(response, cancellationToken).ConfigureAwait(false);
    }

    public async Task DownloadAsync(string address, Stream destination, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        using var response = await AnswerAsync(HttpMethod.Get, address, content: null, cancellationToken).ConfigureAwait(false);
        var source = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using (source.ConfigureAwait(false))
        {
            await (progress is null ? source : new ReportingStream(source, progress)).CopyToAsync(destination, CopyBufferBytes, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Server-sent events, each with its kind, until the stream ends.</summary>
    public async IAsyncEnumerable<(string Kind, T Item)> FollowAsync<T>(string address, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var response = await AnswerAsync(HttpMethod.Get, address, content: null, cancellationToken).ConfigureAwait(false);
        var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            var events = SseParser.Create(stream, (_, data) => JsonSerializer.Deserialize<T>(data, JsonSerializerOptions.Web) ?? throw new JsonException("The server sent an empty event."));
            await foreach (var item in events.EnumerateAsync(cancellationToken).ConfigureAwait(false))
            {
                yield return (item.EventType, item.Data);
            }
        }
    }

    private async Task<HttpResponseMessage> AnswerAsync(HttpMethod method, string address, HttpContent? content, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, new Uri(address, UriKind.Relative)) { Content = content };
        if (token.Value is { } bearer)
        {
            request.Headers.Authorization = new("Bearer", bearer);
        }

        if (tenant is not null)
        {
            request.Headers.Add("X-Tenant-Id", tenant);
        }

        var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
        if (response.IsSuccessStatusCode)
        {
            return response;
        }

        using (response)
        {
            throw await Problem.ReadAsync(response, cancellationToken).ConfigureAwait(false);
        }
    }

    private static JsonContent? Json(object? body) => body is null ? null : JsonContent.Create(body, body.GetType(), mediaType: null, JsonSerializerOptions.Web);

    private static async Task<T> ReadAsync<T>(HttpResponseMessage response, CancellationToken cancellationToken) =>
        await response.Content.ReadFromJsonAsync<T>(JsonSerializerOptions.Web, cancellationToken).ConfigureAwait(false)
        ?? throw new JsonException("The server answered with an empty body.");
}
