using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Rowhouse.Tenancy.Caching;

/// <summary>Sets the cache up with the application, and says where it starts without its Redis.</summary>
internal sealed partial class CacheStartup(SharedCache cache, RedisLink redis, TimeProvider clock, ILogger<CacheStartup> logger) : IHostedService
{
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(1);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var connecting = redis.GetAsync();
        await Task.WhenAny(Task.WhenAll(connecting, cache.Hearing), Task.Delay(patience, clock, cancellationToken)).ConfigureAwait(false);
        if (!connecting.IsCompletedSuccessfully || !(await connecting.ConfigureAwait(false)).IsConnected)
        {
            NotThere(logger);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(Level = LogLevel.Warning, Message = "The cache's Redis is not there yet. The node caches in memory, and joins when Redis answers")]
    private static partial void NotThere(ILogger logger);
}
