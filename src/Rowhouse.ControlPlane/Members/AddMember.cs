using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Rowhouse.Contracts;
using Rowhouse.ControlPlane.Access;
using Rowhouse.ControlPlane.Idempotency;
using Rowhouse.ControlPlane.People;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Modules.Access;
using Rowhouse.Modules.Idempotency;
using Rowhouse.Tenancy;
using Rowhouse.Tenancy.AspNetCore.Problems;

namespace Rowhouse.ControlPlane.Members;

/// <summary>Invites somebody into the scope's tenant. The answer is the same whether the address belongs to anybody or not.</summary>
internal static class AddMember
{
    public static void Map(RouteGroupBuilder members) =>
        members.MapPost("", HandleAsync)
            .RequirePermission(PlatformPermissions.EditMembers)
            .WithIdempotencyIn<PlatformIdempotencyStore>()
            .WithName(nameof(AddMember))
            .WithSummary("Invites a person. The answer carries the one-time link to give them.")
            .WithProblems(ControlPlaneProblems.AlreadyMember);

    private static async Task<Results<Created<MemberResponse>, ProblemHttpResult>> HandleAsync(
        AddMemberRequest request, PlatformDbContext db, TenantScope scope, Invitations invitations, Caller caller, CancellationToken cancellationToken)
    {
        var tenant = scope.Tenant.Id;
        var (member, link) = invitations.Add(tenant, request.Email, request.Name, RoleWords.Parse(request.Role), vouched: caller.IsSuperAdmin);
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException exception) when (exception.IsUniqueViolation())
        {
            db.ChangeTracker.Clear();
            var key = Passwords.KeyOf(request.Email);
            var isOpen = await db.Members.AnyAsync(other => other.TenantId == tenant && other.EmailKey == key && other.PersonId == null, cancellationToken);
            return ControlPlaneProblems.AlreadyMember.With(isOpen ? "This address is invited already. Make a new link for it instead." : "Change the member's role instead.");
        }

        return TypedResults.Created($"/api/members/{member.Id}", member.ToResponse(link));
    }
}
