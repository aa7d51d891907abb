using System.Buffers;

namespace Rowhouse.Tenancy.AspNetCore.Resolution;

internal static class SourceNames
{
    // RFC 9110, 5.6.2: what a header's name is made of. Query parameters that need more are asking for trouble.
    private static readonly SearchValues<char> Token = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-.^_`|~");

    /// <summary>Refuses a name that no request can have.</summary>
    /// <exception cref="ArgumentException">It is empty, or has a character that it cannot have.</exception>
    public static void Check(string name, string what)
    {
        ArgumentNullException.ThrowIfNull(name);
        var wrong = name.AsSpan().IndexOfAnyExcept(Token);
        if (name.Length == 0 || wrong >= 0)
        {
            throw new ArgumentException(name.Length == 0 ? $"The name of {what} cannot be empty." : $"'{name}' cannot be the name of {what}: it cannot have '{name[wrong]}'.", nameof(name));
        }
    }
}
