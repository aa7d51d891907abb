using Shouldly;

namespace Rowhouse.Tenancy.Tests.Kernel;

public sealed class TenantTests
{
    [Fact]
    public void What_is_not_said_of_a_tenant_is_English_dollars_in_UTC()
    {
        var tenant = Tenants.Make("smith");

        (tenant.TimeZone, tenant.Currency, tenant.Locale).ShouldBe(("Etc/UTC", "USD", "en"));
        tenant.Products.ShouldBeEmpty();
    }
}
