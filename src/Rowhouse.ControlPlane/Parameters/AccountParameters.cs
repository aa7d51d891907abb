using System.Globalization;
using Rowhouse.ControlPlane.Tenants;
using Rowhouse.Tenancy;

namespace Rowhouse.ControlPlane.Parameters;

/// <summary>
/// The parameters of a tenant: what its row says, in other words. Nothing is kept beside the row, so they can neither be missing when its
/// status turns nor be left when the tenant is gone.
/// </summary>
internal static class AccountParameters
{
    /// <summary>The level below which all of them are.</summary>
    public static readonly ParameterPath Root = ParameterPath.Parse("/accounts", null);

    // In these a home is being made, or there: its name is decided before it is made. Of one that could not be made nothing is left.
    private static readonly TenantStatus[] Housed = [TenantStatus.Creating, TenantStatus.Active, TenantStatus.Suspended, TenantStatus.Moving];

    /// <summary>Names and values, in the order of their paths: what says that a home is ready comes behind what says where it is.</summary>
    public static IEnumerable<(string Name, string Value)> Of(RegisteredTenant tenant)
    {
        if (tenant.IsGone)
        {
            yield break;
        }

        yield return ("cloud-type", TenantWords.CloudTypeOf(tenant.PlacementKind));
        if (Housed.Contains(tenant.Status))
        {
            if (tenant.Database.Length > 0)
            {
                yield return ("postgres/database", tenant.Database);
            }

            yield return ("postgres/generation", tenant.Generation.ToString(CultureInfo.InvariantCulture));
            yield return ("postgres/store", tenant.Store);
        }

        if (!string.IsNullOrEmpty(tenant.ProvisioningError))
        {
            yield return ("provisioning-error", Shorten(tenant.ProvisioningError));
        }

        yield return ("provisioning-status", TenantWords.ProvisioningOf(tenant.Status));
    }

    public static ParameterPath PathOf(TenantId tenant, string name) => ParameterPath.Parse($"{Root}/{tenant.Value}/{name}", null);

    public static IEnumerable<Parameter> ParametersOf(RegisteredTenant tenant) =>
        Of(tenant).Select(named => new Parameter(PathOf(tenant.Id, named.Name), named.Value, tenant.Version));

    // What a server says has no bound, a value has one.
    private static string Shorten(string text)
    {
        var bytes = 0;
        var length = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            bytes += rune.Utf8SequenceLength;
            if (bytes > ParameterPath.MaxValueBytes)
            {
                return text[..length];
            }

            length += rune.Utf16SequenceLength;
        }

        return text;
    }
}
