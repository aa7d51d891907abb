using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Rowhouse.Contracts;
using Rowhouse.ControlPlane.Auditing;
using Rowhouse.ControlPlane.People;
using Rowhouse.ControlPlane.Sessions;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Modules.Http;
using Rowhouse.Modules.Problems;
using Rowhouse.Tenancy.AspNetCore.Admission;
using Rowhouse.Tenancy.AspNetCore.Problems;

namespace Rowhouse.ControlPlane.Members;

/// <summary>Accepts an invitation as somebody new: their first password is their own choice.</summary>
internal sealed class SetPassword(PlatformDbContext db, OpenInvitation invitation, UserManager<Person> people, AuditTrail audit, TimeProvider clock)
{
    public static void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapPost("/api/password/set", (SetPasswordRequest request, SetPassword set, CancellationToken cancellationToken) => set.HandleAsync(request, cancellationToken))
            .DisableValidation() // the rules for passwords are told together with the annotations
            .WithoutTenant()
            .AllowAnonymous()
            .LimitByNetwork()
            .AddEndpointFilter<PasswordWork.Turn>()
            .WithName(nameof(SetPassword))
            .WithSummary("Accepts an invitation as somebody new, with a password of one's own.")
            .WithProblems(ControlPlaneProblems.LinkInvalid, ControlPlaneProblems.AcceptSignedIn);

    private async Task<Results<NoContent, ProblemHttpResult>> HandleAsync(SetPasswordRequest request, CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        errors.Check(request);
        var found = errors.Has("token") ? null : await invitation.FindAsync(request.Token, cancellationToken);
        await people.CheckAsync(NewPerson(found), request.Password, "password", errors);
        if (!errors.IsEmpty)
        {
            return errors.ToProblem();
        }

        if (found is not { } member)
        {
            return OpenInvitation.Invalid();
        }

        if (await invitation.HasOwnerAsync(member, cancellationToken))
        {
            return HasAccount(member);
        }

        var (person, chosen) = await MakeAsync(member, request.Password, cancellationToken);
        if (!chosen.Succeeded)
        {
            return RequestProblems.Invalid.With("The password cannot be used.", chosen.On("password"));
        }

        member.Join(person, clock.GetUtcNow());
        audit.Add(AuditActions.PasswordSet, subject: person.Id.ToString(), person: person.Id);
        audit.Add(AuditActions.MemberJoined, member.TenantId, member.Id.ToString(), person: person.Id);
        if (await invitation.SaveAsync(person, cancellationToken))
        {
            return TypedResults.NoContent();
        }

        db.ChangeTracker.Clear();
        return await invitation.HasOwnerAsync(member, cancellationToken) ? HasAccount(member) : OpenInvitation.Invalid();
    }

    private static ProblemHttpResult HasAccount(Member member) =>
        ControlPlaneProblems.AcceptSignedIn.With($"{member.Email} has an account already. Sign in to it and accept the invitation there.");

    /// <summary>Somebody new, or somebody unproven who was removed from this very tenant: they have no password since, so nobody's is overwritten.</summary>
    private async Task<(Person Person, IdentityResult Result)> MakeAsync(Member member, string password, CancellationToken cancellationToken)
    {
        if (await db.People.SingleOrDefaultAsync(known => known.EmailKey == member.EmailKey && known.OnlyTenantId == member.TenantId && known.PasswordHash == null, cancellationToken) is { } removed
            && !member.Vouched)
        {
            return (removed, await people.AddPasswordAsync(removed, password));
        }

        var person = NewPerson(member);
        return (person, await people.CreateAsync(person, password));
    }

    /// <summary>Whoever accepts; without a name where the link leads nowhere, so that what is wrong with the password is told all the same.</summary>
    private Person NewPerson(Member? member)
    {
        var now = clock.GetUtcNow();
        return new()
        {
            Id = Guid.CreateVersion7(now),
            Email = member?.Email ?? "",
            EmailKey = member?.EmailKey ?? "",
            Name = member?.Name ?? "",
            ProvenAt = member is { Vouched: true } ? now : null,
            OnlyTenantId = member is { Vouched: true } ? null : member?.TenantId,
            CreatedAt = now,
        };
    }
}
