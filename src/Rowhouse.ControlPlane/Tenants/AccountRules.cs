using Rowhouse.Contracts;
using Rowhouse.Modules.Http;

namespace Rowhouse.ControlPlane.Tenants;

/// <summary>What clients that call a tenant an account send along: master account name, addresses, technical user. Licenses have <see cref="Licenses.LicenseRules"/>.</summary>
internal static class AccountRules
{
    public static AccountFacts Read(CreateTenantRequest request, FieldErrors errors)
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
}

/// <summary>What a tenant keeps of them.</summary>
internal sealed record AccountFacts(string? MasterAccountName, IReadOnlyList<TenantAddress> Addresses, TechnicalUser? TechnicalUser)
{
    /// <summary>The name as it is compared: without case.</summary>
    public string? MasterAccountKey => MasterAccountName?.ToLowerInvariant();
}
