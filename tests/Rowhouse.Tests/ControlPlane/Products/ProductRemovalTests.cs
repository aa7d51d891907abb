using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Rowhouse.Contracts;
using Rowhouse.Tenancy;
using Rowhouse.Testing;
using Rowhouse.Tests.ControlPlane.Homes;
using Rowhouse.Tests.Server;
using Shouldly;

namespace Rowhouse.Tests.ControlPlane.Products;

/// <summary>What products have elsewhere of a tenant that is removed.</summary>
public sealed class ProductRemovalTests(ProductServer server) : IClassFixture<ProductServer>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("public")]
    [InlineData("private")]
    public async Task It_stays_while_the_tenant_can_be_revived_and_goes_with_its_home(string cloudType)
    {
        var slug = $"gone-{cloudType}";
        var tenant = await server.MakeAsync($"Gone {cloudType}", cloudType, "depot", "quay", "cardvault");
        await server.UntilAsync(slug, "ready");
        await server.UntilAsync(slug, "ready", "quay");
        await server.SuperAdmin.DeleteAsync($"/api/tenants/{slug}/subscriptions/quay", Cancelled).ShouldBeAsync(HttpStatusCode.NoContent);
        await server.DeleteAsync(slug);
        await server.SuperAdmin.PostAsync($"/api/tenants/{slug}/revive", content: null, Cancelled).ShouldBeAsync(HttpStatusCode.OK);
        (await server.ProductAsync(slug)).State.ShouldBe("ready");
        await server.DeleteAsync(slug);
        server.Vendor.ActsOn($"depot {slug}").ShouldBe([$"made depot {slug}"]);

        var removal = await server.PurgeAsync(tenant);

        (removal.Status, removal.Reason).ShouldBe(("succeeded", null));
        removal.Steps.Select(step => step.Name).ShouldBe(["products", "home", "keys", "records"]);
        server.Vendor.ActsOn($"depot {slug}").ShouldBe([$"made depot {slug}", $"removed depot {slug}"]);
        server.Vendor.ActsOn($"quay {slug}").ShouldBe([$"made quay {slug}", $"removed quay {slug}"]);
        server.Provisioned.Seen.Where(look => look.Act.StartsWith("deprovision", StringComparison.Ordinal) && look.Slug == slug).ShouldAllBe(look => look.Tenants.SequenceEqual(new[] { tenant.Id }));
        (await server.SuperAdmin.GetAsync($"/api/tenants/{tenant.Id}/products", Cancelled).ReadAsync<Page<TenantProductResponse>>()).Items.ShouldBeEmpty();
        (await server.TenantAsync(tenant.Id.ToString())).Status.ShouldBe("purged");
        (await HomeWork.RemainsAsync(tenant.TableName)).ShouldBe((0, 0));
    }

    [Fact]
    public async Task What_could_not_be_set_up_is_removed_as_well()
    {
        server.Refuse("answer depot half-made", 422, "The vendor lost its head.");
        var tenant = await server.MakeAsync("Half Made", "public", "depot");
        await server.UntilAsync("half-made", "failed");
        server.Vendor.Workspaces.Values.ShouldContain(workspace => workspace.Name == "depot half-made");
        await server.DeleteAsync("half-made");
        await server.RetryAsync("half-made").ProblemAsync(HttpStatusCode.Conflict, "urn:rowhouse:tenants:wrong-state");

        (await server.PurgeAsync(tenant)).Status.ShouldBe("succeeded");

        server.Vendor.Workspaces.Values.ShouldNotContain(workspace => workspace.Name == "depot half-made");
        var failed = (await server.OperationsAsync(tenant.Id.ToString())).Single(operation => operation.Kind == "provision-product");
        await server.SuperAdmin.PostAsync($"/api/operations/{failed.Id}/retry", content: null, Cancelled).ProblemAsync(HttpStatusCode.Conflict, "urn:rowhouse:operations:wrong-state");
    }

    [Fact]
    public async Task What_is_not_set_up_yet_never_is_and_whoever_is_at_it_is_waited_for()
    {
        var (reached, go) = server.Hold("answer depot in-the-middle");
        server.Refuse("make quay in-the-middle", 503);
        var tenant = await server.MakeAsync("In The Middle", "public", "depot", "quay");
        await reached.WaitAsync(Cancelled);
        await Eventually.UntilAsync(async () => (await server.ProductAsync("in-the-middle", "quay")).Error is not null, Cancelled);
        await server.DeleteAsync("in-the-middle");

        await server.EndRetentionAsync(tenant.Id);
        await Eventually.UntilAsync(
            async () => (await server.OperationsAsync(tenant.Id.ToString())).Single(operation => operation.Kind == "deprovision").Reason is "A product is still being set up for the tenant. It waits for the end of that.", Cancelled);
        server.Vendor.ActsOn("depot in-the-middle").ShouldBe(["made depot in-the-middle"]);
        server.Vendor.Before.TryRemove("make quay in-the-middle", out _);
        go.SetResult();

        (await server.RemovalAsync(tenant)).Status.ShouldBe("succeeded");
        server.Vendor.ActsOn("depot in-the-middle").ShouldBe(["made depot in-the-middle", "removed depot in-the-middle"]);
        server.Vendor.ActsOn("quay in-the-middle").ShouldBeEmpty();
        (await server.OperationsAsync(tenant.Id.ToString())).Where(operation => operation.Kind == "provision-product").Select(operation => (operation.Product, operation.Status)).ShouldBe([("depot", "succeeded"), ("quay", "cancelled")], ignoreOrder: true);
    }

    [Fact]
    public async Task A_vendor_that_is_away_is_waited_for_and_one_that_refuses_keeps_the_home_until_somebody_mends_it()
    {
        var tenant = await server.MakeAsync("Clings", "public", "depot", "quay");
        await server.UntilAsync("clings", "ready");
        await server.UntilAsync("clings", "ready", "quay");
        await server.DeleteAsync("clings");
        server.Refuse("remove depot clings", 503, times: 3);
        server.Refuse("remove quay clings", 422, "The workspace has unpaid bills.");

        var stuck = await server.PurgeAsync(tenant);

        (stuck.Status, stuck.Step, stuck.Reason).ShouldBe(("stuck", "products", "The workspace has unpaid bills."));
        server.Vendor.ActsOn("depot clings").ShouldBe(["made depot clings", "removed depot clings"]);
        (await server.TenantAsync(tenant.Id.ToString())).Status.ShouldBe("deleted");
        server.Vendor.Before.TryRemove("remove quay clings", out _);
        await server.SuperAdmin.PostAsync($"/api/operations/{stuck.Id}/retry", content: null, Cancelled).ShouldBeAsync(HttpStatusCode.Accepted);
        (await server.RemovalAsync(tenant)).Status.ShouldBe("succeeded");
        server.Vendor.ActsOn("depot clings").ShouldBe(["made depot clings", "removed depot clings"]);
        server.Vendor.ActsOn("quay clings").ShouldBe(["made quay clings", "removed quay clings"]);
        server.Provisioned.Seen.Count(look => look == look with { Act = "deprovision depot", Slug = "clings" }).ShouldBe(4);
    }

    [Fact]
    public async Task Where_a_worker_dies_as_it_removes_the_next_one_goes_on()
    {
        var tenant = await server.MakeAsync("Dies Removing", "public", "depot", "quay");
        await server.UntilAsync("dies-removing", "ready");
        await server.UntilAsync("dies-removing", "ready", "quay");
        await server.DeleteAsync("dies-removing");
        var (reached, go) = server.Hold("remove quay dies-removing");
        await server.EndRetentionAsync(tenant.Id);
        await reached.WaitAsync(Cancelled);
        server.Vendor.Before.TryRemove("remove quay dies-removing", out _);

        await server.LoseWorkersAsync(tenant.Id);

        (await server.RemovalAsync(tenant)).Status.ShouldBe("succeeded");
        go.SetResult();
        foreach (var product in new[] { "depot", "quay" })
        {
            server.Vendor.Workspaces.Values.ShouldNotContain(workspace => workspace.Name == $"{product} dies-removing");
        }

        server.Provisioned.Seen.Count(look => look == look with { Act = "deprovision depot", Slug = "dies-removing" }).ShouldBe(1);
    }

    [Fact]
    public async Task What_vendors_said_of_the_tenant_is_gone_with_it()
    {
        server.Refuse("make depot talked-about", 422, "Mr Smith owes us money.");
        server.Refuse("make quay talked-about", 429, "Mr Smith owes us money.", times: 2);
        server.Refuse("remove quay talked-about", 429, "Mr Smith owes us money.", times: 2);
        server.Provisioned.NeedCredentials["talked-about"] = true;
        var tenant = await server.MakeAsync("Talked About", "public", "depot", "quay");
        await server.UntilAsync("talked-about", "failed");
        await server.UntilAsync("talked-about", "pending-credentials", "quay");
        (await SaidAsync()).ShouldBeGreaterThan(5);
        await server.DeleteAsync("talked-about");

        (await server.PurgeAsync(tenant)).Status.ShouldBe("succeeded");

        (await SaidAsync()).ShouldBe(0);
        var failed = (await server.OperationsAsync($"{tenant.Id}")).Single(operation => operation.Product == "depot");
        (failed.Status, failed.Reason).ShouldBe(("failed", null));

        Task<long> SaidAsync() => HomeWork.ScalarAsync<long>(
            server.Database.Control!,
            $"SELECT count(*) FROM (SELECT reason AS said FROM platform.operations WHERE tenant_id = '{tenant.Id}' UNION ALL SELECT data::text FROM platform.operations WHERE tenant_id = '{tenant.Id}' UNION ALL SELECT reason FROM platform.tenant_products WHERE tenant_id = '{tenant.Id}' UNION ALL SELECT error FROM platform.operation_attempts a JOIN platform.operations o ON o.id = a.operation_id WHERE o.tenant_id = '{tenant.Id}') AS all_said WHERE said LIKE '%Smith%' OR said LIKE '%ChannelEngine%'");
    }

    [Fact]
    public async Task Only_the_platform_enters_a_deleted_tenant_and_no_other_that_way()
    {
        var tenant = await server.MakeAsync("Entered", "public", "depot");
        var deleted = server.Services.GetRequiredService<IDeletedTenantScopes>();
        var id = new TenantId(tenant.Id);
        await Should.ThrowAsync<TenantUnavailableException>(async () => await deleted.EnterAsync(id, Cancelled));
        await Should.ThrowAsync<TenantUnavailableException>(async () => await deleted.EnterAsync(TenantId.New(TimeProvider.System), Cancelled));

        await server.SuperAdmin.PostAsync("/api/tenants/entered/suspend", content: null, Cancelled).ShouldBeAsync(HttpStatusCode.OK);
        await Should.ThrowAsync<TenantUnavailableException>(async () => await deleted.EnterAsync(id, Cancelled));
        await server.DeleteAsync("entered");

        await using var entered = await deleted.EnterAsync(id, Cancelled);
        entered.Get<TenantScope>().Tenant.Id.ShouldBe(id);
        await Should.ThrowAsync<TenantUnavailableException>(async () => await server.EnterAsync(tenant.Id));
    }
}
