using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Internal;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.EntityFrameworkCore.Update;
using Microsoft.Extensions.DependencyInjection;
using Rowhouse.Tenancy.Postgres.Model;

namespace Rowhouse.Tenancy.Postgres.Binding;

/// <summary>
/// The EF Core options of a tenant's context. They are made once; a scope gets a copy with its services and a connection of
/// its own. To make them anew for each scope, as EF Core does, takes longer than to bind the tenant.
/// </summary>
/// <typeparam name="TContext">The context.</typeparam>
internal sealed class TenantOptions<TContext>
    where TContext : TenantDbContext
{
    private readonly PostgresStore store;
    private readonly DbContextOptions made;
    private readonly CoreOptionsExtension core;
    private readonly RelationalOptionsExtension relational;

    /// <summary>Makes the options by everything that is registered for the context, in its order.</summary>
    public TenantOptions(IServiceProvider services, PostgresStore store)
    {
        this.store = store;
        var options = new DbContextOptionsBuilder<TContext>();
        foreach (var configuration in services.GetServices<IDbContextOptionsConfiguration<TContext>>())
        {
            configuration.Configure(services, options);
        }

        made = options.Options;
        core = made.GetExtension<CoreOptionsExtension>();
        relational = RelationalOptionsExtension.Extract(made);
    }

    /// <summary>The options for work in a scope. The connection is given, not the data source: one model and one set of EF Core's own services then serve all stores.</summary>
    /// <param name="scope">The services of the scope.</param>
    public DbContextOptions<TContext> For(IServiceProvider scope) =>
        (DbContextOptions<TContext>)made
            .WithExtension(core.WithApplicationServiceProvider(scope))
            .WithExtension(relational.WithConnection(store.Application.CreateConnection(), owned: true));
}

/// <summary>What the options of all tenants' contexts have.</summary>
internal static class TenantOptions
{
    /// <summary>For work in a scope, but for its connection.</summary>
    public static void Use(DbContextOptionsBuilder options, PostgresStore store, TenantBinding binding)
    {
        options.UseNpgsql(npgsql => npgsql.ExecutionStrategy(
            dependencies => dependencies.CurrentContext.Context is TenantDbContext context ? new HomeReplay(context, Connect) : new NonRetryingExecutionStrategy(dependencies)))
            .UsePreparedStatementGuard().AddInterceptors(binding).LogFailuresForDebugging();
        UseKernelServices(options);

        DbConnection Connect() => store.Application.CreateConnection();
    }

    /// <summary>For looking at the model only.</summary>
    public static void UseForModel(DbContextOptionsBuilder options)
    {
        options.UseNpgsql();
        UseKernelServices(options);
    }

#pragma warning disable EF1001 // See TenantFinderSource.
    private static void UseKernelServices(DbContextOptionsBuilder options) =>
        options.UseSnakeCaseNamingConvention().ReplaceService<IModificationCommandBatchFactory, TenantBatchFactory>().ReplaceService<IEntityFinderSource, TenantFinderSource>();
#pragma warning restore EF1001
}
