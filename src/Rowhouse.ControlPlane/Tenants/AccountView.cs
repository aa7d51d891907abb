using System.Linq.Expressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Rowhouse.Contracts;
using Rowhouse.ControlPlane.Products;
using Rowhouse.Tenancy;

namespace Rowhouse.ControlPlane.Tenants;

/// <summary>Tenants as programs that came before see their accounts: one that is active and waits for its owner's credentials is pending.</summary>
internal static class AccountView
{
    private static readonly string Pending = TenantWords.Of(TenantStatus.Pending);

    private static readonly Expression<Func<RegisteredTenant, bool>> Waits = tenant =>
        tenant.Products.AsQueryable().Where(TenantProduct.Waits).Any(product => tenant.Subscriptions.Any(subscription => subscription.Product == product.Product));

    private static readonly Expression<Func<RegisteredTenant, bool>> WaitsNot = Expression.Lambda<Func<RegisteredTenant, bool>>(Expression.Not(Waits.Body), Waits.Parameters);

    public static RouteGroupBuilder WithAccountView(this RouteGroupBuilder accounts) => accounts.WithMetadata(new ShowsAccounts()).AddEndpointFilter(async (call, next) => Show(await next(call)));

    /// <summary>The tenants whose state is shown so to whoever asks.</summary>
    public static IQueryable<RegisteredTenant> ShownAs(this IQueryable<RegisteredTenant> tenants, TenantStatus status, HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<ShowsAccounts>() is null)
        {
            return tenants.Where(tenant => tenant.Status == status);
        }

        return status switch
        {
            TenantStatus.Pending => tenants.Where(tenant => tenant.Status == TenantStatus.Active).Where(Waits), // none is pending by its own state
            TenantStatus.Active => tenants.Where(tenant => tenant.Status == TenantStatus.Active).Where(WaitsNot),
            _ => tenants.Where(tenant => tenant.Status == status),
        };
    }

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

    /// <summary>Marks the endpoints that show accounts.</summary>
    private sealed class ShowsAccounts;
}
