using Rowhouse.Client.Http;
using Rowhouse.Contracts;

namespace Rowhouse.Client;

/// <summary>
/// The Rowhouse API, typed. One client serves one person; it is safe for any number of threads.
/// Every call throws <see cref="RowhouseProblemException"/> when the server refuses and
/// <see cref="HttpRequestException"/> when it cannot be reached.
/// </summary>
/// <param name="http">Reaches the server; its <see cref="HttpClient.BaseAddress"/> is the server's address. The caller owns it.</param>
public sealed class RowhouseClient(HttpClient http)
{
    private readonly ApiCaller api = new(http, new());

    /// <summary>The tenants of the platform, as a super-admin sees them.</summary>
    public TenantsClient Tenants => new(api);

    /// <summary>Long work on tenants, as a super-admin sees it.</summary>
    public OperationsClient Operations => new(api);

    /// <summary>Where tenants can live, as a super-admin sees it.</summary>
    public StoresClient Stores => new(api);

    /// <summary>Discovery parameters, as a super-admin sees them.</summary>
    public ParametersClient Parameters => new(api);

    /// <summary>What the platform keeps for all tenants.</summary>
    public PlatformClient Platform => new(api);

    /// <summary>Sends a bearer token with every request from now on.</summary>
    /// <param name="token">The token of a session.</param>
    public void UseToken(string token) => api.Use(token);

    /// <summary>Signs in and uses the session's token from now on.</summary>
    /// <param name="request">Who, and the password.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    public async Task<SessionResponse> SignInAsync(SignInRequest request, CancellationToken cancellationToken = default)
    {
        var session = await api.SendAsync<SessionResponse>(HttpMethod.Post, "api/session", request, cancellationToken).ConfigureAwait(false);
        UseToken(session.Token ?? throw new InvalidOperationException("The server opened a session without a token."));
        return session;
    }

    /// <summary>Ends the session.</summary>
    /// <param name="cancellationToken">Stops the call.</param>
    public Task SignOutAsync(CancellationToken cancellationToken = default) => api.SendAsync(HttpMethod.Delete, "api/session", body: null, cancellationToken);

    /// <summary>Who is signed in.</summary>
    /// <param name="cancellationToken">Stops the call.</param>
    public Task<MeResponse> MeAsync(CancellationToken cancellationToken = default) => api.GetAsync<MeResponse>("api/me", cancellationToken);

    /// <summary>The API of one tenant.</summary>
    /// <param name="tenant">Its id, slug or external id.</param>
    public TenantClient ForTenant(string tenant)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(tenant);
        return new(api.For(tenant));
    }
}
