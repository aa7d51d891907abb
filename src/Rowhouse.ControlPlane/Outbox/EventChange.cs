using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Rowhouse.ControlPlane.Auditing;
using Rowhouse.ControlPlane.Store;
using Rowhouse.ControlPlane.Tenants;
using Rowhouse.Tenancy;
using Rowhouse.Tenancy.AspNetCore.Admission;
using Rowhouse.Tenancy.AspNetCore.Problems;
using Rowhouse.Tenancy.Postgres.Outbox;

namespace Rowhouse.ControlPlane.Outbox;

/// <summary>Does something with one event that was set aside, and records it. Of several at once one does it, and the others are told what they would find.</summary>
internal sealed class EventChange(PlatformDbContext db, EventOutbox outbox, AuditTrail audit)
{
    /// <summary>For an event that lies in the control database, whosever it is.</summary>
    public Task<ProblemHttpResult?> ApplyAsync(Guid id, string action, Func<EventOutbox, Task<bool>> change, CancellationToken cancellationToken) =>
        ApplyAsync(home: null, id, action, change, cancellationToken);

    /// <summary>For an event that lies in a tenant's home.</summary>
    public async Task<ProblemHttpResult?> ApplyAsync(string idOrSlug, Guid id, string action, Func<EventOutbox, TenantId, Task<bool>> change, CancellationToken cancellationToken)
    {
        if (await db.TenantsNamed(idOrSlug).Select(tenant => (TenantId?)tenant.Id).SingleOrDefaultAsync(cancellationToken) is not { } tenant)
        {
            return TenantStateAdmission.UnknownTenant();
        }

        try
        {
            return await ApplyAsync(tenant, id, action, outbox => change(outbox, tenant), cancellationToken);
        }
        catch (TenantUnavailableException closed)
        {
            return closed.Status switch
            {
                null => TenantStateAdmission.UnknownTenant(),
                TenantStatus.Suspended => TenancyProblems.Suspended.With("Nothing changes in a suspended tenant, its events included. Resume it first."),
                { } status => ControlPlaneProblems.WrongState.With($"The tenant is {TenantWords.Of(status)}, and its events are reached again when it is active."),
            };
        }
    }

    private async Task<ProblemHttpResult?> ApplyAsync(TenantId? home, Guid id, string action, Func<EventOutbox, Task<bool>> change, CancellationToken cancellationToken)
    {
        var happened = await FindAsync(home, id, cancellationToken);
        if (happened?.FailedAt is null)
        {
            return Refuse(happened);
        }

        // The entry is written before and kept after: what cannot be recorded is not done, and what was not done is not recorded. Two databases have no commit
        // in common, so what ends between the two leaves an event changed that only the log and the outbox tell of.
        await using var transaction = await ControlTransaction.BeginAsync(db, cancellationToken);
        audit.Add(
            action,
            happened.TenantId is { } whose ? new TenantId(whose) : null,
            id.ToString(),
            details: new { happened.Kind, publishedAt = happened.CreatedAt, happened.FailedAt, happened.Error });
        await db.SaveChangesAsync(cancellationToken);
        if (!await change(outbox))
        {
            return Refuse(await FindAsync(home, id, cancellationToken));
        }

        await transaction.CommitAsync(CancellationToken.None);
        return null;
    }

    private async Task<OutboxEntry?> FindAsync(TenantId? home, Guid id, CancellationToken cancellationToken)
    {
        var found = home is { Value: var tenant }
            ? await outbox.ReadAsync(entries => entries.Where(entry => !entry.IsControl && entry.TenantId == tenant && entry.Id == id), cancellationToken)
            : await outbox.ReadAsync(entries => entries.Where(entry => entry.IsControl && entry.Id == id), cancellationToken);
        return found.SingleOrDefault();
    }

    private static ProblemHttpResult Refuse(OutboxEntry? happened) => happened is null
        ? ControlPlaneProblems.UnknownEvent.With("No event of this id lies here. What was delivered is gone, as is what was dropped.")
        : ControlPlaneProblems.EventWaits.With("The event waits and is brought to its handlers by itself. Only what was set aside is tried again or dropped by hand.");
}
