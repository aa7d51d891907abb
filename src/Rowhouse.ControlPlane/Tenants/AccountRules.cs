using Microsoft.EntityFrameworkCore;
using Rowhouse.Contracts;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Modules.Http;
using Rowhouse.Tenancy;

namespace Rowhouse.ControlPlane.Tenants;

/// <summary>What clients that call a tenant an account send along: master account name, addresses, technical user. Licenses have <see cref="Licenses.LicenseRules"/>.</summary>
internal static class AccountRules
{
    public static AccountFacts Read(ChangeTenantRequest request, FieldErrors errors)
    {
        var master = request.MasterAccountName?.Trim();
        if (master is { Length: 0 } && !errors.Has("masterAccountName"))
        {
            errors.Add("masterAccountName", "A master account name has at least one letter.");
        }

        if (request.TechnicalUser is { } technical)
        {
            errors.Check(technical, "technicalUser");
        }

        foreach (var (index, address) in (request.Addresses ?? []).Index())
        {
            if (address is null)
            {
                errors.Add($"addresses[{index}]", "This is an object.");
            }
            else
            {
                errors.Check(address, $"addresses[{index}]");
            }
        }

        return new(master, request.Addresses ?? [], request.TechnicalUser);
    }

    /// <summary>Whether another tenant, which is there or can come back, has the master account name.</summary>
    public static async Task<bool> IsMasterAccountTakenAsync(this PlatformDbContext db, AccountFacts account, TenantId? but, CancellationToken cancellationToken) =>
        account.MasterAccountKey is { } key
        && await db.Tenants.AnyAsync(tenant => tenant.MasterAccountKey == key && tenant.Id != but && tenant.Status != TenantStatus.Purged && tenant.Status != TenantStatus.Erased, cancellationToken);

    public static string MasterAccountTaken(AccountFacts account) => $"'{account.MasterAccountName}' is the master account name of another tenant.";
}

/// <summary>What a tenant keeps of them.</summary>
internal sealed record AccountFacts(string? MasterAccountName, IReadOnlyList<TenantAddress> Addresses, TechnicalUser? TechnicalUser)
{
    /// <summary>The name as it is compared: without case.</summary>
    public string? MasterAccountKey => MasterAccountName?.ToLowerInvariant();
}
