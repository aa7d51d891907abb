using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Rowhouse.ControlPlane.Sessions;
using Rowhouse.Modules.Idempotency;

namespace Rowhouse.ControlPlane.Store;

/// <summary>Removes what has run out: sessions that ended, attempts to sign in that nobody remembers, claims of domains that were not proven, answers to give again. They are ignored before that; this keeps the tables small.</summary>
internal sealed partial class ExpiredRows(IServiceScopeFactory scopes, TimeProvider clock, ILogger<ExpiredRows> logger) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Pause, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await RemoveAsync(stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                // A database that is away for a while must not end this for good.
                NotNow(logger, exception);
            }
        }
    }

    internal async Task RemoveAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<PlatformDbContext>();
        var now = clock.GetUtcNow();
        await db.Sessions.Where(session => session.ExpiresAt <= now).ExecuteDeleteAsync(cancellationToken);
        var answered = now - IdempotencyKey.Lifetime;
        await db.IdempotencyKeys.Where(row => row.KeptAt <= answered).ExecuteDeleteAsync(cancellationToken);
        await db.Domains.Where(claim => claim.ExpiresAt <= now).ExecuteDeleteAsync(cancellationToken);
        var forgotten = now - SignInGuard.Memory;
        var failed = now - SignInGuard.FailureMemory;
        await db.SignInAttempts.Where(attempts => attempts.TriedAt <= forgotten).ExecuteDeleteAsync(cancellationToken);
        await db.SignInAttempts.Where(attempts => attempts.SucceededAt == null && attempts.TriedAt <= failed).ExecuteDeleteAsync(cancellationToken); // by an index of its own
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Expired sessions, attempts to sign in, claims of domains and answers to give again could not be removed; they are ignored all the same")]
    private static partial void NotNow(ILogger logger, Exception exception);
}
