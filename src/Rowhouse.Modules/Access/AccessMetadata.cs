using Microsoft.AspNetCore.Builder;

namespace Rowhouse.Modules.Access;

/// <summary>Endpoint metadata: the role of the caller must have this permission.</summary>
/// <param name="Permission">The permission.</param>
public sealed record PermissionMetadata(Permission Permission);

/// <summary>Endpoint metadata: the tenant must subscribe to this product.</summary>
/// <param name="Product">The product's name.</param>
public sealed record ProductMetadata(string Product);

/// <summary>Endpoint metadata: the caller must run the platform.</summary>
public sealed record SuperAdminMetadata;

/// <summary>Says who may call an endpoint. Every endpoint needs somebody signed in unless it says <c>AllowAnonymous()</c>.</summary>
public static class AccessEndpointExtensions
{
    /// <summary>The caller's role must have a permission.</summary>
    /// <typeparam name="TBuilder">The endpoint or group.</typeparam>
    /// <param name="builder">The endpoint or group.</param>
    /// <param name="permission">The permission.</param>
    public static TBuilder RequirePermission<TBuilder>(this TBuilder builder, Permission permission)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new PermissionMetadata(permission));

    /// <summary>The tenant must subscribe to a product.</summary>
    /// <typeparam name="TBuilder">The endpoint or group.</typeparam>
    /// <param name="builder">The endpoint or group.</param>
    /// <param name="product">The product's name.</param>
    public static TBuilder RequireProduct<TBuilder>(this TBuilder builder, string product)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new ProductMetadata(product));

    /// <summary>The caller must run the platform.</summary>
    /// <typeparam name="TBuilder">The endpoint or group.</typeparam>
    /// <param name="builder">The endpoint or group.</param>
    public static TBuilder RequireSuperAdmin<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new SuperAdminMetadata());
}
