using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Rowhouse.Tenancy.Caching;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Tenancy.Settings;
using Rowhouse.Tenancy.Tests.Kernel;
using Rowhouse.Tenancy.Tests.Notes;
using Rowhouse.Testing;

namespace Rowhouse.Tenancy.Tests.Settings;

/// <summary>What a product lets its tenants set.</summary>
public sealed record Greeting : IValidatableObject
{
    [Required, StringLength(2000, ErrorMessage = "A text has at most 2,000 characters.")]
    public string? Text { get; init; } = "initializer";

    [Range(0, 100)]
    public int Discount { get; init; }

    public double Share { get; init; }

    public Hours Open { get; init; } = new(9, 17);

    public string? Signature { get; init; } = "initializer";

    public IReadOnlyDictionary<string, string> Phrases { get; init; } = new Dictionary<string, string>();

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) =>
        Open.From < Open.To ? [] : [new("Opening comes before closing.", [nameof(Open)])];
}

public sealed record Hours(int From, int To);

/// <summary>One node of an application whose tenants have settings.</summary>
internal sealed class SettingsNode : IAsyncDisposable
{
    public static readonly Greeting Defaults = new() { Text = "Hello", Discount = 10, Signature = "The team", Phrases = new Dictionary<string, string> { ["bye"] = "Bye" } };

    public static readonly Hours Hours = new(9, 17);

    private readonly IHost host;

    private SettingsNode(IHost host) => this.host = host;

    public static Tenant Smith { get; } = Tenants.Make("smith");

    public static Tenant Harbor { get; } = Tenants.Make("harbor");

    /// <summary>A database for the settings of two tenants.</summary>
    public static async Task<PostgresConnections> PrepareAsync(PostgresFixture postgres)
    {
        var connections = await postgres.CreateDatabaseAsync("settings", async empty =>
        {
            using var migrating = Build(empty, migrate: true, redis: null, Defaults);
            await migrating.StartAsync();
            await migrating.StopAsync();
        });
        foreach (var tenant in new[] { Smith, Harbor })
        {
            await NotesHost.ExecuteAsync(connections.Platform, "INSERT INTO tenancy.homes (tenant_id, generation) VALUES ($1, $2)", tenant.Id.Value, tenant.Placement.Generation);
        }

        return connections;
    }

    public static async Task<SettingsNode> StartAsync(PostgresConnections connections, string? redis = null, Greeting? defaults = null)
    {
        var node = new SettingsNode(Build(connections, migrate: false, redis, defaults ?? Defaults));
        var catalogue = (TestCatalogue)node.host.Services.GetRequiredService<ITenantCatalogue>();
        catalogue.Add(Smith);
        catalogue.Add(Harbor);
        await node.host.StartAsync();
        return node;
    }

    public Task<T> InAsync<T>(Tenant tenant, Func<ITenantSettings<Greeting>, Task<T>> work) => InAsync<Greeting, T>(tenant, work);

    public async Task<T> InAsync<TSection, T>(Tenant tenant, Func<ITenantSettings<TSection>, Task<T>> work)
        where TSection : class
    {
        await using var scope = await host.Services.GetRequiredService<ITenantScopes>().EnterAsync(tenant.Id);
        return await work(scope.Get<ITenantSettings<TSection>>());
    }

    public Task<CurrentSettings<Greeting>> GetAsync(Tenant tenant) => InAsync(tenant, settings => settings.GetAsync().AsTask());

    public Task<CurrentSettings<Greeting>> ChangeAsync(Tenant tenant, Func<Greeting, Greeting> change) => InAsync(tenant, settings => settings.ChangeAsync(current => change(current.Value)));

    public async ValueTask DisposeAsync()
    {
        await host.StopAsync();
        host.Dispose();
    }

    private static IHost Build(PostgresConnections connections, bool migrate, string? redis, Greeting defaults)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.ConfigureContainer(new DefaultServiceProviderFactory(new() { ValidateScopes = true, ValidateOnBuild = true }));
        builder.AddTenancy(tenancy => tenancy.UseCatalogue<TestCatalogue>().WithCache(cache => cache.Redis = redis).OnPostgres(options =>
        {
            options.Connections = connections;
            options.MigrateAtStart = migrate;
        }));
        builder.AddTenantSettings("greeting", defaults);
        builder.AddTenantSettings("hours", Hours);
        return builder.Build();
    }
}
