using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Rowhouse.Tenancy;

namespace Rowhouse.Modules.OpenApi;

/// <summary>Schemas that say what the API takes and gives, where the generator says something else.</summary>
internal sealed class PlainSchemas : IOpenApiSchemaTransformer
{
    public Task TransformAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        var type = context.JsonTypeInfo.Type;
        if (type == typeof(TenantId))
        {
            schema.Type = JsonSchemaType.String;
            schema.Format = "uuid";
        }

        // One nullable use of an enum would make null a value of the shared component.
        if ((Nullable.GetUnderlyingType(type) ?? type) is { IsEnum: true } enumeration)
        {
            schema.Type = JsonSchemaType.String;
            schema.Enum = [.. Enum.GetNames(enumeration).Select(name => JsonSerializer.SerializeToNode(JsonNamingPolicy.CamelCase.ConvertName(name))!)];
        }

        // What validation asks for is required and not null, though the serializer lets both pass for validation to find.
        foreach (var property in context.JsonTypeInfo.Properties)
        {
            if (property.AttributeProvider?.IsDefined(typeof(RequiredAttribute), inherit: true) != true)
            {
                continue;
            }

            schema.Required ??= new HashSet<string>(StringComparer.Ordinal);
            schema.Required.Add(property.Name);
            if (schema.Properties?[property.Name] is OpenApiSchema { Type: { } declared } plain)
            {
                plain.Type = declared & ~JsonSchemaType.Null;
            }
        }

        return Task.CompletedTask;
    }
}
