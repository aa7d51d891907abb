using Rowhouse.Tenancy.Analyzers;

namespace Rowhouse.Tenancy.Tests.Analyzers;

public sealed class DeclaredKeyTests
{
    [Theory]
    [InlineData("public sealed class Page { public Guid Id { get; init; } public Guid [|TenantId|] { get; set; } }")]
    [InlineData("public sealed class Page { public Guid Id { get; init; } public TenantId [|TenantId|] { get; init; } }")]
    [InlineData("public sealed class Page { public Guid Id { get; init; } public string [|TenantID|] { get; set; } = \"\"; }")]
    [InlineData("public sealed class Page { public Guid Id { get; init; } public Guid [|TenantId|] { get; } }")]
    [InlineData("public sealed record Page(Guid Id, Guid [|TenantId|]);")]
    [InlineData("public abstract class Owned { public Guid [|TenantId|] { get; set; } } public sealed class Page : Owned { public Guid Id { get; init; } }")]
    [InlineData("public abstract class Owned<T> { public T? [|TenantId|] { get; set; } } public sealed class Page : Owned<Guid> { public Guid Id { get; init; } }")]
    [InlineData("public sealed class Page { public Guid Id { get; init; } public List<Line> Lines { get; } = []; } public sealed class Line { public Guid Id { get; init; } public Guid [|TenantId|] { get; set; } public Page? Page { get; set; } }")]
    public Task An_entity_that_names_its_tenant_is_reported(string entity) => Code.IsReportedAsync(Rules.DeclaredKey, entity + """

        public sealed class PagesDb(DbContextOptions options) : TenantDbContext(options) { public DbSet<Page> Pages => Set<Page>(); }
        public sealed class OtherPagesDb(DbContextOptions options) : TenantDbContext(options) { public DbSet<Page> Pages => Set<Page>(); }
        """);

    [Fact]
    public Task An_entity_without_a_set_is_reported_where_it_is_mapped() => Code.IsReportedAsync(Rules.DeclaredKey, """
        public sealed class Page { public Guid Id { get; init; } public Guid TenantId { get; set; } }
        public sealed class Leaf { public Guid Id { get; init; } public Guid TenantId { get; set; } }
        public sealed class Seed { public Guid Id { get; init; } }
        public sealed class PagesDb(DbContextOptions options) : TenantDbContext(options)
        {
            protected override void OnModelCreating(ModelBuilder modelBuilder)
            {
                modelBuilder.[|Entity<Page>|]().HasKey(page => page.Id);
                modelBuilder.[|Entity|](typeof(Leaf));
                modelBuilder.Entity<Seed>();
            }
        }
        """);

    [Fact]
    public Task An_entity_of_another_assembly_is_reported_at_its_set() => Code.IsReportedAsync(Rules.DeclaredKey, """
        public sealed class PagesDb(DbContextOptions options) : TenantDbContext(options) { public DbSet<Page> [|Pages|] => Set<Page>(); }
        """, library: "public sealed class Page { public System.Guid Id { get; set; } public System.Guid TenantId { get; set; } }");

    [Theory]
    [InlineData("public sealed class Page { public Guid Id { get; init; } } public sealed record PageDto(Guid TenantId);")]
    [InlineData("public sealed class Page { public Guid Id { get; init; } [System.ComponentModel.DataAnnotations.Schema.NotMapped] public Guid TenantId { get; set; } }")]
    [InlineData("public sealed class Page { public Guid Id { get; init; } public static Guid TenantId { get; set; } }")]
    [InlineData("public sealed class Page { public Guid Id { get; init; } public Guid TenantId => Guid.Empty; }")]
    [InlineData("public interface IOwned { Guid TenantId { get; } } public sealed class Page : IOwned { public Guid Id { get; init; } Guid IOwned.TenantId => Guid.Empty; }")]
    [InlineData("public sealed class Page : ISharedReference { public Guid Id { get; init; } public Guid TenantId { get; set; } }")]
    [InlineData("public sealed class Page { public Guid Id { get; init; } } public sealed class Bill { public Guid Id { get; init; } public Guid TenantId { get; set; } } public sealed class BillsDb(DbContextOptions options) : DbContext(options) { public DbSet<Bill> Bills => Set<Bill>(); protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.Entity<Bill>(); }")]
    public Task What_is_no_key_of_a_tenants_row_is_not_reported(string entity) => Code.IsQuietAsync(entity + """

        public sealed class PagesDb(DbContextOptions options) : TenantDbContext(options) { public DbSet<Page> Pages => Set<Page>(); }
        """);
}
