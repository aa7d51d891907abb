using Rowhouse.ControlPlane.Operations;
using Rowhouse.ControlPlane.Placements;
using Rowhouse.Tenancy;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Tenancy.Postgres.Homes;

namespace Rowhouse.ControlPlane.Homes;

/// <summary>The database servers on which dedicated homes are made.</summary>
internal sealed class HomeServers(StoreRegistry stores, PostgresStore store, SqlMigrations migrations, TenantHomes homes)
{
    /// <summary>Removes the database of the tenant's home, and nobody else's.</summary>
    /// <param name="run">The operation.</param>
    /// <param name="home">The home.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="OperationRefusedException">It is the home of another tenant.</exception>
    public async Task RemoveDatabaseAsync<TData>(OperationRun<TData> run, Placement home, CancellationToken cancellationToken)
        where TData : class
    {
        if (await homes.IsAnothersAsync(run.TenantId, home, cancellationToken))
        {
            throw Refuse(home);
        }

        await ActAsync(run, home.Store, maker => maker.RemoveDatabaseAsync(home.Database, cancellationToken), cancellationToken);
    }

    /// <summary>Ends what a worker that is asleep may still do for the operation on the server of a store.</summary>
    public async Task EndOthersAsync<TData>(OperationRun<TData> run, string name, CancellationToken cancellationToken)
        where TData : class
    {
        if (run.IsTakenOver)
        {
            await ActAsync(run, name, _ => Task.CompletedTask, cancellationToken);
        }
    }

    /// <summary>Says that a home is another tenant's.</summary>
    public static OperationRefusedException Refuse(Placement home) => new(
        $"The database {home.Database} is the home of another tenant, and nothing of it is touched. Was the control database restored to an earlier moment? Find out in its tenancy.homes whose it is.");

    /// <summary>Makes or removes something of a home in the operation's session on the server of its store.</summary>
    /// <param name="run">The operation.</param>
    /// <param name="name">The store.</param>
    /// <param name="act">What is done.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="OperationDelayedException">This server cannot; another may.</exception>
    /// <exception cref="OperationRefusedException">The template is missing.</exception>
    public async Task ActAsync<TData>(OperationRun<TData> run, string name, Func<HomeMaker, Task> act, CancellationToken cancellationToken)
        where TData : class
    {
        if (stores.Find(name).Provisioner is not { } provisioner)
        {
            throw new OperationDelayedException("The server that took it up has no connection of the provisioner. It waits for one that has: set ROWHOUSE_DATABASE_PROVISIONER.");
        }

        await using var session = await run.OpenServerAsync(provisioner, cancellationToken);
        try
        {
            await act(new(session.Connection, store.Connections.Roles, migrations));
        }
        catch (TemplateMissingException missing)
        {
            throw new OperationRefusedException($"{missing.Message} Then retry.", missing);
        }
    }
}
