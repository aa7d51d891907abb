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
using Rowhouse.Modules.Access;
using Rowhouse.Modules.Problems;
using Rowhouse.Tenancy.AspNetCore.Admission;
using Rowhouse.Tenancy.AspNetCore.Problems;

namespace Rowhouse.ControlPlane.People;

/// <summary>Changes one's own password and ends one's other sessions.</summary>
internal static class ChangePassword
{
    public static void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapPost("/api/password/change", HandleAsync)
            .WithoutTenant()
            .WithName(nameof(ChangePassword))
            .WithSummary("Changes one's own password and ends one's other sessions.")
            .WithProblems(RequestProblems.Invalid);

    private static async Task<Results<NoContent, ProblemHttpResult>> HandleAsync(
        ChangePasswordRequest request,
        HttpContext context,
        PlatformDbContext db,
        Caller caller,
        UserManager<Person> people,
        FirstPassword firstPassword,
        SessionCache cache,
        AuditTrail audit,
        CancellationToken cancellationToken)
    {
        var person = await db.People.SingleAsync(person => person.Id == caller.PersonId, cancellationToken);

        // A session somebody left open must not be a way to guess the password.
        if (await people.IsLockedOutAsync(person) || !await people.CheckPasswordAsync(person, request.CurrentPassword))
        {
            await people.AccessFailedAsync(person);
            audit.Add(AuditActions.PasswordChanged, subject: person.Id.ToString(), outcome: AuditOutcome.Refused);
            await db.SaveChangesAsync(cancellationToken);
            return Wrong("currentPassword", "This is not your password, or it was wrong too often: then wait five minutes.");
        }

        var changed = await people.ChangePasswordAsync(person, request.CurrentPassword, request.NewPassword);
        if (!changed.Succeeded)
        {
            return RequestProblems.Invalid.With("The new password cannot be used.", changed.On("newPassword"));
        }

        // Admission lets nobody pass without a session.
        var own = SignedIn.Of(context)!.Session.ToBytes();
        audit.Add(AuditActions.PasswordChanged, subject: person.Id.ToString());
        await using (var transaction = await db.Database.BeginTransactionAsync(cancellationToken))
        {
            await db.SaveChangesAsync(cancellationToken);
            await db.Sessions.Where(session => session.PersonId == person.Id && session.Hash != own).ExecuteDeleteAsync(cancellationToken);
            await db.PasswordLinks.Where(link => link.PersonId == person.Id).ExecuteDeleteAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        cache.ForgetPerson(person.Id);
        firstPassword.Forget(person.EmailKey);
        return TypedResults.NoContent();
    }

    private static ProblemHttpResult Wrong(string field, string message) =>
        RequestProblems.Invalid.With(message, new Dictionary<string, string[]>(StringComparer.Ordinal) { [field] = [message] });
}
