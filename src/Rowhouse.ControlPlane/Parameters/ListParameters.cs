using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Rowhouse.Contracts;
using Rowhouse.Modules.Http;
using Rowhouse.Modules.Paging;
using Rowhouse.Modules.Problems;
using Rowhouse.Tenancy;
using Rowhouse.Tenancy.AspNetCore.Problems;

namespace Rowhouse.ControlPlane.Parameters;

/// <summary>Parameters at and below a path, page by page.</summary>
internal static class ListParameters
{
    public static void Map(RouteGroupBuilder parameters) =>
        parameters.MapGet("", HandleAsync)
            .WithName(nameof(ListParameters))
            .WithSummary("Parameters at and below a path, in the order of their paths.")
            .WithProblems(RequestProblems.Invalid, RequestProblems.Malformed);

    private static async Task<Results<Ok<Page<ParameterResponse>>, ProblemHttpResult>> HandleAsync([AsParameters] Filter filter, ParameterReader reader, CancellationToken cancellationToken)
    {
        if (!ParameterScope.TryRead(filter.Path ?? "/", out var scope, out var problem) || !filter.TryReadPage(scope, out var limit, out var after, out problem))
        {
            return problem;
        }

        var found = await reader.ReadAsync(scope, after, limit + 1, cancellationToken);
        return TypedResults.Ok(new Page<ParameterResponse>([.. found.Take(limit).Select(parameter => parameter.ToResponse())], found.Count > limit ? found[limit - 1].Path.Value : null));
    }

    internal readonly record struct Filter
    {
        [FromQuery(Name = "path"), Description("A path, for example /accounts/ and an id; with a slash at its end without the parameter at the path itself. All by default.")]
        public string? Path { get; init; }

        [FromQuery(Name = "limit"), Description("How many to give at most, 1 to 200; 50 by default.")]
        public int? Limit { get; init; }

        [FromQuery(Name = "after"), Description("What the last page gave as next: the path of its last parameter.")]
        public string? After { get; init; }

        public bool TryReadPage(ParameterScope scope, out int limit, out ParameterPath? after, [NotNullWhen(false)] out ProblemHttpResult? problem)
        {
            var errors = new FieldErrors();
            limit = Limit ?? PageQuery.DefaultLimit;
            if (limit is < 1 or > PageQuery.MaxLimit)
            {
                errors.Add("limit", $"limit is a number from 1 to {PageQuery.MaxLimit}.");
            }

            after = null;
            if (!string.IsNullOrEmpty(After))
            {
                if (ParameterPath.TryParse(After, null, out var last) && scope.Covers(last) && (ParameterScope.TenantOf(last) is not null || last.IsBelow(PlatformParameters.Root)))
                {
                    after = last;
                }
                else
                {
                    errors.Add("after", "after is what the last page gave as next, for the same path.");
                }
            }

            problem = errors.IsEmpty ? null : errors.ToProblem();
            return errors.IsEmpty;
        }
    }
}
