using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Rowhouse.Tenancy;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Tenancy.Postgres.Outbox;
using NetHost = Microsoft.Extensions.Hosting.Host;

namespace Rowhouse.Testing.Host.Ledger;

/// <summary>A node of an application that publishes events and handles them.</summary>
public static class LedgerHost
{
    /// <summary>Builds a node.</summary>
    /// <param name="connections">Its databases.</param>
    /// <param name="migrate">Whether it makes the tables.</param>
    /// <param name="handles">Whether it handles events; otherwise it only publishes.</param>
    /// <param name="options">How it delivers.</param>
    /// <param name="configure">What it has besides.</param>
    public static IHost Build(PostgresConnections connections, bool migrate = false, bool handles = true, Action<OutboxOptions>? options = null, Action<HostApplicationBuilder>? configure = null)
    {
        var builder = NetHost.CreateEmptyApplicationBuilder(new());
        builder.ConfigureContainer(new DefaultServiceProviderFactory(new() { ValidateScopes = true, ValidateOnBuild = true }));
        builder.Services.AddLogging();
        builder.AddTenancy(tenancy => tenancy.OnPostgres(postgres =>
        {
            postgres.Connections = connections;
            postgres.MigrateAtStart = migrate;
        }));
        builder.Services.AddSingleton<LedgerProbe>();
        builder.AddTenantDbContext<LedgerDb>().AddEvent<Recorded>("entries.recorded");
        if (handles)
        {
            builder.AddEventHandler<Recorded, CopyRecorded, LedgerDb>("ledger.copy");
        }

        builder.WithOutbox(options ?? (_ => { }));
        configure?.Invoke(builder);
        return builder.Build();
    }

    /// <summary>A tenant that lives in the shared store.</summary>
    public static Tenant Tenant(Guid id) => new()
    {
        Id = new(id),
        Slug = Slug.Parse($"t{id:N}", null),
        Name = "Tenant",
        Status = TenantStatus.Active,
        Placement = new(PlacementKind.Shared, Placement.SharedStore, "test", 1),
        Version = 1,
    };
}
