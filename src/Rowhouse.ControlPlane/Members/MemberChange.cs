using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Rowhouse.ControlPlane.Auditing;
using Rowhouse.ControlPlane.Sessions;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Modules.Access;
using Rowhouse.Tenancy;

namespace Rowhouse.ControlPlane.Members;

/// <summary>Changes one member of the scope's tenant. Such changes of one tenant wait for each other, so two admins cannot remove each other.</summary>
internal sealed class MemberChange(PlatformDbContext db, TenantScope scope, SessionCache sessions, AuditTrail audit, TimeProvider clock)
{
    /// <summary>Finds the member, changes it, records and saves that.</summary>
    /// <param name="id">The member's id.</param>
    /// <param name="action">What the audit calls it.</param>
    /// <param name="change">Changes the member, or says why not.</param>
    /// <param name="details">What the audit keeps, given the member as it was.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<(Member? Member, ProblemHttpResult? Problem)> ApplyAsync(
        Guid id, string action, Func<Member, ProblemHttpResult?> change, Func<Member, object> details, CancellationToken cancellationToken)
    {
        var tenant = scope.Tenant.Id;
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var now = clock.GetUtcNow();
        await db.LockMembersAsync(tenant, now, cancellationToken);
        var member = await db.Members.Include(member => member.Person).SingleOrDefaultAsync(member => member.TenantId == tenant && member.Id == id, cancellationToken);
        if (member is null)
        {
            return (null, ControlPlaneProblems.UnknownMember.With("Nobody with this id is a member of the tenant."));
        }

        var wasAdmin = IsAdmin(member);
        var recorded = details(member);
        if (change(member) is { } refusal)
        {
            return (null, refusal);
        }

        // Somebody who has only been invited cannot help a tenant that has lost its admins.
        var steppedDown = wasAdmin && !IsAdmin(member);
        if (steppedDown
            && !await db.Members.AnyAsync(other => other.TenantId == tenant && other.Role == Role.Admin && other.PersonId != null && other.Id != id, cancellationToken))
        {
            return (null, ControlPlaneProblems.LastAdmin.With("This is the tenant's only admin who has joined. Make somebody else an admin first."));
        }

        audit.Add(action, tenant, id.ToString(), details: recorded);
        await db.SaveChangesAsync(cancellationToken);
        if (steppedDown)
        {
            await EndLinksOfAsync(tenant, member.PersonId, cancellationToken);
        }

        if (member.Person is { PasswordHash: null } removed)
        {
            await db.Sessions.Where(session => session.PersonId == removed.Id).ExecuteDeleteAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        if (member.PersonId is { } person)
        {
            sessions.ForgetPerson(person);
        }

        return (member, null);
    }

    // Whoever makes a link holds it: an admin who is none any more must not come back by it.
    private Task<int> EndLinksOfAsync(TenantId tenant, Guid? person, CancellationToken cancellationToken) =>
        db.Members.Where(open => open.TenantId == tenant && open.InvitedBy == person && open.PersonId == null)
            .ExecuteUpdateAsync(set => set.SetProperty(open => open.LinkHash, (byte[]?)null).SetProperty(open => open.LinkExpiresAt, (DateTimeOffset?)null), cancellationToken);

    private bool IsAdmin(Member member) => member is { HasJoined: true, Role: Role.Admin } && db.Entry(member).State is not EntityState.Deleted;
}
