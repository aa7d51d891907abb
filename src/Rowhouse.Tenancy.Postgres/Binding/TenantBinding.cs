using System.Data;
using System.Data.Common;
using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Npgsql;
using NpgsqlTypes;

namespace Rowhouse.Tenancy.Postgres.Binding;

/// <summary>
/// Binds the tenant and its generation to the database's transaction, in one command with the first statement:
/// no round trip is added to a read, a write or a transaction.
/// </summary>
/// <remarks>
/// <list type="bullet">
/// <item>A lone statement becomes <c>BEGIN; bind; statement; COMMIT</c>. Npgsql splits it and sends the four together.</item>
/// <item>In an explicit transaction <c>bind;</c> goes before the first statement only; Npgsql holds its own BEGIN back until then.</item>
/// <item>The bind is <c>CALL tenancy.bind(…)</c> with parameters on direct connections, so that every text is constant and
/// stays prepared, and <c>SET LOCAL</c> behind a pooler, where nothing is prepared. <c>select set_config(…)</c> would be
/// quicker still, but is not carried to the workers of a distributed store.</item>
/// <item>Session-level settings are never used: behind a pooler the next client would inherit them.</item>
/// </list>
/// </remarks>
internal sealed class TenantBinding(PostgresStore store) : CommandInterceptor, IDbConnectionInterceptor, IDbTransactionInterceptor
{
    private const string Begin = "BEGIN;";
    private const string Call = "CALL tenancy.bind(@rowhouse_tenant, @rowhouse_generation);\n";

    public override void CommandFailed(DbCommand command, CommandErrorEventData eventData)
    {
        if (eventData.Context is TenantDbContext context && Abandon(context, command, eventData.Exception) is { } connection)
        {
            RollBack(connection);
        }
    }

    public override async Task CommandFailedAsync(DbCommand command, CommandErrorEventData eventData, CancellationToken cancellationToken = default)
    {
        if (eventData.Context is TenantDbContext context && Abandon(context, command, eventData.Exception) is { } connection)
        {
            await RollBackAsync(connection).ConfigureAwait(false);
        }
    }

    public override void CommandCanceled(DbCommand command, CommandEndEventData eventData)
    {
        if (eventData.Context is TenantDbContext context && Abandon(context, command) is { } connection)
        {
            RollBack(connection);
        }
    }

    public override async Task CommandCanceledAsync(DbCommand command, CommandEndEventData eventData, CancellationToken cancellationToken = default)
    {
        if (eventData.Context is TenantDbContext context && Abandon(context, command) is { } connection)
        {
            await RollBackAsync(connection).ConfigureAwait(false);
        }
    }

    // A command can still fail while its results are read, be it in a statement behind its first: no command failed then.
    public override InterceptionResult DataReaderClosing(DbCommand command, DataReaderClosingEventData eventData, InterceptionResult result)
    {
        if (eventData.Context is TenantDbContext context)
        {
            var last = LastStatement(eventData.DataReader);
            try
            {
                eventData.DataReader.Close();
            }
            finally
            {
                if (!IsComplete(last) && Abandon(context, command) is { } connection)
                {
                    RollBack(connection);
                }
            }
        }

        return result;
    }

    public override async ValueTask<InterceptionResult> DataReaderClosingAsync(DbCommand command, DataReaderClosingEventData eventData, InterceptionResult result)
    {
        if (eventData.Context is TenantDbContext context)
        {
            var last = LastStatement(eventData.DataReader);
            try
            {
                await eventData.DataReader.CloseAsync().ConfigureAwait(false);
            }
            finally
            {
                if (!IsComplete(last) && Abandon(context, command) is { } connection)
                {
                    await RollBackAsync(connection).ConfigureAwait(false);
                }
            }
        }

        return result;
    }

    // What was set after a savepoint is undone by rolling back to it: the next statement binds again.
    public void RolledBackToSavepoint(DbTransaction transaction, TransactionEventData eventData) => Forget(eventData);

    public Task RolledBackToSavepointAsync(DbTransaction transaction, TransactionEventData eventData, CancellationToken cancellationToken = default)
    {
        Forget(eventData);
        return Task.CompletedTask;
    }

    // Whatever is done where a connection has broken begins with a new one.
    public InterceptionResult ConnectionOpening(DbConnection connection, ConnectionEventData eventData, InterceptionResult result)
    {
        (eventData.Context as TenantDbContext)?.RefuseLostTransaction();
        return result;
    }

    public ValueTask<InterceptionResult> ConnectionOpeningAsync(DbConnection connection, ConnectionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default) =>
        new(ConnectionOpening(connection, eventData, result));

    // What failed in a transaction before is over.
    public DbTransaction TransactionStarted(DbConnection connection, TransactionEndEventData eventData, DbTransaction result)
    {
        FailedStatements.Forget(connection);
        return result;
    }

    public ValueTask<DbTransaction> TransactionStartedAsync(DbConnection connection, TransactionEndEventData eventData, DbTransaction result, CancellationToken cancellationToken = default)
    {
        FailedStatements.Forget(connection);
        return new(result);
    }

    public InterceptionResult TransactionCommitting(DbTransaction transaction, TransactionEventData eventData, InterceptionResult result)
    {
        FailedStatements.ThrowIfFailed(transaction);
        NoteCommit(eventData);
        return result;
    }

