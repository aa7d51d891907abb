using Rowhouse.Contracts;
using Rowhouse.ControlPlane.Access;
using Rowhouse.ControlPlane.People;
using Rowhouse.ControlPlane.Sessions;
using Rowhouse.ControlPlane.Tenants;
using Rowhouse.Modules.Access;
using Rowhouse.Tenancy;

namespace Rowhouse.ControlPlane.Members;

/// <summary>
/// Somebody in one tenant, from the invitation on. An invitation names an address, whose person is known only once they
/// accept: until then it looks the same whether the address belongs to anybody or not.
/// </summary>
internal sealed class Member
{
    /// <summary>For how long a link accepts an invitation.</summary>
    public static readonly TimeSpan LinkLifetime = TimeSpan.FromHours(24);

    public required Guid Id { get; init; }

    public required TenantId TenantId { get; init; }

    /// <summary>Who accepted; nobody while the invitation is open.</summary>
    public Guid? PersonId { get; private set; }

    public required string Email { get; set; }

    /// <summary>The address as it is looked up: in lower case.</summary>
    public required string EmailKey { get; init; }

    public required string Name { get; set; }

    public required Role Role { get; set; }

    public required DateTimeOffset InvitedAt { get; init; }

    public DateTimeOffset? JoinedAt { get; private set; }

    /// <summary>The person who made the link; none for the platform itself.</summary>
    public Guid? InvitedBy { get; private set; }

    /// <summary>Whether those who run the platform made the link: they vouch for the address, a tenant's admin cannot.</summary>
    public bool Vouched { get; private set; }

    public byte[]? LinkHash { get; private set; }

    public DateTimeOffset? LinkExpiresAt { get; private set; }

    public RegisteredTenant? Tenant { get; init; }

    public Person? Person { get; init; }

    public bool HasJoined => PersonId is not null;

    /// <summary>Makes a link that accepts the invitation once. The link before it is dead, and what it vouched for with it.</summary>
    /// <param name="by">Who makes it; they hold it and may open it themselves.</param>
    /// <param name="vouched">Whether they run the platform.</param>
    /// <param name="now">The time.</param>
    /// <returns>The address within the console; the secret in it is kept nowhere.</returns>
    public string MakeLink(Guid? by, bool vouched, DateTimeOffset now)
    {
        InvitedBy = by;
        Vouched = vouched;
        LinkHash = SecretHash.New(out var secret).ToBytes();
        LinkExpiresAt = now + LinkLifetime;

        // Behind the #: a browser keeps that part to itself, so the secret is in no server's or proxy's log.
        return $"/invitation#token={secret}";
    }

    /// <summary>The person accepts: the link has done its work.</summary>
    public void Join(Person person, DateTimeOffset now)
    {
        PersonId = person.Id;
        JoinedAt = now;
        Email = person.Email;
        Name = person.Name;
        LinkHash = null;
        LinkExpiresAt = null;
    }

    public MemberResponse ToResponse(string? link = null) => new(
        Id, PersonId, Email, Name, RoleWords.Of(Role), HasJoined ? "joined" : "invited", InvitedAt, JoinedAt, link, link is null ? null : LinkExpiresAt);
}
