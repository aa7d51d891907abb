using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Rowhouse.Contracts;
using Rowhouse.ControlPlane.Access;
using Rowhouse.ControlPlane.Auditing;
using Rowhouse.ControlPlane.People;
using Rowhouse.ControlPlane.Sessions;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Modules.Access;
using Rowhouse.Modules.Http;
using Rowhouse.Tenancy;
using Rowhouse.Tenancy.AspNetCore.Problems;

namespace Rowhouse.ControlPlane.Members;

/// <summary>Makes somebody a member of the scope's tenant, and a person of the platform where they are not one yet.</summary>
internal sealed class AddMember(PlatformDbContext db, TenantScope scope, PersonBook people, SessionCache sessions, AuditTrail audit)
{
    private const int Attempts = 3;

    public static void Map(RouteGroupBuilder members) =>
        members.MapPost("", (AddMemberRequest request, AddMember add, CancellationToken cancellationToken) => add.HandleAsync(request, cancellationToken))
            .RequirePermission(PlatformPermissions.EditMembers)
            .WithName(nameof(AddMember))
            .WithSummary("Makes a person a member. Without a password, the answer for a new person carries a one-time link to set one.")
            .WithProblems(ControlPlaneProblems.AlreadyMember);

    private async Task<Results<Created<MemberResponse>, ProblemHttpResult>> HandleAsync(AddMemberRequest request, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            db.ChangeTracker.Clear();
            try
            {
                return await TryAsync(request, cancellationToken);
            }
            catch (DbUpdateException exception) when (exception.IsUniqueViolation() && attempt < Attempts)
            {
                // Somebody added the same person at the same moment: look again.
            }
        }
    }

    private async Task<Results<Created<MemberResponse>, ProblemHttpResult>> TryAsync(AddMemberRequest request, CancellationToken cancellationToken)
    {
        var tenant = scope.Tenant.Id;
        var errors = new FieldErrors();
        var person = await people.FindAsync(request.Email, cancellationToken);
        var isNew = person is null;
        if (person is null)
        {
            (person, var result) = await people.MakeAsync(request.Email, request.Name, request.Password);
            foreach (var message in result.On("password").Values.SelectMany(messages => messages))
            {
                errors.Add("password", message);
            }
        }
        else if (person.Memberships.Any(membership => membership.TenantId == tenant))
        {
            return ControlPlaneProblems.AlreadyMember.With("Change the member's role instead.");
        }
        else if (request.Password is not null)
        {
            errors.Add("password", "This person has an account already and keeps its password. Leave the password out.");
        }

        if (!errors.IsEmpty)
        {
            return errors.ToProblem();
        }

        var member = people.Join(person, tenant, RoleWords.Parse(request.Role), isNew);
        audit.Add(AuditActions.MemberAdded, tenant, person.Id.ToString(), details: new { request.Role });
        await db.SaveChangesAsync(cancellationToken);
        sessions.ForgetPerson(person.Id);
        return TypedResults.Created($"/api/members/{person.Id}", member);
    }
}
