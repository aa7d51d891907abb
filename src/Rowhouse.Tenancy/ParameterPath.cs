using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Rowhouse.Tenancy;

/// <summary>
/// The name of a discovery parameter, such as <c>/accounts/01990000-…/cloud-type</c>: absolute and case-sensitive, at most 15 levels of
/// the letters a to z and A to Z, digits, <c>.</c>, <c>-</c> and <c>_</c>. The rules are those of AWS Systems Manager, so that a parameter
/// can be kept anywhere. <see langword="default"/> is a path that is not set.
/// </summary>
public readonly record struct ParameterPath : IParsable<ParameterPath>, IComparable<ParameterPath>
{
    /// <summary>The most levels that a path has.</summary>
    public const int MaxLevels = 15;

    /// <summary>The longest path, in characters: what Systems Manager leaves of 2048 for names that are one's own.</summary>
    public const int MaxLength = 1011;

    /// <summary>The longest value of a parameter, in bytes of UTF-8.</summary>
    public const int MaxValueBytes = 4096;

    private static readonly SearchValues<char> Letters = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_");

    // Throws where a text has half a character, which UTF-8 cannot say.
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly string? value;

    private ParameterPath(string value) => this.value = value;

    /// <summary>The text of the path.</summary>
    /// <exception cref="InvalidOperationException">The path is not set.</exception>
    public string Value => value ?? throw new InvalidOperationException("The path is not set.");

    /// <summary>Its levels, from the first.</summary>
    /// <exception cref="InvalidOperationException">The path is not set.</exception>
    public IReadOnlyList<string> Levels => Value[1..].Split('/');

    /// <summary>Says what is wrong with a text as a path.</summary>
    /// <param name="text">The text.</param>
    /// <returns>A sentence for the person who wrote it, or <see langword="null"/> when the text is a path.</returns>
    public static string? Explain(string? text)
    {
        if (text is not ['/', ..])
        {
            return "A path begins with a slash, for example /platform/postgres/shared-store.";
        }

        if (text.Length > MaxLength)
        {
            return $"A path has at most {MaxLength} characters.";
        }

        var levels = 0;
        foreach (var range in text.AsSpan(1).Split('/'))
        {
            if (ExplainLevel(text.AsSpan(1)[range], isFirst: levels++ == 0) is { } wrong)
            {
                return wrong;
            }
        }

        return levels > MaxLevels ? $"A path has at most {MaxLevels} levels; this one has {levels}." : null;
    }

    /// <summary>Says what is wrong with a text as the value of a parameter.</summary>
    /// <param name="text">The text.</param>
    /// <returns>A sentence for the person who wrote it, or <see langword="null"/> when the text can be a value.</returns>
    public static string? ExplainValue(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return "A value cannot be empty.";
        }

        try
        {
            return Strict.GetByteCount(text) > MaxValueBytes ? $"A value has at most {MaxValueBytes} bytes of UTF-8." : null;
        }
        catch (EncoderFallbackException)
        {
            return "A value is text that UTF-8 can write; this has half a character.";
        }
    }

    /// <summary>Whether this path is somewhere below another: <c>/a/bc</c> is below <c>/a</c>, and not below <c>/a/b</c>.</summary>
    /// <param name="other">The other path.</param>
    /// <exception cref="InvalidOperationException">One of the two is not set.</exception>
    public bool IsBelow(ParameterPath other) =>
        Value.Length > other.Value.Length && Value[other.Value.Length] == '/' && Value.StartsWith(other.Value, StringComparison.Ordinal);

    /// <inheritdoc/>
    public static ParameterPath Parse(string s, IFormatProvider? provider) => Explain(s) is { } wrong ? throw new FormatException(wrong) : new(s);

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out ParameterPath result)
    {
        if (s is not null && Explain(s) is null)
        {
            result = new(s);
            return true;
        }

        result = default;
        return false;
    }

    /// <summary>Compares by the characters' numbers. A path that is not set comes before all others.</summary>
    /// <param name="other">The other path.</param>
    public int CompareTo(ParameterPath other) => string.CompareOrdinal(value, other.value);

    /// <summary>Whether the first path comes before the second.</summary>
    /// <param name="left">The first.</param>
    /// <param name="right">The second.</param>
    public static bool operator <(ParameterPath left, ParameterPath right) => left.CompareTo(right) < 0;

    /// <summary>Whether the first path comes after the second.</summary>
    /// <param name="left">The first.</param>
    /// <param name="right">The second.</param>
    public static bool operator >(ParameterPath left, ParameterPath right) => left.CompareTo(right) > 0;

    /// <summary>Whether the first path comes before the second or is the same.</summary>
    /// <param name="left">The first.</param>
    /// <param name="right">The second.</param>
    public static bool operator <=(ParameterPath left, ParameterPath right) => left.CompareTo(right) <= 0;

    /// <summary>Whether the first path comes after the second or is the same.</summary>
    /// <param name="left">The first.</param>
    /// <param name="right">The second.</param>
    public static bool operator >=(ParameterPath left, ParameterPath right) => left.CompareTo(right) >= 0;

    /// <summary>The text of the path, or an empty text when it is not set.</summary>
    public override string ToString() => value ?? "";

    private static string? ExplainLevel(ReadOnlySpan<char> level, bool isFirst)
    {
        if (level.IsEmpty)
        {
            return "A path has no empty level: no two slashes beside each other, and none at its end.";
        }

        if (level.ContainsAnyExcept(Letters))
        {
            return "A level of a path has only letters a to z and A to Z, digits, '.', '-' and '_'.";
        }

        if (level is "." or "..")
        {
            return "A level of a path is neither '.' nor '..'.";
        }

        // Whatever follows: awsome is refused too, as Systems Manager does.
        return isFirst && (level.StartsWith("aws", StringComparison.OrdinalIgnoreCase) || level.StartsWith("ssm", StringComparison.OrdinalIgnoreCase))
            ? "The first level of a path does not begin with aws or ssm, in any case."
            : null;
    }
}
