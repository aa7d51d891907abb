namespace Rowhouse.Modules.Provisioning;

/// <summary>A product that waited for credentials of the tenant's owner has them. Published by <see cref="ProvisioningExtensions.PublishReady{TModule}"/>.</summary>
/// <param name="Product">The product's name.</param>
public sealed record ProductReady(string Product)
{
    /// <summary>The kind of the event.</summary>
    public const string Kind = "product.ready";
}
