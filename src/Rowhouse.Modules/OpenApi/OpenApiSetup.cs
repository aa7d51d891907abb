using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Rowhouse.Tenancy.AspNetCore.Admission;

namespace Rowhouse.Modules.OpenApi;

/// <summary>The document that describes the API.</summary>
internal static class OpenApiSetup
{
    public const string DocumentName = "v1";

    public static void AddApiDocument(this IServiceCollection services) =>
        services.AddOpenApi(DocumentName, options =>
        {
            options.AddSchemaTransformer<PlainSchemas>();
            options.AddOperationTransformer<ProblemResponses>();
            options.AddOperationTransformer<TenantAndSession>();
            options.AddDocumentTransformer<DocumentFrame>();
        });

    public static void MapApiDocument(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapOpenApi("/openapi/{documentName}.json").WithoutTenant().AllowAnonymous();
        endpoints.MapGet("/openapi.json", () => TypedResults.Redirect($"~/openapi/{DocumentName}.json"))
            .WithoutTenant().AllowAnonymous().ExcludeFromDescription();
    }
}
