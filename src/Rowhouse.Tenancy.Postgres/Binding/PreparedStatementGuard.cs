using System.Data;
using System.Data.Common;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Npgsql;

namespace Rowhouse.Tenancy.Postgres.Binding;

/// <summary>
/// Lets no connection go back to its pool with a statement that Npgsql wrongly holds for prepared. When the server has
/// parsed a statement and fails before it describes the result (a value that cannot be read, a caller who leaves, a lock that
/// is not had), Npgsql keeps the statement without a description, and whoever executes it next on that connection reads
/// the answer wrongly. Seen with Npgsql 10.0.0 and 10.0.3.
/// </summary>
/// <remarks>
/// Such a connection forgets all its statements and prepares them anew. Where nothing failed, nothing is done. EF Core tells
/// nobody when it closes a connection that its context was disposed of with: <see cref="TenantDbContext"/> comes here first.
/// </remarks>
internal sealed class PreparedStatementGuard : DbCommandInterceptor, IDbConnectionInterceptor
{
    // They fail while a statement is executed, and by then it is described: constraints, rights, what functions raise.
    private static readonly string[] RaisedLater = ["23", PostgresErrorCodes.InsufficientPrivilege, "P0", HomeNotWritableException.SqlState];

    private readonly ConditionalWeakTable<DbConnection, object> suspects = [];

    private PreparedStatementGuard()
    {
    }

    /// <summary>The only one: what it knows, it knows of connections.</summary>
    public static PreparedStatementGuard Instance { get; } = new();

    // The driver gives a command that ran before to whoever wants one of the same connection, and its statements still say
    // how they ended then: one that the server never came to would look complete.
    public override InterceptionResult<DbCommand> CommandCreating(CommandCorrelatedEventData eventData, InterceptionResult<DbCommand> result) =>
        !result.HasResult && eventData.Connection is NpgsqlConnection connection ? InterceptionResult<DbCommand>.SuppressWithResult(new NpgsqlCommand { Connection = connection }) : result;

    public override void CommandFailed(DbCommand command, CommandErrorEventData eventData) => Failed(command, eventData);

    public override Task CommandFailedAsync(DbCommand command, CommandErrorEventData eventData, CancellationToken cancellationToken = default)
    {
        Failed(command, eventData);
        return Task.CompletedTask;
    }

    public override void CommandCanceled(DbCommand command, CommandEndEventData eventData) => Suspect(command.Connection, eventData.Context);

    public override Task CommandCanceledAsync(DbCommand command, CommandEndEventData eventData, CancellationToken cancellationToken = default)
    {
        Suspect(command.Connection, eventData.Context);
        return Task.CompletedTask;
    }

    // What fails behind the first result fails while results are read: no command failed then, and some of its statements
    // have no type, which each has once the server has said that it is complete.
    public override InterceptionResult DataReaderDisposing(DbCommand command, DataReaderDisposingEventData eventData, InterceptionResult result)
    {
#pragma warning disable CS0618 // EF Core makes a command and not a DbBatch.
        if (command is NpgsqlCommand { Statements: [.., { StatementType: Npgsql.StatementType.Unknown }] })
#pragma warning restore CS0618
        {
            Suspect(command.Connection, eventData.Context);
        }

        return result;
    }

    public InterceptionResult ConnectionClosing(DbConnection connection, ConnectionEventData eventData, InterceptionResult result)
    {
        Forget(connection, eventData.Context);
        return result;
    }

    public ValueTask<InterceptionResult> ConnectionClosingAsync(DbConnection connection, ConnectionEventData eventData, InterceptionResult result)
    {
        Forget(connection, eventData.Context);
        return new(result);
    }

    /// <summary>Makes an open connection forget its statements if one of them may be spoilt.</summary>
    /// <exception cref="NpgsqlException">Somebody left a result of it open, or a transaction that failed.</exception>
    public void Forget(DbConnection connection, DbContext? context)
    {
        if (context is TenantDbContext tenants)
        {
            tenants.HasSuspectStatements = false;
        }

        if (SuspectOf(connection) is { } suspect)
        {
            try
            {
                // The driver has no asynchronous form of it.
                suspect.UnprepareAll();
            }
            catch (Exception failure) when (failure is NpgsqlException or InvalidOperationException && suspect.State is not ConnectionState.Open)
            {
                // It broke meanwhile, and a broken one does not go back.
            }
        }
    }

    private void Failed(DbCommand command, CommandErrorEventData eventData)
    {
        if (eventData.Exception is not PostgresException refused || !Array.Exists(RaisedLater, state => refused.SqlState.StartsWith(state, StringComparison.Ordinal)))
        {
            Suspect(command.Connection, eventData.Context);
        }
    }

    private void Suspect(DbConnection? connection, DbContext? context)
    {
        if (connection is not null)
        {
            suspects.AddOrUpdate(connection, connection);
            if (context is TenantDbContext tenants)
            {
                tenants.HasSuspectStatements = true;
            }
        }
    }

    // Behind a pooler nothing is prepared, and what is on the server's connection is others'.
    private NpgsqlConnection? SuspectOf(DbConnection connection) =>
        suspects.Remove(connection) && connection is NpgsqlConnection { State: ConnectionState.Open } suspect && new NpgsqlConnectionStringBuilder(suspect.ConnectionString).MaxAutoPrepare > 0
            ? suspect
            : null;
}
