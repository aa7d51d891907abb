using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Rowhouse.Tenancy.Caching;

/// <summary>
/// The names of one tenant's values and tags of one type: <c>t:{tenant}:{type}:{what was asked for}</c>. The first two have no colon
/// and the last is the rest, so whatever is asked for stays below its tenant and type, and different texts have different names.
/// </summary>
/// <param name="tenant">Whose they are.</param>
/// <param name="type">Their type, as <see cref="NameOf"/> gives it.</param>
internal sealed class TenantKeys(TenantId tenant, string type)
{
    private const int LongestReadable = 200;
    private const string TenantLead = "t:";
    private const int IdLength = 32;

    private static readonly SearchValues<char> surrogates = SearchValues.Create([.. Enumerable.Range(0xD800, 0x800).Select(code => (char)code)]);

    private readonly string lead = $"{TagOf(tenant)}:{type}";

    /// <summary>The tag of everything of this type.</summary>
    public string TypeTag => lead;

    /// <summary>The name of a value or of a tag.</summary>
    /// <param name="text">What the product calls it.</param>
    public string Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return $"{lead}:{Name(text)}";
    }

    /// <summary>All tags of a value.</summary>
    /// <param name="tags">Those that the product gave it.</param>
    public string[] Tags(IReadOnlyList<string> tags)
    {
        var all = new string[tags.Count + 2];
        all[0] = TagOf(tenant);
        all[1] = TypeTag;
        for (var i = 0; i < tags.Count; i++)
        {
            all[i + 2] = Of(tags[i]);
        }

        return all;
    }

    /// <summary>The tag of everything that is a tenant's.</summary>
    /// <param name="tenant">The tenant.</param>
    public static string TagOf(TenantId tenant) => string.Create(CultureInfo.InvariantCulture, $"{TenantLead}{tenant.Value:N}");

    /// <summary>A type's name in keys.</summary>
    /// <param name="type">The type.</param>
    public static string NameOf(Type type) => type.ToString().Replace("%", "%25", StringComparison.Ordinal).Replace(":", "%3A", StringComparison.Ordinal);

    /// <summary>The type that a value's name has.</summary>
    /// <param name="name">A name that was made here.</param>
    public static string TypeOf(string name) => name.Split(':', 4) is [_, _, var type, ..] ? type : "";

    /// <summary>Whose a name is; empty for those that are no tenant's.</summary>
    /// <param name="name">A name that was made here.</param>
    public static Guid OwnerOf(ReadOnlySpan<char> name) =>
        name.StartsWith(TenantLead, StringComparison.Ordinal) && name.Length >= TenantLead.Length + IdLength && Guid.TryParseExact(name.Slice(TenantLead.Length, IdLength), "N", out var id)
            ? id
            : Guid.Empty;

    // Redis has keys in UTF-8, in which all broken surrogates are one character; and a key of any length would cost any memory.
    private static string Name(string text) => text.Length <= LongestReadable && !text.AsSpan().ContainsAny(surrogates)
        ? $"={text}"
        : $"#{Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(text.AsSpan())))}";
}
