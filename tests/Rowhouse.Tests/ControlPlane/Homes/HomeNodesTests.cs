using System.Net;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Rowhouse.Contracts;
using Rowhouse.ControlPlane.Operations;
using Rowhouse.Server;
using Rowhouse.Testing;
using Rowhouse.Tests.Server;
using Shouldly;

namespace Rowhouse.Tests.ControlPlane.Homes;

/// <summary>Servers without a provisioner beside one that has it. The one that answers the tests works on no operations itself.</summary>
public sealed class HomeNodesTests(HomeNodesTests.Fixture server) : IClassFixture<HomeNodesTests.Fixture>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Making_a_home_is_left_to_a_server_that_can()
    {
        HttpResponseMessage answer;
        await using (await server.StartNodeAsync(withProvisioner: false))
        {
            answer = await server.AskAsync("Left To Another");
            await Task.Delay(TimeSpan.FromSeconds(1), Cancelled); // ten looks of the one that cannot

            var waiting = await server.SuperAdmin.GetAsync(answer.Headers.Location, Cancelled).ReadAsync<OperationResponse>();
            (waiting.Status, waiting.Reason).ShouldBe(("running", null));
            waiting.Steps.ShouldAllBe(step => step.Status == "pending");
        }

        await using (await server.StartNodeAsync(withProvisioner: true))
        {
            (await server.EndOfAsync(answer.Headers.Location)).Status.ShouldBe("succeeded");
        }
    }

    [Fact]
    public async Task Removing_a_home_waits_for_a_server_that_can_and_names_the_setting()
    {
        TenantResponse tenant;
        await using (await server.StartNodeAsync(withProvisioner: true))
        {
            using var answer = await server.AskAsync("Taken Down Later");
            tenant = (await answer.Content.ReadFromJsonAsync<TenantResponse>(Cancelled)).ShouldNotBeNull();
            (await server.EndOfAsync(answer.Headers.Location)).Status.ShouldBe("succeeded");
        }

        await server.SuperAdmin.DeleteAsync($"/api/tenants/{tenant.Slug}?confirm={tenant.Slug}", Cancelled).ShouldBeAsync(HttpStatusCode.OK);
        await server.EndRetentionAsync(tenant.Id);
        await using (await server.StartNodeAsync(withProvisioner: false))
        {
            OperationResponse? waiting = null;
            await Eventually.UntilAsync(
                async () => (waiting = (await server.SuperAdmin.GetAsync($"/api/tenants/{tenant.Id}/operations", Cancelled).ReadAsync<Page<OperationResponse>>()).Items[0]) is { Kind: "deprovision", Reason: not null },
                Cancelled);
            waiting!.Status.ShouldBe("running");
            waiting.Reason.ShouldBe("The server that took it up has no connection of the provisioner. It waits for one that has: set ROWHOUSE_DATABASE_PROVISIONER.");
            (await HomeWork.RemainsAsync(tenant.TableName)).ShouldBe((1, 1));
        }

        await using (await server.StartNodeAsync(withProvisioner: true))
        {
            await Eventually.UntilAsync(async () => (await server.TenantAsync(tenant.Id.ToString())).Status == "purged", Cancelled);
            (await HomeWork.RemainsAsync(tenant.TableName)).ShouldBe((0, 0));
        }
    }

    public sealed class Fixture : ServerFixture
    {
        protected override void Configure(WebApplicationBuilder builder) => builder.Services.AddSingleton(new OperationOptions { Workers = 0 });

        /// <summary>One more server on the same databases, which works on operations.</summary>
        public async Task<WebApplication> StartNodeAsync(bool withProvisioner)
        {
            var node = ServerHost.Build(Settings with { Database = Settings.Database! with { Provisioner = withProvisioner ? Database.Provisioner : null } }, builder =>
            {
                builder.Logging.ClearProviders();
                builder.Services.AddSingleton(new OperationOptions { Poll = TimeSpan.FromMilliseconds(100), FirstPause = TimeSpan.FromMilliseconds(20), LongestPause = TimeSpan.FromMilliseconds(200) });
            });
            await node.StartAsync(Cancelled);
            return node;
        }
    }
}
