using System.Buffers;
using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Rowhouse.Tenancy;

/// <summary>
/// The short name of a tenant in addresses: <c>[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?</c>, a DNS label (RFC 1123).
/// It never changes. Names with a meaning of their own (<c>www</c>, <c>api</c> …), punycode labels and a UUID in its form
/// of 36 characters are refused. <see langword="default"/> is a slug that is not set.
/// </summary>
public readonly record struct Slug : IParsable<Slug>
{
    /// <summary>The longest slug, in characters: the longest label of a host name.</summary>
    public const int MaxLength = 63;

    /// <summary>The longest slug that <see cref="FromName"/> makes, which leaves room for a number behind it.</summary>
    public const int MaxLengthFromName = 40;

    private static readonly FrozenSet<string> Reserved = FrozenSet.ToFrozenSet(
    [
        "www", "api", "app", "admin", "t", "auth", "login", "docs", "health", "openapi", "static", "assets", "mail", "platform", "rowhouse", "localhost",
    ], StringComparer.Ordinal);

    private static readonly SearchValues<char> Letters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    private readonly string? value;

    private Slug(string value) => this.value = value;

    /// <summary>The text of the slug.</summary>
    /// <exception cref="InvalidOperationException">The slug is not set.</exception>
    public string Value => value ?? throw new InvalidOperationException("The slug is not set.");

    /// <summary>Whether a text is one of the names with a meaning of their own, which no tenant can have: <c>www</c>, <c>api</c> …</summary>
    /// <param name="text">The text, in lower case.</param>
    public static bool IsReserved(ReadOnlySpan<char> text) => Reserved.GetAlternateLookup<ReadOnlySpan<char>>().Contains(text);

    /// <summary>Says what is wrong with a text as a slug.</summary>
    /// <param name="text">The text.</param>
    /// <returns>A sentence for the person who chose it, or <see langword="null"/> when the text is a slug.</returns>
    public static string? Explain(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return "A slug cannot be empty.";
        }

        if (text.Length > MaxLength)
        {
            return $"A slug has at most {MaxLength} characters.";
        }

        if (text[0] == '-' || text[^1] == '-' || text.AsSpan().ContainsAnyExcept(Letters))
        {
            return "A slug has only the letters a to z, digits and hyphens, and starts and ends with a letter or digit.";
        }

        if (Reserved.Contains(text) || text.StartsWith("xn--", StringComparison.Ordinal))
        {
            return $"The slug '{text}' is reserved.";
        }

        // Only in this form: 1989 is a good slug, though it is an IP address to .NET. A dotted one has letters that no slug has.
        return Guid.TryParseExact(text, "D", out _) ? "A slug cannot read as a UUID." : null;
    }

    /// <summary>Makes a slug from a name: transliterated, lower case, hyphens between words, at most 40 characters.</summary>
    /// <param name="name">The name of an organisation.</param>
    /// <param name="slug">The slug.</param>
    /// <returns><see langword="false"/> when nothing usable is left of the name.</returns>
    public static bool FromName(string name, out Slug slug)
    {
        ArgumentNullException.ThrowIfNull(name);
        var text = new StringBuilder(name.Length);

        // U+FFFE is no character, and Normalize throws on it.
        foreach (var rune in name.Replace('\uFFFE', ' ').Normalize(NormalizationForm.FormKD).EnumerateRunes())
        {
            if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark || rune.Value is '\'' or '\u2019')
            {
                continue;
            }

            var plain = Transliterate(rune);
            if (plain.Length > 0)
            {
                text.Append(plain);
            }
            else if (text.Length > 0 && text[^1] != '-')
            {
                text.Append('-');
            }
        }

        if (text.Length > MaxLengthFromName)
        {
            text.Length = MaxLengthFromName;
        }

        return TryParse(text.ToString().Trim('-'), CultureInfo.InvariantCulture, out slug);
    }

    /// <inheritdoc/>
    public static Slug Parse(string s, IFormatProvider? provider) => Explain(s) is { } wrong ? throw new FormatException(wrong) : new(s);

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out Slug result)
    {
        if (s is not null && Explain(s) is null)
        {
            result = new(s);
            return true;
        }

        result = default;
        return false;
    }

    /// <summary>The text of the slug, or an empty text when it is not set.</summary>
    public override string ToString() => value ?? "";

    // Letters that Unicode does not decompose; everything else outside ASCII separates words.
    private static string Transliterate(Rune rune) => rune.Value switch
    {
        >= 'a' and <= 'z' or >= '0' and <= '9' => ((char)rune.Value).ToString(),
        >= 'A' and <= 'Z' => ((char)(rune.Value | 0x20)).ToString(),
        'ß' or 'ẞ' => "ss",
        'æ' or 'Æ' => "ae",
        'œ' or 'Œ' => "oe",
        'ø' or 'Ø' => "o",
        'đ' or 'Đ' or 'ð' or 'Ð' => "d",
        'ħ' or 'Ħ' => "h",
        'ł' or 'Ł' => "l",
        'ŧ' or 'Ŧ' => "t",
        'þ' or 'Þ' => "th",
        'ı' => "i",
        _ => "",
    };
}
