using System.Text.Encodings.Web;
using System.Text.Json;
using Rowhouse.CardVault.Cards;
using Rowhouse.CardVault.Csv;
using Rowhouse.ControlPlane.Plans;
using Rowhouse.Tests.Architecture;
using Shouldly;

namespace Rowhouse.Tests.Server;

/// <summary>
/// What the console knows of the server's rules without asking lies beside its pages as JSON that it imports: there is no
/// second list to forget. Where a rule has changed, delete the file and run the test: it writes the new one.
/// </summary>
public sealed class ConsoleRulesTests
{
    private static readonly JsonSerializerOptions Readable = new(JsonSerializerDefaults.Web) { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Fact]
    public Task The_console_offers_the_plans_that_there_are() =>
        AgreesAsync("platform/plans.json", new { Plans = PlanCatalogue.Names, DefaultPlan = PlanCatalogue.Default });

    [Fact]
    public Task The_console_grades_and_limits_files_as_the_server_does() =>
        AgreesAsync("products/cardvault/rules.json", new
        {
            MaxFileSize = CsvLimits.Bytes,
            MaxRows = CsvLimits.Rows,
            Ladders = GradeLadder.All.ToDictionary(ladder => ladder.Grader, ladder => ladder.Grades.Select(grade => new { grade.Text, grade.Label })),
            Conditions = RawConditions.All,
            Subgrades = Enumerable.Range(1, 25).Select(half => SubgradeHalves.Text((short)half)).Where(text => SubgradeHalves.Parse(text) is not null).Reverse(),
        });

    private static async Task AgreesAsync(string path, object rules)
    {
        var file = Path.Combine(Solution.Root, "web", "src", path);
        var text = JsonSerializer.Serialize(rules, Readable) + "\n";
        if (!File.Exists(file) && Environment.GetEnvironmentVariable("CI") != "true")
        {
            await File.WriteAllTextAsync(file, text, TestContext.Current.CancellationToken);
        }

        (await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)).ShouldBe(text);
    }
}
