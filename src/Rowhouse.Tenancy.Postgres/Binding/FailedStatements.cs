using System.Data.Common;
using System.Runtime.CompilerServices;
using Npgsql;

namespace Rowhouse.Tenancy.Postgres.Binding;

/// <summary>
/// Lets no transaction end as if it had committed that did not. After a statement has failed PostgreSQL answers COMMIT with ROLLBACK, which the driver takes
/// for an answer like any other: who caught the failure and went on would have lost all that the transaction did, and not know it.
/// </summary>
/// <remarks>
/// By the connection, which contexts in one transaction share. What is noted here may have been undone by rolling back to a savepoint: so before it commits,
/// a transaction is asked whether it still takes statements. One in which nothing failed is asked nothing.
/// </remarks>
internal static class FailedStatements
{
    private const string Question = "SELECT 1";

    private static readonly ConditionalWeakTable<DbConnection, Failure> failures = [];

    public static void Note(DbConnection? connection, Exception? exception)
    {
        if (connection is not null)
        {
            failures.TryAdd(connection, new(exception)); // the first one is the cause of the others
        }
    }

    public static void Forget(DbConnection connection) => failures.Remove(connection);

    /// <summary>Refuses to go on to COMMIT where that would undo what was done.</summary>
    /// <exception cref="InvalidOperationException">A statement failed, and nothing that was done is kept.</exception>
    public static void ThrowIfFailed(DbTransaction transaction)
    {
        if (Take(transaction) is not { } failure)
        {
            return;
        }

        using var command = transaction.Connection!.CreateCommand(); // it had one
        command.Transaction = transaction;
        command.CommandText = Question;
        try
        {
            command.ExecuteNonQuery();
        }
        catch (PostgresException aborted) when (aborted.SqlState is PostgresErrorCodes.InFailedSqlTransaction)
        {
            throw WentOn(failure, aborted);
        }
    }

    /// <inheritdoc cref="ThrowIfFailed"/>
    public static async Task ThrowIfFailedAsync(DbTransaction transaction, CancellationToken cancellationToken)
    {
        if (Take(transaction) is not { } failure)
        {
            return;
        }

        var command = transaction.Connection!.CreateCommand(); // it had one
        await using var dispose = command.ConfigureAwait(false);
        command.Transaction = transaction;
        command.CommandText = Question;
        try
        {
            await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (PostgresException aborted) when (aborted.SqlState is PostgresErrorCodes.InFailedSqlTransaction)
        {
            throw WentOn(failure, aborted);
        }
    }

    private static Failure? Take(DbTransaction transaction) =>
        transaction.Connection is { } connection && failures.TryGetValue(connection, out var failure) && failures.Remove(connection) ? failure : null;

    // The cause goes with it: whoever asks what the database refused finds that, and what a move refused is done again.
    private static InvalidOperationException WentOn(Failure failure, PostgresException aborted) =>
        new("A statement failed in this transaction and it went on: nothing of it was kept. Let the failure end the transaction, or make a savepoint before what may fail and roll back to that.", failure.Exception ?? aborted);

    private sealed record Failure(Exception? Exception);
}
