using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;
using Rowhouse.Contracts;
using Rowhouse.Modules;
using Rowhouse.Modules.Provisioning;
using Rowhouse.Server;
using Rowhouse.Testing;
using Rowhouse.Tests.ControlPlane.Homes;
using Rowhouse.Tests.Server;
using Shouldly;

namespace Rowhouse.Tests.ControlPlane.Products;

/// <summary>Servers of a release without a product beside one that has it. The one that answers the tests works on no operations itself.</summary>
public sealed class ProductNodesTests(ProductNodesTests.Fixture server) : IClassFixture<ProductNodesTests.Fixture>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("public")]
    [InlineData("private")] // whose home is made by the one that lacks the product
    public async Task Setting_a_product_up_is_left_to_a_server_that_has_it(string cloudType)
    {
        var slug = $"left-{cloudType}";
        await using (await server.StartNodeAsync(withDepot: false))
        {
            await server.MakeAsync($"Left {cloudType}", cloudType, "depot", "quay");
            await server.UntilAsync(slug, "ready", "quay");
            await Task.Delay(TimeSpan.FromMilliseconds(500), Cancelled); // five looks of the one that cannot

            (await server.ProductAsync(slug)).ShouldSatisfyAllConditions(depot => depot.State.ShouldBe("provisioning"), depot => depot.Error.ShouldBeNull());
            (await server.OperationsAsync(slug)).Single(operation => operation.Product == "depot").Steps.ShouldAllBe(step => step.Status == "pending");
        }

        await using (await server.StartNodeAsync(withDepot: true))
        {
            await server.UntilAsync(slug, "ready");
        }
    }

    [Fact]
    public async Task What_was_begun_elsewhere_and_is_cancelled_is_ended_by_a_server_that_has_the_product()
    {
        await server.MakeAsync("Cancelled Elsewhere", "public", "depot");
        var operation = (await server.OperationsAsync("cancelled-elsewhere")).ShouldHaveSingleItem();
        await server.SuperAdmin.PostAsync($"/api/operations/{operation.Id}/cancel", content: null, Cancelled).ShouldBeAsync(HttpStatusCode.Accepted);
        await using (await server.StartNodeAsync(withDepot: false))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(500), Cancelled); // five looks of the one that cannot
            (await server.OperationAsync(operation.Id)).Status.ShouldBe("running");
        }

        await using (await server.StartNodeAsync(withDepot: true))
        {
            await server.UntilAsync("cancelled-elsewhere", "failed");
        }
    }

    [Fact]
    public async Task Removing_a_tenant_waits_for_a_server_that_has_its_products_and_names_the_one_that_is_missing()
    {
        TenantResponse tenant;
        await using (await server.StartNodeAsync(withDepot: true))
        {
            tenant = await server.MakeAsync("Removed Later", "private", "depot", "quay");
            await server.UntilAsync("removed-later", "ready");
            await server.UntilAsync("removed-later", "ready", "quay");
        }

        await server.DeleteAsync("removed-later");
        await server.EndRetentionAsync(tenant.Id);
        await using (await server.StartNodeAsync(withDepot: false))
        {
            OperationResponse? waiting = null;
            await Eventually.UntilAsync(async () => (waiting = (await server.OperationsAsync($"{tenant.Id}"))[0]) is { Kind: "deprovision", Reason: not null }, Cancelled);
            await Task.Delay(TimeSpan.FromMilliseconds(500), Cancelled); // five looks of the one that cannot
            waiting = await server.OperationAsync(waiting!.Id); // it was read
            (waiting.Status, waiting.Step).ShouldBe(("running", "products"));
            waiting.Reason.ShouldBe("The product depot was set up for the tenant, and the server that took it up does not have it, so what it has elsewhere cannot be removed. It waits for a server that does.");
            (await HomeWork.RemainsAsync(tenant.TableName)).ShouldBe((1, 1));
            server.Vendor.ActsOn("depot removed-later").ShouldBe(["made depot removed-later"]);

            // Beside the one that lacks it.
            await using (await server.StartNodeAsync(withDepot: true))
            {
                (await server.RemovalAsync(tenant)).Status.ShouldBe("succeeded");
            }
        }

        server.Vendor.ActsOn("depot removed-later").ShouldBe(["made depot removed-later", "removed depot removed-later"]);
        server.Vendor.ActsOn("quay removed-later").ShouldBe(["made quay removed-later", "removed quay removed-later"]);
    }

    public sealed class Fixture : ProductServer
    {
        protected override int Workers => 0;

        /// <summary>One more server on the same databases, which works on operations.</summary>
        public async Task<WebApplication> StartNodeAsync(bool withDepot)
        {
            var node = ServerHost.Build(Settings, builder =>
            {
                builder.Logging.ClearProviders();
                Configure(builder, workers: 4);
                if (!withDepot)
                {
                    builder.Services.Remove(builder.Services.Single(service => service.ImplementationInstance is Module { Info.Name: "depot" }));
                    builder.Services.Remove(builder.Services.Single(service => service.ImplementationInstance is ProvisionedProduct { Name: "depot" }));
                }
            });
            await node.StartAsync(Cancelled);
            return node;
        }
    }
}
