using Microsoft.EntityFrameworkCore;
using Npgsql;
using Shouldly;

namespace Rowhouse.Tenancy.Tests.Binding;

/// <summary>The kernel leans on internals of EF Core and its provider. Each use has tests of its own; this one says when to look at them.</summary>
public sealed class InternalApiTests
{
    private const string Uses = """

        The kernel was proven with another version. Before you change the number here, run the tests and look at what they hold:
          TenantFinderSource (IEntityFinderSource): TenantDbContextTests.Find_takes_the_id_alone…
          TenantDbContext.Stamp (the internal entry's indexer): TenantDbContextTests, and StubAttacks for stubs and forced tenants
          TenantBatch and TenantBatchFactory (NpgsqlModificationCommandBatch): TenantBatchTests
          TenantBinding (Npgsql splits a command's text; BEGIN is deferred): TenantBindingTests, PoolerTests
          TenantKeyConvention (the order of changes to the model): TenantKeyConventionTests
        """;

    [Theory]
    [InlineData(typeof(DbContext), "10.0.15")]
    [InlineData(typeof(RelationalDatabaseFacadeExtensions), "10.0.15")]
    [InlineData(typeof(NpgsqlDbContextOptionsBuilderExtensions), "10.0.3")]
    [InlineData(typeof(NpgsqlConnection), "10.0.3")]
    public void The_internals_that_the_kernel_uses_are_those_it_was_proven_with(Type type, string version)
    {
        var actual = System.Diagnostics.FileVersionInfo.GetVersionInfo(type.Assembly.Location).ProductVersion!.Split('+', '-')[0]; // these assemblies have one

        actual.ShouldBe(version, Uses);
    }
}
