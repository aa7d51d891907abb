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
    private const string ByEmail = "email";
    private const string ByInvitation = "invitedAt";

    public static void Map(RouteGroupBuilder members) =>
        members.MapGet("", HandleAsync)
            .RequirePermission(PlatformPermissions.ReadMembers)
            .WithName(nameof(ListMembers))
            .WithSummary("The members of the tenant, those who have not accepted yet among them. Sorted by email or invitedAt.")
            .WithProblems(RequestProblems.Invalid, RequestProblems.Malformed);

    private static async Task<Results<Ok<Page<MemberResponse>>, ProblemHttpResult>> HandleAsync(
        [AsParameters] PageQuery page, PlatformDbContext db, TenantScope scope, CancellationToken cancellationToken)
    {
        if (!page.TryRead([ByEmail, ByInvitation], ByEmail, keys: 2, out var order, out var problem))
        {
            return problem;
        }

        var tenant = scope.Tenant.Id;
        var members = db.Members.AsNoTracking().Where(member => member.TenantId == tenant);
        var rows = await After(members, order).Take(order.Take).ToListAsync(cancellationToken);
        return TypedResults.Ok(order.ToPage(
            rows,
            member => member.ToResponse(),
            member => [order.Field == ByInvitation ? PageOrder.Key(member.InvitedAt) : member.EmailKey, member.Id.ToString()],
            order.Count ? await members.LongCountAsync(cancellationToken) : null));
    }

    // An address is a member's only once in a tenant, so it needs no second key.
    private static IQueryable<Member> After(IQueryable<Member> members, PageOrder order)
    {
        var email = order.After?[0] ?? "";
        if (order.Field == ByEmail)
        {
            return order.Descending
                ? (order.After is null ? members : members.Where(member => member.EmailKey.CompareTo(email) < 0)).OrderByDescending(member => member.EmailKey)
                : members.Where(member => member.EmailKey.CompareTo(email) > 0).OrderBy(member => member.EmailKey);
        }

        if (order.After is not null)
        {
            var at = order.AfterValue<DateTimeOffset>(0);
            var id = order.AfterValue<Guid>(1);
            members = order.Descending
                ? members.Where(member => member.InvitedAt < at || (member.InvitedAt == at && member.Id.CompareTo(id) < 0))
                : members.Where(member => member.InvitedAt > at || (member.InvitedAt == at && member.Id.CompareTo(id) > 0));
        }

        return order.Descending
            ? members.OrderByDescending(member => member.InvitedAt).ThenByDescending(member => member.Id)
            : members.OrderBy(member => member.InvitedAt).ThenBy(member => member.Id);
    }
}
