using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Rowhouse.ControlPlane.People;
using Rowhouse.ControlPlane.Store;

namespace Rowhouse.ControlPlane.Sessions;

/// <summary>
/// Makes guessing passwords slow. Five wrong ones in a row close an account to the network that they came from, each
/// further one for twice as long; its owner gets in from elsewhere. Where an account is under attack from many networks,
/// only those go on that its owner has signed in from before.
/// </summary>
internal sealed class SignInGuard(PlatformDbContext db, IHttpContextAccessor http, TimeProvider clock)
{
    private const int FreeFailures = 5;
    private const int FailuresFromAnywhere = 100;

    private static readonly TimeSpan FirstLock = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan LongestLock = TimeSpan.FromHours(1);
    private static readonly TimeSpan Window = TimeSpan.FromHours(1);

    /// <summary>For how long a network is known from which an account was signed in to.</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromDays(30);

    /// <summary>For how long failures are remembered where nothing but failures came.</summary>
    public static readonly TimeSpan FailureMemory = TimeSpan.FromDays(1);

    private string Network => Networks.Of(http.HttpContext);

    /// <summary>What attempts are counted by: the person, and not the address, which others may have as well. An address that is nobody's counts by itself.</summary>
    public static string AccountOf(Person person) => person.Id.ToString();

    /// <summary>Whether a password for this account is looked at. Where it is not, nothing is counted: nobody can keep a lock closed from outside.</summary>
    public async Task<bool> MayTryAsync(string account, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var network = Network;
        var own = await db.SignInAttempts.AsNoTracking().SingleOrDefaultAsync(attempts => attempts.Account == account && attempts.Network == network, cancellationToken);
        if (own?.LockedUntil > now)
        {
            return false;
        }

        var since = now - Window;
        return own?.SucceededAt is not null
            || await db.SignInAttempts.Where(attempts => attempts.Account == account && attempts.WindowBegan > since).SumAsync(attempts => attempts.WindowFailures, cancellationToken) < FailuresFromAnywhere;
    }

    /// <summary>Counts a wrong password. Attempts that run side by side count one each: the store adds them up.</summary>
    public Task CountFailureAsync(string account, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var since = now - Window;
#pragma warning disable RS0030 // EF Core has no upsert, and reading before writing would lose attempts that run side by side
        return db.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO platform.sign_in_attempts AS a (account, network, failures, window_began, window_failures, tried_at)
            VALUES ({account}, {Network}, 1, {now}, 1, {now})
            ON CONFLICT (account, network) DO UPDATE SET
                failures = a.failures + 1,
                window_began = CASE WHEN a.window_began > {since} THEN a.window_began ELSE {now} END,
                window_failures = CASE WHEN a.window_began > {since} THEN a.window_failures + 1 ELSE 1 END,
                tried_at = {now},
                locked_until = CASE WHEN a.failures + 1 >= {FreeFailures}
                    THEN {now} + least({FirstLock} * power(2, least(a.failures + 1 - {FreeFailures}, 10)), {LongestLock}) END
            """,
            cancellationToken);
#pragma warning restore RS0030
    }

    /// <summary>
    /// Notes a right password, in the transaction that acts on it. A right one among many wrong ones that ran side by side
    /// is worth nothing once those have closed the account.
    /// </summary>
    /// <returns>Whether the account is still open to this network.</returns>
    public async Task<bool> CountSuccessAsync(string account, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
#pragma warning disable RS0030 // as above
        return await db.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO platform.sign_in_attempts AS a (account, network, failures, window_began, window_failures, tried_at, succeeded_at)
            VALUES ({account}, {Network}, 0, {now}, 0, {now}, {now})
            ON CONFLICT (account, network) DO UPDATE SET
                failures = 0, window_began = {now}, window_failures = 0, locked_until = NULL, tried_at = {now}, succeeded_at = {now}
            WHERE a.locked_until IS NULL OR a.locked_until <= {now}
            """,
            cancellationToken) == 1;
#pragma warning restore RS0030
    }
}
