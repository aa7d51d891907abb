using System.Net;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Rowhouse.Contracts;
using Rowhouse.ControlPlane.Operations;
using Rowhouse.Modules;
using Rowhouse.Tenancy;
using Rowhouse.Tenancy.Postgres;
using Rowhouse.Tenancy.Postgres.Outbox;
using Rowhouse.Testing;
using Rowhouse.Testing.Host.Ledger;
using Rowhouse.Tests.ControlPlane.Homes;
using Rowhouse.Tests.Server;

namespace Rowhouse.Tests.ControlPlane.Products;

/// <summary>A server with two products that have something at a vendor's for each tenant.</summary>
public class ProductServer : ServerFixture
{
    private static readonly HashSet<string> Ends = ["succeeded", "failed", "cancelled", "stuck"];

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public Vendor Vendor { get; private set; } = null!;

    public Provisioned Provisioned { get; } = new();

    /// <summary>How many operations of each sort the server works on at once that answers the tests.</summary>
    protected virtual int Workers => 4;

    // Its tables are those of this one's modules.
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
        GC.SuppressFinalize(this);
    }

    protected override void Configure(WebApplicationBuilder builder) => Configure(builder, Workers);

    /// <summary>What each of its nodes has.</summary>
    protected void Configure(WebApplicationBuilder builder, int workers)
    {
        builder.Services.AddSingleton(new OperationOptions { Workers = workers, Lease = TimeSpan.FromSeconds(2), Poll = TimeSpan.FromMilliseconds(100), FirstPause = TimeSpan.FromMilliseconds(5), LongestPause = TimeSpan.FromSeconds(1) });
        builder.Services.AddSingleton(Vendor);
        builder.Services.AddSingleton(Provisioned);
        builder.AddModule<DepotModule>().AddModule<QuayModule>().AddTenantDbContext<LedgerDb>().AddEvent<Recorded>("entries.recorded").AddEvent<Unheard>("entries.unheard");
    }

    /// <summary>Asks for a tenant.</summary>
    public Task<HttpResponseMessage> AskAsync(string name, string cloudType, params string[] products)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/api/tenants") { Content = JsonContent.Create(new { name, products, cloudType, deletionProtection = false }) };
        request.Headers.Add("Prefer", "wait=30");
        return SuperAdmin.SendAsync(request, Cancelled);
    }

    public async Task<TenantResponse> MakeAsync(string name, string cloudType, params string[] products) => await AskAsync(name, cloudType, products).ReadAsync<TenantResponse>(HttpStatusCode.Created);

    public async Task<TenantProductResponse> ProductAsync(string tenant, string product = "depot") =>
        (await SuperAdmin.GetAsync($"/api/tenants/{tenant}/products", Cancelled).ReadAsync<Page<TenantProductResponse>>()).Items.Single(known => known.Product == product);

    /// <summary>Waits until a product of a tenant is in a state.</summary>
    public async Task<TenantProductResponse> UntilAsync(string tenant, string state, string product = "depot")
    {
        TenantProductResponse? last = null;
        await Eventually.UntilAsync(async () => (last = await ProductAsync(tenant, product)).State == state, Cancelled);
        return last!; // it was read
    }

    public Task<HttpResponseMessage> RetryAsync(string tenant, string product = "depot") => SuperAdmin.PostAsync($"/api/tenants/{tenant}/products/{product}/retry", content: null, Cancelled);

    public Task<HttpResponseMessage> SubscribeAsync(string tenant, string product) => SuperAdmin.PostAsJsonAsync($"/api/tenants/{tenant}/subscriptions", new { product }, Cancelled);

    public Task UnsubscribeAsync(string tenant, string product = "depot") => SuperAdmin.DeleteAsync($"/api/tenants/{tenant}/subscriptions/{product}", Cancelled).ShouldBeAsync(HttpStatusCode.NoContent);

    /// <summary>How often a product was asked to be set up for a tenant.</summary>
    public int CallsFor(string tenant, string product = "depot") => Provisioned.Seen.Count(look => look.Act == $"provision {product}" && look.Slug == tenant);

    public Task<OperationResponse> OperationAsync(Guid id) => SuperAdmin.GetAsync($"/api/operations/{id}", Cancelled).ReadAsync<OperationResponse>();

    public async Task<IReadOnlyList<OperationResponse>> OperationsAsync(string tenant) => (await SuperAdmin.GetAsync($"/api/tenants/{tenant}/operations", Cancelled).ReadAsync<Page<OperationResponse>>()).Items;

    /// <summary>Deletes a tenant.</summary>
    public Task DeleteAsync(string slug) => SuperAdmin.DeleteAsync($"/api/tenants/{slug}?confirm={slug}", Cancelled).ShouldBeAsync(HttpStatusCode.OK);

    /// <summary>Lets the retention of a deleted tenant end, and waits until its removal stops.</summary>
    public async Task<OperationResponse> PurgeAsync(TenantResponse tenant)
    {
        await this.EndRetentionAsync(tenant.Id);
        return await RemovalAsync(tenant);
    }

    /// <summary>Waits until the removal of a tenant stops.</summary>
    public async Task<OperationResponse> RemovalAsync(TenantResponse tenant)
    {
        OperationResponse? last = null;
        await Eventually.UntilAsync(async () => (last = (await OperationsAsync(tenant.Id.ToString())).SingleOrDefault(operation => operation.Kind == "deprovision")) is { } removal && Ends.Contains(removal.Status), Cancelled);
        return last!; // it has stopped, so it was read
    }

    /// <summary>What the death of whoever works on a tenant's operations would leave.</summary>
    public async Task LoseWorkersAsync(Guid tenant) => await HomeWork.ExecuteAsync(
        await new PostgresFixture().SuperuserAsync(Database.Control!),
        $"UPDATE platform.operations SET lease_until = now() - interval '1 second', token = gen_random_uuid() WHERE tenant_id = '{tenant}' AND state IN (0, 1)");

    /// <summary>Enters a tenant as its jobs do.</summary>
    public ValueTask<EnteredTenant> EnterAsync(Guid tenant) => Services.GetRequiredService<ITenantScopes>().EnterAsync(new TenantId(tenant), Cancelled);

    /// <summary>Lets the vendor wait before it does something, until it is told to go on.</summary>
    public (Task Reached, TaskCompletionSource Go) Hold(string act) => Vendor.Hold(act);

    /// <summary>Lets the vendor refuse something so many times.</summary>
    public void Refuse(string act, int status, string reason = "", int times = int.MaxValue)
    {
        var left = times;
        Vendor.Before[act] = () => Task.FromResult(Interlocked.Decrement(ref left) >= 0 ? Results.Text(reason, statusCode: status) : null);
    }
}
