using Rowhouse.Contracts;

namespace Rowhouse.ControlPlane.Licenses.Lists;

/// <summary>A service that licenses are for. It says nothing of what tenants subscribe to.</summary>
internal sealed class LicensedService : ListEntry, IListEntry<LicensedService, LicensedItemRequest, LicensedItemResponse>
{
    public static ListWords Words { get; } = new("/api/licensed-services", "licensed services", "LicensedService", "LicensedServices", "licensed-service");

    public static LicensedService Of(LicensedItemRequest request)
    {
        var service = new LicensedService { Id = request.Id };
        service.Become(request);
        return service;
    }

    public static string IdOf(LicensedItemRequest request) => request.Id;

    public void Become(LicensedItemRequest request) => Become(request.Name, request.Active);

    public LicensedItemRequest ToRequest() => new() { Id = Id, Name = Name, Active = Active };

    public LicensedItemResponse ToResponse() => new(Id, Name, Active, Version);
}
