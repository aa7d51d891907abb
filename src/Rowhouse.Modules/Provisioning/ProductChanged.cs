namespace Rowhouse.Modules.Provisioning;

/// <summary>Something has changed on which it depends whether a product is ready for a tenant. Published by <see cref="ProvisioningExtensions.PublishChanged{TModule}"/>.</summary>
/// <param name="Product">The product's name.</param>
public sealed record ProductChanged(string Product)
{
    /// <summary>The kind of the event.</summary>
    public const string Kind = "product.changed";
}
