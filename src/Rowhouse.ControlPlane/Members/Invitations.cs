using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Rowhouse.Contracts;
using Rowhouse.ControlPlane.Access;
using Rowhouse.ControlPlane.People;
using Rowhouse.ControlPlane.Sessions;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Modules.Access;
using Rowhouse.Tenancy;

namespace Rowhouse.ControlPlane.Members;

/// <summary>Finds people by their address, or makes them, as members. Saves nothing: the use case does.</summary>
internal sealed class PersonBook(PlatformDbContext db, UserManager<Person> people, TimeProvider clock)
{
    public Task<Person?> FindAsync(string email, CancellationToken cancellationToken)
    {
        var key = Passwords.KeyOf(email);
        return db.People.Include(person => person.Memberships).SingleOrDefaultAsync(person => person.EmailKey == key, cancellationToken);
    }

    /// <summary>Makes a person, with a password or without one yet.</summary>
    public async Task<(Person Person, IdentityResult Result)> MakeAsync(string email, string name, string? password)
    {
        var now = clock.GetUtcNow();
        var person = new Person { Id = Guid.CreateVersion7(now), Email = email.Trim(), EmailKey = Passwords.KeyOf(email), Name = name.Trim(), CreatedAt = now };
        return (person, password is null ? await people.CreateAsync(person) : await people.CreateAsync(person, password));
    }

    /// <summary>Makes the person a member. A one-time link comes with it only for a person that this very act makes: to set the password of somebody who is known elsewhere would be to become them.</summary>
    public MemberResponse Join(Person person, TenantId tenant, Role role, bool isNew)
    {
        var now = clock.GetUtcNow();
        var membership = new Membership { TenantId = tenant, PersonId = person.Id, Role = role, JoinedAt = now };
        db.Memberships.Add(membership);
        string? link = null;
        if (isNew && person.PasswordHash is null)
        {
            var hash = SecretHash.New(out var secret);
            db.PasswordLinks.Add(new() { Hash = hash.ToBytes(), PersonId = person.Id, ExpiresAt = now + PasswordLink.Lifetime });
            // Behind the #: a browser keeps that part to itself, so the secret is in no server's or proxy's log.
            link = $"/set-password#token={secret}";
        }

        return ToResponse(person, membership) with { SetPasswordLink = link };
    }

    public static MemberResponse ToResponse(Person person, Membership membership) => new(
        person.Id, person.Email, person.Name, RoleWords.Of(membership.Role), membership.JoinedAt, person.PasswordHash is not null);
}
