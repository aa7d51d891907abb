using System.ComponentModel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Rowhouse.CardVault.Cards;
using Rowhouse.CardVault.Csv;
using Rowhouse.Contracts.CardVault;
using Rowhouse.Modules.Access;
using Rowhouse.Modules.Problems;
using Rowhouse.Tenancy.AspNetCore.Problems;

namespace Rowhouse.CardVault.CardFiles;

/// <summary>Imports cards from CSV: all rows, or none when any is wrong.</summary>
internal static class ImportCards
{
    public static void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapPost("/cards/import", HandleAsync)
            .WithName(nameof(ImportCards))
            .WithSummary("Import cards from CSV (UTF-8; comma, semicolon or tab): all rows, or none when any is wrong.")
            .Accepts<Stream>("text/csv", "text/plain", "application/octet-stream")
            .WithMetadata(new RequestSizeLimitAttribute(CsvLimits.Bytes))
            .RequirePermission(CardVaultPermissions.Edit)
            .WithProblems(
                RequestProblems.Invalid, RequestProblems.TooLarge,
                CardVaultProblems.UnreadableFile, CardVaultProblems.WrongRows, CardVaultProblems.DuplicateCertificate, CardVaultProblems.CollectionChanged);

    private static async Task<Results<Ok<CardImportResponse>, ProblemHttpResult>> HandleAsync(
        Stream body,
        [Description("true: check the file and say what would happen; nothing is written.")] bool? dryRun,
        [Description("fail: a card that is there already is a wrong row. The default, and the only one.")] string? onDuplicate,
        CardImport import,
        CancellationToken cancellationToken)
    {
        if (onDuplicate is not (null or "" or "fail"))
        {
            return RequestProblems.Invalid.With("This server refuses duplicates: onDuplicate is fail.", new Dictionary<string, string[]> { ["onDuplicate"] = ["Only fail is known here."] });
        }

        try
        {
            var report = await import.RunAsync(body, dryRun is true, cancellationToken);
            return report.ErrorCount == 0 || report.DryRun
                ? TypedResults.Ok(report)
                : CardVaultProblems.WrongRows.With($"{report.ErrorCount:N0} of {report.Rows:N0} rows are wrong; nothing was imported. report names them.", [new("report", report)]);
        }
        catch (CsvRefusedException refused)
        {
            return (refused.TooLarge ? RequestProblems.TooLarge : CardVaultProblems.UnreadableFile).With(refused.Message);
        }
        catch (DbUpdateException refused) when (CardConflicts.Explain(refused) is { } problem)
        {
            return problem;
        }
    }
}
