using Rowhouse.Contracts;
using Rowhouse.Modules.Http;

namespace Rowhouse.ControlPlane.Tenants;

/// <summary>What clients that call a tenant an account send along: master account name, addresses, technical user, licences.</summary>
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
            Check(address, $"addresses[{index}]", errors);
        }

        foreach (var (index, license) in (request.Licenses ?? []).Index())
        {
            Refuse(license, $"licenses[{index}]", errors);
        }

        return new(master, request.Addresses ?? [], request.TechnicalUser);
    }

    // Enterprises, products and services of licences are lists that nobody can fill yet. A licence that was taken and not
    // kept would be a promise; an id that is on no list is refused by its name, as it will be later.
    private static void Refuse(LicenseRequest? license, string field, FieldErrors errors)
    {
        if (!Check(license, field, errors))
        {
            return;
        }

        if (license!.EndDate < license.StartDate) // Check has seen it
        {
            errors.Add($"{field}.endDate", "A licence ends on its first day or later.");
        }

        Unknown("enterpriseId", "enterprise", license.EnterpriseId);
        Unknown("productId", "licensed product", license.ProductId);
        Unknown("serviceId", "licensed service", license.ServiceId);

        void Unknown(string part, string what, string id)
        {
            if (!errors.Has($"{field}.{part}"))
            {
                errors.Add($"{field}.{part}", $"There is no {what} '{(id.Length > 100 ? id[..100] : id)}': this installation has no list of them yet. Make the tenant without licences.");
            }
        }
    }

    private static bool Check(object? value, string field, FieldErrors errors)
    {
        if (value is null)
        {
            errors.Add(field, "This is an object.");
            return false;
        }

        errors.Check(value, field);
        return true;
    }
}

/// <summary>What a tenant keeps of them.</summary>
internal sealed record AccountFacts(string? MasterAccountName, IReadOnlyList<TenantAddress> Addresses, TechnicalUser? TechnicalUser)
{
    /// <summary>The name as it is compared: without case.</summary>
    public string? MasterAccountKey => MasterAccountName?.ToLowerInvariant();
}
