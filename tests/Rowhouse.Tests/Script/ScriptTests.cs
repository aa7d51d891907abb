using System.Diagnostics;
using System.Runtime.CompilerServices;
using Shouldly;

namespace Rowhouse.Tests.Script;

/// <summary>The script <c>./rowhouse</c>, its parts with stand-ins for what they start.</summary>
public sealed class ScriptTests : IDisposable
{
    private static readonly string Repository = FindRepository();

    private readonly string clone = Directory.CreateTempSubdirectory("rowhouse script ").FullName;

    public void Dispose() => Directory.Delete(clone, recursive: true);

    [Fact]
    public async Task Help_is_given_through_a_link_from_another_folder()
    {
        var link = Path.Combine(clone, "linked rowhouse");
        File.CreateSymbolicLink(link, Path.Combine(Repository, "rowhouse"));

        var (exitCode, output) = await RunAsync("\"./linked rowhouse\" help");

        exitCode.ShouldBe(0);
        output.ShouldStartWith("./rowhouse up ");
    }

    [Fact]
    public async Task The_count_is_the_last_line_and_comes_from_the_summary_over_all_projects()
    {
        var (exitCode, output) = await TestAsync(
            """
            dotnet() { printf '  failed: 7\n  succeeded: 1\nTest run summary: Passed!\n  total: 15\n  failed: 0\n  succeeded: 12\n  skipped: 3\n'; }
            """);

        exitCode.ShouldBe(0);
        output.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1].ShouldBe("12 passed, 0 failed, 3 skipped");
    }

    [Fact]
    public async Task Failed_tests_are_counted_and_fail_the_command()
    {
        var (exitCode, output) = await TestAsync("dotnet() { printf '  failed: 2\\n  succeeded: 12\\n  skipped: 0\\n'; return 2; }");

        exitCode.ShouldBe(1);
        output.ShouldEndWith("12 passed, 2 failed, 0 skipped\n");
    }

    [Fact]
    public async Task Failed_tests_are_told_again_with_their_reason_just_before_the_count()
    {
        var (_, output) = await TestAsync(
            """
            dotnet() {
              printf 'failed Rooms.Doors.A_door_is_shut(color: "red") (1s 234ms)\n  Expected shut\n  but was open\nskipped Rooms.Windows (0ms)\n  no glass\n'
              printf '  failed: 1\n  succeeded: 12\n  skipped: 1\n'; seq 200; return 2
            }
            """);

        output.ShouldEndWith(
            """
            - these .NET tests failed:
            failed Rooms.Doors.A_door_is_shut(color: "red") (1s 234ms)
              Expected shut
              but was open
            12 passed, 1 failed, 1 skipped

            """);
    }

    [Fact]
    public async Task A_test_project_that_crashes_counts_as_a_failure()
    {
        var (exitCode, output) = await TestAsync("dotnet() { printf '  failed: 0\\n  succeeded: 12\\n  skipped: 0\\n'; return 134; }");

        exitCode.ShouldBe(1);
        output.ShouldEndWith("12 passed, 1 failed, 0 skipped\n");
    }

    [Fact]
    public async Task A_failure_that_was_counted_fails_the_command_however_the_runner_ended()
    {
        var (exitCode, output) = await TestAsync("dotnet() { printf '  failed: 2\\n  succeeded: 12\\n  skipped: 0\\n'; }");

        exitCode.ShouldBe(1);
        output.ShouldEndWith("12 passed, 2 failed, 0 skipped\n");
    }

    [Fact]
    public async Task A_run_that_found_no_test_is_a_failure()
    {
        var (exitCode, output) = await TestAsync("dotnet() { printf 'Test run summary: Zero tests ran\\n'; }");

        exitCode.ShouldBe(1);
        output.ShouldContain("not one test was found");
        output.ShouldEndWith("0 passed, 1 failed, 0 skipped\n");
    }

    [Theory]
    [InlineData("false", 0, "12 passed, 0 failed, 1 skipped")]
    [InlineData("true", 1, "12 passed, 1 failed, 0 skipped")]
    public async Task Without_Node_the_console_is_skipped_with_a_reason_and_fails_a_build_machine(string buildMachine, int expected, string count)
    {
        var (exitCode, output) = await TestConsoleAsync($"has_node() {{ return 1; }}; CI={buildMachine}");

        exitCode.ShouldBe(expected);
        output.ShouldContain("the console's tests cannot run here: they need Node 20.19 or newer with npm");
        output.ShouldEndWith($"{count}\n");
    }

    [Fact]
    public async Task The_consoles_tests_are_added_to_the_count()
    {
        var (exitCode, output) = await TestConsoleAsync("npx() { touch \"$report\"; }; node() { echo 5 0 1; }");

        exitCode.ShouldBe(0);
        output.ShouldEndWith("17 passed, 0 failed, 1 skipped\n");
    }

    [Theory]
    [InlineData("install_console_packages() { return 1; }; npx() { touch \"$report\"; }; node() { echo 5 0 0; }", "12 passed, 1 failed, 0 skipped")]
    [InlineData("npm() { return 1; }", "12 passed, 1 failed, 0 skipped")] // lint
    [InlineData("npx() { touch \"$report\"; return 1; }; node() { echo 5 2 0; }", "17 passed, 2 failed, 0 skipped")]
    [InlineData("npx() { :; }", "12 passed, 1 failed, 0 skipped")] // ends well, and leaves no report
    public async Task What_goes_wrong_with_the_consoles_tests_fails_the_command(string standIns, string count)
    {
        var (exitCode, output) = await TestConsoleAsync(standIns);

        exitCode.ShouldBe(1);
        output.ShouldEndWith($"{count}\n");
    }

    [Fact]
    public async Task What_does_not_build_counts_as_a_failure_and_says_why()
    {
        var (exitCode, output) = await TestAsync("build_dotnet() { echo 'error CS0246'; return 1; }");

        exitCode.ShouldBe(1);
        output.ShouldContain("error CS0246");
        output.ShouldEndWith("0 passed, 1 failed, 0 skipped\n");
    }

    [Fact]
    public async Task Only_what_changed_is_built_again()
    {
        const string Build = "build_dotnet src/Rowhouse.Cli/Rowhouse.Cli.csproj src";
        var (_, output) = await PartsAsync(
            $$"""
            dotnet() { echo build >>builds; mkdir -p "$(dirname "$(cli)")"; touch "$(cli)"; }
            mkdir -p src eng; touch src/A.cs Directory.Build.props Directory.Packages.props global.json .editorconfig Rowhouse.slnx
            {{Build}}; {{Build}}; wc -l <builds
            touch src/B.cs; {{Build}}; {{Build}}; wc -l <builds
            mkdir -p web/dist; touch web/dist/index.html; {{Build}}; {{Build}}; wc -l <builds
            """);

        output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => int.TryParse(line, out _)).ShouldBe(["1", "2", "3"]);
    }

    [Fact]
    public async Task A_build_that_fails_is_tried_again()
    {
        const string Build = "build_dotnet src/Rowhouse.Cli/Rowhouse.Cli.csproj src";
        var (_, output) = await PartsAsync(
            $$"""
            dotnet() { echo build >>builds; echo 'error CS1002'; return 1; }
            mkdir -p src eng; touch Directory.Build.props Directory.Packages.props global.json .editorconfig Rowhouse.slnx
            {{Build}} || true; {{Build}} || true; wc -l <builds
            """);

        output.ShouldContain("error CS1002");
        output.ShouldEndWith("2\n");
    }

    [Fact]
    public async Task An_ordinary_user_is_told_everything_that_is_missing_at_once()
    {
        var (exitCode, output) = await PartsAsync(
            """
            can_install() { return 1; }
            has_postgres() { return 1; }
            command() { [ "$2" != npm ] && [ "$2" != dotnet ]; }
            need_dotnet; need_postgres
            stop_if_missing up
            """);

        exitCode.ShouldBe(1);
        output.ShouldContain("Missing: the .NET 10 SDK\nMissing: PostgreSQL 15 or newer, or Node 20.19 or newer with npm");
        output.ShouldContain("  sudo apt-get install -y postgresql nodejs npm\n");
        output.ShouldEndWith("and then ./rowhouse up again.\n");
    }

    [Fact]
    public async Task A_package_that_cannot_be_installed_stops_the_script_with_what_the_installer_said()
    {
        var (exitCode, output) = await PartsAsync(
            """
            as_root() { echo "E: Unable to locate package ${!#}"; return 100; }
            install_packages nonsense
            echo 'went on'
            """);

        exitCode.ShouldNotBe(0);
        output.ShouldContain("E: Unable to locate package");
        output.ShouldNotContain("went on");
    }

    private Task<(int ExitCode, string Output)> TestAsync(string standIns) =>
        PartsAsync($"build_console() {{ :; }}; build_dotnet() {{ :; }}; test_console() {{ :; }}\n{standIns}\nrun_tests");

    /// <summary>The same with the console's own tests, after 12 of .NET that passed.</summary>
    private Task<(int ExitCode, string Output)> TestConsoleAsync(string standIns) => PartsAsync(
        $$"""
        build_console() { :; }; build_dotnet() { :; }; test_dotnet() { passed=12; }
        has_node() { :; }; install_console_packages() { :; }; npm() { :; }
        mkdir web
        {{standIns}}
        run_tests
        """);

    private Task<(int ExitCode, string Output)> PartsAsync(string script) => RunAsync(
        $"""
        root=$PWD configuration=Release
        source '{Repository}/eng/machine.sh'
        source '{Repository}/eng/build.sh'
        source '{Repository}/eng/test.sh'
        {script}
        """);

    private async Task<(int ExitCode, string Output)> RunAsync(string script)
    {
        using var process = Process.Start(new ProcessStartInfo("bash", ["-euo", "pipefail", "-c", $"exec 2>&1\n{script}"])
        {
            WorkingDirectory = clone,
            UseShellExecute = false,
            RedirectStandardOutput = true,
        })!; // started from a file name: never null
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, output);
    }

    private static string FindRepository([CallerFilePath] string file = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "..", "..", "..")); // a file has a folder
}
