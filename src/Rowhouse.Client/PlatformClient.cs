using System.Net.Http.Headers;
using Rowhouse.Client.Http;
using Rowhouse.Contracts;
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

    /// <summary>The enterprises that licenses may name, page by page.</summary>
    /// <param name="after">The last page's <see cref="Page{T}.Next"/>; the first page by default.</param>
    /// <param name="limit">How many, 1 to 200.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    public Task<Page<EnterpriseResponse>> EnterprisesAsync(string? after = null, int limit = 50, CancellationToken cancellationToken = default) =>
        api.GetAsync<Page<EnterpriseResponse>>(Query.Of("api/enterprises", ("after", after), ("limit", Query.Number(limit))), cancellationToken);

    /// <summary>Adds an enterprise that licenses may name.</summary>
    /// <param name="request">Its id and name.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    public Task<EnterpriseResponse> AddEnterpriseAsync(EnterpriseRequest request, CancellationToken cancellationToken = default) =>
        api.SendAsync<EnterpriseResponse>(HttpMethod.Post, "api/enterprises", request, cancellationToken);

    /// <summary>The licensed products that licenses may name, page by page.</summary>
    /// <param name="after">The last page's <see cref="Page{T}.Next"/>; the first page by default.</param>
    /// <param name="limit">How many, 1 to 200.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    public Task<Page<LicensedItemResponse>> LicensedProductsAsync(string? after = null, int limit = 50, CancellationToken cancellationToken = default) =>
        api.GetAsync<Page<LicensedItemResponse>>(Query.Of("api/licensed-products", ("after", after), ("limit", Query.Number(limit))), cancellationToken);

    /// <summary>Adds a licensed product that licenses may name.</summary>
    /// <param name="request">Its id and name.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    public Task<LicensedItemResponse> AddLicensedProductAsync(LicensedItemRequest request, CancellationToken cancellationToken = default) =>
        api.SendAsync<LicensedItemResponse>(HttpMethod.Post, "api/licensed-products", request, cancellationToken);

    /// <summary>The licensed services that licenses may name, page by page.</summary>
    /// <param name="after">The last page's <see cref="Page{T}.Next"/>; the first page by default.</param>
    /// <param name="limit">How many, 1 to 200.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    public Task<Page<LicensedItemResponse>> LicensedServicesAsync(string? after = null, int limit = 50, CancellationToken cancellationToken = default) =>
        api.GetAsync<Page<LicensedItemResponse>>(Query.Of("api/licensed-services", ("after", after), ("limit", Query.Number(limit))), cancellationToken);

    /// <summary>Adds a licensed service that licenses may name.</summary>
    /// <param name="request">Its id and name.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    public Task<LicensedItemResponse> AddLicensedServiceAsync(LicensedItemRequest request, CancellationToken cancellationToken = default) =>
        api.SendAsync<LicensedItemResponse>(HttpMethod.Post, "api/licensed-services", request, cancellationToken);
}
