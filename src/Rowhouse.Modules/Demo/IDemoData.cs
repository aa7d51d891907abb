using Rowhouse.Modules.Access;
using Rowhouse.Tenancy;

namespace Rowhouse.Modules.Demo;

/// <summary>What a product shows in a demo tenant. Made anew for each demo tenant, inside that tenant's scope.</summary>
public interface IDemoData
{
    /// <summary>Makes the data where it is not there yet. Called at every start of a demo: a second call changes nothing.</summary>
    /// <param name="tenant">The demo tenant, bound to the scope, and its people.</param>
    /// <param name="cancellationToken">Stops the making.</param>
    Task SeedAsync(DemoTenant tenant, CancellationToken cancellationToken);
}

/// <summary>A demo tenant and its people.</summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="People">Its members.</param>
public sealed record DemoTenant(Tenant Tenant, IReadOnlyList<DemoPerson> People);

/// <summary>A member of a demo tenant.</summary>
/// <param name="Id">The person's id.</param>
/// <param name="Name">The person's name.</param>
/// <param name="Role">The person's role.</param>
public sealed record DemoPerson(Guid Id, string Name, Role Role);
