using System.Net;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text.Json;
using Rowhouse.Contracts;
using Rowhouse.Tests.Server;
using Shouldly;

namespace Rowhouse.Tests.ControlPlane.Operations;

/// <summary>Operations as those who run the platform see them.</summary>
public sealed class OperationApiTests(OperationServer server) : IClassFixture<OperationServer>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_stream_tells_each_change_and_ends_with_the_operation()
    {
        var go = new TaskCompletionSource();
        var id = await server.StartAsync("Streamed", ("+b", cancelled => go.Task.WaitAsync(cancelled)));
        using var answer = await server.SuperAdmin.GetAsync($"/api/operations/{id}/events", HttpCompletionOption.ResponseHeadersRead, Cancelled);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");

        var told = new List<OperationResponse>();
        await foreach (var item in SseParser.Create(await answer.Content.ReadAsStreamAsync(Cancelled), (_, data) => JsonSerializer.Deserialize<OperationResponse>(data, JsonSerializerOptions.Web)!).EnumerateAsync(Cancelled))
        {
            told.Add(item.Data);
            if (item.Data is { Step: "b", Status: "running" } && item.Data.Steps[1].Status == "running")
            {
                go.TrySetResult();
            }
        }

        told.ShouldContain(operation => operation.Step == "b" && operation.Progress.Done == 1);
        told[^1].Status.ShouldBe("succeeded");
    }

    [Fact]
    public async Task Operations_of_a_tenant_are_listed_newest_first_and_page_by_page()
    {
        var tenant = (await server.CreateTenantAsync("Listed")).Id;
        var ids = new List<Guid>();
        for (var i = 0; i < 3; i++)
        {
            ids.Add(await server.StartAsync("probe", tenant));
            await server.EndAsync(ids[^1]);
        }

        var first = await server.SuperAdmin.GetFromJsonAsync<Page<OperationResponse>>("/api/tenants/listed/operations?limit=2&count=true", Cancelled);
        var second = await server.SuperAdmin.GetFromJsonAsync<Page<OperationResponse>>($"/api/accounts/{tenant}/operations?limit=2&after={Uri.EscapeDataString(first!.Next!)}", Cancelled);

        first.Total.ShouldBe(3);
        first.Items.Concat(second!.Items).Select(operation => operation.Id).ShouldBe(ids.AsEnumerable().Reverse());
        second.Next.ShouldBeNull();
    }

    [Fact]
    public async Task Only_those_who_run_the_platform_see_operations()
    {
        var tenant = await server.CreateTenantAsync("Seen By");
        var id = await server.StartAsync("probe", tenant.Id);
        await server.EndAsync(id);

        foreach (var path in new[] { $"/api/operations/{id}", $"/api/operations/{id}/events", $"/api/tenants/{tenant.Id}/operations" })
        {
            await tenant.Admin.Client.GetAsync(path, Cancelled).ShouldBeAsync(HttpStatusCode.Forbidden);
            await server.Nobody.GetAsync(path, Cancelled).ShouldBeAsync(HttpStatusCode.Unauthorized);
        }

        await tenant.Admin.Client.PostAsync($"/api/operations/{id}/cancel", null, Cancelled).ShouldBeAsync(HttpStatusCode.Forbidden);
        await tenant.Admin.Client.PostAsync($"/api/operations/{id}/retry", null, Cancelled).ShouldBeAsync(HttpStatusCode.Forbidden);
        foreach (var path in new[] { $"/api/operations/{Guid.Empty}", $"/api/operations/{Guid.Empty}/events" })
        {
            await server.SuperAdmin.GetAsync(path, Cancelled).ProblemAsync(HttpStatusCode.NotFound, "urn:rowhouse:operations:unknown-operation");
        }

        await server.SuperAdmin.PostAsync($"/api/operations/{Guid.Empty}/cancel", null, Cancelled).ProblemAsync(HttpStatusCode.NotFound, "urn:rowhouse:operations:unknown-operation");
        await server.SuperAdmin.GetAsync("/api/operations/nonsense", Cancelled).ShouldBeAsync(HttpStatusCode.NotFound);
        await server.SuperAdmin.GetAsync("/api/tenants/ghost/operations", Cancelled).ProblemAsync(HttpStatusCode.NotFound, "urn:rowhouse:tenancy:unknown-tenant");
    }
}
