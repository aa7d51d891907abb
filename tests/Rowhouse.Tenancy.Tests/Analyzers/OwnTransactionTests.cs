using Rowhouse.Tenancy.Analyzers;

namespace Rowhouse.Tenancy.Tests.Analyzers;

public sealed class OwnTransactionTests
{
    [Theory]
    [InlineData("""using var transaction = db.Database.[|BeginTransaction|]();""")]
    [InlineData("""await using var transaction = await db.Database.[|BeginTransactionAsync|](cancelled);""")]
    [InlineData("""await using var transaction = await db.Database.[|BeginTransactionAsync|](System.Data.IsolationLevel.Serializable, cancelled);""")]
    [InlineData("""db.Database.[|UseTransaction|](null);""")]
    [InlineData("""db.Database.[|CommitTransaction|]();""")]
    [InlineData("""await db.Database.[|RollbackTransactionAsync|](cancelled);""")]
    [InlineData("""await db.Database.[|UseTransactionAsync|](null, cancelled);""")]
    [InlineData("""db.Database.[|OpenConnection|]();""")]
    [InlineData("""await db.Database.[|OpenConnectionAsync|](cancelled);""")]
    [InlineData("""System.Transactions.TransactionsDatabaseFacadeExtensions.[|EnlistTransaction|](db.Database, null);""")]
    [InlineData("""var database = db.Database; _ = database.[|BeginTransaction|]();""")]
    [InlineData("""Func<IDbContextTransaction> begin = db.Database.[|BeginTransaction|]; begin();""")]
    [InlineData("""RelationalDatabaseFacadeExtensions.[|OpenConnection|](db.Database);""")]
    [InlineData("""facade.[|BeginTransaction|]();""")]
    [InlineData("""await db.Database.CreateExecutionStrategy().ExecuteAsync(async () => { await db.Database.[|BeginTransactionAsync|](); });""")]
    public Task A_transaction_of_ones_own_on_a_tenants_context_is_reported(string statement) => Code.IsReportedAsync(Rules.OwnTransaction, Code.Method(statement));

    [Theory]
    [InlineData("""await using var transaction = await plain.Database.BeginTransactionAsync(cancelled);""")]
    [InlineData("""plain.Database.OpenConnection(); plain.Database.UseTransaction(null);""")]
    [InlineData("""var database = plain.Database; _ = database.BeginTransaction();""")]
    [InlineData("""_ = await db.InTransactionAsync(inner => db.SaveChangesAsync(inner), cancelled);""")]
    [InlineData("""_ = await db.InLockAsync("notes", inner => db.SaveChangesAsync(inner), cancelled);""")]
    public Task Other_contexts_and_the_kernels_transactions_are_not_reported(string statement) => Code.IsQuietAsync(Code.Method(statement));
}
