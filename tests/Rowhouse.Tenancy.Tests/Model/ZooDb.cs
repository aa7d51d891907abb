using Microsoft.EntityFrameworkCore;
using Rowhouse.Tenancy.Postgres;

namespace Rowhouse.Tenancy.Tests.Model;

/// <summary>Every kind of mapping that EF Core has, in one model.</summary>
public sealed class ZooDb(DbContextOptions<ZooDb> options) : TenantDbContext(options)
{
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.HasDefaultSchema("zoo");
        modelBuilder.Entity<Animal>(animal =>
        {
            animal.ToTable("animals").UseTptMappingStrategy();
            animal.HasOne<Cage>().WithMany().HasForeignKey(a => a.CageId);
            animal.HasOne<Species>().WithMany().HasForeignKey(a => a.SpeciesCode).IsRequired();
            animal.HasOne(a => a.Mother).WithMany();
        });
        modelBuilder.Entity<Cat>().ToTable("cats");
        modelBuilder.Entity<Dog>().ToTable("dogs");
        modelBuilder.Entity<Swimmer>().UseTpcMappingStrategy();
        modelBuilder.Entity<Fish>().ToTable("fish");
        modelBuilder.Entity<Shark>().ToTable("sharks");
        modelBuilder.Entity<Ticket>().ToTable("tickets");
        modelBuilder.Entity<Vehicle>(vehicle =>
        {
            vehicle.ToTable("vehicles");
            vehicle.HasAlternateKey(v => v.Plate).HasName("one_plate");
            vehicle.HasIndex(v => v.Built, "oldest_first");
            vehicle.HasIndex(v => v.Built, "newest_first").IsDescending();
        });
        modelBuilder.Entity<Lorry>();
        modelBuilder.Entity<Bird>(bird =>
        {
            bird.ToTable("birds");
            bird.OwnsOne(b => b.Flight, flight =>
            {
                flight.ToJson();
                flight.OwnsMany(f => f.Stops);
            });
            bird.ComplexProperty(b => b.Colours);
        });
        modelBuilder.Entity<Cage>(cage =>
        {
            cage.ToTable("cages");
            cage.HasAlternateKey(c => c.Number);
            cage.HasIndex(c => new { c.Width, c.Height }).IsDescending(false, true).IsUnique().HasFilter("width > 0").HasDatabaseName("by_size");
            cage.HasMany(c => c.Keepers).WithMany();
        });
        modelBuilder.Entity<Keeper>(keeper =>
        {
            keeper.ToTable("keepers");
            keeper.OwnsMany(k => k.Phones, phone => phone.ToTable("keeper_phones"));
            keeper.HasMany(k => k.Favourites).WithMany().UsingEntity("favourites", join => join.ToTable("favourites"));
        });
        modelBuilder.Entity<Species>(species =>
        {
            species.ToTable("species", "atlas").HasKey(s => s.Code);
            species.OwnsMany(s => s.Names, name => name.ToTable("species_names", "atlas"));
            species.HasMany(s => s.Habitats).WithMany(h => h.Species).UsingEntity("habitat_species", join => join.ToTable("habitat_species", "atlas"));
        });
        modelBuilder.Entity<Habitat>().ToTable("habitats", "atlas");
    }
}

public class Animal
{
    public Guid Id { get; init; }

    public Guid? CageId { get; init; }

    public required string SpeciesCode { get; init; }

    public Animal? Mother { get; init; }
}

public sealed class Cat : Animal
{
    public int Lives { get; init; }
}

public sealed class Dog : Animal
{
    public bool Barks { get; init; }
}

public abstract class Swimmer
{
    public Guid Id { get; init; }
}

public sealed class Fish : Swimmer
{
    public int Fins { get; init; }
}

public sealed class Shark : Swimmer
{
    public int Teeth { get; init; }
}

public sealed class Ticket
{
    public int Id { get; init; }
}

public class Vehicle
{
    public Guid Id { get; init; }

    public required string Plate { get; init; }

    public int Built { get; init; }
}

public sealed class Lorry : Vehicle
{
    public int Axles { get; init; }
}

public sealed class Bird
{
    public Guid Id { get; init; }

    public Flight? Flight { get; init; }

    public required Colours Colours { get; init; }
}

public sealed class Flight
{
    public int Height { get; init; }

    public List<Stop> Stops { get; init; } = [];
}

public sealed class Stop
{
    public required string Name { get; init; }
}

public sealed class Colours
{
    public required string Wings { get; init; }
}

public sealed class Cage
{
    public Guid Id { get; init; }

    public int Number { get; init; }

    public int Width { get; init; }

    public int Height { get; init; }

    public List<Keeper> Keepers { get; } = [];
}

public sealed class Keeper
{
    public Guid Id { get; init; }

    public List<Phone> Phones { get; } = [];

    public List<Species> Favourites { get; } = [];
}

public sealed class Phone
{
    public required string Number { get; init; }
}

public sealed class Species : ISharedReference
{
    public required string Code { get; init; }

    public List<SpeciesName> Names { get; } = [];

    public List<Habitat> Habitats { get; } = [];
}

public sealed class SpeciesName
{
    public required string Text { get; init; }
}

public sealed class Habitat : ISharedReference
{
    public Guid Id { get; init; }

    public List<Species> Species { get; } = [];
}
