using System.CommandLine;
using System.Globalization;
using Rowhouse.Cli.Terminal;

namespace Rowhouse.Cli.CardVault;

internal static class ImportCatalogueCommand
{
    public static Command Create(CommandRunner runner)
    {
        var file = new Argument<FileInfo>("file") { Description = "Checklists as .csv or .csv.gz, or one release as .json." };
        var command = new Command("import", "Import checklists; what is there already stays, what is new is added.") { file };
        file.AcceptExistingOnly();
        runner.OverHttp(command, async (parsed, client, output, cancellationToken) =>
        {
            var source = parsed.GetRequiredValue(file);
            if (MediaTypeOf(source) is not { } mediaType)
            {
                output.Say($"{source.Name} is none of .csv, .csv.gz and .json.");
                return ExitCodes.Usage;
            }

            await using var content = source.OpenRead();
            var result = await output.WithProgressAsync(
                "Importing checklists",
                source.Length,
                progress => client.Platform.ImportCatalogueAsync(content, mediaType, progress, cancellationToken));
            output.Print(result, done => string.Create(
                CultureInfo.InvariantCulture,
                $"{done.Releases:N0} releases, {done.Sets:N0} sets, {done.Cards:N0} cards and {done.Variations:N0} variations read; {done.Added:N0} are new. {done.Seconds:F1} s."));
            return ExitCodes.Done;
        });
        return command;
    }

    private static string? MediaTypeOf(FileInfo file) => file.Extension.ToLowerInvariant() switch
    {
        ".csv" => "text/csv",
        ".gz" => "application/gzip",
        ".json" => "application/json",
        _ => null,
    };
}
