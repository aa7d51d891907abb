using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Rowhouse.Contracts;
using Rowhouse.ControlPlane.Auditing;
using Rowhouse.ControlPlane.People;
using Rowhouse.ControlPlane.Store;
using Rowhouse.ControlPlane.Tenants;
using Rowhouse.Modules.Problems;
using Rowhouse.Tenancy.AspNetCore.Admission;
using Rowhouse.Tenancy.AspNetCore.Problems;
using Rowhouse.Tenancy;

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
            .AddEndpointFilter<PasswordWork.Turn>()
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
        var (person, wrong) = await RecogniseAsync(key, request, cancellationToken);
        if (person is null || await OpenAsync(person, wrong, byCookie, cancellationToken) is not { } opened)
        {
            await CountAsync(wrong, cancellationToken);
            return ControlPlaneProblems.WrongCredentials.With(
                "Check both and try again. After five wrong passwords in a row an account is closed to the network they came from, for five minutes at first. "
                + "If several organisations have invited you by this address, sign in at the address of yours.");
        }

        var (secret, session) = opened;
        if (byCookie)
        {
            sessionCookie.Set(context.Response, secret, session.EndsAt);
        }

        return TypedResults.Ok(new SessionResponse(
            byCookie ? null : secret,
            session.ExpiresAt,
            new(person.Id, person.Email, person.Name),
            person.SuperAdmin,
            await memberships.OfAsync(person.Id, cancellationToken)));
    }

    /// <summary>
    /// Whose password it is, among the few people who may have one address. One guess is one at each of them: whoever is
    /// asked before somebody matches has had a wrong password, else an account of one's own would make guesses at others free.
    /// </summary>
    /// <returns>The person, and the accounts that the password was wrong for. An account that is closed is not asked.</returns>
    private async Task<(Person? Person, List<Attempt> Wrong)> RecogniseAsync(string key, SignInRequest request, CancellationToken cancellationToken)
    {
        var wrong = new List<Attempt>();
        var people = await PeopleOfAsync(key, request.Tenant, cancellationToken);
        foreach (var person in people.DefaultIfEmpty(Nobody))
        {
            var attempt = person == Nobody ? new Attempt(key, PersonId: null) : new(SignInGuard.AccountOf(person), person.Id);
            var mayTry = await guard.MayTryAsync(attempt.Account, cancellationToken);
            var matches = hasher.VerifyHashedPassword(person, person.PasswordHash ?? NobodysHash.Value, request.Password) is not PasswordVerificationResult.Failed
                && person.PasswordHash is not null;
            if (!mayTry)
            {
                continue;
            }

            if (matches)
            {
                return (person, wrong);
            }

            wrong.Add(attempt);
        }

        return (null, wrong);
    }

    // Whom the named tenant has invited without proof, then the one whose address it is proven to be, then in the order they came.
    private Task<List<Person>> PeopleOfAsync(string key, string? tenant, CancellationToken cancellationToken)
    {
        var named = tenant?.ToLowerInvariant();
        return db.People.AsNoTracking()
            .Where(person => person.EmailKey == key && (person.PasswordHash != null || person.ProvenAt != null))
            .Where(person => person.OnlyTenantId == null || !db.Tenants.Any(tenant => tenant.Id == person.OnlyTenantId && RegisteredTenant.Gone.Contains(tenant.Status)))
            .OrderByDescending(person => named != null && db.Identifiers.Any(identifier => identifier.Kind == IdentifierKind.Name && identifier.Value == named && identifier.TenantId == person.OnlyTenantId))
            .ThenByDescending(person => person.ProvenAt != null)
            .ThenBy(person => person.CreatedAt)
            .ThenBy(person => person.Id)
            .Take(MostOfOneAddress)
            .ToListAsync(cancellationToken);
    }

    /// <summary>Opens the session if the password is still the person's: one that was changed meanwhile has ended every session, and opens none.</summary>
    private async Task<(string Secret, Session Session)?> OpenAsync(Person person, List<Attempt> wrong, bool byCookie, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (!await guard.CountSuccessAsync(SignInGuard.AccountOf(person), cancellationToken)
            || await db.People.Where(known => known.Id == person.Id && known.SecurityStamp == person.SecurityStamp)
                .ExecuteUpdateAsync(set => set.SetProperty(known => known.SignedInAt, now), cancellationToken) == 0)
        {
            return null;
        }

        foreach (var attempt in wrong)
        {
            await guard.CountFailureAsync(attempt.Account, cancellationToken);
        }

        var hash = SecretHash.New(out var secret);
        var session = new Session { Hash = hash.ToBytes(), PersonId = person.Id, CreatedAt = now, ExpiresAt = now + Session.Idle, EndsAt = now + Session.Longest };
        db.Sessions.Add(session);
        audit.Add(AuditActions.SignedIn, subject: byCookie ? "cookie" : "token", person: person.Id);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return (secret, session);
    }

    /// <summary>Counts and records wrong passwords, in one transaction whoever they were for. Made-up addresses are counted, but fill no audit.</summary>
    private async Task CountAsync(List<Attempt> wrong, CancellationToken cancellationToken)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        foreach (var attempt in wrong)
        {
            await guard.CountFailureAsync(attempt.Account, cancellationToken);
            if (attempt.PersonId is { } person)
            {
                audit.Add(AuditActions.SignInFailed, outcome: AuditOutcome.Refused, person: person);
            }
        }

        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>A password that was looked at.</summary>
    private sealed record Attempt(string Account, Guid? PersonId);
}
