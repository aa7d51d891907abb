using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Rowhouse.Contracts;
using Rowhouse.ControlPlane.Auditing;
using Rowhouse.ControlPlane.Keys;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Modules.Http;
using Rowhouse.Modules.Problems;
using Rowhouse.Tenancy.AspNetCore.Problems;

namespace Rowhouse.ControlPlane.Placements;

/// <summary>Changes a store by a JSON merge patch. Tenants that live there stay, whatever it becomes.</summary>
internal sealed class ChangeStore(PlatformDbContext db, StoreServer server, PlatformKeys keys, AuditTrail audit, IOptions<JsonOptions> json)
{
    public static void Map(RouteGroupBuilder stores) =>
        stores.MapPatch("/{name}", (string name, ChangeStore change, HttpContext context, CancellationToken cancellationToken) => change.HandleAsync(name, context, cancellationToken))
            .Accepts<ChangeStoreRequest>("application/merge-patch+json", "application/json")
            .WithName(nameof(ChangeStore))
            .WithSummary("Changes a store: fields that are absent stay, null takes away (RFC 7396). Its name stays; tenants that live there stay, too.")
            .WithProblems(ControlPlaneProblems.UnknownStore, RequestProblems.ChangedMeanwhile, RequestProblems.ChangedAtOnce, RequestProblems.Invalid, RequestProblems.Malformed);

    private async Task<Results<Ok<StoreResponse>, ProblemHttpResult>> HandleAsync(string name, HttpContext context, CancellationToken cancellationToken)
    {
        var patch = await MergePatch.ReadAsync(context.Request, cancellationToken);
        if (patch.ValueKind != JsonValueKind.Object)
        {
            return RequestProblems.Malformed.With("A change is a JSON object with the fields to change.");
        }

        if (await db.Stores.SingleOrDefaultAsync(known => known.Name == name, cancellationToken) is not { } store)
        {
            return ListStores.Unknown();
        }

        if (EntityTag.Check(context.Request, store.Version) is { } stale)
        {
            return stale;
        }

        if (MergePatch.Unknown<ChangeStoreRequest>(patch, json.Value.SerializerOptions) is { Count: > 0 } unknown)
        {
            return RequestProblems.Invalid.With("The change names fields that cannot be changed here.", unknown);
        }

        var before = new ChangeStoreRequest { Region = store.Region, Capacity = store.Capacity, Open = store.IsOpen };
        var request = MergePatch.Over(before, patch, json.Value.SerializerOptions, out _);
        if (await ApplyAsync(store, request, cancellationToken) is { } wrong)
        {
            return wrong;
        }

        if (db.ChangeTracker.HasChanges())
        {
            store.Touch();
            audit.Add(AuditActions.StoreChanged, subject: name, details: new
            {
                before = new { before.Region, before.Capacity, before.Open },
                after = new { store.Region, store.Capacity, Open = store.IsOpen },
                connections = request.Connections is null ? null : store.Address, // never the passwords
            });
            try
            {
                await db.SaveChangesAsync(cancellationToken);
            }
            catch (DbUpdateConcurrencyException)
            {
                return RequestProblems.ChangedAtOnce.With("Somebody else is changing or removing the store at this moment. Read it again and decide anew.");
            }
        }

        EntityTag.Set(context.Response, store.Version);
        return TypedResults.Ok((await db.Stores.Where(known => known.Name == name).WithLoad(db).SingleAsync(cancellationToken)).ToResponse());
    }

    private async Task<ProblemHttpResult?> ApplyAsync(RegisteredStore store, ChangeStoreRequest request, CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        errors.Check(request);
        StoreRules.CheckRegion(request.Region, errors);
        if (request.Connections is { } asked)
        {
            if (store.IsOfInstallation)
            {
                errors.Add("connections", "How this store is reached is said by the settings of the servers (ROWHOUSE_DATABASE and the others).");
            }

            var connections = StoreRules.Read(asked, errors);
            if (errors.IsEmpty)
            {
                await server.PrepareAsync(store.Name, connections, errors, cancellationToken);
            }

            if (errors.IsEmpty)
            {
                store.Lead(connections, keys.Current);
            }
        }

        if (!errors.IsEmpty)
        {
            return errors.ToProblem();
        }

        store.Become(request.Region, request.Capacity, request.Open ?? true);
        return null;
    }
}
