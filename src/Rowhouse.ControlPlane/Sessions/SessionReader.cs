using System.Collections.Frozen;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Rowhouse.ControlPlane.Store;

namespace Rowhouse.ControlPlane.Sessions;

/// <summary>Finds out whose session it is.</summary>
internal sealed class SessionReader(SessionCache cache, IDbContextFactory<PlatformDbContext> contexts, TimeProvider clock)
{
    // A session in use is written to once in this time, not once per request.
    private static readonly TimeSpan ExtendAfter = TimeSpan.FromMinutes(10);

    public ValueTask<SignedIn?> FindAsync(SecretHash session, CancellationToken cancellationToken) =>
        cache.Find(session) is { } known ? ValueTask.FromResult<SignedIn?>(known) : new(CheckOrBelieveAsync(session, cancellationToken));

    private async Task<SignedIn?> CheckOrBelieveAsync(SecretHash session, CancellationToken cancellationToken)
    {
        try
        {
            return await CheckAsync(session, cancellationToken);
        }
        catch (Exception exception) when (exception is NpgsqlException or TimeoutException or InvalidOperationException { InnerException: NpgsqlException } && cache.FindUnchecked(session) is not null)
        {
            return cache.Find(session);
        }
    }

    private async Task<SignedIn?> CheckAsync(SecretHash session, CancellationToken cancellationToken)
    {
        var since = cache.Changes;
        var now = clock.GetUtcNow();
        var hash = session.ToBytes();
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var found = await (
            from stored in db.Sessions.AsNoTracking()
            join person in db.People on stored.PersonId equals person.Id
            where stored.Hash == hash && stored.ExpiresAt > now
            select new
            {
                stored.ExpiresAt,
                stored.EndsAt,
                person.Id,
                person.SuperAdmin,
                Roles = person.Memberships.Select(membership => new { membership.TenantId, membership.Role }).ToList(),
            }).SingleOrDefaultAsync(cancellationToken);
        if (found is null)
        {
            return null;
        }

        var expires = found.ExpiresAt;
        var extended = Earlier(now + Session.Idle, found.EndsAt);
        if (extended - expires > ExtendAfter)
        {
            await db.Sessions.Where(stored => stored.Hash == hash).ExecuteUpdateAsync(set => set.SetProperty(stored => stored.ExpiresAt, extended), cancellationToken);
            expires = extended;
        }

        var signedIn = new SignedIn
        {
            Session = session,
            PersonId = found.Id,
            SuperAdmin = found.SuperAdmin,
            Roles = found.Roles.ToFrozenDictionary(membership => membership.TenantId, membership => membership.Role),
            ExpiresAt = expires,
            CheckedAt = now,
        };
        cache.Keep(signedIn, since);
        return signedIn;
    }

    private static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;
}
