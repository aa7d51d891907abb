using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Internal;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.EntityFrameworkCore.Update;
using Rowhouse.Tenancy.Postgres.Homes;
using Rowhouse.Tenancy.Postgres.Model;

namespace Rowhouse.Tenancy.Postgres.Binding;

/// <summary>What the options of all tenants' contexts have.</summary>
internal static class TenantOptions
{
    /// <summary>For work in a scope, but for its connection.</summary>
    public static void Use(DbContextOptionsBuilder options, HomeSources homes, TenantBinding binding)
    {
        options.UseNpgsql(npgsql => npgsql.ExecutionStrategy(
            dependencies => dependencies.CurrentContext.Context is TenantDbContext context ? new HomeReplay(context, homes) : new NonRetryingExecutionStrategy(dependencies)))
            .UsePreparedStatementGuard().AddInterceptors(binding).LogFailuresForDebugging();
        UseKernelServices(options);
    }

    /// <summary>For looking at the model only.</summary>
    public static void UseForModel(DbContextOptionsBuilder options)
    {
        options.UseNpgsql();
        UseKernelServices(options);
    }

#pragma warning disable EF1001 // See TenantFinderSource.
    private static void UseKernelServices(DbContextOptionsBuilder options) =>
        options.UseSnakeCaseNamingConvention()
            .ReplaceService<IModificationCommandBatchFactory, TenantBatchFactory>()
            .ReplaceService<IRelationalTransactionFactory, TenantTransactionFactory>()
            .ReplaceService<IEntityFinderSource, TenantFinderSource>();
#pragma warning restore EF1001
}
