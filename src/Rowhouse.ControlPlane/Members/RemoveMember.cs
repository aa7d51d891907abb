using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Rowhouse.ControlPlane.Access;
using Rowhouse.ControlPlane.Auditing;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Modules.Access;
using Rowhouse.Modules.Problems;
using Rowhouse.Tenancy.AspNetCore.Problems;

namespace Rowhouse.ControlPlane.Members;

/// <summary>Ends a membership or withdraws an invitation. A proven person stays, and may be a member elsewhere; somebody unproven has nowhere to be and cannot sign in any more.</summary>
internal static class RemoveMember
{
    public static void Map(RouteGroupBuilder members) =>
        members.MapDelete("/{id:guid}", HandleAsync)
            .RequirePermission(PlatformPermissions.EditMembers)
            .WithName(nameof(RemoveMember))
            .WithSummary("Ends a membership, or withdraws an invitation.")
            .WithProblems(ControlPlaneProblems.UnknownMember, ControlPlaneProblems.LastAdmin, RequestProblems.ChangedAtOnce);

    private static async Task<Results<NoContent, ProblemHttpResult>> HandleAsync(
        Guid id, MemberChange members, PlatformDbContext db, CancellationToken cancellationToken)
    {
        var (_, problem) = await members.ApplyAsync(
            id,
            AuditActions.MemberRemoved,
            member =>
            {
                db.Members.Remove(member);
                if (member.Person is { ProvenAt: null } unproven)
                {
                    unproven.PasswordHash = null;
                    unproven.SecurityStamp = "";
                }

                return null;
            },
            member => new { before = RoleWords.Of(member.Role), member.Email },
            cancellationToken);
        return problem is null ? TypedResults.NoContent() : problem;
    }
}
