using Rowhouse.Contracts;

namespace Rowhouse.ControlPlane.Licenses.Lists;

/// <summary>A product that licenses are for. It says nothing of what tenants subscribe to.</summary>
internal sealed class LicensedProduct : ListEntry, IListEntry<LicensedProduct, LicensedItemRequest, LicensedItemResponse>
{
    public static ListWords Words { get; } = new("/api/licensed-products", "licensed products", "LicensedProduct", "LicensedProducts", "licensed-product");

    public static LicensedProduct Of(LicensedItemRequest request)
    {
        var product = new LicensedProduct { Id = request.Id };
        product.Become(request);
        return product;
    }

    public static string IdOf(LicensedItemRequest request) => request.Id;

    public void Become(LicensedItemRequest request) => Become(request.Name, request.Active);

    public LicensedItemRequest ToRequest() => new() { Id = Id, Name = Name, Active = Active };

    public LicensedItemResponse ToResponse() => new(Id, Name, Active, Version);
}
