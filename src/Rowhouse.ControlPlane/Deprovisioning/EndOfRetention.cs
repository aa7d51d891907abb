using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Rowhouse.ControlPlane.Operations;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Tenancy;

namespace Rowhouse.ControlPlane.Deprovisioning;

/// <summary>
/// Begins to remove tenants whose retention has ended, by the database's clock: of many servers with clocks of their own one that is fast must not end it
/// early. Of a server that begins and somebody who revives, or of two servers, one comes first and the other finds the tenant changed.
/// </summary>
internal sealed partial class EndOfRetention(IServiceScopeFactory scopes, TimeProvider clock, ILogger<EndOfRetention> logger) : BackgroundService
{
    private const int Batch = 100;

    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Pause, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await BeginAsync(stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                // A database that is away for a while must not end this for good.
                NotNow(logger, exception);
            }
        }
    }

    /// <summary>Begins with all whose retention has ended.</summary>
    /// <returns>How many were begun here.</returns>
    internal async Task<int> BeginAsync(CancellationToken cancellationToken)
    {
        var all = 0;
        while (true)
        {
            var (now, due) = await FindAsync(cancellationToken);
            var begun = 0;
            foreach (var tenant in due)
            {
                begun += await TryBeginAsync(tenant, now, cancellationToken) ? 1 : 0;
            }

            all += begun;
            if (due.Count < Batch || begun == 0)
            {
                return all;
            }
        }
    }

    private async Task<(DateTimeOffset Now, IReadOnlyList<TenantId> Due)> FindAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<PlatformDbContext>();
        var now = await OperationJournal.NowAsync(db, cancellationToken);

        // One that has another operation under way waits for its end; those on its products end with it.
        var due = await db.Tenants
            .Where(tenant => tenant.RevivedAs != null && tenant.RetainedUntil <= now)
            .Where(tenant => !db.Operations.OnHomes().Unended().Any(operation => operation.TenantId == tenant.Id))
            .OrderBy(tenant => tenant.RetainedUntil)
            .ThenBy(tenant => tenant.Id)
            .Select(tenant => tenant.Id)
            .Take(Batch)
            .ToListAsync(cancellationToken);
        return (now, due);
    }

    private async Task<bool> TryBeginAsync(TenantId id, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<PlatformDbContext>();
        var operations = scope.ServiceProvider.GetRequiredService<OperationStarter>();
        if (await db.Tenants.SingleOrDefaultAsync(known => known.Id == id, cancellationToken) is not { } tenant || !tenant.TryEndRetention(now))
        {
            return false;
        }

        operations.Add(Deprovision.Plan, id, DeprovisionData.Of(tenant));
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException exception) when (exception is DbUpdateConcurrencyException || exception.IsUniqueViolation())
        {
            return false; // somebody else was a moment quicker
        }

        operations.Wake();
        Begun(logger, id.Value, tenant.RetainedUntil);
        return true;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The tenant {Tenant} could be revived until {Until} and is being removed")]
    private static partial void Begun(ILogger logger, Guid tenant, DateTimeOffset? until);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Tenants whose retention has ended cannot be looked for now; they are kept until it is tried again")]
    private static partial void NotNow(ILogger logger, Exception exception);
}
