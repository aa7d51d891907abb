using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
using Rowhouse.Contracts;

namespace Rowhouse.Modules.Idempotency;

/// <summary>Writes answers as the API does, but for what they show once.</summary>
internal sealed class KeptJson(IOptions<JsonOptions> api)
{
    private readonly JsonSerializerOptions json = new(api.Value.SerializerOptions)
    {
        TypeInfoResolver = api.Value.SerializerOptions.TypeInfoResolver!.WithAddedModifier(LeaveOutSecrets), // JsonSetup sets it
    };

    public string Write(object value) => JsonSerializer.Serialize(value, value.GetType(), json);

    private static void LeaveOutSecrets(JsonTypeInfo type)
    {
        foreach (var property in type.Properties.Where(property => property.AttributeProvider?.IsDefined(typeof(OneTimeSecretAttribute), inherit: true) == true))
        {
            property.ShouldSerialize = (_, _) => false;
        }
    }
}
