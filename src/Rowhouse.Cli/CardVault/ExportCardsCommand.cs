using System.CommandLine;
using Rowhouse.Cli.Terminal;

namespace Rowhouse.Cli.CardVault;

internal static class ExportCardsCommand
{
    public static Command Create(CommandRunner runner)
    {
        var tenant = SharedOptions.Tenant();
        var destination = new Option<FileInfo?>("--output", "-o") { Description = "The file to write; standard output when left out." };
        var command = new Command("export", "Export the tenant's cards as CSV.") { tenant, destination };
        runner.OverHttp(command, async (parsed, client, output, cancellationToken) =>
        {
            var cards = client.ForTenant(parsed.GetRequiredValue(tenant)).CardVault;
            if (parsed.GetValue(destination) is not { } file)
            {
                await using var standardOutput = runner.Environment.OpenOut();
                await cards.ExportAsync(standardOutput, progress: null, cancellationToken);
                return ExitCodes.Done;
            }

            // Written beside and moved: a file that stands there is whole.
            var partial = file.FullName + ".partial";
            try
            {
                await using (var content = File.Create(partial))
                {
                    await output.WithProgressAsync($"Exporting to {file.Name}", total: null, async progress =>
                    {
                        await cards.ExportAsync(content, progress, cancellationToken);
                        return true;
                    });
                }

                File.Move(partial, file.FullName, overwrite: true);
            }
            catch
            {
                File.Delete(partial);
                throw;
            }

            output.Say($"Wrote {file.FullName}.");
            return ExitCodes.Done;
        });
        return command;
    }
}
