using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Rowhouse.ControlPlane.Auditing;
using Rowhouse.ControlPlane.Parameters;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Modules.Http;
using Rowhouse.Modules.Problems;
using Rowhouse.Tenancy.AspNetCore.Problems;

namespace Rowhouse.ControlPlane.Placements;

/// <summary>Forgets a store in which no tenant lives. Nothing is removed from its server.</summary>
internal sealed class RemoveStore(PlatformDbContext db, PlacementPolicy placements, DefaultStores defaults, AuditTrail audit)
{
    public static void Map(RouteGroupBuilder stores) =>
        stores.MapDelete("/{name}", (string name, RemoveStore remove, HttpContext context, CancellationToken cancellationToken) => remove.HandleAsync(name, context, cancellationToken))
            .WithName(nameof(RemoveStore))
            .WithSummary("Forgets a store in which no tenant lives. Nothing is removed from its server.")
            .WithProblems(ControlPlaneProblems.UnknownStore, ControlPlaneProblems.StoreInUse, RequestProblems.ChangedMeanwhile);

    private async Task<Results<NoContent, ProblemHttpResult>> HandleAsync(string name, HttpContext context, CancellationToken cancellationToken)
    {
        await using var transaction = await ControlTransaction.BeginAsync(db, cancellationToken);
        await placements.LockAsync(name, cancellationToken); // whoever places a tenant there waits, and then finds no store
        if (await db.Stores.Where(store => store.Name == name).WithLoad(db).SingleOrDefaultAsync(cancellationToken) is not { } found)
        {
            return ListStores.Unknown();
        }

        if (EntityTag.Check(context.Request, found.Store.Version) is { } stale)
        {
            return stale;
        }

        if (found.Store.IsOfInstallation || found.Tenants > 0)
        {
            return ControlPlaneProblems.StoreInUse.With(found.Store.IsOfInstallation
                ? "Every installation has this store. Close it (\"open\": false) where no more tenants shall come."
                : $"Tenants that live or are kept there: {found.Tenants}. Close it (\"open\": false), and remove it when they are purged or have moved.");
        }

        if (await defaults.FindDedicatedAsync(cancellationToken) == name)
        {
            return ControlPlaneProblems.StoreInUse.With($"New private tenants are placed there by {PlatformParameters.DedicatedStore.Path}. Set that to another store or unset it first.");
        }

        db.Stores.Remove(found.Store);
        audit.Add(AuditActions.StoreRemoved, subject: name, details: new { found.Store.Address, found.Store.Region });
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return TypedResults.NoContent();
    }
}
