using System.Buffers;
using Microsoft.Extensions.Primitives;

namespace Rowhouse.Modules.Idempotency;

/// <summary>What a caller names a request by, to send it again without its effect being had twice.</summary>
/// <param name="Route">The method and the route's pattern: a key is free again on another one.</param>
/// <param name="Value">What the caller sent.</param>
public readonly record struct IdempotencyKey(string Route, string Value)
{
    /// <summary>The header.</summary>
    public const string Header = "Idempotency-Key";

    /// <summary>For how long an answer is given again.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    /// <summary>The longest value.</summary>
    public const int MaxLength = 255;

    private static readonly SearchValues<char> Visible = SearchValues.Create([.. Enumerable.Range('!', '~' - '!' + 1).Select(code => (char)code)]);

    /// <summary>Whether a header's values are one key: 1 to 255 visible characters of ASCII.</summary>
    internal static bool IsValid(StringValues given) => given is [{ Length: > 0 and <= MaxLength } value] && !value.AsSpan().ContainsAnyExcept(Visible);
}
