using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Rowhouse.Tenancy.Http;

/// <summary>Registers outgoing HTTP clients of tenants.</summary>
public static class TenantHttpClientExtensions
{
    /// <summary>
    /// Adds a typed client that belongs to the scope of its tenant. Its connections are pooled with those of all tenants, and carry nothing from one
    /// to another: cookies are neither kept nor sent, and no server is signed in to by connection. Nothing tells the server which tenant asks.
    /// </summary>
    /// <remarks>
    /// Each call is traced by an activity <c>tenant.http</c> of the source <c>Rowhouse.Tenancy.Http</c>, with the tag <c>rowhouse.tenant</c>, and what is logged below it has the log scope <c>Tenant</c>.
    /// A handler that is added to the returned builder lives in a dependency-injection scope of the pool's own and serves every tenant: it must not ask for one. Nor may the builder be given another primary handler, which would keep cookies again.
    /// </remarks>
    /// <typeparam name="TClient">The client; a class whose constructor takes the <see cref="HttpClient"/> and any services of the tenant's scope.</typeparam>
    /// <param name="services">The application's services.</param>
    /// <param name="configure">Sets up the client, its base address for example.</param>
    /// <returns>The builder of the client, for handlers such as those of resilience.</returns>
    /// <exception cref="TenantNotBoundException">Thrown when the client is asked for in a scope that has no tenant.</exception>
    public static IHttpClientBuilder AddTenantHttpClient<TClient>(this IServiceCollection services, Action<HttpClient>? configure = null)
        where TClient : class
    {
        ArgumentNullException.ThrowIfNull(services);
        var name = typeof(TClient).ToString();
        services.TryAddScoped(provider => ActivatorUtilities.CreateInstance<TClient>(provider, Make(provider, name)));
        return services.AddHttpClient(name, configure ?? (_ => { })).UseSocketsHttpHandler((handler, _) =>
        {
            handler.UseCookies = false;
            handler.Credentials = null;
            handler.PreAuthenticate = false;
            handler.ActivityHeadersPropagator = DistributedContextPropagator.CreateNoOutputPropagator();       // baggage may be what a caller of ours has sent
        });
    }

    // The factory's own client would end in its pooled handlers, which outlive scopes and know none. Around them comes one that is the scope's.
    private static HttpClient Make(IServiceProvider provider, string name)
    {
        var pooled = provider.GetRequiredService<IHttpMessageHandlerFactory>().CreateHandler(name);
        var client = new HttpClient(new TenantHttpHandler(provider.GetRequiredService<TenantScope>().Tenant.Id, pooled, provider.GetRequiredService<ILogger<TenantHttpHandler>>()), disposeHandler: false);
        foreach (var configure in provider.GetRequiredService<IOptionsMonitor<HttpClientFactoryOptions>>().Get(name).HttpClientActions)
        {
            configure(client);
        }

        return client;
    }
}
