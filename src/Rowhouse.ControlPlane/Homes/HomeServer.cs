using Rowhouse.ControlPlane.Operations;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Tenancy.Postgres.Homes;

namespace Rowhouse.ControlPlane.Homes;

/// <summary>The database server on which dedicated homes are made.</summary>
internal static class HomeServer
{
    /// <summary>Makes or removes something of a home in the operation's session on the server.</summary>
    /// <exception cref="OperationDelayedException">This server cannot; another may.</exception>
    /// <exception cref="OperationRefusedException">The template is missing.</exception>
    public static async Task OnServerAsync<TData>(
        this OperationRun<TData> run, PostgresStore store, SqlMigrations migrations, Func<HomeMaker, Task> act, CancellationToken cancellationToken)
        where TData : class
    {
        var connections = store.Connections;
        if (connections.Provisioner is not { } provisioner)
        {
            throw new OperationDelayedException("The server that took it up has no connection of the provisioner. It waits for one that has: set ROWHOUSE_DATABASE_PROVISIONER.");
        }

        await using var session = await run.OpenServerAsync(provisioner, cancellationToken);
        try
        {
            await act(new(session.Connection, connections.Roles, migrations));
        }
        catch (TemplateMissingException missing)
        {
            throw new OperationRefusedException($"{missing.Message} Then retry.", missing);
        }
    }
}
