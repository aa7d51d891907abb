using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Rowhouse.Tenancy.Caching;

/// <summary>The node's one connection to Redis, made when it is first wanted and kept up for good.</summary>
internal sealed partial class RedisLink : IAsyncDisposable
{
    private readonly Lazy<Task<IConnectionMultiplexer>> connection;
    private readonly ILogger<RedisLink> logger;

    public RedisLink(ConfigurationOptions configuration, ILogger<RedisLink> logger)
    {
        this.logger = logger;
        connection = new(() => ConnectAsync(Impatient(configuration)));
    }

    /// <summary>Redis is there again, after what other nodes removed meanwhile could not be heard.</summary>
    public event EventHandler? Restored;

    /// <summary>The connection; it may be one that is still being made.</summary>
    public Task<IConnectionMultiplexer> GetAsync() => connection.Value;

    public async ValueTask DisposeAsync()
    {
        if (connection.IsValueCreated)
        {
            await (await connection.Value.ConfigureAwait(false)).DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>
    /// What makes a Redis that is away or frozen cost little. Timeouts are the connection's: to FusionCache they are failures, so it
    /// leaves Redis alone for a while. Its own timeouts are none, and would be waited for again with every tag.
    /// </summary>
    private static ConfigurationOptions Impatient(ConfigurationOptions configuration)
    {
        configuration.AbortOnConnectFail = false;
        configuration.BacklogPolicy = BacklogPolicy.FailFast;
        configuration.AsyncTimeout = configuration.SyncTimeout = 200;
        configuration.HeartbeatInterval = TimeSpan.FromMilliseconds(50);    // in which steps timeouts are noticed; a second by default
        configuration.ReconnectRetryPolicy = new LinearRetry(500);
        return configuration;
    }

    private async Task<IConnectionMultiplexer> ConnectAsync(ConfigurationOptions configuration)
    {
        var multiplexer = await ConnectionMultiplexer.ConnectAsync(configuration).ConfigureAwait(false);
        multiplexer.ConnectionFailed += (_, failure) => Lost(logger, failure.ConnectionType, failure.FailureType);
        multiplexer.ConnectionRestored += (_, restored) =>
        {
            Back(logger, restored.ConnectionType);
            Restored?.Invoke(this, EventArgs.Empty);
        };
        return multiplexer;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The cache has lost Redis ({Connection}: {Failure}). Each node goes on in memory, and what it removes reaches the others when Redis is back")]
    private static partial void Lost(ILogger logger, ConnectionType connection, ConnectionFailureType failure);

    [LoggerMessage(Level = LogLevel.Information, Message = "The cache has Redis again ({Connection})")]
    private static partial void Back(ILogger logger, ConnectionType connection);
}
