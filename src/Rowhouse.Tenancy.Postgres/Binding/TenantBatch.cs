using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.EntityFrameworkCore.Update;
using Npgsql;
using Npgsql.EntityFrameworkCore.PostgreSQL.Update.Internal;
using Rowhouse.Tenancy.Postgres.Model;

namespace Rowhouse.Tenancy.Postgres.Binding;

#pragma warning disable EF1001 // See TenantBatchFactory.
#pragma warning disable CS0618 // The command's statements: EF Core makes a command and not a DbBatch, and only they tell rows apart.

/// <summary>
/// A batch of SaveChanges that knows of the statements which <see cref="TenantBinding"/> puts around its own, and lets
/// no command out that is not the tenant's.
/// </summary>
/// <remarks>
/// The provider counts affected rows by the statement's position. With a statement put before them it would throw, or,
/// where an earlier command returns values, take the rows of its neighbour and let a lost update pass in silence.
/// </remarks>
internal sealed class TenantBatch(ModificationCommandBatchFactoryDependencies dependencies, int maxBatchSize, TenantDbContext context)
    : NpgsqlModificationCommandBatch(dependencies, maxBatchSize)
{
    private bool onlyInserts = true;

    /// <summary>
    /// Whether EF Core has to open a transaction of its own. The binding commits a lone batch together with its
    /// statements, so a batch may go alone when nothing that is found out afterwards can be wrong: an insert fails in the
    /// server or not at all, and one update or delete that hits no row has changed nothing.
    /// </summary>
    public override bool RequiresTransaction => ModificationCommands.Count > 1 && !onlyInserts;

    public override bool TryAddCommand(IReadOnlyModificationCommand modificationCommand)
    {
        Check(modificationCommand);
        if (!base.TryAddCommand(modificationCommand))
        {
            return false;
        }

        onlyInserts &= modificationCommand.EntityState is EntityState.Added;
        return true;
    }

    protected override void Consume(RelationalDataReader reader)
    {
        var rows = (NpgsqlDataReader)reader.DbDataReader;
        var first = FirstStatement(rows);
        for (var i = 0; i < ModificationCommands.Count; i++)
        {
            try
            {
                if (!ResultSetMappings[i].HasFlag(ResultSetMapping.HasResultRow))
                {
                    ThrowIfLost(rows, first, i);
                    continue;
                }

                if (!reader.Read())
                {
                    throw Lost(i);
                }

                ModificationCommands[i].PropagateResults(reader);
                rows.NextResult();
            }
            catch (PostgresException exception)
            {
                throw Failed(exception, rows, first);
            }
        }
    }

    protected override async Task ConsumeAsync(RelationalDataReader reader, CancellationToken cancellationToken = default)
    {
        var rows = (NpgsqlDataReader)reader.DbDataReader;
        var first = FirstStatement(rows);
        for (var i = 0; i < ModificationCommands.Count; i++)
        {
            try
            {
                if (!ResultSetMappings[i].HasFlag(ResultSetMapping.HasResultRow))
                {
                    ThrowIfLost(rows, first, i);
                    continue;
                }

                if (!await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                {
                    throw Lost(i);
                }

                ModificationCommands[i].PropagateResults(reader);
                await rows.NextResultAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (PostgresException exception)
            {
                throw Failed(exception, rows, first);
            }
        }
    }

    private void Check(IReadOnlyModificationCommand command)
    {
        if (command.StoreStoredProcedure is not null)
        {
            throw new NotSupportedException($"{command.TableName} is written by a stored procedure; a tenant's tables are written by INSERT, UPDATE and DELETE.");
        }

        var tenant = command.ColumnModifications.FirstOrDefault(column => column.ColumnName == TenantModel.Key)
            ?? throw new InvalidOperationException($"{command.Schema}.{command.TableName} is shared reference data: tenants read it and never write it.");

        // The key of an added entity can still be changed through the change tracker after it was stamped.
        if ((TenantId)(tenant.UseOriginalValue ? tenant.OriginalValue : tenant.Value)! != context.BoundTenant)
        {
            throw new TenantMismatchException(command.TableName);
        }
    }

    // Nothing in a transaction that is bound, the bind in one that is not; BEGIN, the bind … COMMIT around a lone batch.
    // The bind is one statement or two.
    private int FirstStatement(NpgsqlDataReader reader)
    {
        var foreign = reader.Statements.Count - ModificationCommands.Count;
        var alone = context.Database.CurrentTransaction is null;
        return alone && foreign is (3 or 4)
            ? foreign - 1
            : !alone && foreign is (0 or 1 or 2)
                ? foreign
                : throw new InvalidOperationException($"{foreign} statements beside the batch's own: another interceptor changed the command, and affected rows cannot be told apart.");
    }

    private void ThrowIfLost(NpgsqlDataReader reader, int first, int i)
    {
        if (reader.Statements[first + i].Rows != 1)
        {
            throw Lost(i);
        }
    }

    private DbUpdateConcurrencyException Lost(int i) =>
        new($"The row of {ModificationCommands[i].TableName} was changed or deleted by somebody else.", ModificationCommands[i].Entries);

    // What fails is told where the rows of the statement before it end; a statement has a type once the server has said that it is complete.
    private DbUpdateException Failed(PostgresException exception, NpgsqlDataReader reader, int first)
    {
        var failed = ModificationCommands.Where((_, i) => reader.Statements[first + i].StatementType is Npgsql.StatementType.Unknown).FirstOrDefault();
        return new("An error occurred while saving.", exception, failed?.Entries ?? []);
    }
}
