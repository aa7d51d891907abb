using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Rowhouse.ControlPlane.Auditing;
using Rowhouse.ControlPlane.Members;
using Rowhouse.ControlPlane.People;
using Rowhouse.ControlPlane.Sessions;
using Rowhouse.ControlPlane.Tenants;

namespace Rowhouse.ControlPlane.Store;

internal sealed class PersonConfiguration : IEntityTypeConfiguration<Person>
{
    public void Configure(EntityTypeBuilder<Person> builder)
    {
        builder.Property(person => person.Id).ValueGeneratedNever();
        builder.Property(person => person.EmailKey).UseCollation("C");
        builder.Property(person => person.SecurityStamp).IsConcurrencyToken();
        builder.HasIndex(person => person.EmailKey).IsUnique().HasFilter("proven_at IS NOT NULL");
        builder.HasIndex(person => new { person.EmailKey, person.OnlyTenantId }).IsUnique();
        builder.HasOne<RegisteredTenant>().WithMany().HasForeignKey(person => person.OnlyTenantId).OnDelete(DeleteBehavior.ClientNoAction);
        builder.ToTable(table => table.HasCheckConstraint("ck_people_unproven_in_one_tenant", "(proven_at IS NULL) = (only_tenant_id IS NOT NULL)"));
    }
}

internal sealed class MemberConfiguration : IEntityTypeConfiguration<Member>
{
    public void Configure(EntityTypeBuilder<Member> builder)
    {
        builder.Property(member => member.Id).ValueGeneratedNever();
        builder.Property(member => member.EmailKey).UseCollation("C");

        // Of a new link and an acceptance at the same moment one wins.
        builder.Property(member => member.LinkHash).IsConcurrencyToken();
        builder.HasIndex(member => new { member.TenantId, member.EmailKey }).IsUnique();
        builder.HasIndex(member => new { member.TenantId, member.PersonId }).IsUnique();
        builder.HasIndex(member => new { member.TenantId, member.InvitedAt, member.Id });
        builder.HasIndex(member => member.LinkHash).IsUnique();
        builder.HasOne(member => member.Tenant).WithMany().HasForeignKey(member => member.TenantId).OnDelete(DeleteBehavior.ClientNoAction);
        builder.HasOne(member => member.Person).WithMany(person => person.Memberships).HasForeignKey(member => member.PersonId).OnDelete(DeleteBehavior.ClientNoAction);
        builder.ToTable(table =>
        {
            table.HasCheckConstraint("ck_members_joined_by_somebody", "(person_id IS NULL) = (joined_at IS NULL)");
            table.HasCheckConstraint("ck_members_link_only_while_open", "person_id IS NULL OR link_hash IS NULL");
        });
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

internal sealed class SignInAttemptsConfiguration : IEntityTypeConfiguration<SignInAttempts>
{
    public void Configure(EntityTypeBuilder<SignInAttempts> builder)
    {
        builder.HasKey(attempts => new { attempts.Account, attempts.Network });
        builder.Property(attempts => attempts.Account).UseCollation("C");
        builder.Property(attempts => attempts.Network).UseCollation("C");
        builder.HasIndex(attempts => attempts.TriedAt);

        // Those that are forgotten first are few among the others.
        builder.HasIndex(attempts => attempts.TriedAt, "failed").HasDatabaseName("ix_sign_in_attempts_failed").HasFilter("succeeded_at IS NULL");
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
        builder.HasIndex(entry => new { entry.Action, entry.At, entry.Id });
    }
}
