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

/// <summary>Makes a new one-time link for an invitation that is still open: the one before was lost or too old, and is dead.</summary>
internal static class RenewInvitation
{
    public static void Map(RouteGroupBuilder members) =>
        members.MapPost("/{id:guid}/link", HandleAsync)
            .RequirePermission(PlatformPermissions.EditMembers)
            .WithName(nameof(RenewInvitation))
            .WithSummary("Makes a new one-time link for somebody who has not joined yet. The old one is dead.")
            .WithProblems(ControlPlaneProblems.UnknownMember, ControlPlaneProblems.AlreadyMember, RequestProblems.ChangedAtOnce);

    private static async Task<Results<Ok<MemberResponse>, ProblemHttpResult>> HandleAsync(Guid id, MemberChange members, Caller caller, TimeProvider clock, CancellationToken cancellationToken)
    {
        string? link = null;
        var (member, problem) = await members.ApplyAsync(
            id,
            AuditActions.MemberInvited,
            member =>
            {
                if (member.HasJoined)
                {
                    return ControlPlaneProblems.AlreadyMember.With("This person has joined and signs in with a password of their own; nobody else can set it.");
                }

                link = member.MakeLink(caller.PersonId, vouched: caller.IsSuperAdmin, clock.GetUtcNow());
                return null;
            },
            _ => new { renewed = true },
            cancellationToken);
        return problem is null ? TypedResults.Ok(member!.ToResponse(link)) : problem; // one of the two is there
    }
}
