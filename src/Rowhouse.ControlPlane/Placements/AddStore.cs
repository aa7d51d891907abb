using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Rowhouse.Contracts;
using Rowhouse.ControlPlane.Auditing;
using Rowhouse.ControlPlane.Idempotency;
using Rowhouse.ControlPlane.Keys;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Modules.Http;
using Rowhouse.Modules.Idempotency;
using Rowhouse.Tenancy;
using Rowhouse.Tenancy.AspNetCore.Problems;

namespace Rowhouse.ControlPlane.Placements;

/// <summary>Adds a server of dedicated homes. It is looked at and made ready first, so that homes can be made there from the answer on.</summary>
internal sealed class AddStore(PlatformDbContext db, StoreServer server, PlatformKeys keys, AuditTrail audit, TimeProvider clock)
{
    public static void Map(RouteGroupBuilder stores) =>
        stores.MapPost("", (AddStoreRequest request, AddStore add, HttpResponse response, CancellationToken cancellationToken) => add.HandleAsync(request, response, cancellationToken))
            .DisableValidation() // what is wrong is told together
            .WithIdempotencyIn<PlatformIdempotencyStore>()
            .WithName(nameof(AddStore))
            .WithSummary("Adds a server on which private tenants can live. It is checked and made ready, which can take some seconds.")
            .WithProblems(ControlPlaneProblems.StoreNameTaken);

    private async Task<Results<Created<StoreResponse>, ProblemHttpResult>> HandleAsync(AddStoreRequest request, HttpResponse response, CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        errors.Check(request);
        StoreRules.CheckName(request.Name, errors);
        StoreRules.CheckRegion(request.Region, errors);
        var connections = StoreRules.Read(request.Connections ?? new(), errors);
        if (!errors.IsEmpty)
        {
            return errors.ToProblem();
        }

        if (await db.Stores.AnyAsync(store => store.Name == request.Name, cancellationToken))
        {
            return Taken(request.Name);
        }

        await server.PrepareAsync(request.Name, connections, errors, cancellationToken);
        if (!errors.IsEmpty)
        {
            return errors.ToProblem();
        }

        var added = new RegisteredStore { Name = request.Name, Kind = PlacementKind.Dedicated, CreatedAt = clock.GetUtcNow() };
        added.Become(request.Region, request.Capacity, request.Open ?? true);
        added.Lead(connections, keys.Current);
        db.Stores.Add(added);
        audit.Add(AuditActions.StoreAdded, subject: added.Name, details: new { added.Address, added.Region, added.Capacity, added.IsOpen });
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException exception) when (exception.IsUniqueViolation())
        {
            return Taken(request.Name);
        }

        EntityTag.Set(response, added.Version);
        return TypedResults.Created($"/api/stores/{added.Name}", added.ToResponse(tenants: 0, pooledHomes: 0));
    }

    private static ProblemHttpResult Taken(string name) => ControlPlaneProblems.StoreNameTaken.With($"There is a store '{name}' already. Change that one, or give another name.");
}
