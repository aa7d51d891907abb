using Microsoft.Extensions.Configuration;
using Rowhouse.Server;
using Shouldly;

namespace Rowhouse.Tests.Server;

/// <summary>What an installation says of the tenants that are made in it.</summary>
public sealed class TenantSettingsTests
{
    [Fact]
    public void A_deleted_tenant_is_kept_for_thirty_days_unless_another_number_is_said()
    {
        Read().RetentionDays.ShouldBe(30);
        Read(("Tenants:RetentionDays", "3650")).RetentionDays.ShouldBe(3650);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("3651")]
    [InlineData("99999999999")]
    [InlineData("a month")]
    public void A_retention_that_cannot_be_is_refused_by_its_name(string value) =>
        Should.Throw<ServerSettingsException>(() => Read(("Tenants:RetentionDays", value))).Message.ShouldBe($"Tenants__RetentionDays is '{value}'. It is a number from 1 to 3650.");

    [Fact]
    public void How_many_homes_are_kept_ready_is_said_or_two()
    {
        Read().PooledHomes.ShouldBe(2);
        Read(("Homes:Pool", "0")).PooledHomes.ShouldBe(0);
        Read(("Homes:Pool", "100")).PooledHomes.ShouldBe(100);
        foreach (var value in new[] { "-1", "101", "some" })
        {
            Should.Throw<ServerSettingsException>(() => Read(("Homes:Pool", value))).Message.ShouldBe($"Homes__Pool is '{value}'. It is a number from 0 to 100.");
        }
    }

    [Fact]
    public void Whether_tenants_are_protected_is_said_or_left_open()
    {
        Read().DeletionProtection.ShouldBeNull();
        Read(("Tenants:DeletionProtection", "1")).DeletionProtection.ShouldBe(true);
        Read(("Tenants:DeletionProtection", "false")).DeletionProtection.ShouldBe(false);
        Should.Throw<ServerSettingsException>(() => Read(("Tenants:DeletionProtection", "perhaps"))).Message.ShouldBe("Tenants__DeletionProtection is 'perhaps'. It is 1 or 0.");
    }

    private static ServerSettings Read(params (string Key, string Value)[] settings) =>
        ServerSettings.From(new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(pair => pair.Key, pair => (string?)pair.Value)).Build());
}
