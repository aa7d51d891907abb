using System.Collections.Frozen;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Rowhouse.ControlPlane.Keys;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Tenancy;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Tenancy.Postgres.Homes;

namespace Rowhouse.ControlPlane.Placements;

/// <summary>The stores of dedicated homes in memory: read anew when the database tells that one was changed, and with what is read of tenants now and then. Safe for concurrent use.</summary>
internal sealed partial class StoreRegistry(IDbContextFactory<PlatformDbContext> contexts, PostgresStore store, PlatformKeys keys, ILogger<StoreRegistry> logger)
{
    private readonly Lazy<HomeStore> own = new(() => HomeStore.Of(store.Connections));
    private readonly Lock changing = new();
    private FrozenDictionary<string, Known> known = FrozenDictionary<string, Known>.Empty;

    /// <summary>Whether this server can make homes somewhere.</summary>
    public bool MakesHomes => own.Value.Provisioner is not null || known.Count > 0;

    /// <summary>A store by its name.</summary>
    /// <exception cref="InvalidOperationException">There is no such store, or this server cannot open how it is reached.</exception>
    public HomeStore Find(string name)
    {
        if (name == Placement.DedicatedStore)
        {
            return own.Value;
        }

        if (known.TryGetValue(name, out var found))
        {
            return found.Store;
        }

        // Placed there by another server a moment ago.
        using var db = contexts.CreateDbContext();
        var row = db.Stores.AsNoTracking().SingleOrDefault(registered => registered.Name == name && registered.Connections != null)
            ?? throw new InvalidOperationException($"There is no store '{name}' of dedicated homes.");
        lock (changing)
        {
            if (known.TryGetValue(name, out found))
            {
                return found.Store; // read meanwhile, and not before this
            }

            var kept = known.ToDictionary();
            var one = Keep(row, kept);
            known = kept.ToFrozenDictionary(StringComparer.Ordinal);
            return one.Store;
        }
    }

    /// <summary>Whether homes can be made in a store, as far as this server knows.</summary>
    public bool CanMakeIn(string name) => name != Placement.DedicatedStore || own.Value.Provisioner is not null;

    /// <summary>Reads all stores, and forgets those that are gone.</summary>
    public async Task<IReadOnlyList<HomeStore>> ReadAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var rows = await db.Stores.AsNoTracking().Where(registered => registered.Connections != null).OrderBy(registered => registered.Name).ToListAsync(cancellationToken);
        List<HomeStore> stores = [own.Value];
        lock (changing)
        {
            var kept = known.Where(before => rows.Exists(row => row.Name == before.Key)).ToDictionary();
            foreach (var row in rows)
            {
                try
                {
                    stores.Add(Keep(row, kept).Store);
                }
                catch (Exception exception) when (exception is PlatformKeyException or Tenancy.Keys.EnvelopeRefusedException)
                {
                    // The others are served all the same.
                    CannotOpen(logger, row.Name, exception);
                    kept.Remove(row.Name);
                    stores.Add(new() { Name = row.Name, Platform = "", Unreadable = exception.Message });
                }
            }

            known = kept.ToFrozenDictionary(StringComparer.Ordinal);
        }

        return stores;
    }

    // One that has not changed stays the same instance, by which its pools are known.
    private Known Keep(RegisteredStore row, Dictionary<string, Known> into)
    {
        var before = into.GetValueOrDefault(row.Name);
        if (before is not null && before.Sealed.AsSpan().SequenceEqual(row.Connections))
        {
            return before;
        }

        var opened = row.Open(keys).Of(row.Name);
        var now = new Known(before is not null && before.Store == opened ? before.Store : opened, row.Connections!); // sealed anew it may say the same
        into[row.Name] = now;
        return now;
    }

    private sealed record Known(HomeStore Store, byte[] Sealed);

    [LoggerMessage(Level = LogLevel.Error, Message = "How the store {Store} is reached cannot be opened here, so its tenants cannot be served")]
    private static partial void CannotOpen(ILogger logger, string store, Exception exception);
}
