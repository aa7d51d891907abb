using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Xunit;
using Rowhouse.ControlPlane.Parameters;
using Rowhouse.ControlPlane.Tenants;
using Rowhouse.Tenancy;
using Shouldly;

namespace Rowhouse.Tests.ControlPlane.Parameters;

/// <summary>What a tenant's row says as parameters.</summary>
public sealed class AccountParametersTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Property(MaxTest = 500)]
    public void Whatever_becomes_of_a_tenant_its_parameters_are_whole_in_order_and_within_the_rules_and_none_when_it_is_gone(TenantStatus[] steps, NonNull<string> reason, bool isPrivate)
    {
        var tenant = NewTenant(isPrivate);
        Dictionary<long, string> versions = [];
        foreach (var step in steps.Prepend(TenantStatus.Active))
        {
            _ = step is TenantStatus.Failed ? tenant.TryFail(reason.Get) : tenant.TryBecome(step);

            var parameters = AccountParameters.ParametersOf(tenant).ToList();

            parameters.Count.ShouldBe(tenant.IsGone ? 0 : 2 + (tenant.Status is TenantStatus.Creating or TenantStatus.Active or TenantStatus.Suspended or TenantStatus.Moving ? 3 : 0) + (string.IsNullOrEmpty(tenant.ProvisioningError) ? 0 : 1));
            parameters.ShouldBe(parameters.OrderBy(parameter => parameter.Path));
            parameters.ShouldAllBe(parameter => ParameterPath.ExplainValue(parameter.Value) == null || parameter.Value.Any(char.IsSurrogate));
            parameters.ShouldAllBe(parameter => parameter.Version == tenant.Version);
            if (!tenant.IsGone)
            {
                parameters[^1].Path.Levels[^1].ShouldBe("provisioning-status");
            }

            // Equal versions, equal values.
            var said = string.Join('\n', parameters);
            versions.TryAdd(tenant.Version, said);
            said.ShouldBe(versions[tenant.Version]);
        }
    }

    [Theory]
    [InlineData(TenantStatus.Pending, "pending")]
    [InlineData(TenantStatus.Creating, "creating")]
    [InlineData(TenantStatus.Active, "active")]
    [InlineData(TenantStatus.Suspended, "active")]
    [InlineData(TenantStatus.Moving, "active")]
    [InlineData(TenantStatus.Failed, "failed")]
    public void A_state_is_told_in_the_words_of_the_provisioner(TenantStatus status, string expected) =>
        AccountParameters.Of(In(status)).ShouldContain(("provisioning-status", expected));

    [Theory]
    [InlineData(TenantStatus.Deleting)]
    [InlineData(TenantStatus.Deleted)]
    [InlineData(TenantStatus.Purged)]
    [InlineData(TenantStatus.Erased)]
    public void Who_is_gone_has_none(TenantStatus status) => AccountParameters.Of(In(status)).ShouldBeEmpty();

    [Fact]
    public void A_reason_that_is_longer_than_a_value_is_cut_between_two_characters()
    {
        var tenant = NewTenant(isPrivate: true);
        tenant.AwaitHome();
        tenant.TryFail("a" + string.Concat(Enumerable.Repeat("😀", 1100))).ShouldBeTrue();

        var reason = AccountParameters.Of(tenant).Single(named => named.Name == "provisioning-error").Value;

        Encoding.UTF8.GetByteCount(reason).ShouldBe(4093);
        reason.ShouldEndWith("😀");
    }

    private static RegisteredTenant In(TenantStatus status)
    {
        var tenant = NewTenant(isPrivate: true);
        typeof(RegisteredTenant).GetProperty(nameof(RegisteredTenant.Status))!.SetValue(tenant, status); // it is one
        return tenant;
    }

    private static RegisteredTenant NewTenant(bool isPrivate)
    {
        var tenant = new RegisteredTenant
        {
            Id = new(Guid.CreateVersion7(Start)),
            Slug = Slug.Parse("smith", CultureInfo.InvariantCulture),
            PlacementKind = isPrivate ? PlacementKind.Dedicated : PlacementKind.Shared,
            Database = "store",
            Plan = "starter",
            CreatedAt = Start,
            MembersChangedAt = Start,
        };
        if (isPrivate)
        {
            tenant.AwaitHome();
        }

        return tenant;
    }
}
