using Microsoft.EntityFrameworkCore;
using Rowhouse.ControlPlane.Operations;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Tenancy;

namespace Rowhouse.ControlPlane.Deprovisioning;

/// <summary>
/// Removes what the control database has of the tenant, but the tenant itself, its operations without what products said in them, and what was recorded. People stay, except those who never
/// proved their address: they could be members of this tenant alone, so nothing is left that they could sign in to.
/// </summary>
internal sealed class RemoveRecords : IOperationStep<DeprovisionData>
{
    public Task DoAsync(OperationRun<DeprovisionData> run, CancellationToken cancellationToken) =>
        run.InControlAsync((db, cancelled) => RemoveAsync(db, run.TenantId, cancelled), cancellationToken);

    private static async Task RemoveAsync(PlatformDbContext db, TenantId tenant, CancellationToken cancellationToken)
    {
        await RemoveProducts.EndOperationsAsync(db, tenant, cancellationToken); // somebody may have retried one as the tenant began to be removed
        await ForgetReasonsAsync(db, tenant, cancellationToken);
        await db.TenantProducts.Where(product => product.TenantId == tenant).ExecuteDeleteAsync(cancellationToken);
        await db.Members.Where(member => member.TenantId == tenant).ExecuteDeleteAsync(cancellationToken);
        var unproven = db.People.Where(person => person.OnlyTenantId == tenant).Select(person => person.Id);
        await db.Sessions.Where(session => unproven.Contains(session.PersonId)).ExecuteDeleteAsync(cancellationToken);
        await db.IdempotencyKeys.Where(row => unproven.Contains(row.Owner)).ExecuteDeleteAsync(cancellationToken);
        await db.People.Where(person => person.OnlyTenantId == tenant).ExecuteDeleteAsync(cancellationToken);
        await db.IdempotencyKeys.Where(row => row.Owner == tenant.Value).ExecuteDeleteAsync(cancellationToken);
        await db.Subscriptions.Where(subscription => subscription.TenantId == tenant).ExecuteDeleteAsync(cancellationToken);
        await db.Licenses.Where(license => license.TenantId == tenant).ExecuteDeleteAsync(cancellationToken);
        await db.Homes.Where(home => home.TenantId == tenant).ExecuteDeleteAsync(cancellationToken);
        await db.Domains.Where(domain => domain.TenantId == tenant).ExecuteDeleteAsync(cancellationToken);
#pragma warning disable RS0030 // the types of these rows are the kernel's own; the values are parameters
        await db.Database.ExecuteSqlAsync($"DELETE FROM platform.outbox WHERE tenant_id = {tenant.Value}", cancellationToken);
        await db.Database.ExecuteSqlAsync($"DELETE FROM platform.seen_events WHERE tenant_id = {tenant.Value}", cancellationToken);
#pragma warning restore RS0030
    }

    /// <summary>Removes what vendors have said of the tenant's products, to whoever set them up or removed them. That something failed stays.</summary>
    private static async Task ForgetReasonsAsync(PlatformDbContext db, TenantId tenant, CancellationToken cancellationToken)
    {
        var operations = db.Operations.Where(operation => operation.TenantId == tenant);
        await operations.Where(operation => operation.Product != null && operation.Reason != null).ExecuteUpdateAsync(
            set => set.SetProperty(operation => operation.Reason, (string?)null).SetProperty(operation => operation.Version, operation => operation.Version + 1), cancellationToken);
        await db.OperationAttempts
            .Where(attempt => attempt.Error != null && operations.Any(operation => operation.Id == attempt.OperationId && (operation.Product != null || attempt.Name == Deprovision.Products)))
            .ExecuteUpdateAsync(set => set.SetProperty(attempt => attempt.Error, "It failed. Why is not kept of a tenant that is removed."), cancellationToken);
#pragma warning disable RS0030 // EF Core changes no part of a document; the value is a parameter
        await db.Database.ExecuteSqlAsync($"UPDATE platform.operations SET data = data - 'pendingReason' WHERE tenant_id = {tenant.Value} AND product IS NOT NULL", cancellationToken);
#pragma warning restore RS0030
    }
}
