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

namespace Rowhouse.ControlPlane.Operations;

/// <summary>The operations on one tenant, newest first.</summary>
internal static class ListOperations
{
    public static PageSorts<Operation> Sorts { get; } = new() { { "createdAt", operation => ValueTuple.Create(operation.CreatedAt, operation.Id) } };

    public static void Map(RouteGroupBuilder tenants, string suffix) =>
        tenants.MapGet("/{idOrSlug}/operations", HandleAsync)
            .RequireSuperAdmin()
            .WithName(nameof(ListOperations) + suffix)
            .WithSummary("The operations on a tenant, newest first.")
            .WithProblems(TenancyProblems.Unknown, RequestProblems.Invalid, RequestProblems.Malformed);

    private static async Task<Results<Ok<Page<OperationResponse>>, ProblemHttpResult>> HandleAsync(
        string idOrSlug, [AsParameters] PageQuery page, PlatformDbContext db, OperationKinds kinds, CancellationToken cancellationToken)
    {
        if (!page.TryRead(Sorts, "-createdAt", out var order, out var problem))
        {
            return problem;
        }

        if (await db.FindTenantAsync(idOrSlug, cancellationToken) is not { } tenant)
        {
            return TenantStateAdmission.UnknownTenant();
        }

        var operations = db.Operations.AsNoTracking().Where(operation => operation.TenantId == tenant.Id);
        var rows = await order.Page(operations).Include(operation => operation.History).AsSplitQuery().ToListAsync(cancellationToken);
        return TypedResults.Ok(order.ToPage(rows, kinds.Show, order.Count ? await operations.LongCountAsync(cancellationToken) : null));
    }
}
