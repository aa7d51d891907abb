using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http;

namespace Rowhouse.Modules.Http;

/// <summary>JSON merge patch (RFC 7396): a member that is null goes, an object is merged, anything else replaces.</summary>
public static class MergePatch
{
    /// <summary>The body of a request as a patch.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="BadHttpRequestException">It is no JSON.</exception>
    public static async Task<JsonElement> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        try
        {
            var patch = await request.ReadFromJsonAsync<JsonElement>(cancellationToken);
            return IsText(patch) ? patch : throw new BadHttpRequestException("The change has a text that is no Unicode.");
        }
        catch (JsonException malformed)
        {
            throw new BadHttpRequestException("The change is no JSON.", malformed);
        }
    }

    /// <summary>The members of a patch that the thing does not have, as errors; at most <see cref="FieldErrors.Most"/>. A merge would keep <c>Name</c> beside <c>name</c>, and the serializer then takes the one for the other.</summary>
    /// <typeparam name="T">The thing, as requests write it.</typeparam>
    /// <param name="patch">A patch that is an object.</param>
    /// <param name="options">How the API reads JSON.</param>
    public static Dictionary<string, string[]> Unknown<T>(JsonElement patch, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var known = options.GetTypeInfo(typeof(T)).Properties.Select(property => property.Name).ToHashSet(StringComparer.Ordinal);
        return patch.EnumerateObject().Select(member => member.Name).Where(name => !known.Contains(name)).Distinct().Take(FieldErrors.Most).ToDictionary(name => name, _ => (string[])["This field is not known here."]);
    }

    /// <summary>What a thing becomes by a patch.</summary>
    /// <typeparam name="T">The thing, as requests write it.</typeparam>
    /// <param name="current">What it is.</param>
    /// <param name="patch">A patch that is an object.</param>
    /// <param name="options">How the API reads JSON.</param>
    /// <param name="changes">Whether that is anything else.</param>
    /// <exception cref="BadHttpRequestException">The patch makes something of another shape.</exception>
    public static T Over<T>(T current, JsonElement patch, JsonSerializerOptions options, out bool changes)
        where T : class
    {
        var node = JsonSerializer.SerializeToNode(current, options);
        var before = node?.DeepClone();
        try
        {
            var merged = Apply(node, patch).Deserialize<T>(options) ?? current;
            changes = !JsonNode.DeepEquals(before, JsonSerializer.SerializeToNode(merged, options));
            return merged;
        }
        catch (JsonException wrong)
        {
            throw new BadHttpRequestException("The change does not fit what it changes.", wrong);
        }
    }

    // The parser looks into a text only when somebody asks for it, and would then change it or throw.
    private static bool IsText(JsonElement patch)
    {
        var json = JsonMarshal.GetRawUtf8Value(patch);
        var reader = new Utf8JsonReader(json);
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName)
                {
                    reader.GetString();
                }
            }

            return Utf8.IsValid(json);
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>What the target becomes. An object is changed where it is: a patch that names one member many times would copy it as often.</summary>
    /// <param name="target">What it is.</param>
    /// <param name="patch">The patch.</param>
    public static JsonNode? Apply(JsonNode? target, JsonElement patch)
    {
        if (patch.ValueKind != JsonValueKind.Object)
        {
            return JsonSerializer.SerializeToNode(patch);
        }

        var merged = target as JsonObject ?? [];
        foreach (var member in patch.EnumerateObject())
        {
            if (member.Value.ValueKind == JsonValueKind.Null)
            {
                merged.Remove(member.Name);
            }
            else if (Apply(merged[member.Name], member.Value) is var value && value != merged[member.Name])
            {
                merged[member.Name] = value;        // A node that is there already has its parent.
            }
        }

        return merged;
    }
}
