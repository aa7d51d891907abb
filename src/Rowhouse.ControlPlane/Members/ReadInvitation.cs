using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Rowhouse.Contracts;
using Rowhouse.ControlPlane.Access;
using Rowhouse.ControlPlane.Sessions;
using Rowhouse.Tenancy.AspNetCore.Admission;
using Rowhouse.Tenancy.AspNetCore.Problems;

namespace Rowhouse.ControlPlane.Members;

/// <summary>Says what a one-time link is for, to whoever has it.</summary>
internal static class ReadInvitation
{
    public static void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapPost("/api/invitations/read", HandleAsync) // a POST: what stands in an address is in every log
            .WithoutTenant()
            .AllowAnonymous()
            .LimitByNetwork()
            .WithName(nameof(ReadInvitation))
            .WithSummary("What a one-time link invites to.")
            .WithProblems(ControlPlaneProblems.LinkInvalid);

    private static async Task<Results<Ok<InvitationResponse>, ProblemHttpResult>> HandleAsync(
        InvitationTokenRequest request, OpenInvitation invitation, CancellationToken cancellationToken)
    {
        if (await invitation.FindAsync(request.Token, cancellationToken) is not { } member)
        {
            return OpenInvitation.Invalid();
        }

        // A member is read together with its tenant, and a link has an end.
        return TypedResults.Ok(new InvitationResponse(
            new(member.Tenant!.Slug.Value, member.Tenant.Name),
            member.Email,
            member.Name,
            RoleWords.Of(member.Role),
            member.LinkExpiresAt!.Value,
            await invitation.HasOwnerAsync(member, cancellationToken) ? "session" : "password"));
    }
}
