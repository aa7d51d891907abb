using Microsoft.Extensions.Options;
using Rowhouse.Server;
using Rowhouse.Server.Hosting;
using Shouldly;

namespace Rowhouse.Tests.Server;

public sealed class StartFailureTests
{
    private static readonly ServerSettings settings = new() { DataFolder = "/srv/rowhouse" };

    public static TheoryData<Exception> OfTheDataFolder { get; } = [new UnauthorizedAccessException("Access to the path '/srv/rowhouse/first-password' is denied."), new IOException("No space left on device : '/srv/rowhouse/first-password'.")];

    public static TheoryData<Exception> OfSomethingElse { get; } = [new UnauthorizedAccessException("Access to the path '/etc/ssl/key.pem' is denied."), new IOException("Broken pipe")];

    [Theory]
    [MemberData(nameof(OfTheDataFolder))]
    public void A_failure_in_the_data_folder_names_it_and_says_how_to_mend_it(Exception failure)
    {
        var reason = StartFailure.Explain(failure, settings).ShouldNotBeNull();

        reason.ShouldStartWith(failure.Message);
        reason.ShouldContain("ROWHOUSE_DATA");
    }

    [Fact]
    public void A_default_product_that_there_is_not_is_named_at_the_start()
    {
        var failure = Should.Throw<InvalidOperationException>(() => ServerHost.Build(settings with { DefaultProducts = ["cardvault", "cardvalt"] }));

        StartFailure.Explain(failure, settings).ShouldBe("Tenants__DefaultProducts names 'cardvalt', and this installation has cardvault.");
    }

    [Fact]
    public void A_connection_string_of_Redis_that_cannot_be_read_is_named_and_not_shown()
    {
        var failure = Should.Throw<OptionsValidationException>(() => ServerHost.Build(settings with { Redis = "redis.internal,password=hush,ssl=perhaps" }));

        StartFailure.Explain(failure, settings).ShouldNotBeNull().ShouldStartWith("ROWHOUSE_REDIS: ");
        failure.Message.ShouldNotContain("hush");
    }

    [Theory]
    [MemberData(nameof(OfSomethingElse))]
    public void A_failure_elsewhere_is_not_put_down_to_the_data_folder(Exception failure) => StartFailure.Explain(failure, settings).ShouldBeNull();
}
