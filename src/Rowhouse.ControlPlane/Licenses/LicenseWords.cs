namespace Rowhouse.ControlPlane.Licenses;

/// <summary>The words of the API for licenses.</summary>
internal static class LicenseWords
{
    public static string Of(LicenseState state) => state.ToString().ToLowerInvariant();

    public static string Of(LicenseOverage overage) => overage switch
    {
        LicenseOverage.Quarter => "1.25",
        LicenseOverage.Half => "1.5",
        LicenseOverage.Double => "2",
        LicenseOverage.Unlimited => "unlimited",
        _ => "none",
    };

    /// <summary>Reads a word that validation has let pass.</summary>
    public static LicenseOverage ParseOverage(string? word) => Enum.GetValues<LicenseOverage>().Single(overage => Of(overage) == (word ?? "none"));

    public static string Of(LicenseCode code) => code switch
    {
        LicenseCode.Valid => "valid",
        LicenseCode.NotFound => "not-found",
        LicenseCode.Banned => "banned",
        LicenseCode.Suspended => "suspended",
        LicenseCode.Upcoming => "upcoming",
        LicenseCode.Expired => "expired",
        LicenseCode.Overdue => "overdue",
        LicenseCode.EntitlementMissing => "entitlement-missing",
        LicenseCode.ScopeMismatch => "scope-mismatch",
        _ => "too-many-users",
    };
}
