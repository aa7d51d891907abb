using Rowhouse.Contracts;
using Rowhouse.Tenancy;

namespace Rowhouse.ControlPlane.Tenants;

internal static class TenantAnswer
{
    /// <summary>The tenant as the API shows it.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="admin">The first admin, where the tenant has just been made.</param>
    /// <param name="withAccount">Whether the reader may see master account, addresses, technical user, and why its home could not be made.</param>
    public static TenantResponse ToResponse(this RegisteredTenant tenant, MemberResponse? admin = null, bool withAccount = false) => new(
        tenant.Id.Value,
        tenant.Slug.Value,
        tenant.Name,
        [.. tenant.Identifiers.Where(identifier => identifier is { IsGiven: true, Kind: IdentifierKind.Name }).Select(identifier => identifier.Value).Order(StringComparer.Ordinal)],
        TenantWords.Of(tenant.Status),
        tenant.Status is TenantStatus.Active ? PendingReasonOf(tenant) : null,
        TenantWords.CloudTypeOf(tenant.PlacementKind),
        TenantWords.ProvisioningOf(tenant.Status),
        withAccount ? tenant.ProvisioningError : null,
        tenant.PlacementKind is PlacementKind.Dedicated ? tenant.Database : TenantWords.SharedTable,
        new(TenantWords.Of(tenant.PlacementKind), tenant.Store, tenant.Database, tenant.Generation),
        tenant.Plan,
        [.. tenant.Subscriptions.Select(subscription => subscription.Product).Order(StringComparer.Ordinal)],
        tenant.TimeZone,
        tenant.Currency,
        tenant.Locale,
        tenant.DeletionProtection,
        tenant.CreatedAt,
        tenant.Version,
        tenant.DeletedAt,
        tenant.RetainedUntil,
        withAccount ? tenant.MasterAccountName : null,
        withAccount ? tenant.Addresses : null,
        withAccount ? tenant.TechnicalUser : null,
        admin);

    /// <summary>What a product that the tenant subscribes to waits for, where one does.</summary>
    private static string? PendingReasonOf(RegisteredTenant tenant) => tenant.Products
        .Where(product => product.IsWaiting && tenant.Subscriptions.Exists(subscription => subscription.Product == product.Product))
        .OrderBy(product => product.Product, StringComparer.Ordinal)
        .FirstOrDefault()?.Reason;
}
