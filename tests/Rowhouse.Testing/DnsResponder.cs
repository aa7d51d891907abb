using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Rowhouse.Testing;

/// <summary>A name server on the loopback interface, over UDP and TCP, that says what a test tells it to and nothing of other names (NXDOMAIN).</summary>
public sealed class DnsResponder : IDisposable
{
    private const int HeaderBytes = 12;
    private const ushort Txt = 16;
    private const ushort Alias = 5;
    private const ushort Truncated = 0x0200;

    private readonly ConcurrentDictionary<string, DnsAnswer> answers = new(StringComparer.OrdinalIgnoreCase);
    private readonly CancellationTokenSource stop = new();
    private readonly TcpListener tcp = new(IPAddress.Loopback, 0);
    private readonly UdpClient udp;
    private int asked;

    public DnsResponder()
    {
        tcp.Start();
        EndPoint = (IPEndPoint)tcp.LocalEndpoint;
        udp = new(EndPoint);
        _ = AnswerDatagramsAsync();
        _ = AnswerConnectionsAsync();
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>How often it was asked.</summary>
    public int Asked => Volatile.Read(ref asked);

    /// <summary>Says something of a name from now on.</summary>
    public void Say(string name, DnsAnswer answer) => answers[name] = answer;

    /// <summary>Has TXT records at a name from now on.</summary>
    public void Say(string name, params string[] texts) => Say(name, new DnsAnswer { Texts = texts });

    public void Dispose()
    {
        stop.Cancel();
        udp.Dispose();
        tcp.Dispose();
        stop.Dispose();
    }

    private async Task AnswerDatagramsAsync()
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                var question = await udp.ReceiveAsync(stop.Token);
                Interlocked.Increment(ref asked);
                if (await AnswerAsync(question.Buffer, overTcp: false) is { } answer)
                {
                    await udp.SendAsync(answer, question.RemoteEndPoint, stop.Token);
                }
            }
            catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException or SocketException)
            {
                // The test is over, or whoever asked has left.
            }
        }
    }

    private async Task AnswerConnectionsAsync()
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                using var client = await tcp.AcceptTcpClientAsync(stop.Token);
                var stream = client.GetStream();
                var length = new byte[2];
                await stream.ReadExactlyAsync(length, stop.Token);
                var question = new byte[BinaryPrimitives.ReadUInt16BigEndian(length)];
                await stream.ReadExactlyAsync(question, stop.Token);
                Interlocked.Increment(ref asked);
                if (await AnswerAsync(question, overTcp: true) is { } answer)
                {
                    BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)answer.Length);
                    await stream.WriteAsync((byte[])[.. length, .. answer], stop.Token);
                }
            }
            catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException or SocketException or IOException)
            {
                // As above.
            }
        }
    }

    // RFC 1035, 4.1: a header, the question as it was, and the records.
    private async Task<byte[]?> AnswerAsync(byte[] message, bool overTcp)
    {
        var (name, end) = ReadName(message);
        var answer = answers.GetValueOrDefault(name) ?? new() { Code = 3 };
        await answer.Until.WaitAsync(stop.Token);
        if (answer.IsSilent || answer.IsSilentOverTcp && overTcp)
        {
            return null;
        }

        var cut = answer.IsTruncated && !overTcp;
        using var written = new MemoryStream();
        written.Write(message, 0, 2);
        Write(written, (ushort)(0x8180 | (cut ? Truncated : 0) | answer.Code)); // an answer, as a resolver gives it
        var records = cut ? [] : Records(name, answer);
        Write(written, 1);
        Write(written, (ushort)records.Count);
        Write(written, 0);
        Write(written, 0);
        written.Write(message, HeaderBytes, end + 4 - HeaderBytes);
        foreach (var record in records)
        {
            written.Write(record);
        }

        return written.ToArray();
    }

    private static List<byte[]> Records(string name, DnsAnswer answer)
    {
        List<byte[]> records = [];
        if (answer.AliasOf is { } target)
        {
            records.Add(Record(name, Alias, Name(target)));
        }

        records.AddRange(answer.Texts.Select(text => Record(answer.AliasOf ?? name, Txt, [.. Encoding.UTF8.GetBytes(text).Chunk(answer.Piece).SelectMany(piece => (byte[])[(byte)piece.Length, .. piece])])));
        return records;
    }

    private static byte[] Record(string name, ushort type, byte[] data)
    {
        using var written = new MemoryStream();
        written.Write(Name(name));
        Write(written, type);
        Write(written, 1);
        Write(written, 0);
        Write(written, 60);
        Write(written, (ushort)data.Length);
        written.Write(data);
        return written.ToArray();
    }

    private static byte[] Name(string name) => [.. name.TrimEnd('.').Split('.').SelectMany(label => (byte[])[(byte)label.Length, .. Encoding.ASCII.GetBytes(label)]), 0];

    private static (string Name, int End) ReadName(byte[] message)
    {
        List<string> labels = [];
        var at = HeaderBytes;
        for (; message[at] > 0; at += message[at] + 1)
        {
            labels.Add(Encoding.ASCII.GetString(message, at + 1, message[at]));
        }

        return (string.Join('.', labels), at + 1);
    }

    private static void Write(Stream stream, ushort value)
    {
        Span<byte> bytes = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, value);
        stream.Write(bytes);
    }
}

/// <summary>What is said of a name.</summary>
public sealed record DnsAnswer
{
    /// <summary>The texts of its TXT records.</summary>
    public IReadOnlyList<string> Texts { get; init; } = [];

    /// <summary>The name that it is another name of (CNAME); the texts are that one's then.</summary>
    public string? AliasOf { get; init; }

    /// <summary>The response code: 0, 2 for a failure, 3 for no such name, 5 for a refusal.</summary>
    public int Code { get; init; }

    /// <summary>The longest piece of a text, in bytes.</summary>
    public int Piece { get; init; } = 255;

    /// <summary>What the answer waits for.</summary>
    public Task Until { get; init; } = Task.CompletedTask;

    /// <summary>Whether nothing is said at all.</summary>
    public bool IsSilent { get; init; }

    /// <summary>Whether a datagram has no room for the records, so that they are asked for over TCP.</summary>
    public bool IsTruncated { get; init; }

    /// <summary>Whether nothing is said over TCP.</summary>
    public bool IsSilentOverTcp { get; init; }
}
