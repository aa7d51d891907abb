using System.Reflection;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Rowhouse.Tenancy.Postgres.Binding;
using Rowhouse.Tenancy.Postgres.Guards;
using Rowhouse.Tenancy.Postgres.Homes;
using Rowhouse.Tenancy.Postgres.Outbox;

namespace Rowhouse.Tenancy.Postgres;

/// <summary>Registers what a module keeps in PostgreSQL.</summary>
public static class TenantDbContextHostExtensions
{
    /// <summary>
    /// Adds a context whose rows belong to the tenant of the scope, and the scripts
    /// <c>Store/Migrations/NNNN_name.sql</c> that are embedded in its assembly. Its tables are guarded from their first
    /// migration on. May be called more than once; what it registers is registered once.
    /// </summary>
    /// <remarks>
    /// What the context needs beyond that is said by <see cref="EntityFrameworkServiceCollectionExtensions.ConfigureDbContext{TContext}(IServiceCollection, Action{IServiceProvider, DbContextOptionsBuilder}, ServiceLifetime)"/>. It is asked
    /// once and not for every scope, with the services of the application.
    /// </remarks>
    /// <typeparam name="TContext">The context; its constructor takes <see cref="DbContextOptions{TContext}"/>.</typeparam>
    /// <param name="builder">The application that is being built.</param>
    public static IHostApplicationBuilder AddTenantDbContext<TContext>(this IHostApplicationBuilder builder)
        where TContext : TenantDbContext
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (builder.Services.Any(service => service.ImplementationInstance is TenantContextType known && known.Type == typeof(TContext)))
        {
            return builder;
        }

        builder.Services.AddSingleton(new TenantContextType(typeof(TContext)));
        builder.AddTenantContext<TContext>();
        var assembly = typeof(TContext).Assembly;
        return builder.AddSqlMigrations(assembly.GetName().Name!.Split('.')[^1].ToLowerInvariant(), assembly); // a loaded assembly has a name
    }

    /// <summary>Adds the scripts <c>…/Migrations/NNNN_name.sql</c> that are embedded in an assembly, for the shared store. The first call for a name counts.</summary>
    /// <param name="builder">The application that is being built.</param>
    /// <param name="name">The name under which the database records them; it can never change.</param>
    /// <param name="assembly">Where they are embedded.</param>
    public static IHostApplicationBuilder AddSqlMigrations(this IHostApplicationBuilder builder, string name, Assembly assembly) =>
        builder.AddSqlMigrations(name, assembly, isControl: false);

    /// <summary>Adds the scripts <c>…/Migrations/NNNN_name.sql</c> that are embedded in an assembly, for the control database: no tenant's rows are there, and the application's role cannot connect to it.</summary>
    /// <remarks>Beside them lies <c>schema.txt</c>, with what <see cref="SchemaComparison.DescribeControlAsync"/> says; the verification finds whatever differs from it.</remarks>
    /// <param name="builder">The application that is being built.</param>
    /// <param name="name">The name under which the database records them, and that of the schema that they make; it can never change.</param>
    /// <param name="assembly">Where they are embedded.</param>
    public static IHostApplicationBuilder AddControlMigrations(this IHostApplicationBuilder builder, string name, Assembly assembly) =>
        builder.AddSqlMigrations(name, assembly, isControl: true);

    private static IHostApplicationBuilder AddSqlMigrations(this IHostApplicationBuilder builder, string name, Assembly assembly, bool isControl)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(assembly);
        builder.AddPostgresStore();
        builder.Services.AddSingleton(new SqlMigrationSource(name, assembly, isControl));
        return builder;
    }

    /// <summary>Adds a context without scripts and guards: whose tables are the kernel's.</summary>
    internal static void AddTenantContext<TContext>(this IHostApplicationBuilder builder)
        where TContext : TenantDbContext
    {
        builder.AddPostgresStore();
        if (builder.Services.Any(service => service.ServiceType == typeof(TenantOptionsOf<TContext>)))
        {
            return;
        }

        builder.Services.AddDbContext<TContext>();
        builder.Services.ConfigureDbContext<TContext>((services, options) =>
        {
            TenantOptions.Use(options, services.GetRequiredService<HomeSources>(), services.GetRequiredService<TenantBinding>());
            options.AddInterceptors(services.GetRequiredService<OutboxPublisher>());
        });
        builder.Services.AddSingleton<TenantOptionsOf<TContext>>();
        builder.Services.Replace(ServiceDescriptor.Scoped(scope => scope.GetRequiredService<TenantOptionsOf<TContext>>().For(scope)));
    }

    internal static void AddPostgresStore(this IHostApplicationBuilder builder)
    {
        builder.Services.TryAddScoped<TenantScope>();
        builder.Services.TryAddSingleton<PostgresStore>();
        builder.Services.TryAddSingleton(services => new TenantHomes(services.GetRequiredService<PostgresStore>(), services.GetRequiredService<HomeSources>(), services.GetRequiredService<SqlMigrations>()));
        builder.Services.TryAddSingleton<HomeSources>();
        builder.Services.TryAddSingleton(services => new HomePurge(services.GetRequiredService<PostgresStore>(), services.GetRequiredService<TenantModels>()));
        builder.Services.TryAddSingleton<TenantBinding>();
        builder.Services.AddOutbox();
        builder.Services.TryAddSingleton<TenantModels>();
        builder.Services.TryAddSingleton(services => new ReferenceData(services.GetRequiredService<PostgresStore>(), services.GetRequiredService<HomeSources>(), services.GetRequiredService<TenantModels>()));
        builder.Services.TryAddSingleton(services => new SqlMigrations(services.GetServices<SqlMigrationSource>(), services.GetRequiredService<TenantModels>()));
    }
}
