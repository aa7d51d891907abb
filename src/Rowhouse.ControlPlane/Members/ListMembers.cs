using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Rowhouse.Contracts;
using Rowhouse.ControlPlane.Access;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Modules.Access;
using Rowhouse.Modules.Paging;
using Rowhouse.Modules.Problems;
using Rowhouse.Tenancy;
using Rowhouse.Tenancy.AspNetCore.Problems;

namespace Rowhouse.ControlPlane.Members;

/// <summary>The members of the scope's tenant, page by page.</summary>
internal static class ListMembers
{
    public static PageSorts<Member> Sorts { get; } = new()
    {
        { "email", member => ValueTuple.Create(member.EmailKey) },
        { "invitedAt", member => ValueTuple.Create(member.InvitedAt, member.Id) },
    };

    public static void Map(RouteGroupBuilder members) =>
        members.MapGet("", HandleAsync)
            .RequirePermission(PlatformPermissions.ReadMembers)
            .WithName(nameof(ListMembers))
            .WithSummary("The members of the tenant, those who have not accepted yet among them. Sorted by email or invitedAt.")
            .WithProblems(RequestProblems.Invalid, RequestProblems.Malformed);

    private static async Task<Results<Ok<Page<MemberResponse>>, ProblemHttpResult>> HandleAsync(
        [AsParameters] PageQuery page, PlatformDbContext db, TenantScope scope, CancellationToken cancellationToken)
    {
        if (!page.TryRead(Sorts, "email", out var order, out var problem))
        {
            return problem;
        }

        var tenant = scope.Tenant.Id;
        var members = db.Members.AsNoTracking().Where(member => member.TenantId == tenant);
        var rows = await order.Page(members).ToListAsync(cancellationToken);
        return TypedResults.Ok(order.ToPage(rows, member => member.ToResponse(), order.Count ? await members.LongCountAsync(cancellationToken) : null));
    }
}
