namespace Rowhouse.ControlPlane.Licenses;

/// <summary>Whether a license answers a question. Of all that is wrong the first is told, in the order of <see cref="LicenseCode"/>.</summary>
internal static class LicenseCheck
{
    public static LicenseCode Judge(License? license, LicenseQuestion question)
    {
        if (license is null)
        {
            return LicenseCode.NotFound;
        }

        switch (license.StateOn(question.Today, question.Banned))
        {
            case LicenseState.Banned:
                return LicenseCode.Banned;
            case LicenseState.Suspended:
                return LicenseCode.Suspended;
            case LicenseState.Upcoming:
                return LicenseCode.Upcoming;
            case LicenseState.Expired:
                return LicenseCode.Expired;
        }

        return question.Overdue ? LicenseCode.Overdue
            : !question.Entitled ? LicenseCode.EntitlementMissing
            : license.Scope.Length > 0 && question.Scope.Except(license.Scope, StringComparer.Ordinal).Any() ? LicenseCode.ScopeMismatch
            : question.Users > license.MostUsers ? LicenseCode.TooManyUsers
            : LicenseCode.Valid;
    }
}

/// <summary>What there is to know beside the license.</summary>
/// <param name="Today">The day where the tenant is.</param>
internal sealed record LicenseQuestion(DateOnly Today)
{
    /// <summary>Whether the license's enterprise is.</summary>
    public bool Banned { get; init; }

    /// <summary>Whether an invoice for the license is.</summary>
    public bool Overdue { get; init; }

    /// <summary>Whether the tenant has what was asked for beside the license.</summary>
    public bool Entitled { get; init; } = true;

    /// <summary>What it is to be used for.</summary>
    public IReadOnlyList<string> Scope { get; init; } = [];

    public int? Users { get; init; }
}

/// <summary>What a check of a license finds, in the order in which it looks.</summary>
internal enum LicenseCode
{
    Valid,
    NotFound,
    Banned,
    Suspended,
    Upcoming,
    Expired,
    Overdue,
    EntitlementMissing,
    ScopeMismatch,
    TooManyUsers,
}
