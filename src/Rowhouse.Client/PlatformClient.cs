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

    /// <summary>Events that were set aside, newest first, or that wait, oldest first: of all tenants and of the platform, page by page.</summary>
    /// <param name="state"><c>failed</c>, which is the default, or <c>waiting</c>.</param>
    /// <param name="tenant">A tenant's id or slug; all by default.</param>
    /// <param name="kind">A kind; all by default.</param>
    /// <param name="after">The last page's <see cref="Page{T}.Next"/>; the first page by default.</param>
    /// <param name="limit">How many, 1 to 200.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    public Task<Page<EventResponse>> EventsAsync(string? state = null, string? tenant = null, string? kind = null, string? after = null, int limit = 50, CancellationToken cancellationToken = default) =>
        api.GetAsync<Page<EventResponse>>(Query.Of("api/outbox", ("state", state), ("tenant", tenant), ("kind", kind), ("after", after), ("limit", Query.Number(limit))), cancellationToken);

    /// <summary>How many events wait and how many were set aside.</summary>
    /// <param name="cancellationToken">Stops the call.</param>
    public Task<EventSummaryResponse> EventSummaryAsync(CancellationToken cancellationToken = default) => api.GetAsync<EventSummaryResponse>("api/outbox/summary", cancellationToken);

    /// <summary>Lets an event that was set aside be tried again.</summary>
    /// <param name="id">The event's id.</param>
    /// <param name="tenant">The id or slug of the tenant in whose home it lies; <see langword="null"/> for one of the control database.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    public Task RetryEventAsync(Guid id, string? tenant = null, CancellationToken cancellationToken = default) =>
        api.SendAsync(HttpMethod.Post, Event(id, tenant) + "/retry", body: null, cancellationToken);

    /// <summary>Deletes an event that was set aside. Handlers that have not seen it never learn of it.</summary>
    /// <param name="id">The event's id.</param>
    /// <param name="tenant">The id or slug of the tenant in whose home it lies; <see langword="null"/> for one of the control database.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    public Task DropEventAsync(Guid id, string? tenant = null, CancellationToken cancellationToken = default) =>
        api.SendAsync(HttpMethod.Delete, Event(id, tenant), body: null, cancellationToken);

    private static string Event(Guid id, string? tenant) => tenant is null ? $"api/outbox/{id}" : $"api/tenants/{Uri.EscapeDataString(tenant)}/outbox/{id}";
}
