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
using Rowhouse.Modules.Http;
using Rowhouse.Modules.Problems;
using Rowhouse.Tenancy.AspNetCore.Admission;
using Rowhouse.Tenancy.AspNetCore.Problems;

namespace Rowhouse.ControlPlane.People;

/// <summary>Changes one's own password and ends one's other sessions.</summary>
internal sealed class ChangePassword(
    PlatformDbContext db,
    Caller caller,
    UserManager<Person> people,
    SignInGuard guard,
    ControlPlaneOptions options,
    SessionCache cache,
    AuditTrail audit)
{
    public static void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapPost("/api/password/change", (ChangePasswordRequest request, ChangePassword change, HttpContext context, CancellationToken cancellationToken) =>
                change.HandleAsync(request, SignedIn.Of(context)!, cancellationToken)) // admission lets nobody pass without a session
            .DisableValidation() // the rules for passwords are told together with the annotations
            .WithoutTenant()
            .LimitByNetwork()
            .AddEndpointFilter<PasswordWork.Turn>()
            .WithName(nameof(ChangePassword))
            .WithSummary("Changes one's own password and ends one's other sessions.")
            .WithProblems(RequestProblems.Invalid, RequestProblems.ChangedAtOnce);

    private async Task<Results<NoContent, ProblemHttpResult>> HandleAsync(ChangePasswordRequest request, SignedIn signedIn, CancellationToken cancellationToken)
    {
        var person = await db.People.SingleAsync(person => person.Id == caller.PersonId, cancellationToken);
        var errors = new FieldErrors();
        errors.Check(request);
        await people.CheckAsync(person, request.NewPassword, "newPassword", errors);
        if (!errors.IsEmpty)
        {
            return errors.ToProblem();
        }

        // A session somebody left open must not be a way to guess the password.
        var account = SignInGuard.AccountOf(person);
        var mayTry = await guard.MayTryAsync(account, cancellationToken);
        if (!mayTry || !await people.CheckPasswordAsync(person, request.CurrentPassword))
        {
            if (mayTry)
            {
                await guard.CountFailureAsync(account, cancellationToken);
            }

            audit.Add(AuditActions.PasswordChanged, subject: person.Id.ToString(), outcome: AuditOutcome.Refused);
            await db.SaveChangesAsync(cancellationToken);
            return Wrong();
        }

        var changed = await people.ChangePasswordAsync(person, request.CurrentPassword, request.NewPassword);
        if (!changed.Succeeded)
        {
            return RequestProblems.Invalid.With("The new password cannot be used.", changed.On("newPassword"));
        }

        audit.Add(AuditActions.PasswordChanged, subject: person.Id.ToString());
        if (!await SaveAsync(person, signedIn, cancellationToken))
        {
            return Wrong();
        }

        cache.ForgetPerson(person.Id);
        PasswordFile.OfFirstAdmin(options.DataFolder).Forget(request.CurrentPassword);
        return TypedResults.NoContent();
    }

    /// <summary>Saves the new password and ends the other sessions; of two changes at once the second fails by the stamp that it read.</summary>
    /// <returns>Whether the account was still open to this network.</returns>
    private async Task<bool> SaveAsync(Person person, SignedIn signedIn, CancellationToken cancellationToken)
    {
        var own = signedIn.Session.ToBytes();
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (!await guard.CountSuccessAsync(SignInGuard.AccountOf(person), cancellationToken))
        {
            return false;
        }

        await db.SaveChangesAsync(cancellationToken);
        await db.Sessions.Where(session => session.PersonId == person.Id && session.Hash != own).ExecuteDeleteAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    private static ProblemHttpResult Wrong()
    {
        const string Message = "This is not your password, or it was wrong too often: then wait five minutes, and longer after each further one.";
        return RequestProblems.Invalid.With(Message, new Dictionary<string, string[]>(StringComparer.Ordinal) { ["currentPassword"] = [Message] });
    }
}
