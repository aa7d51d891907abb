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

    public static void AddApiDocument(this IServiceCollection services)
    {
        services.AddSingleton<ApiDocument>();
        services.AddOpenApi(DocumentName, options =>
        {
            options.AddSchemaTransformer<PlainSchemas>();
            options.AddOperationTransformer<ProblemResponses>();
            options.AddOperationTransformer<CallerHeaders>();
            options.AddDocumentTransformer<DocumentFrame>();
            options.AddDocumentTransformer<MergePatchBodies>();
        });
    }

    public static void MapApiDocument(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet($"/openapi/{DocumentName}.json", async (ApiDocument document) => TypedResults.Bytes(await document.Bytes, "application/json; charset=utf-8"))
            .WithoutTenant().AllowAnonymous().ExcludeFromDescription();

        // Encoded by hand: what the path names may have letters that no header takes.
        endpoints.MapGet("/openapi.json", (HttpRequest request) => TypedResults.Redirect($"{request.PathBase.ToUriComponent()}/openapi/{DocumentName}.json"))
            .WithoutTenant().AllowAnonymous().ExcludeFromDescription();
    }
}
