using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Npgsql;
using Rowhouse.ControlPlane.Auditing;
using Rowhouse.ControlPlane.Homes.Pool;
using Rowhouse.ControlPlane.Keys;
using Rowhouse.ControlPlane.Parameters;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Modules.Http;
using Rowhouse.Modules.Problems;
using Rowhouse.Tenancy.AspNetCore.Problems;
using Rowhouse.Tenancy.Keys;

namespace Rowhouse.ControlPlane.Placements;

/// <summary>Forgets a store in which no tenant lives. The homes that were made ahead are removed from its server, where that can be reached; nothing else is.</summary>
internal sealed partial class RemoveStore(PlatformDbContext db, PlacementPolicy placements, DefaultStores defaults, StoreRegistry stores, PooledHomeMaker maker, AuditTrail audit, ILogger<RemoveStore> logger)
{
    public static void Map(RouteGroupBuilder stores) =>
        stores.MapDelete("/{name}", (string name, RemoveStore remove, HttpContext context, CancellationToken cancellationToken) => remove.HandleAsync(name, context, cancellationToken))
            .WithName(nameof(RemoveStore))
            .WithSummary("Forgets a store in which no tenant lives. The homes that were made ahead are removed from its server, where that can be reached.")
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

        if (await TryEmptyAsync(name, cancellationToken) is not { } left)
        {
            return ControlPlaneProblems.StoreInUse.With("Homes are being made ahead there at this moment, or somebody is connected to one of nobody. Try again.");
        }

        db.Stores.Remove(found.Store);
        audit.Add(AuditActions.StoreRemoved, subject: name, details: new { found.Store.Address, found.Store.Region, left });
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return TypedResults.NoContent();
    }

    /// <summary>Removes the homes of nobody.</summary>
    /// <returns>Those that may be left on its server; <see langword="null"/> where it cannot be done just now.</returns>
    private async Task<IReadOnlyList<string>?> TryEmptyAsync(string name, CancellationToken cancellationToken)
    {
        var pooled = db.PooledHomes.Where(home => home.Store == name);
        if (!await pooled.AnyAsync(cancellationToken))
        {
            return [];
        }

        try
        {
            await maker.EmptyAsync(stores.Find(name), cancellationToken);
            return [];
        }
        catch (NpgsqlException exception) when (exception is not PostgresException { SqlState: PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification })
        {
            Busy(logger, name, exception);
            return null;
        }
        catch (Exception exception) when (exception is PostgresException or InvalidOperationException or PlatformKeyException or EnvelopeRefusedException)
        {
            // A server that is gone for good must not keep its store here.
            var left = await pooled.OrderBy(home => home.Name).Select(home => home.Name).ToListAsync(cancellationToken);
            LeftBehind(logger, name, string.Join(", ", left), exception);
            await pooled.ExecuteDeleteAsync(cancellationToken);
            return left;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The store {Store} is not removed: its homes of nobody cannot be removed just now")]
    private static partial void Busy(ILogger logger, string store, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The store {Store} is removed and its server could not be asked: the databases and logins {Homes} that may be there are nobody's, and can be dropped")]
    private static partial void LeftBehind(ILogger logger, string store, string homes, Exception exception);
}
