using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Rowhouse.Contracts;
using Rowhouse.ControlPlane.Store;
using Rowhouse.ControlPlane.Tenants;
using Rowhouse.Modules.Access;
using Rowhouse.Modules.Paging;
using Rowhouse.Modules.Problems;
using Rowhouse.Tenancy.AspNetCore.Admission;
using Rowhouse.Tenancy.AspNetCore.Problems;

namespace Rowhouse.ControlPlane.Products;

/// <summary>What has become of the products of one tenant.</summary>
internal static class ListTenantProducts
{
    public static PageSorts<TenantProduct> Sorts { get; } = new() { { "product", product => ValueTuple.Create(product.Product) } };

    public static void Map(RouteGroupBuilder tenants, string suffix) =>
        tenants.MapGet("/{idOrSlug}/products", HandleAsync)
            .RequireSuperAdmin()
            .WithName(nameof(ListTenantProducts) + suffix)
            .WithSummary("The products that a tenant subscribes to or once did, and whether each is set up for it. Sorted by product.")
            .WithProblems(TenancyProblems.Unknown, RequestProblems.Invalid, RequestProblems.Malformed);

    private static async Task<Results<Ok<Page<TenantProductResponse>>, ProblemHttpResult>> HandleAsync(
        string idOrSlug, [AsParameters] PageQuery page, PlatformDbContext db, CancellationToken cancellationToken)
    {
        if (!page.TryRead(Sorts, "product", out var order, out var problem))
        {
            return problem;
        }

        if (await db.TenantsNamed(idOrSlug).AsNoTracking().SingleOrDefaultAsync(cancellationToken) is not { } tenant)
        {
            return TenantStateAdmission.UnknownTenant();
        }

        var products = db.TenantProducts.AsNoTracking().Where(product => product.TenantId == tenant.Id);
        var rows = await order.Page(products).ToListAsync(cancellationToken);
        var operations = rows.Where(product => product.State is ProductState.Provisioning).Select(product => product.OperationId).OfType<Guid>().ToList();
        var hindrances = operations is []
            ? []
            : await db.Operations.Where(operation => operations.Contains(operation.Id)).Select(operation => new { operation.Id, operation.Reason }).ToDictionaryAsync(operation => operation.Id, operation => operation.Reason, cancellationToken);
        return TypedResults.Ok(order.ToPage(
            rows,
            product => product.ToResponse(product.OperationId is { } operation ? hindrances.GetValueOrDefault(operation) : null),
            order.Count ? await products.LongCountAsync(cancellationToken) : null));
    }
}
