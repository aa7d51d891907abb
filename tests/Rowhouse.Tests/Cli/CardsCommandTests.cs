using System.Text;
using Rowhouse.Cli.Terminal;
using Rowhouse.Contracts.CardVault;
using Shouldly;

namespace Rowhouse.Tests.Cli;

public sealed class CardsCommandTests(CommandLineFixture cli) : IClassFixture<CommandLineFixture>, IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("rowhouse-cards-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task Cards_are_imported_whole_and_exported_in_the_same_columns()
    {
        await cli.SignInAsync();
        var tenant = await cli.CreateTenantAsync("Import By Command", "cardvault");
        var file = Write("cards.csv", "player,year,quantity\n" + string.Concat(Enumerable.Range(1, 250).Select(row => $"Player {row},1991,2\n")));

        var dry = await cli.RunAsync(["cardvault", "import", file, "--tenant", tenant.Slug, "--dry-run"]);
        dry.Status.ShouldBe(ExitCodes.Done, dry.Error);
        dry.Out.ShouldContain("nothing was written");

        var result = await cli.RunAsync(["cardvault", "import", file, "--tenant", tenant.Slug, "--json"]);
        result.Status.ShouldBe(ExitCodes.Done, result.Error);
        result.Json<CardImportResponse>().Imported.ShouldBe(250);

        var exported = await cli.RunAsync(["cardvault", "export", "--tenant", tenant.Slug]);
        exported.Status.ShouldBe(ExitCodes.Done, exported.Error);
        Encoding.UTF8.GetString(exported.File).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length.ShouldBe(251);

        var other = await cli.CreateTenantAsync("Import Again", "cardvault");
        var again = Path.Combine(folder.FullName, "again.csv");
        (await cli.RunAsync(["cardvault", "export", "--tenant", tenant.Slug, "--output", again])).Status.ShouldBe(ExitCodes.Done);
        (await cli.RunAsync(["cardvault", "import", again, "--tenant", other.Slug, "--json"])).Json<CardImportResponse>().Imported.ShouldBe(250);
        (await cli.RunAsync(["cardvault", "import", again, "--tenant", other.Slug])).Status.ShouldBe(ExitCodes.Refused);
        (await cli.RunAsync(["cardvault", "import", again, "--tenant", other.Slug, "--on-duplicate", "skip"])).Out.ShouldContain("imported 0. 250 of them are there already");
        (await cli.RunAsync(["cardvault", "import", again, "--tenant", other.Slug, "--on-duplicate", "merge"])).Status.ShouldBe(ExitCodes.Usage);
    }

    [Fact]
    public async Task Wrong_rows_are_listed_and_nothing_is_imported()
    {
        await cli.SignInAsync();
        var tenant = await cli.CreateTenantAsync("Wrong Rows", "cardvault");
        var file = Write("wrong.csv", "player,grader,grade\nA Right,,\nA Wrong,PSA,9.5\n");

        var result = await cli.RunAsync(["cardvault", "import", file, "--tenant", tenant.Slug]);

        result.Status.ShouldBe(ExitCodes.Refused);
        result.Out.ShouldContain("1 of 2 rows");
        result.Out.ShouldContain("line 3, grade '9.5'");
        result.Out.ShouldNotContain("and more");
        Encoding.UTF8.GetString((await cli.RunAsync(["cardvault", "export", "--tenant", tenant.Slug])).File).ShouldNotContain("A Right");

        var many = Write("many.csv", "player,grader,grade\n" + string.Concat(Enumerable.Repeat("A Wrong,PSA,9.5\n", 1_500)));
        (await cli.RunAsync(["cardvault", "import", many, "--tenant", tenant.Slug])).Out.ShouldContain("and more");
    }

    [Fact]
    public async Task A_failed_export_leaves_no_half_file_in_place_of_a_whole_one()
    {
        await cli.SignInAsync();
        var file = Write("kept.csv", "whole");

        var result = await cli.RunAsync(["cardvault", "export", "--tenant", "nobody-has-this", "--output", file]);

        result.Status.ShouldBe(ExitCodes.Refused);
        (await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)).ShouldBe("whole");
    }

    [Fact]
    public async Task A_checklist_of_an_unknown_kind_is_wrong_usage()
    {
        var result = await cli.RunAsync(["cardvault", "catalogue", "import", Write("cards.xlsx", "x")]);

        result.Status.ShouldBe(ExitCodes.Usage);
        result.Error.ShouldContain(".csv.gz");
    }

    private string Write(string name, string content)
    {
        var path = Path.Combine(folder.FullName, name);
        File.WriteAllText(path, content);
        return path;
    }
}
