using System.Text.RegularExpressions;
using Rowhouse.Tenancy.Postgres.Migrations;

namespace Rowhouse.Tenancy.Postgres.Verification;

/// <summary>The functions that the kernel's scripts make, read from the scripts themselves: the last text of a name counts.</summary>
/// <param name="Name">As PostgreSQL says it back, with the types of its arguments.</param>
/// <param name="Definer">Whether it runs with its owner's rights.</param>
/// <param name="Text">Its body.</param>
internal sealed partial record KernelFunction(string Name, bool Definer, string Text);

/// <inheritdoc cref="KernelFunction"/>
internal static partial class KernelFunctions
{
    public static IReadOnlyList<KernelFunction> All { get; } =
    [
        .. SqlScript.Embedded(SqlMigrations.Kernel, typeof(KernelFunctions).Assembly)
            .SelectMany(script => Definition().Matches(script.Text.ReplaceLineEndings("\n")))
            .Select(match => new KernelFunction(
                $"{match.Groups["name"].Value}({Types(match.Groups["arguments"].Value)})",
                match.Groups["options"].Value.Contains("SECURITY DEFINER", StringComparison.Ordinal),
                match.Groups["body"].Value))
            .GroupBy(function => function.Name).Select(versions => versions.Last()),
    ];

    private static string Types(string arguments) =>
        string.Join(',', arguments.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(argument => argument.Trim().Split(' ')[^1]));

    [GeneratedRegex(@"CREATE (?:OR REPLACE )?(?:FUNCTION|PROCEDURE) (?<name>tenancy\.\w+)\((?<arguments>[^)]*)\)(?<options>[^$]*)\$\$(?<body>[^$]*)\$\$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Definition();
}
