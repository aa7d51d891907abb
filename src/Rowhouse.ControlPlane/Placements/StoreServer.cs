using Microsoft.EntityFrameworkCore;
using Npgsql;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Modules.Http;
using Rowhouse.Tenancy.Postgres;

namespace Rowhouse.ControlPlane.Placements;

/// <summary>Looks at the server of a store before anything is placed there, and makes it ready.</summary>
internal sealed class StoreServer(PlatformDbContext db, PostgresDatabase database, PostgresStore store)
{
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
                await database.Homes.PrepareAsync(server, cancellationToken);
            }
        }
        catch (Exception exception) when (exception is NpgsqlException or TimeoutException or InvalidOperationException)
        {
            // Roles, databases and addresses are what these messages name; passwords are in none.
            errors.Add("connections", $"{exception.Message} Mend it and send the request again.");
        }
    }

    private async Task<string?> OthersNameAsync(string name, StoreConnections connections, CancellationToken cancellationToken)
    {
        var own = new NpgsqlConnectionStringBuilder(Tenancy.Postgres.Homes.HomeStore.Of(store.Connections).Platform);
        var asked = new NpgsqlConnectionStringBuilder(connections.Platform);
        return (own.Host, own.Port) == (asked.Host, asked.Port)
            ? Tenancy.Placement.DedicatedStore
            : await db.Stores.Where(other => other.Name != name && other.Address == connections.Address).OrderBy(other => other.Name).Select(other => other.Name).FirstOrDefaultAsync(cancellationToken);
    }
}
