using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Rowhouse.Tenancy.Postgres.Homes;

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
    private readonly HomeSources homes;
    private readonly DbContextOptions made;
    private readonly CoreOptionsExtension core;
    private readonly RelationalOptionsExtension relational;

    /// <summary>Makes the options by everything that is registered for the context, in its order.</summary>
    public TenantOptionsOf(IServiceProvider services, PostgresStore store, HomeSources homes)
    {
        this.store = store;
        this.homes = homes;
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
            .WithExtension(relational.WithConnection(ConnectionFor(scope), owned: true));

    // A scope that has no tenant yet gets no further than to its first statement.
    private NpgsqlConnection ConnectionFor(IServiceProvider scope) =>
        scope.GetRequiredService<TenantScope>() is { IsBound: true } bound ? homes.Connect(bound.Tenant) : store.Application.CreateConnection();
}
