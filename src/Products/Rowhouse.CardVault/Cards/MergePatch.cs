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

    /// <summary>What the target becomes. An object is changed where it is: a patch that names one member many times would copy it as often.</summary>
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
