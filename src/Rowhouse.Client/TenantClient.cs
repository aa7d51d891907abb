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
}
