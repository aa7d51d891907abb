using Microsoft.EntityFrameworkCore;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Tenancy;

namespace Rowhouse.ControlPlane.Domains;

internal static class DomainFinder
{
    /// <summary>The domains that are somebody's: proven, or claimed and not lapsed.</summary>
    public static IQueryable<Domain> StandingDomains(this PlatformDbContext db, DateTimeOffset now) =>
        db.Domains.Where(domain => domain.ExpiresAt == null || domain.ExpiresAt > now);

    /// <summary>A domain of a tenant, by any spelling of its host.</summary>
    public static async Task<Domain?> FindDomainAsync(this PlatformDbContext db, string host, TenantId tenant, DateTimeOffset now, CancellationToken cancellationToken) =>
        Identifier.TryCreate(IdentifierKind.Host, host, out var identifier)
            ? await db.StandingDomains(now).SingleOrDefaultAsync(domain => domain.Host == identifier.Value && domain.TenantId == tenant, cancellationToken)
            : null;

    /// <summary>Whether a host leads to another tenant already, however it came to that.</summary>
    public static Task<bool> LeadsElsewhereAsync(this PlatformDbContext db, string host, TenantId tenant, CancellationToken cancellationToken) =>
        db.Identifiers.AnyAsync(identifier => identifier.Kind == IdentifierKind.Host && identifier.Value == host && identifier.TenantId != tenant, cancellationToken);
}
