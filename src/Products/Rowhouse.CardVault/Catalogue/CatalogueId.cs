using System.Security.Cryptography;
using System.Text;

namespace Rowhouse.CardVault.Catalogue;

/// <summary>
/// The ids of the shared catalogue: name-based UUIDs of version 5 (RFC 9562), so that every installation and every home
/// gives one checklist card the same id and a second import finds what the first one wrote.
/// </summary>
internal static class CatalogueId
{
    private static readonly Guid Space = new("6d0f4c8e-2b51-5f0a-9c37-1989a0d70001");

    public static Guid OfRelease(string sport, int year, string release) => From(Name(sport, year, release));

    public static Guid OfSet(string sport, int year, string release, string set) => From(Name(sport, year, release, set));

    /// <summary>The id of a card, or with a variation of that.</summary>
    /// <param name="ordinal">Tells cards apart that share everything else, such as four unnumbered checklists: 0 for the first in the file.</param>
    public static Guid OfCard(string sport, int year, string release, string set, string number, string name, string variation, int ordinal) =>
        From(Name(sport, year, release, set, number, name, variation, ordinal));

    // U+001F, the unit separator, stands in no checklist: two lists of parts never give one name.
    private static string Name(params ReadOnlySpan<object> parts) =>
        string.Join('\u001f', parts.ToArray().Select(part => Convert.ToString(part, System.Globalization.CultureInfo.InvariantCulture)));

    private static Guid From(string name)
    {
        Span<byte> input = new byte[16 + Encoding.UTF8.GetByteCount(name)];
        _ = Space.TryWriteBytes(input, bigEndian: true, out _);
        _ = Encoding.UTF8.GetBytes(name, input[16..]);
        Span<byte> hash = stackalloc byte[20];
#pragma warning disable CA5350 // Version 5 is SHA-1 by definition; it names here, it protects nothing.
        _ = SHA1.HashData(input, hash);
#pragma warning restore CA5350
        hash[6] = (byte)((hash[6] & 0x0f) | 0x50);
        hash[8] = (byte)((hash[8] & 0x3f) | 0x80);
        return new(hash[..16], bigEndian: true);
    }
}
