using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Rowhouse.Tenancy.Keys;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Tenancy.Secrets;
using Rowhouse.Tenancy.Tests.Isolation;
using Rowhouse.Tenancy.Tests.Kernel;
using Rowhouse.Tenancy.Tests.Notes;
using Rowhouse.Testing;

namespace Rowhouse.Tenancy.Tests.Secrets;

/// <summary>What a tenant signs in with at a shop.</summary>
public sealed record ShopLogin([property: Required, StringLength(100_000)] string Token, [property: Range(1, 65535)] int Port = 443)
{
    public override string ToString() => nameof(ShopLogin);
}

/// <summary>A second secret beside it.</summary>
public sealed record PrinterLogin([property: Required] string Pin)
{
    public override string ToString() => nameof(PrinterLogin);
}

/// <summary>What an earlier release kept under the name of <see cref="ShopLogin"/>.</summary>
public sealed record EarlierLogin(string User)
{
    public override string ToString() => nameof(EarlierLogin);
}

/// <summary>What JSON cannot write: it contains itself, and says so with its value.</summary>
public sealed class EndlessLogin
{
    public EndlessLogin Inner => throw new NotSupportedException("hush-in-a-getter");

    [JsonIgnore]
    public string Port { get; init; } = "";
}

/// <summary>One node of an application whose tenants have secrets.</summary>
internal sealed class SecretsNode : IAsyncDisposable
{
    private readonly IHost host;

    private SecretsNode(IHost host) => this.host = host;

    public static Tenant Smith { get; } = Tenants.Make("smith");

    public static Tenant Harbor { get; } = Tenants.Make("harbor");

    public TestKeys Keys => (TestKeys)host.Services.GetRequiredService<ITenantKeys>();

    /// <summary>A database for the secrets of two tenants.</summary>
    public static async Task<PostgresConnections> PrepareAsync(PostgresFixture postgres)
    {
        var connections = await postgres.CreateDatabaseAsync("secrets", async empty =>
        {
            using var migrating = Build<ShopLogin>(empty, new(), migrate: true, null, null);
            await migrating.StartAsync();
            await migrating.StopAsync();
        });
        foreach (var tenant in new[] { Smith, Harbor })
        {
            await NotesHost.ExecuteAsync(connections.Platform, "INSERT INTO tenancy.homes (tenant_id, generation) VALUES ($1, $2)", tenant.Id.Value, tenant.Placement.Generation);
        }

        return connections;
    }

    public static Task<SecretsNode> StartAsync(PostgresConnections connections, TestKeys? keys = null, RecordingLog? log = null, TimeProvider? clock = null) =>
        StartAsync<ShopLogin>(connections, keys, log, clock);

    /// <summary>A node that keeps another type under the name of <see cref="ShopLogin"/>.</summary>
    public static async Task<SecretsNode> StartAsync<TShop>(PostgresConnections connections, TestKeys? keys = null, RecordingLog? log = null, TimeProvider? clock = null)
        where TShop : class
    {
        var node = new SecretsNode(Build<TShop>(connections, keys ?? new(), migrate: false, log, clock));
        var catalogue = (TestCatalogue)node.host.Services.GetRequiredService<ITenantCatalogue>();
        catalogue.Add(Smith);
        catalogue.Add(Harbor);
        await node.host.StartAsync();
        return node;
    }

    public async Task<T> InAsync<TSecret, T>(Tenant tenant, Func<ITenantSecret<TSecret>, Task<T>> work)
        where TSecret : class
    {
        await using var scope = await host.Services.GetRequiredService<ITenantScopes>().EnterAsync(tenant.Id);
        return await work(scope.Get<ITenantSecret<TSecret>>());
    }

    public async Task<ResealReport> ResealAsync(Tenant tenant)
    {
        await using var scope = await host.Services.GetRequiredService<ITenantScopes>().EnterAsync(tenant.Id);
        return await scope.Get<ITenantSecrets>().ResealAsync();
    }

    public Task<ShopLogin?> GetAsync(Tenant tenant) => InAsync<ShopLogin, ShopLogin?>(tenant, secret => secret.GetAsync());

    public Task<SecretState> DescribeAsync(Tenant tenant) => InAsync<ShopLogin, SecretState>(tenant, secret => secret.DescribeAsync());

    public Task SetAsync(Tenant tenant, string token) => SetAsync(tenant, new ShopLogin(token));

    public Task SetAsync<TSecret>(Tenant tenant, TSecret secret)
        where TSecret : class =>
        InAsync<TSecret, bool>(tenant, async store =>
        {
            await store.SetAsync(secret);
            return true;
        });

    public async ValueTask DisposeAsync()
    {
        await host.StopAsync();
        host.Dispose();
    }

    private static IHost Build<TShop>(PostgresConnections connections, TestKeys keys, bool migrate, RecordingLog? log, TimeProvider? clock)
        where TShop : class
    {
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.ConfigureContainer(new DefaultServiceProviderFactory(new() { ValidateScopes = true, ValidateOnBuild = true }));
        builder.Services.AddSingleton(clock ?? TimeProvider.System);
        if (log is not null)
        {
            builder.Services.AddLogging(logging => logging.AddProvider(log).SetMinimumLevel(LogLevel.Trace));
        }

        builder.AddTenancy(tenancy => tenancy.UseCatalogue<TestCatalogue>().OnPostgres(options =>
        {
            options.Connections = connections;
            options.MigrateAtStart = migrate;
        }));
        builder.AddTenantSecret<TShop>("shop");
        builder.AddTenantSecret<PrinterLogin>("printer");
        builder.Services.AddSingleton<ITenantKeys>(keys); // also behind what the secrets have registered
        return builder.Build();
    }
}
