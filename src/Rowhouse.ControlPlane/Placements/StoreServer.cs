using Microsoft.EntityFrameworkCore;
using Npgsql;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Modules.Http;
using Rowhouse.Tenancy;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Tenancy.Postgres.Homes;

namespace Rowhouse.ControlPlane.Placements;

/// <summary>Looks at the server of a store before anything is placed there, and makes it ready.</summary>
internal sealed class StoreServer(PlatformDbContext db, PostgresDatabase database, PostgresStore store)
{
    // In these a tenant's home is there, or kept.
    private static readonly TenantStatus[] Whole = [TenantStatus.Active, TenantStatus.Suspended, TenantStatus.Moving, TenantStatus.Deleting, TenantStatus.Deleted];

    /// <summary>Checks who the connections are to PostgreSQL, and makes the template of homes. What is wrong is added to <paramref name="errors"/>.</summary>
    /// <param name="name">The store.</param>
    /// <param name="connections">How its server is reached.</param>
    /// <param name="errors">Gets what is wrong with the connections.</param>
    /// <param name="cancellationToken">Gives up; done again it goes on.</param>
    public async Task PrepareAsync(string name, StoreConnections connections, FieldErrors errors, CancellationToken cancellationToken)
    {
        if (await OthersNameAsync(name, connections, cancellationToken) is { } other)
        {
            errors.Add("connections", $"The store {other} is on this server already. Two that share one would count its homes apart.");
            return;
        }

        var server = connections.Of(name);
        try
        {
            foreach (var finding in (await database.Homes.VerifyConnectionsAsync(server, cancellationToken)).Findings)
            {
                errors.Add("connections", $"{finding.Where}: {finding.What} {finding.Mend}");
            }

            if (errors.IsEmpty)
            {
                await CompareHomesAsync(server, errors, cancellationToken);
            }

            if (errors.IsEmpty)
            {
                await database.Homes.PrepareAsync(server, cancellationToken);
            }
        }
        catch (Exception exception) when (exception is NpgsqlException or InvalidOperationException)
        {
            // Roles, databases and addresses are what these messages name; passwords are in none.
            errors.Add("connections", $"{exception.Message} Mend it and send the request again.");
        }
    }

    // All homes of the store are there, and none that this installation does not know: one of the same name would have its homes migrated and its roles taken.
    private async Task CompareHomesAsync(HomeStore server, FieldErrors errors, CancellationToken cancellationToken)
    {
        var there = await database.Homes.FindHomesAsync(server, cancellationToken);
        var known = await db.Homes.Select(home => home.Name).Concat(db.PooledHomes.Select(home => home.Name)).Where(name => there.Contains(name)).ToListAsync(cancellationToken);
        if (there.Except(known, StringComparer.Ordinal).ToList() is [var stranger, ..] strangers)
        {
            errors.Add("connections", $"{(strangers.Count == 1 ? $"One home on this server is not this installation's, {stranger}" : $"{strangers.Count} homes on this server are not this installation's, {stranger} the first")}. Another installation of this name is there: give this one another name (ROWHOUSE_INSTALLATION) or another server. Or they are what a store left behind that was removed while its server was away: drop them.");
        }

        var expected = await db.Tenants.Where(tenant => tenant.Store == server.Name && Whole.Contains(tenant.Status) && (tenant.DeletedAt == null || tenant.RevivedAs != null))
            .OrderBy(tenant => tenant.Id).Select(tenant => tenant.Database).ToListAsync(cancellationToken);
        if (expected.Except(there, StringComparer.Ordinal).ToList() is [var first, ..] missing)
        {
            errors.Add("connections", $"{(missing.Count == 1 ? $"One home of the store's tenants is not on this server, {first}" : $"{missing.Count} homes of the store's tenants are not on this server, {first} the first")}. Bring all there before the store is led there.");
        }
    }

    private async Task<string?> OthersNameAsync(string name, StoreConnections connections, CancellationToken cancellationToken)
    {
        if (connections.IsAt(HostAddresses.Of(HomeStore.Of(store.Connections).Platform)))
        {
            return Placement.DedicatedStore;
        }

        var others = await db.Stores.AsNoTracking().Where(other => other.Name != name && other.Address != null).OrderBy(other => other.Name).Select(other => new { other.Name, other.Address }).ToListAsync(cancellationToken);
        return others.Find(other => connections.IsAt(other.Address!))?.Name;
    }
}
