using Rowhouse.Contracts;

namespace Rowhouse.ControlPlane.Products;

/// <summary>Products of tenants in the words of the API.</summary>
internal static class ProductWords
{
    public static string Of(ProductState state) => state switch
    {
        ProductState.Provisioning => "provisioning",
        ProductState.PendingCredentials => "pending-credentials",
        ProductState.Ready => "ready",
        ProductState.Failed => "failed",
        ProductState.Stopped => "stopped",
        _ => throw new ArgumentOutOfRangeException(nameof(state)),
    };

    /// <summary>The product as the API shows it.</summary>
    /// <param name="product">The product.</param>
    /// <param name="hindrance">What its operation tells of the last failure, where it goes on.</param>
    public static TenantProductResponse ToResponse(this TenantProduct product, string? hindrance = null) => new(
        product.Product,
        Of(product.State),
        product.IsWaiting ? product.Reason : null,
        product.State switch
        {
            ProductState.Failed => product.Reason,
            ProductState.Provisioning => hindrance,
            _ => null,
        },
        product.Since,
        product.OperationId);
}
