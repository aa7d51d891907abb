using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Rowhouse.Contracts;
using Rowhouse.ControlPlane.Access;
using Rowhouse.ControlPlane.People;
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
    private const string ByJoining = "joinedAt";

    public static void Map(RouteGroupBuilder members) =>
        members.MapGet("", HandleAsync)
            .RequirePermission(PlatformPermissions.ReadMembers)
            .WithName(nameof(ListMembers))
            .WithSummary("The members of the tenant. Sorted by email or joinedAt.")
            .WithProblems(RequestProblems.Invalid, RequestProblems.Malformed);

    private static async Task<Results<Ok<Page<MemberResponse>>, ProblemHttpResult>> HandleAsync(
        [AsParameters] PageQuery page, PlatformDbContext db, TenantScope scope, CancellationToken cancellationToken)
    {
        if (!page.TryRead([ByEmail, ByJoining], ByEmail, keys: 2, out var order, out var problem))
        {
            return problem;
        }

        var tenant = scope.Tenant.Id;
        var members = db.Memberships.AsNoTracking().Where(member => member.TenantId == tenant);
        var rows = await After(members, order).Take(order.Take).Include(member => member.Person).ToListAsync(cancellationToken);
        return TypedResults.Ok(order.ToPage(
            rows,
            member => PersonBook.ToResponse(member.Person!, member), // included above
            member => [order.Field == ByJoining ? PageOrder.Key(member.JoinedAt) : member.Person!.EmailKey, member.PersonId.ToString()],
            order.Count ? await members.LongCountAsync(cancellationToken) : null));
    }

    private static IQueryable<Membership> After(IQueryable<Membership> members, PageOrder order)
    {
        var email = order.After?[0] ?? "";
        if (order.Field == ByEmail)
        {
            return order.Descending
                ? (order.After is null ? members : members.Where(member => member.Person!.EmailKey.CompareTo(email) < 0)).OrderByDescending(member => member.Person!.EmailKey)
                : members.Where(member => member.Person!.EmailKey.CompareTo(email) > 0).OrderBy(member => member.Person!.EmailKey);
        }

        if (order.After is not null)
        {
            var at = order.AfterValue<DateTimeOffset>(0);
            var id = order.AfterValue<Guid>(1);
            members = order.Descending
                ? members.Where(member => member.JoinedAt < at || (member.JoinedAt == at && member.PersonId.CompareTo(id) < 0))
                : members.Where(member => member.JoinedAt > at || (member.JoinedAt == at && member.PersonId.CompareTo(id) > 0));
        }

        return order.Descending
            ? members.OrderByDescending(member => member.JoinedAt).ThenByDescending(member => member.PersonId)
            : members.OrderBy(member => member.JoinedAt).ThenBy(member => member.PersonId);
    }
}
