using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Rowhouse.Tenancy.AspNetCore.Problems;

/// <summary>A kind of failure that callers can tell apart (RFC 9457): its name is stable, its texts may change.</summary>
/// <param name="Urn">The problem's <c>type</c>, <c>urn:rowhouse:{area}:{what}</c>.</param>
/// <param name="Status">The HTTP status it is answered with.</param>
/// <param name="Title">What it is, in a few words, the same each time.</param>
public sealed record ProblemType(string Urn, int Status, string Title)
{
    /// <summary>This problem, happening now.</summary>
    /// <param name="detail">What is wrong this time and what to do about it.</param>
    /// <param name="extensions">Further members of the problem.</param>
    public ProblemHttpResult With(string detail, IEnumerable<KeyValuePair<string, object?>>? extensions = null) =>
        TypedResults.Problem(detail, statusCode: Status, title: Title, type: Urn, extensions: extensions);

    /// <summary>This problem with what is wrong field by field.</summary>
    /// <param name="detail">What is wrong in all.</param>
    /// <param name="errors">Field → messages; fields in camelCase, nested ones with a point.</param>
    public ProblemHttpResult With(string detail, IReadOnlyDictionary<string, string[]> errors) => With(detail, [new("errors", errors)]);
}

/// <summary>Endpoint metadata: the problems that an endpoint may answer with. The OpenAPI document is completed from it.</summary>
/// <param name="Types">The problems.</param>
public sealed record ProblemsMetadata(IReadOnlyList<ProblemType> Types);

/// <summary>Says which problems an endpoint answers with.</summary>
public static class ProblemEndpointExtensions
{
    /// <summary>Names the problems that an endpoint may answer with, besides those that any endpoint of its kind has.</summary>
    /// <typeparam name="TBuilder">The endpoint or group.</typeparam>
    /// <param name="builder">The endpoint or group.</param>
    /// <param name="types">The problems.</param>
    public static TBuilder WithProblems<TBuilder>(this TBuilder builder, params ProblemType[] types)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new ProblemsMetadata(types));
}
