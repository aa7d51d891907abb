using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace Rowhouse.Tests.Server;

/// <summary>
/// A body whose first half is sent when the server asks for it, so that the server has judged the request by then, and whose
/// second half waits until the test says so.
/// </summary>
internal sealed class SlowBody : HttpContent
{
    private readonly byte[] bytes;
    private readonly TaskCompletionSource begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public SlowBody(string text, string type = "application/json")
    {
        bytes = Encoding.UTF8.GetBytes(text);
        Headers.ContentType = new MediaTypeHeaderValue(type);
    }

    /// <summary>Sends a request as far as the half of its body.</summary>
    /// <returns>The answer, which comes after <see cref="End"/>.</returns>
    public static async Task<(SlowBody Body, Task<HttpResponseMessage> Answer)> SendHalfAsync(HttpClient client, HttpMethod method, string path, string text, string type = "application/json")
    {
        var body = new SlowBody(text, type);
        var waiting = new HttpClient(new SocketsHttpHandler { Expect100ContinueTimeout = Timeout.InfiniteTimeSpan, UseCookies = false }) { BaseAddress = client.BaseAddress };
        foreach (var (name, values) in client.DefaultRequestHeaders)
        {
            waiting.DefaultRequestHeaders.Add(name, values);
        }

        var answer = waiting.SendAsync(new(method, path) { Content = body, Headers = { ExpectContinue = true } });
        await await Task.WhenAny(body.begun.Task, answer); // an answer before the body is a refusal
        return (body, answer);
    }

    public void End() => ended.TrySetResult();

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        await stream.WriteAsync(bytes.AsMemory(0, bytes.Length / 2));
        await stream.FlushAsync();
        begun.TrySetResult();
        await ended.Task.WaitAsync(TimeSpan.FromMinutes(1)); // a test that failed ends it never
        await stream.WriteAsync(bytes.AsMemory(bytes.Length / 2));
    }

    protected override bool TryComputeLength(out long length)
    {
        length = bytes.Length;
        return true;
    }
}
