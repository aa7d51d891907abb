using Rowhouse.Client.Http;
using Rowhouse.Contracts;

namespace Rowhouse.Client;

/// <summary>Where tenants can live.</summary>
public sealed class StoresClient
{
    private readonly ApiCaller api;

    internal StoresClient(ApiCaller api) => this.api = api;

    /// <summary>A page of the stores, by name.</summary>
    /// <param name="after">The <see cref="Page{T}.Next"/> of the page before; none for the first.</param>
    /// <param name="limit">How many at most, up to 200.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    public Task<Page<StoreResponse>> ListAsync(string? after = null, int limit = 50, CancellationToken cancellationToken = default) =>
        api.GetAsync<Page<StoreResponse>>(Query.Of("api/stores", ("after", after), ("limit", Query.Number(limit))), cancellationToken);

    /// <summary>Adds a server on which private tenants can live.</summary>
    /// <param name="request">The store.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    public Task<StoreResponse> AddAsync(AddStoreRequest request, CancellationToken cancellationToken = default) =>
        api.SendAsync<StoreResponse>(HttpMethod.Post, "api/stores", request, cancellationToken);

    /// <summary>Changes a store.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="changes">A JSON merge patch: the fields to change, <see langword="null"/> to take one away.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    public Task<StoreResponse> ChangeAsync(string name, IReadOnlyDictionary<string, object?> changes, CancellationToken cancellationToken = default) =>
        api.SendAsync<StoreResponse>(HttpMethod.Patch, $"api/stores/{Uri.EscapeDataString(name)}", changes, cancellationToken);

    /// <summary>Forgets a store in which no tenant lives. Homes that were made ahead there are removed, where its server can be reached.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    public Task RemoveAsync(string name, CancellationToken cancellationToken = default) =>
        api.SendAsync(HttpMethod.Delete, $"api/stores/{Uri.EscapeDataString(name)}", body: null, cancellationToken);
}
