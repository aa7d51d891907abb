using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Rowhouse.Contracts;
using Rowhouse.ControlPlane.Licenses;
using Rowhouse.Tenancy;
using Shouldly;

namespace Rowhouse.Tests.ControlPlane.Licenses;

/// <summary>What a license is on a day, how many it allows, and which of what is wrong with it is told.</summary>
public sealed class LicenseStateTests
{
    private static readonly string[] Zones =
        ["Pacific/Kiritimati", "America/St_Johns", "Pacific/Pago_Pago", "Asia/Kathmandu", "Australia/Lord_Howe", "America/Los_Angeles", "Pacific/Auckland", "Europe/London", "America/Sao_Paulo", "Pacific/Apia", "Etc/UTC"];

    /// <summary>The days on which clocks are put forward or back somewhere, and one that Apia never had the eve of.</summary>
    private static readonly DateOnly[] OddDays = [new(2024, 3, 10), new(2024, 11, 3), new(2024, 3, 31), new(2024, 10, 27), new(2024, 4, 7), new(2024, 9, 29), new(2018, 11, 4), new(2011, 12, 31), new(2024, 2, 29), new(2024, 12, 31)];

    [Property]
    public void A_license_is_active_from_the_start_of_its_first_day_to_the_end_of_its_last_where_the_tenant_is(PositiveInt zoneAt, PositiveInt dayAt, NonNegativeInt length)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById(Zones[zoneAt.Get % Zones.Length]);
        var end = OddDays[dayAt.Get % OddDays.Length];
        var license = License(end.AddDays(-(length.Get % 400)), end);

        var (begins, ends) = (FirstInstant(zone, license.StartDate), FirstInstant(zone, end.AddDays(1)));

        At(begins.AddTicks(-1)).ShouldBe(LicenseState.Upcoming);
        At(begins).ShouldBe(LicenseState.Active);
        At(begins + ((ends - begins) / 2)).ShouldBe(LicenseState.Active);
        At(ends.AddTicks(-1)).ShouldBe(LicenseState.Active);
        At(ends).ShouldBe(LicenseState.Expired);

