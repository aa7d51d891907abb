using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Rowhouse.ControlPlane.Parameters;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Modules.Http;
using Rowhouse.Tenancy;

namespace Rowhouse.ControlPlane.Placements;

/// <summary>
/// Decides in which store a new tenant lives: the one that is asked for, or the platform's default, or of those that are open and have room, in the region that is asked
/// for, the one that is the least full.
/// </summary>
internal sealed class PlacementPolicy(PlatformDbContext db, StoreRegistry registry, DefaultStores defaults)
{
    /// <summary>Chooses a store.</summary>
    /// <param name="kind">How the tenant is to be housed.</param>
    /// <param name="asked">The name of the store that was asked for.</param>
    /// <param name="region">The region that was asked for.</param>
    /// <param name="errors">Gets what is wrong with the request.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The store, or why none takes the tenant; neither where the request is wrong.</returns>
    public async Task<(string? Store, ProblemHttpResult? Problem)> ChooseAsync(PlacementKind kind, string? asked, string? region, FieldErrors errors, CancellationToken cancellationToken)
    {
        var stores = await db.Stores.AsNoTracking().Where(store => store.Kind == kind).OrderBy(store => store.Name).ToListAsync(cancellationToken);
        if (asked is not null && !stores.Exists(store => store.Name == asked))
        {
            errors.Add("store", $"There is no such store for {(kind is PlacementKind.Shared ? "public" : "private")} tenants. There {(stores is [_] ? "is" : "are")} {string.Join(", ", stores.Select(store => store.Name))}.");
        }

        if (region is not null && !stores.Exists(store => store.Region == region))
        {
            var regions = stores.Select(store => store.Region).OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
            errors.Add("region", $"No store for {(kind is PlacementKind.Shared ? "public" : "private")} tenants is there. {(regions is [] ? "None says in which region it is" : $"There are {string.Join(", ", regions)}")}.");
        }
        else if (region is not null && asked is not null && stores.Find(store => store.Name == asked) is { } named && named.Region != region)
        {
            errors.Add("region", $"The store that is asked for is {(named.Region is null ? "in none" : $"in {named.Region}")}. Ask for one of the two.");
        }

        if (!errors.IsEmpty)
        {
            return (null, null);
        }

        if (!stores.Exists(CanMakeIn))
        {
            return (null, ControlPlaneProblems.ProvisioningDisabled.With("This installation has only the shared home: ROWHOUSE_DATABASE_PROVISIONER is not set, and no store was added. Ask for cloudType public, or leave it out."));
        }

        var fit = stores.Where(store => (asked is null || store.Name == asked) && (region is null || store.Region == region)).ToList();
        var open = fit.Where(store => store.IsOpen && CanMakeIn(store)).ToList();
        if (open is [{ Capacity: null } only])
        {
            return (only.Name, null); // however full it is
        }

        var names = open.ConvertAll(store => store.Name);
        var loads = names is [] ? [] : await db.Stores.AsNoTracking().Where(store => names.Contains(store.Name)).WithLoad(db).ToListAsync(cancellationToken);
        var first = asked is null && region is null && kind is PlacementKind.Dedicated ? await defaults.FindDedicatedAsync(cancellationToken) : null;
        var chosen = loads.Where(load => load.HasRoom).OrderByDescending(load => load.Store.Name == first).ThenBy(load => load.Share).ThenBy(load => load.Store.Name, StringComparer.Ordinal).FirstOrDefault();
        return chosen is not null
            ? (chosen.Store.Name, null)
            : (null, ControlPlaneProblems.NoRoom.With($"{string.Join(", ", fit.Select(store => $"{store.Name} {(!store.IsOpen ? "is closed" : CanMakeIn(store) ? "is full" : "is on the installation's own server, where this one makes no homes (ROWHOUSE_DATABASE_PROVISIONER)")}"))}. Ask for another store, add one, or change one of these."));

        bool CanMakeIn(RegisteredStore store) => store.Kind is PlacementKind.Shared || registry.CanMakeIn(store.Name);
    }

    /// <summary>Keeps a store from being closed, changed or removed until the transaction ends, and looks whether it still takes one more tenant.</summary>
    /// <param name="name">The store.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<bool> HoldAsync(string name, CancellationToken cancellationToken)
    {
#pragma warning disable RS0030 // LINQ locks no rows; the value is a parameter
        // Beside each other where as many may come as like to.
        if (await db.Database.SqlQuery<bool>($"SELECT is_open AS \"Value\" FROM platform.stores WHERE name = {name} AND capacity IS NULL FOR SHARE").ToListAsync(cancellationToken) is [var isOpen])
        {
            return isOpen;
        }

#pragma warning restore RS0030

        // First the lock, then the count as a statement of its own: what others have placed here while this one waited is seen.
        await LockAsync(name, cancellationToken);
        return await db.Stores.AsNoTracking().Where(store => store.Name == name && store.IsOpen).WithLoad(db).SingleOrDefaultAsync(cancellationToken) is { HasRoom: true };
    }

    /// <summary>Waits for all who place tenants in a store, and lets others wait until the transaction ends.</summary>
    /// <param name="name">The store.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task LockAsync(string name, CancellationToken cancellationToken) =>
#pragma warning disable RS0030 // as above
        db.Database.ExecuteSqlAsync($"SELECT FROM platform.stores WHERE name = {name} FOR UPDATE", cancellationToken);
#pragma warning restore RS0030
}
