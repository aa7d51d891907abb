using Rowhouse.Modules.Idempotency.Store;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Testing;
using Shouldly;

namespace Rowhouse.Tests.Server;

public sealed class IdempotencyStoreTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    [Fact]
    public async Task Scripts_and_model_agree()
    {
        var scratch = await new PostgresFixture().CreateDatabaseAsync();

        var comparison = await SchemaComparison.RunAsync<IdempotencyDb>(server.Database, scratch, TestContext.Current.CancellationToken);

        comparison.IsEqual.ShouldBeTrue(comparison.ToString());
    }
}
