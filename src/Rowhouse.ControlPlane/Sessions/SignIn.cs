using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Rowhouse.Contracts;
using Rowhouse.ControlPlane.Auditing;
using Rowhouse.ControlPlane.People;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Modules.Problems;
using Rowhouse.Tenancy.AspNetCore.Admission;
using Rowhouse.Tenancy.AspNetCore.Problems;

namespace Rowhouse.ControlPlane.Sessions;

/// <summary>Opens a session for an address and its password.</summary>
internal sealed class SignIn(
    PlatformDbContext db,
    UserManager<Person> people,
    IPasswordHasher<Person> hasher,
    Memberships memberships,
    SessionCookie sessionCookie,
    AuditTrail audit,
    TimeProvider clock)
{
    // What an unknown address is measured against, so that its refusal takes as long as a wrong password's.
    private static readonly Person Nobody = new() { Id = Guid.Empty, Email = "", EmailKey = "", Name = "", CreatedAt = default };
    private static readonly Lazy<string> NobodysHash = new(() => new PasswordHasher<Person>().HashPassword(Nobody, "nobody"));

    public static void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapPost("/api/session", (SignInRequest request, SignIn signIn, HttpContext context, CancellationToken cancellationToken, bool cookie = false) =>
                signIn.HandleAsync(request, cookie, context, cancellationToken))
            .WithoutTenant()
            .AllowAnonymous()
            .WithName(nameof(SignIn))
            .WithSummary("Opens a session: with a token, or with a cookie for the console.")
            .WithProblems(ControlPlaneProblems.WrongCredentials, AccessProblems.CrossSite);

    private async Task<Results<Ok<SessionResponse>, ProblemHttpResult>> HandleAsync(SignInRequest request, bool byCookie, HttpContext context, CancellationToken cancellationToken)
    {
        if (byCookie && !SessionCookie.IsFromConsole(context.Request))
        {
            return AccessProblems.CrossSite.With("A session by cookie needs the header X-Rowhouse-Request: 1 and an Origin that is this server. Programs leave out cookie=true and get a token.");
        }

        var key = Passwords.KeyOf(request.Email);
        if (await db.People.SingleOrDefaultAsync(person => person.EmailKey == key, cancellationToken) is not { } person)
        {
            hasher.VerifyHashedPassword(Nobody, NobodysHash.Value, request.Password);
            return await RefuseAsync(person: null, cancellationToken);
        }

        if (await people.IsLockedOutAsync(person))
        {
            hasher.VerifyHashedPassword(Nobody, NobodysHash.Value, request.Password);
            return await RefuseAsync(person, cancellationToken);
        }

        if (!await people.CheckPasswordAsync(person, request.Password))
        {
            await people.AccessFailedAsync(person);
            return await RefuseAsync(person, cancellationToken);
        }

        await people.ResetAccessFailedCountAsync(person);
        var (secret, session) = Open(person, byCookie);
        await db.Sessions.Where(old => old.PersonId == person.Id && old.ExpiresAt <= session.CreatedAt).ExecuteDeleteAsync(cancellationToken);
        audit.Add(AuditActions.SignedIn, subject: byCookie ? "cookie" : "token", person: person.Id);
        await db.SaveChangesAsync(cancellationToken);
        if (byCookie)
        {
            sessionCookie.Set(context.Response, secret, session.EndsAt);
        }

        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(new SessionResponse(
            byCookie ? null : secret,
            session.ExpiresAt,
            new(person.Id, person.Email, person.Name),
            person.SuperAdmin,
            await memberships.OfAsync(person.Id, cancellationToken)));
    }

    private (string Secret, Session Session) Open(Person person, bool byCookie)
    {
        var now = clock.GetUtcNow();
        var hash = SecretHash.New(out var secret);
        var session = new Session
        {
            Hash = hash.ToBytes(),
            PersonId = person.Id,
            CreatedAt = now,
            ExpiresAt = now + Session.Idle,
            EndsAt = now + Session.Longest,
            ByCookie = byCookie,
        };
        db.Sessions.Add(session);
        return (secret, session);
    }

    // One answer for all: an address that is unknown, locked or has no password yet looks like a wrong password.
    private async Task<ProblemHttpResult> RefuseAsync(Person? person, CancellationToken cancellationToken)
    {
        audit.Add(AuditActions.SignInFailed, outcome: AuditOutcome.Refused, person: person?.Id);
        await db.SaveChangesAsync(cancellationToken);
        return ControlPlaneProblems.WrongCredentials.With("Check both and try again. After five wrong passwords in a row an account is closed for five minutes.");
    }
}
