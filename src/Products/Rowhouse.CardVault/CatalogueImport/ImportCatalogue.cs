using System.IO.Compression;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Rowhouse.CardVault.Csv;
using Rowhouse.Contracts.CardVault;
using Rowhouse.Modules.Problems;
using Rowhouse.Tenancy.AspNetCore.Problems;

namespace Rowhouse.CardVault.CatalogueImport;

/// <summary>Brings checklists into the shared catalogue: CSV or one release as JSON, plain or gzipped. All of the file or nothing.</summary>
internal static class ImportCatalogue
{
    public static void Map(IEndpointRouteBuilder platform) =>
        platform.MapPost("/catalogue/imports", HandleAsync)
            .WithName(nameof(ImportCatalogue))
            .WithSummary("Import checklists, as CSV or one release as JSON, plain or gzipped.")
            .Accepts<Stream>("text/csv", "application/json", "application/gzip", "application/octet-stream")
            .WithMetadata(new RequestSizeLimitAttribute(CsvLimits.Bytes))
            .WithProblems(CardVaultProblems.UnreadableFile, CardVaultProblems.WrongRows, RequestProblems.TooLarge);

    private static async Task<Results<Ok<CatalogueImportResponse>, ProblemHttpResult>> HandleAsync(Stream body, CatalogueWriter writer, TimeProvider clock, CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
        var checklist = new Checklist();
        try
        {
            await ReadAsync(body, checklist, cancellationToken);
        }
        catch (CsvRefusedException refused)
        {
            return (refused.TooLarge ? RequestProblems.TooLarge : CardVaultProblems.UnreadableFile).With(refused.Message);
        }
        catch (InvalidDataException)
        {
            return CardVaultProblems.UnreadableFile.With("The file says it is gzipped, and its content cannot be unpacked.");
        }
        catch (JsonException json)
        {
            return CardVaultProblems.UnreadableFile.With($"The file is not a release as JSON (line {json.LineNumber + 1}, byte {json.BytePositionInLine + 1}).");
        }

        if (checklist.ErrorCount > 0)
        {
            return CardVaultProblems.WrongRows.With(
                $"{checklist.ErrorCount:N0} rows are wrong; nothing was imported.",
                [new("report", new CardImportResponse(DryRun: false, checklist.RowCount, Imported: 0, Skipped: 0, checklist.ErrorCount, checklist.ErrorCount > checklist.Errors.Count, checklist.Errors))]);
        }

        var added = await writer.WriteAsync(checklist, cancellationToken);
        return TypedResults.Ok(new CatalogueImportResponse(
            checklist.Releases.Count, checklist.Sets.Count, checklist.Cards.Count, checklist.VariationCount, added, Math.Round(clock.GetElapsedTime(started).TotalSeconds, 3)));
    }

    private static async Task ReadAsync(Stream body, Checklist checklist, CancellationToken cancellationToken)
    {
        var (start, plain) = await PeekAsync(body, cancellationToken);
        if (start is [0x1f, 0x8b])
        {
            await using var unpacked = new GZipStream(plain, CompressionMode.Decompress);
            await ReadPlainAsync(unpacked, checklist, cancellationToken);
        }
        else
        {
            await ReadPlainAsync(plain, checklist, cancellationToken);
        }
    }

    private static async Task ReadPlainAsync(Stream body, Checklist checklist, CancellationToken cancellationToken)
    {
        var (start, plain) = await PeekAsync(body, cancellationToken);
        if (start is [(byte)'{', ..])
        {
            await ChecklistJson.ReadAsync(new Utf8GuardStream(plain, CsvLimits.JsonBytes), checklist, cancellationToken);
        }
        else
        {
            await ChecklistCsv.ReadAsync(plain, checklist, cancellationToken);
        }
    }

    private static async Task<(byte[] Start, Stream Whole)> PeekAsync(Stream body, CancellationToken cancellationToken)
    {
        var start = new byte[2];
        var length = await body.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, cancellationToken);
        return (start[..length], new ResumedStream(start.AsMemory(0, length), body));
    }
}
