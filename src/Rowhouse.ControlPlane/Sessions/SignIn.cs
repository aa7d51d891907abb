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
using Rowhouse.Tenancy;
using Rowhouse.Tenancy.AspNetCore.Admission;
using Rowhouse.Tenancy.AspNetCore.Problems;

namespace Rowhouse.ControlPlane.Sessions;

/// <summary>Opens a session for an address and its password.</summary>
internal sealed class SignIn(
    PlatformDbContext db,
    IPasswordHasher<Person> hasher,
    SignInGuard guard,
    Memberships memberships,
    SessionCookie sessionCookie,
    AuditTrail audit,
    TimeProvider clock)
{
    /// <summary>Of one address there are as many people as tenants have invited it without proof: only so many are asked.</summary>
    private const int MostOfOneAddress = 5;

    // What an unknown address is measured against, so that its refusal takes as long as a wrong password's.
    private static readonly Person Nobody = new() { Id = Guid.Empty, Email = "", EmailKey = "", Name = "", CreatedAt = default };
    private static readonly Lazy<string> NobodysHash = new(() => new PasswordHasher<Person>().HashPassword(Nobody, "nobody"));

    public static void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapPost("/api/session", (SignInRequest request, SignIn signIn, HttpContext context, CancellationToken cancellationToken, bool cookie = false) =>
                signIn.HandleAsync(request, cookie, context, cancellationToken))
            .WithoutTenant()
            .AllowAnonymous()
            .LimitByNetwork()
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
        var mayTry = await guard.MayTryAsync(key, cancellationToken);
        var people = await PeopleOfAsync(key, request.Tenant, cancellationToken);
        if (Recognise(people, request.Password) is not { } person)
        {
            if (mayTry)
            {
                await guard.CountFailureAsync(key, cancellationToken);
            }

            return await RefuseAsync(people, cancellationToken);
        }

        if (!mayTry || await OpenAsync(person, byCookie, cancellationToken) is not { } opened)
        {
            return await RefuseAsync(people, cancellationToken);
        }

        var (secret, session) = opened;
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

    // The one whose address it is proven to be goes before those who only claim it; a tenant that is named picks among these.
    private Task<List<Person>> PeopleOfAsync(string key, string? tenant, CancellationToken cancellationToken)
    {
        var named = tenant?.ToLowerInvariant();
        return db.People.AsNoTracking()
            .Where(person => person.EmailKey == key && person.PasswordHash != null)
            .OrderByDescending(person => person.ProvenAt != null)
            .ThenByDescending(person => named != null && db.Identifiers.Any(identifier => identifier.Kind == IdentifierKind.Name && identifier.Value == named && identifier.TenantId == person.OnlyTenantId))
            .ThenBy(person => person.CreatedAt)
            .Take(MostOfOneAddress)
            .ToListAsync(cancellationToken);
    }

    private Person? Recognise(List<Person> people, string password)
    {
        if (people.Count == 0)
        {
            hasher.VerifyHashedPassword(Nobody, NobodysHash.Value, password);
        }

        // Only people with a password are looked for.
        return people.Find(person => hasher.VerifyHashedPassword(person, person.PasswordHash!, password) is not PasswordVerificationResult.Failed);
    }

    /// <summary>Opens the session if the password is still the person's: one that was changed meanwhile has ended every session, and opens none.</summary>
    private async Task<(string Secret, Session Session)?> OpenAsync(Person person, bool byCookie, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (!await guard.CountSuccessAsync(person.EmailKey, cancellationToken)
            || await db.People.Where(known => known.Id == person.Id && known.SecurityStamp == person.SecurityStamp)
                .ExecuteUpdateAsync(set => set.SetProperty(known => known.SignedInAt, now), cancellationToken) == 0)
        {
            return null;
        }

        var hash = SecretHash.New(out var secret);
        var session = new Session { Hash = hash.ToBytes(), PersonId = person.Id, CreatedAt = now, ExpiresAt = now + Session.Idle, EndsAt = now + Session.Longest };
        db.Sessions.Add(session);
        audit.Add(AuditActions.SignedIn, subject: byCookie ? "cookie" : "token", person: person.Id);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return (secret, session);
    }

    // One answer for all: an address that is unknown, closed or has no password yet looks like a wrong password.
    private async Task<ProblemHttpResult> RefuseAsync(List<Person> people, CancellationToken cancellationToken)
    {
        audit.Add(AuditActions.SignInFailed, outcome: AuditOutcome.Refused, person: people is [{ } only] ? only.Id : null);
        await db.SaveChangesAsync(cancellationToken);
        return ControlPlaneProblems.WrongCredentials.With(
            "Check both and try again. After five wrong passwords in a row an address is closed to the network they came from, for five minutes at first.");
    }
}
