using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Rowhouse.Modules.Http;

/// <summary>How the API reads and writes JSON.</summary>
internal static class JsonSetup
{
    /// <summary>What is wrong with a body in which a text has U+0000.</summary>
    public const string Nul = "A text has a NUL (U+0000), which no text here has.";

    public static void AddJson(this IServiceCollection services)
    {
        // In every environment alike: a request that cannot be read is explained, not just refused.
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        services.ConfigureHttpJsonOptions(options => Configure(options.SerializerOptions));
    }

    public static void Configure(JsonSerializerOptions json)
    {
        json.NumberHandling = JsonNumberHandling.Strict;
        json.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        json.RespectNullableAnnotations = true;
        json.RespectRequiredConstructorParameters = true;
        json.MaxDepth = 32;
        json.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false));
        json.TypeInfoResolver = (json.TypeInfoResolver ?? new DefaultJsonTypeInfoResolver()).WithAddedModifier(LeaveRequiredToValidation).WithAddedModifier(RefuseNul);
    }

    /// <summary>
    /// A missing or null field that says <c>[Required]</c> is found by validation, together with every other wrong field.
    /// The serializer alone would stop at the first and hide the rest.
    /// </summary>
    private static void LeaveRequiredToValidation(JsonTypeInfo type)
    {
        foreach (var property in type.Properties)
        {
            if (property.AttributeProvider?.IsDefined(typeof(RequiredAttribute), inherit: true) == true)
            {
                property.IsRequired = false;
                property.IsSetNullable = true;
            }
        }
    }

    /// <summary>PostgreSQL keeps no text with U+0000, and would be asked before it says so. Not a converter: the document would know texts no more.</summary>
    private static void RefuseNul(JsonTypeInfo type)
    {
        var texts = type.Properties.Where(property => property.Get is not null && (property.PropertyType == typeof(string) || property.PropertyType.IsAssignableTo(typeof(IEnumerable<string>)))).ToList();
        if (texts.Count > 0)
        {
            type.OnDeserialized = read =>
            {
                if (texts.Exists(text => HasNul(text.Get!(read)))) // the list has only those with one
                {
                    throw new JsonException(Nul);
                }
            };
        }
    }

    private static bool HasNul(object? value) => value switch
    {
        string text => text.Contains('\0', StringComparison.Ordinal),
        IEnumerable<string?> texts => texts.Any(HasNul),
        _ => false,
    };
}
