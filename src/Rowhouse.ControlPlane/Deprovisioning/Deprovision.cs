using System.Text.Json;
using Rowhouse.ControlPlane.Auditing;
using Rowhouse.ControlPlane.Operations;
using Rowhouse.ControlPlane.Store;
using Rowhouse.ControlPlane.Tenants;
using Rowhouse.Tenancy;

namespace Rowhouse.ControlPlane.Deprovisioning;

/// <summary>
/// Removes what a deleted tenant left, once it can be revived no more. What is gone cannot be brought back, so it goes forward only, and where it cannot it
/// waits for somebody. The tenant is purged, and its names are free, in the transaction that ends it.
/// </summary>
internal sealed class Deprovision(TenantDirectory directory, TimeProvider clock) : OperationKind<DeprovisionData>(Plan)
{
    /// <summary>The step in which products are called.</summary>
    public const string Products = "products";

    public static readonly OperationPlan<DeprovisionData> Plan = new(
        "deprovision",
        OperationStep<DeprovisionData>.Of<RemoveProducts>(Products),
        OperationStep<DeprovisionData>.Of<RemoveHome>("home"),
        OperationStep<DeprovisionData>.Of<DestroyKeys>("keys"),
        OperationStep<DeprovisionData>.Of<RemoveRecords>("records"));

    public override bool CanBeUndone => false;

    public override bool CallsProducts => true;

    public override async Task StateChangedAsync(PlatformDbContext db, Operation operation, CancellationToken cancellationToken)
    {
        if (operation.State is not OperationState.Succeeded)
        {
            return;
        }

        var tenant = await db.FindTenantAsync(operation.TenantId.ToString(), cancellationToken);
        if (tenant is null || !tenant.TryPurge())
        {
            throw new OperationRefusedException($"The tenant is {(tenant is null ? "unknown" : TenantWords.Of(tenant.Status))} and cannot become purged by this.");
        }

        var now = clock.GetUtcNow();
        db.Audit.Add(new()
        {
            Id = Guid.CreateVersion7(now),
            At = now,
            Action = AuditActions.TenantPurged,
            TenantId = tenant.Id.Value,
            Subject = tenant.Slug.Value,
            Outcome = AuditOutcome.Done,
            Details = JsonSerializer.SerializeToDocument(new { operation = operation.Id, tenant.DeletedAt, tenant.RetainedUntil }, JsonSerializerOptions.Web),
        });
        db.AfterCommit(() => directory.Apply(tenant.ToEntry()));
    }
}

/// <summary>Where the tenant's home is: decided when the operation begins, since nobody moves a tenant that is deleted.</summary>
internal sealed record DeprovisionData(PlacementKind Placement, string Store, string Database, int Generation)
{
    public static DeprovisionData Of(RegisteredTenant tenant) => new(tenant.PlacementKind, tenant.Store, tenant.Database, tenant.Generation);
}
