using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Rowhouse.Contracts;
using Rowhouse.Tenancy;

namespace Rowhouse.ControlPlane.Tenants;

/// <summary>Tenants as programs that came before see their accounts: one that is active and waits for its owner's credentials is pending.</summary>
internal static class AccountView
{
    private static readonly string Pending = TenantWords.Of(TenantStatus.Pending);

    public static RouteGroupBuilder WithAccountView(this RouteGroupBuilder accounts) => accounts.AddEndpointFilter(async (call, next) => Show(await next(call)));

    private static object? Show(object? result) => result switch
    {
        INestedHttpResult { Result: var inner } => Show(inner),
        Ok<TenantResponse> { Value: { } tenant } => TypedResults.Ok(Of(tenant)),
        Ok<Page<TenantResponse>> { Value: { } page } => TypedResults.Ok(page with { Items = [.. page.Items.Select(Of)] }),
        Created<TenantResponse> { Value: { } tenant } created => TypedResults.Created(created.Location, Of(tenant)),
        Accepted<TenantResponse> { Value: { } tenant } accepted => TypedResults.Accepted(accepted.Location, Of(tenant)),
        _ => result,
    };

    private static TenantResponse Of(TenantResponse tenant) => tenant.PendingReason is null ? tenant : tenant with { Status = Pending };
}
