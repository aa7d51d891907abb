using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Update;
using Npgsql.EntityFrameworkCore.PostgreSQL.Infrastructure.Internal;
using Npgsql.EntityFrameworkCore.PostgreSQL.Update.Internal;

namespace Rowhouse.Tenancy.Postgres.Binding;

#pragma warning disable EF1001 // The provider has no public seam for its batch; TenantBatchTests say what broke when it changes.

/// <summary>Makes SaveChanges' batches: the kernel's for tenants' contexts, the provider's for all others.</summary>
internal sealed class TenantBatchFactory(ModificationCommandBatchFactoryDependencies dependencies, IDbContextOptions options) : IModificationCommandBatchFactory
{
    private const int DefaultBatchSize = 1000;

    private readonly int maxBatchSize = options.FindExtension<NpgsqlOptionsExtension>()?.MaxBatchSize ?? DefaultBatchSize;

    public ModificationCommandBatch Create() => dependencies.CurrentContext.Context is TenantDbContext context
        ? new TenantBatch(dependencies, maxBatchSize, context)
        : new NpgsqlModificationCommandBatch(dependencies, maxBatchSize);
}
