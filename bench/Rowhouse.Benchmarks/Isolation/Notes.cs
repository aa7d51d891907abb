using Microsoft.EntityFrameworkCore;
using Rowhouse.Tenancy.Postgres;

namespace Rowhouse.Benchmarks.Isolation;

internal sealed class Note
{
    public Guid Id { get; init; }

    public required string Title { get; init; }

    public required string Body { get; init; }

    public DateTimeOffset CreatedAt { get; init; }
}

/// <summary>What is published of a note.</summary>
internal sealed record NoteAdded(Guid Id)
{
    public const string Kind = "note.added";
}

/// <summary>Guarded as <see cref="Note"/> is, but for the fence, which the table's owner took off once the host had started.</summary>
internal sealed class UnfencedNote
{
    public Guid Id { get; init; }

    public required string Title { get; init; }

    public required string Body { get; init; }

    public DateTimeOffset CreatedAt { get; init; }
}

/// <summary>Guarded: key, filter, policy and fence.</summary>
internal sealed class NotesDb(DbContextOptions<NotesDb> options) : TenantDbContext(options)
{
    public DbSet<Note> Notes => Set<Note>();

    public DbSet<UnfencedNote> UnfencedNotes => Set<UnfencedNote>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<Note>().ToTable("notes", "bench");
        modelBuilder.Entity<Note>().HasIndex(note => note.CreatedAt);
        modelBuilder.Entity<Note>().Property(note => note.Id).ValueGeneratedNever();
        modelBuilder.Entity<UnfencedNote>().ToTable("unfenced_notes", "bench");
        modelBuilder.Entity<UnfencedNote>().HasIndex(note => note.CreatedAt);
        modelBuilder.Entity<UnfencedNote>().Property(note => note.Id).ValueGeneratedNever();
    }
}

internal sealed class PlainNote
{
    public Guid TenantId { get; init; }

    public Guid Id { get; init; }

    public required string Title { get; init; }

    public required string Body { get; init; }

    public DateTimeOffset CreatedAt { get; init; }
}

/// <summary>Not guarded: every query says WHERE by hand.</summary>
internal sealed class PlainDb(DbContextOptions<PlainDb> options) : DbContext(options)
{
    public DbSet<PlainNote> Notes => Set<PlainNote>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        var note = modelBuilder.Entity<PlainNote>().ToTable("notes", "plain");
        note.HasKey(one => new { one.TenantId, one.Id });
        note.Property(one => one.TenantId).HasColumnName("tenant_id");
        note.Property(one => one.Id).HasColumnName("id").ValueGeneratedNever();
        note.Property(one => one.Title).HasColumnName("title");
        note.Property(one => one.Body).HasColumnName("body");
        note.Property(one => one.CreatedAt).HasColumnName("created_at");
    }
}
