using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Rowhouse.ControlPlane.Placements;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Tenancy;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Tenancy.Postgres.Homes;

namespace Rowhouse.ControlPlane.Homes.Pool;

/// <summary>Keeps homes ready in each store that is open, and connections to those that tenants get next. Every server does; of those that begin at once one makes them.</summary>
internal sealed partial class HomePoolWorker(
    IDbContextFactory<PlatformDbContext> contexts,
    StoreRegistry stores,
    HomePoolSignal signal,
    PooledHomeMaker maker,
    TenantHomes homes,
    ReferenceData reference,
    ControlPlaneOptions options,
    TimeProvider clock,
    ILogger<HomePoolWorker> logger) : BackgroundService
{
    // As many as are asked for at a moment; each is a process on the server of the store.
    private const int Connected = 2;

    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LookForLeftovers = TimeSpan.FromMinutes(1);

    // To copy a template is heavy on the server, and whoever has just got a home is still to be served there.
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<string, Progress> progress = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Task> tending = new(StringComparer.Ordinal);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await LoopAsync(stoppingToken);
        await Task.WhenAll(tending.Values);
    }

    private async Task LoopAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await TendAsync(stoppingToken);
                if (await signal.WaitAsync(options.PooledHomes > 0 ? Look : LookForLeftovers, clock, stoppingToken))
                {
                    await Task.Delay(Quiet, clock, stoppingToken);
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                NotNow(logger, exception);
                await Task.Delay(FirstPause, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task TendAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var places = await db.Stores.AsNoTracking().Where(store => store.Kind == PlacementKind.Dedicated).Select(store => new { store.Name, store.IsOpen }).ToListAsync(cancellationToken);
        var pooled = await ReadAsync(db, cancellationToken);
        if (options.PooledHomes == 0 && pooled.Count == 0)
        {
            return;
        }

        var version = await reference.FindVersionAsync(cancellationToken);
        foreach (var place in places.Where(place => tending.GetValueOrDefault(place.Name) is null or { IsCompleted: true }))
        {
            // Not waited for: a store that answers slowly keeps no other from being looked at.
            tending[place.Name] = TendAsync(place.Name, place.IsOpen ? options.PooledHomes : 0, [.. pooled[place.Name]], version, cancellationToken);
        }
    }

    private async Task TendAsync(string place, int size, IReadOnlyList<PooledHome> pooled, string? version, CancellationToken cancellationToken)
    {
        var before = progress.GetValueOrDefault(place) ?? new();
        var waits = clock.GetUtcNow() < before.NotBefore;
        try
        {
            await ConnectAsync(waits ? [] : pooled);
            if (waits || (size == 0 && pooled.Count == 0))
            {
                return;
            }

            var at = stores.Find(place);
            if (at.Provisioner is null)
            {
                return; // another server makes them
            }

            // Of homes that were made before this server began, or for a store that is elsewhere now, nothing is known.
            var lookAtAll = !ReferenceEquals(before.LookedAt, at);
            var isFull = pooled.Count == size && pooled.All(home => home.IsReady && (version is null || home.ReferenceVersion == version));
            if ((lookAtAll || !isFull) && await maker.EnsureAsync(at, size, version, lookAtAll, cancellationToken))
            {
                await using var db = await contexts.CreateDbContextAsync(cancellationToken);
                await ConnectAsync([.. (await ReadAsync(db, cancellationToken))[place]]);
                lookAtAll = false;
            }

            progress[place] = new() { LookedAt = lookAtAll ? null : at };
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // A store alone: the others are kept ready all the same, and who asks for a home here waits until it is made.
            var failures = before.Failures + 1;
            progress[place] = before with { Failures = failures, NotBefore = clock.GetUtcNow() + Backoff.After(failures, FirstPause, LongestPause) };
            CannotMake(logger, place, exception);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            return; // the server stops, and whoever comes next goes on from the rows
        }

        // First of all: one that is being removed, here or by another server, cannot be while there are connections to it.
        Task ConnectAsync(IReadOnlyList<PooledHome> now) => homes.KeepConnectionsAsync(place, [.. now.Where(home => home.IsReady).Take(Connected).Select(home => home.Placement)], cancellationToken);
    }

    private static async Task<ILookup<string, PooledHome>> ReadAsync(PlatformDbContext db, CancellationToken cancellationToken) =>
        (await db.PooledHomes.AsNoTracking().OrderBy(home => home.Name).ToListAsync(cancellationToken)).ToLookup(home => home.Store, StringComparer.Ordinal);

    /// <summary>How far this server has come with a store.</summary>
    private sealed record Progress
    {
        /// <summary>The store as it was when its homes were looked at.</summary>
        public HomeStore? LookedAt { get; init; }

        public int Failures { get; init; }

        public DateTimeOffset NotBefore { get; init; }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "No homes can be made ahead in the store {Store} now; who asks for one waits until it is made. It is tried again")]
    private static partial void CannotMake(ILogger logger, string store, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The pools of homes cannot be looked at now; it is tried again")]
    private static partial void NotNow(ILogger logger, Exception exception);
}
