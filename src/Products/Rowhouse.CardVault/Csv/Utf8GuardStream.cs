using System.Text;
using System.Text.Unicode;

namespace Rowhouse.CardVault.Csv;

/// <summary>
/// Lets through what is UTF-8 text of a bounded length and refuses the rest, naming line and byte. Without it a reader would
/// replace what it cannot decode, and a name with an accent would be stored as a question mark.
/// </summary>
/// <param name="inner">Where the bytes come from; not closed.</param>
/// <param name="limit">How many bytes may come.</param>
internal sealed class Utf8GuardStream(Stream inner, long limit) : Stream
{
    private readonly byte[] open = new byte[4];
    private int openLength;
    private long bytes;
    private long line = 1;
    private byte last = (byte)'\n';

    /// <summary>Whether what was read so far does not end with a line's end.</summary>
    public bool EndsInsideLine => last is not ((byte)'\n' or (byte)'\r');

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await inner.ReadAsync(buffer, cancellationToken);
        if (bytes + read > limit)
        {
            throw new CsvRefusedException($"The file has more than {limit / (1024 * 1024)} MB. Split it.", tooLarge: true);
        }

        Check(buffer.Span[..read], isEnd: read == 0 && buffer.Length > 0);
        last = read > 0 ? buffer.Span[read - 1] : last;
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Read asynchronously: a request's body is.");

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private void Check(ReadOnlySpan<byte> chunk, bool isEnd)
    {
        if (isEnd && openLength > 0)
        {
            throw NotText(bytes - openLength);
        }

        // A character may lie across two reads.
        while (openLength > 0 && chunk.Length > 0)
        {
            open[openLength++] = chunk[0];
            bytes++;
            chunk = chunk[1..];
            var status = Rune.DecodeFromUtf8(open.AsSpan(0, openLength), out _, out _);
            if (status == System.Buffers.OperationStatus.InvalidData)
            {
                throw NotText(bytes - openLength);
            }

            if (status == System.Buffers.OperationStatus.Done)
            {
                openLength = 0;
            }
        }

        var whole = chunk[..^Unfinished(chunk)];
        if (!Utf8.IsValid(whole) || whole.Contains((byte)0))
        {
            Locate(whole);
        }

        line += whole.Count((byte)'\n');
        bytes += chunk.Length;
        if (whole.Length < chunk.Length)
        {
            chunk[whole.Length..].CopyTo(open);
            openLength = chunk.Length - whole.Length;
        }
    }

    private void Locate(ReadOnlySpan<byte> chunk)
    {
        var position = bytes;
        while (chunk.Length > 0)
        {
            if (Rune.DecodeFromUtf8(chunk, out var rune, out var consumed) != System.Buffers.OperationStatus.Done || rune.Value == 0)
            {
                throw NotText(position);
            }

            line += rune.Value == '\n' ? 1 : 0;
            position += consumed;
            chunk = chunk[consumed..];
        }
    }

    private static int Unfinished(ReadOnlySpan<byte> chunk)
    {
        for (var back = 1; back <= Math.Min(3, chunk.Length); back++)
        {
            var lead = chunk[^back];
            if ((lead & 0xc0) == 0x80)
            {
                continue;
            }

            var length = lead switch { >= 0xf0 => 4, >= 0xe0 => 3, >= 0xc0 => 2, _ => 1 };
            return length > back ? back : 0;
        }

        return 0;
    }

    private CsvRefusedException NotText(long position) =>
        new($"The file is not UTF-8 text: line {line}, byte offset {position} of the file. Save it as \"CSV UTF-8\" and send it again.");
}
