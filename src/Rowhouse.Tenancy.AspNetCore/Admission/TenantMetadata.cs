using Microsoft.AspNetCore.Builder;
using Rowhouse.Tenancy.AspNetCore.Resolution;

namespace Rowhouse.Tenancy.AspNetCore.Admission;

/// <summary>Endpoint metadata: whether the endpoint works in a tenant. Where nothing is said, it does.</summary>
/// <param name="Required">Whether a request must name a tenant.</param>
public sealed record TenantMetadata(bool Required);

/// <summary>Endpoint metadata: a place beyond those of the application where a request to this endpoint may name its tenant.</summary>
/// <param name="Source">The place.</param>
public sealed record TenantSourceMetadata(ITenantSource Source);

/// <summary>Says whether an endpoint works in a tenant, and where else a request may name it.</summary>
public static class TenantEndpointExtensions
{
    /// <summary>The endpoint belongs to no tenant. Its scope is bound to none, also where a request names one.</summary>
    /// <typeparam name="TBuilder">The endpoint or group.</typeparam>
    /// <param name="builder">The endpoint or group.</param>
    public static TBuilder WithoutTenant<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new TenantMetadata(Required: false));

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
