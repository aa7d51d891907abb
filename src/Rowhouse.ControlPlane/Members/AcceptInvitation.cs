using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Rowhouse.Contracts;
using Rowhouse.ControlPlane.Auditing;
using Rowhouse.ControlPlane.Sessions;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Modules.Access;
using Rowhouse.Tenancy.AspNetCore.Admission;
using Rowhouse.Tenancy.AspNetCore.Problems;

namespace Rowhouse.ControlPlane.Members;

/// <summary>Accepts an invitation as the person whose proven address it names, in their own session.</summary>
internal static class AcceptInvitation
{
    public static void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapPost("/api/invitations/accept", HandleAsync)
            .WithoutTenant()
            .LimitByNetwork()
            .WithName(nameof(AcceptInvitation))
            .WithSummary("Accepts an invitation with the account that one has.")
            .WithProblems(ControlPlaneProblems.LinkInvalid, ControlPlaneProblems.InvitedSomebodyElse);

    private static async Task<Results<Ok<MemberResponse>, ProblemHttpResult>> HandleAsync(
        InvitationTokenRequest request, PlatformDbContext db, OpenInvitation invitation, Caller caller, AuditTrail audit, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (await invitation.FindAsync(request.Token, cancellationToken) is not { } member)
        {
            return OpenInvitation.Invalid();
        }

        var person = await db.People.SingleAsync(person => person.Id == caller.PersonId, cancellationToken);
        if (person.ProvenAt is null || person.EmailKey != member.EmailKey)
        {
            return ControlPlaneProblems.InvitedSomebodyElse.With("The invitation is for another account than the one that is signed in. Sign out, and open the link again.");
        }

        member.Join(person, clock.GetUtcNow());
        audit.Add(AuditActions.MemberJoined, member.TenantId, member.Id.ToString());
        return await invitation.SaveAsync(person, cancellationToken) ? TypedResults.Ok(member.ToResponse()) : OpenInvitation.Invalid();
    }
}
