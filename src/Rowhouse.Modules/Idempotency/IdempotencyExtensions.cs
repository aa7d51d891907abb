using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Rowhouse.Modules.Idempotency.Store;
using Rowhouse.Modules.Problems;
using Rowhouse.Tenancy.AspNetCore.Problems;
using Rowhouse.Tenancy.Postgres;

namespace Rowhouse.Modules.Idempotency;

/// <summary>Lets callers send a request again without its effect being had twice.</summary>
public static class IdempotencyExtensions
{
    /// <summary>
    /// Honours <c>Idempotency-Key</c>: of all requests of the tenant with one key and one body the first has its effect, and the others get its
    /// answer. A request with a key is one transaction of the context, so its handler opens none and uses no other context to write; whoever else sends it again is judged by the handler, whose effect is then undone, so it has none outside. What is sent may not be a secret: a hash of it is kept.
    /// </summary>
    /// <typeparam name="TContext">The context that the endpoint writes with.</typeparam>
    /// <param name="endpoint">An endpoint that answers a success with a value, as JSON.</param>
    public static RouteHandlerBuilder WithIdempotency<TContext>(this RouteHandlerBuilder endpoint)
        where TContext : TenantDbContext => endpoint.WithIdempotencyIn<HomeIdempotencyStore<TContext>>();

    /// <summary>Honours <c>Idempotency-Key</c> with a store of the host's own.</summary>
    /// <typeparam name="TStore">The store: a service of the request's scope.</typeparam>
    /// <param name="endpoint">An endpoint that answers a success with a value, as JSON.</param>
    public static RouteHandlerBuilder WithIdempotencyIn<TStore>(this RouteHandlerBuilder endpoint)
        where TStore : class, IIdempotencyStore => endpoint
            .AddEndpointFilter((call, next) => IdempotentCall.InvokeAsync(call, next, call.HttpContext.RequestServices.GetRequiredService<TStore>()))
            .WithMetadata(new IdempotencyMetadata())
            .WithProblems(RequestProblems.InFlight, RequestProblems.KeyReused, RequestProblems.Malformed);
}

/// <summary>Endpoint metadata: the endpoint honours <c>Idempotency-Key</c>.</summary>
internal sealed record IdempotencyMetadata;
