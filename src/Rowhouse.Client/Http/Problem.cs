using System.Text.Json;

namespace Rowhouse.Client.Http;

/// <summary>The members of a problem that the client shows. Anything else a server or proxy answers is told by its status.</summary>
internal sealed record Problem(string? Type, string? Title, string? Detail, string? TraceId, Dictionary<string, string[]>? Errors)
{
    public static async Task<RowhouseProblemException> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var body = await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
        Problem? problem = null;
        if (response.Content.Headers.ContentType?.MediaType is "application/problem+json")
        {
            try
            {
                problem = JsonSerializer.Deserialize<Problem>(body, JsonSerializerOptions.Web);
            }
            catch (JsonException)
            {
                // Not a problem after all; its status still says what happened.
            }
        }

        return new(
            response.StatusCode,
            problem?.Type ?? "about:blank",
            problem?.Title ?? $"The server answered {(int)response.StatusCode} {response.ReasonPhrase}",
            problem?.Detail,
            problem?.TraceId,
            problem?.Errors ?? [],
            body);
    }
}
