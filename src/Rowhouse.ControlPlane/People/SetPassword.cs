using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Rowhouse.Contracts;
using Rowhouse.ControlPlane.Auditing;
using Rowhouse.ControlPlane.Sessions;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Modules.Problems;
using Rowhouse.Tenancy.AspNetCore.Admission;
using Rowhouse.Tenancy.AspNetCore.Problems;

namespace Rowhouse.ControlPlane.People;

/// <summary>Sets a password by a one-time link.</summary>
internal static class SetPassword
{
    public static void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapPost("/api/password/set", HandleAsync)
            .WithoutTenant()
            .AllowAnonymous()
            .WithName(nameof(SetPassword))
            .WithSummary("Sets a password by a one-time link.")
            .WithProblems(ControlPlaneProblems.LinkInvalid);

    private static async Task<Results<NoContent, ProblemHttpResult>> HandleAsync(
        SetPasswordRequest request,
        PlatformDbContext db,
        UserManager<Person> people,
        SessionCache cache,
        AuditTrail audit,
        TimeProvider clock,
        CancellationToken cancellationToken)
    {
        var invalid = ControlPlaneProblems.LinkInvalid.With("A link sets a password once and within 24 hours. Ask an admin of your organisation for a new one.");
        if (!SecretHash.TryParse(request.Token.Trim(), out var secret))
        {
            return invalid;
        }

        var hash = secret.ToBytes();
        var now = clock.GetUtcNow();
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var link = await db.PasswordLinks.AsNoTracking().SingleOrDefaultAsync(link => link.Hash == hash && link.ExpiresAt > now, cancellationToken);
        if (link is null)
        {
            return invalid;
        }

        var person = await db.People.SingleAsync(person => person.Id == link.PersonId, cancellationToken);
        await people.RemovePasswordAsync(person);
        var set = await people.AddPasswordAsync(person, request.Password);
        if (!set.Succeeded)
        {
            return RequestProblems.Invalid.With("The password cannot be used.", set.On("password"));
        }

        // Whoever takes the link away takes it alone: of two that come at once the second finds none.
        if (await db.PasswordLinks.Where(old => old.PersonId == person.Id).ExecuteDeleteAsync(cancellationToken) == 0)
        {
            return invalid;
        }

        await db.Sessions.Where(session => session.PersonId == person.Id).ExecuteDeleteAsync(cancellationToken);
        person.FailedSignIns = 0;
        person.LockedUntil = null;
        audit.Add(AuditActions.PasswordSet, subject: person.Id.ToString(), person: person.Id);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        cache.ForgetPerson(person.Id);
        return TypedResults.NoContent();
    }
}
