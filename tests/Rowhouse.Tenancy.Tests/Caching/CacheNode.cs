using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Rowhouse.Tenancy.Caching;
using Rowhouse.Tenancy.Tests.Kernel;
using Rowhouse.Testing;

namespace Rowhouse.Tenancy.Tests.Caching;

/// <summary>What a product may keep.</summary>
public sealed record Price(string Amount, string? Currency = null);

/// <summary>What another product may keep.</summary>
public sealed record Report(int Lines);

/// <summary>One node of an application that caches.</summary>
internal sealed class CacheNode : IAsyncDisposable
{
    private readonly IHost host;
    private readonly Logs logs;

    private CacheNode(IHost host, Logs logs)
    {
        this.host = host;
        this.logs = logs;
    }

    public static Tenant Smith { get; } = Tenants.Make("smith");

    public static Tenant Harbor { get; } = Tenants.Make("harbor");

    public IReadOnlyList<string> Warnings => logs.Warnings;

    public TenantMemory Memory => host.Services.GetRequiredService<SharedCache>().Memory;

    public KeyedLocks Locks => host.Services.GetRequiredService<SharedCache>().Locks;

    public IServiceProvider Services => host.Services;

    /// <summary>A node; where Redis runs, one that hears the others.</summary>
    public static async Task<CacheNode> StartAsync(RedisServer? redis = null)
    {
        var node = await StartAsync(options => options.Redis = redis?.ConnectionString);
        if (redis is { IsRunning: true })
        {
            await node.Services.GetRequiredService<SharedCache>().Hearing.WaitAsync(TimeSpan.FromSeconds(20));
        }

        return node;
    }

    public static async Task<CacheNode> StartAsync(Action<TenantCacheOptions> configure)
    {
        var heard = new Logs();
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.ConfigureContainer(new DefaultServiceProviderFactory(new() { ValidateScopes = true, ValidateOnBuild = true }));
        builder.Logging.AddProvider(heard);
        builder.AddTenancy(tenancy => tenancy.WithCache(configure));
        var node = new CacheNode(builder.Build(), heard);
        await node.host.StartAsync();
        return node;
    }

    /// <summary>A tenant's cache, in a scope that lives as long as the node.</summary>
    public ITenantCache<T> Of<T>(Tenant tenant) => Scope(tenant).GetRequiredService<ITenantCache<T>>();

    public IServiceProvider Scope(Tenant tenant)
    {
        var scope = host.Services.CreateScope().ServiceProvider;
        scope.GetRequiredService<TenantScope>().Bind(tenant);
        return scope;
    }

    public async ValueTask DisposeAsync()
    {
        await host.StopAsync();
        await ((IAsyncDisposable)host).DisposeAsync();
    }

    private sealed class Logs : ILoggerProvider, ILogger
    {
        private readonly List<string> warnings = [];

        public IReadOnlyList<string> Warnings
        {
            get
            {
                lock (warnings)
                {
                    return [.. warnings];
                }
            }
        }

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (logLevel >= LogLevel.Warning)
            {
                lock (warnings)
                {
                    warnings.Add(formatter(state, exception));
                }
            }
        }

        public void Dispose()
        {
        }
    }
}
