using Rowhouse.Contracts;
using Rowhouse.Tenancy;

namespace Rowhouse.ControlPlane.Licenses;

/// <summary>A license of a tenant, from its first day to its last. Days are the tenant's.</summary>
internal sealed class License
{
    public required Guid Id { get; init; }

    public required TenantId TenantId { get; init; }

    public string EnterpriseId { get; private set; } = "";

    public string ProductId { get; private set; } = "";

    public string ServiceId { get; private set; } = "";

    public DateOnly StartDate { get; private set; }

    public DateOnly EndDate { get; private set; }

    public string ContactFullName { get; private set; } = "";

    public string ContactEmail { get; private set; } = "";

    public int? Seats { get; private set; }

    public LicenseOverage Overage { get; private set; }

    public bool Suspended { get; private set; }

    /// <summary>What it is limited to; empty where it is not.</summary>
    public string[] Scope { get; private set; } = [];

    public int GracePeriodDays { get; private set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public long Version { get; private set; } = 1;

    /// <summary>How many may use it; <see langword="null"/> for any number. Rounded down: five seats at 1.25 are six.</summary>
    public long? MostUsers => Seats is not { } seats ? null : Overage switch
    {
        LicenseOverage.Quarter => seats * 5L / 4,
        LicenseOverage.Half => seats * 3L / 2,
        LicenseOverage.Double => seats * 2L,
        LicenseOverage.Unlimited => null,
        _ => seats,
    };

    public static License Of(LicenseRequest request, TenantId tenant, DateTimeOffset now)
    {
        var license = new License { Id = Guid.CreateVersion7(now), TenantId = tenant, CreatedAt = now };
        license.Become(request);
        return license;
    }

    /// <summary>Takes what a request says that <see cref="LicenseRules"/> found right.</summary>
    public void Become(LicenseRequest request)
    {
        EnterpriseId = request.EnterpriseId;
        ProductId = request.ProductId;
        ServiceId = request.ServiceId;
        StartDate = request.StartDate.GetValueOrDefault();
        EndDate = request.EndDate.GetValueOrDefault();
        ContactFullName = request.ContactFullName.Trim();
        ContactEmail = request.ContactEmail;
        Seats = request.Seats;
        Overage = LicenseWords.ParseOverage(request.Overage);
        Suspended = request.Suspended;
        Scope = [.. request.Scope ?? []];
        GracePeriodDays = request.GracePeriodDays;
    }

    public void Touch() => Version++;

    /// <summary>What it is on a day. Whoever withdrew it, or banned its enterprise, meant all days.</summary>
    public LicenseState StateOn(DateOnly day, bool banned) =>
        banned ? LicenseState.Banned
        : Suspended ? LicenseState.Suspended
        : day < StartDate ? LicenseState.Upcoming
        : day <= EndDate ? LicenseState.Active
        : day.DayNumber - EndDate.DayNumber <= GracePeriodDays ? LicenseState.Grace // a sum would go past the last day that there is
        : LicenseState.Expired;

    public LicenseRequest ToRequest() => new()
    {
        EnterpriseId = EnterpriseId,
        ProductId = ProductId,
        ServiceId = ServiceId,
        StartDate = StartDate,
        EndDate = EndDate,
        ContactFullName = ContactFullName,
        ContactEmail = ContactEmail,
        Seats = Seats,
        Overage = LicenseWords.Of(Overage),
        Suspended = Suspended,
        Scope = Scope,
        GracePeriodDays = GracePeriodDays,
    };

    public LicenseResponse ToResponse(DateOnly today, bool banned) => new(
        Id,
        EnterpriseId,
        ProductId,
        ServiceId,
        StartDate,
        EndDate,
        ContactFullName,
        ContactEmail,
        Seats,
        LicenseWords.Of(Overage),
        Suspended,
        Scope,
        GracePeriodDays,
        LicenseWords.Of(StateOn(today, banned)),
        CreatedAt,
        Version);
}

/// <summary>How far over its seats a license may be used. The numbers are stored; do not change them.</summary>
internal enum LicenseOverage
{
    None = 0,
    Quarter = 1,
    Half = 2,
    Double = 3,
    Unlimited = 4,
}

/// <summary>What a license is on a day; never stored.</summary>
internal enum LicenseState
{
    Upcoming,
    Active,
    Grace,
    Expired,
    Suspended,
    Banned,
}
