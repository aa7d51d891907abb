using Rowhouse.Client.Http;
using Rowhouse.Contracts;

namespace Rowhouse.Client;

/// <summary>The API of one tenant.</summary>
public sealed class TenantClient
{
    private readonly ApiCaller api;

    internal TenantClient(ApiCaller api) => this.api = api;

    /// <summary>Its card collections.</summary>
    public CardVaultClient CardVault => new(api);

    /// <summary>Its members, page by page.</summary>
    /// <param name="after">The last page's <see cref="Page{T}.Next"/>; the first page by default.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    public Task<Page<MemberResponse>> MembersAsync(string? after = null, CancellationToken cancellationToken = default) =>
        api.GetAsync<Page<MemberResponse>>(Query.Of("api/members", ("after", after)), cancellationToken);

    /// <summary>Invites a person.</summary>
    /// <param name="request">Who, and in which role.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    public Task<MemberResponse> AddMemberAsync(AddMemberRequest request, CancellationToken cancellationToken = default) =>
        api.SendAsync<MemberResponse>(HttpMethod.Post, "api/members", request, cancellationToken);

    /// <summary>Its domains, page by page.</summary>
    /// <param name="after">The last page's <see cref="Page{T}.Next"/>; the first page by default.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    public Task<Page<DomainResponse>> DomainsAsync(string? after = null, CancellationToken cancellationToken = default) =>
        api.GetAsync<Page<DomainResponse>>(Query.Of("api/domains", ("after", after)), cancellationToken);

    /// <summary>Claims a domain. One that the tenant has already is given back as it is.</summary>
    /// <param name="request">The host.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    public Task<DomainResponse> AddDomainAsync(AddDomainRequest request, CancellationToken cancellationToken = default) =>
        api.SendAsync<DomainResponse>(HttpMethod.Post, "api/domains", request, cancellationToken);

    /// <summary>Looks for the record that proves a domain; once it is found, requests to the host lead to the tenant.</summary>
    /// <param name="host">The host, in any spelling.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    public Task<DomainResponse> CheckDomainAsync(string host, CancellationToken cancellationToken = default) =>
        api.SendAsync<DomainResponse>(HttpMethod.Post, DomainAddress(host) + "/check", body: null, cancellationToken);

    /// <summary>Gives a domain up. Requests to the host lead to the tenant no more.</summary>
    /// <param name="host">The host, in any spelling.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    public Task RemoveDomainAsync(string host, CancellationToken cancellationToken = default) =>
        api.SendAsync(HttpMethod.Delete, DomainAddress(host), body: null, cancellationToken);

    private static string DomainAddress(string host)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(host);
        return $"api/domains/{Uri.EscapeDataString(host)}";
    }
}
