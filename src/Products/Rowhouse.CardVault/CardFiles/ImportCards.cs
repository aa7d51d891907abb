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
using Rowhouse.Tenancy;
using Rowhouse.Tenancy.AspNetCore.Problems;

namespace Rowhouse.CardVault.CardFiles;

/// <summary>Imports cards from CSV: all rows, or none when any is wrong.</summary>
internal static class ImportCards
{
    private const string Fail = "fail";
    private const string Skip = "skip";

    public static void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapPost("/cards/import", HandleAsync)
            .WithName(nameof(ImportCards))
            .WithSummary("Import cards from CSV (UTF-8; comma, semicolon or tab): all rows, or none when any is wrong.")
            .Accepts<Stream>("text/csv", "text/plain", "application/octet-stream")
            .WithMetadata(new RequestSizeLimitAttribute(CsvLimits.Bytes))
            .RequirePermission(CardVaultPermissions.Edit)
            .WithProblems(
                RequestProblems.Invalid, RequestProblems.TooLarge,
                CardVaultProblems.UnreadableFile, CardVaultProblems.WrongRows, CardVaultProblems.DuplicateCertificate, CardVaultProblems.CollectionChanged,
                RequestProblems.TooMany);

    private static async Task<Results<Ok<CardImportResponse>, ProblemHttpResult>> HandleAsync(
        Stream body,
        [Description("true: check the file and say what would happen; nothing is written.")] bool? dryRun,
        [Description("What to do with a card that is there already: fail (by default) makes it a wrong row, skip leaves it out.")] string? onDuplicate,
        CardImport import,
        ImportTurns turns,
        TenantScope scope,
        HttpResponse response,
        CancellationToken cancellationToken)
    {
        if (onDuplicate is not (null or "" or Fail or Skip))
        {
            return RequestProblems.Invalid.With("Duplicates can be refused or skipped.", new Dictionary<string, string[]> { ["onDuplicate"] = [$"onDuplicate is {Fail} or {Skip}."] });
        }

        using var turn = turns.Take(scope.Tenant.Id);
        if (!turn.IsAcquired)
        {
            return RequestProblems.ComeAgain(response, seconds: 10, "An import of this tenant is under way, or many of others. Send the file again when it has ended.");
        }

        try
        {
            var report = await import.RunAsync(body, dryRun is true, onDuplicate is Skip, cancellationToken);
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