    public async ValueTask<InterceptionResult> TransactionCommittingAsync(DbTransaction transaction, TransactionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default)
    {
        await FailedStatements.ThrowIfFailedAsync(transaction, cancellationToken).ConfigureAwait(false);
        NoteCommit(eventData);
        return result;
    }

    private static void NoteCommit(TransactionEventData eventData)
    {
        if (eventData.Context is TenantDbContext context)
        {
            context.MayNotRepeat = true;
        }
    }

    // Whoever does the work has the answer by now, and may have gone on from it.
    protected override void After(CommandEventData eventData)
    {
        if (eventData.Context is TenantDbContext { Database.CurrentTransaction: not null } context)
        {
            context.MayNotRepeat = true;
        }
    }

    private static void Forget(TransactionEventData eventData)
    {
        if (eventData.Context is TenantDbContext context)
        {
            context.BoundTransaction = null;
            FailedStatements.Forget(context.Database.GetDbConnection());
        }
    }

    protected override void Before(DbCommand command, CommandEventData eventData)
    {
        if (eventData.Context is not TenantDbContext context || eventData.CommandSource is CommandSource.Migrations)
        {
            return;
        }

        context.RefuseLostTransaction();
        if (context.Database.CurrentTransaction is not { } transaction)
        {
            RefuseAmbientTransaction();
            context.MayNotRepeat |= eventData.CommandSource is not CommandSource.LinqQuery; // raw SQL may write; what LINQ is composed on may not
            command.CommandText = string.Concat(Begin, BindText(command, context), command.CommandText.AsSpan().TrimEnd("; \r\n\t"), "\n;COMMIT");
        }
        else if (context.BoundTransaction != transaction.TransactionId)
        {
            command.CommandText = BindText(command, context) + command.CommandText;
            context.BoundTransaction = transaction.TransactionId;
        }
    }

    private string BindText(DbCommand command, TenantDbContext context)
    {
        if (store.Connections.ThroughPooler)
        {
            // SET takes no parameter. Both values are formatted from a Guid and an int, never from text.
            return string.Create(CultureInfo.InvariantCulture, $"SET LOCAL rowhouse.tenant = '{context.BoundTenant.Value:D}';SET LOCAL rowhouse.generation = '{context.BindGeneration()}';\n");
        }

        command.Parameters.Add(new NpgsqlParameter<Guid>("rowhouse_tenant", NpgsqlDbType.Uuid) { TypedValue = context.BoundTenant.Value });
        command.Parameters.Add(new NpgsqlParameter<int>("rowhouse_generation", NpgsqlDbType.Integer) { TypedValue = context.BindGeneration() });
        return Call;
    }

    private static void RefuseAmbientTransaction()
    {
        // The COMMIT of a lone statement would end it half-way.
        if (System.Transactions.Transaction.Current is not null)
        {
            throw new NotSupportedException("A TransactionScope cannot carry a tenant. Use InTransactionAsync.");
        }
    }

    // A failed statement undoes the bind that went with it, and leaves BEGIN without its COMMIT.
    private static DbConnection? Abandon(TenantDbContext context, DbCommand command, Exception? exception = null)
    {
        context.BoundTransaction = null;
        if (context.Database.CurrentTransaction is not null)
        {
            FailedStatements.Note(command.Connection, exception);
            if (exception?.IsCutShort() is true)
            {
                command.Connection?.Close(); // a pooler may have lost the server and keep its client
            }
            else
            {
                context.MayNotRepeat |= exception is null or PostgresException; // to be refused or cancelled is an answer too
            }
        }

        return IsAlone(context, command) && command.Connection is { State: ConnectionState.Open } connection ? connection : null;
    }

    private static bool IsAlone(TenantDbContext context, DbCommand command) =>
        command.CommandText.StartsWith(Begin, StringComparison.Ordinal) && context.Database.CurrentTransaction is null;

#pragma warning disable CS0618 // The command's statements: EF Core makes a command and not a DbBatch.
    private static NpgsqlBatchCommand? LastStatement(DbDataReader reader) => (reader as NpgsqlDataReader)?.Statements[^1]; // a buffered one has been read and closed
#pragma warning restore CS0618

    // A statement has a type once the server has said that it is complete.
    private static bool IsComplete(NpgsqlBatchCommand? statement) => statement is not { StatementType: Npgsql.StatementType.Unknown };

    private static void RollBack(DbConnection connection)
    {
        try
        {
            using var rollback = connection.CreateCommand();
            rollback.CommandText = "ROLLBACK";
            rollback.ExecuteNonQuery();
        }
        catch (NpgsqlException)
        {
            // The connection broke meanwhile, and its transaction with it; what matters is the failure that is on its way up.
        }
    }

    private static async Task RollBackAsync(DbConnection connection)
    {
        try
        {
            var rollback = connection.CreateCommand();
            await using var _ = rollback.ConfigureAwait(false);
            rollback.CommandText = "ROLLBACK";

            // Not the caller's token: a cancelled command has to be undone as well.
            await rollback.ExecuteNonQueryAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (NpgsqlException)
        {
            // As above.
        }
    }
}
