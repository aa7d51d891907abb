using System.Net.Http.Headers;
using Rowhouse.Client.Http;
using Rowhouse.Contracts.CardVault;

namespace Rowhouse.Client;

/// <summary>What the platform keeps for all tenants; for super-admins.</summary>
public sealed class PlatformClient
{
    private readonly ApiCaller api;

    internal PlatformClient(ApiCaller api) => this.api = api;

    /// <summary>Imports checklists into the catalogue that all tenants read. What is there already stays; what is new is added.</summary>
    /// <param name="file">CSV (plain or gzip) or the JSON of one release.</param>
    /// <param name="mediaType"><c>text/csv</c>, <c>application/gzip</c> or <c>application/json</c>.</param>
    /// <param name="progress">Told how many bytes have been sent.</param>
    /// <param name="cancellationToken">Stops the call; nothing is imported then.</param>
    public Task<CatalogueImportResponse> ImportCatalogueAsync(Stream file, string mediaType, IProgress<long>? progress = null, CancellationToken cancellationToken = default) =>
        api.UploadAsync<CatalogueImportResponse>("api/platform/cardvault/catalogue/imports", file, new MediaTypeHeaderValue(mediaType), progress, cancellationToken);
}
