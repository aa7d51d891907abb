using Microsoft.AspNetCore.Builder;

namespace Rowhouse.Tenancy.AspNetCore.Resolution;

/// <summary>Endpoint metadata: a place beyond those of the application where a request to this endpoint may name its tenant.</summary>
/// <param name="Source">The place.</param>
public sealed record TenantSourceMetadata(ITenantSource Source);

/// <summary>Says where else than the application reads it a request to an endpoint may name its tenant.</summary>
public static class TenantSourceEndpointExtensions
{
    /// <summary>
    /// Reads the tenant of a request to this endpoint from one more place, such as the <c>state</c> that an OAuth server sends back. Read after
    /// the places of the application, in the order in which they are given; all that name a tenant have to agree.
    /// </summary>
    /// <typeparam name="TBuilder">The endpoint or group.</typeparam>
    /// <param name="builder">The endpoint or group.</param>
    /// <param name="source">The place; <see cref="TenantSources"/> has those that are usual.</param>
    public static TBuilder WithTenantFrom<TBuilder>(this TBuilder builder, ITenantSource source)
        where TBuilder : IEndpointConventionBuilder
    {
        ArgumentNullException.ThrowIfNull(source);
        return builder.WithMetadata(new TenantSourceMetadata(source));
    }
}
