using Rowhouse.Client.Http;
using Rowhouse.Contracts;

namespace Rowhouse.Client;

/// <summary>Long work on tenants.</summary>
public sealed class OperationsClient
{
    private readonly ApiCaller api;

    internal OperationsClient(ApiCaller api) => this.api = api;

    /// <summary>One operation, with its steps as they stand.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    public Task<OperationResponse> GetAsync(Guid id, CancellationToken cancellationToken = default) =>
        api.GetAsync<OperationResponse>($"api/operations/{id}", cancellationToken);

    /// <summary>Asks for an operation to be undone.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    public Task<OperationResponse> CancelAsync(Guid id, CancellationToken cancellationToken = default) =>
        api.SendAsync<OperationResponse>(HttpMethod.Post, $"api/operations/{id}/cancel", body: null, cancellationToken);

    /// <summary>Lets an operation that failed or is stuck go on.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    public Task<OperationResponse> RetryAsync(Guid id, CancellationToken cancellationToken = default) =>
        api.SendAsync<OperationResponse>(HttpMethod.Post, $"api/operations/{id}/retry", body: null, cancellationToken);
}
