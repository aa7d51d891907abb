using System.Collections.Concurrent;
using Rowhouse.Tenancy;

namespace Rowhouse.ControlPlane.Sessions;

/// <summary>Sessions that were checked a moment ago, so that a warm request asks no database who is calling. Bounded; dropped at once by what changes them.</summary>
internal sealed class SessionCache(TimeProvider clock, TenantDirectory directory, DirectoryOptions options)
{
    /// <summary>For how long a checked session is believed.</summary>
    public static readonly TimeSpan Trust = TimeSpan.FromSeconds(60);

    private const int Capacity = 20_000;

    private readonly ConcurrentDictionary<SecretHash, SignedIn> known = new();
    private long changes;

    /// <summary>Counts the drops. A check that began before a drop may have read what the drop was about.</summary>
    public long Changes => Volatile.Read(ref changes);

    public SignedIn? Find(SecretHash session)
    {
        var now = clock.GetUtcNow();
        return known.TryGetValue(session, out var signedIn) && now - signedIn.TriedAt < Trust && now < signedIn.ExpiresAt ? signedIn : null;
    }

    /// <summary>
    /// A session that could not be checked just now: without contact to the control database it is believed as long as tenants are served, and
    /// checked again after <see cref="Trust"/>.
    /// </summary>
    public SignedIn? FindUnchecked(SecretHash session)
    {
        var now = clock.GetUtcNow();
        if (directory.Contact is not DirectoryContact.Disconnected || !known.TryGetValue(session, out var signedIn) || now - signedIn.CheckedAt >= options.MaxStale || now >= signedIn.ExpiresAt)
        {
            return null;
        }

        var tried = signedIn with { TriedAt = now };
        known.TryUpdate(session, tried, signedIn);
        return tried;
    }

    public void Keep(SignedIn signedIn, long since)
    {
        if (known.Count >= Capacity)
        {
            Shrink();
        }

        known[signedIn.Session] = signedIn;
        if (Changes != since)
        {
            known.TryRemove(signedIn.Session, out _);
        }
    }

    public void Forget(SecretHash session)
    {
        Interlocked.Increment(ref changes);
        known.TryRemove(session, out _);
    }

    public void ForgetPerson(Guid person) => ForgetPeople(new HashSet<Guid> { person });

    public void ForgetPeople(IReadOnlySet<Guid> people)
    {
        Interlocked.Increment(ref changes);
        foreach (var (session, signedIn) in known)
        {
            if (people.Contains(signedIn.PersonId))
            {
                known.TryRemove(session, out _);
            }
        }
    }

    /// <summary>Forgets all: what changed meanwhile may not have been heard here.</summary>
    public void Clear()
    {
        Interlocked.Increment(ref changes);
        known.Clear();
    }

    private void Shrink()
    {
        foreach (var (session, _) in known.OrderBy(pair => pair.Value.CheckedAt).Take(Capacity / 4))
        {
            known.TryRemove(session, out _);
        }
    }
}
