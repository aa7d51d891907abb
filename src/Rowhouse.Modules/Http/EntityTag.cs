using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using Rowhouse.Modules.Problems;

namespace Rowhouse.Modules.Http;

/// <summary>The version of a thing as its entity tag, so that nobody overwrites what they have not seen.</summary>
public static class EntityTag
{
    /// <summary>Names the version in the answer.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="version">The version.</param>
    public static void Set(HttpResponse response, long version)
    {
        ArgumentNullException.ThrowIfNull(response);
        response.Headers.ETag = string.Create(CultureInfo.InvariantCulture, $"\"{version}\"");
    }

    /// <summary>Whether the caller's <c>If-Match</c>, where there is one, is this version.</summary>
    /// <param name="request">The request.</param>
    /// <param name="version">The version that is stored.</param>
    /// <returns><see langword="null"/> where the change may go on, else the answer to give.</returns>
    public static ProblemHttpResult? Check(HttpRequest request, long version)
    {
        ArgumentNullException.ThrowIfNull(request);
        var given = request.Headers.IfMatch;
        if (StringValues.IsNullOrEmpty(given))
        {
            return null;
        }

        if (!EntityTagHeaderValue.TryParseStrictList(given, out var tags))
        {
            return RequestProblems.Malformed.With("If-Match is an entity tag as it came in ETag, in quotation marks.");
        }

        var current = string.Create(CultureInfo.InvariantCulture, $"\"{version}\"");
        return tags.Any(tag => tag.Equals(EntityTagHeaderValue.Any) || (!tag.IsWeak && tag.Tag == current))
            ? null
            : RequestProblems.ChangedMeanwhile.With("It was changed since you read it. Read it again, look at what changed, and decide anew.");
    }
}
