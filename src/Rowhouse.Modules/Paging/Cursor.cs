using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Rowhouse.Modules.Paging;

/// <summary>
/// Where a page ended: the sort and the values of its last row. It holds nothing that the row did not show, and rows are guarded
/// where they lie, so it needs no secret; the digest turns a mangled cursor into a refusal instead of a wrong page.
/// </summary>
internal static class Cursor
{
    private const int DigestLength = 8;
    private const int MaxLength = 4096;

    // Else a letter beyond ASCII takes six bytes, and the cursor behind a long name is one that is not read back.
    private static readonly JsonSerializerOptions Unescaped = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Write(string sort, IEnumerable<string?> keys)
    {
        var payload = JsonSerializer.SerializeToUtf8Bytes<string?[]>([sort, .. keys], Unescaped);
        return Base64Url.EncodeToString([.. Digest(payload), .. payload]);
    }

    public static bool TryRead(string text, string sort, [NotNullWhen(true)] out IReadOnlyList<string?>? keys)
    {
        keys = null;
        if (text.Length > MaxLength || !Base64Url.IsValid(text))
        {
            return false;
        }

        // Whoever computes the digest by hand can still write anything here.
        try
        {
            var bytes = Base64Url.DecodeFromChars(text);
            if (bytes.Length <= DigestLength || !Digest(bytes.AsSpan(DigestLength)).SequenceEqual(bytes.AsSpan(0, DigestLength)))
            {
                return false;
            }

            if (JsonSerializer.Deserialize<string?[]>(bytes.AsSpan(DigestLength)) is not [var sorted, .. var values] || sorted != sort)
            {
                return false;
            }

            keys = values;
            return true;
        }
        catch (Exception mangled) when (mangled is JsonException or FormatException)
        {
            return false;
        }
    }

    private static ReadOnlySpan<byte> Digest(ReadOnlySpan<byte> payload) => SHA256.HashData(payload).AsSpan(0, DigestLength);
}
