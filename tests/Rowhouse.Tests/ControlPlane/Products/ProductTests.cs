using System.Net;
using System.Net.Http.Json;
using Rowhouse.CardVault;
using Rowhouse.Contracts;
using Rowhouse.Modules.Provisioning;
using Rowhouse.Testing;
using Rowhouse.Testing.Host.Ledger;
using Rowhouse.Tests.ControlPlane.Homes;
using Rowhouse.Tests.Server;
using Shouldly;

namespace Rowhouse.Tests.ControlPlane.Products;

/// <summary>Products that are set up for their tenants.</summary>
public sealed class ProductTests(ProductServer server) : IClassFixture<ProductServer>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("public")]
    [InlineData("private")]
    public async Task A_tenant_is_active_while_a_product_is_set_up_for_it_and_what_has_nothing_to_set_up_is_ready_at_once(string cloudType)
    {
        var slug = $"first-{cloudType}";
        var (reached, go) = server.Hold($"make depot {slug}");

        var tenant = await server.MakeAsync($"First {cloudType}", cloudType, "depot", "cardvault");

        tenant.Status.ShouldBe("active");
        await reached.WaitAsync(Cancelled);
        var depot = await server.ProductAsync(slug);
        (depot.State, depot.PendingReason, depot.Error).ShouldBe(("provisioning", null, null));
        (await server.ProductAsync(slug, "cardvault")).ShouldSatisfyAllConditions(known => known.State.ShouldBe("ready"), known => known.Operation.ShouldBeNull());
        go.SetResult();
        var ready = await server.UntilAsync(slug, "ready");
        ready.Since.ShouldBeGreaterThan(depot.Since);
        var operation = await server.OperationAsync(ready.Operation.ShouldNotBeNull());
        (operation.Kind, operation.Product, operation.Status, operation.TenantId).ShouldBe(("provision-product", "depot", "succeeded", tenant.Id));
        server.Vendor.ActsOn($"depot {slug}").ShouldBe([$"made depot {slug}"]);
    }

    [Fact]
    public async Task Whoever_subscribes_later_gets_the_product_set_up_then_and_once()
    {
        var tenant = await server.MakeAsync("Later", "public");
        (await server.SuperAdmin.GetAsync("/api/tenants/later/products", Cancelled).ReadAsync<Page<TenantProductResponse>>()).Items.ShouldBeEmpty();

        await server.SubscribeAsync("later", "depot").ShouldBeAsync(HttpStatusCode.Created);
        var ready = await server.UntilAsync("later", "ready");
        await server.SuperAdmin.DeleteAsync("/api/tenants/later/subscriptions/depot", Cancelled).ShouldBeAsync(HttpStatusCode.NoContent);
        (await server.ProductAsync("later")).ShouldBe(ready);
        await server.SubscribeAsync("later", "depot").ShouldBeAsync(HttpStatusCode.Created);

        (await server.ProductAsync("later")).ShouldBe(ready);
        (await server.OperationsAsync("later")).ShouldHaveSingleItem().Id.ShouldBe(ready.Operation!.Value);
        server.Vendor.ActsOn("depot later").ShouldBe(["made depot later"]);
        tenant.PendingReason.ShouldBeNull();
    }

    [Fact]
    public async Task Products_of_a_tenant_are_set_up_beside_each_other_and_what_they_do_shows_no_others_rows()
    {
        var (reached, go) = server.Hold("make depot beside");
        var tenant = await server.MakeAsync("Beside", "public", "depot", "quay");

        await reached.WaitAsync(Cancelled);
        await server.UntilAsync("beside", "ready", "quay");
        (await server.ProductAsync("beside")).State.ShouldBe("provisioning");
        go.SetResult();
        await server.UntilAsync("beside", "ready");

        var other = await server.MakeAsync("Beside It", "public", "depot");
        await server.UntilAsync(other.Slug, "ready");
        await using (var entered = await server.EnterAsync(other.Id))
        {
            await entered.Get<Rowhouse.ControlPlane.Products.ProductProvisioners>().ProvisionAsync(entered, "depot", Cancelled);
        }

        var seen = server.Provisioned.Seen.Where(look => look.Slug is "beside" or "beside-it").ToList();
        seen.Select(look => look.Slug).Distinct().Count().ShouldBe(2);
        seen.ShouldAllBe(look => look.Tenants.All(id => id == (look.Slug == "beside" ? tenant.Id : other.Id)));
        seen.Last(look => look.Slug == "beside-it").Tenants.ShouldBe([other.Id]);
    }

    [Fact]
    public async Task A_product_that_waits_for_its_owners_credentials_shows_the_account_as_pending_until_they_are_given()
    {
        server.Provisioned.NeedCredentials["needs-keys"] = true;
        var tenant = await server.CreateTenantAsync("Needs Keys", "depot");

        var waits = await server.UntilAsync("needs-keys", "pending-credentials");

        (waits.PendingReason, waits.Error).ShouldBe(("ChannelEngine API credentials", null));
        (await ShowAsync("tenants")).ShouldBe(("active", "ChannelEngine API credentials"));
        (await ShowAsync("accounts")).ShouldBe(("pending", "ChannelEngine API credentials"));
        (await server.SuperAdmin.GetAsync("/api/accounts?search=needs-keys", Cancelled).ReadAsync<Page<TenantResponse>>()).Items.ShouldHaveSingleItem().Status.ShouldBe("pending");
        (await FindAsync("accounts", "pending"), await FindAsync("accounts", "active"), await FindAsync("tenants", "pending"), await FindAsync("tenants", "active")).ShouldBe((true, false, false, true));
        (await server.SuperAdmin.GetAsync("/api/tenants?search=needs-keys", Cancelled).ReadAsync<Page<TenantResponse>>()).Items.ShouldHaveSingleItem().Status.ShouldBe("active");
        (await server.SuperAdmin.PatchAsJsonAsync("/api/accounts/needs-keys", new { currency = "GBP" }, Cancelled).ReadAsync<TenantResponse>()).Status.ShouldBe("pending");
        (await server.SuperAdmin.PostAsync("/api/accounts/needs-keys/suspend", content: null, Cancelled).ReadAsync<TenantResponse>()).ShouldSatisfyAllConditions(account => account.Status.ShouldBe("suspended"), account => account.PendingReason.ShouldBeNull());
        await server.SuperAdmin.PostAsync("/api/accounts/needs-keys/resume", content: null, Cancelled).ShouldBeAsync(HttpStatusCode.OK);

        await tenant.Admin.Client.PostAsync("/api/depot/credentials", content: null, Cancelled).ShouldBeAsync(HttpStatusCode.NoContent);

        await server.UntilAsync("needs-keys", "ready");
        (await ShowAsync("accounts")).ShouldBe(("active", null));
        (await FindAsync("accounts", "pending"), await FindAsync("accounts", "active")).ShouldBe((false, true));
        server.CallsFor("needs-keys").ShouldBe(2);

        // Revoked, and given again.
        await tenant.Admin.Client.DeleteAsync("/api/depot/credentials", Cancelled).ShouldBeAsync(HttpStatusCode.NoContent);
        await server.UntilAsync("needs-keys", "pending-credentials");
        (await ShowAsync("accounts")).ShouldBe(("pending", "ChannelEngine API credentials"));
        await tenant.Admin.Client.PostAsync("/api/depot/credentials", content: null, Cancelled).ShouldBeAsync(HttpStatusCode.NoContent);
        await server.UntilAsync("needs-keys", "ready");
        (await server.OperationsAsync("needs-keys")).Select(operation => operation.Status).ShouldBe(["succeeded", "succeeded", "succeeded", "succeeded"]);
        server.Vendor.ActsOn("depot needs-keys").ShouldBe(["made depot needs-keys"]);

        async Task<bool> FindAsync(string path, string status) => (await server.SuperAdmin.GetAsync($"/api/{path}?search=needs-keys&status={status}&count=true", Cancelled).ReadAsync<Page<TenantResponse>>()).Total == 1;

        async Task<(string, string?)> ShowAsync(string path)
        {
            var shown = await server.SuperAdmin.GetAsync($"/api/{path}/needs-keys", Cancelled).ReadAsync<TenantResponse>();
            return (shown.Status, shown.PendingReason);
        }
    }

    [Fact]
    public async Task Whoever_ends_the_subscription_to_what_waits_for_credentials_is_pending_no_more()
    {
        server.Provisioned.NeedCredentials["gave-up"] = true;
        await server.MakeAsync("Gave Up", "public", "depot");
        await server.UntilAsync("gave-up", "pending-credentials");

        await server.SuperAdmin.DeleteAsync("/api/accounts/gave-up/subscriptions/depot", Cancelled).ShouldBeAsync(HttpStatusCode.NoContent);

        (await server.SuperAdmin.GetAsync("/api/accounts/gave-up", Cancelled).ReadAsync<TenantResponse>()).ShouldSatisfyAllConditions(account => account.Status.ShouldBe("active"), account => account.PendingReason.ShouldBeNull());
        (await server.SuperAdmin.GetAsync("/api/accounts?search=gave-up&status=active", Cancelled).ReadAsync<Page<TenantResponse>>()).Items.ShouldHaveSingleItem();
        (await server.SuperAdmin.GetAsync("/api/accounts?search=gave-up&status=PENDING", Cancelled).ReadAsync<Page<TenantResponse>>()).Items.ShouldBeEmpty();
        (await server.ProductAsync("gave-up")).State.ShouldBe("pending-credentials");
    }

    [Fact]
    public async Task Credentials_that_come_or_go_while_the_provisioner_is_called_are_not_overlooked()
    {
        server.Provisioned.NeedCredentials["quick-keys"] = true;
        var (reached, go) = HoldAnswer();
        var tenant = await server.CreateTenantAsync("Quick Keys", "depot");
        await reached.Task.WaitAsync(Cancelled);

        await tenant.Admin.Client.PostAsync("/api/depot/credentials", content: null, Cancelled).ShouldBeAsync(HttpStatusCode.NoContent);
        await UntilToldAsync();
        go.SetResult();

        await server.UntilAsync("quick-keys", "ready");
        (await server.OperationsAsync("quick-keys")).ShouldHaveSingleItem();

        // It finds credentials that are changed, and then revoked.
        (reached, go) = HoldAnswer();
        await tenant.Admin.Client.PostAsync("/api/depot/credentials", content: null, Cancelled).ShouldBeAsync(HttpStatusCode.NoContent);
        await reached.Task.WaitAsync(Cancelled);
        await tenant.Admin.Client.DeleteAsync("/api/depot/credentials", Cancelled).ShouldBeAsync(HttpStatusCode.NoContent);
        await UntilToldAsync();
        go.SetResult();

        await server.UntilAsync("quick-keys", "pending-credentials");

        (TaskCompletionSource Reached, TaskCompletionSource Go) HoldAnswer()
        {
            var (reached, go) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            server.Provisioned.AtEnd["depot quick-keys"] = async _ =>
            {
                reached.TrySetResult();
                await go.Task;
            };
            return (reached, go);
        }

        Task UntilToldAsync() => Eventually.UntilAsync(
            () => HomeWork.ScalarAsync<bool>(server.Database.Control!, $"SELECT has_changed FROM platform.tenant_products WHERE tenant_id = '{tenant.Id}'"), Cancelled);
    }

    [Fact]
    public async Task Credentials_that_are_mended_while_the_vendor_refuses_the_old_ones_are_looked_at()
    {
        var (reached, go) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        server.Provisioned.AtEnd["depot mended-keys"] = async _ =>
        {
            if (reached.TrySetResult())
            {
                await go.Task;
                throw new ProvisioningException("The vendor refuses these credentials.");
            }
        };
        var tenant = await server.CreateTenantAsync("Mended Keys", "depot");
        await reached.Task.WaitAsync(Cancelled);
        await tenant.Admin.Client.PostAsync("/api/depot/credentials", content: null, Cancelled).ShouldBeAsync(HttpStatusCode.NoContent);
        await Eventually.UntilAsync(() => HomeWork.ScalarAsync<bool>(server.Database.Control!, $"SELECT has_changed FROM platform.tenant_products WHERE tenant_id = '{tenant.Id}'"), Cancelled);
        go.SetResult();

        await server.UntilAsync("mended-keys", "ready");

        server.CallsFor("mended-keys").ShouldBe(2);
        (await server.OperationsAsync("mended-keys")).ShouldHaveSingleItem().Status.ShouldBe("succeeded");
    }

    [Fact]
    public async Task Credentials_that_are_mended_after_the_vendor_refused_are_looked_at_by_themselves()
    {
        var refuses = true;
        server.Provisioned.AtEnd["depot refused-keys"] = _ => refuses ? throw new ProvisioningException("The vendor refuses these credentials.") : Task.CompletedTask;
        var tenant = await server.CreateTenantAsync("Refused Keys", "depot");
        await server.UntilAsync("refused-keys", "failed");
        refuses = false;

        await tenant.Admin.Client.PostAsync("/api/depot/credentials", content: null, Cancelled).ShouldBeAsync(HttpStatusCode.NoContent);

        await server.UntilAsync("refused-keys", "ready");
        (await server.OperationsAsync("refused-keys")).Count.ShouldBe(2);
    }

    [Fact]
    public async Task What_changes_of_a_product_that_has_nothing_to_set_up_changes_nothing()
    {
        var tenant = await server.MakeAsync("Nothing To Ask", "public", "cardvault", "depot");
        var ready = await server.UntilAsync("nothing-to-ask", "ready", "cardvault");
        await server.UntilAsync("nothing-to-ask", "ready");
        await using (var entered = await server.EnterAsync(tenant.Id))
        {
            var db = entered.Get<LedgerDb>();
            db.PublishChanged<CardVaultModule>();
            db.PublishChanged<DepotModule>();
            await db.SaveChangesAsync(Cancelled);
        }

        await Eventually.UntilAsync(() => Task.FromResult(server.CallsFor("nothing-to-ask") == 2), Cancelled); // events come in order

        (await server.ProductAsync("nothing-to-ask", "cardvault")).ShouldBe(ready);
    }

    [Fact]
    public async Task A_suspended_tenants_product_is_set_up_when_it_is_resumed()
    {
        server.Refuse("make depot paused", 503);
        await server.MakeAsync("Paused", "public", "depot");
        await Eventually.UntilAsync(async () => (await server.ProductAsync("paused")).Error is not null, Cancelled);
        await server.SuperAdmin.PostAsync("/api/tenants/paused/suspend", content: null, Cancelled).ShouldBeAsync(HttpStatusCode.OK);
        await Task.Delay(TimeSpan.FromMilliseconds(500), Cancelled); // whoever was at it has ended
        server.Vendor.Before.TryRemove("make depot paused", out _);
        var calls = Calls();

        await server.SubscribeAsync("paused", "quay").ShouldBeAsync(HttpStatusCode.Created);
        await Task.Delay(TimeSpan.FromSeconds(1), Cancelled); // time in which it could be called
        Calls().ShouldBe(calls);
        (await server.ProductAsync("paused")).State.ShouldBe("provisioning");
        await server.SuperAdmin.PostAsync("/api/tenants/paused/resume", content: null, Cancelled).ShouldBeAsync(HttpStatusCode.OK);

        await server.UntilAsync("paused", "ready");
        await server.UntilAsync("paused", "ready", "quay");

        int Calls() => server.Provisioned.Seen.Count(look => look.Slug == "paused");
    }

    [Fact]
    public async Task Vendors_that_are_slow_hold_up_no_home()
    {
        List<TaskCompletionSource> waiting = [];
        for (var i = 0; i < 10; i++) // more than there are workers of both sorts
        {
            var (reached, go) = server.Hold($"make depot slow-{i}");
            waiting.Add(go);
            await server.MakeAsync($"Slow {i}", "public", "depot");
            await (i < 4 ? reached.WaitAsync(Cancelled) : Task.CompletedTask);
        }

        (await server.MakeAsync("Not Slow", "private")).Status.ShouldBe("active");

        waiting.ForEach(go => go.SetResult());
        for (var i = 0; i < 10; i++)
        {
            await server.UntilAsync($"slow-{i}", "ready");
        }
    }
}
