using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Rowhouse.ControlPlane.Tenants;
using Rowhouse.Tenancy;
using Shouldly;

namespace Rowhouse.Tests.ControlPlane;

/// <summary>Where a tenant can be in its life, and what leads where.</summary>
public sealed class TenantStateTests
{
    private const int RetentionDays = 30;

    /// <summary>The life of a tenant, as it is promised.</summary>
    private static readonly HashSet<string> Promised =
    [
        "Pending-Creating", "Creating-Active", "Active-Suspended", "Suspended-Active", "Creating-Failed", "Failed-Creating",
        "Active-Moving", "Suspended-Moving", "Moving-Active", "Moving-Suspended",
        "Pending-Deleting", "Creating-Deleting", "Active-Deleting", "Suspended-Deleting", "Failed-Deleting", "Deleting-Deleted", "Deleting-Failed",
        "Deleted-Active", "Deleted-Suspended", "Deleted-Purged", "Deleted-Erased", "Purged-Erased",
    ];

    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>What somebody does to a tenant, or days that pass.</summary>
    public enum Act
    {
        Suspend,
        Resume,
        Delete,
        Revive,
        EndRetention,
        Purge,
        DayPasses,
        MonthPasses,
    }

    [Property(MaxTest = 500)]
    public void A_tenant_goes_only_where_it_is_promised_to_go_and_counts_each_step(TenantStatus[] wishes)
    {
        var tenant = NewTenant();
        foreach (var wish in wishes)
        {
            var (before, version) = (tenant.Status, tenant.Version);

            var went = tenant.TryBecome(wish);

            went.ShouldBe(Promised.Contains($"{before}-{wish}"));
            tenant.Status.ShouldBe(went ? wish : before);
            tenant.Version.ShouldBe(went ? version + 1 : version);
            tenant.CanBecome.Order().ShouldBe(Enum.GetValues<TenantStatus>().Where(next => Promised.Contains($"{tenant.Status}-{next}")).Order());
        }
    }

    [Property(MaxTest = 500)]
    public void Whatever_is_done_to_a_tenant_in_whatever_order_it_comes_back_as_it_was_until_its_retention_ends_and_then_no_more(Act[] acts)
    {
        var (tenant, now) = (NewTenant(), Start);
        var (open, deleted, until) = (true, false, Start);
        var (ended, purged) = (false, false);
        foreach (var act in acts)
        {
            var version = tenant.Version;
            var expected = act switch
            {
                Act.Suspend => !deleted && open,
                Act.Resume => !deleted && !open,
                Act.Delete => !deleted,
                Act.Revive => deleted && !ended && now < until,
                Act.EndRetention => deleted && !ended && now >= until,
                Act.Purge => ended && !purged,
                _ => false,
            };

            var done = act switch
            {
                Act.Suspend => TenantStates.Become(tenant, TenantStatus.Suspended) is null,
                Act.Resume => TenantStates.Become(tenant, TenantStatus.Active) is null,
                Act.Delete => tenant.TryDelete(now, TimeSpan.FromDays(RetentionDays)),
                Act.Revive => tenant.TryRevive(now),
                Act.EndRetention => tenant.TryEndRetention(now),
                Act.Purge => tenant.TryPurge(),
                _ => false,
            };

            done.ShouldBe(expected, $"{act} of {tenant.Status}");
            now += act is Act.DayPasses ? TimeSpan.FromDays(1) : act is Act.MonthPasses ? TimeSpan.FromDays(RetentionDays) : TimeSpan.Zero;
            (open, deleted, until) = (done, act) switch
            {
                (true, Act.Suspend) => (false, deleted, until),
                (true, Act.Resume) => (true, deleted, until),
                (true, Act.Delete) => (open, true, now + TimeSpan.FromDays(RetentionDays)),
                (true, Act.Revive) => (open, false, until),
                _ => (open, deleted, until),
            };
            ended |= done && act is Act.EndRetention;
            purged |= done && act is Act.Purge;
            tenant.Status.ShouldBe(purged ? TenantStatus.Purged : deleted ? TenantStatus.Deleted : open ? TenantStatus.Active : TenantStatus.Suspended);
            tenant.RetainedUntil.ShouldBe(deleted ? until : null);
            (tenant.DeletedAt is not null).ShouldBe(deleted);
            (tenant.Version > version).ShouldBe(done);
        }
    }

    private static RegisteredTenant NewTenant() => new()
    {
        Id = new(Guid.CreateVersion7(Start)),
        Slug = Slug.Parse("smith", CultureInfo.InvariantCulture),
        Database = "store",
        Plan = "starter",
        CreatedAt = Start,
        MembersChangedAt = Start,
    };
}
