using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Rowhouse.Cli.Terminal;
using Rowhouse.Client;
using Rowhouse.Contracts.CardVault;

namespace Rowhouse.Cli.CardVault;

internal static class ImportCardsCommand
{
    private const string Skip = "skip";

    public static Command Create(CommandRunner runner)
    {
        var file = new Argument<FileInfo>("file") { Description = "A CSV file in the columns of 'rowhouse cardvault export'." };
        var tenant = SharedOptions.Tenant();
        var dryRun = new Option<bool>("--dry-run") { Description = "Check every row and write nothing." };
        var onDuplicate = new Option<string>("--on-duplicate") { Description = "What to do with a card that is there already: fail makes it a wrong row, skip leaves it out.", DefaultValueFactory = _ => "fail" };
        onDuplicate.AcceptOnlyFromAmong("fail", Skip);
        var command = new Command("import", "Import cards: all rows, or none when any is wrong.") { file, tenant, dryRun, onDuplicate };
        file.AcceptExistingOnly();
        runner.OverHttp(command, async (parsed, client, output, cancellationToken) =>
        {
            var source = parsed.GetRequiredValue(file);
            await using var content = source.OpenRead();
            var result = await output.WithProgressAsync(
                $"Importing {source.Name}",
                source.Length,
                progress => ImportAsync(client.ForTenant(parsed.GetRequiredValue(tenant)).CardVault, content, parsed.GetValue(dryRun), parsed.GetValue(onDuplicate) == Skip, progress, cancellationToken));
            output.Print(result, Describe);
            return result.ErrorCount > 0 ? ExitCodes.Refused : ExitCodes.Done;
        });
        return command;
    }

    // Wrong rows come back as a problem that carries the report; a person wants the report.
    private static async Task<CardImportResponse> ImportAsync(CardVaultClient cards, Stream content, bool dryRun, bool skipDuplicates, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        try
        {
            return await cards.ImportAsync(content, dryRun, skipDuplicates, progress, cancellationToken);
        }
        catch (RowhouseProblemException problem) when (problem is { Body: { } body, Type: "urn:rowhouse:cardvault:import-rows" })
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement.GetProperty("report").Deserialize<CardImportResponse>(JsonSerializerOptions.Web)
                ?? throw new JsonException("The report of the import is empty.", problem);
        }
    }

    private static string Describe(CardImportResponse result)
    {
        if (result.ErrorCount > 0)
        {
            var wrong = result.Errors.Select(error => $"  line {error.Line}{(error.Column is null ? "" : $", {error.Column}")}{(error.Value is null ? "" : $" '{error.Value}'")}: {error.Message}");
            return string.Create(CultureInfo.InvariantCulture, $"Nothing was imported: {result.ErrorCount:N0} of {result.Rows:N0} rows are wrong.\n")
                + string.Join('\n', wrong)
                + (result.HasMoreErrors ? "\n  … and more. Mend these and try again." : "");
        }

        var skipped = result.Skipped == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" {result.Skipped:N0} of them are there already and are left out.");
        return string.Create(CultureInfo.InvariantCulture, $"{(result.DryRun ? "All" : "Read all")} {result.Rows:N0} rows{(result.DryRun ? " are right; nothing was written." : $" and imported {result.Imported:N0}.")}{skipped}");
    }
}
