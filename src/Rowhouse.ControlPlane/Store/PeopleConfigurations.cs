using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Rowhouse.ControlPlane.Auditing;
using Rowhouse.ControlPlane.People;
using Rowhouse.ControlPlane.Sessions;

namespace Rowhouse.ControlPlane.Store;

internal sealed class PersonConfiguration : IEntityTypeConfiguration<Person>
{
    public void Configure(EntityTypeBuilder<Person> builder)
    {
        builder.Property(person => person.Id).ValueGeneratedNever();
        builder.Property(person => person.EmailKey).UseCollation("C");
        builder.Property(person => person.SecurityStamp).IsConcurrencyToken();
        builder.HasIndex(person => person.EmailKey).IsUnique();
    }
}

internal sealed class MembershipConfiguration : IEntityTypeConfiguration<Membership>
{
    public void Configure(EntityTypeBuilder<Membership> builder)
    {
        builder.HasKey(membership => new { membership.TenantId, membership.PersonId });
        builder.HasOne(membership => membership.Tenant).WithMany().HasForeignKey(membership => membership.TenantId).OnDelete(DeleteBehavior.ClientNoAction);
        builder.HasOne(membership => membership.Person).WithMany(person => person.Memberships).HasForeignKey(membership => membership.PersonId).OnDelete(DeleteBehavior.ClientNoAction);
    }
}

internal sealed class SessionConfiguration : IEntityTypeConfiguration<Session>
{
    public void Configure(EntityTypeBuilder<Session> builder)
    {
        builder.HasKey(session => session.Hash);
        builder.HasIndex(session => session.ExpiresAt);
        builder.HasOne<Person>().WithMany().HasForeignKey(session => session.PersonId).OnDelete(DeleteBehavior.ClientNoAction);
    }
}

internal sealed class PasswordLinkConfiguration : IEntityTypeConfiguration<PasswordLink>
{
    public void Configure(EntityTypeBuilder<PasswordLink> builder)
    {
        builder.HasKey(link => link.Hash);
        builder.HasOne<Person>().WithMany().HasForeignKey(link => link.PersonId).OnDelete(DeleteBehavior.ClientNoAction);
    }
}

internal sealed class AuditEntryConfiguration : IEntityTypeConfiguration<AuditEntry>
{
    public void Configure(EntityTypeBuilder<AuditEntry> builder)
    {
        builder.ToTable("audit");
        builder.Property(entry => entry.Id).ValueGeneratedNever();
        builder.Property(entry => entry.Action).UseCollation("C");
        builder.HasIndex(entry => new { entry.At, entry.Id });
        builder.HasIndex(entry => new { entry.TenantId, entry.At, entry.Id });
    }
}
