using Microsoft.EntityFrameworkCore;
using Npgsql;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Tenancy;

namespace Rowhouse.ControlPlane.Operations;

/// <summary>
/// An operation that is this worker's. The lease is prolonged while the worker lives, and <see cref="Lost"/> is cancelled when it is over: by this machine's
/// clock where the database cannot be asked, so a worker stops no later than others may begin.
/// </summary>
internal sealed class OperationLease : IAsyncDisposable
{
    /// <summary>By how much an operation lets others go before it for each worker that died in its step: one that kills whoever takes it would keep all others from being worked on.</summary>
    private static readonly TimeSpan AfterDeath = TimeSpan.FromSeconds(15);

    private readonly IDbContextFactory<PlatformDbContext> contexts;
    private readonly TimeSpan length;
    private readonly TimeProvider clock;
    private readonly CancellationTokenSource lost = new();
    private readonly CancellationTokenSource ended = new();
    private readonly Task keeping;
    private long since;

    private OperationLease(Operation operation, Guid token, long since, IDbContextFactory<PlatformDbContext> contexts, TimeSpan length, TimeProvider clock)
    {
        Operation = operation;
        Token = token;
        this.since = since;
        this.contexts = contexts;
        this.length = length;
        this.clock = clock;
        keeping = KeepAsync();
    }

    /// <summary>The operation as this worker last wrote it.</summary>
    public Operation Operation { get; set; }

    public Guid Token { get; }

    public CancellationToken Lost => lost.Token;

    /// <summary>Takes the operation that has waited longest, of those that nobody works on. One on a product waits while its tenant is not active: then something else may be done to its home.</summary>
    /// <returns>None where there is none.</returns>
    public static async Task<OperationLease?> TakeAsync(IDbContextFactory<PlatformDbContext> contexts, IReadOnlyCollection<string> kinds, IReadOnlyCollection<string> products, TimeSpan length, TimeProvider clock, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var asked = clock.GetTimestamp();
        var token = Guid.CreateVersion7(clock.GetUtcNow());
        var (known, provisioned, active) = (kinds.ToArray(), products.ToArray(), (short)TenantStatus.Active);
#pragma warning disable RS0030 // EF Core skips no locked rows; the values are parameters
        var taken = await db.Operations.FromSql(
            $"""
            UPDATE platform.operations SET token = {token}, lease_until = clock_timestamp() + {length}, attempts = attempts + 1
            WHERE id = (
                SELECT id FROM platform.operations waiting
                WHERE state IN (0, 1) AND kind = ANY ({known}) AND (not_before IS NULL OR not_before <= clock_timestamp()) AND (lease_until IS NULL OR lease_until < clock_timestamp())
                    AND (product IS NULL OR product = ANY ({provisioned}) AND (state = 1 OR is_cancelled OR EXISTS (SELECT FROM platform.tenants t WHERE t.id = waiting.tenant_id AND t.status = {active})))
                ORDER BY coalesce(not_before, created_at) + attempts * {AfterDeath}, id LIMIT 1 FOR UPDATE SKIP LOCKED)
            RETURNING *
            """).AsNoTracking().ToListAsync(cancellationToken);
#pragma warning restore RS0030
        return taken is [var operation] ? new(operation, token, asked, contexts, length, clock) : null;
    }

    public async ValueTask DisposeAsync()
    {
        await ended.CancelAsync();
        await keeping;
        lost.Dispose();
        ended.Dispose();
    }

    private async Task KeepAsync()
    {
        using var timer = new PeriodicTimer(length / 3, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(ended.Token) && await ProlongAsync())
            {
            }
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // The work is done.
        }
        finally
        {
            await lost.CancelAsync();
        }
    }

    private async Task<bool> ProlongAsync()
    {
        var asked = clock.GetTimestamp();
        var left = length - (length / 6) - clock.GetElapsedTime(since, asked);
        if (left <= TimeSpan.Zero)
        {
            return false;
        }

        using var time = new CancellationTokenSource(left, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(time.Token, ended.Token);
        try
        {
            await using var db = await contexts.CreateDbContextAsync(either.Token);
#pragma warning disable RS0030 // the lease ends by the database's clock
            var kept = await db.Database.ExecuteSqlAsync(
                $"UPDATE platform.operations SET lease_until = clock_timestamp() + {length} WHERE id = {Operation.Id} AND token = {Token}", either.Token);
#pragma warning restore RS0030
            if (kept == 0)
            {
                return false;
            }

            since = asked;
            return true;
        }
        catch (OperationCanceledException) when (!ended.IsCancellationRequested)
        {
            return false; // the database was silent until the lease was nearly over
        }
        catch (Exception exception) when (exception is NpgsqlException or InvalidOperationException or TimeoutException)
        {
            return clock.GetElapsedTime(since) + (length / 3) < length;
        }
    }
}
