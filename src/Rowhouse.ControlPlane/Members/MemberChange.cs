using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Rowhouse.ControlPlane.Auditing;
using Rowhouse.ControlPlane.People;
using Rowhouse.ControlPlane.Sessions;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Modules.Access;
using Rowhouse.Tenancy;

namespace Rowhouse.ControlPlane.Members;

/// <summary>Changes one member of the scope's tenant. Changes of one tenant's members wait for each other, so two admins cannot remove each other.</summary>
internal sealed class MemberChange(PlatformDbContext db, TenantScope scope, SessionCache sessions, AuditTrail audit, TimeProvider clock)
{
    public async Task<(Membership? Membership, ProblemHttpResult? Problem)> ApplyAsync(
        Guid person, string action, Func<Membership, object> change, CancellationToken cancellationToken)
    {
        var tenant = scope.Tenant.Id;
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var now = clock.GetUtcNow();
        await db.Tenants.Where(row => row.Id == tenant).ExecuteUpdateAsync(set => set.SetProperty(row => row.MembersChangedAt, now), cancellationToken);
        var membership = await db.Memberships.Include(member => member.Person)
            .SingleOrDefaultAsync(member => member.TenantId == tenant && member.PersonId == person, cancellationToken);
        if (membership is null)
        {
            return (null, ControlPlaneProblems.UnknownMember.With("Nobody with this id is a member of the tenant."));
        }

        var wasAdmin = membership.Role is Role.Admin;
        var details = change(membership);
        var isAdmin = membership.Role is Role.Admin && db.Entry(membership).State is not EntityState.Deleted;
        if (wasAdmin && !isAdmin
            && !await db.Memberships.AnyAsync(other => other.TenantId == tenant && other.Role == Role.Admin && other.PersonId != person, cancellationToken))
        {
            return (null, ControlPlaneProblems.LastAdmin.With("This is the tenant's only admin. Make somebody else an admin first."));
        }

        audit.Add(action, tenant, person.ToString(), details: details);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        sessions.ForgetPerson(person);
        return (membership, null);
    }
}
