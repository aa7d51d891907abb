using System.Threading.RateLimiting;

namespace Rowhouse.ControlPlane.Sessions;

/// <summary>
/// How many passwords are hashed at once. A hash is slow on purpose, so anybody could otherwise keep all processors busy
/// with passwords from many networks.
/// </summary>
internal sealed class PasswordWork : IDisposable
{
    private const int Waiting = 200;

    private readonly ConcurrencyLimiter limiter = new(new()
    {
        PermitLimit = Math.Max(2, Environment.ProcessorCount),
        QueueLimit = Waiting,
        QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
    });

    /// <summary>Waits for a turn; dispose it when the password is hashed.</summary>
    /// <returns>Without a turn where too many wait already.</returns>
    public ValueTask<RateLimitLease> TakeAsync(CancellationToken cancellationToken) => limiter.AcquireAsync(cancellationToken: cancellationToken);

    public void Dispose() => limiter.Dispose();
}
