using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Tenancy.Postgres.Guards;
using Rowhouse.Tenancy.Postgres.Roles;
using Shouldly;

namespace Rowhouse.Tenancy.Tests.Distribution;

public sealed class DistributionOrderTests
{
    [Fact]
    public void The_foreign_keys_of_all_models_that_map_a_table_count()
    {
        var script = Script(typeof(RoomsDb), typeof(HouseDb));

        script.Split('\n').Where(line => line.Contains("colocate_with", StringComparison.Ordinal)).Select(line => line.Split('\'')[1])
            .ShouldBe(["tenancy.changes", "\"tenancy\".\"outbox\"", "\"tenancy\".\"seen_events\"", "\"public\".\"houses\"", "\"public\".\"rooms\""]);
    }

    [Fact]
    public void Foreign_keys_in_a_circle_are_refused()
    {
        var refused = Should.Throw<InvalidOperationException>(() => Script(typeof(CircleDb)));

        refused.Message.ShouldContain("in a circle: \"public\".\"eggs\", \"public\".\"hens\".");
    }

    [Fact]
    public void Two_tables_whose_names_read_alike_without_quotes_are_both_distributed()
    {
        var script = Script(typeof(PointsDb));

        script.ShouldContain("create_distributed_table('\"a.b\".\"c\"'");
        script.ShouldContain("create_distributed_table('\"a\".\"b.c\"'");
    }

    private static string Script(params Type[] contexts) =>
        DistributionScript.Write(new TenantModels(contexts.Select(type => new TenantContextType(type)), new ServiceCollection().BuildServiceProvider()).Models, RoleNames.Default);

    private sealed class RoomsDb(DbContextOptions<RoomsDb> options) : TenantDbContext(options)
    {
        protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.Entity<Room>().ToTable("rooms");
    }

    private sealed class HouseDb(DbContextOptions<HouseDb> options) : TenantDbContext(options)
    {
        protected override void OnModelCreating(ModelBuilder modelBuilder)
        {
            modelBuilder.Entity<House>().ToTable("houses", "public");
            modelBuilder.Entity<Room>().ToTable("rooms", "public").HasOne<House>().WithMany().HasForeignKey(room => room.HouseId);
        }
    }

    private sealed class CircleDb(DbContextOptions<CircleDb> options) : TenantDbContext(options)
    {
        protected override void OnModelCreating(ModelBuilder modelBuilder)
        {
            modelBuilder.Entity<Hen>().ToTable("hens").HasOne<Egg>().WithMany().HasForeignKey(hen => hen.EggId);
            modelBuilder.Entity<Egg>().ToTable("eggs").HasOne<Hen>().WithMany().HasForeignKey(egg => egg.HenId);
        }
    }

    private sealed class PointsDb(DbContextOptions<PointsDb> options) : TenantDbContext(options)
    {
        protected override void OnModelCreating(ModelBuilder modelBuilder)
        {
            modelBuilder.Entity<Hen>().ToTable("c", "a.b");
            modelBuilder.Entity<Egg>().ToTable("b.c", "a");
        }
    }

    private sealed record House(Guid Id);

    private sealed record Room(Guid Id, Guid HouseId);

    private sealed record Hen(Guid Id, Guid EggId);

    private sealed record Egg(Guid Id, Guid HenId);
}
