using Microsoft.EntityFrameworkCore;
using Rowhouse.Tenancy.Postgres;

namespace Rowhouse.Tenancy.Tests.Notes;

/// <summary>A small application of somebody who has only the kernel's libraries.</summary>
public sealed class NotesDb(DbContextOptions<NotesDb> options) : TenantDbContext(options)
{
    public DbSet<Notebook> Notebooks => Set<Notebook>();

    public DbSet<Note> Notes => Set<Note>();

    public DbSet<Label> Labels => Set<Label>();

    public DbSet<Country> Countries => Set<Country>();

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        base.ConfigureConventions(configurationBuilder);
        configurationBuilder.Properties<NoteId>().HaveConversion<NoteId.Converter>();
    }

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.HasDefaultSchema("notes");
        modelBuilder.Entity<Notebook>().HasIndex(notebook => notebook.Title).IsUnique();
        modelBuilder.Entity<Note>(note =>
        {
            note.HasOne(n => n.Notebook).WithMany(notebook => notebook.Notes).OnDelete(DeleteBehavior.Cascade);
            note.HasOne(n => n.AnswerTo).WithMany();
            note.HasOne<Country>().WithMany().HasForeignKey(n => n.CountryCode);
            note.HasMany(n => n.Labels).WithMany();
            note.OwnsOne(n => n.Place);
            note.HasIndex(n => n.WrittenOn).IsDescending();
            note.Property(n => n.Revision).IsConcurrencyToken();
        });
        modelBuilder.Entity<Country>(country =>
        {
            country.ToTable("countries", "atlas");
            country.HasKey(c => c.Code);
        });
    }
}

public sealed class Notebook
{
    public Guid Id { get; init; } = Guid.CreateVersion7(TimeProvider.System.GetUtcNow());

    public required string Title { get; set; }

    public List<Note> Notes { get; } = [];
}

public sealed class Note
{
    public NoteId Id { get; init; } = NoteId.New();

    public required string Text { get; set; }

    public DateOnly WrittenOn { get; set; }

    public int Revision { get; set; }

    public string? CountryCode { get; set; }

    public Place? Place { get; set; }

    public Guid NotebookId { get; set; }

    public Notebook? Notebook { get; set; }

    public NoteId? AnswerToId { get; set; }

    public Note? AnswerTo { get; set; }

    public List<Label> Labels { get; } = [];
}

public sealed class Place
{
    public string? City { get; set; }

    public int? HouseNumber { get; set; }
}

public sealed class Label
{
    public long Id { get; set; }

    public required string Name { get; set; }
}

public sealed class Country : ISharedReference
{
    public required string Code { get; init; }

    public required string Name { get; set; }
}
