using System.CommandLine;
using Rowhouse.Cli.Terminal;

namespace Rowhouse.Cli.CardVault;

internal static class CardVaultCommand
{
    public static Command Create(CommandRunner runner) => new("cardvault", "Card collections.")
    {
        new Command("catalogue", "The checklists that all tenants read (super-admin).") { ImportCatalogueCommand.Create(runner) },
        ImportCardsCommand.Create(runner),
        ExportCardsCommand.Create(runner),
    };
}
