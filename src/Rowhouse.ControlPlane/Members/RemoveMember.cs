using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Rowhouse.ControlPlane.Access;
using Rowhouse.ControlPlane.Auditing;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Modules.Access;
using Rowhouse.Tenancy.AspNetCore.Problems;

namespace Rowhouse.ControlPlane.Members;

/// <summary>Ends a membership. The person stays, and may be a member elsewhere.</summary>
internal static class RemoveMember
{
    public static void Map(RouteGroupBuilder members) =>
        members.MapDelete("/{id:guid}", HandleAsync)
            .RequirePermission(PlatformPermissions.EditMembers)
            .WithName(nameof(RemoveMember))
            .WithSummary("Ends a membership.")
            .WithProblems(ControlPlaneProblems.UnknownMember, ControlPlaneProblems.LastAdmin);

    private static async Task<Results<NoContent, ProblemHttpResult>> HandleAsync(
        Guid id, MemberChange members, PlatformDbContext db, CancellationToken cancellationToken)
    {
        var (_, problem) = await members.ApplyAsync(
            id,
            AuditActions.MemberRemoved,
            member =>
            {
                db.Memberships.Remove(member);
                return new { before = RoleWords.Of(member.Role) };
            },
            cancellationToken);
        return problem is null ? TypedResults.NoContent() : problem;
    }
}
