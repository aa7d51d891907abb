using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Shouldly;

namespace Rowhouse.Tests.Architecture;

/// <summary>What holds for every source file.</summary>
public sealed partial class SourceTests
{
    private static readonly IReadOnlyList<string> Files =
    [
        .. Directory.EnumerateFiles(Path.Combine(Solution.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)),
    ];

    [Fact]
    public void No_file_is_longer_than_three_hundred_lines()
    {
        Files.Count.ShouldBeGreaterThan(50);
        Files.Where(file => File.ReadLines(file).Count() > 300).Select(Short).ShouldBeEmpty();
    }

    [Fact]
    public void No_folder_is_a_drawer_for_anything()
    {
        string[] drawers = ["Services", "Helpers", "Utils", "Common", "Models", "Shared"];

        Files.SelectMany(file => Path.GetRelativePath(Solution.Root, file).Split(Path.DirectorySeparatorChar)[..^1]).Intersect(drawers).ShouldBeEmpty();
    }

    [Fact]
    public void A_namespace_is_its_folder()
    {
        foreach (var file in Files)
        {
            if (Namespace().Match(File.ReadAllText(file)) is not { Success: true } match)
            {
                continue;
            }

            var project = Solution.Sources.Single(project => file.StartsWith(Path.GetDirectoryName(project.File) + Path.DirectorySeparatorChar, StringComparison.Ordinal));
            var folder = Path.GetRelativePath(Path.GetDirectoryName(project.File)!, Path.GetDirectoryName(file)!);
            var expected = folder == "." ? project.Name : $"{project.Name}.{folder.Replace(Path.DirectorySeparatorChar, '.')}";

            match.Groups["name"].Value.ShouldBe(expected, Short(file));
        }
    }

    [Fact]
    public void No_script_names_a_role_of_one_installation()
    {
        var scripts = Directory.GetFiles(Path.Combine(Solution.Root, "src"), "*.sql", SearchOption.AllDirectories);

        scripts.Length.ShouldBeGreaterThan(2);
        scripts.Where(script => RoleName().IsMatch(File.ReadAllText(script))).Select(Short).ShouldBeEmpty("A script says :\"owner\", :\"app\" or :\"platform\" or :\"tenant\".");
    }

    [Fact]
    public void What_goes_round_isolation_is_banned_in_every_project()
    {
        var banned = File.ReadAllText(Path.Combine(Solution.Root, "eng", "BannedSymbols.Isolation.txt"));
        var build = File.ReadAllText(Path.Combine(Solution.Root, "Directory.Build.props"));

        // Whatever of this kind the installed version of EF Core has, so that an upgrade cannot open a new way.
        foreach (var type in new[] { typeof(EntityFrameworkQueryableExtensions), typeof(RelationalQueryableExtensions), typeof(RelationalDatabaseFacadeExtensions) })
        {
            foreach (var method in type.GetMethods().Where(method => RoundIsolation().IsMatch(method.Name)))
            {
                banned.Split('\n').Count(line => line.Contains($"{type.FullName}.{method.Name}(", StringComparison.Ordinal) || line.Contains($"{type.FullName}.{method.Name}``", StringComparison.Ordinal))
                    .ShouldBe(type.GetMethods().Count(other => other.Name == method.Name), method.Name);
            }
        }

        build.ShouldContain("BannedSymbols.Isolation.txt");
        Solution.Sources.ShouldAllBe(project => !project.Name.EndsWith("Tests", StringComparison.Ordinal));
    }

    [Fact]
    public void A_warning_is_switched_off_only_with_a_reason()
    {
        foreach (var file in Files)
        {
            foreach (var line in File.ReadLines(file).Where(line => line.TrimStart().StartsWith("#pragma warning disable", StringComparison.Ordinal)))
            {
                line.ShouldContain("//", Case.Sensitive, Short(file));
            }
        }
    }

    [GeneratedRegex("^(IgnoreQueryFilters|FromSql|ExecuteSql|SqlQuery)", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex RoundIsolation();

    private static string Short(string file) => Path.GetRelativePath(Solution.Root, file);

    [GeneratedRegex("rowhouse_(owner|app|platform|tenant)", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex RoleName();

    [GeneratedRegex(@"^namespace (?<name>[A-Za-z0-9_.]+);", RegexOptions.Multiline | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Namespace();
}
