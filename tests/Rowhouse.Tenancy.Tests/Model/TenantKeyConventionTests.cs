using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.DependencyInjection;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Tenancy.Postgres.Guards;
using Shouldly;

namespace Rowhouse.Tenancy.Tests.Model;

public sealed class TenantKeyConventionTests
{
    [Fact]
    public void Every_key_foreign_key_and_index_of_every_kind_of_mapping_begins_with_the_tenant()
    {
        var model = ModelOf<ZooDb>();
        var tables = model.Tables.Where(table => table.Schema != "atlas").ToList();

        tables.Select(table => table.Name).ShouldBe(
            ["animals", "birds", "cages", "cage_keeper", "cats", "dogs", "favourites", "fish", "keepers", "keeper_phones", "outbox", "sharks", "tickets", "vehicles"], ignoreOrder: true);
        foreach (var table in tables)
        {
            table.FindColumn("tenant_id").ShouldNotBeNull(table.Name).IsNullable.ShouldBeFalse(table.Name);
            table.UniqueConstraints.ShouldNotBeEmpty(table.Name);
            table.UniqueConstraints.ShouldAllBe(key => key.Columns[0].Name == "tenant_id");
            table.Indexes.ShouldAllBe(index => index.Columns[0].Name == "tenant_id");
            table.ForeignKeyConstraints.Where(key => key.PrincipalTable.Schema != "atlas").ShouldAllBe(key => key.Columns[0].Name == "tenant_id" && key.PrincipalColumns[0].Name == "tenant_id");
            table.ForeignKeyConstraints.ShouldAllBe(key => Covered(table, key));
            table.Indexes.ShouldAllBe(index => !table.UniqueConstraints.Any(key => key.Columns.Take(index.Columns.Count).SequenceEqual(index.Columns)), "a key serves as well");
        }
    }

    [Fact]
    public void Shared_reference_types_and_what_they_own_have_no_tenant()
    {
        var model = ModelOf<ZooDb>();

        var shared = model.Tables.Where(table => table.Schema == "atlas").ToList();

        shared.Select(table => table.Name).ShouldBe(["species", "species_names", "habitats", "habitat_species"], ignoreOrder: true);
        shared.ShouldAllBe(table => table.FindColumn("tenant_id") == null);
        shared.SelectMany(table => table.ForeignKeyConstraints).ShouldAllBe(key => Covered(key.Table, key));
    }

    [Fact]
    public void Delete_rules_never_reach_over_the_border()
    {
        var rules = ModelOf<ZooDb>().Tables.SelectMany(table => table.ForeignKeyConstraints)
            .ToDictionary(key => $"{key.Table.Name}→{key.PrincipalTable.Name}", key => key.OnDeleteAction);

        rules["animals→cages"].ShouldBe(ReferentialAction.NoAction, "an optional reference");
        rules["animals→species"].ShouldBe(ReferentialAction.Restrict, "a required reference to shared data");
        rules["favourites→species"].ShouldBe(ReferentialAction.Restrict, "a row of a tenant's that joins shared data");
        rules["cage_keeper→cages"].ShouldBe(ReferentialAction.Cascade, "a row that cannot be without its principal");
    }

    [Fact]
    public void Alternate_keys_filters_orders_and_names_survive()
    {
        var cages = ModelOf<ZooDb>().Tables.Single(table => table.Name == "cages");

        cages.UniqueConstraints.Select(key => string.Join(",", key.Columns.Select(column => column.Name))).ShouldBe(["tenant_id,id", "tenant_id,number"], ignoreOrder: true);
        var index = cages.Indexes.Single(index => index.Name == "by_size");
        index.Columns.Select(column => column.Name).ShouldBe(["tenant_id", "width", "height"]);
        index.IsDescending.ShouldBe([false, false, true]);
        index.IsUnique.ShouldBeTrue();
        index.Filter.ShouldBe("width > 0");
    }

    [Fact]
    public void Keys_and_indexes_that_have_a_name_keep_it_and_an_index_its_direction()
    {
        var vehicles = ModelOf<ZooDb>().Tables.Single(table => table.Name == "vehicles");

        vehicles.UniqueConstraints.Select(key => key.Name).ShouldBe(["pk_vehicles", "one_plate"], ignoreOrder: true);
        vehicles.Indexes.Select(index => $"{index.Name}: {string.Join(", ", index.IsDescending ?? [])}").ShouldBe(["oldest_first: ", "newest_first: False, True"], ignoreOrder: true);
    }

    [Fact]
    public void Names_are_in_snake_case_and_made_from_the_columns_with_the_tenant()
    {
        var tables = ModelOf<ZooDb>().Tables.ToDictionary(table => table.Name);

        tables["cages"].UniqueConstraints.Select(key => key.Name).ShouldBe(["pk_cages", "ak_cages_tenant_id_number"], ignoreOrder: true);
        tables["animals"].ForeignKeyConstraints.Select(key => key.Name).ShouldContain("fk_animals_cages_tenant_id_cage_id");
        tables["animals"].Indexes.Select(index => index.Name).ShouldContain("ix_animals_tenant_id_cage_id");
        tables["birds"].Columns.Select(column => column.Name).ShouldBe(["tenant_id", "id", "colours_wings", "flight"], ignoreOrder: true);
    }

