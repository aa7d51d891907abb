using System.Globalization;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Rowhouse.Modules.Access;
using Rowhouse.Modules.Problems;
using Rowhouse.Tenancy.AspNetCore.Admission;
using Rowhouse.Tenancy.AspNetCore.Problems;

namespace Rowhouse.Modules.OpenApi;

/// <summary>Names the problems of every operation: its own, and those that follow from what it asks for.</summary>
internal sealed class ProblemResponses : IOpenApiOperationTransformer
{
    public const string SchemaName = "Problem";

    public Task TransformAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        operation.Responses ??= [];
        var changes = !HttpMethods.IsGet(context.Description.HttpMethod ?? HttpMethods.Get);
        foreach (var problems in All(metadata, changes).Distinct().GroupBy(problem => problem.Status).OrderBy(group => group.Key))
        {
            operation.Responses[problems.Key.ToString(CultureInfo.InvariantCulture)] = new OpenApiResponse
            {
                Description = string.Join("\n", problems.Select(problem => $"`{problem.Urn}` {problem.Title}")),
                Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
                {
                    ["application/problem+json"] = new() { Schema = new OpenApiSchemaReference(SchemaName, context.Document) },
                },
            };
        }

        return Task.CompletedTask;
    }

    public static OpenApiSchema Schema() => new()
    {
        Type = JsonSchemaType.Object,
        Description = "What went wrong (RFC 9457).",
        Required = new HashSet<string>(StringComparer.Ordinal) { "type", "title", "status", "traceId" },
        Properties = new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal)
        {
            ["type"] = Text("The kind of problem: stable, to be told apart by."),
            ["title"] = Text("The kind of problem in words."),
            ["status"] = new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int32", Description = "The HTTP status." },
            ["detail"] = Text("What is wrong this time and what to do about it."),
            ["traceId"] = Text("The request, to be quoted when asking for help."),
            ["errors"] = new OpenApiSchema
            {
                Type = JsonSchemaType.Object,
                Description = "What is wrong field by field.",
                AdditionalProperties = new OpenApiSchema { Type = JsonSchemaType.Array, Items = new OpenApiSchema { Type = JsonSchemaType.String } },
            },
        },
    };

    private static IEnumerable<ProblemType> All(IList<object> metadata, bool changes)
    {
        foreach (var own in metadata.OfType<ProblemsMetadata>().SelectMany(problems => problems.Types))
        {
            yield return own;
        }

        if (metadata.OfType<IAcceptsMetadata>().Any())
        {
            yield return RequestProblems.Malformed;
            yield return RequestProblems.Invalid;
            yield return RequestProblems.TooLarge;
            yield return RequestProblems.UnsupportedType;
            yield return RequestProblems.TooSlow;
        }

        if (!metadata.OfType<IAllowAnonymous>().Any())
        {
            yield return AccessProblems.SignInRequired;
            if (changes)
            {
                yield return AccessProblems.CrossSite;
            }
        }

        yield return TenancyProblems.Conflicting;
        yield return TenancyProblems.BoundCredential;
        if (metadata.OfType<TenantMetadata>().LastOrDefault() is not { Required: false })
        {
            yield return TenancyProblems.NoTenant;
            yield return TenancyProblems.Unknown;
            yield return TenancyProblems.Deleted;
            yield return TenancyProblems.Suspended;
            yield return TenancyProblems.Provisioning;
            yield return TenancyProblems.CatalogueUnreachable;
            yield return RequestProblems.TooMany; // of tenants that are not the caller's
            if (changes)
            {
                yield return TenancyProblems.Moving;
            }
        }

        if (metadata.OfType<ProductMetadata>().Any())
        {
            yield return AccessProblems.NotSubscribed;
        }

        if (metadata.OfType<PermissionMetadata>().Any() || metadata.OfType<SuperAdminMetadata>().Any())
        {
            yield return AccessProblems.NotAllowed;
        }

        yield return RequestProblems.Failed;
        yield return RequestProblems.Stopping;
        yield return RequestProblems.Busy;
        yield return RequestProblems.StoreUnavailable;
    }

    private static OpenApiSchema Text(string description) => new() { Type = JsonSchemaType.String, Description = description };
}
