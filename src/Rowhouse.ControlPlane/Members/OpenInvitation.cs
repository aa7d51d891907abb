using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Rowhouse.ControlPlane.People;
using Rowhouse.ControlPlane.Sessions;
using Rowhouse.ControlPlane.Store;
using Rowhouse.ControlPlane.Tenants;

namespace Rowhouse.ControlPlane.Members;

/// <summary>The invitation that a one-time link leads to.</summary>
internal sealed class OpenInvitation(PlatformDbContext db, SessionCache sessions, TimeProvider clock)
{
    /// <summary>The member to be; none where the link is made up, used, replaced or too old, or its tenant is gone.</summary>
    public async Task<Member?> FindAsync(string token, CancellationToken cancellationToken)
    {
        if (!SecretHash.TryParse(token.Trim(), out var secret))
        {
            return null;
        }

        var hash = secret.ToBytes();
        var now = clock.GetUtcNow();
        return await db.Members.Include(member => member.Tenant).SingleOrDefaultAsync(member => member.LinkHash == hash && member.LinkExpiresAt > now && !RegisteredTenant.Gone.Contains(member.Tenant!.Status), cancellationToken);
    }

    /// <summary>Whether the address is proven to be somebody's: then nobody else sets a password for it.</summary>
    public Task<bool> HasOwnerAsync(Member member, CancellationToken cancellationToken) =>
        db.People.AnyAsync(person => person.EmailKey == member.EmailKey && person.ProvenAt != null, cancellationToken);

    /// <summary>Saves an acceptance; of two at once, or of one and a new link, the first counts.</summary>
    /// <returns>Whether it was the first.</returns>
    public async Task<bool> SaveAsync(Person person, CancellationToken cancellationToken)
    {
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException exception) when (exception is DbUpdateConcurrencyException || exception.IsUniqueViolation())
        {
            return false;
        }

        // Their other sessions know the new membership at once.
        sessions.ForgetPerson(person.Id);
        return true;
    }

    public static ProblemHttpResult Invalid() =>
        ControlPlaneProblems.LinkInvalid.With("A link accepts an invitation once and within 24 hours. Ask an admin of your organisation for a new one.");
}
