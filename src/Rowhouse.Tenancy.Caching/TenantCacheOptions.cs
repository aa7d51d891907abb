using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Rowhouse.Tenancy.Caching;

/// <summary>How the tenants' values are cached, for <see cref="CachingTenancyExtensions.WithCache"/>.</summary>
public sealed class TenantCacheOptions
{
    /// <summary>The connection string of a Redis that the nodes share, as StackExchange.Redis reads it: <c>redis.internal:6379,password=…,ssl=true</c>.</summary>
    /// <value>None by default: each node caches for itself, and does not hear what another one removes.</value>
    public string? Redis { get; set; }

    /// <summary>What this installation's names in Redis begin with; installations that share a Redis need different ones.</summary>
    /// <value><c>rowhouse</c> by default.</value>
    public string Prefix { get; set; } = "rowhouse";

    /// <summary>How many bytes a node keeps in memory: of values as JSON, with what their names and administration take.</summary>
    /// <value>64 MiB by default.</value>
    public long MaxBytes { get; set; } = 64 << 20;

    /// <summary>How many of these one tenant may have. With a tenth of <see cref="MaxBytes"/>, which is freed at once, that is the most that it can push out of others'.</summary>
    /// <value>8 MiB by default; at most half of <see cref="MaxBytes"/>.</value>
    public long MaxBytesPerTenant { get; set; } = 8 << 20;

    /// <summary>How many bytes of JSON a value may have. A larger one is given to who asked for it and not kept, and a warning is logged.</summary>
    /// <value>1 MiB by default; less than <see cref="MaxBytesPerTenant"/>.</value>
    public long MaxValueBytes { get; set; } = 1 << 20;

    /// <summary>Checks that these can be kept to.</summary>
    /// <returns>How to connect, where there is a Redis.</returns>
    /// <exception cref="OptionsValidationException">They cannot; its name is the property's.</exception>
    internal ConfigurationOptions? Check()
    {
        if (string.IsNullOrWhiteSpace(Prefix))
        {
            throw Refusal(nameof(Prefix), "An installation's names in Redis begin with something.");
        }

        if (MaxValueBytes <= 0 || MaxValueBytes >= MaxBytesPerTenant)
        {
            throw Refusal(nameof(MaxValueBytes), $"A value of {MaxValueBytes} bytes does not fit into the {MaxBytesPerTenant} bytes that a tenant may have.");
        }

        if (MaxBytesPerTenant > MaxBytes / 2)
        {
            throw Refusal(nameof(MaxBytesPerTenant), $"Of {MaxBytes} bytes one tenant could have {MaxBytesPerTenant}; give it at most half.");
        }

        return string.IsNullOrWhiteSpace(Redis) ? null : ReadRedis(Redis);
    }

    private static ConfigurationOptions ReadRedis(string text)
    {
        try
        {
            if (ConfigurationOptions.Parse(text) is { EndPoints.Count: > 0 } configuration)
            {
                return configuration;
            }
        }
        catch (ArgumentException)
        {
            // Its message shows a part of the text, and there may be a password in it.
        }

        throw Refusal(nameof(Redis), "The connection string of Redis cannot be read. An example is redis.internal:6379,password=…,ssl=true.");
    }

    private static OptionsValidationException Refusal(string option, string reason) => new(option, typeof(TenantCacheOptions), [reason]);
}
