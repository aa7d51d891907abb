using System.Net.Http.Headers;
using Rowhouse.Client.Http;
using Rowhouse.Contracts;
using Rowhouse.Contracts.CardVault;

namespace Rowhouse.Client;

/// <summary>The card collections of one tenant.</summary>
public sealed class CardVaultClient
{
    private readonly ApiCaller api;

    internal CardVaultClient(ApiCaller api) => this.api = api;

    /// <summary>Searches the checklists.</summary>
    /// <param name="query">Words, numbers, short years and brands, for example <c>griffey 89 ud</c>.</param>
    /// <param name="limit">How many, 1 to 100.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    public Task<CatalogueSearchResponse> SearchAsync(string query, int limit = 20, CancellationToken cancellationToken = default) =>
        api.GetAsync<CatalogueSearchResponse>(Query.Of("api/cardvault/catalogue/search", ("q", query), ("limit", Query.Number(limit))), cancellationToken);

    /// <summary>Cards that the tenant owns, page by page.</summary>
    /// <param name="after">The last page's <see cref="Page{T}.Next"/>; the first page by default.</param>
    /// <param name="limit">How many, 1 to 200.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    public Task<Page<CardResponse>> CardsAsync(string? after = null, int limit = 50, CancellationToken cancellationToken = default) =>
        api.GetAsync<Page<CardResponse>>(Query.Of("api/cardvault/cards", ("after", after), ("limit", Query.Number(limit))), cancellationToken);

    /// <summary>Adds a card.</summary>
    /// <param name="request">The card.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    public Task<CardResponse> AddCardAsync(CardRequest request, CancellationToken cancellationToken = default) =>
        api.SendAsync<CardResponse>(HttpMethod.Post, "api/cardvault/cards", request, cancellationToken);

    /// <summary>Imports cards from CSV: all rows, or none when any is wrong.</summary>
    /// <param name="csv">The file, UTF-8.</param>
    /// <param name="dryRun">Whether to check only.</param>
    /// <param name="skipDuplicates">Whether a card that is there already is left out; else it is a wrong row.</param>
    /// <param name="progress">Told how many bytes have been sent.</param>
    /// <param name="cancellationToken">Stops the call; nothing is imported then.</param>
    /// <returns>What was imported, or the rows that are wrong.</returns>
    public Task<CardImportResponse> ImportAsync(Stream csv, bool dryRun = false, bool skipDuplicates = false, IProgress<long>? progress = null, CancellationToken cancellationToken = default) =>
        api.UploadAsync<CardImportResponse>(Query.Of("api/cardvault/cards/import", ("dryRun", dryRun ? "true" : "false"), ("onDuplicate", skipDuplicates ? "skip" : "fail")), csv, new MediaTypeHeaderValue("text/csv"), progress, cancellationToken);

    /// <summary>Exports the tenant's cards as CSV, in the columns that <see cref="ImportAsync"/> takes.</summary>
    /// <param name="destination">Where to write.</param>
    /// <param name="progress">Told how many bytes have come.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    public Task ExportAsync(Stream destination, IProgress<long>? progress = null, CancellationToken cancellationToken = default) =>
        api.DownloadAsync("api/cardvault/cards/export", destination, progress, cancellationToken);
}
