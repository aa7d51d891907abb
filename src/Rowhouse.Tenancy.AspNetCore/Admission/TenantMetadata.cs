using Microsoft.AspNetCore.Builder;

namespace Rowhouse.Tenancy.AspNetCore.Admission;

/// <summary>Endpoint metadata: whether the endpoint works in a tenant. Where nothing is said, it does.</summary>
/// <param name="Required">Whether a request must name a tenant.</param>
public sealed record TenantMetadata(bool Required);

/// <summary>Says whether an endpoint works in a tenant.</summary>
public static class TenantEndpointExtensions
{
    /// <summary>The endpoint belongs to no tenant. Its scope is bound to none, also where a request names one.</summary>
    /// <typeparam name="TBuilder">The endpoint or group.</typeparam>
    /// <param name="builder">The endpoint or group.</param>
    public static TBuilder WithoutTenant<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new TenantMetadata(Required: false));
}
