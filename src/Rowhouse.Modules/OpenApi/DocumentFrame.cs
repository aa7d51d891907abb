using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Rowhouse.Modules.Idempotency;

namespace Rowhouse.Modules.OpenApi;

/// <summary>What the document says once for all operations.</summary>
internal sealed class DocumentFrame : IOpenApiDocumentTransformer
{
    public const string TenantParameter = "Tenant";
    public const string IdempotencyParameter = "IdempotencyKey";

    public Task TransformAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Info = new()
        {
            Title = "Rowhouse",
            Version = OpenApiSetup.DocumentName,
            Description = "Times are ISO 8601 with offset, money is a decimal text with its currency, lists are pages. "
                + "Failures are problems (RFC 9457) that are told apart by their type. Members that are not described here are refused.",
        };

        // Relative: the document is right under whatever address it was read from.
        document.Servers = [new() { Url = "/" }];
        document.Components ??= new();
        document.Components.Schemas ??= new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal);
        document.Components.Schemas[ProblemResponses.SchemaName] = ProblemResponses.Schema();
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>(StringComparer.Ordinal)
        {
            [CallerHeaders.Bearer] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                Description = "The token that POST /api/session gives.",
            },
            [CallerHeaders.Cookie] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.ApiKey,
                In = ParameterLocation.Cookie,
                Name = "rowhouse-session",
                Description = "Set by POST /api/session?cookie=true; __Host-rowhouse-session over https. A change needs X-Rowhouse-Request: 1 and a same-origin Origin as well.",
            },
        };
        document.Components.Parameters = new Dictionary<string, IOpenApiParameter>(StringComparer.Ordinal)
        {
            [TenantParameter] = new OpenApiParameter
            {
                Name = "X-Tenant-Id",
                In = ParameterLocation.Header,
                Description = "The tenant's id, slug or external id. Not needed where the path begins with /t/{slug} or the host names the tenant; X-Account-Id says the same.",
                Schema = new OpenApiSchema { Type = JsonSchemaType.String },
            },
            [IdempotencyParameter] = new OpenApiParameter
            {
                Name = IdempotencyKey.Header,
                In = ParameterLocation.Header,
                Description = "Names the request, so that it can be sent again without its effect being had twice: for 24 hours the same key with the same path, query and body "
                    + $"gets the first success again, with {AnswerAgain.Header}: true and without what is shown once. A refusal is not kept.",
                Schema = new OpenApiSchema { Type = JsonSchemaType.String, MinLength = 1, MaxLength = IdempotencyKey.MaxLength, Pattern = "^[!-~]+$" },
            },
        };
        return Task.CompletedTask;
    }
}
