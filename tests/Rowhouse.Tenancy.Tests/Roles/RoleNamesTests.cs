using Rowhouse.Tenancy.Postgres.Roles;
using Shouldly;

namespace Rowhouse.Tenancy.Tests.Roles;

public sealed class RoleNamesTests
{
    [Fact]
    public void Roles_are_named_after_the_installation()
    {
        RoleNames.Default.ShouldSatisfyAllConditions(
            names => names.Owner.ShouldBe("rowhouse_owner"), names => names.Application.ShouldBe("rowhouse_app"), names => names.Platform.ShouldBe("rowhouse_platform"));
        new RoleNames("acme_2").Application.ShouldBe("acme_2_app");
    }

    [Theory]
    [InlineData("")]
    [InlineData("Acme")]
    [InlineData("2acme")]
    [InlineData("_acme")]
    [InlineData("ac-me")]
    [InlineData("acme\n")]
    [InlineData("acme; DROP ROLE postgres")]
    [InlineData("acmé")]
    [InlineData("pg_acme")]
    [InlineData("acme_home_2")]
    [InlineData("acme_template")]
    public void A_name_that_would_have_to_be_quoted_is_refused(string installation) =>
        Should.Throw<ArgumentException>(() => new RoleNames(installation)).Message.ShouldContain("cannot name an installation");

    [Fact]
    public void A_name_that_PostgreSQL_would_cut_is_refused()
    {
        new RoleNames(new string('a', 25)).HomeOf(Guid.AllBitsSet).Length.ShouldBe(63);

        Should.Throw<ArgumentException>(() => new RoleNames(new string('a', 26)));
    }
}
