using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Rowhouse.Modules.Access;

namespace Rowhouse.CardVault.CardFiles;

/// <summary>Gives an empty file of cards to fill in: its header.</summary>
internal static class GetImportTemplate
{
    public static void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet("/cards/import/template", Handle)
            .WithName(nameof(GetImportTemplate))
            .WithSummary("Get an empty CSV file with the columns of a card.")
            .Produces<string>(StatusCodes.Status200OK, "text/csv")
            .RequirePermission(CardVaultPermissions.Read);

    // With a byte order mark: without it a spreadsheet reads accents wrongly.
    private static FileContentHttpResult Handle() =>
        TypedResults.File(
            [.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes($"{string.Join(',', CardColumns.Names)}\r\n")], "text/csv; charset=utf-8", "cards-template.csv");
}
