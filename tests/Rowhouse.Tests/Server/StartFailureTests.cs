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

    [Theory]
    [MemberData(nameof(OfSomethingElse))]
    public void A_failure_elsewhere_is_not_put_down_to_the_data_folder(Exception failure) => StartFailure.Explain(failure, settings).ShouldBeNull();
}
