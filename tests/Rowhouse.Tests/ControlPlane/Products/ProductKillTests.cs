using System.Net;
using System.Net.Http.Json;
using Rowhouse.Contracts;
using Rowhouse.Testing;
using Rowhouse.Tests.ControlPlane.Homes;
using Rowhouse.Tests.Server;
using Shouldly;

namespace Rowhouse.Tests.ControlPlane.Products;

/// <summary>Real servers that are killed while a product's provisioner is called.</summary>
public sealed class ProductKillTests(CrashServer server) : IClassFixture<CrashServer>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_server_that_is_killed_while_a_provisioner_is_called_leaves_it_to_the_next_one()
    {
        await using var vendor = await Vendor.StartAsync();
        await server.StartNodeAsync(environment: ProvisioningStartup.EnvironmentOf(vendor));
        string[] moments = ["make", "answer"]; // before there is anything at the vendor's, and after
        List<TaskCompletionSource> waiting = [];
        using (var node = server.NodeClient())
        {
            foreach (var moment in moments)
            {
                var (reached, go) = vendor.Hold($"{moment} cardvault killed-{moment}");
                waiting.Add(go);
                var tenant = await node.PostAsJsonAsync("/api/tenants", new { name = $"Killed {moment}", products = new[] { "cardvault" } }, Cancelled).ReadAsync<TenantResponse>(HttpStatusCode.Created);
                tenant.Status.ShouldBe("active");
                await reached.WaitAsync(Cancelled);
            }
        }

        await server.StopNodesAsync();
        vendor.Before.Clear();
        waiting.ForEach(go => go.SetCanceled(Cancelled)); // what the dead one asked for in its last moment never arrives
        foreach (var moment in moments)
        {
            (await ProductAsync(moment)).State.ShouldBe("provisioning");
        }

        await server.StartNodeAsync(environment: ProvisioningStartup.EnvironmentOf(vendor));

        foreach (var moment in moments)
        {
            await Eventually.UntilAsync(async () => (await ProductAsync(moment)).State == "ready", Cancelled);
            vendor.ActsOn($"cardvault killed-{moment}").ShouldBe([$"made cardvault killed-{moment}"]);
            (await server.SuperAdmin.GetAsync($"/api/tenants/killed-{moment}/operations", Cancelled).ReadAsync<Page<OperationResponse>>()).Items.ShouldHaveSingleItem().Status.ShouldBe("succeeded");
        }
    }

    private async Task<TenantProductResponse> ProductAsync(string moment) =>
        (await server.SuperAdmin.GetAsync($"/api/tenants/killed-{moment}/products", Cancelled).ReadAsync<Page<TenantProductResponse>>()).Items.ShouldHaveSingleItem();
}
