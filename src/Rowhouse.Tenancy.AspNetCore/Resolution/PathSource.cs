using System.Buffers;
using Microsoft.AspNetCore.Http;

namespace Rowhouse.Tenancy.AspNetCore.Resolution;

/// <summary>The segment after a fixed prefix of the path. Prefix and segment move to the path base, so that routes do not know of them.</summary>
internal sealed class PathSource : ITenantSource
{
    private const string TenantSegment = "/{tenant}";

    private static readonly SearchValues<char> NotInPrefix = SearchValues.Create("{}*?#%");

    private readonly PathString prefix;

    public PathSource(string template)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(template);
        var before = template.EndsWith(TenantSegment, StringComparison.Ordinal) ? template[..^TenantSegment.Length] : "";
        if (!IsPrefix(before))
        {
            throw new ArgumentException($"'{template}' cannot be a path template: it is fixed segments and then {{tenant}}, for example /t/{{tenant}}.", nameof(template));
        }

        prefix = before;
    }

    /// <summary>Refuses what cannot stand before the tenant in a path.</summary>
    /// <exception cref="ArgumentException">It cannot.</exception>
    public static void CheckPrefix(string prefix)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        if (!IsPrefix(prefix))
        {
            throw new ArgumentException($"'{prefix}' cannot stand before the tenant in a path: it is fixed segments, for example /t.", nameof(prefix));
        }
    }

    private static bool IsPrefix(string prefix) =>
        prefix.Length >= 2 && prefix[0] == '/' && prefix[^1] != '/' && !prefix.AsSpan().ContainsAny(NotInPrefix) && !prefix.Contains("//", StringComparison.Ordinal);

    public void Read(HttpContext context, TenantMentions mentions)
    {
        var request = context.Request;
        if (!request.Path.StartsWithSegments(prefix, StringComparison.OrdinalIgnoreCase, out var matched, out var rest) || rest.Value is not ['/', .. var after])
        {
            return;
        }

        var end = after.IndexOf('/');
        var segment = end < 0 ? after : after[..end];
        mentions.Add(IdentifierKind.Name, segment);

        // By constructor: the conversion from a string decodes, and the path is decoded already.
        request.PathBase = request.PathBase.Add(matched).Add(new PathString("/" + segment));
        request.Path = end < 0 ? PathString.Empty : new PathString(after[end..]);
    }
}
