using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Rowhouse.Modules.OpenApi;

/// <summary>A merge patch has the fields of what it changes, and needs none of them.</summary>
internal sealed class MergePatchBodies : IOpenApiDocumentTransformer
{
    private const string MediaType = "application/merge-patch+json";

    public Task TransformAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        var bodies = document.Paths.Values.Select(path => path.Operations).OfType<Dictionary<HttpMethod, OpenApiOperation>>().SelectMany(operations => operations.Values).Select(operation => operation.RequestBody?.Content).OfType<IDictionary<string, OpenApiMediaType>>();
        foreach (var media in bodies.Where(body => body.ContainsKey(MediaType)).SelectMany(body => body.Values))
        {
            if (media.Schema is OpenApiSchemaReference { Reference.Id: { } whole } && document.Components?.Schemas?.TryGetValue(whole, out var schema) == true && schema.Required is { Count: > 0 })
            {
                var name = $"{whole}Patch";
                if (!document.Components.Schemas.ContainsKey(name))
                {
                    var patch = (OpenApiSchema)schema.CreateShallowCopy(); // of a component, which is no reference
                    patch.Required = null;
                    document.Components.Schemas[name] = patch;
                }

                media.Schema = new OpenApiSchemaReference(name, document);
            }
        }

        return Task.CompletedTask;
    }
}
