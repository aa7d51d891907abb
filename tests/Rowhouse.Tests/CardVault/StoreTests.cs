using Rowhouse.CardVault.Store;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Testing;
using Shouldly;

namespace Rowhouse.Tests.CardVault;

public sealed class StoreTests(CardVaultFixture vault) : IClassFixture<CardVaultFixture>
{
    [Fact]
    public async Task Scripts_and_model_agree()
    {
        var scratch = await new PostgresFixture().CreateDatabaseAsync();

        var comparison = await SchemaComparison.RunAsync<CardVaultDbContext>(vault.Database, scratch, TestContext.Current.CancellationToken);

        comparison.IsEqual.ShouldBeTrue(comparison.ToString());
    }
}
