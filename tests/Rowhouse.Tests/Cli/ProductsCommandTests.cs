using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Rowhouse.Cli.Terminal;
using Rowhouse.Contracts;
using Rowhouse.Modules;
using Rowhouse.Testing;
using Rowhouse.Tests.ControlPlane.Products;
using Shouldly;

namespace Rowhouse.Tests.Cli;

/// <summary>The products of a tenant as an operator sees them from the command line.</summary>
public sealed class ProductsCommandTests(ProductsCommandTests.Fixture cli) : IClassFixture<ProductsCommandTests.Fixture>
{
    private const string Reason = "The vendor has no room.";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task They_are_listed_with_their_states_and_what_failed_is_retried_and_waited_for()
    {
        await cli.SignInAsync();
        cli.Vendor.Before["make depot terminal"] = () => Task.FromResult<IResult?>(Results.Text(Reason, statusCode: StatusCodes.Status422UnprocessableEntity));
        (await cli.RunAsync(["tenants", "create", "Terminal", "--product", "depot"])).Status.ShouldBe(ExitCodes.Done);
        await Eventually.UntilAsync(async () => (await ListAsync()).ShouldHaveSingleItem().State == "failed", Cancelled);

        (await cli.RunAsync(["tenants", "products", "terminal"])).Out.ShouldSatisfyAllConditions(list => list.ShouldContain("depot"), list => list.ShouldContain("failed"), list => list.ShouldContain(Reason));
        (await cli.RunAsync(["operations", "list", "terminal"])).Out.ShouldSatisfyAllConditions(list => list.ShouldContain("provision-product"), list => list.ShouldContain("depot"));
        (await cli.RunAsync(["tenants", "retry-product", "terminal", "depot"])).ShouldSatisfyAllConditions(said => said.Status.ShouldBe(ExitCodes.Refused), said => said.Out.ShouldContain(Reason));
        cli.Vendor.Before.Clear();
        (await cli.RunAsync(["tenants", "retry-product", "terminal", "depot"])).ShouldSatisfyAllConditions(said => said.Status.ShouldBe(ExitCodes.Done, said.Error), said => said.Out.ShouldContain("succeeded"));

        (await ListAsync()).ShouldHaveSingleItem().State.ShouldBe("ready");
        (await cli.RunAsync(["tenants", "retry-product", "terminal", "depot"])).ShouldSatisfyAllConditions(said => said.Status.ShouldBe(ExitCodes.Refused), said => said.Error.ShouldNotBeEmpty());
        (await cli.RunAsync(["tenants", "products", "nobody"])).Status.ShouldBe(ExitCodes.Refused);

        async Task<List<TenantProductResponse>> ListAsync() => (await cli.RunAsync(["tenants", "products", "terminal", "--json"])).Json<List<TenantProductResponse>>();
    }

    public sealed class Fixture : CommandLineFixture
    {
        public Vendor Vendor { get; private set; } = null!;

        protected override string Template => "rowhouse_ledger";

        public override async ValueTask InitializeAsync()
        {
            Vendor = await Vendor.StartAsync();
            await base.InitializeAsync();
        }

        public override async ValueTask DisposeAsync()
        {
            await base.DisposeAsync();
            await Vendor.DisposeAsync();
        }

        protected override void Configure(WebApplicationBuilder builder)
        {
            builder.Services.AddSingleton(Vendor);
            builder.Services.AddSingleton(new Provisioned());
            builder.AddModule<DepotModule>();
        }
    }
}
