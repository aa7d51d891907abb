using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Rowhouse.Tenancy.Caching;

/// <summary>Registers the tenants' cache.</summary>
public static class CachingTenancyExtensions
{
    /// <summary>Gives each tenant a cache of its own: <see cref="ITenantCache{T}"/> and <see cref="ITenantCache"/>, in the scope of its tenant. What is registered is registered once.</summary>
    /// <param name="tenancy">The application's tenancy.</param>
    /// <param name="configure">Says where and how much; in memory with the defaults otherwise.</param>
    /// <exception cref="OptionsValidationException">The options cannot be kept to, or the connection string not be read; its name is the option's.</exception>
    public static TenancyBuilder WithCache(this TenancyBuilder tenancy, Action<TenantCacheOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(tenancy);
        var options = new TenantCacheOptions();
        configure?.Invoke(options);
        var redis = options.Check();
        var services = tenancy.Services;
        if (services.Any(service => service.ServiceType == typeof(SharedCache)))
        {
            return tenancy;
        }

        if (redis is not null)
        {
            services.AddSingleton(provider => new RedisLink(redis, provider.GetRequiredService<ILogger<RedisLink>>()));
            services.AddHostedService<CacheStartup>();
        }

        services.AddSingleton(provider => new SharedCache(options, provider.GetService<RedisLink>(), provider.GetRequiredService<ILogger<SharedCache>>()));
        services.TryAddScoped(typeof(ITenantCache<>), typeof(TenantCache<>));
        services.TryAddScoped<ITenantCache, TenantCache>();
        return tenancy;
    }
}
