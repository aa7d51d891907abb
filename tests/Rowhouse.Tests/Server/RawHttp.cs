using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Rowhouse.Tests.Server;

/// <summary>Sends bytes as they are: a client library would mend or refuse what these tests are about.</summary>
internal static class RawHttp
{
    /// <summary>Sends a request on a connection of its own.</summary>
    /// <param name="server">The server.</param>
    /// <param name="line">Method and target.</param>
    /// <param name="headers">The headers, besides <c>Host</c>, <c>Connection</c> and <c>Content-Length</c>; Latin-1, so that a char is a byte.</param>
    /// <param name="body">The body; <see langword="null"/> for none.</param>
    public static async Task<RawAnswer> SendAsync(Uri server, string line, IEnumerable<string> headers, byte[]? body, CancellationToken cancellationToken)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(server.Host, server.Port, cancellationToken);
        var stream = client.GetStream();
        var head = new StringBuilder($"{line} HTTP/1.1\r\nConnection: close\r\n");
        var given = headers.ToList();
        if (!given.Exists(header => header.StartsWith("Host:", StringComparison.Ordinal)))
        {
            given.Add($"Host: {server.Authority}");
        }

        if (body is not null && !given.Exists(header => header.StartsWith("Transfer-Encoding:", StringComparison.Ordinal)))
        {
            given.Add(string.Create(CultureInfo.InvariantCulture, $"Content-Length: {body.Length}"));
        }

        head.AppendJoin("\r\n", given).Append("\r\n\r\n");
        await stream.WriteAsync(Encoding.Latin1.GetBytes(head.ToString()), cancellationToken);
        using var received = new MemoryStream();
        try
        {
            await stream.WriteAsync(body ?? [], cancellationToken);
            await stream.CopyToAsync(received, cancellationToken);
        }
        catch (IOException)
        {
            // A server that does not want the rest of a body closes the connection; what it said before counts.
            await ReadLeftAsync(stream, received, cancellationToken);
        }

        return RawAnswer.Parse(Encoding.UTF8.GetString(received.ToArray()));
    }

    private static async Task ReadLeftAsync(NetworkStream stream, MemoryStream received, CancellationToken cancellationToken)
    {
        try
        {
            await stream.CopyToAsync(received, cancellationToken);
        }
        catch (IOException)
        {
            // Nothing is left.
        }
    }
}

/// <summary>What came back, up to the end of the connection.</summary>
public sealed record RawAnswer(int Status, string Head, string Body)
{
    public static RawAnswer Parse(string text)
    {
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        return end < 0 || !text.StartsWith("HTTP/1.1 ", StringComparison.Ordinal)
            ? new(0, "", text)
            : new(int.Parse(text.AsSpan(9, 3), CultureInfo.InvariantCulture), text[..end], text[(end + 4)..]);
    }
}
