using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Rowhouse.Tenancy.Keys;

namespace Rowhouse.Tenancy;

/// <summary>Gathers what an application says about its tenancy; made by <see cref="TenancyHostExtensions.AddTenancy"/>.</summary>
/// <param name="host">The application that is being built.</param>
public sealed class TenancyBuilder(IHostApplicationBuilder host)
{
    /// <summary>The application that is being built.</summary>
    public IHostApplicationBuilder Host { get; } = host;

    /// <summary>Its services.</summary>
    public IServiceCollection Services => Host.Services;

    /// <summary>Uses a catalogue of tenants.</summary>
    /// <typeparam name="TCatalogue">The catalogue; a singleton.</typeparam>
    public TenancyBuilder UseCatalogue<TCatalogue>()
        where TCatalogue : class, ITenantCatalogue
    {
        Services.Replace(ServiceDescriptor.Singleton<ITenantCatalogue, TCatalogue>());
        return this;
    }

    /// <summary>Says who keeps the tenants' data keys, by which secrets are sealed. There are none by default.</summary>
    /// <typeparam name="TKeys">Who keeps them; a singleton.</typeparam>
    public TenancyBuilder UseKeys<TKeys>()
        where TKeys : class, ITenantKeys
    {
        Services.Replace(ServiceDescriptor.Singleton<ITenantKeys, TKeys>());
        return this;
    }

    /// <summary>Says how much the directory keeps, and for how long it goes on without its catalogue.</summary>
    /// <param name="configure">Changes the defaults.</param>
    public TenancyBuilder WithDirectory(Action<DirectoryOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        var options = new DirectoryOptions();
        configure(options);
        return WithDirectory(options);
    }

    /// <inheritdoc cref="WithDirectory(Action{DirectoryOptions})"/>
    /// <param name="options">How much, and for how long.</param>
    public TenancyBuilder WithDirectory(DirectoryOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Services.Replace(ServiceDescriptor.Singleton(options));
        return this;
    }
}

/// <summary>Registers the kernel.</summary>
public static class TenancyHostExtensions
{
    /// <summary>Adds tenancy to an application. May be called more than once; what it registers is registered once.</summary>
    /// <param name="builder">The application that is being built.</param>
    /// <param name="configure">Says how tenants are found and where their rows live.</param>
    public static IHostApplicationBuilder AddTenancy(this IHostApplicationBuilder builder, Action<TenancyBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.TryAddSingleton<DirectoryOptions>();
        builder.Services.TryAddSingleton<TenantDirectory>();
        builder.Services.TryAddSingleton<ITenantCatalogue, NoCatalogue>();
        builder.Services.TryAddSingleton<TenantLookup>();
        builder.Services.TryAddScoped<TenantScope>();
        builder.Services.TryAddSingleton<ITenantScopes, TenantScopes>();
        builder.Services.TryAddSingleton<IDeletedTenantScopes, DeletedTenantScopes>();
        configure(new(builder));

        // Behind what opens the catalogue's database, which starts first; also where that comes with a later call.
        foreach (var earlier in builder.Services.Where(service => service.ImplementationType == typeof(DirectoryFollower)).ToList())
        {
            builder.Services.Remove(earlier);
        }

        builder.Services.AddSingleton<IHostedService, DirectoryFollower>();
        return builder;
    }
}
