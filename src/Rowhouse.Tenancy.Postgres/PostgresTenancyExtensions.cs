using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Rowhouse.Tenancy.Postgres.Guards;
using Rowhouse.Tenancy.Postgres.Homes;
using Rowhouse.Tenancy.Postgres.Hosting;

namespace Rowhouse.Tenancy.Postgres;

/// <summary>Puts an application's tenants on PostgreSQL.</summary>
public static class PostgresTenancyExtensions
{
    /// <summary>
    /// Keeps tenants' rows in PostgreSQL. When the host starts, before any of its services, it opens the database,
    /// migrates it or refuses an old schema, and refuses to serve when the database does not isolate tenants.
    /// </summary>
    /// <param name="tenancy">What the application says about its tenancy.</param>
    /// <param name="configure">Changes the defaults.</param>
    public static TenancyBuilder OnPostgres(this TenancyBuilder tenancy, Action<PostgresOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(tenancy);
        tenancy.Host.AddPostgresStore();
        var options = new PostgresOptions();
        configure?.Invoke(options);
        tenancy.Services.RemoveAll<PostgresOptions>();
        tenancy.Services.AddSingleton(options);
        tenancy.Services.TryAddSingleton(services => new PostgresDatabase(
            services.GetRequiredService<PostgresStore>(),
            services.GetRequiredService<PostgresOptions>(),
            services.GetRequiredService<SqlMigrations>(),
            services.GetRequiredService<TenantModels>(),
            services.GetRequiredService<IConfiguration>(),
            services.GetRequiredService<ILogger<PostgresDatabase>>(),
            services.GetService<IDedicatedHomes>));
        tenancy.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, PostgresStartup>());
        return tenancy;
    }
}