        LicenseState At(DateTimeOffset now) => license.StateOn(LicensedTenant.DayAt(now, zone), banned: false);
    }

    [Property]
    public void On_each_day_a_license_has_one_state_and_they_come_in_order(NonNegativeInt length, NonNegativeInt graceOf, int at)
    {
        var (start, grace) = (new DateOnly(2024, 1, 1), graceOf.Get % 366);
        var end = start.AddDays(length.Get % 1000);
        var day = start.AddDays(at % 3000);

        var state = License(start, end, request => request with { GracePeriodDays = grace }).StateOn(day, banned: false);

        state.ShouldBe(day < start ? LicenseState.Upcoming : day <= end ? LicenseState.Active : day <= end.AddDays(grace) ? LicenseState.Grace : LicenseState.Expired);
    }

    [Theory]
    [InlineData("2023-12-31", "upcoming")]
    [InlineData("2024-01-01", "active")]
    [InlineData("2024-12-31", "active")]
    [InlineData("2025-01-01", "grace")]
    [InlineData("2025-01-10", "grace")]
    [InlineData("2025-01-11", "expired")]
    public void Whoever_suspends_or_bans_means_every_day(string day, string otherwise)
    {
        var on = DateOnly.Parse(day, null);
        License(new(2024, 1, 1), new(2024, 12, 31), request => request with { GracePeriodDays = 10 }).StateOn(on, banned: false).ToString().ToLowerInvariant().ShouldBe(otherwise);

        var suspended = License(new(2024, 1, 1), new(2024, 12, 31), request => request with { Suspended = true });
        suspended.StateOn(on, banned: false).ShouldBe(LicenseState.Suspended);
        suspended.StateOn(on, banned: true).ShouldBe(LicenseState.Banned);
    }

    [Fact]
    public void A_license_without_end_goes_to_the_last_day_that_there_is() =>
        License(DateOnly.MinValue, DateOnly.MaxValue, request => request with { GracePeriodDays = 365 }).StateOn(DateOnly.MaxValue, banned: false).ShouldBe(LicenseState.Active);

    [Theory]
    [InlineData(5, null, 5)]
    [InlineData(5, "none", 5)]
    [InlineData(5, "1.25", 6)]
    [InlineData(4, "1.25", 5)]
    [InlineData(3, "1.25", 3)]
    [InlineData(1, "1.5", 1)]
    [InlineData(5, "1.5", 7)]
    [InlineData(5, "2", 10)]
    [InlineData(1_000_000, "2", 2_000_000)]
    [InlineData(5, "unlimited", null)]
    [InlineData(null, "1.25", null)]
    [InlineData(null, "none", null)]
    public void Seats_times_overage_are_rounded_down(int? seats, string? overage, int? most) =>
        License(new(2024, 1, 1), new(2024, 12, 31), request => request with { Seats = seats, Overage = overage }).MostUsers.ShouldBe(most);

    [Property]
    public void Overage_allows_as_many_as_do_not_exceed_the_factor(PositiveInt seatsOf, PositiveInt usersOf)
    {
        var (seats, users) = (1 + (seatsOf.Get % 1_000_000), usersOf.Get % 2_500_000);
        foreach (var (overage, factor) in new[] { ("none", 1m), ("1.25", 1.25m), ("1.5", 1.5m), ("2", 2m) })
        {
            var license = License(new(2024, 1, 1), new(2024, 12, 31), request => request with { Seats = seats, Overage = overage });

            (LicenseCheck.Judge(license, new(new(2024, 6, 1)) { Users = users }) is LicenseCode.Valid).ShouldBe(users <= seats * factor);
        }
    }

    [Property]
    public void Two_licenses_overlap_when_they_have_a_day_in_common(byte startOne, byte lengthOne, byte startTwo, byte lengthTwo)
    {
        var origin = new DateOnly(2024, 1, 1);
        var one = License(origin.AddDays(startOne % 40), origin.AddDays((startOne % 40) + (lengthOne % 20)));
        var two = License(origin.AddDays(startTwo % 40), origin.AddDays((startTwo % 40) + (lengthTwo % 20)), request => request with { GracePeriodDays = 300 });

        var common = Days(one).Intersect(Days(two)).Any();

        (LicenseRules.Overlap(one.ToRequest(), two.ToRequest()), LicenseRules.Overlap(two.ToRequest(), one.ToRequest())).ShouldBe((common, common));
        LicenseRules.Overlap(one.ToRequest(), two.ToRequest() with { ServiceId = "another" }).ShouldBeFalse();
    }

    // Each row has all that comes after it in the order wrong too, so that a check in another place is seen.
    [Theory]
    [InlineData(0, "not-found")]
    [InlineData(1, "banned")]
    [InlineData(2, "suspended")]
    [InlineData(3, "upcoming")]
    [InlineData(4, "expired")]
    [InlineData(5, "overdue")]
    [InlineData(6, "entitlement-missing")]
    [InlineData(7, "scope-mismatch")]
    [InlineData(8, "too-many-users")]
    [InlineData(9, "valid")]
    public void Of_all_that_is_wrong_the_first_is_told(int right, string told)
    {
        var license = right == 0 ? null : License(new(2024, 1, 1), new(2024, 12, 31), request => request with { Seats = 5, Overage = "1.25", Scope = ["emea"], Suspended = right <= 2 });
        var question = new LicenseQuestion(right <= 3 ? new(2023, 12, 31) : right == 4 ? new(2025, 1, 1) : new(2024, 12, 31))
        {
            Banned = right <= 1,
            Overdue = right <= 5,
            Entitled = right > 6,
            Scope = right <= 7 ? ["emea", "apac"] : ["emea"],
            Users = right <= 8 ? 7 : 6,
        };

        LicenseWords.Of(LicenseCheck.Judge(license, question)).ShouldBe(told);
    }

    [Theory]
    [InlineData(new string[0], new[] { "emea" }, "valid")]
    [InlineData(new[] { "emea" }, new string[0], "valid")]
    [InlineData(new[] { "emea", "apac" }, new[] { "apac", "emea" }, "valid")]
    [InlineData(new[] { "emea" }, new[] { "EMEA" }, "scope-mismatch")]
    [InlineData(new[] { "emea" }, new[] { "emea", "apac" }, "scope-mismatch")]
    public void All_that_is_asked_for_has_to_be_in_the_scope_where_there_is_one(string[] scope, string[] asked, string told) =>
        LicenseWords.Of(LicenseCheck.Judge(License(new(2024, 1, 1), new(2024, 12, 31), request => request with { Scope = scope }), new(new(2024, 6, 1)) { Scope = asked })).ShouldBe(told);

    private static IEnumerable<DateOnly> Days(License license) => Enumerable.Range(license.StartDate.DayNumber, license.EndDate.DayNumber - license.StartDate.DayNumber + 1).Select(DateOnly.FromDayNumber);

    // By looking, not by the arithmetic that is tested: the first instant, to the tick, whose local day is not before this one.
    private static DateTimeOffset FirstInstant(TimeZoneInfo zone, DateOnly day)
    {
        var midnight = new DateTimeOffset(day.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);
        var (before, after) = (midnight.AddHours(-30).Ticks, midnight.AddHours(30).Ticks);
        while (after - before > 1)
        {
            var middle = before + ((after - before) / 2);
            var utc = new DateTime(middle, DateTimeKind.Utc);
            if (DateOnly.FromDateTime(utc + zone.GetUtcOffset(utc)) < day)
            {
                before = middle;
            }
            else
            {
                after = middle;
            }
        }

        return new(after, TimeSpan.Zero);
    }

    private static License License(DateOnly start, DateOnly end, Func<LicenseRequest, LicenseRequest>? with = null)
    {
        var request = LicenseServer.License() with { StartDate = start, EndDate = end };
        return Make(with is null ? request : with(request));
    }

    private static License Make(LicenseRequest request) => Rowhouse.ControlPlane.Licenses.License.Of(request, new TenantId(Guid.CreateVersion7(DateTimeOffset.UnixEpoch)), DateTimeOffset.UnixEpoch);
}
