using Rowhouse.Tenancy;
using Rowhouse.Tenancy.AspNetCore.Resolution;

namespace Rowhouse.ControlPlane.Domains;

/// <summary>Which hosts a tenant may claim. Whether it is a public suffix such as <c>co.uk</c> is not asked: nobody can prove one.</summary>
internal sealed class DomainRules(TenantHosts hosts, ControlPlaneOptions options)
{
    // Names that mean something else on each network (RFC 6761, RFC 6762, and the one that ICANN set aside for private use).
    private static readonly string[] Local = ["localhost", "local", "internal"];

    /// <summary>Reads a host that somebody wants as their own.</summary>
    /// <param name="text">The host, as they write it.</param>
    /// <param name="host">The host in its normal form.</param>
    /// <returns>A sentence that says what is wrong, or <see langword="null"/> where nothing is.</returns>
    public string? Explain(string text, out string host)
    {
        host = "";
        var given = text.Trim();

        // A port would be dropped as it is from a Host header; here it is a misunderstanding.
        if (given.Contains(':', StringComparison.Ordinal) || !Identifier.TryCreate(IdentifierKind.Host, given, out var identifier) || !IsDomain(identifier.Value))
        {
            return $"A domain is a host name of at most {Domain.MaxLength} characters such as shop.example.com: labels of letters, digits and hyphens, at least two. It has no port and no path, and is no IP address.";
        }

        host = identifier.Value;
        return Array.Exists(Local, zone => LiesIn(identifier.Value, zone)) ? "This name means something else on each network, and can be nobody's domain."
            : hosts.IsOwn(host) || options.OwnHost is { } own && LiesIn(host, own) ? "This host belongs to the platform itself."
            : null;
    }

    private static bool IsDomain(string host) =>
        host.Length <= Domain.MaxLength
        && host.Split('.') is { Length: > 1 } labels
        && Array.TrueForAll(labels, label => label[0] != '-' && label[^1] != '-' && !label.Contains('_', StringComparison.Ordinal));

    private static bool LiesIn(string host, string zone) =>
        host.EndsWith(zone, StringComparison.Ordinal) && (host.Length == zone.Length || host[^(zone.Length + 1)] == '.');
}
