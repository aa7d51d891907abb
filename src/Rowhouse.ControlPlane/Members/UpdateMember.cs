using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Rowhouse.Contracts;
using Rowhouse.ControlPlane.Access;
using Rowhouse.ControlPlane.Auditing;
using Rowhouse.Modules.Access;
using Rowhouse.Modules.Problems;
using Rowhouse.Tenancy.AspNetCore.Problems;

namespace Rowhouse.ControlPlane.Members;

/// <summary>Gives a member another role.</summary>
internal static class UpdateMember
{
    public static void Map(RouteGroupBuilder members) =>
        members.MapPatch("/{id:guid}", HandleAsync)
            .RequirePermission(PlatformPermissions.EditMembers)
            .WithName(nameof(UpdateMember))
            .WithSummary("Gives a member another role.")
            .WithProblems(ControlPlaneProblems.UnknownMember, ControlPlaneProblems.LastAdmin, RequestProblems.ChangedAtOnce);

    private static async Task<Results<Ok<MemberResponse>, ProblemHttpResult>> HandleAsync(
        Guid id, UpdateMemberRequest request, MemberChange members, CancellationToken cancellationToken)
    {
        var role = RoleWords.Parse(request.Role);
        var (member, problem) = await members.ApplyAsync(
            id,
            AuditActions.MemberChanged,
            member =>
            {
                member.Role = role;
                return null;
            },
            member => new { before = RoleWords.Of(member.Role), after = RoleWords.Of(role) },
            cancellationToken);
        return problem is null ? TypedResults.Ok(member!.ToResponse()) : problem; // one of the two is there
    }
}
