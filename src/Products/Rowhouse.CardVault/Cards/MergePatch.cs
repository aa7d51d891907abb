using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Rowhouse.CardVault.Cards;

/// <summary>JSON merge patch (RFC 7396): a member that is null goes, an object is merged, anything else replaces.</summary>
internal static class MergePatch
{
    /// <summary>The body of a request as a patch.</summary>
    /// <exception cref="BadHttpRequestException">It is no JSON.</exception>
    public static async Task<JsonElement> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await request.ReadFromJsonAsync<JsonElement>(cancellationToken);
        }
        catch (JsonException malformed)
        {
            throw new BadHttpRequestException("The change is no JSON.", malformed);
        }
    }

    /// <summary>What the target becomes.</summary>
    public static JsonNode? Apply(JsonNode? target, JsonElement patch)
    {
        if (patch.ValueKind != JsonValueKind.Object)
        {
            return JsonSerializer.SerializeToNode(patch);
        }

        // A new object each time: a node belongs to one parent.
        var merged = target is JsonObject existing ? (JsonObject)existing.DeepClone() : [];
        foreach (var member in patch.EnumerateObject())
        {
            if (member.Value.ValueKind == JsonValueKind.Null)
            {
                merged.Remove(member.Name);
            }
            else
            {
                merged[member.Name] = Apply(merged[member.Name], member.Value);
            }
        }

        return merged;
    }
}