    [Fact]
    public void An_id_that_the_database_made_is_still_made_by_it() =>
        ((IReadOnlyModel)ModelOf<ZooDb>().Model).FindEntityType(typeof(Ticket))!.FindProperty(nameof(Ticket.Id))!.ValueGenerated.ShouldBe(ValueGenerated.OnAdd);

    [Fact]
    public void Every_root_is_filtered_and_only_tenants_roots()
    {
        var model = (IReadOnlyModel)ModelOf<ZooDb>().Model;

        var filtered = model.GetEntityTypes().Where(type => type.GetDeclaredQueryFilters().Any(filter => filter.Key == "tenant")).ToList();

        filtered.ShouldAllBe(type => type.BaseType == null && !type.IsOwned() && type.FindProperty("tenant_id") != null);
        filtered.Count.ShouldBe(model.GetEntityTypes().Count(type => type.BaseType is null && !type.IsOwned() && type.FindProperty("tenant_id") is not null));
    }

    [Fact]
    public void A_tenant_in_an_entity_is_refused() => Refused<OwnTenantDb>("has a property 'tenant_id' of its own");

    [Fact]
    public void A_view_is_refused() => Refused<ViewDb>("mapped to a view, a query or a function");

    [Fact]
    public void Sql_in_the_model_is_refused_also_where_its_rows_are_said_to_be_shared() => Refused<QueryDb>("mapped to a view, a query or a function");

    [Fact]
    public void A_function_of_the_database_is_refused() => Refused<FunctionDb>("maps the database function secrets");

    [Fact]
    public void Clearing_references_in_the_database_is_refused() => Refused<SettingNullDb>("ON DELETE SET NULL would also clear the tenant");

    [Fact]
    public void A_reference_from_shared_data_to_a_tenants_row_is_refused() => Refused<SharedReferringDb>("is shared by all tenants and cannot refer to");

    [Fact]
    public void Conventions_overridden_without_the_base_are_refused() => Refused<WithoutBaseDb>("must call base.ConfigureConventions");

    private static bool Covered(ITable table, IForeignKeyConstraint key) =>
        table.Indexes.Select(index => index.Columns).Concat(table.UniqueConstraints.Select(unique => unique.Columns))
            .Any(columns => columns.Take(key.Columns.Count).SequenceEqual(key.Columns)
                || columns[0].Name == "tenant_id" && columns.Skip(1).Take(key.Columns.Count).SequenceEqual(key.Columns));

    private static void Refused<TContext>(string message)
        where TContext : DbContext =>
        Should.Throw<Exception>(() => ModelOf<TContext>()).GetBaseException().Message.ShouldContain(message);

    private static IRelationalModel ModelOf<TContext>()
        where TContext : DbContext
    {
        using var services = new ServiceCollection().BuildServiceProvider();
        using var context = TenantModels.ContextForModel(typeof(TContext), services);
        return context.GetService<IDesignTimeModel>().Model.GetRelationalModel();
    }

    private sealed class OwnTenantDb(DbContextOptions<OwnTenantDb> options) : TenantDbContext(options)
    {
        protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.Entity<Cage>().Ignore(cage => cage.Keepers).Property<Guid>("tenant_id");
    }

    private sealed class ViewDb(DbContextOptions<ViewDb> options) : TenantDbContext(options)
    {
        protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.Entity<Keeper>().Ignore(keeper => keeper.Phones).ToView("keepers");
    }

    private sealed class QueryDb(DbContextOptions<QueryDb> options) : TenantDbContext(options)
    {
        protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.Entity<Habitat>().Ignore(habitat => habitat.Species).HasNoKey().ToSqlQuery("SELECT 1");
    }

    private sealed class FunctionDb(DbContextOptions<FunctionDb> options) : TenantDbContext(options)
    {
        public static string Secrets(string name) => throw new NotSupportedException(name);

        protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.HasDbFunction(((Func<string, string>)Secrets).Method).HasName("secrets");
    }

    private sealed class SettingNullDb(DbContextOptions<SettingNullDb> options) : TenantDbContext(options)
    {
        protected override void OnModelCreating(ModelBuilder modelBuilder) =>
            modelBuilder.Entity<Keeper>().Ignore(keeper => keeper.Phones).HasOne<Keeper>().WithMany().HasForeignKey("ChiefId").OnDelete(DeleteBehavior.SetNull);
    }

    private sealed class SharedReferringDb(DbContextOptions<SharedReferringDb> options) : TenantDbContext(options)
    {
        protected override void OnModelCreating(ModelBuilder modelBuilder) =>
            modelBuilder.Entity<Habitat>().Ignore(habitat => habitat.Species).HasOne<Vehicle>().WithMany().HasForeignKey("VehicleId");
    }

    private sealed class WithoutBaseDb(DbContextOptions<WithoutBaseDb> options) : TenantDbContext(options)
    {
        protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
        {
        }

        protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.Entity<Vehicle>();
    }
}
