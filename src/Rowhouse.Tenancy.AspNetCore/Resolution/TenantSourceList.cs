namespace Rowhouse.Tenancy.AspNetCore.Resolution;

/// <summary>
/// Places where requests name their tenant, as a configuration writes them, a line each:
/// <c>host {tenant}.example.com</c>, <c>origin {tenant}.example.com</c>, <c>path /t/{tenant}</c>, <c>header X-Tenant-Id</c>, <c>query tenant</c>,
/// <c>claim org_id</c>, <c>claim org_id https://issuer.example</c> or <c>claim org_id https://issuer.example prefix:</c>, <c>api-key X-Api-Key</c>.
/// </summary>
public static class TenantSourceList
{
    private static readonly Dictionary<string, string> Examples = new(StringComparer.Ordinal)
    {
        ["host"] = "host {tenant}.example.com",
        ["origin"] = "origin {tenant}.example.com",
        ["path"] = "path /t/{tenant}",
        ["header"] = "header X-Tenant-Id",
        ["query"] = "query tenant",
        ["claim"] = "claim org_id https://issuer.example",
        ["api-key"] = "api-key X-Api-Key",
    };

    /// <summary>Reads a list.</summary>
    /// <param name="lines">The lines.</param>
    /// <returns>The places, in the order of the lines.</returns>
    /// <exception cref="FormatException">A line cannot be understood or is there twice; the message quotes it and says which part is wrong.</exception>
    public static IReadOnlyList<ITenantSource> Parse(IEnumerable<string> lines)
    {
        ArgumentNullException.ThrowIfNull(lines);
        var sources = new List<ITenantSource>();
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var line in lines)
        {
            var words = (line ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            try
            {
                sources.Add(Read(words));
            }
            catch (Exception wrong) when (wrong is ArgumentException or FormatException)
            {
                var reason = wrong is ArgumentException { ParamName: { } parameter } ? wrong.Message.Replace($" (Parameter '{parameter}')", "", StringComparison.Ordinal) : wrong.Message;
                throw new FormatException($"'{line}' names no place of a request: {reason}", wrong);
            }

            if (!seen.Add(string.Join(' ', words)))
            {
                throw new FormatException($"'{line}' is there twice.");
            }
        }

        return sources;
    }

    private static ITenantSource Read(string[] words) => words switch
    {
        ["host", var template] => TenantSources.Host(template),
        ["origin", var template] => TenantSources.Origin(template),
        ["path", var template] => TenantSources.Path(template),
        ["header", var name] => TenantSources.Header(name),
        ["query", var name] => TenantSources.Query(name),
        ["claim", var type] => TenantSources.Claim(type),
        ["claim", var type, var issuer] => TenantSources.Claim(type, issuer),
        ["claim", var type, var issuer, var prefix] => TenantSources.Claim(type, issuer, prefix),
        ["api-key", var header] => TenantSources.ApiKey(header),
        [] => throw new FormatException($"it is empty. An example is '{Examples["host"]}'."),
        [var place, ..] when !Examples.ContainsKey(place) => throw new FormatException($"'{place}' is not one of {string.Join(", ", Examples.Keys)}."),
        [var place] => throw new FormatException($"'{place}' needs a value, for example '{Examples[place]}'."),
        _ => throw new FormatException($"it has a word too many, '{words[^1]}'. An example is '{Examples[words[0]]}'."),
    };
}
