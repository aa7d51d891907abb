using Rowhouse.Client.Http;
using Rowhouse.Contracts;

namespace Rowhouse.Client;

/// <summary>The tenants of the platform.</summary>
public sealed class TenantsClient
{
    private readonly ApiCaller api;

    internal TenantsClient(ApiCaller api) => this.api = api;

    /// <summary>Tenants, page by page.</summary>
    /// <param name="search">Words in name, slug or external id; all by default.</param>
    /// <param name="status">A state; all by default.</param>
    /// <param name="after">The last page's <see cref="Page{T}.Next"/>; the first page by default.</param>
    /// <param name="limit">How many, 1 to 200.</param>
    /// <param name="store">The name of a store; tenants of all by default.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    public Task<Page<TenantResponse>> ListAsync(string? search = null, string? status = null, string? after = null, int limit = 50, string? store = null, CancellationToken cancellationToken = default) =>
        api.GetAsync<Page<TenantResponse>>(Query.Of("api/tenants", ("search", search), ("status", status), ("store", store), ("after", after), ("limit", Query.Number(limit))), cancellationToken);

    /// <summary>One tenant.</summary>
    /// <param name="tenant">Its id or slug.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    public Task<TenantResponse> GetAsync(string tenant, CancellationToken cancellationToken = default) =>
        api.GetAsync<TenantResponse>(Address(tenant), cancellationToken);

    /// <summary>Makes a tenant. One with a home of its own is <c>creating</c> in the answer, and an operation goes on with it.</summary>
    /// <param name="request">What it is to be.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    public Task<TenantResponse> CreateAsync(CreateTenantRequest request, CancellationToken cancellationToken = default) =>
        api.SendAsync<TenantResponse>(HttpMethod.Post, "api/tenants", request, cancellationToken);

    /// <summary>Closes a tenant for a while; nothing is lost.</summary>
    /// <param name="tenant">Its id or slug.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    public Task<TenantResponse> SuspendAsync(string tenant, CancellationToken cancellationToken = default) =>
        api.SendAsync<TenantResponse>(HttpMethod.Post, Address(tenant) + "/suspend", body: null, cancellationToken);

    /// <summary>Opens a suspended tenant again.</summary>
    /// <param name="tenant">Its id or slug.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    public Task<TenantResponse> ResumeAsync(string tenant, CancellationToken cancellationToken = default) =>
        api.SendAsync<TenantResponse>(HttpMethod.Post, Address(tenant) + "/resume", body: null, cancellationToken);

    /// <summary>Changes a tenant.</summary>
    /// <param name="tenant">Its id or slug.</param>
    /// <param name="changes">The fields to change, as <see cref="ChangeTenantRequest"/> names them in JSON; <see langword="null"/> takes away.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    public Task<TenantResponse> ChangeAsync(string tenant, IReadOnlyDictionary<string, object?> changes, CancellationToken cancellationToken = default) =>
        api.SendAsync<TenantResponse>(HttpMethod.Patch, Address(tenant), changes, cancellationToken);

    /// <summary>Deletes a tenant. It can be revived until its retention ends.</summary>
    /// <param name="tenant">Its id or slug.</param>
    /// <param name="confirm">Its slug.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    public Task<TenantResponse> DeleteAsync(string tenant, string confirm, CancellationToken cancellationToken = default) =>
        api.SendAsync<TenantResponse>(HttpMethod.Delete, $"{Address(tenant)}?confirm={Uri.EscapeDataString(confirm)}", body: null, cancellationToken);

    /// <summary>Brings a deleted tenant back as it was.</summary>
    /// <param name="tenant">Its id or slug.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    public Task<TenantResponse> ReviveAsync(string tenant, CancellationToken cancellationToken = default) =>
        api.SendAsync<TenantResponse>(HttpMethod.Post, Address(tenant) + "/revive", body: null, cancellationToken);

    /// <summary>Tries again to make the home of a tenant for which that failed.</summary>
    /// <param name="tenant">Its id or slug.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    public Task<TenantResponse> RetryAsync(string tenant, CancellationToken cancellationToken = default) =>
        api.SendAsync<TenantResponse>(HttpMethod.Post, Address(tenant) + "/retry", body: null, cancellationToken);

    /// <summary>The products that a tenant subscribes to or once did, and whether each is set up for it, page by page.</summary>
    /// <param name="tenant">Its id or slug.</param>
    /// <param name="after">The last page's <see cref="Page{T}.Next"/>; the first page by default.</param>
    /// <param name="limit">How many, 1 to 200.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    public Task<Page<TenantProductResponse>> ProductsAsync(string tenant, string? after = null, int limit = 50, CancellationToken cancellationToken = default) =>
        api.GetAsync<Page<TenantProductResponse>>(Query.Of(Address(tenant) + "/products", ("after", after), ("limit", Query.Number(limit))), cancellationToken);

    /// <summary>Tries again to set up a product of a tenant for which that failed.</summary>
    /// <param name="tenant">Its id or slug.</param>
    /// <param name="product">The product's name.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    public Task<TenantProductResponse> RetryProductAsync(string tenant, string product, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(product);
        return api.SendAsync<TenantProductResponse>(HttpMethod.Post, $"{Address(tenant)}/products/{Uri.EscapeDataString(product)}/retry", body: null, cancellationToken);
    }

    /// <summary>The operations on a tenant, newest first, page by page.</summary>
    /// <param name="tenant">Its id or slug.</param>
    /// <param name="after">The last page's <see cref="Page{T}.Next"/>; the first page by default.</param>
    /// <param name="limit">How many, 1 to 200.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    public Task<Page<OperationResponse>> OperationsAsync(string tenant, string? after = null, int limit = 50, CancellationToken cancellationToken = default) =>
        api.GetAsync<Page<OperationResponse>>(Query.Of(Address(tenant) + "/operations", ("after", after), ("limit", Query.Number(limit))), cancellationToken);

    /// <summary>A tenant's licenses, page by page.</summary>
    /// <param name="tenant">Its id or slug.</param>
    /// <param name="after">The last page's <see cref="Page{T}.Next"/>; the first page by default.</param>
    /// <param name="limit">How many, 1 to 200.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    public Task<Page<LicenseResponse>> LicensesAsync(string tenant, string? after = null, int limit = 50, CancellationToken cancellationToken = default) =>
        api.GetAsync<Page<LicenseResponse>>(Query.Of(Address(tenant) + "/licenses", ("after", after), ("limit", Query.Number(limit))), cancellationToken);

    /// <summary>Gives a tenant a license.</summary>
    /// <param name="tenant">Its id or slug.</param>
    /// <param name="request">The license.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    public Task<LicenseResponse> AddLicenseAsync(string tenant, LicenseRequest request, CancellationToken cancellationToken = default) =>
        api.SendAsync<LicenseResponse>(HttpMethod.Post, Address(tenant) + "/licenses", request, cancellationToken);

    /// <summary>Asks whether a tenant is licensed today.</summary>
    /// <param name="tenant">Its id or slug.</param>
    /// <param name="request">For what.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    public Task<LicenseValidationResponse> ValidateLicenseAsync(string tenant, ValidateLicenseRequest request, CancellationToken cancellationToken = default) =>
        api.SendAsync<LicenseValidationResponse>(HttpMethod.Post, Address(tenant) + "/licenses/validate", request, cancellationToken);

    private static string Address(string tenant)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(tenant);
        return $"api/tenants/{Uri.EscapeDataString(tenant)}";
    }
}
