using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.Extensions.DependencyInjection;

namespace Rowhouse.Tenancy.Postgres.Binding;

/// <summary>
/// The EF Core options of a tenant's context. They are made once; a scope gets a copy with its services and a connection of
/// its own. To make them anew for each scope, as EF Core does, takes longer than to bind the tenant.
/// </summary>
/// <typeparam name="TContext">The context.</typeparam>
internal sealed class TenantOptionsOf<TContext>
    where TContext : TenantDbContext
{
    private readonly PostgresStore store;
    private readonly DbContextOptions made;
    private readonly CoreOptionsExtension core;
    private readonly RelationalOptionsExtension relational;

    /// <summary>Makes the options by everything that is registered for the context, in its order.</summary>
    public TenantOptionsOf(IServiceProvider services, PostgresStore store)
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
