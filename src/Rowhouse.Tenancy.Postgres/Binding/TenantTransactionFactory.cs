using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Storage;

namespace Rowhouse.Tenancy.Postgres.Binding;

/// <summary>Makes the transactions of tenants' contexts.</summary>
internal sealed class TenantTransactionFactory(RelationalTransactionFactoryDependencies dependencies) : RelationalTransactionFactory(dependencies)
{
    public override RelationalTransaction Create(
        IRelationalConnection connection, DbTransaction transaction, Guid transactionId, IDiagnosticsLogger<DbLoggerCategory.Database.Transaction> logger, bool transactionOwned) =>
        connection.Context is TenantDbContext context
            ? new TenantTransaction(context, connection, transaction, transactionId, logger, transactionOwned, Dependencies.SqlGenerationHelper)
            : base.Create(connection, transaction, transactionId, logger, transactionOwned);
}
