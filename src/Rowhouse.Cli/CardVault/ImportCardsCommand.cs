using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Rowhouse.Cli.Terminal;
using Rowhouse.Client;
using Rowhouse.Contracts.CardVault;

namespace Rowhouse.Cli.CardVault;

internal static class ImportCardsCommand
{
    public static Command Create(CommandRunner runner)
    {
        var file = new Argument<FileInfo>("file") { Description = "A CSV file in the columns of 'rowhouse cardvault export'." };
        var tenant = SharedOptions.Tenant();
        var dryRun = new Option<bool>("--dry-run") { Description = "Check every row and write nothing." };
        var command = new Command("import", "Import cards: all rows, or none when any is wrong.") { file, tenant, dryRun };
        file.AcceptExistingOnly();
        runner.OverHttp(command, async (parsed, client, output, cancellationToken) =>
        {
            var source = parsed.GetRequiredValue(file);
            await using var content = source.OpenRead();
            var result = await output.WithProgressAsync(
                $"Importing {source.Name}",
                source.Length,
                progress => ImportAsync(client.ForTenant(parsed.GetRequiredValue(tenant)).CardVault, content, parsed.GetValue(dryRun), progress, cancellationToken));
            output.Print(result, Describe);
            return result.ErrorCount > 0 ? ExitCodes.Refused : ExitCodes.Done;
        });
        return command;
    }

    // Wrong rows come back as a problem that carries the report; a person wants the report.
    private static async Task<CardImportResponse> ImportAsync(CardVaultClient cards, Stream content, bool dryRun, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        try
        {
            return await cards.ImportAsync(content, dryRun, progress, cancellationToken);
        }
        catch (RowhouseProblemException problem) when (problem is { Body: { } body, Type: "urn:rowhouse:cardvault:import-rows" })
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement.GetProperty("report").Deserialize<CardImportResponse>(JsonSerializerOptions.Web)
                ?? throw new JsonException("The report of the import is empty.", problem);
        }
    }

    private static string Describe(CardImportResponse result) => result.ErrorCount > 0
        ? string.Create(CultureInfo.InvariantCulture, $"Nothing was imported: {result.ErrorCount:N0} of {result.Rows:N0} rows are wrong.\n")
            + string.Join('\n', result.Errors.Select(error => $"  line {error.Line}{(error.Column is null ? "" : $", {error.Column}")}{(error.Value is null ? "" : $" '{error.Value}'")}: {error.Message}"))
        : string.Create(CultureInfo.InvariantCulture, $"{(result.DryRun ? "All" : "Imported all")} {result.Rows:N0} rows{(result.DryRun ? " are right; nothing was written." : ".")}");
}
