using Rowhouse.ControlPlane.Auditing;
using Rowhouse.ControlPlane.People;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Modules.Access;
using Rowhouse.Tenancy;

namespace Rowhouse.ControlPlane.Members;

/// <summary>Invites addresses into tenants. Saves nothing: the use case does.</summary>
internal sealed class Invitations(PlatformDbContext db, AuditTrail audit, Caller caller, TimeProvider clock)
{
    /// <summary>Invites whoever has this address. Asks nobody whether that is anyone yet.</summary>
    /// <param name="vouched">Whether those who run the platform invite.</param>
    /// <returns>The member to be, and the link to give them.</returns>
    public (Member Member, string Link) Add(TenantId tenant, string email, string name, Role role, bool vouched)
    {
        var now = clock.GetUtcNow();
        var member = new Member
        {
            Id = Guid.CreateVersion7(now),
            TenantId = tenant,
            Email = email.Trim(),
            EmailKey = Passwords.KeyOf(email),
            Name = name.Trim(),
            Role = role,
            InvitedAt = now,
        };
        db.Members.Add(member);
        audit.Add(AuditActions.MemberInvited, tenant, member.Id.ToString(), details: new { member.Email, role = Access.RoleWords.Of(role) });
        return (member, member.MakeLink(caller.IsKnown ? caller.PersonId : null, vouched, now));
    }
}
