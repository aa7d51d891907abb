using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;
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
            var patch = await request.ReadFromJsonAsync<JsonElement>(cancellationToken);
            return IsText(patch) ? patch : throw new BadHttpRequestException("The change has a text that is no Unicode.");
        }
        catch (JsonException malformed)
        {
            throw new BadHttpRequestException("The change is no JSON.", malformed);
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
