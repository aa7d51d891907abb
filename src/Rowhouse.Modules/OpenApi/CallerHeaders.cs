using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Rowhouse.Modules.Idempotency;
using Rowhouse.Tenancy.AspNetCore.Admission;

namespace Rowhouse.Modules.OpenApi;

/// <summary>Says of every operation who may call it, where its tenant is named, and whether it takes a key to be sent again by.</summary>
internal sealed class CallerHeaders : IOpenApiOperationTransformer
{
    public const string Bearer = "bearer";
    public const string Cookie = "cookie";

    public Task TransformAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        operation.Security = metadata.OfType<IAllowAnonymous>().Any()
            ? []
            : [Requirement(Bearer, context.Document), Requirement(Cookie, context.Document)];
        if (metadata.OfType<TenantMetadata>().LastOrDefault() is not { Required: false })
        {
            operation.Parameters ??= [];
            operation.Parameters.Add(new OpenApiParameterReference(DocumentFrame.TenantParameter, context.Document));
        }

        if (metadata.OfType<IdempotencyMetadata>().Any())
        {
            operation.Parameters ??= [];
            operation.Parameters.Add(new OpenApiParameterReference(DocumentFrame.IdempotencyParameter, context.Document));
        }

        return Task.CompletedTask;
    }

    private static OpenApiSecurityRequirement Requirement(string scheme, OpenApiDocument? document) =>
        new() { [new OpenApiSecuritySchemeReference(scheme, document)] = [] };
}
