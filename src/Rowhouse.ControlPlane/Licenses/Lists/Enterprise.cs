using Rowhouse.Contracts;

namespace Rowhouse.ControlPlane.Licenses.Lists;

/// <summary>Whose licenses tenants may have.</summary>
internal sealed class Enterprise : ListEntry, IListEntry<Enterprise, EnterpriseRequest, EnterpriseResponse>
{
    public static ListWords Words { get; } = new("/api/enterprises", "enterprises", "Enterprise", "Enterprises", "enterprise");

    /// <summary>Whether none of its licenses holds, those that tenants have already too.</summary>
    public bool Banned { get; private set; }

    public static Enterprise Of(EnterpriseRequest request)
    {
        var enterprise = new Enterprise { Id = request.Id };
        enterprise.Become(request);
        return enterprise;
    }

    public static string IdOf(EnterpriseRequest request) => request.Id;

    public void Become(EnterpriseRequest request)
    {
        Become(request.Name, request.Active);
        Banned = request.Banned;
    }

    public EnterpriseRequest ToRequest() => new() { Id = Id, Name = Name, Active = Active, Banned = Banned };

    public EnterpriseResponse ToResponse() => new(Id, Name, Active, Banned, Version);
}
