namespace Rowhouse.Tenancy.AspNetCore.Resolution;

/// <summary>
/// Places where requests name their tenant, as a configuration writes them, a line each:
/// <c>host {tenant}.example.com</c>, <c>origin {tenant}.example.com</c>, <c>path /t/{tenant}</c>, <c>header X-Tenant-Id</c>, <c>query tenant</c>,
/// <c>claim org_id</c> or <c>claim org_id https://issuer.example</c>, <c>api-key X-Api-Key</c>.
/// </summary>
public static class TenantSourceList
{
    private const string Places = "host, origin, path, header, query, claim or api-key";

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
        ["api-key", var header] => TenantSources.ApiKey(header),
        [] => throw new FormatException($"it is empty. Write {Places}, and what it is called."),
        ["host" or "origin" or "path" or "header" or "query" or "claim" or "api-key"] => throw new FormatException($"behind '{words[0]}' stands what it is called."),
        ["host" or "origin" or "path" or "header" or "query" or "claim" or "api-key", ..] => throw new FormatException($"'{words[^1]}' is one word too many."),
        _ => throw new FormatException($"'{words[0]}' is not {Places}."),
    };
}
