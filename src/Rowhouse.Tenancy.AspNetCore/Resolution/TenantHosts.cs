using Rowhouse.Tenancy.AspNetCore.Admission;

namespace Rowhouse.Tenancy.AspNetCore.Resolution;

/// <summary>What hosts lead to, apart from any request: for who decides on certificates, and on hosts that tenants want as their own. Safe for any number of threads.</summary>
public sealed class TenantHosts
{
    private readonly HostTemplate[] templates;
    private readonly TenantDirectory directory;
    private readonly TenantLookup lookup;

    internal TenantHosts(IEnumerable<ITenantSource> sources, TenantDirectory directory, TenantLookup lookup)
    {
        templates = [.. sources.OfType<HostSource>().Select(source => source.Template)];
        this.directory = directory;
        this.lookup = lookup;
    }

    /// <summary>
    /// Whether a host is one that the application has for itself: it fits a template (<see cref="TenantSources.Host"/>), or is the domain behind
    /// <c>{tenant}</c>, or lies in that. With <c>{tenant}.example.com</c> that is <c>example.com</c> and all below it.
    /// </summary>
    /// <param name="host">The host, in the normal form of <see cref="IdentifierKind.Host"/>.</param>
    public bool IsOwn(string host)
    {
        ArgumentNullException.ThrowIfNull(host);
        return Array.Exists(templates, template => template.Covers(host));
    }

    /// <summary>
    /// Where a request to a host leads that names no tenant otherwise, as far as that is public: a tenant's own domain, or its slug in a template. A host that
    /// leads nowhere costs no query.
    /// </summary>
    /// <param name="host">The host, as somebody writes it.</param>
    /// <param name="cancellationToken">Stops the look-up.</param>
    public async ValueTask<TenantResolution> ResolveAsync(string host, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(host);
        var mentions = new TenantMentions(directory);
        foreach (var template in templates)
        {
            template.Read(host.AsMemory(), mentions);
        }

        if (mentions.HasUnread)
        {
            await mentions.ReadAsync(lookup, cancellationToken).ConfigureAwait(false);
        }

        var resolution = mentions.Resolve(required: true);
        return resolution.Tenant is { } tenant && Array.Exists(templates, template => template.NamesOtherwise(host, tenant))
            ? resolution with { Outcome = TenantResolutionOutcome.Unknown, Tenant = null }
            : resolution;
    }
}
