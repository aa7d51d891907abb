using Rowhouse.ControlPlane.Access;
using Rowhouse.Modules.Access;

namespace Rowhouse.ControlPlane.Demo;

/// <summary>Who the demo shows: a person of each role in each demo tenant.</summary>
public static class DemoPeople
{
    internal static readonly (string Slug, string Name)[] Tenants = [("smith", "Smith Cards"), ("harbor", "Harbor City Collectors")];

    /// <summary>How the addresses are made.</summary>
    /// <param name="role">The person's role.</param>
    /// <param name="slug">The demo tenant's slug.</param>
    public static string AddressOf(Role role, string slug) => $"{RoleWords.Of(role)}@{slug}.localhost";

    /// <summary>The addresses of the admins, one for each tenant.</summary>
    public static IEnumerable<string> Admins => Tenants.Select(tenant => AddressOf(Role.Admin, tenant.Slug));
}
